"""What a configuration may not say of its sources: who only gives prices, and who stands beside."""

import re
from typing import TYPE_CHECKING

from actors.fixtures.settlement import comparable

if TYPE_CHECKING:
    from actors.settings import Settings

_WORD = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)


def source_faults(settings: "Settings") -> list[str]:
    """Return every fault, with its place and what is allowed there."""
    faults = [fault for name in settings.accounts for fault in _faults_of_account(settings, name)]
    faults += [fault for name in settings.markets for fault in _faults_beside(settings, name)]
    return faults + _faults_of_rules(settings)


def _faults_of_account(settings: "Settings", name: str) -> list[str]:
    """Look at an account's keys for a source of prices, and that nothing bets there."""
    account, where = settings.accounts[name], f"accounts.{name}"
    if account.takes_bets:
        given = {"key": account.key.reveal(), "regions": account.regions, "sports": account.sports}
        return [
            f"{where}.{key}: only for book odds_api; this one is at {account.book.value}"
            for key, value in given.items()
            if value
        ]
    faults = []
    if not account.key.reveal():
        faults.append(f"{where}.key: is needed at odds_api; give it as ${{NAME}}")
    if account.username or account.password.reveal():
        faults.append(f"{where}: odds_api takes a key, no username and no password")
    if account.url and not account.url.startswith(("https://", "http://127.0.0.1:")):
        faults.append(f"{where}.url: holds {account.url!r}; allowed: https, the key is part of it")
    for key, words in (("regions", account.regions), ("sports", account.sports)):
        sound = words and len(set(words)) == len(words) and all(map(_WORD.fullmatch, words))
        if not sound or "upcoming" in words:
            faults.append(
                f"{where}.{key}: holds {list(words)}; allowed: one or more of the vendor's keys, "
                "each once, such as [eu] and [soccer_epl]; not upcoming, which overlaps"
            )
    faults += [
        f"markets.{market}.strategies: holds {list(found.strategies)}; allowed: [], because "
        f"nothing can be placed at {name}"
        for market, found in settings.markets.items()
        if found.account == name and found.strategies
    ]
    if not settings.betting_accounts:
        faults.append(f"{where}: no account takes bets; add one that does")
    return faults


def _faults_beside(settings: "Settings", name: str) -> list[str]:
    """Look at the markets with whose prices a market compares its own."""
    market, where = settings.markets[name], f"markets.{name}.beside"
    account = settings.accounts.get(market.account)
    if account is None or not market.beside:
        return []
    others = {
        other: settings.accounts[found.account]
        for other, found in settings.markets.items()
        if found.account in settings.accounts
        and settings.accounts[found.account].book is not account.book
    }
    allowed = ", ".join(others) or "none is configured"
    faults = [
        f'{where}: holds "{other}"; allowed: a market at another bookmaker: {allowed}'
        for other in market.beside
        if other not in others
    ]
    if len(set(market.beside)) < len(market.beside):
        faults.append(f"{where}: holds {list(market.beside)}; allowed: each once")
    if not market.strategies:
        faults.append(f"{where}: no strategy of this market would look at them")
    faults += [
        f"{where}: {other} settles on {others[other].rules.settles_on}, {name} on"
        f" {account.rules.settles_on}: its prices say nothing here"
        for other in market.beside
        if other in others and not comparable(account.rules, others[other].rules)
    ]
    return faults


def _faults_of_rules(settings: "Settings") -> list[str]:
    """Accounts at one bookmaker bet by the same rules."""
    rules = {name: settings.accounts[name].rules for name in settings.sources}
    return [
        f"accounts.{name}.rules: differ from those of {first}, at the same bookmaker"
        for name, first in settings.sources.items()
        if rules[name] != rules[first]
    ]

"""The controls: each one passes, or says why not, with its figure.

All run for every intent, also after one has refused: the operator sees every figure.
"""

from actors.orders import Verdict
from actors.risk import exposure
from actors.risk.scene import Control, Scene, cooldown, count
from actors.settings import Mode


def kill_gate(scene: Scene) -> Verdict:
    figure = "closed" if scene.gate_closed else "open"
    return Verdict("kill_gate", not scene.gate_closed, figure)


def armed(scene: Scene) -> Verdict:
    if scene.mode is not Mode.LIVE:
        return Verdict("armed", True, f"not needed in {scene.mode.value}")
    left = (scene.armed_until - scene.now) // 1000
    return Verdict("armed", left > 0, f"{left} s left" if left > 0 else "not armed")


def not_paused(scene: Scene) -> Verdict:
    for scope in scene.wanted.scopes:
        if scope in scene.paused:
            return Verdict("not_paused", False, f"{scope} is paused: {scene.paused[scope]}")
    return Verdict("not_paused", True, "nothing here is paused")


def reconciled(scene: Scene) -> Verdict:
    """No bet before the account's book and our journal were seen to agree since the start."""
    return Verdict(
        "reconciled", not scene.unreconciled, scene.unreconciled or "book and journal agree"
    )


def one_in_flight(scene: Scene) -> Verdict:
    return count("one_in_flight", scene.book.in_flight(scene.intent.selection.key) + 1, 1)


def orders_per_minute(scene: Scene) -> Verdict:
    after = scene.book.granted_within(scene.now, 60_000) + 1
    return count("orders_per_minute", after, scene.limits.orders_per_minute)


def selection_cooldown(scene: Scene) -> Verdict:
    if scene.of_one_bundle(scene.intent.selection.key):
        return Verdict("selection_cooldown", True, f"a leg of {scene.intent.bundle}")
    last = scene.book.last_by_selection.get(scene.intent.selection.key)
    return cooldown("selection_cooldown", last, scene.limits.selection_cooldown, scene.now)


def event_cooldown(scene: Scene) -> Verdict:
    if scene.of_one_bundle(scene.intent.event.key):
        return Verdict("event_cooldown", True, f"a leg of {scene.intent.bundle}")
    last = scene.book.last_by_event.get(scene.intent.event.key)
    return cooldown("event_cooldown", last, scene.limits.event_cooldown, scene.now)


def league_blacklist(scene: Scene) -> Verdict:
    league = scene.intent.event.league
    listed = {_plain(name) for name in scene.limits.league_blacklist}
    return Verdict("league_blacklist", _plain(league) not in listed, league)


def team_blacklist(scene: Scene) -> Verdict:
    event = scene.intent.event
    listed = {_plain(name) for name in scene.limits.team_blacklist}
    return Verdict(
        "team_blacklist", listed.isdisjoint({_plain(event.home), _plain(event.away)}), event.name
    )


def book_blacklist(scene: Scene) -> Verdict:
    book = scene.intent.book
    listed = {_plain(name) for name in scene.limits.book_blacklist}
    return Verdict("book_blacklist", _plain(book) not in listed, book)


def market_blacklist(scene: Scene) -> Verdict:
    kind = scene.intent.selection.type
    return Verdict("market_blacklist", kind not in scene.limits.market_blacklist, kind.value)


def price_age(scene: Scene) -> Verdict:
    age = (scene.now - scene.intent.seen_at) / 1000
    limit = scene.limits.max_price_age
    return Verdict("price_age", 0 <= age <= limit, f"{age:.1f} s of at most {limit:.0f} s")


def not_started(scene: Scene) -> Verdict:
    left = (scene.intent.event.start - scene.now) / 1000
    live = scene.intent.event.phase.value == "live"
    return Verdict("not_started", live or left > 0, f"starts in {left:.0f} s")


CONTROLS: tuple[Control, ...] = (
    kill_gate,
    armed,
    not_paused,
    reconciled,
    exposure.max_stake,
    exposure.max_exposure,
    exposure.max_account_exposure,
    exposure.max_book_exposure,
    exposure.max_league_exposure,
    exposure.max_event_exposure,
    exposure.max_market_exposure,
    exposure.max_selection_exposure,
    exposure.daily_loss,
    exposure.max_drawdown,
    exposure.losing_streak,
    exposure.max_open_bets,
    one_in_flight,
    orders_per_minute,
    selection_cooldown,
    event_cooldown,
    league_blacklist,
    team_blacklist,
    book_blacklist,
    market_blacklist,
    price_age,
    not_started,
)


def verdicts(scene: Scene) -> tuple[Verdict, ...]:
    """Run every control."""
    return tuple(control(scene) for control in CONTROLS)


def _plain(name: str) -> str:
    return name.strip("* ").casefold()

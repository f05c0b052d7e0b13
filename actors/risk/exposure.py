"""The controls of what can be lost: each compares a worst case, this bet included, with its limit.

A worst case is what is lost at the worst score: see `worst_case`. The open stakes of bets that
are not ours count in their account and in all.
"""

from actors.orders import Verdict
from actors.risk.reservations import Reservation
from actors.risk.scene import Scene, count, money


def max_stake(scene: Scene) -> Verdict:
    verdict = money("max_stake", scene.intent.stake, scene.limits.max_stake)
    return verdict if scene.intent.stake > 0 else Verdict("max_stake", False, verdict.figure)


def max_exposure(scene: Scene) -> Verdict:
    return money("max_exposure", scene.in_all, scene.limits.max_exposure)


def max_account_exposure(scene: Scene) -> Verdict:
    account = scene.intent.account
    worst = scene.book.liability(lambda held: held.account == account, scene.wanted)
    after = worst + scene.book.foreign(account)
    return money("max_account_exposure", after, scene.limits.max_account_exposure)


def max_book_exposure(scene: Scene) -> Verdict:
    book = scene.intent.book.upper()
    after = scene.book.liability(lambda held: held.book.upper() == book, scene.wanted)
    return money("max_book_exposure", after, scene.limits.max_book_exposure)


def max_league_exposure(scene: Scene) -> Verdict:
    league = scene.intent.event.league
    after = scene.book.liability(lambda held: held.league == league, scene.wanted)
    return money("max_league_exposure", after, scene.limits.max_league_exposure)


def max_event_exposure(scene: Scene) -> Verdict:
    event = scene.intent.event.key
    after = scene.book.liability(lambda held: held.event == event, scene.wanted)
    return money("max_event_exposure", after, scene.limits.max_event_exposure)


def max_market_exposure(scene: Scene) -> Verdict:
    """A market is a kind of bet on one period of a match: all its lines and sides."""
    kind = _market(scene.wanted)
    after = scene.book.liability(lambda held: _market(held) == kind, scene.wanted)
    return money("max_market_exposure", after, scene.limits.max_market_exposure)


def max_selection_exposure(scene: Scene) -> Verdict:
    selection = scene.intent.selection
    after = scene.book.liability(lambda held: held.selection == selection, scene.wanted)
    return money("max_selection_exposure", after, scene.limits.max_selection_exposure)


def daily_loss(scene: Scene) -> Verdict:
    """Count every open bet at its worst, so that the limit holds whatever the results."""
    worst = scene.in_all - scene.book.today(scene.now)
    return money("daily_loss", worst, scene.limits.daily_loss)


def max_drawdown(scene: Scene) -> Verdict:
    """From the best profit ever settled, to the worst that can still come."""
    worst = scene.book.results.drawdown + scene.in_all
    return money("max_drawdown", worst, scene.limits.max_drawdown)


def losing_streak(scene: Scene) -> Verdict:
    """After so many losses in a row, rest; each further loss begins the rest anew."""
    results, limits = scene.book.results, scene.limits
    since = (scene.now - results.last_loss_at) / 1000
    if results.losses_in_a_row < limits.losing_streak or since >= limits.losing_streak_rest:
        return Verdict(
            "losing_streak", True, f"{results.losses_in_a_row} of {limits.losing_streak}"
        )
    left = limits.losing_streak_rest - since
    return Verdict("losing_streak", False, f"{results.losses_in_a_row} losses, rest {left:.0f} s")


def max_open_bets(scene: Scene) -> Verdict:
    return count("max_open_bets", len(scene.book.held) + 1, scene.limits.max_open_bets)


def _market(held: Reservation) -> tuple[str, object, object]:
    return held.event, held.selection.type, held.selection.period

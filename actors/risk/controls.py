"""The controls: each one passes, or says why not, with its figure.

All run for every intent, also after one has refused: the operator sees every figure.
"""

from collections.abc import Callable
from dataclasses import dataclass

from actors.orders import Intent, Verdict
from actors.risk.reservations import Reservations
from actors.settings import Mode, RiskSettings
from actors.units import money_text


@dataclass(frozen=True)
class Scene:
    """What the controls may look at. `now` and `armed_until` in ms since 1970 UTC."""

    intent: Intent
    book: Reservations
    limits: RiskSettings
    now: int
    mode: Mode
    gate_closed: bool
    armed_until: int


Control = Callable[[Scene], Verdict]


def kill_gate(scene: Scene) -> Verdict:
    figure = "closed" if scene.gate_closed else "open"
    return Verdict("kill_gate", not scene.gate_closed, figure)


def armed(scene: Scene) -> Verdict:
    if scene.mode is not Mode.LIVE:
        return Verdict("armed", True, f"not needed in {scene.mode.value}")
    left = (scene.armed_until - scene.now) // 1000
    return Verdict("armed", left > 0, f"{left} s left" if left > 0 else "not armed")


def max_stake(scene: Scene) -> Verdict:
    return _money("max_stake", scene.intent.stake, scene.limits.max_stake)


def max_exposure(scene: Scene) -> Verdict:
    after = scene.book.exposure() + scene.intent.stake
    return _money("max_exposure", after, scene.limits.max_exposure)


def max_event_exposure(scene: Scene) -> Verdict:
    after = scene.book.event_exposure(scene.intent.event.key) + scene.intent.stake
    return _money("max_event_exposure", after, scene.limits.max_event_exposure)


def max_selection_exposure(scene: Scene) -> Verdict:
    after = scene.book.selection_exposure(scene.intent.selection.key) + scene.intent.stake
    return _money("max_selection_exposure", after, scene.limits.max_selection_exposure)


def daily_loss(scene: Scene) -> Verdict:
    """Count every open bet as lost, so that the limit holds whatever the results."""
    worst = scene.book.exposure() + scene.intent.stake - scene.book.today(scene.now)
    limit = scene.limits.daily_loss  # after a good day the worst may be no loss at all
    return Verdict("daily_loss", worst <= limit, f"{money_text(worst)} of {money_text(limit)}")


def max_open_bets(scene: Scene) -> Verdict:
    return _count("max_open_bets", len(scene.book.held) + 1, scene.limits.max_open_bets)


def one_in_flight(scene: Scene) -> Verdict:
    return _count("one_in_flight", scene.book.in_flight(scene.intent.selection.key) + 1, 1)


def orders_per_minute(scene: Scene) -> Verdict:
    after = scene.book.granted_within(scene.now, 60_000) + 1
    return _count("orders_per_minute", after, scene.limits.orders_per_minute)


def selection_cooldown(scene: Scene) -> Verdict:
    last = scene.book.last_by_selection.get(scene.intent.selection.key)
    return _cooldown("selection_cooldown", last, scene.limits.selection_cooldown, scene.now)


def event_cooldown(scene: Scene) -> Verdict:
    last = scene.book.last_by_event.get(scene.intent.event.key)
    return _cooldown("event_cooldown", last, scene.limits.event_cooldown, scene.now)


def league_blacklist(scene: Scene) -> Verdict:
    league = scene.intent.event.league
    listed = {name.strip("* ").casefold() for name in scene.limits.league_blacklist}
    return Verdict("league_blacklist", league.strip("* ").casefold() not in listed, league)


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
    max_stake,
    max_exposure,
    max_event_exposure,
    max_selection_exposure,
    daily_loss,
    max_open_bets,
    one_in_flight,
    orders_per_minute,
    selection_cooldown,
    event_cooldown,
    league_blacklist,
    market_blacklist,
    price_age,
    not_started,
)


def verdicts(scene: Scene) -> tuple[Verdict, ...]:
    """Run every control."""
    return tuple(control(scene) for control in CONTROLS)


def _money(name: str, figure: int, limit: int) -> Verdict:
    return Verdict(name, 0 < figure <= limit, f"{money_text(figure)} of {money_text(limit)}")


def _count(name: str, figure: int, limit: int) -> Verdict:
    return Verdict(name, figure <= limit, f"{figure} of {limit}")


def _cooldown(name: str, last: int | None, limit: float, now: int) -> Verdict:
    if last is None:
        return Verdict(name, True, "first bet")
    since = (now - last) / 1000
    return Verdict(name, since >= limit, f"{since:.0f} s ago, at least {limit:.0f} s")

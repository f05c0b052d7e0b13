"""From a seed to a whole scenario: the limits, the book, and what goes wrong when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from actors.paper.faults import Fault, Kind
from actors.paper.programme import Programme
from actors.paper.recorded import Days
from actors.selections import MarketType
from actors.settings import Amount, RiskSettings, Settings, StrategySettings
from actors.simulation.given import SETTINGS, START, days
from actors.simulation.trouble import Trouble
from runtime.chance import Chance, seeded
from runtime.configuration import Seconds

SLOW, TOO_SLOW = 3_000, 25_000
"""Milliseconds: less than the client waits for an answer, and more."""

WEDGED = (
    "risk",
    "market/football-today",
    "settler/ao",
    "gateway/ao/1",
    "executors",
    "control",
    "session/ao",
    "poller/football-today",
    "gateway/ao/2",
)
KILLS = ("at any step", "as the price is asked", "as it is being sent", "never", "and opened again")
PAUSES = (("account", "ao"), ("book", "BW"), ("strategy", "eager"), ("market", "football-today"))
TIGHT: tuple[dict[str, Any], ...] = (
    {},
    {"max_stake": Amount(900)},
    {"max_exposure": Amount(3_500)},
    {"max_event_exposure": Amount(1_700)},
    {"max_selection_exposure": Amount(1_000), "selection_cooldown": Seconds(1.0)},
    {"daily_loss": Amount(4_000)},
    {"max_open_bets": 3},
    {"orders_per_minute": 3},
    {
        "selection_cooldown": Seconds(60.0),
        "max_selection_exposure": Amount(5_000),
        "max_event_exposure": Amount(8_000),
        "event_cooldown": Seconds(0.0),
    },
    {"event_cooldown": Seconds(30.0)},
    {"league_blacklist": True},
    {"market_blacklist": (MarketType.ONE_X_TWO,)},
    {"max_price_age": Seconds(0.3)},
    {"max_price_age": Seconds(2.5), "slow_offers": True},
    {"clock": True},
    {"max_account_exposure": Amount(3_500)},
    {"max_book_exposure": Amount(1_700)},
    {"max_league_exposure": Amount(1_700)},
    {"max_market_exposure": Amount(1_700)},
    {"max_drawdown": Amount(4_000)},
    {"losing_streak": 1, "losing_streak_rest": Seconds(60.0), "long": True},
    {"team_blacklist": True},
    {"book_blacklist": ("B365", "BW")},
    {"pause": True},
)
"""One limit in each run is the first to be reached, so that every control says no somewhere."""


@dataclass(frozen=True)
class Plan:
    """One scenario. Seconds are of the true time, from the start of the run."""

    seed: int
    seconds: float
    settings: Settings
    limits: RiskSettings
    programme: Programme
    book: dict[str, Any]
    trouble: Trouble
    crashes: int
    kill: str
    kill_at: float
    wedge: tuple[float, str] | None
    freeze: tuple[float, float] | None
    clock: tuple[tuple[float, int], ...]
    patient: bool
    pause: tuple[float, str, str] | None
    pause_in_a_bet: bool


def plan(seed: int) -> Plan:
    """Draw the scenario of a seed."""
    chance = seeded(1_000_003 * seed + 17)
    kill = KILLS[seed // len(TIGHT) % len(KILLS)]
    tight = dict(TIGHT[seed % len(TIGHT)])
    played, speed = _played(chance), chance.choice([200, 250, 300])
    seconds = chance.uniform(35.0, 60.0)
    if tight.pop("league_blacklist", False):
        tight["league_blacklist"] = ("ENGLISH LEAGUE ONE", "ENGLISH CHAMPIONSHIP", "BELGIUM")
    if tight.pop("team_blacklist", False):
        tight["team_blacklist"] = (played[0][0].home,)
    if tight.pop("long", False):  # until some bets are settled
        seconds += 60.0
    pause = tight.pop("pause", False)
    always = tight.pop("clock", False)
    slow = tight.pop("slow_offers", False)
    return Plan(
        seed=seed,
        seconds=seconds,
        settings=_settings(
            chance, faithful="selection_cooldown" in tight or chance.randrange(0, 6) == 0
        ),
        limits=_limits(chance, tight),
        programme=Programme(played, START, speed, 1),
        book={
            "speed": speed,
            "reject_permille": chance.choice([0, 30, 150]),
            "void_permille": chance.choice([0, 80, 400]),
            "transit_ms": chance.choice([0, 400, 3_000]),
            "repeat": "refuse",
            "expired_status": chance.choice([200, 401]),
        },
        trouble=_trouble(chance, slow_offers=slow),
        crashes=chance.choice([0, 0, 1, 1, 2, 3]),
        kill=kill,
        kill_at=chance.uniform(0.2, 0.9) * seconds / (3 if kill == "and opened again" else 1),
        wedge=_wedge(chance, seed, seconds),
        freeze=(chance.uniform(5.0, 30.0), chance.uniform(10.0, 40.0))
        if chance.randrange(0, 4) == 0
        else None,
        clock=_clock(chance, seconds, always=always or chance.randrange(0, 5) == 0),
        patient=chance.choice([False, False, True]),
        pause=(chance.uniform(5.0, 20.0), *chance.choice(PAUSES))
        if pause or chance.randrange(0, 4) == 0
        else None,
        pause_in_a_bet=chance.choice([False, True]),
    )


def _played(chance: Chance) -> Days:
    """Choose a few matches of one day that begin within some hours."""
    day = chance.choice(days(1))
    count = chance.randrange(3, 6)
    first = chance.randrange(0, len(day) - count)
    return (day[first : first + count],)


def _settings(chance: Chance, *, faithful: bool) -> Settings:
    names = ["football-today", "football-early"][: chance.choice([1, 1, 1, 1, 2])]
    parameters: dict[str, Any] = {
        "stakes": chance.choice([["1000"], ["1000", "600"], ["700", "1000", "500"]]),
        "floor": chance.choice([940, 980, 995]),
        "most": chance.choice([2, 3, 4]),
        "faithful": faithful,
    }
    timeout = Seconds(chance.choice([3.0, 5.0, 20.0]))
    eager = StrategySettings("actors.simulation.eager:Eager", parameters)
    return msgspec.structs.replace(
        SETTINGS,
        markets={
            name: msgspec.structs.replace(SETTINGS.markets[name], strategies=("eager",))
            for name in names
        },
        strategies={"eager": eager},
        accounts={
            name: msgspec.structs.replace(account, read_timeout=timeout)
            for name, account in SETTINGS.accounts.items()
        },
    )


def _limits(chance: Chance, tight: dict[str, Any]) -> RiskSettings:
    drawn: dict[str, Any] = {
        "max_stake": Amount(1_000),
        "max_exposure": Amount(chance.choice([8_000, 12_000, 20_000])),
        "max_event_exposure": Amount(chance.choice([3_000, 5_000])),
        "max_selection_exposure": Amount(chance.choice([1_500, 2_000, 3_000])),
        "daily_loss": Amount(chance.choice([15_000, 60_000])),
        "max_open_bets": chance.choice([9, 14, 25]),
        "orders_per_minute": chance.choice([15, 60]),
        "selection_cooldown": Seconds(chance.choice([1.0, 5.0, 10.0])),
        "event_cooldown": Seconds(chance.choice([0.0, 0.0, 2.0])),
        "doubt_patience": Seconds(60.0),
    }
    return RiskSettings(**(drawn | tight))


def _trouble(chance: Chance, *, slow_offers: bool) -> Trouble:
    """Draw rates around levels of their own for the book, the wire and the machine."""
    book, wire, machine = (chance.choice([0, 1, 2, 3, 3]) for _ in range(3))

    def rate(level: int, most: int) -> int:
        return level * chance.randrange(0, most + 1)

    def faults(method: str, kinds: Sequence[Kind], most: int) -> list[Fault]:
        return [
            Fault(kind, method, (), rate(book, most), _delay(chance, kind))
            for kind in kinds
            if kind is not Kind.STUCK or method == "placebet"
        ]

    offers = (Kind.STAKE_CUT, Kind.PRICE_FELL, Kind.RE_QUOTED)
    everywhere = [kind for kind in Kind if kind not in (*offers, Kind.STUCK)]
    return Trouble(
        faults=(
            *faults("placebet", [*everywhere, Kind.STUCK], 60),
            *faults("getplacementinfo", offers, 80),
            Fault(Kind.SLOW, "getplacementinfo", (), 300 * slow_offers, SLOW),
            *faults("*", everywhere, 9),
        ),
        refused=rate(wire, 20),
        broken=rate(machine, 4),
        broken_placements=rate(machine, 25),
        crashed_placements=rate(machine, 25),
        late_placements=rate(wire, 60),
        latest=chance.choice([10_000, 30_000, 50_000]),
        twice_placements=rate(wire, 30),
        lost_frames=rate(wire, 40),
        torn_writes=rate(machine, 5),
        cut_off_writes=rate(machine, 5),
        refused_writes=rate(machine, 8),
    )


def _delay(chance: Chance, kind: Kind) -> int:
    if kind is Kind.SLOW:
        return chance.choice([SLOW, TOO_SLOW])
    return chance.randrange(20_000, 150_000) if kind is Kind.STUCK else 0


def _wedge(chance: Chance, seed: int, seconds: float) -> tuple[float, str] | None:
    if seed % 7 != 3:
        return None
    return chance.uniform(5.0, seconds), WEDGED[seed // 7 % len(WEDGED)]


def _clock(chance: Chance, seconds: float, *, always: bool) -> tuple[tuple[float, int], ...]:
    """Set the clock by up to two minutes: `actors/reconciliation.py` forgives five in all."""
    if not always:
        return ()
    return tuple(
        (chance.uniform(2.0, seconds), chance.randrange(-120_000, 120_000))
        for _ in range(chance.choice([1, 2]))
    )

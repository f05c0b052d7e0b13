"""The whole system under seeded faults: the same seed, the same trouble, the same outcome."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from actors.paper import Fault
from actors.paper.faults import Kind
from actors.paper.reports import LIMITS as LIMITS_OF_LISTS
from actors.settings import Amount, RiskSettings
from actors.simulation.given import LIMITS as LIMITS_OF_A_DAY
from actors.simulation.trouble import Trouble
from actors.simulation.world import World
from runtime.configuration import Seconds

TOO_SLOW = 25_000
"""Milliseconds, more than the client waits for an answer."""

STRIKES_PLACEMENTS = (
    Fault(Kind.ANSWER_LOST, "placebet", permille=60),
    Fault(Kind.ERROR_AFTER, "placebet", permille=60),
    Fault(Kind.ERROR_BEFORE, "placebet", permille=40),
    Fault(Kind.MALFORMED, "placebet", permille=60),
    Fault(Kind.TOO_MANY, "placebet", permille=40),
    Fault(Kind.SESSION_LOST, "placebet", permille=30),
    Fault(Kind.SLOW, "placebet", permille=30, delay_ms=TOO_SLOW),
    Fault(Kind.SLOW, "placebet", permille=30, delay_ms=3_000),
)
STRIKES_ALL = tuple(
    Fault(kind, "*", permille=8, delay_ms=TOO_SLOW if kind is Kind.SLOW else 0) for kind in Kind
)
BAD_BOOK = Trouble(
    (*STRIKES_PLACEMENTS, *STRIKES_ALL), refused=10, late_placements=40, lost_frames=30
)
BAD_MACHINE = Trouble(
    STRIKES_PLACEMENTS, broken=4, broken_placements=60, crashed_placements=60, lost_frames=30
)
LIMITS = msgspec.structs.replace(LIMITS_OF_A_DAY, max_open_bets=25, max_exposure=Amount(24_500))


SEEDS = range(16)

PATIENT = msgspec.structs.replace(
    LIMITS, doubt_patience=Seconds(100_000.0), max_exposure=Amount(20_500)
)

STRUCK_AFTER = (Kind.ANSWER_LOST, Kind.ERROR_AFTER, Kind.MALFORMED, Kind.SLOW)


def through(folder: Path, seed: int, trouble: Trouble, *, crashes: int = 0) -> World:
    """Return a world after a day of this trouble, come to rest.

    In the last third the gate closes: at a random call or step, or, for every other seed,
    while one of the next orders asks the book for its price.
    """
    world = World(folder, seed, trouble, LIMITS, every=3, void_permille=80)
    for _ in range(crashes):
        world.plan(1_500, world.crash)
    world.run(130)
    if seed % 2:
        world.plan_at("getplacementinfo", world.chance.randrange(1, 5), world.kill)
    world.plan(2_000, world.kill)
    world.run(60)
    world.end()
    return world


def struck(folder: Path, kind: Kind, *calls: int, limits: RiskSettings = PATIENT) -> World:
    """Return a world in which one kind strikes placements, all or those, come to rest."""
    fault = Fault(kind, "placebet", calls, 0 if calls else 1_000, TOO_SLOW)
    world = World(folder, trouble=Trouble((fault,)), limits=limits, every=3)
    world.run(130)
    world.end()
    return world


def states(world: World) -> Counter[str]:
    """Count the orders that left, or may have left, by their state."""
    return Counter(order.state for order in world.ledger.bets())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bad_book_costs_no_bet_and_no_actor(tmp_path: Path, seed: int) -> None:
    world = through(tmp_path, seed, BAD_BOOK)
    assert world.verdict() == []
    assert world.ledger.open_stakes() == 0
    assert world.restarts() == {}
    assert len(world.judge.bets()) > 5
    assert sum(world.faults().values()) > 10


@pytest.mark.parametrize("seed", SEEDS)
def test_a_process_that_dies_anywhere_places_nothing_twice_and_loses_nothing(
    tmp_path: Path, seed: int
) -> None:
    world = through(tmp_path, seed, BAD_MACHINE, crashes=3)
    assert world.verdict() == []
    assert world.ledger.open_stakes() == 0
    assert world.journal.term == world.counts.boots > 1
    assert len(world.judge.bets()) > 5


def test_more_bets_than_the_lists_of_the_book_show_are_all_settled(tmp_path: Path) -> None:
    wide = RiskSettings(
        max_event_exposure=Amount(8_000),
        max_selection_exposure=Amount(4_000),
        max_open_bets=200,
        event_cooldown=Seconds(0.0),
        selection_cooldown=Seconds(20.0),
    )
    world = World(tmp_path, 2, Trouble(STRIKES_PLACEMENTS), wide, void_permille=80)
    world.run(200)
    world.end()
    assert world.verdict() == []
    assert world.judge.most["open bets"] > LIMITS_OF_LISTS["getrunningbets"]
    assert len(world.judge.bets()) > LIMITS_OF_LISTS["getnonrunningbets"]
    assert {"settled", "void", "refused"} <= set(states(world))


def test_the_same_seed_gives_the_same_troubles_and_the_same_outcome(tmp_path: Path) -> None:
    runs = []
    for number, seed in enumerate((3, 3, 4)):
        folder = tmp_path / str(number)
        folder.mkdir()
        world = through(folder, seed, BAD_MACHINE, crashes=3)
        runs.append((world.trace(), world.counts, world.judge.bets()))
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[2][0]


@pytest.mark.parametrize("kind", STRUCK_AFTER)
def test_a_bet_whose_answer_never_came_is_found_at_the_book_and_settled(
    tmp_path: Path, kind: Kind
) -> None:
    world = struck(tmp_path, kind)
    assert world.verdict() == []
    doubted = {entry.key for entry in world.journal.entries() if entry.kind == "order.in_doubt"}
    assert doubted == {order.id for order in world.ledger.bets()}
    assert states(world)["settled"] > 3
    at_the_book = {bet.reference for bet in world.judge.bets()}
    for order in world.ledger.bets():  # one that came after the kick-off left no trace there
        assert order.state in (
            {"settled", "refused"} if order.reference in at_the_book else {"in_doubt"}
        )


def test_an_order_that_nobody_can_find_stays_in_doubt_and_keeps_its_reservation(
    tmp_path: Path,
) -> None:
    world = struck(tmp_path, Kind.ERROR_BEFORE)
    assert world.verdict() == []
    assert world.judge.bets() == []
    assert states(world) == {"in_doubt": world.ledger.open_stakes() // 1_000}
    assert world.ledger.open_stakes() >= world.actor("risk")._book.liability() == 20_000
    assert "max_exposure" in world.denials()


def test_a_doubt_outlives_the_process_and_still_counts(tmp_path: Path) -> None:
    world = struck(tmp_path, Kind.ERROR_BEFORE)
    placed, doubtful = len(world.judge.requests), world.ledger.open_stakes()
    world.gate.open()
    world.judge.killed_at = None
    world.crash()
    world.run(60)
    assert len(world.judge.requests) == placed > 10
    assert world.ledger.open_stakes() == doubtful
    assert world.actor("risk")._book.stakes() == doubtful
    assert world.actor("risk")._book.liability() == 20_000


def test_a_doubt_is_cleared_when_the_figures_of_the_book_leave_no_room_for_it(
    tmp_path: Path,
) -> None:
    world = struck(tmp_path, Kind.ERROR_BEFORE, 2, 4, limits=LIMITS)
    assert world.verdict() == []
    assert world.ledger.open_stakes() == 0
    second, fourth = (world.ledger.order(world.judge.requests[n].id) for n in (1, 3))
    for order in (second, fourth):
        assert order is not None
        assert (order.state, order.reason[:29]) == ("refused", "the book has no such bet: non")


def test_a_placement_that_reaches_the_book_long_after_we_gave_up_is_found(tmp_path: Path) -> None:
    world = World(tmp_path, trouble=Trouble(late_placements=1_000), limits=LIMITS, every=3)
    world.run(200)
    world.end()
    assert world.verdict() == []
    assert len(world.judge.bets()) > 5
    assert world.ledger.open_stakes() == 0


def test_a_throttled_placement_is_refused_and_nothing_stays_reserved(tmp_path: Path) -> None:
    world = struck(tmp_path, Kind.TOO_MANY)
    assert world.verdict() == []
    assert world.judge.bets() == []
    assert set(states(world)) == {"refused"}
    assert world.ledger.open_stakes() == 0


def test_a_session_lost_in_a_placement_costs_one_login_and_no_bet(tmp_path: Path) -> None:
    world = struck(tmp_path, Kind.SESSION_LOST, 3)
    assert world.verdict() == []
    assert world.counts.calls["login"] == 2
    assert states(world)["settled"] > 5


def test_news_of_a_bet_is_not_lost_when_the_round_that_brought_it_fails_afterwards(
    tmp_path: Path,
) -> None:
    def fail() -> None:
        last = [entry.kind for entry in world.journal.entries()][-1:]
        if last == ["order.settled"] and world.now > failed[-1] + 8_000:
            failed.append(world.now)
            raise RuntimeError("simulated: an error nobody foresaw, after a bet was settled")

    world = World(tmp_path, limits=LIMITS, every=3)
    failed = [0]
    for number in range(1, 100):
        world.plan_at("getaccountsummary", number, fail)
    world.run(130)
    assert world.restarts()["settler/ao"] == len(failed) - 1 > 1
    world.end()
    assert world.verdict() == []


def test_sessions_lost_one_after_another_cost_one_login_each(tmp_path: Path) -> None:
    calls = {"getfeeds": 3, "getplacementinfo": 5, "getrunningbets": 30, "getnonrunningbets": 35}
    faults = tuple(Fault(Kind.SESSION_LOST, method, (call,)) for method, call in calls.items())
    world = World(tmp_path, trouble=Trouble(faults), limits=LIMITS, every=3)
    world.run(130)
    assert world.struck.struck[Kind.SESSION_LOST] == len(calls)
    assert world.counts.calls["login"] == 1 + len(calls)
    world.end()
    assert world.verdict() == []
    assert world.restarts() == {}


def test_the_gate_closed_while_the_book_is_asked_for_its_price_stops_that_placement(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, limits=LIMITS, every=3)
    world.plan_at("getplacementinfo", 4, world.kill)
    world.run(130)
    world.end()
    assert world.verdict() == []
    assert len(world.judge.requests) == 3
    reasons = {order.reason for order in world.ledger.everything() if order.state == "expired"}
    assert reasons == {"kill gate closed"}


def test_a_crash_does_not_shorten_the_rest_of_a_selection(tmp_path: Path) -> None:
    patient = RiskSettings(max_event_exposure=Amount(8_000), max_selection_exposure=Amount(4_000))
    world = World(tmp_path, limits=patient, every=3)
    world.run(50)
    world.crash()
    world.run(80)
    orders = [world.ledger.order(request.id) for request in world.judge.requests]
    asked = Counter(order.selection for order in orders if order is not None)
    assert max(asked.values()) == 1
    assert len(asked) > 5
    assert "selection_cooldown" in world.denials()


def test_a_closed_gate_stays_closed_over_a_crash_until_it_is_opened(tmp_path: Path) -> None:
    world = World(tmp_path, limits=LIMITS, every=3)
    world.run(40)
    world.kill()
    placed = len(world.judge.requests)
    world.crash()
    world.run(60)
    assert len(world.judge.requests) == placed > 0
    world.gate.open()
    world.judge.killed_at = None
    world.run(60)
    assert len(world.judge.requests) > placed
    assert "kill_gate" in world.denials()
    world.end()
    assert world.verdict() == []

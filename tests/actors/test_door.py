"""The one door: one reason for each thing that keeps an order in, and no way around it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import actors
from actors.books.asianodds.connection import Answer
from actors.books.asianodds.placement import Handed, Offer
from actors.door import Door, Ready, fit
from actors.errors import NotSentError
from actors.gate import KillGate
from actors.permits import PermitKey
from actors.settings import Mode
from actors.units import Money
from runtime.clock import VirtualClock
from tests.actors.books.answers import envelope
from tests.actors.world import KEY, intent, permit_for, selection

SOURCES = Path(actors.__file__).parent


class Book:
    """Takes every bet, and keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.when_connecting: Callable[[], None] = lambda: None

    def exchange(
        self, call: str, *, token: str, document: bytes, last_look: Callable[[], None]
    ) -> Answer:
        self.when_connecting()
        last_look()
        self.sent.append({"call": call, "token": token} | msgspec.json.decode(document))
        part = {"Bookie": "SBO", "PlacedSuccessfully": True, "ReturnCode": 0}
        return Answer(200, envelope({"BetPlacementReference": "WA-t-1", "PlacementData": [part]}))


@pytest.fixture
def clock() -> VirtualClock:
    clock = VirtualClock()
    clock.advance_to(10.0)
    return clock


@pytest.fixture
def gate(tmp_path: Path) -> KillGate:
    return KillGate(tmp_path)


@pytest.fixture
def door(gate: KillGate, clock: VirtualClock) -> Door:
    return Door(gate, KEY, clock, term=1, mode=Mode.PAPER, max_age=30.0)


def ready(price: int = 1950, stake: int = 1000, **permit: Any) -> Ready:
    return Ready(intent(), permit_for(intent(), **permit), price, stake)


def test_an_order_with_a_good_permit_may_leave(door: Door) -> None:
    assert door.look(ready(), 10.0) == ""


def test_a_closed_gate_lets_nothing_out(door: Door, gate: KillGate) -> None:
    gate.close("test", "ada", 5)
    assert door.look(ready(), 10.0) == "kill gate closed"


def test_the_gate_is_asked_before_anything_else(door: Door, gate: KillGate) -> None:
    gate.close("test", "ada", 5)
    assert door.look(ready(price=1, stake=0, term=9, expires=0.0), 0.0) == "kill gate closed"


def test_a_dry_run_lets_nothing_out(gate: KillGate, clock: VirtualClock) -> None:
    door = Door(gate, KEY, clock, 1, Mode.DRY, 30.0)
    assert door.look(ready(), 10.0) == "dry run: nothing is placed"


def test_live_lets_out_what_has_a_permit(gate: KillGate, clock: VirtualClock) -> None:
    assert Door(gate, KEY, clock, 1, Mode.LIVE, 30.0).look(ready(), 10.0) == ""


def test_a_permit_is_good_up_to_its_last_moment_and_not_at_it(
    door: Door, clock: VirtualClock
) -> None:
    clock.advance_to(14.999)
    assert door.look(ready(expires=15.0), 10.0) == ""
    for later in (15.0, 15.001, 39.0):
        clock.advance_to(later)
        assert door.look(ready(expires=15.0), 10.0) == "permit ran out"


@pytest.mark.parametrize("term", [0, 2])
def test_a_permit_of_another_term_is_none(door: Door, term: int) -> None:
    assert door.look(ready(term=term), 10.0) == f"permit of term {term}, this is 1"


@pytest.mark.parametrize(
    "other",
    [{"order": "t-2"}, {"order": "t-0"}, {"selection": selection(9).key}, {"selection": ""}],
)
def test_a_permit_for_another_order_is_none(door: Door, other: dict[str, str]) -> None:
    assert door.look(ready(**other), 10.0) == "permit is for another order"


def test_a_permit_for_another_book_is_none(door: Door) -> None:
    for other in ({"book": "PIN"}, {"book": "SIN"}, {"account": "b"}, {"account": "a"}):
        assert door.look(ready(**other), 10.0) == "permit is for another account or book"


def test_a_permit_that_risk_has_not_signed_is_none(door: Door) -> None:
    stranger = PermitKey(b"of another core").signed(permit_for(intent()))
    unsigned = msgspec.structs.replace(permit_for(intent()), signature=b"")
    for permit in (stranger, unsigned):
        assert door.look(Ready(intent(), permit, 1950, 1000), 10.0) == "permit is not Risk's"


@pytest.mark.parametrize(
    "change",
    [
        {"order": "t-2"},
        {"selection": "x"},
        {"account": "b"},
        {"book": "PIN"},
        {"floor": 1919},
        {"stake": 1001},
        {"term": 2},
        {"expires": 15.1},
    ],
)
def test_no_word_of_a_permit_can_be_changed(door: Door, change: dict[str, Any]) -> None:
    forged = msgspec.structs.replace(permit_for(intent()), **change)
    assert door.look(Ready(intent(), forged, 1950, 1000), 10.0) == "permit is not Risk's"


def test_a_permit_is_good_for_one_placement(door: Door) -> None:
    book = Book()
    assert isinstance(door.send(book, "token", ready(), 10.0), Handed)  # type: ignore[arg-type]
    assert door.send(book, "token", ready(), 10.0) == "permit was used before"  # type: ignore[arg-type]
    assert len(book.sent) == 1


def test_what_happens_while_the_connection_is_made_is_seen(
    door: Door, gate: KillGate, clock: VirtualClock
) -> None:
    """To connect may take seconds: the last look is after that."""
    book = Book()
    book.when_connecting = lambda: gate.close("test", "ada", 5)
    with pytest.raises(NotSentError, match="kill gate closed"):
        door.send(book, "token", ready(), 10.0)  # type: ignore[arg-type]
    gate.open()
    book.when_connecting = lambda: clock.advance_to(15.0)
    with pytest.raises(NotSentError, match="permit ran out"):
        door.send(book, "token", ready(), 10.0)  # type: ignore[arg-type]
    assert book.sent == []


def test_a_price_may_be_as_old_as_allowed_and_no_older(door: Door, clock: VirtualClock) -> None:
    clock.advance_to(40.0)
    assert door.look(ready(expires=99.0), 10.0) == ""
    clock.advance_to(40.1)
    assert door.look(ready(expires=99.0), 10.0) == "price is 30.1 s old"


def test_a_price_may_be_at_the_floor_and_not_under_it(door: Door) -> None:
    assert door.look(ready(price=1920), 10.0) == ""
    assert door.look(ready(price=1919), 10.0) == "price 1.919 under the floor 1.920"


def test_the_floor_is_the_permits(door: Door) -> None:
    assert door.look(ready(price=1950, floor=1960), 10.0) == "price 1.950 under the floor 1.960"


def test_a_stake_may_be_what_is_permitted_and_no_more(door: Door) -> None:
    assert door.look(ready(stake=1000), 10.0) == ""
    assert door.look(ready(stake=1), 10.0) == ""
    assert door.look(ready(stake=1001), 10.0) == "stake 10.01, permit 10.00"


@pytest.mark.parametrize("stake", [0, -1])
def test_a_stake_is_above_nothing(door: Door, stake: int) -> None:
    assert door.look(ready(stake=stake), 10.0).startswith("stake ")


def test_what_leaves_is_the_order_under_its_own_id(door: Door) -> None:
    book = Book()
    answer = door.send(book, "token", ready(price=1960, stake=800), 10.0)  # type: ignore[arg-type]
    assert answer == Handed("WA-t-1", True, 0, "")
    assert len(book.sent) == 1
    assert book.sent[0]["call"] == "PlaceBet"
    assert book.sent[0]["PlaceBetId"] == "t-1"
    assert book.sent[0]["BookieOdds"] == "SBO:1.96"
    assert (book.sent[0]["Amount"], book.sent[0]["AcceptChangedOdds"]) == (8.0, 0)


@pytest.mark.parametrize(
    ("order", "priced_at", "killed"),
    [
        (ready(), 10.0, True),
        (ready(expires=10.0), 10.0, False),
        (ready(term=2), 10.0, False),
        (ready(order="t-2"), 10.0, False),
        (ready(book="PIN"), 10.0, False),
        (ready(), -20.1, False),
        (ready(price=1919), 10.0, False),
        (ready(stake=1001), 10.0, False),
    ],
)
def test_sending_looks_itself_and_sends_no_byte_when_it_may_not(
    door: Door, gate: KillGate, order: Ready, priced_at: float, killed: bool
) -> None:
    if killed:
        gate.close("test", "ada", 5)
    book = Book()
    answer = door.send(book, "token", order, priced_at)  # type: ignore[arg-type]
    assert isinstance(answer, str)
    assert answer != ""
    assert book.sent == []


def offer(book: str = "SBO", price: int = 1960, **fields: Any) -> Offer:
    made = Offer(book, price, Money(500), Money(50_000), False, "", "0-0.5")
    return msgspec.structs.replace(made, **fields)


def fitted(*offers: Offer, stake: int = 1000) -> Ready | str:
    wanted = intent(stake=stake)
    return fit(wanted, permit_for(wanted), offers)


def test_an_order_takes_the_books_price_of_now() -> None:
    found = fitted(offer())
    assert isinstance(found, Ready)
    assert (found.price, found.stake) == (1960, 1000)


def test_a_stake_is_cut_to_what_the_book_takes() -> None:
    found = fitted(offer(maximum=Money(600)))
    assert isinstance(found, Ready)
    assert found.stake == 600


def test_a_stake_is_never_raised_to_the_books_minimum() -> None:
    assert isinstance(fitted(offer(minimum=Money(1000)), stake=1000), Ready)
    assert fitted(offer(minimum=Money(1001))) == "stake 10.00 is under the minimum 10.01"
    assert fitted(offer(maximum=Money(400))) == "stake 4.00 is under the minimum 5.00"


def test_a_stake_is_never_above_the_permit() -> None:
    wanted = intent(stake=1000)
    found = fit(wanted, permit_for(wanted, stake=700), (offer(),))
    assert isinstance(found, Ready)
    assert found.stake == 700


def test_the_offer_of_another_book_is_none() -> None:
    for book in ("PIN", "SIN"):
        assert fitted(offer(book)) == "SBO makes no offer"
    assert fitted() == "SBO makes no offer"


def test_the_names_of_books_are_the_same_in_any_case() -> None:
    assert isinstance(fitted(offer("PIN", 1), offer("sbo")), Ready)


def test_of_two_offers_of_a_book_the_first_counts() -> None:
    found = fitted(offer(price=1930), offer(price=1960))
    assert isinstance(found, Ready)
    assert found.price == 1930


def test_a_rejected_offer_says_why() -> None:
    assert fitted(offer(rejected=True, message="market closed")) == "SBO rejects: market closed"
    assert fitted(offer(rejected=True)) == "SBO rejects: no reason given"
    assert fitted(offer(fault="line 0.5, not 0.25")) == "SBO rejects: line 0.5, not 0.25"


def test_a_price_that_went_under_the_floor_is_left() -> None:
    assert isinstance(fitted(offer(price=1920)), Ready)
    assert fitted(offer(price=1919)) == "price went to 1.919, floor 1.920"
    assert fitted(offer(price=0)) == "price went to 0.000, floor 1.920"


# That there is no other way out, as the sources show.


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCES.rglob("*.py")):
        yield str(path.relative_to(SOURCES)), ast.parse(path.read_text(encoding="utf-8"))


def test_only_the_door_takes_the_word_that_places() -> None:
    """Neither by name nor through the module of which it is part."""
    holders = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                taken = {alias.name for alias in node.names}
                if node.module == "actors.books.asianodds.placement" and taken & {"place", "*"}:
                    holders.add(name)
                if node.module == "actors.books.asianodds" and "placement" in taken:
                    holders.add(name)
            if isinstance(node, ast.Import) and any(
                alias.name.endswith("placement") for alias in node.names
            ):
                holders.add(name)
    assert holders == {"door.py"}


def test_only_the_gateway_opens_the_door() -> None:
    makers, senders = set(), set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "Door":
                makers.add(name)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "send":
                held = ast.unparse(node.func.value)
                if "door" in held.lower():
                    senders.add(name)
    assert makers == {"gateway.py"}
    assert senders == {"gateway.py"}


def test_the_door_asks_for_leave_in_the_function_that_places() -> None:
    """The call that places comes after the look, and is the only one of the module."""
    tree = ast.parse((SOURCES / "door.py").read_text(encoding="utf-8"))
    calls = [
        (ast.unparse(node.func), node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]
    places = [line for name, line in calls if name == "place"]
    looks = [line for name, line in calls if name == "self.look"]
    assert len(places) == 1
    assert len(looks) == 2
    assert max(looks) < places[0]

"""Bugs that can be switched on: each breaks one promise, and its proof must find it.

`bin/prove --mutants` plants them one by one, each in a process of its own. What a proof does not
find when the promise is broken, it does not prove.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from actors import absence, door, gateway, reconciliation, settler
from actors.books.asianodds.last_look import LastLook
from actors.door import Door, Ready, fit
from actors.errors import UnknownOutcomeError
from actors.gateway import Gateway
from actors.hedge import course
from actors.ledger import Ledger, Order
from actors.market_view import MarketView
from actors.orders import Intent, OrderState, Permit
from actors.permits import PermitKey
from actors.risk import controls
from actors.risk.actor import Risk
from actors.risk.reservations import Reservations
from actors.simulation import run
from actors.simulation.carriage import SimClient
from actors.simulation.plan import Plan, plan
from actors.strategies import answers
from runtime.actor import Actor
from runtime.errors import DiskRefusesError
from runtime.journal import Journal
from runtime.supervision import Supervision

Patch = Callable[[Any, str, Any], object]
"""Puts something in the place of an attribute: `setattr`, or a test's own."""

DOOR = "tests/actors/test_door.py"
RISK = "tests/actors/risk/test_actor.py"
STEERING = "tests/actors/risk/test_steering.py"
JOURNAL = "tests/runtime/test_journal.py"
LEDGER = "tests/actors/test_ledger.py"
SETTLER = "tests/actors/test_settler.py"


@dataclass(frozen=True)
class Mutant:
    """One bug. It is found by the simulation, in these words, or else by these tests."""

    plant: Callable[[Patch], None]
    words: str = ""
    tests: str = ""


def _blind_to(*reasons: str) -> Callable[[Patch], None]:
    """Let the door overlook some of its reasons."""

    def plant(patch: Patch) -> None:
        look = Door.look

        def blind(self: Door, order: Ready, priced_at: float) -> str:
            reason = look(self, order, priced_at)
            return "" if any(one in reason for one in reasons) else reason

        patch(Door, "look", blind)

    return plant


def _looks_before_the_connection_only(patch: Patch) -> None:
    place = vars(door)["place"]

    def early(*arguments: Any, last_look: LastLook, **named: Any) -> Any:
        last_look()
        return place(*arguments, last_look=lambda: None, **named)

    patch(door, "place", early)


def _sends_again_after_a_timeout(patch: Patch) -> None:
    exchange = SimClient.exchange

    def stubborn(self: SimClient, call: str, **named: Any) -> Any:
        try:
            return exchange(self, call, **named)
        except UnknownOutcomeError:
            if call != "PlaceBet":
                raise
            return exchange(self, call, **(named | {"last_look": None}))

    patch(SimClient, "exchange", stubborn)


def _resolves_a_doubt_by_a_timer(patch: Patch) -> None:
    patch(settler, "HISTORY_AFTER", 0.0)
    patch(absence.Absence, "look", lambda *_, **__: True)
    drawn = plan

    def with_late_placements(seed: int) -> Plan:
        """Without many of them it would take very many seeds."""
        scenario = drawn(seed)
        late = replace(scenario.trouble, late_placements=300, latest=30_000)
        return replace(scenario, trouble=late)

    patch(run, "plan", with_late_placements)


def _takes_a_timeout_for_a_no(patch: Patch) -> None:
    end = Gateway._end

    def sure(self: Gateway, intent: Intent, state: OrderState, reason: str, stake: int = 0) -> None:
        known = OrderState.REFUSED if state is OrderState.IN_DOUBT else state
        end(self, intent, known, reason, stake)

    patch(Gateway, "_end", sure)


def _forgets_reservations_on_a_restart(patch: Patch) -> None:
    patch(Reservations, "restore", lambda *_: None)


def _reserves_nothing(patch: Patch) -> None:
    patch(Reservations, "grant", lambda *_: None)


def _lets_go_of_what_is_in_doubt(patch: Patch) -> None:
    follow = Risk._follow

    def careless(self: Risk, order: str, state: OrderState, stake: int, pnl: int) -> None:
        known = OrderState.REFUSED if state is OrderState.IN_DOUBT else state
        follow(self, order, known, stake, pnl)

    patch(Risk, "_follow", careless)


def _places_under_the_floor(patch: Patch) -> None:
    def lax(intent: Intent, permit: Permit, offers: Any) -> Ready | str:
        found = fit(intent, permit, offers)
        if isinstance(found, str) and found.startswith("price went"):
            low = [offer for offer in offers if offer.book.upper() == intent.book.upper()]
            return Ready(intent, permit, low[0].price, intent.stake)
        return found

    patch(gateway, "fit", lax)
    _blind_to("under the floor")(patch)


def _leaves_out(name: str) -> Callable[[Patch], None]:
    """Let one control be missing."""

    def plant(patch: Patch) -> None:
        kept = tuple(one for one in controls.CONTROLS if one.__name__ != name)
        patch(controls, "CONTROLS", kept)

    return plant


def _sends_before_it_writes(patch: Patch) -> None:
    patch(Gateway, "_begin_sending", lambda *_: True)


def _drops_the_fence(patch: Patch) -> None:
    patch(Journal, "_check", lambda *_: None)


def _signs_for_anybody(patch: Patch) -> None:
    patch(PermitKey, "is_genuine", lambda *_: True)


def _keeps_permits_of_what_is_paused(patch: Patch) -> None:
    patch(Risk, "_take_back", lambda *_: None)


def _counts_no_bet_that_it_holds_to_be_none(patch: Patch) -> None:
    def knows(self: Ledger, reference: str, _ticket: str = "") -> bool:
        query = "SELECT 1 FROM orders WHERE reference = ?"
        return self.journal.connection.execute(query, (reference,)).fetchone() is not None

    patch(Ledger, "accounts_for", knows)


def _takes_any_ticket_with_its_reference(patch: Patch) -> None:
    def same(order: Order, bet: Any) -> bool:
        return bool(bet.reference == order.reference)

    patch(reconciliation, "is_ours", same)


def _takes_a_refused_write_for_written(*addresses: str) -> Callable[[Patch], None]:
    """Let some actors go on when the disk has refused."""

    def plant(patch: Patch) -> None:
        write = Actor._write

        def careless(self: Actor) -> None:
            try:
                write(self)
            except DiskRefusesError:
                if not self.address.startswith(addresses):
                    raise

        patch(Actor, "_write", careless)

    return plant


def _counts_what_the_disk_refuses(patch: Patch) -> None:
    exited = Supervision.exited

    def strict(self: Supervision, *child: Any, **_excused: bool) -> Any:
        return exited(self, *child)

    patch(Supervision, "exited", strict)


def _sells_what_stands_beside(patch: Patch) -> None:
    patch(answers, "Reference", type("Nothing", (), {}))
    patch(MarketView, "offers", lambda _self, _quote: True)


def _begins_bundles_of_what_is_paused(patch: Patch) -> None:
    patch(course, "SCOPES", ())


MUTANTS: Mapping[str, Mutant] = {
    "ignores the kill gate": Mutant(_blind_to("kill gate closed"), "through a closed gate"),
    "looks before the connection only": Mutant(_looks_before_the_connection_only, tests=DOOR),
    "sends again after a timeout": Mutant(_sends_again_after_a_timeout, "is sent again"),
    "takes a timeout for a no": Mutant(_takes_a_timeout_for_a_no, "'refused'"),
    "resolves a doubt by a timer": Mutant(_resolves_a_doubt_by_a_timer, "'refused'"),
    "forgets reservations on a restart": Mutant(_forgets_reservations_on_a_restart, "exposure: "),
    "reserves nothing": Mutant(_reserves_nothing, "exposure: "),
    "lets go of what is in doubt": Mutant(_lets_go_of_what_is_in_doubt, tests=RISK),
    "places under the floor": Mutant(_places_under_the_floor, "is sent at"),
    "believes an old price": Mutant(_blind_to(" s old"), "is sent with a price"),
    "leaves out the limit on events": Mutant(_leaves_out("max_event_exposure"), "event exposure: "),
    "leaves out the limit on books": Mutant(_leaves_out("max_book_exposure"), "book exposure: "),
    "leaves out the limit on open bets": Mutant(_leaves_out("max_open_bets"), "open bets: "),
    "sends before it writes": Mutant(_sends_before_it_writes, "and the journal says"),
    "drops the fence": Mutant(_drops_the_fence, tests=JOURNAL),
    "takes a permit twice": Mutant(_blind_to("used before"), tests=DOOR),
    "takes a permit that is not signed": Mutant(_signs_for_anybody, tests=DOOR),
    "takes a permit of another term": Mutant(_blind_to("of term"), tests=DOOR),
    "grants before the book was read": Mutant(_leaves_out("reconciled"), tests=STEERING),
    "keeps permits of what is paused": Mutant(_keeps_permits_of_what_is_paused, "is paused"),
    "leaves out the pauses": Mutant(_leaves_out("not_paused"), "is paused"),
    "counts no bet that it holds to be none": Mutant(
        _counts_no_bet_that_it_holds_to_be_none, tests=f"{SETTLER} {LEDGER}"
    ),
    "takes any ticket with its reference": Mutant(
        _takes_any_ticket_with_its_reference, tests="tests/actors/test_reconciliation.py"
    ),
    "grants what it could not write": Mutant(
        _takes_a_refused_write_for_written("risk"), tests="tests/actors/risk/test_full_disk.py"
    ),
    "sends though SENDING was refused": Mutant(
        _takes_a_refused_write_for_written("gateway/"), tests="tests/actors/test_full_disk.py"
    ),
    "sells what stands beside": Mutant(
        _sells_what_stands_beside, tests="tests/actors/test_market_beside.py"
    ),
    "begins bundles of what is paused": Mutant(
        _begins_bundles_of_what_is_paused, tests="tests/actors/hedge"
    ),
    "gives up on a disk that stays full": Mutant(
        _counts_what_the_disk_refuses, tests="tests/runtime/test_actor_disk.py"
    ),
}

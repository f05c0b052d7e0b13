"""The small world of the betting actors' tests: real words, a real journal, doubles that listen."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from actors.ledger import Ledger, Order, OrderTable
from actors.messages import AccountState, Signal
from actors.orders import Adopted, Evidence, Intent, OrderState, Permit, Seen
from actors.permits import PermitKey
from actors.selections import Event, MarketType, Period, Phase, Quote, Selection, Side
from actors.settings import AccountSettings, RiskSettings
from actors.units import Millis
from runtime.actor import Actor
from runtime.codec import Message
from runtime.configuration import Secret
from runtime.journal import Entry, Journal
from runtime.sim_host import SimHost

NOW = 1_600_000_000_000
"""The hour at which SimHost's clock begins: 2020-09-13, 12:26 UTC."""

KICK_OFF = Millis(NOW + 7_200_000)

ACCOUNT = AccountSettings(url="http://book/login", username="me", password=Secret("hush"))

KEY = PermitKey(b"of the tests")

M = TypeVar("M", bound=Message)


def event(key: str = "ao-1", **fields: Any) -> Event:
    """Return a match that begins in two hours."""
    known = Event(key, "football", "*ENGLISH PREMIER LEAGUE", "Arsenal", "Everton", KICK_OFF, TODAY)
    return msgspec.structs.replace(known, **fields)


TODAY = Phase.TODAY
EVENT = event()
HOME = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, -25, Side.HOME)


def selection(number: int = 0, of: str = "ao-1") -> Selection:
    """Return one of many totals of a match."""
    return Selection(of, MarketType.TOTAL, Period.FULL_TIME, 25 * number, Side.OVER)


def handicap(number: int = 0, of: str = "ao-1") -> Selection:
    """Return one of many handicaps of a match that all lose, as HOME does, when Everton wins."""
    return Selection(of, MarketType.HANDICAP, Period.FULL_TIME, -50 - 25 * number, Side.HOME)


def quote(
    wanted: Selection = HOME, book: str = "SBO", price: int = 1950, received_at: int = NOW
) -> Quote:
    return Quote(wanted, book, price, "11/1/1", Millis(received_at), Millis(received_at))


EVIDENCE = Evidence("SBO pays more", 1900, 263, (Seen("PIN", "home", 1930, 0),))


def intent(order: str = "t-1", **fields: Any) -> Intent:
    """Return a wish for 10.00 on Arsenal -0.25 at SBO, seen just now."""
    return msgspec.structs.replace(
        Intent(
            order,
            "ao",
            EVENT,
            HOME,
            "SBO",
            "11/1/1",
            1950,
            1920,
            1000,
            "value",
            Millis(NOW),
            EVIDENCE,
        ),
        **fields,
    )


def adopted(ticket: str = "77", **fields: Any) -> Adopted:
    """Return a bet of 10.00 on Arsenal -0.25 at SBO that the book holds, as an order of ours."""
    called = msgspec.structs.replace(HOME, event="ao-Arsenal v Everton")
    made = Adopted(
        f"a-{ticket}",
        "ao",
        called,
        "Arsenal",
        "Everton",
        EVENT.league,
        KICK_OFF,
        "SBO",
        1950,
        1000,
        f"WA-{ticket}",
        ticket,
        Millis(NOW),
    )
    return msgspec.structs.replace(made, **fields)


def permit_for(wanted: Intent, **fields: Any) -> Permit:
    """Return Risk's leave for exactly this intent, good for 15 seconds of SimHost's time."""
    made = Permit(
        wanted.order,
        wanted.selection.key,
        wanted.book,
        wanted.floor,
        wanted.stake,
        1,
        15.0,
        wanted.account,
    )
    return KEY.signed(msgspec.structs.replace(made, **fields))


def signal(**fields: Any) -> Signal:
    """Return what a Market says when a strategy wants the bet of `intent`."""
    made = Signal(
        "ao", EVENT, HOME, "SBO", "11/1/1", 1950, 1920, 1000, "value", Millis(NOW), EVIDENCE
    )
    return msgspec.structs.replace(made, **fields)


def limits(**fields: Any) -> RiskSettings:
    """Return wide limits without cooldowns, except for what a test sets."""
    wide = {
        "max_stake": 1_000_000,
        "max_exposure": 10_000_000,
        "max_account_exposure": 10_000_000,
        "max_book_exposure": 10_000_000,
        "max_league_exposure": 10_000_000,
        "max_event_exposure": 10_000_000,
        "max_market_exposure": 10_000_000,
        "max_selection_exposure": 10_000_000,
        "daily_loss": 10_000_000,
        "max_drawdown": 10_000_000,
        "max_open_bets": 1000,
        "orders_per_minute": 1000,
        "selection_cooldown": 0.0,
        "event_cooldown": 0.0,
    }
    return RiskSettings(**{**wide, **fields})


def new_journal() -> Journal:
    """Return a journal with its ledger, in memory, in its first term."""
    journal = Journal(None, [OrderTable()])
    journal.begin_term(NOW)
    return journal


def agreed(account: str = "ao", foreign_stakes: int = 0) -> AccountState:
    """Return what a Settler says when the account's book and the journal agree."""
    return AccountState(account, 100_000, 0, foreign_stakes, 0, Millis(NOW), answered=True)


class Clerk:
    """Writes orders into a journal as the actors would."""

    def __init__(self, journal: Journal, writer: str = "clerk") -> None:
        self.journal = journal
        self.writer = writer
        self.pen = journal.claim(writer)

    def write(self, *entries: Entry, at: int = NOW) -> None:
        self.journal.append(self.writer, self.pen, list(entries), at)

    def move(self, order: str, *states: OrderState, at: int = NOW, **body: Any) -> None:
        """Move an order through these states; the body goes with each."""
        for state in states:
            self.write(Entry(f"order.{state.value}", order, body), at=at)

    def want(self, wanted: Intent, *states: OrderState, at: int = NOW, **body: Any) -> None:
        """Make an order and move it on."""
        made = {"intent": msgspec.to_builtins(wanted), "controls": []}
        self.write(Entry("order.intent", wanted.order, made), at=at)
        self.move(wanted.order, *states, at=at, **body)

    def adopt(self, bet: Adopted, at: int = NOW, reason: str = "lost") -> None:
        """Take over a bet of the book, as the Settler does."""
        body = {"bet": msgspec.to_builtins(bet), "reason": reason, "by": "ada", "earlier": ""}
        self.write(Entry("order.adopted", bet.order, body), at=at)


S = OrderState
TO_PERMITTED = (S.PERMITTED,)
TO_SENDING = (*TO_PERMITTED, S.SENDING)
TO_PENDING = (*TO_SENDING, S.PENDING)
TO_IN_DOUBT = (*TO_SENDING, S.IN_DOUBT)
TO_ACCEPTED = (*TO_PENDING, S.ACCEPTED)


class Listener(Actor):
    """Stands at an address and keeps what it is told, in a list shared with the test."""

    def __init__(self, heard: list[Message]) -> None:
        super().__init__()
        self.heard = heard

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        self.heard.append(message)


class World:
    """A SimHost with a journal, and listeners where the other actors would be."""

    def __init__(self, *listeners: str, journal: Journal | None = None, seed: int = 1) -> None:
        self.journal = journal or new_journal()
        self.host = SimHost(seed=seed, journal=self.journal)
        self.heard: dict[str, list[Message]] = {}
        for address in listeners:
            self.listen(address)

    def listen(self, address: str) -> list[Message]:
        """Put a listener at an address, and return the list of what it hears."""
        heard = self.heard[address] = []
        self.host.spawn(Listener, address, heard=heard)
        self.host.run(0)
        return heard

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.journal)

    @property
    def now(self) -> Millis:
        return Millis(self.host.clock.now())

    def spawn(self, actor_class: type[Actor], address: str, **arguments: Any) -> Actor:
        """Start an actor and let it begin."""
        self.host.spawn(actor_class, address, **arguments)
        cell = self.host.cells[address]
        self.host.run(0)
        assert cell.actor is not None
        return cell.actor

    def kill(self, address: str) -> None:
        """End an actor without letting it do anything more, as a crash would."""
        cell = self.host.cells[address]
        assert cell.actor is not None
        cell.actor._fail(RuntimeError("killed by the test"))
        self.host.loop_ended(cell)

    def tell(self, to: str, *messages: Message, sender: str = "", seconds: float = 0) -> None:
        """Send messages and let everybody work, for so long."""
        for message in messages:
            self.host.tell(to, message, sender)
        self.host.run(seconds)

    def told(self, address: str, kind: type[M]) -> list[M]:
        """Return the messages of one kind that a listener has heard."""
        return [message for message in self.heard[address] if isinstance(message, kind)]

    def order(self, order: str) -> Order:
        found = self.ledger.order(order)
        assert found is not None, f"no order {order}"
        return found

    def steps(self, order: str) -> list[str]:
        """Return the states an order has gone through."""
        return [entry.kind.removeprefix("order.") for entry in self.journal.entries(order)]


def until(world: World, done: Callable[[], bool], seconds: float) -> None:
    """Run second by second until it is true, at most for so long."""
    for _ in range(int(seconds)):
        if done():
            return
        world.host.run(1.0)
    assert done(), f"not true after {seconds} s"

"""A core under full load: couriers that place as fast as they can, and mailboxes that are full."""

import threading
from pathlib import Path
from typing import Any

import msgspec

from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.connection import Answer
from actors.books.asianodds.last_look import LastLook
from actors.gate import KillGate
from actors.gateway import Gateway
from actors.ledger import open_journal
from actors.messages import Place, Token
from actors.orders import Evidence, Intent, Permit
from actors.permits import PermitKey
from actors.selections import Event, MarketType, Period, Phase, Selection, Side
from actors.settings import AccountSettings, Mode
from actors.units import Millis
from runtime.actor import Actor
from runtime.clock import SystemClock
from runtime.codec import Message, seal
from runtime.errors import OurError
from runtime.host import Ports
from runtime.journal import Entry
from runtime.thread_host import ThreadHost

COURIERS = 4
FULL = 2_000
"""Orders that wait for each courier: at 100 a second it would take 20 seconds to work them off."""
BATCH = 200
LIFETIME = 3_600.0
BOOK, ACCOUNT = "PIN", "ao"


class Seen:
    """When each placement's first byte left, in monotonic seconds; seen by the book's side."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.placed: list[float] = []


class BusyBook(AsianOddsClient):
    """A book that offers and takes everything, after the time that a quick one takes."""

    seen: Seen

    def exchange(self, call: str, *, last_look: LastLook | None = None, **options: Any) -> Answer:
        threading.Event().wait(0.002)  # to connect, or to answer
        if last_look is not None:
            last_look()
        if call == "PlaceBet":
            type(self).seen.placed.append(self.seen.clock.monotonic())
            id_ = msgspec.json.decode(options["document"])["PlaceBetId"]
            part = {"Bookie": BOOK, "PlacedSuccessfully": True, "ReturnCode": 0}
            result = {"BetPlacementReference": f"WA-{id_}", "PlacementData": [part]}
            return Answer(200, _envelope(result))
        offer = {"Bookie": BOOK, "HDPorGoal": "2.50", "Price": 1.95, "OddsFormat": "00"}
        limits = {"MinimumAmount": 1, "MaximumAmount": 1000}
        return Answer(200, _envelope({"OddsPlacementData": [offer | limits]}))


class Wedged(Actor):
    """Never comes back from its first turn, until it is let go."""

    own_thread = True

    def __init__(self, until: threading.Event) -> None:
        super().__init__()
        self.until = until

    def on_message(self, message: Message, sender: str) -> None:  # noqa: ARG002
        self.until.wait()


class Load:
    """Couriers with full mailboxes, beside a wedged actor."""

    def __init__(self, folder: Path) -> None:
        self.seen = Seen()
        self.gate = KillGate(folder)
        self.gate.prepare()
        self.journal = open_journal(folder)
        self.journal.begin_term(self.seen.clock.now())
        self._key = PermitKey()
        self._pen = self.journal.claim("load")
        self._count = 0
        self._let_go = threading.Event()
        BusyBook.seen = self.seen
        self.host = ThreadHost(Ports(journal=self.journal))
        self.host.spawn(Wedged, "wedged", until=self._let_go)
        self.host.tell("wedged", Token("", ""))
        self._couriers = [f"gateway/{ACCOUNT}/{number}" for number in range(1, COURIERS + 1)]
        for address in self._couriers:
            self.host.spawn(
                Gateway,
                address,
                account=ACCOUNT,
                settings=AccountSettings(url="http://nowhere"),
                connect=_connect,
                gate=self.gate,
                key=self._key,
                mode=Mode.PAPER,
                max_price_age=30.0,
            )
            self.host.tell(address, Token("token", "http://nowhere"))

    def waiting(self) -> int:
        """Return how many orders wait at the courier with the fewest."""
        return min(self.host.post.depth(address) for address in self._couriers)

    def fill(self, orders: int = FULL) -> None:
        """Bring every courier's mailbox up to so many orders, all permitted."""
        while self.waiting() < orders:
            if any(address not in self.host.cells for address in self._couriers):
                raise OurError("a courier has failed: the proof would prove nothing")
            now = self.seen.clock.now()
            intents = [self._intent(now) for _ in range(BATCH)]
            entries = [
                entry
                for intent in intents
                for entry in (
                    Entry(
                        "order.intent",
                        intent.order,
                        {"intent": msgspec.to_builtins(intent), "controls": []},
                    ),
                    Entry("order.permitted", intent.order, {"lifetime": LIFETIME}),
                )
            ]
            self.journal.append("load", self._pen, entries, now)
            self.host.post.send(
                [
                    seal(
                        Place(intent, self._permit(intent)),
                        self._couriers[number % COURIERS],
                        "load",
                    )
                    for number, intent in enumerate(intents)
                ]
            )

    def _intent(self, now: int) -> Intent:
        self._count += 1
        event = Event(
            "ao-1", "football", "LEAGUE", "Home", "Away", Millis(now + 9_000_000), Phase.TODAY
        )
        over = Selection("ao-1", MarketType.TOTAL, Period.FULL_TIME, 250, Side.OVER)
        why = Evidence("load", 1900, 100)
        return Intent(
            f"t-{self._count:012d}",
            ACCOUNT,
            event,
            over,
            BOOK,
            "11/1/1",
            1950,
            1900,
            1000,
            "load",
            Millis(now),
            why,
        )

    def _permit(self, intent: Intent) -> Permit:
        expires = self.seen.clock.monotonic() + LIFETIME
        term, stake = self.journal.term, intent.stake
        permit = Permit(
            intent.order, intent.selection.key, BOOK, intent.floor, stake, term, expires, ACCOUNT
        )
        return self._key.signed(permit)

    def close(self) -> None:
        """Let everything end."""
        self.gate.close("end of the proof", "proof", 0)
        self._let_go.set()
        self.host.close(30.0)


def _connect(settings: AccountSettings) -> BusyBook:
    return BusyBook(settings.url)


def _envelope(result: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"Code": 0, "Message": "", "Result": result})

"""Everything the betting actors say to each other, in the order it is said."""

from typing import ClassVar

import msgspec

from actors.fixtures.match import Twin
from actors.orders import Evidence, Intent, Permit, Verdict
from actors.selections import Event, Phase, Quote, Selection
from actors.units import Millis
from runtime.codec import LARGEST_LETTER, Message, Overflow
from runtime.limits import Few, Many, Report, Table

# Session and those who call the book.


class TokenWanted(Message, frozen=True):
    """Tell me the token, now and whenever it changes."""

    control = True


class Token(Message, frozen=True):
    """The session as it is. An empty value: there is none now, wait."""

    control = True
    recorded: ClassVar[bool] = False

    value: str
    base_url: str


class TokenRejected(Message, frozen=True):
    """The book no longer takes this token; log in once, whoever else says so too."""

    control = True
    recorded: ClassVar[bool] = False

    value: str


class SessionReportWanted(Message, frozen=True):
    """Tell me how the login stands, now and whenever it changes."""


class SessionReport(Message, frozen=True):
    """How an account's login stands: "logged in", "logging in" or "failed", and why."""

    overflow = Overflow.CONFLATE

    account: str
    state: str
    reason: str


class FeedTurnWanted(Message, frozen=True):
    """May I ask for prices? The answer comes when the rate budget allows it."""

    market: str
    phase: Phase


class FeedTurn(Message, frozen=True):
    """Ask for prices now."""

    market: str


class Throttled(Message, frozen=True):
    """The book says that we ask too often."""

    market: str


# Poller and Market.


class Credit(Message, frozen=True):
    """The Market can take one more update; `full` when it knows nothing yet."""

    full: bool = False


class MarketUpdate(Message, frozen=True):
    """What changed at the book since the last update, newest only.

    `confirmed`: everything that was told with this locator was in an answer of then, as it was
    told. Updates are numbered from 1; a gap says that one was lost on the wire.
    """

    largest = LARGEST_LETTER

    market: str
    events: Many[Event]
    quotes: Many[Quote]
    confirmed: Many[tuple[str, Millis]]
    removed: Many[tuple[str, str]]
    polled_at: Millis
    answers: int
    faults: int
    full: bool = False
    number: int = 0


class TurnedDown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often one stage turned down what one strategy wanted; why and when it last did."""

    strategy: str
    stage: str
    count: int
    reason: str
    at: Millis


class FeedReport(Message, frozen=True):
    """How a polled market does, for operators.

    `stopped` has the reason by strategy, `pairs` how many events a Market beside has, too.
    """

    overflow = Overflow.CONFLATE

    market: str
    polled_at: Millis
    events: int
    quotes: int
    answers: int
    faults: int
    signals: int
    turned_down: Few[TurnedDown] = ()
    stopped: Table[str, str] = {}
    pairs: Table[str, int] = {}


# Market, Executor, Risk, Gateway.


class Signal(Message, frozen=True):
    """A strategy wants this bet. Price and floor in thousandths, stake in minor units."""

    account: str
    event: Event
    selection: Selection
    book: str
    locator: str
    price: int
    floor: int
    stake: int
    strategy: str
    seen_at: Millis
    evidence: Evidence
    market: str = ""
    order: str = ""  # the id that the order is to have: a leg's, in the journal already
    bundle: str = ""


class HedgeWanted(Message, frozen=True):
    """A strategy wants these bets together, in this order. Money in minor units."""

    overflow = Overflow.CONFLATE

    legs: Few[Signal]
    cap: int
    most_loss: int
    step: int


class QuotesWanted(Message, frozen=True):
    """What is paid for a selection now?"""

    selection: Selection


class QuotesTold(Message, frozen=True):
    """The fresh quotes of a selection, of every book."""

    selection: str
    quotes: Few[Quote]


class LegRefused(Message, frozen=True):
    """The order of a leg is none and never will be: Risk said no, or its Executor is busy."""

    overflow = Overflow.ADMIT

    order: str
    reason: str


class HedgeReport(Message, frozen=True):
    """How a bundle stands, for operators. `remainder`: the worst loss, in minor units."""

    overflow = Overflow.CONFLATE

    bundle: str
    event: str
    strategy: str
    outcome: str
    remainder: int
    reason: str
    at: Millis


class Reserve(Message, frozen=True):
    overflow = Overflow.ADMIT

    intent: Intent


class Granted(Message, frozen=True):
    overflow = Overflow.ADMIT

    intent: Intent
    permit: Permit


class Denied(Message, frozen=True):
    overflow = Overflow.ADMIT

    order: str
    verdicts: Few[Verdict]


class Place(Message, frozen=True):
    overflow = Overflow.ADMIT

    intent: Intent
    permit: Permit


class OrderMoved(Message, frozen=True):
    """An order's new state is durable. Money in minor units."""

    overflow = Overflow.ADMIT

    order: str
    selection: str
    state: str
    stake: int
    pnl: int = 0


# Markets and Fixtures.


class EventsListed(Message, frozen=True):
    """What a Market lists now, or what changed in it; `full`: it lists no others.

    They are numbered from 1; a gap says that one was lost, or that who hears it is new.
    """

    largest = LARGEST_LETTER

    source: str
    events: Many[Event]
    full: bool = False
    number: int = 0


class EventsWanted(Message, frozen=True):
    """Tell me all that you list, and what you want to know: I know nothing of it, or too little."""


class FixturesWanted(Message, frozen=True):
    """Tell me which events of this source are which of others, now and whenever it changes."""

    source: str


class FixturesFound(Message, frozen=True):
    """All that is sure of one source's events now; what is not in it is not to be bet on."""

    overflow = Overflow.CONFLATE
    largest = LARGEST_LETTER

    source: str
    twins: Many[Twin]


# Markets of different sources.


class PricesWanted(Message, frozen=True):
    """I can take one more PricesShared, of these events of yours; `full`: I know nothing yet."""

    largest = LARGEST_LETTER

    events: Many[str]
    full: bool = False


class PricesShared(Message, frozen=True):
    """What changed in the prices of the events that you want; as in MarketUpdate."""

    largest = LARGEST_LETTER

    market: str
    quotes: Many[Quote]
    confirmed: Many[tuple[str, Millis]]
    removed: Many[tuple[str, str]]
    full: bool = False
    number: int = 0


# Settler and Risk.


class AccountState(Message, frozen=True):
    """What the book's account says. Money in minor units.

    `difference` is the book's total less ours: the opening balance and our settled profit.
    `answered` tells whether the book was asked about each of our open bets since the Settler
    began.
    """

    overflow = Overflow.CONFLATE

    account: str
    credit: int
    outstanding: int
    foreign_stakes: int
    difference: int
    at: Millis
    answered: bool = False


# Operators and Control.


class Command(Message, frozen=True):
    """What an operator wants; a repeat of `id` gets the stored reply."""

    id: str
    name: str
    expires: Millis
    arguments: Table[str, str]


class Reply(Message, frozen=True):
    """The answer, after the effect is durable. `exit` is the command's exit code."""

    largest = 2 * 1024 * 1024  # the status of a core with 15,000 actors

    id: str
    exit: int
    body: Report


class Steer(Message, frozen=True):
    """An operator's command that another carries out: Risk, Fixtures or an account's Settler."""

    control = True

    id: str
    name: str
    arguments: Table[str, str]


class Steered(Message, frozen=True):
    """What became of a Steer, once the effect is durable; as in Reply."""

    control = True

    id: str
    exit: int
    body: Report


class Armed(Message, frozen=True):
    """Live betting is allowed until then."""

    control = True

    until: Millis

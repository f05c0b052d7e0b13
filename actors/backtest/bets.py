"""Every bet that was wanted in a play: what became of it, why it was wanted, what it was worth."""

from collections.abc import Iterator
from typing import Any

import msgspec

from actors.backtest.calendar import Calendar
from actors.backtest.closing import AT_CLOSE, Closing, Worth
from actors.backtest.specials import without_market
from actors.backtest.taped_line import taped_line
from actors.ledger import Ledger, Order
from actors.orders import Intent, OrderState, Seen, Verdict
from actors.paper.programme import Fixture
from actors.paper.recorded import RecordedMatch
from actors.paper.tape import TapedLine
from actors.selections import MarketType, Period, Side

EARLIER, CLOSING = "earlier", "closing"
HALF = Period.HALF_TIME.value
SETTLED = frozenset({OrderState.SETTLED.value, OrderState.VOID.value})
PLACED = SETTLED | {OrderState.ACCEPTED.value}


class Bet(msgspec.Struct, frozen=True):
    """One wish. Money in minor units, prices in thousandths, times in ms since 1970 UTC.

    `moment` tells which prices were there, `earlier` or `closing` ones. `edge` in hundredths of a
    per cent; `period` is empty on an exchange, `score` the one that decided it. `worth` is that of
    bets that were placed.
    """

    id: str
    state: str
    event: str
    match: str
    division: str
    league: str
    start: int
    market: str
    period: str
    side: str
    line: int
    text: str
    book: str
    moment: str
    strategy: str
    wanted_price: int
    price: int
    floor: int
    stake: int
    pnl: int | None
    made_at: int
    placed_at: int | None
    settled_at: int | None
    score: str
    outcome: str
    reason: str
    fair: int
    edge: int
    seen: tuple[Seen, ...]
    controls: tuple[Verdict, ...]
    worth: Worth | None

    @property
    def settled(self) -> bool:
        """Tell whether the bet was placed and is over."""
        return self.state in SETTLED

    @property
    def kind(self) -> str:
        """Return the kind of market for people."""
        return f"{self.market}, first half" if self.period == HALF else self.market

    @property
    def denied_by(self) -> str:
        """Return the control that said no first, if one did."""
        failed = (verdict.control for verdict in self.controls if not verdict.passed)
        return next(failed, "") if self.state == OrderState.DENIED.value else ""


def bets_of(ledger: Ledger, calendar: Calendar, closing: Closing) -> Iterator[Bet]:
    """Yield every wish of a play, oldest first."""
    for order in ledger.everything():
        first = next(iter(ledger.journal.entries(order.id)))
        yield _bet(order, first.body, calendar, closing)


def _bet(order: Order, body: dict[str, Any], calendar: Calendar, closing: Closing) -> Bet:
    intent = msgspec.convert(body["intent"], Intent)
    controls = msgspec.convert(body["controls"], tuple[Verdict, ...])
    fixture = calendar.of_event(order.event)
    match, evidence = fixture.match, intent.evidence
    closed = fixture.closing_ms is not None and order.made_at >= fixture.closing_ms
    line = taped_line(fixture, order)
    return Bet(
        id=order.id,
        state=order.state,
        event=order.event,
        match=order.event_name,
        division=without_market(match.division),
        league=without_market(order.league).lstrip("*"),
        start=order.start,
        market=order.market,
        period=order.period,
        side=order.side,
        line=order.line,
        text=intent.selection.text,
        book=order.book,
        moment=CLOSING if closed else EARLIER,
        strategy=order.strategy,
        wanted_price=order.wanted_price,
        price=order.price,
        floor=intent.floor,
        stake=order.stake,
        pnl=order.pnl,
        made_at=order.made_at,
        placed_at=order.placed_at,
        settled_at=order.settled_at,
        score=_score(match, line),
        outcome=order.reason,
        reason=evidence.reason,
        fair=evidence.fair,
        edge=evidence.edge,
        seen=evidence.prices,
        controls=controls,
        worth=_worth(order, fixture, line, closing, closed) if order.state in PLACED else None,
    )


def _worth(
    order: Order, fixture: Fixture, line: TapedLine | None, closing: Closing, closed: bool
) -> Worth:
    if closed:
        return Worth(missing=AT_CLOSE)
    market, side = MarketType(order.market), Side(order.side)
    if not fixture.tape:
        return closing.worth(fixture.match, market, order.line, side, order.price)
    track = None if line is None else line.books.get(order.book)
    return closing.worth_on_tape(track, fixture.kick_off_ms, market, side, order.price)


def _score(match: RecordedMatch, line: TapedLine | None) -> str:
    """Write the score that decided a bet, empty when nobody knows it."""
    if line is not None and not line.decided:
        return ""
    home, away = match.half_time if line is not None and line.half else match.full_time
    return f"{home}-{away}"

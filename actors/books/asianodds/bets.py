"""A bet as the book tells it, in the words of the bet lists or the codes of the history.

Every field may be missing or of the wrong type; what cannot be read is None or UNKNOWN and
the bet itself is never dropped, because a missing row could be taken for a missing bet.
"""

import re
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import Any

import msgspec

from actors.books.asianodds import wire
from actors.books.asianodds.texts import exact_price, home_line, line_value
from actors.errors import MalformedAnswerError
from actors.odds.formats import Format, number, to_decimal
from actors.selections import MarketType, Period, Side
from actors.units import Millis, Money, money


class BetState(Enum):
    """Where a bet stands at the book. UNKNOWN is to be asked about again, never a refusal."""

    SENDING = "sending"
    PENDING = "pending"
    RUNNING = "running"
    REJECTED = "rejected"
    WON = "won"
    LOST = "lost"
    HALF_WON = "half-won"
    HALF_LOST = "half-lost"
    PUSH = "push"
    VOID = "void"
    UNKNOWN = "unknown"


class BookBet(msgspec.Struct, frozen=True):
    """One ticket. `reference` may name several tickets; `ticket` is the book's unique number.

    `line` is signed from the side that was backed; prices in thousandths, money in minor
    units. `home_score` and `away_score` are those when the bet was placed. `kick_off` is for
    people: its time zone was measured on one account only.
    """

    reference: str
    ticket: str
    book: str
    home: str
    away: str
    type: MarketType | None
    side: Side | None
    line: int | None
    period: Period | None
    price: int | None
    stake: Money | None
    state: BetState
    pnl: Money | None
    placed_at: Millis | None
    message: str
    raw_status: str
    currency: str = ""
    home_score: int | None = None
    away_score: int | None = None
    final_home_score: int | None = None
    final_away_score: int | None = None
    league: str = ""
    kick_off: Millis | None = None


KICK_OFF_AHEAD = 8 * 3_600_000
"""KickoffTime is GMT+8 wall time written as if it were UTC, as measured; in milliseconds."""

_BETWEEN_LETTERS = re.compile(r"(?<=[a-z])[ _/-]+(?=[a-z])")

_RESULTS = {
    "won": BetState.WON,
    "win": BetState.WON,
    "lost": BetState.LOST,
    "lose": BetState.LOST,
    "halfwon": BetState.HALF_WON,
    "halfwin": BetState.HALF_WON,
    "wonhalf": BetState.HALF_WON,
    "winhalf": BetState.HALF_WON,
    "halflost": BetState.HALF_LOST,
    "halflose": BetState.HALF_LOST,
    "losthalf": BetState.HALF_LOST,
    "losehalf": BetState.HALF_LOST,
    "stakereturned": BetState.PUSH,
    "push": BetState.PUSH,
}
# "0", "1" and "S" are documented only as "not final", "E" only as "error or failed": an error
# is no proof that the bet does not exist.
_STATES = _RESULTS | {
    "sending": BetState.SENDING,
    "s": BetState.SENDING,
    "pending": BetState.PENDING,
    "0": BetState.PENDING,
    "1": BetState.PENDING,
    "running": BetState.RUNNING,
    "rejected": BetState.REJECTED,
    "8": BetState.REJECTED,
    "void": BetState.VOID,
    "v": BetState.VOID,
    "cancelled": BetState.VOID,
    "canceled": BetState.VOID,
}
_SETTLED = {"2", "settled"}
_HALVES = {
    (BetState.WON, BetState.HALF_WON),
    (BetState.LOST, BetState.HALF_LOST),
}

_TYPES = {
    "overunder": MarketType.TOTAL,
    "ou": MarketType.TOTAL,
    "o": MarketType.TOTAL,
    "handicap": MarketType.HANDICAP,
    "hdp": MarketType.HANDICAP,
    "h": MarketType.HANDICAP,
    "1x2": MarketType.ONE_X_TWO,
    "onextwo": MarketType.ONE_X_TWO,
    "x": MarketType.ONE_X_TWO,
}
_SIDES: dict[MarketType, dict[str, Side]] = {
    MarketType.TOTAL: {"over": Side.OVER, "under": Side.UNDER},
    MarketType.HANDICAP: {
        "hdphome": Side.HOME,
        "home": Side.HOME,
        "hdpaway": Side.AWAY,
        "away": Side.AWAY,
    },
    MarketType.ONE_X_TWO: {
        "1": Side.HOME,
        "home": Side.HOME,
        "x": Side.DRAW,
        "draw": Side.DRAW,
        "2": Side.AWAY,
        "away": Side.AWAY,
    },
}
_PERIODS = {"ft": Period.FULL_TIME, "ht": Period.HALF_TIME}


def bet_state(status: str, pnl_info: str = "") -> BetState:
    """Read a status word or code, whatever its case; what is not known stays UNKNOWN."""
    word, info = _word(status), _RESULTS.get(_word(pnl_info))
    if word in _SETTLED:
        return info or BetState.UNKNOWN
    state = _STATES.get(word, BetState.UNKNOWN)
    if info is not None and (state, info) in _HALVES:
        return info
    return state


def read_bets(envelope: wire.Envelope) -> tuple[BookBet, ...]:
    """Read the rows of any bet list. Raises MalformedAnswerError when one is no bet at all."""
    if envelope.code == wire.NO_ROWS:
        return ()
    try:
        result = msgspec.json.decode(envelope.result)
        data = msgspec.json.decode(envelope.data)
    except wire.UNREADABLE as error:
        raise MalformedAnswerError(wire.one_line(f"bets: {error}")) from None
    return tuple(read_bet(row) for row in _rows(result, data))


def read_bet(row: object) -> BookBet:
    """Read one row. Raises MalformedAnswerError when it carries no reference of any kind."""
    if not isinstance(row, dict):
        raise MalformedAnswerError("a bet that is no object")
    reference = _text(row, "BetPlacementReference")
    ticket = _text(row, "InternalReferenceNumber") or _text(row, "ReferenceNumber")
    if not reference and not ticket:
        raise MalformedAnswerError("a bet without a reference")
    kind = _TYPES.get(_word(_text(row, "GameType")))
    side = _SIDES[kind].get(_word(_text(row, "BetType"))) if kind else None
    period = _PERIODS.get(_word(_text(row, "Term")))
    status = _text(row, "Status")
    return BookBet(
        reference=reference,
        ticket=ticket,
        book=_text(row, "Bookie"),
        home=_text(row, "HomeName"),
        away=_text(row, "AwayName"),
        type=kind,
        side=side,
        line=_line(row, kind, side, period),
        period=period,
        price=_price(row),
        stake=_money(row, "Stake"),
        state=bet_state(status, _text(row, "PnlInfo")),
        pnl=_money(row, "Pnl"),
        placed_at=_instant(row, "TicketDate"),
        message=_text(row, "BetPlacementMessage"),
        raw_status=status,
        currency=_text(row, "Currency"),
        home_score=_score(row, "HomeScore"),
        away_score=_score(row, "AwayScore"),
        final_home_score=_score(row, "FullTimeHomeScore"),
        final_away_score=_score(row, "FullTimeAwayScore"),
        league=_text(row, "LeagueName"),
        kick_off=_kick_off(row),
    )


def _rows(result: object, data: object) -> list[Any]:
    """Find the rows: Data, or Result, or a list inside Result; one bet may stand alone."""
    for place in (data, result):
        if isinstance(place, list):
            return place
        if isinstance(place, dict):
            for inner in ("BetSummaries", "Bets", "Data"):
                if isinstance(place.get(inner), list):
                    return list(place[inner])
            if "BetPlacementReference" in place:
                return [place]
            if "BetSummaries" in place and place["BetSummaries"] is None:
                return []
            raise MalformedAnswerError("bets: no list of them in the answer")
        if place is not None:
            raise MalformedAnswerError("bets: neither a list nor an object")
    return []


def _line(
    row: Mapping[str, Any], kind: MarketType | None, side: Side | None, period: Period | None
) -> int | None:
    if kind is MarketType.ONE_X_TWO:
        return 0
    if kind is None:
        return None
    try:
        value = line_value(_text(row, "HdpOrGoal"))
        if kind is MarketType.TOTAL:
            return value
        newer = row.get("HalfTimeFavoured" if period is Period.HALF_TIME else "FullTimeFavoured")
        home = home_line(value, row.get("Favoured") if newer is None else newer)
    except ValueError:
        return None
    if side is Side.HOME:
        return home
    return -home if side is Side.AWAY else None


def _price(row: Mapping[str, Any]) -> int | None:
    try:
        return price_in(_number_text(row.get("Odds")), _text(row, "OddsType") or "00")
    except ValueError:
        return None


def price_in(text: str, code: str) -> int:
    """Convert a price written in AsianOdds's format code to thousandths of decimal odds.

    Raises ValueError for an unknown code or no price of that format.
    """
    return exact_price(to_decimal(Fraction(number(text)), Format(code.strip().upper())))


def _money(row: Mapping[str, Any], name: str) -> Money | None:
    text = _number_text(row.get(name)).replace(",", "")
    try:
        return money(text) if text else None
    except (ValueError, ArithmeticError):
        return None


def _score(row: Mapping[str, Any], name: str) -> int | None:
    """Read a score; -1 stands for not known."""
    text = _number_text(row.get(name))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _instant(row: Mapping[str, Any], name: str) -> Millis | None:
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        return None
    return Millis(value)


def _kick_off(row: Mapping[str, Any]) -> Millis | None:
    told = _instant(row, "KickoffTime")
    return Millis(told - KICK_OFF_AHEAD) if told is not None and told > KICK_OFF_AHEAD else None


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, str):
        return wire.one_line(value)
    return _number_text(value)


def _number_text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def _word(text: str) -> str:
    """Join the parts of a word ("Half-Won" -> "halfwon"); anything else makes another word."""
    return _BETWEEN_LETTERS.sub("", text.strip().casefold())

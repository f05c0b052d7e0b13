"""The only door to PlaceBet, and the question that must come before it.

A placement is sent once. What is not documented as without effect is an unknown outcome: the
bet may exist, and only its reference can tell.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from actors.books.asianodds import wire
from actors.books.asianodds.bets import price_in
from actors.books.asianodds.client import AsianOddsClient
from actors.books.asianodds.texts import line_value
from actors.errors import (
    BookRefusedError,
    MalformedAnswerError,
    NotSentError,
    UnknownOutcomeError,
)
from actors.selections import MarketType, Period, Selection, Side
from actors.units import (
    HIGHEST_PRICE,
    LOWEST_PRICE,
    Money,
    money,
    money_text,
    price_text,
)

_PLACE_BET_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_BOOK = re.compile(r"[A-Za-z0-9_]{1,16}", re.ASCII)
_LOCATOR = re.compile(r"(-?[0-9]{1,19})/([012])/([0-9]{1,6})", re.ASCII)
_GAME_TYPES = {MarketType.HANDICAP: "H", MarketType.TOTAL: "O", MarketType.ONE_X_TWO: "X"}
_ODDS_NAMES = {
    Side.HOME: "HomeOdds",
    Side.AWAY: "AwayOdds",
    Side.DRAW: "DrawOdds",
    Side.OVER: "OverOdds",
    Side.UNDER: "UnderOdds",
}


class Offer(msgspec.Struct, frozen=True):
    """What one book would take now. Bet only where `rejected` is false.

    Price in thousandths, 0 when it cannot be read; limits in minor units; `line_text` as the
    book wrote it. `fault` says why an offer that the book did not reject cannot be used.
    """

    book: str
    price: int
    minimum: Money
    maximum: Money
    rejected: bool
    message: str
    line_text: str
    currency: str = ""
    home_score: int | None = None
    away_score: int | None = None
    code: int = 0
    fault: str = ""


class Handed(msgspec.Struct, frozen=True):
    """A bet handed to the book, which may still reject it: poll the reference."""

    reference: str
    accepted: bool
    code: int
    message: str


def reference_of(place_bet_id: str) -> str:
    """Return the reference under which the book files a PlaceBetId."""
    return f"WA-{place_bet_id}"


def placement_info(
    client: AsianOddsClient,
    token: str,
    *,
    selection: Selection,
    locator: str,
    bookies: str,
    wait_seconds: int = 10,
) -> tuple[Offer, ...]:
    """Ask what each book of the list would take; it must come before `place`.

    `wait_seconds` is how long the broker waits for slow books. Raises what reads raise.
    """
    document = _target(selection, locator) | {
        "Bookies": bookies,
        "Timeout": wait_seconds,
    }
    envelope = client.read("GetPlacementInfo", token, msgspec.json.encode(document))
    try:
        result = msgspec.json.decode(envelope.result, type=_Info | None)
    except wire.UNREADABLE as error:
        raise MalformedAnswerError(wire.one_line(f"GetPlacementInfo: {error}")) from None
    rows = (result or _Info()).odds_placement_data or []
    return tuple(_offer(row, selection) for row in rows)


def place(
    client: AsianOddsClient,
    token: str,
    *,
    selection: Selection,
    locator: str,
    book: str,
    price: int,
    stake: Money,
    place_bet_id: str,
    last_look: Callable[[], None],
) -> Handed:
    """Send one bet, once, at this price or not at all.

    `last_look` is called when the connection stands, right before the first byte, and raises
    NotSentError when the bet may not leave any more.

    Raises NotSentError (nothing left the machine), SessionLostError, ThrottledError or
    BookRefusedError (surely no bet), and UnknownOutcomeError for everything else.
    """
    document = bet_document(selection, locator, book, price, stake, place_bet_id)
    answer = client.exchange("PlaceBet", token=token, document=document, last_look=last_look)
    return read_placement(answer.status, answer.body, book, reference_of(place_bet_id))


def bet_document(
    selection: Selection, locator: str, book: str, price: int, stake: int, place_bet_id: str
) -> bytes:
    """Write the body of PlaceBet. Raises NotSentError when it could not be meant."""
    if not _PLACE_BET_ID.fullmatch(place_bet_id):
        raise NotSentError(f"PlaceBetId {place_bet_id[:60]!r} is not 1 to 40 plain characters")
    if not _BOOK.fullmatch(book) or book.upper() == "BEST":
        raise NotSentError(f"{book[:40]!r} is no book")
    if not LOWEST_PRICE <= price <= HIGHEST_PRICE or stake <= 0:
        raise NotSentError(f"price {price} or stake {stake} cannot be bet")
    return msgspec.json.encode(
        _target(selection, locator)
        | {
            "PlaceBetId": place_bet_id,
            "BookieOdds": f"{book}:{_short(price_text(price))}",
            "Amount": msgspec.Raw(_short(money_text(stake)).encode()),
            "AcceptChangedOdds": 0,
        }
    )


def read_placement(status: int, body: bytes, book: str, reference: str) -> Handed:
    """Read the answer to PlaceBet for the one book that was asked."""
    envelope = wire.placement_envelope(status, body)
    try:
        result = msgspec.json.decode(envelope.result, type=_Placed | None) or _Placed()
    except wire.UNREADABLE as error:
        raise UnknownOutcomeError(wire.one_line(f"PlaceBet: {error}")) from None
    parts = result.placement_data or []
    said = wire.one_line(
        " ".join(filter(None, [envelope.text, result.message, *(part.message for part in parts)]))
    )
    if envelope.code == -1303:
        if any(part.placed_successfully for part in parts):
            raise UnknownOutcomeError(f"code -1303, yet placed: {said}")
        raise BookRefusedError(f"code -1303: {said}", -1303)
    if len(parts) != 1 or (parts[0].bookie or book).upper() != book.upper():
        raise UnknownOutcomeError(f"{len(parts)} parts, not one of {book}: {said}")
    part = parts[0]
    match (part.placed_successfully, part.rejected or False):
        case (True, False) if not part.return_code:
            given = result.bet_placement_reference or part.bet_placement_reference
            return Handed(given or reference, True, 0, said)
        case (False, True):
            raise BookRefusedError(said or "rejected", part.return_code or 0)
    raise UnknownOutcomeError(f"neither placed nor rejected (code {part.return_code}): {said}")


class _OfferRow(msgspec.Struct, frozen=True, rename="pascal"):
    bookie: str
    code: int | None = None
    rejected: bool | None = None
    message: str | None = None
    odds: int | float | str | None = None
    price: int | float | str | None = None
    odds_format: str | None = None
    minimum_amount: int | float | str | None = None
    maximum_amount: int | float | str | None = None
    currency: str | None = None
    game_type: str | None = None
    home_or_away_or_draw: str | None = None
    hdp_or_goal: str | None = msgspec.field(default=None, name="HDPorGoal")
    is_full_time: bool | int | None = None
    home_score: int | None = None
    away_score: int | None = None


class _Info(msgspec.Struct, frozen=True, rename="pascal"):
    odds_placement_data: list[_OfferRow] | None = None


class _PlacedPart(msgspec.Struct, frozen=True, rename="pascal"):
    bookie: str | None = None
    placed_successfully: bool | None = None
    rejected: bool | None = None
    return_code: int | None = None
    message: str | None = None
    bet_placement_reference: str | None = None


class _Placed(msgspec.Struct, frozen=True, rename="pascal"):
    bet_placement_reference: str | None = None
    message: str | None = None
    placement_data: list[_PlacedPart] | None = None


class _Read(NamedTuple):
    price: int
    minimum: Money
    maximum: Money
    fault: str


def _offer(row: _OfferRow, selection: Selection) -> Offer:
    read = _read_offer(row)
    fault = read.fault or _other_market(row, selection)
    return Offer(
        book=row.bookie,
        price=read.price,
        minimum=read.minimum,
        maximum=read.maximum,
        rejected=bool(row.rejected) or bool(row.code) or bool(fault),
        message=wire.one_line(row.message or ""),
        line_text=wire.one_line(row.hdp_or_goal or ""),
        currency=row.currency or "",
        home_score=row.home_score,
        away_score=row.away_score,
        code=row.code or 0,
        fault=wire.one_line(fault),
    )


def _read_offer(row: _OfferRow) -> _Read:
    """Read price and limits. One client's samples call the price Odds, others' Price."""
    written = row.price if row.price is not None else row.odds
    try:
        minimum, maximum = money(row.minimum_amount or 0), money(row.maximum_amount or 0)
    except (ValueError, ArithmeticError) as error:
        return _Read(0, Money(0), Money(0), f"limits: {error}")
    try:
        price = price_in(str(written), row.odds_format or "00")
    except ValueError as error:
        return _Read(0, minimum, maximum, f"price: {error}")
    return _Read(price, minimum, maximum, "")


def _other_market(row: _OfferRow, selection: Selection) -> str:
    """Say how the offer is for something else than was meant; empty when it is not."""
    wanted = _GAME_TYPES[selection.type]
    if row.game_type and row.game_type.upper()[:1] != wanted:
        return f"game type {row.game_type}, not {wanted}"
    if row.is_full_time is not None and bool(row.is_full_time) != _is_full_time(selection):
        return "the other period"
    if selection.type is MarketType.ONE_X_TWO:
        return ""
    written = (row.hdp_or_goal or "").strip()
    try:
        value = line_value(written.lstrip("+-"))
    except ValueError as error:
        return str(error)
    if value != abs(selection.line):
        return f"line {written}, not {selection.line / 100:g}"
    return ""


def _target(selection: Selection, locator: str) -> dict[str, object]:
    found = _LOCATOR.fullmatch(locator)
    if found is None:
        raise NotSentError(f"locator {locator[:40]!r} is none of this book")
    return {
        "GameId": int(found[1]),
        "GameType": _GAME_TYPES[selection.type],
        "OddsName": _ODDS_NAMES[selection.side],
        "IsFullTime": int(_is_full_time(selection)),
        "MarketTypeId": int(found[2]),
        "SportsType": int(found[3]),
        "OddsFormat": "00",
    }


def _is_full_time(selection: Selection) -> bool:
    return selection.period is Period.FULL_TIME


def _short(text: str) -> str:
    """Drop zeros beyond two places: "1.930" -> "1.93"."""
    return text[:-1] if text.endswith("0") and len(text.partition(".")[2]) > 2 else text

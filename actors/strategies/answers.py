"""What a strategy has returned, looked at before anything comes of it: users' code may err."""

from collections.abc import Sequence
from typing import NoReturn

import msgspec

from actors.market_view import MarketView
from actors.strategies import Wish
from actors.units import LOWEST_PRICE
from runtime.errors import TictacError
from runtime.limits import FEW

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Wish).decode


class BadAnswerError(TictacError):
    """A strategy returned what cannot be bet on."""


def checked(answer: object, view: MarketView) -> Sequence[Wish]:
    """Return the wishes when all of them are sound.

    Raises BadAnswerError that says what is wrong with which of them.
    """
    if not isinstance(answer, list | tuple):
        _refuse(f"on_update returned {_named(answer)}; it is to return a list of Wish")
    if len(answer) > FEW:
        _refuse(f"on_update returned {len(answer)} wishes; at most {FEW} are taken")
    for number, wish in enumerate(answer):
        fault = _fault(wish, view)
        if fault:
            _refuse(f"wish {number} of {len(answer)}: {fault}")
    return answer


def _fault(wish: object, view: MarketView) -> str:
    if not isinstance(wish, Wish):
        return f"is {_named(wish)}, not a Wish"
    try:
        _decode(_encode(wish))  # as it will travel: every field of its type, within its limits
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        return str(error)
    if wish.stake <= 0:
        return f"stake {wish.stake} is not above 0"
    if wish.floor < LOWEST_PRICE:
        return f"floor {wish.floor} is no price in thousandths, which begin at {LOWEST_PRICE}"
    if not view.offers(wish.quote):
        return f"its quote of {wish.quote.selection.key} at {wish.quote.book} is not of this view"
    return ""


def _named(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _refuse(reason: str) -> NoReturn:
    raise BadAnswerError(reason)

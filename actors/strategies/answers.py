"""What a strategy has returned, looked at before anything comes of it: users' code may err."""

from collections.abc import Sequence
from typing import NoReturn

import msgspec

from actors.market_view import MarketView
from actors.selections import SIDES, Reference
from actors.strategies import Bundle, Wish
from actors.units import LOWEST_PRICE
from runtime.errors import TictacError
from runtime.limits import FEW

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Wish).decode
_decode_bundle = msgspec.msgpack.Decoder(Bundle).decode


class BadAnswerError(TictacError):
    """A strategy returned what cannot be bet on."""


def checked(answer: object, view: MarketView) -> Sequence[Wish | Bundle]:
    """Return what is wanted when all of them are sound.

    Raises BadAnswerError that says what is wrong with which of them.
    """
    if not isinstance(answer, list | tuple):
        _refuse(f"on_update returned {_named(answer)}; it is to return a list of Wish")
    if len(answer) > FEW:
        _refuse(f"on_update returned {len(answer)} wishes; at most {FEW} are taken")
    for number, wish in enumerate(answer):
        fault = _fault_of_bundle(wish, view) if isinstance(wish, Bundle) else _fault(wish, view)
        if fault:
            _refuse(f"wish {number} of {len(answer)}: {fault}")
    return answer


def _fault(wish: object, view: MarketView) -> str:
    if not isinstance(wish, Wish):
        return f"is {_named(wish)}, not a Wish"
    if isinstance(wish.quote, Reference):
        source = f"{wish.quote.book} stands beside, in market {wish.quote.market}"
        return f"its quote of {wish.quote.selection.key} at {source}: it is not for sale here"
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


def _fault_of_bundle(bundle: Bundle, view: MarketView) -> str:
    try:
        _decode_bundle(_encode(bundle))
    except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError) as error:
        return str(error)
    for number, wish in enumerate(bundle.legs):
        fault = _fault(wish, view)
        if fault:
            return f"leg {number}: {fault}"
    if min(bundle.cap, bundle.most_loss) < 0 or bundle.step < 1:
        return "cap and most_loss are not below 0, and step not below 1"
    selections = [wish.quote.selection for wish in bundle.legs]
    markets = {selection.market_key for selection in selections}
    sides = sorted(selection.side.value for selection in selections)
    if len(markets) != 1 or sides != sorted(side.value for side in SIDES[selections[0].type]):
        return "its legs are not one for each side of one market"
    return ""


def _named(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _refuse(reason: str) -> NoReturn:
    raise BadAnswerError(reason)

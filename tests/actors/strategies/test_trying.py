"""A tryout asks a strategy as its Market would, and looks at the answer as that does."""

import pytest

from actors.strategies.answers import BadAnswerError
from actors.strategies.value import Value
from tests.actors.strategies.samples import Believing, Generous, Greedy, Watching
from tests.actors.world import EVENT, HOME, NOW, quote
from tictac import MarketType, Period, Quote, Reference, Selection, Side, Tryout


def test_prices_come_and_stay() -> None:
    tryout, greedy = Tryout(EVENT), Greedy(Greedy.Parameters())
    tryout.prices(quote())
    assert [wish.quote.book for wish in tryout.wishes(greedy, quote(book="PIN"))] == ["SBO", "PIN"]
    assert greedy.views[0].event == EVENT
    assert greedy.views[0].now == NOW


def test_an_old_price_is_not_shown() -> None:
    tryout, greedy = Tryout(EVENT), Greedy(Greedy.Parameters())
    tryout.prices(quote())
    late = quote(book="PIN", received_at=NOW + 30_001)
    assert [wish.quote.book for wish in tryout.wishes(greedy, late)] == ["PIN"]


def test_how_prices_went_is_known() -> None:
    tryout, watching = Tryout(EVENT), Watching(None)
    assert not tryout.wishes(watching, quote())
    assert len(tryout.wishes(watching, quote(price=1960, received_at=NOW + 5_000))) == 1


def test_an_answer_that_a_market_would_not_take_is_not_taken() -> None:
    with pytest.raises(BadAnswerError, match="stake -500"):
        Tryout(EVENT).wishes(Generous(None), quote())


AWAY = Selection("ao-1", MarketType.HANDICAP, Period.FULL_TIME, 25, Side.AWAY)


def beside(of: Selection, price: int, at: int = NOW) -> Quote:
    plain = quote(of, "pinnacle", price, at)
    return Reference(
        plain.selection,
        plain.book,
        plain.price,
        plain.locator,
        plain.updated_at,
        plain.received_at,
        market="other",
    )


def test_a_price_of_another_source_is_compared_with() -> None:
    tryout, value = Tryout(EVENT), Value(Value.Parameters(sharp="pinnacle"))
    sharp = (beside(HOME, 1930), beside(AWAY, 1970))
    (wish,) = tryout.wishes(value, quote(price=2100), *sharp)
    assert wish.quote.book == "SBO"
    view = tryout.prices(beside(HOME, 1853, NOW + 5_000))
    moved = view.groups[0].beside[Side.HOME]["pinnacle"]
    assert round(view.moved(moved, 60.0), 1) == -4.0


def test_a_price_of_another_source_is_not_for_sale() -> None:
    with pytest.raises(BadAnswerError, match="not for sale here"):
        Tryout(EVENT).wishes(Believing(None), quote(), beside(HOME, 1930))

"""A tryout asks a strategy as its Market would, and looks at the answer as that does."""

import pytest

from actors.strategies.answers import BadAnswerError
from tests.actors.strategies.samples import Generous, Greedy, Watching
from tests.actors.world import EVENT, NOW, quote
from tictac import Tryout


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

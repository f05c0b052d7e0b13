"""Starter on prices that are known: run it with `pytest`, beside the file it tests."""

from actors.strategies.starter import Starter
from tictac import Event, MarketType, Millis, Period, Phase, Quote, Selection, Side, Tryout

MATCH = Event("ao-1", "football", "LEAGUE", "Home", "Away", Millis(3_600_000), Phase.TODAY)
HOME = Selection("ao-1", MarketType.ONE_X_TWO, Period.FULL_TIME, 0, Side.HOME)


def price(book: str, thousandths: int, at: int = 0) -> Quote:
    """Return a book's price for the home side, that came `at` seconds after the start."""
    came = Millis(at * 1000)
    return Quote(HOME, book, thousandths, "", updated_at=came, received_at=came)


def test_a_price_that_stands_out_is_wanted() -> None:
    strategy = Starter(Starter.Parameters(above=4.0))
    prices = [price("A", 2000), price("B", 2010), price("C", 1990), price("D", 2200)]
    (wish,) = Tryout(MATCH).wishes(strategy, *prices)
    assert (wish.quote.book, wish.floor, wish.stake) == ("D", 2080, 500)


def test_ordinary_prices_are_left_alone() -> None:
    strategy = Starter(Starter.Parameters(above=4.0))
    prices = [price("A", 2000), price("B", 2010), price("C", 1990), price("D", 2050)]
    assert not Tryout(MATCH).wishes(strategy, *prices)


def test_a_price_that_has_just_moved_is_left_alone() -> None:
    strategy, tryout = Starter(Starter.Parameters(calm=2.0)), Tryout(MATCH)
    first = [price("A", 2000), price("B", 2010), price("C", 1990), price("D", 2000)]
    assert not tryout.wishes(strategy, *first)
    assert not tryout.wishes(strategy, price("D", 2200, at=10))

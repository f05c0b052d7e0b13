"""The strings inside the feed: prices by book, and lines."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.books.asianodds.texts import book_prices, exact_price, home_line, line_value
from actors.selections import MarketType, Side


def test_prices_are_read_book_by_book_and_best_is_no_book() -> None:
    read = book_prices("PIN=1.456,2.889;SBO=1.44,2.9;BEST=PIN 1.456,SBO 2.9", MarketType.HANDICAP)
    assert read.prices == {
        "PIN": {Side.HOME: 1456, Side.AWAY: 2889},
        "SBO": {Side.HOME: 1440, Side.AWAY: 2900},
    }
    assert read.faults == ()


def test_the_draw_comes_last_in_1x2() -> None:
    read = book_prices("PIN=3.57,2.14,3.30", MarketType.ONE_X_TWO)
    assert read.prices["PIN"] == {Side.HOME: 3570, Side.AWAY: 2140, Side.DRAW: 3300}


def test_over_comes_before_under() -> None:
    read = book_prices("PIN=1.8,2.1", MarketType.TOTAL)
    assert read.prices["PIN"] == {Side.OVER: 1800, Side.UNDER: 2100}


def test_malay_prices_are_converted_and_counted_although_decimal_was_asked() -> None:
    read = book_prices("IBC=0.530,-0.730;PIN=1.53,2.37", MarketType.HANDICAP)
    assert read.prices["IBC"] == {Side.HOME: 1530, Side.AWAY: 2369}
    assert read.prices["PIN"] == {Side.HOME: 1530, Side.AWAY: 2370}
    assert read.malay == 1


def test_a_book_with_too_few_prices_is_skipped_without_a_fault() -> None:
    read = book_prices("PIN=1.9;SBO=1.9,;IBC=1.9,2.0", MarketType.TOTAL)
    assert list(read.prices) == ["IBC"]
    assert read.faults == ()


@pytest.mark.parametrize(
    "bad", ["NaN", "0", "1.0", "1e9", "inf", "-inf", "garbage", "1000000", "-5", "1.9 ", "0.000"]
)
def test_a_price_that_is_none_takes_only_its_book_out(bad: str) -> None:
    read = book_prices(f"PIN={bad}x,2.0;SBO=1.9,2.0", MarketType.TOTAL)
    assert list(read.prices) == ["SBO"]
    read = book_prices(f"PIN={bad.strip()},0;SBO=1.9,2.0", MarketType.TOTAL)
    assert list(read.prices) == ["SBO"]
    assert len(read.faults) == 1
    assert "PIN" in read.faults[0]


def test_half_malay_half_decimal_is_a_fault() -> None:
    read = book_prices("PIN=0.53,2.37", MarketType.TOTAL)
    assert read.prices == {}
    assert read.faults == ("price '2.37' of PIN",)


def test_a_book_that_is_there_twice_is_no_price_at_all() -> None:
    read = book_prices("PIN=1.9,2.0;PIN=1.8,2.1", MarketType.TOTAL)
    assert read.prices == {}
    assert read.faults == ("PIN is there twice",)


@pytest.mark.parametrize("text", ["PIN:1.9,2.0", "PIN", "=1.9,2.0", "P N=1.9,2.0", "PIN=1.9,2,3"])
def test_an_entry_of_another_shape_is_a_fault(text: str) -> None:
    read = book_prices(text, MarketType.TOTAL)
    assert read.prices == {}
    assert len(read.faults) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.0", 0),
        ("0", 0),
        ("0.5", 50),
        ("1.0", 100),
        ("0-0.5", 25),
        ("0.5-1", 75),
        ("1-1.5", 125),
        ("2.5-3", 275),
        ("0.25", 25),
        ("2.25", 225),
        ("35.5-36.5", 3600),
        ("220.5", 22050),
    ],
)
def test_a_line_is_read_into_hundredths(text: str, value: int) -> None:
    assert line_value(text) == value


@pytest.mark.parametrize(
    "text", ["", "-0.5", "+0.5", "0+0.5", "1-0.5", "0-2", "0.3", "0.1-0.6", "x", "NaN", "1e2", "1-"]
)
def test_a_line_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line"):
        line_value(text)


def test_the_favoured_side_gives_the_goals() -> None:
    assert home_line(75, 1) == -75
    assert home_line(75, 2) == 75


def test_a_level_handicap_needs_no_favourite() -> None:
    assert home_line(0, 0) == home_line(0, None) == home_line(0, 1) == 0


@pytest.mark.parametrize("favoured", [0, None, 3, -1])
def test_a_handicap_without_a_favourite_is_refused(favoured: int | None) -> None:
    with pytest.raises(ValueError, match="without a favoured side"):
        home_line(25, favoured)


def test_a_price_is_rounded_down_so_that_it_is_never_better_than_the_books() -> None:
    assert exact_price(Fraction("1.9999")) == 1999


@given(st.integers(1001, 1_000_000), st.integers(1001, 1_000_000))
def test_what_a_book_writes_in_decimal_is_read_back(home: int, away: int) -> None:
    read = book_prices(f"PIN={home / 1000:.3f},{away / 1000:.3f}", MarketType.HANDICAP)
    assert read.prices["PIN"] == {Side.HOME: home, Side.AWAY: away}


@given(st.text(alphabet="PINSBOT=;,.-0123456789eE naf", max_size=60), st.sampled_from(MarketType))
def test_rubbish_gives_faults_or_good_prices_and_nothing_else(
    text: str, market: MarketType
) -> None:
    for prices in book_prices(text, market).prices.values():
        assert all(1001 <= price <= 1_000_000 for price in prices.values())


@given(st.text(max_size=30))
def test_a_rubbish_line_is_a_value_error_or_a_quarter(text: str) -> None:
    try:
        value = line_value(text)
    except ValueError:
        return
    assert value >= 0
    assert value % 25 == 0

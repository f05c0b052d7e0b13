import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.paper.notation import (
    asked_price,
    book_odds,
    day_of,
    favoured,
    line_decimal,
    line_range,
    odds,
    price_of,
    starts_on,
)


@pytest.mark.parametrize(
    ("text", "price"),
    [("0.530", 1530), ("-0.730", 2370), ("-0.310", 4226), ("1.00", 2000), ("-1.00", 2000)],
)
def test_malay_prices_read_as_decimal_thousandths(text, price):
    assert price_of(text, "MY") == price


@given(st.integers(1001, 60_000), st.sampled_from(["MY", "00", "HK"]))
def test_a_price_echoed_as_it_was_written_is_the_same_price(price, odds_format):
    assert asked_price(odds(price, odds_format), odds_format, price) == price


@given(st.integers(1001, 60_000))
def test_malay_values_lie_between_minus_one_and_one(price):
    assert -1 <= float(odds(price, "MY")) <= 1


@pytest.mark.parametrize("text", ["", "x", "0", "1e999999999", "nan", "1/3", "-5", "0.99"])
def test_what_is_no_decimal_price_is_refused(text):
    with pytest.raises(ValueError, match="is no price"):
        price_of(text, "00")


@pytest.mark.parametrize(
    ("line", "feed", "row", "gives"),
    [
        (0, "0.0", "0.0", 0),
        (-25, "0-0.5", "0.25", 1),
        (50, "0.5", "0.5", 2),
        (75, "0.5-1", "0.75", 2),
        (-100, "1.0", "1.0", 1),
        (-125, "1-1.5", "1.25", 1),
        (275, "2.5-3", "2.75", 2),
    ],
)
def test_lines_are_written_without_sign_and_quarters_as_ranges(line, feed, row, gives):
    assert (line_range(line), line_decimal(line), favoured(line)) == (feed, row, gives)


def test_the_best_entry_repeats_each_sides_best_price_with_its_book():
    board = {"B365": (2100, 3400, 3300), "PIN": (2050, 3500, 3300)}
    assert book_odds(board, "00") == (
        "B365=2.100,3.400,3.300;PIN=2.050,3.500,3.300;BEST=B365 2.100,PIN 3.500,B365 3.300"
    )
    assert book_odds({}, "00") == ""


def test_a_moment_is_written_in_utc_with_its_half_of_the_day():
    assert starts_on(1493294400000) == "04/27/2017 12:00:00.000 PM"


def test_a_day_is_read_month_first():
    assert day_of("01/02/1970") == 1

"""Money, prices and lines are integers from the first text to the last."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.units import line_text, money, money_text, price, price_text, returned


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("12.50", 1250),
        ("1,234.56", 123_456),
        (12, 1200),
        (0.1, 10),
        (0.29, 29),
        (-3.5, -350),
        ("0.005", 0),
        ("0.015", 2),
        (Decimal("0.025"), 2),
        ("1e3", 100_000),
    ],
)
def test_an_amount_becomes_minor_units_halves_to_even(amount: float, minor: int) -> None:
    assert money(amount) == minor


@pytest.mark.parametrize(
    ("odds", "thousandths"),
    [("1.93", 1930), (1.9999, 1999), ("1.001", 1001), ("1000", 1_000_000), (2, 2000)],
)
def test_a_price_is_never_rounded_to_a_better_one(odds: float, thousandths: int) -> None:
    assert price(odds) == thousandths


NO_NUMBERS = ["", "much", "nan", "inf", "-inf", "1e400", "1e15", "0x10", "1.9.3", "-"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_neither_money_nor_a_price(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no number|is outside"):
        money(text)
    with pytest.raises(ValueError, match=r"is no number|is outside"):
        price(text)


@pytest.mark.parametrize("odds", ["0", "1", "1.0009", "-2", "1000.1", "1e9"])
def test_an_absurd_price_is_refused(odds: str) -> None:
    with pytest.raises(ValueError, match=r"outside 1\.001 to 1000"):
        price(odds)


@given(st.integers(-(10**14), 10**14))
def test_money_survives_being_written_and_read(amount: int) -> None:
    assert money(money_text(amount)) == amount


@given(st.integers(1001, 1_000_000))
def test_a_price_survives_being_written_and_read(value: int) -> None:
    assert price(price_text(value)) == value


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    for read in (money, price):
        with contextlib.suppress(ValueError):
            assert isinstance(read(text), int)


@pytest.mark.parametrize(
    ("stake", "at", "back"), [(1000, 1930, 1930), (333, 1935, 644), (1, 1500, 2), (1, 2500, 2)]
)
def test_what_a_won_stake_returns_is_rounded_to_even(stake: int, at: int, back: int) -> None:
    assert returned(stake, at) == back


@pytest.mark.parametrize(
    ("line", "text"), [(-25, "-0.25"), (0, "0.00"), (250, "+2.50"), (-100, "-1.00")]
)
def test_a_line_is_written_in_goals(line: int, text: str) -> None:
    assert line_text(line) == text

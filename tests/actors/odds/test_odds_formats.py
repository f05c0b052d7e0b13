"""Odds formats against printed and derived vectors, and there and back again."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.formats import (
    Format,
    detect_malay,
    from_decimal,
    number,
    odds_text,
    to_decimal,
)
from tests.actors.odds.vectors import CONVERSIONS, DECIMAL, MALAY, MALAY_MARGINS, rows


def near(odds: Fraction | str, wanted: Format, expected: str, within: float) -> bool:
    """Tell whether decimal odds become what is expected, as near as it is printed."""
    return abs(float(from_decimal(odds, wanted)) - float(expected)) <= within


@pytest.mark.parametrize(("malay", "decimal", "hong_kong", "indonesian", "american"), rows(MALAY))
def test_malay_becomes_every_other_format(
    malay: str, decimal: str, hong_kong: str, indonesian: str, american: str
) -> None:
    odds = to_decimal(malay, Format.MALAY)
    assert float(odds) == pytest.approx(float(decimal), abs=5e-8)
    assert near(odds, Format.HONG_KONG, hong_kong, 5e-8)
    assert near(odds, Format.INDONESIAN, indonesian, 5e-8)
    assert near(odds, Format.AMERICAN, american, 1e-6)


@pytest.mark.parametrize(("decimal", "hong_kong", "malay", "indonesian", "american"), rows(DECIMAL))
def test_decimal_becomes_every_other_format(
    decimal: str, hong_kong: str, malay: str, indonesian: str, american: str
) -> None:
    assert near(decimal, Format.HONG_KONG, hong_kong, 5e-8)
    assert near(decimal, Format.MALAY, malay, 5e-8)
    assert near(decimal, Format.INDONESIAN, indonesian, 5e-8)
    assert near(decimal, Format.AMERICAN, american, 1e-6)


@pytest.mark.parametrize(("value", "written", "wanted", "expected"), rows(CONVERSIONS))
def test_printed_conversions_hold(value: str, written: str, wanted: str, expected: str) -> None:
    odds = to_decimal(value, Format[written.upper()])
    found = from_decimal(odds, Format[wanted.upper()])
    assert float(found) == pytest.approx(float(expected), abs=5e-8)


@pytest.mark.parametrize(("first", "second", "margin"), rows(MALAY_MARGINS))
def test_malay_pairs_have_their_margin(first: str, second: str, margin: str) -> None:
    total = sum(1 / to_decimal(side, Format.MALAY) for side in (first, second))
    assert float(total) - 1 == pytest.approx(float(margin), abs=1e-10)


def test_three_malay_places_are_coarser_than_decimals_below_zero() -> None:
    covered = [float(to_decimal(text, Format.MALAY)) for text in ("-0.7305", "-0.7295")]
    assert covered == pytest.approx([2.3689, 2.3708], abs=5e-5)


def test_good_malay_prices_for_the_bettor_go_from_just_below_zero_down_and_round_to_one() -> None:
    order = ["-0.01", "-0.2", "-1.00", "1.00", "0.99", "0.5", "0.01"]
    odds = [to_decimal(text, Format.MALAY) for text in order]
    assert odds == sorted(odds, reverse=True)
    assert odds[2] == odds[3]


@pytest.mark.parametrize(
    ("odds", "wanted", "expected"),
    [
        ("2.05", Format.DECIMAL, "2.050"),
        ("2.05", Format.MALAY, "-0.952"),
        ("1.95", Format.AMERICAN, "-105.263"),
        ("2.5", Format.AMERICAN, "+150.000"),
        ("1.91", Format.INDONESIAN, "-1.099"),
        ("2.2", Format.FRACTIONAL, "6/5"),
        ("11", Format.FRACTIONAL, "10/1"),
        ("1.0005", Format.HONG_KONG, "0.000"),
        ("1.0015", Format.HONG_KONG, "0.002"),  # halves to even
    ],
)
def test_a_price_is_written_as_people_know_it(odds: str, wanted: Format, expected: str) -> None:
    assert odds_text(odds, wanted) == expected


@given(st.integers(1001, 100_000), st.sampled_from(Format))
def test_what_is_written_reads_back_as_near_as_its_places_tell(odds: int, wanted: Format) -> None:
    exact = Fraction(odds, 1000)
    back = to_decimal(odds_text(exact, wanted, 9), wanted)
    assert abs(back - exact) <= exact * exact * Fraction(1, 10**9)


@pytest.mark.parametrize("written", [Format.MALAY, Format.INDONESIAN])
def test_even_money_has_two_spellings_and_is_written_positive(written: Format) -> None:
    assert to_decimal("1", written) == to_decimal("-1", written) == 2
    assert from_decimal(2, written) == 1


def test_american_even_money_has_two_spellings() -> None:
    assert to_decimal("100", Format.AMERICAN) == to_decimal("-100", Format.AMERICAN) == 2
    assert from_decimal(2, Format.AMERICAN) == 100


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1", Format.DECIMAL),
        ("0.9", Format.DECIMAL),
        ("0", Format.MALAY),
        ("1.01", Format.MALAY),
        ("-1.01", Format.MALAY),
        ("0", Format.HONG_KONG),
        ("-0.5", Format.HONG_KONG),
        ("0.99", Format.INDONESIAN),
        ("99", Format.AMERICAN),
        ("5/0", Format.FRACTIONAL),
        ("0/5", Format.FRACTIONAL),
        ("1.5", Format.FRACTIONAL),
    ],
)
def test_a_price_outside_its_format_is_refused(value: str, written: Format) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_decimal(value, written)


@pytest.mark.parametrize("text", ["", "NaN", "inf", "1e9", "1,5", "0x2", "١.٥", "1/2", "--1", "1."])
def test_only_plain_digits_are_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="no plain number"):
        number(text)


def test_malay_is_detected_by_a_sign_or_a_value_below_one() -> None:
    assert detect_malay([Fraction("0.53"), Fraction("-0.73")])
    assert detect_malay([Fraction("0.95"), Fraction("1")])
    assert not detect_malay([Fraction("1.53"), Fraction("2.37")])


@given(st.fractions(min_value=Fraction(1001, 1000), max_value=1000), st.sampled_from(Format))
def test_every_format_brings_the_exact_odds_back(odds: Fraction, written: Format) -> None:
    assert to_decimal(from_decimal(odds, written), written) == odds


@given(st.text(max_size=20), st.sampled_from(Format))
def test_rubbish_is_a_value_error_or_odds_above_one(text: str, written: Format) -> None:
    try:
        odds = to_decimal(text, written)
    except ValueError:
        return
    assert odds > 1

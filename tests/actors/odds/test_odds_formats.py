"""Odds formats against printed and derived vectors, and there and back again."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.formats import Format, detect_malay, from_decimal, number, to_decimal

MALAY_ROWS = [
    ("0.4", 1.4, 0.4, -2.5, -250),
    ("-0.2", 6.00, 5, 5, 500),
    ("-0.7", 2.4285714286, 1.4285714286, 1.4285714286, 142.857143),
    ("0.5", 1.5, 0.5, -2, -200),
    ("-0.6", 2.6666667, 1.6666667, 1.6666667, 166.666667),
    ("0.530", 1.53, 0.53, -1.8867925, -188.679245),
    ("-0.730", 2.3698630137, 1.3698630137, 1.3698630, 136.986301),
    ("-0.310", 4.2258064516, 3.2258064516, 3.2258065, 322.580645),
    ("0.090", 1.09, 0.09, -11.1111111, -1111.111111),
    ("-0.84", 2.1904761905, 1.1904761905, 1.1904762, 119.047619),
    ("-0.75", 2.3333333333, 1.3333333333, 1.3333333, 133.333333),
    ("1.00", 2.00, 1.00, 1.00, 100),
    ("-1.00", 2.00, 1.00, 1.00, 100),
]
DECIMAL_ROWS = [
    ("1.01", 0.01, 0.01, -100, -10000),
    ("1.91", 0.91, 0.91, -1.0989011, -109.890110),
    ("1.95", 0.95, 0.95, -1.05263158, -105.263158),
    ("2.05", 1.05, -0.95238095, 1.05, 105),
    ("2.5", 1.5, -0.66666667, 1.5, 150),
    ("3.0", 2.0, -0.5, 2.0, 200),
    ("11.0", 10.0, -0.1, 10.0, 1000),
]


@pytest.mark.parametrize(("malay", "decimal", "hong_kong", "indonesian", "american"), MALAY_ROWS)
def test_malay_becomes_every_other_format(
    malay: str, decimal: float, hong_kong: float, indonesian: float, american: float
) -> None:
    odds = to_decimal(malay, Format.MALAY)
    assert float(odds) == pytest.approx(decimal, abs=5e-8)
    assert float(from_decimal(odds, Format.HONG_KONG)) == pytest.approx(hong_kong, abs=5e-8)
    assert float(from_decimal(odds, Format.INDONESIAN)) == pytest.approx(indonesian, abs=5e-8)
    assert float(from_decimal(odds, Format.AMERICAN)) == pytest.approx(american, abs=1e-6)


@pytest.mark.parametrize(("decimal", "hong_kong", "malay", "indonesian", "american"), DECIMAL_ROWS)
def test_decimal_becomes_every_other_format(
    decimal: str, hong_kong: float, malay: float, indonesian: float, american: float
) -> None:
    assert float(from_decimal(decimal, Format.HONG_KONG)) == pytest.approx(hong_kong, abs=5e-8)
    assert float(from_decimal(decimal, Format.MALAY)) == pytest.approx(malay, abs=5e-8)
    assert float(from_decimal(decimal, Format.INDONESIAN)) == pytest.approx(indonesian, abs=5e-8)
    assert float(from_decimal(decimal, Format.AMERICAN)) == pytest.approx(american, abs=1e-6)


@pytest.mark.parametrize(
    ("value", "written", "wanted", "expected"),
    [
        ("1.93", Format.DECIMAL, Format.MALAY, 0.93),
        ("2.05", Format.DECIMAL, Format.MALAY, -0.952381),
        ("1.93", Format.HONG_KONG, Format.MALAY, -0.5181347),
        ("0.05", Format.HONG_KONG, Format.MALAY, 0.05),
        ("6/5", Format.FRACTIONAL, Format.HONG_KONG, 1.2),
        ("6/5", Format.FRACTIONAL, Format.DECIMAL, 2.2),
        ("6/5", Format.FRACTIONAL, Format.AMERICAN, 120),
        ("6/5", Format.FRACTIONAL, Format.INDONESIAN, 1.2),
        ("6/5", Format.FRACTIONAL, Format.MALAY, -0.8333333),
        ("1/4", Format.FRACTIONAL, Format.HONG_KONG, 0.25),
        ("1/4", Format.FRACTIONAL, Format.DECIMAL, 1.25),
        ("1/4", Format.FRACTIONAL, Format.AMERICAN, -400),
        ("1/4", Format.FRACTIONAL, Format.INDONESIAN, -4),
        ("1/4", Format.FRACTIONAL, Format.MALAY, 0.25),
        ("+170", Format.AMERICAN, Format.DECIMAL, 2.7),
        ("+130", Format.AMERICAN, Format.DECIMAL, 2.3),
        ("+340", Format.AMERICAN, Format.DECIMAL, 4.4),
        ("-110", Format.AMERICAN, Format.DECIMAL, 1.9090909090909092),
        ("-120", Format.AMERICAN, Format.DECIMAL, 1.8333333),
        ("7/4", Format.FRACTIONAL, Format.DECIMAL, 2.75),
        ("13/10", Format.FRACTIONAL, Format.DECIMAL, 2.3),
        ("7/2", Format.FRACTIONAL, Format.DECIMAL, 4.5),
    ],
)
def test_printed_conversions_hold(
    value: str, written: Format, wanted: Format, expected: float
) -> None:
    assert float(from_decimal(to_decimal(value, written), wanted)) == pytest.approx(
        expected, abs=5e-7
    )


@pytest.mark.parametrize(
    ("pair", "margin"),
    [
        (("0.530", "-0.730"), 0.0755600892),
        (("-0.310", "0.090"), 0.1540724146),
        (("0.90", "1.00"), 0.0263157895),
        (("0.95", "0.95"), 0.0256410256),
    ],
)
def test_malay_pairs_have_the_margin_of_the_sheet(pair: tuple[str, str], margin: float) -> None:
    total = sum(1 / to_decimal(side, Format.MALAY) for side in pair)
    assert float(total) - 1 == pytest.approx(margin, abs=1e-9)


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

"""Margin removal against printed vectors and those computed with penaltyblog and shin."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.odds.margin import METHODS, fair, overround, solve

# odds, R, {method: (probabilities, parameter or None)}
COMPUTED = """
2.6 2.4 4.3 | 1.0338401908
multiplicative .3720259553 .4030281182 .2249459265
additive .3733353210 .4053866031 .2212780759
power .3729844041 .4051071675 .2219084285 | 1.0321369540
shin .3729940603 .4047794109 .2222265287 | .0169425128
odds-ratio .3724286508 .4041313043 .2234400448 | 1.0531737887
2.7 2.3 4.4 | 1.0324257063
additive .3595618016 .4239740399 .2164641585
power .3591710999 .4237307530 .2170981472 | 1.0309132393
shin .3593439196 .4232438482 .2174122322 | .0162364429
odds-ratio .3588103621 .4225614222 .2186282157 | 1.0511691273
4.2 3.7 1.95 | 1.0211860212
power .2311409798 .2630640924 .5057949278 | 1.0206558753
shin .2315719589 .2635744963 .5048535448 | .0106080582
odds-ratio .2320045269 .2636412959 .5043541772 | 1.0344564763
2.45 3.7 2.9 | 1.0232611218
power .4003166502 .2627179079 .3369654418 | 1.0216623751
shin .4000220612 .2629271501 .3370507888 | .0116350196
odds-ratio .3996913531 .2633867478 .3369218991 | 1.0358141606
2.05 3.2 3.8 | 1.0634627728
power .4667113222 .2908994413 .2423892365 | 1.0615799979
shin .4645861380 .2919794187 .2434344434 | .0318127792
odds-ratio .4634418811 .2919026772 .2446554417 | 1.1026360654
1.44 4.42 6.25 | 1.0806887883
multiplicative .6425942898 .2093519858 .1480537244
additive .6675481817 .1993480811 .1331037372
power .6702716842 .1958249172 .1339033987 | 1.0971608544
shin .6610632924 .2017948816 .1371418260 | .0412452694
odds-ratio .6601068483 .1999110009 .1399821508 | 1.1702415111
1.19 7 14 | 1.0546218487
multiplicative .7968127490 .1354581673 .0677290837
additive .8221288515 .1246498599 .0532212885
power .8263153504 .1183478969 .0553367526 | 1.0967241802
shin .8156312180 .1270910604 .0572777217 | .0288359489
odds-ratio .8159942383 .1231372976 .0608684641 | 1.1868360485
1.5 2.74 | 1.0316301703
multiplicative .6462264151 .3537735849
additive .6508515815 .3491484185
shin .6508515815 .3491484185 | .0317272854
power .6531522798 .3468477202 | 1.0505095705
odds-ratio .6510178183 .3489821817 | 1.0721125348
1.91 2.03 | 1.0161710469
multiplicative .5152284264 .4847715736
additive .5154746860 .4845253140
shin .5154746860 .4845253140 | .0161712936
power .5155892335 .4844107665 | 1.0237081914
odds-ratio .5154787376 .4845212624 | 1.0329057415
1.952 1.952 | 1.0245901639
multiplicative .5 .5
additive .5 .5
shin .5 .5 | .0245901639
power .5 .5 | 1.0363198468
odds-ratio .5 .5 | 1.0504201681
"""


def computed() -> list[tuple[tuple[int, ...], float, str, list[float], float | None]]:
    """Read the table above into one case for each method of each market."""
    cases = []
    prices: tuple[int, ...] = ()
    total = 0.0
    for line in COMPUTED.strip().splitlines():
        left, _, right = line.partition("|")
        name, *values = left.split()
        if name not in METHODS:
            prices = tuple(round(float(odds) * 1000) for odds in (name, *values))
            total = float(right)
            continue
        parameter = float(right) if right else None
        cases.append((prices, total, name, [float(value) for value in values], parameter))
    return cases


@pytest.mark.parametrize(("prices", "total", "method", "expected", "parameter"), computed())
def test_the_margin_comes_off_as_computed_elsewhere(
    prices: tuple[int, ...],
    total: float,
    method: str,
    expected: list[float],
    parameter: float | None,
) -> None:
    solved = solve([1000 / price for price in prices], method)
    assert overround(prices) == pytest.approx(total, abs=1e-9)
    assert solved.probabilities == pytest.approx(expected, abs=1e-9)
    assert fair(prices, method) == solved.probabilities
    if parameter is not None:
        assert solved.parameter == pytest.approx(parameter, abs=1e-8)


@pytest.mark.parametrize(
    ("prices", "method", "expected"),
    [
        (
            (2600, 2400, 4300),
            "shin",
            (0.37299406033208965, 0.4047794109200184, 0.2222265287474275),
        ),
        ((1500, 2740), "shin", (0.6508515815085157, 0.3491484184914841)),
        (
            (2700, 2300, 4400),
            "multiplicative",
            (0.35873803615739097, 0.4211272598369373, 0.22013470400567173),
        ),
        (
            (2700, 2300, 4400),
            "shin",
            (0.35934391959159157, 0.42324384818283234, 0.21741223222458853),
        ),
        ((4200, 3700, 1950), "multiplicative", (0.2331556, 0.2646631, 0.5021813)),
        ((2450, 3700, 2900), "multiplicative", (0.3988848, 0.2641264, 0.3369888)),
        ((2050, 3200, 3800), "multiplicative", (0.4586948, 0.2938514, 0.2474538)),
        ((4200, 3700, 1950), "additive", (0.2310332, 0.2632083, 0.5057585)),
        ((2450, 3700, 2900), "additive", (0.4004096, 0.2625166, 0.3370739)),
        ((2050, 3200, 3800), "additive", (0.4666506, 0.2913457, 0.2420036)),
    ],
)
def test_printed_probabilities_are_met(
    prices: tuple[int, ...], method: str, expected: tuple[float, ...]
) -> None:
    digits = 1e-11 if len(str(expected[0])) > 12 else 5.1e-8
    assert fair(prices, method) == pytest.approx(expected, abs=digits)


def test_printed_fair_odds_of_the_additive_method_are_met() -> None:
    odds = [1 / p for p in fair((1440, 4420, 6250), "additive")]
    assert odds == pytest.approx([1.498, 5.016, 7.513], abs=5e-4)
    assert 1 / fair((1819, 2010), "additive")[0] == pytest.approx(1.901, abs=5e-4)


def test_additive_refuses_to_leave_a_long_shot_below_zero() -> None:
    with pytest.raises(ValueError, match="long shot"):
        solve([0.870, 0.2, 0.1, 0.05, 0.02, 0.01], "additive")


@pytest.mark.parametrize("method", [m for m in METHODS if m != "multiplicative"])
def test_an_arbitrage_has_no_fair_prices(method: str) -> None:
    with pytest.raises(ValueError, match="< 1"):
        fair((2100, 2100), method)


def test_an_arbitrage_can_still_be_shared_out_in_proportion() -> None:
    assert fair((2100, 2100), "multiplicative") == [0.5, 0.5]


@pytest.mark.parametrize("prices", [(), (1900,), (1000, 1900), (0, 1900), (-5, 1900)])
@pytest.mark.parametrize("method", METHODS)
def test_what_is_no_market_is_refused(prices: tuple[int, ...], method: str) -> None:
    with pytest.raises(ValueError, match="above 1"):
        fair(prices, method)


def test_an_unknown_method_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="multiplicative, additive"):
        fair((1900, 1900), "magic")


@pytest.mark.parametrize("method", METHODS)
def test_all_methods_agree_where_there_is_no_margin(method: str) -> None:
    assert fair((2000, 4000, 4000), method) == pytest.approx([0.5, 0.25, 0.25], abs=1e-9)


MARKETS = st.lists(st.integers(1010, 100_000), min_size=2, max_size=4).filter(
    lambda prices: 1.0001 <= sum(1000 / price for price in prices) < 1.4
)


@given(MARKETS, st.sampled_from(METHODS))
def test_probabilities_sum_to_one_and_keep_the_order(prices: list[int], method: str) -> None:
    try:
        found = fair(prices, method)
    except ValueError:
        assert method == "additive"  # the only one that may leave a long shot below zero
        return
    assert sum(found) == pytest.approx(1, abs=1e-9)
    assert all(0 < p < 1 for p in found)
    by_price = [p for _, p in sorted(zip(prices, found, strict=True))]
    assert all(a >= b - 1e-12 for a, b in pairwise(by_price))


@given(st.tuples(st.integers(1010, 20_000), st.integers(1010, 20_000)))
def test_shin_on_two_sides_is_the_additive_method(prices: tuple[int, int]) -> None:
    if not 1 <= overround(prices) < 1.3:
        return
    try:
        additive = fair(prices, "additive")
    except ValueError:
        return
    assert fair(prices, "shin") == pytest.approx(additive, abs=1e-9)

"""Published and derived test vectors of odds arithmetic, as tables with the origin of each row.

P  printed in the documentation of the package or site named
C  computed with the package named
D  derived by hand from the formula
"""

import pytest
from _pytest.mark import ParameterSet

# Malay, decimal, Hong Kong, Indonesian, American
MALAY = """
0.4     1.4           0.4           -2.5          -250          | P cryptobetting (first two), D
-0.2    6.00          5             5             500           | P cryptobetting (first two), D
-0.7    2.4285714286  1.4285714286  1.4285714286  142.857143    | P cryptobetting (first two), D
0.5     1.5           0.5           -2            -200          | P odds.converter (first two), D
-0.6    2.6666667     1.6666667     1.6666667     166.666667    | P odds.converter (first two), D
0.530   1.53          0.53          -1.8867925    -188.679245   | D
-0.730  2.3698630137  1.3698630137  1.3698630     136.986301    | D
-0.310  4.2258064516  3.2258064516  3.2258065     322.580645    | D
0.090   1.09          0.09          -11.1111111   -1111.111111  | D
-0.84   2.1904761905  1.1904761905  1.1904762     119.047619    | D
-0.75   2.3333333333  1.3333333333  1.3333333     133.333333    | D
1.00    2.00          1.00          1.00          100           | D
-1.00   2.00          1.00          1.00          100           | D
"""

# decimal, Hong Kong, Malay, Indonesian, American
DECIMAL = """
1.01  0.01  0.01         -100         -10000       | D
1.91  0.91  0.91         -1.0989011   -109.890110  | D
1.95  0.95  0.95         -1.05263158  -105.263158  | D
2.05  1.05  -0.95238095  1.05         105          | D
2.5   1.5   -0.66666667  1.5          150          | D
3.0   2.0   -0.5         2.0          200          | D
11.0  10.0  -0.1         10.0         1000         | D
"""

# value, format, wanted format, wanted value
CONVERSIONS = """
1.93   decimal     malay       0.930000            | P odds.converter dec2malay
2.05   decimal     malay       -0.952381           | P odds.converter dec2malay
1.93   hong_kong   malay       -0.5181347          | P odds.converter hk2malay
0.05   hong_kong   malay       0.05                | P odds.converter hk2malay
6/5    fractional  hong_kong   1.2                 | P soccerwidow
6/5    fractional  decimal     2.2                 | P soccerwidow
6/5    fractional  american    120                 | P soccerwidow
6/5    fractional  indonesian  1.20                | P soccerwidow
6/5    fractional  malay       -0.8333333          | D
1/4    fractional  hong_kong   0.25                | P soccerwidow
1/4    fractional  decimal     1.25                | P soccerwidow
1/4    fractional  american    -400                | P soccerwidow
1/4    fractional  indonesian  -4.00               | P soccerwidow
1/4    fractional  malay       0.25                | D
+170   american    decimal     2.7                 | P penaltyblog
+130   american    decimal     2.3                 | P penaltyblog
+340   american    decimal     4.4                 | P penaltyblog
-110   american    decimal     1.9090909090909092  | P penaltyblog
-120   american    decimal     1.8333333           | P penaltyblog
7/4    fractional  decimal     2.75                | P penaltyblog
13/10  fractional  decimal     2.3                 | P penaltyblog
7/2    fractional  decimal     4.5                 | P penaltyblog
"""

# two Malay prices, margin. A sheet in circulation misprints the second as .1540724146.
MALAY_MARGINS = """
0.530   -0.730  0.0755600892  | D
-0.310  0.090   0.1540724141  | D
0.90    1.00    0.0263157895  | D
0.95    0.95    0.0256410256  | D
"""

# line of the backed side, then its lead at the end from -3 to 3
HANDICAPS = """
-200  L L L L L P W   | D
-175  L L L L L HW W  | D, P pro-tips (by 2)
-150  L L L L L W W   | D
-125  L L L L HL W W  | D, P pro-tips (by 1)
-100  L L L L P W W   | D
-75   L L L L HW W W  | D, P vptop and bet365 (by 1)
-50   L L L L W W W   | D
-25   L L L HL W W W  | D, P vptop and bet365 (draw)
0     L L L P W W W   | D
25    L L L HW W W W  | D, P vptop and bet365 (draw)
50    L L L W W W W   | D
75    L L HL W W W W  | D, P vptop, bet365 and Pinnacle (0-1)
100   L L P W W W W   | D
125   L L HW W W W W  | D, P pro-tips (by -1)
150   L L W W W W W   | D
175   L HL W W W W W  | D, P pro-tips (by -2; not lost whole, as one table has it)
200   L P W W W W W   | D, P Unibet (by -2)
"""

# line of over, then the goals from 0 to 6
TOTALS = """
50   L W W W W W W   | D
75   L HW W W W W W  | D
100  L P W W W W W   | D
125  L HL W W W W W  | D
150  L L W W W W W   | D
175  L L HW W W W W  | D
200  L L P W W W W   | D
225  L L HL W W W W  | D, P vptop (2 goals, both sides)
250  L L L W W W W   | D
275  L L L HW W W W  | D, P vptop (3 goals, both sides)
300  L L L P W W W   | D
325  L L L HL W W W  | D
350  L L L L W W W   | D
375  L L L L HW W W  | D
400  L L L L P W W   | D
"""

# line, lower half, upper half
QUARTERS = """
-25   -50   0     | D
25    0     50    | D
-75   -100  -50   | D
75    50    100   | D
-125  -150  -100  | D
125   100   150   | D
-50   -50   -50   | D
0     0     0     | D
"""

# Live at 1-0, 100.00 staked: line, price, goals of the backed side and of the other since the
# bet, profit. The leader gives 0.75 at Hong Kong 0.80; the other side takes it at 1.15.
LIVE_HANDICAPS = """
-75  1800  2  0  8000    | P Fun88, final 3-0
-75  1800  1  0  4000    | P Fun88, final 2-0
-75  1800  0  0  -10000  | P Fun88, final 1-0
75   2150  0  0  11500   | P Fun88, final 1-0
75   2150  1  0  11500   | P Fun88, final 1-1
75   2150  1  1  11500   | P Fun88, final 2-1
75   2150  2  1  11500   | P Fun88, final 2-2
75   2150  2  2  11500   | P Fun88, final 3-2
"""

# Home -0.25 at 1.95 with 100.00 and over 2.25 at 2.05 with 60.00: score, both profits, total
EXPOSURE = """
0  0  -5000   -6000  -11000  | D
1  1  -5000   -3000  -8000   | D
1  0  9500    -6000  3500    | D
2  0  9500    -3000  6500    | D
2  1  9500    6300   15800   | D
3  0  9500    6300   15800   | D
1  2  -10000  6300   -3700   | D
0  1  -10000  -6000  -16000  | D, the worst
"""

# line of the backed side, its fair 1X2 odds, the draw's, the other side's, fair odds wanted
DERIVED = """
0    1.92191554448079  3.75173399304316  4.6917000397266   1.4096416071  | P betbot 1.410, D
0    4.6917000397266   3.75173399304316  1.92191554448079  3.4411582773  | P betbot 3.441, D
-25  2.30637974053183  3.34747055710291  3.73570580549706  1.9618838441  | P betbot 1.962, D
25   3.73570580549706  3.34747055710291  2.30637974053183  2.0396265683  | P betbot 2.040, D
-50  2.30637974053183  3.34747055710291  3.73570580549706  2.3063797405  | D, H itself
50   3.73570580549706  3.34747055710291  2.30637974053183  1.7654742101  | D, 1/(1/A + 1/X)
"""

# prices in thousandths, method, parameter or -, probabilities (15 places at most)
PRINTED_MARGINS = """
2600,2400,4300 shin .016942512764071 .372994060332090,.404779410920018,.222226528747427 | P shin
1500,2740       shin            .031727285406466  .650851581508516,.349148418491484 | P shin
2700,2300,4400 multiplicative - .358738036157391,.421127259836937,.220134704005672 | P penaltyblog
2700,2300,4400 shin .0162 .359343919591592,.423243848182832,.217412232224589 | P penaltyblog
4200,3700,1950  multiplicative  -                 .2331556,.2646631,.5021813 | P implied
2450,3700,2900  multiplicative  -                 .3988848,.2641264,.3369888 | P implied
2050,3200,3800  multiplicative  -                 .4586948,.2938514,.2474538 | P implied
4200,3700,1950  additive        -                 .2310332,.2632083,.5057585 | P implied, wpo
2450,3700,2900  additive        -                 .4004096,.2625166,.3370739 | P implied, wpo
2050,3200,3800  additive        -                 .4666506,.2913457,.2420036 | P implied, wpo
"""

# prices in thousandths, their margin
MARGINS = """
2700,2300,4400  .0324      | P penaltyblog (another page of it misprints .1362)
4200,3700,1950  .02118602  | P implied
2450,3700,2900  .02326112  | P implied
2050,3200,3800  .06346277  | P implied
2120,3200,3760  .050       | P betbot
"""

# prices in thousandths, fair odds by the additive method (there: margin proportional to odds)
FAIR_ODDS = """
1440,4420,6250  1.498,5.016,7.513  | P betbot
1819,2010       1.901              | P betbot, of the first
"""

# inverse prices, r - M/n of each
ADDITIVE_SHARES = """
.870,.2,.1,.05,.02,.01  .828333,.158333,.058333,.008333,-.021667,-.031667  | P Clarke 2017
"""

# A market with R, then method, probabilities, parameter. OR ln c is logarithmic's.
COMPUTED_MARGINS = """
2.6 2.4 4.3 | 1.0338401908
multiplicative .3720259553 .4030281182 .2249459265
additive .3733353210 .4053866031 .2212780759
power .3729844041 .4051071675 .2219084285 | 1.0321369540
shin .3729940603 .4047794109 .2222265287 | .0169425128
odds-ratio .3724286508 .4041313043 .2234400448 | 1.0531737887
logarithmic .3724286508 .4041313043 .2234400448 | .0518082610
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
COMPUTED_WITH = "C penaltyblog 1.13.1, Shin also shin 0.2.2"

# price, probability, fraction of Kelly
KELLY = """
2100  0.55                 0.1409091     | D, P penaltyblog (half: 7.05 %)
3500  0.30                 0.02          | P penaltyblog (half: .01)
1800  0.40                 0             | P penaltyblog (the formula says -0.35)
2090  0.49426092774046776  0.0302801275  | P betbot .03 (1/2.0232228442), D
2000  0.53                 0.06          | D
1950  0.55                 0.0763157895  | D
"""

# price, chances won, half won, push, half lost, lost, fraction
KELLY_OF_FIVE = """
2050  .46  0    0    .27  .27  0.0939262568  | D
1900  .40  .30  0    0    .30  0.2688265593  | D
2000  .45  0    .30  0    .25  0.2857142857  | D, the push drops out
1950  .30  .25  0    0    .45  0             | D, expected value -.04625
"""


def rows(table: str) -> list[ParameterSet]:
    """Read a table into one case a row, whose name ends with the row's origin."""
    read = _read(table)
    return [pytest.param(*values, id=f"{' '.join(values)} ({origin})") for values, origin in read]


def cells(table: str, first: int) -> list[ParameterSet]:
    """Read a table of results into one case a cell: line, column from `first`, result."""
    return [
        pytest.param(
            int(line), first + column, cell, id=f"{line} at {first + column}: {cell} ({origin})"
        )
        for (line, *results), origin in _read(table)
        for column, cell in enumerate(results)
    ]


def computed() -> list[ParameterSet]:
    """Read the computed margins: prices in thousandths, R, method, probabilities, parameter."""
    cases = []
    odds: list[str] = []
    total = ""
    for line in COMPUTED_MARGINS.strip().splitlines():
        left, _, right = line.partition("|")
        name, *values = left.split()
        if name[0].isdigit():
            odds, total = [name, *values], right
            continue
        prices = tuple(round(float(one) * 1000) for one in odds)
        found = [float(value) for value in values]
        parameter = float(right) if right else None
        case = f"{' '.join(odds)} {name} ({COMPUTED_WITH})"
        cases.append(pytest.param(prices, float(total), name, found, parameter, id=case))
    return cases


def _read(table: str) -> list[tuple[list[str], str]]:
    split = [line.partition("|") for line in table.strip().splitlines()]
    return [(values.split(), origin.strip()) for values, _, origin in split]

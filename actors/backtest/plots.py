"""The plots of a report as SVG, in colours that the page decides.

Each one is drawn twice, for a wide and for a narrow page, because text that is scaled down
cannot be read.
"""

import io
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from actors.backtest.bets import Bet
from actors.backtest.figures import Row, in_order
from actors.backtest.series import Step, running

WIDE, NARROW = (8.6, 28), (3.7, 18)
"""Inches of width, and how many characters a label may have."""

BINS = 40

# What matplotlib is told to draw in, and what the page calls it.
INK, GRID, GAIN, LOSS, CLOSE = "#010101", "#020202", "#030303", "#040404", "#050505"
NAMES = {INK: "ink", GRID: "grid", GAIN: "gain", LOSS: "loss", CLOSE: "close"}

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tictac",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
}


class Plot(NamedTuple):
    """One plot: what it says in a sentence, and its SVG for wide and for narrow pages."""

    title: str
    words: str
    wide: str
    narrow: str


Draw = Callable[[Figure], None]


def plots(bets: Sequence[Bet], balance: int, groups: dict[str, list[Row]]) -> list[Plot]:
    """Draw everything about a play: of its settled bets, and what all of them were worth."""
    steps = running(in_order(bets), balance)
    values = [bet.worth.value / 100 for bet in bets if bet.worth and bet.worth.value is not None]
    found = []
    if steps:
        found.append(
            _plot(
                "Bankroll and drawdown",
                f"The bankroll begins at {balance / 100:,.2f} and ends at"
                f" {steps[-1].bankroll / 100:,.2f}; below it, how far it was under its best.",
                lambda figure: _bankroll(figure, steps),
                3.9,
            )
        )
    if len(steps) > 1:
        found.append(
            _plot(
                "Yield and closing-line value as bets add up",
                "The yield of all bets so far with its interval of 95 %, and the mean closing-line"
                " value: it settles sooner, because it does not wait for results.",
                lambda figure: _yields(figure, steps),
                3.0,
            )
        )
    if values:
        found.append(
            _plot(
                "Closing-line value of each bet",
                f"{sum(value > 0 for value in values):,} of {len(values):,} bets beat the fair"
                " closing price.",
                lambda figure: _histogram(figure, values),
                2.6,
            )
        )
    if not steps:
        return found
    for name, rows in groups.items():
        if name != "month":
            found.append(by_row(f"Yield by {TITLES.get(name, name)}", rows))
    return [*found, _months(groups["month"])]


TITLES = {"price": "price band", "moment": "moment of the prices"}


def by_row(title: str, rows: Sequence[Row]) -> Plot:
    """Draw the yield of each row with its interval, and its closing-line value."""
    return _plot(
        title,
        "Dots are yields with their intervals of 95 %, diamonds are closing-line values.",
        lambda figure: _intervals(figure, rows),
        0.75 + 0.3 * len(rows),
    )


def _plot(title: str, words: str, draw: Draw, height: float) -> Plot:
    return Plot(title, words, *(_svg(draw, width, height, title) for width in (WIDE, NARROW)))


def _svg(draw: Draw, size: tuple[float, int], height: float, title: str) -> str:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(size[0], height), layout="constrained")
        draw(figure)
        text = io.StringIO()
        nobody = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", transparent=True, metadata=nobody)
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    svg = re.sub(r'^<svg [^>]*?viewBox="([^"]*)"[^>]*>', _opening(title), svg, count=1)
    for colour, name in NAMES.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def _opening(title: str) -> str:
    return rf'<svg viewBox="\1" role="img" aria-label="{title}">'


def _bankroll(figure: Figure, steps: Sequence[Step]) -> None:
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
    kept = thinned(steps)
    times = [step.at for step in kept]
    above.plot(
        times, [step.bankroll / 100 for step in kept], color=GAIN, lw=1.4, drawstyle="steps-post"
    )
    above.set_ylabel("bankroll")
    depths = [-step.drawdown / 100 for step in kept]
    below.fill_between(times, depths, color=LOSS, alpha=0.45, lw=0, step="post")
    below.set_ylabel("drawdown")
    _dates(below)


def _yields(figure: Figure, steps: Sequence[Step]) -> None:
    axes = figure.subplots()
    first = min(len(steps) // 2, 30)  # the first few bets would set the scale
    kept = thinned(steps[first:])
    numbers = [step.number for step in kept]
    axes.axhline(0, color=INK, lw=0.8)
    axes.fill_between(
        numbers,
        [step.low for step in kept],
        [step.high for step in kept],
        color=GAIN,
        alpha=0.15,
        lw=0,
    )
    axes.plot(numbers, [step.yielded for step in kept], color=GAIN, lw=1.4, label="yield")
    known = [(step.number, step.closing) for step in kept if step.closing is not None]
    axes.plot(
        [number for number, _ in known],
        [closing for _, closing in known],
        color=CLOSE,
        lw=1.4,
        ls="--",
        label="closing-line value",
    )
    later = steps[len(steps) // 10 :]  # the first bets would press all others together
    bound = 1.2 * max(abs(end) for step in later for end in (step.low, step.high))
    axes.set_ylim(-bound, bound)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("bets")
    axes.set_ylabel("%")
    axes.legend(loc="upper right", ncols=2)


def _histogram(figure: Figure, values: Sequence[float]) -> None:
    axes = figure.subplots()
    bound = max(2.0, sorted(map(abs, values))[int(0.99 * (len(values) - 1))])
    width = 2 * bound / BINS
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, max(0, int((value + bound) // width)))] += 1
    left = [place * width - bound for place in range(BINS)]
    colours = [LOSS if place < BINS // 2 else GAIN for place in range(BINS)]
    axes.bar(left, counts, 0.92 * width, align="edge", color=colours, alpha=0.75)
    axes.axvline(sum(values) / len(values), color=CLOSE, lw=1.4, ls="--", label="mean")
    axes.set_xlabel("closing-line value in %, the ends gathered")
    axes.set_ylabel("bets")
    axes.legend(loc="upper right")


def _intervals(figure: Figure, rows: Sequence[Row]) -> None:
    axes = figure.subplots()
    width = WIDE if figure.get_figwidth() > NARROW[0] else NARROW
    places = range(len(rows))
    for place, row in enumerate(rows):
        value = (row.yield_bp or 0) / 100
        colour = GAIN if value >= 0 else LOSS
        if row.yield_low_bp is not None and row.yield_high_bp is not None:
            ends = [row.yield_low_bp / 100, row.yield_high_bp / 100]
            axes.plot(ends, [place, place], color=colour, lw=2.2, alpha=0.55)
        axes.plot([value], [place], "o", color=colour, ms=5.5)
        if row.clv_bp is not None:
            axes.plot([row.clv_bp / 100], [place], "D", color=CLOSE, ms=4)
    axes.axvline(0, color=INK, lw=0.8)
    axes.set_yticks(places, [_label(row, width[1]) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("%")
    _zoom(axes, rows)


def _zoom(axes: Axes, rows: Sequence[Row]) -> None:
    """Keep the interval of a row with a handful of bets from pressing all others together."""
    ends = sorted(
        max(abs(row.yield_low_bp or 0), abs(row.yield_high_bp or 0)) / 100 for row in rows
    )
    bound = 1.15 * max(5.0, min(ends[-1], 3 * ends[len(ends) // 2]))
    axes.set_xlim(-bound, bound)


def _label(row: Row, longest: int) -> str:
    name = row.name if len(row.name) <= longest else f"{row.name[: longest - 1]}…"
    return f"{name.title() if name.isupper() and len(name) > 4 else name} ({row.bets:,})"


def _months(rows: Sequence[Row]) -> Plot:
    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        profits = [row.profit / 100 for row in rows]
        colours = [GAIN if profit >= 0 else LOSS for profit in profits]
        axes.bar(range(len(rows)), profits, color=colours, alpha=0.75)
        every = max(1, round(len(rows) / (10 if figure.get_figwidth() > NARROW[0] else 3)))
        shown = range(0, len(rows), every)
        axes.set_xticks(shown, [rows[place].name for place in shown])
        axes.axhline(0, color=INK, lw=0.8)
        axes.set_ylabel("profit")
        axes.grid(axis="x", visible=False)

    return _plot("Profit by month", "By the month of the kick-off.", draw, 2.5)


def _dates(axes: Axes) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))


MOST_POINTS = 700


def thinned(steps: Sequence[Step]) -> list[Step]:
    """Keep of each stretch its lowest and highest bankroll, so that no drawdown is lost."""
    if len(steps) <= MOST_POINTS:
        return list(steps)
    size = 2 * len(steps) / MOST_POINTS
    kept: list[Step] = [steps[0]]
    for part in range(MOST_POINTS // 2):
        stretch = steps[round(part * size) : round((part + 1) * size)]
        ends = [min(stretch, key=_held), max(stretch, key=_held)] if stretch else []
        kept += sorted({step.number: step for step in ends}.values(), key=lambda one: one.number)
    return [*kept, steps[-1]]


def _held(step: Step) -> int:
    return step.bankroll

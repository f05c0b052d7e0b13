"""A backtest in a few lines, for people at a terminal."""

from collections.abc import Iterable

from actors.backtest.figures import Denial, Figures, Row, by_group, denials, figures
from actors.backtest.outcome import Outcome
from actors.backtest.plan import Parameters, day
from actors.units import money_text, price_text

GROUPS_SHOWN = ("market", "book", "price", "moment")
ROW = ("bets", "profit", "yield", "95 % from", "to", "closing value")
DENIAL = ("denied first", "in all", "stakes")


def lines(outcome: Outcome) -> list[str]:
    """Write the outcome."""
    on = outcome.ground
    seasons = on.seasons
    first, last = day(seasons.matches[0].kick_off), day(seasons.matches[-1].kick_off)
    files = "1 file" if seasons.files == 1 else f"{seasons.files} files"
    found = [f"{on.name} on {len(seasons.matches):,} matches of {files}, {first} to {last}"]
    if seasons.faults:
        found.append(f"{len(seasons.faults)} rows left out; the first: {seasons.faults[0]}")
    if outcome.sweep:
        found += _sweep(outcome)
    else:
        found += _single(outcome)
    if outcome.guarded is not None:
        found += _guarded(outcome)
    if outcome.difference:
        found.append(
            f"DIFFERENT: the paper bookmaker's account has {money_text(outcome.difference)} more"
        )
    return found


def percent(value: int | None, sign: bool = True) -> str:
    """Write hundredths of a per cent."""
    if value is None:
        return "-"
    return f"{value / 100:+.2f} %" if sign else f"{value / 100:.2f} %"


def parameters_text(parameters: Parameters) -> str:
    """Write parameters as they are given on the command line."""
    return ", ".join(f"{name}={value}" for name, value in parameters.items()) or "as configured"


def _single(outcome: Outcome) -> list[str]:
    found = []
    if outcome.walk is not None:
        rows = [
            (
                f"{day(fold.since)} to {day(fold.until)}",
                parameters_text(fold.chosen) + ("" if fold.enough else " (too few bets before)"),
                percent(fold.past.yield_bp),
                f"{fold.next.bets:,}",
                money_text(fold.next.profit),
                percent(fold.next.yield_bp),
            )
            for fold in outcome.walk.folds
        ]
        head = ("walk forward", f"best {outcome.walk.by} before", "was", "bets", "profit", "yield")
        found += ["", *_table(head, rows, left=2), "", "all of these parts together:"]
    found += _figures(figures(outcome.bets), len(outcome.bets))
    groups = by_group(outcome.bets)
    for name in GROUPS_SHOWN:
        if groups[name]:
            found += ["", *_table((name, *ROW), map(_row, groups[name]), left=1)]
    said_no = denials(outcome.bets)
    if said_no:
        found += ["", *_table(("limit", *DENIAL), map(_denial, said_no), left=1)]
    return found


def _figures(all_in_all: Figures, wishes: int) -> list[str]:
    one = all_in_all
    interval = f"{percent(one.yield_low_bp)} to {percent(one.yield_high_bp)}"
    closing = f"{percent(one.clv_low_bp)} to {percent(one.clv_high_bp)}"
    missing = ", ".join(f"{count:,} {why}" for why, count in one.clv_missing.items() if count)
    price = "-" if one.average_price is None else price_text(one.average_price)
    beat = f"{one.beat_close / one.clv_measured:.1%}" if one.clv_measured else "-"
    return [
        f"  wishes      {wishes:,}: {one.bets:,} bets on {one.events:,} matches,"
        f" {one.denied:,} denied, {one.refused:,} refused, {one.not_placed:,} not placed",
        f"  bets        {one.won:,} won, {one.returned:,} returned, {one.lost:,} lost,"
        f" average price {price}",
        f"  profit      {money_text(one.profit)} of {money_text(one.staked)} staked",
        f"  yield       {percent(one.yield_bp)} (95 %: {interval})",
        f"  drawdown    {money_text(one.max_drawdown)}, longest losing run"
        f" {one.longest_losing_run}",
        f"  close       {percent(one.clv_bp)} (95 %: {closing}), {beat} of {one.clv_measured:,}"
        f" beat it" + (f"; not measured: {missing}" if missing else ""),
    ]


def _sweep(outcome: Outcome) -> list[str]:
    rows = [
        (
            parameters_text(one.parameters),
            f"{one.figures.bets:,}",
            money_text(one.figures.profit),
            percent(one.figures.yield_bp),
            percent(one.figures.yield_low_bp),
            percent(one.figures.yield_high_bp),
            percent(one.figures.clv_bp),
        )
        for one in outcome.sweep
    ]
    warning = "The best of many was chosen in hindsight: --walk-forward tells what it is worth."
    return ["", *_table(("parameters", *ROW), rows, left=1), "", warning]


def _guarded(outcome: Outcome) -> list[str]:
    assert outcome.guarded is not None
    one = outcome.guarded
    if not one.findings:
        return ["", f"guard: no peeking in {one.wishes:,} wishes at {len(one.moments)} moments"]
    return ["", *(f"PEEKING ({finding.look}): {finding.words}" for finding in one.findings)]


def _row(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        f"{row.bets:,}",
        money_text(row.profit),
        percent(row.yield_bp),
        percent(row.yield_low_bp),
        percent(row.yield_high_bp),
        percent(row.clv_bp),
    )


def _denial(one: Denial) -> tuple[str, ...]:
    return one.control, f"{one.first:,}", f"{one.any:,}", money_text(one.stake)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]], left: int) -> list[str]:
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]

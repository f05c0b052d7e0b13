"""A backtest in a few lines, for people at a terminal."""

from collections.abc import Iterable
from typing import Any

from actors.backtest.figures import Denial, Figures, Row, by_group, denials, figures
from actors.backtest.outcome import Outcome, data
from actors.backtest.plan import Parameters, day
from actors.units import money_text, price_text

GROUPS_SHOWN = ("market", "book", "price", "moment")
ROW = ("bets", "profit", "yield", "95 % from", "to", "closing value")
DENIAL = ("denied first", "in all", "stakes")


def lines(outcome: Outcome) -> list[str]:
    """Write the outcome."""
    found = _data(data(outcome), outcome.ground.name)
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


def _data(known: dict[str, Any], name: str) -> list[str]:
    files = "1 file" if known["files"] == 1 else f"{known['files']:,} files"
    when = f"{known['from']} to {known['to']}"
    if known["kind"] == "markets":
        told = f"{known['markets']:,} markets of {files}, {when}, {known['updates']:,} updates"
        rows = "lines"
    else:
        matches = "1 match" if known["matches"] == 1 else f"{known['matches']:,} matches"
        told = f"{matches} of {files}, {when}"
        rows = "rows" if known["kind"] == "seasons" else "lines"
    found = [f"{name} on {told}"]
    if known["kind"] == "markets" and known["settled"] < known["markets"]:
        found.append(f"{known['markets'] - known['settled']:,} markets never close in their files")
    if known["kind"] == "tapes":
        left = ", ".join(f"{count:,} {why}" for why, count in known["left_out"].items())
        played = f"{known['played']:,} of {known['markets']:,} markets are played"
        found.append(f"{played}; {left}" if left else played)
        if known["undecided"]:
            open_ones = f"{known['undecided']:,} of the played ones never close in their files"
            found.append(f"{open_ones}: bets on them stay open")
    if known["faults"]:
        left_out = known["unreadable_rows"]
        found.append(f"{left_out:,} {rows} left out; the first: {known['faults'][0]}")
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
        f" {one.denied:,} denied, {one.refused:,} refused, {one.not_placed:,} not placed"
        + (f", {one.open:,} never settled" if one.open else ""),
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

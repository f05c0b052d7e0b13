"""One HTML file that tells a backtest: plots, tables, every bet with its why. No network."""

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from actors.backtest.bets import Bet
from actors.backtest.figures import Row, by_group, denials, figures
from actors.backtest.markets import Markets
from actors.backtest.outcome import Outcome, body
from actors.backtest.plan import Ground, day
from actors.backtest.text import parameters_text, percent
from actors.risk.rules import limit_text
from actors.settings import RiskSettings
from actors.units import money_text, price_text
from runtime.errors import OurError

NEEDED = ("jinja2", "matplotlib")
TEMPLATE = "report.html.jinja"


def check_report(path: Path) -> None:
    """Raise OurError, before the long work, when no report can be written there."""
    if not all(map(find_spec, NEEDED)):
        raise OurError("a report needs the extra: pip install 'tictac[backtest]'")
    if not path.resolve().parent.is_dir():
        raise OurError(f"--report: there is no folder {path.resolve().parent}")


def write_report(outcome: Outcome, path: Path) -> None:
    """Write the report. Raises OurError when the file cannot be written."""
    text = page(outcome)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OurError(f"--report: {path} cannot be written: {error.strerror}") from None


def page(outcome: Outcome) -> str:
    """Return the report as HTML."""
    from jinja2 import Environment, StrictUndefined  # a run without a report needs neither
    from markupsafe import Markup

    from actors.backtest.plots import TITLES, by_row, plots

    on = outcome.ground
    groups = by_group(outcome.bets)
    drawn = plots(outcome.bets, on.balance, groups)
    if outcome.sweep:
        drawn = [by_row("Yield by parameters", _swept_rows(outcome))]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    filters: dict[str, Callable[..., str]] = {
        "money": money_text,
        "price": lambda value: "–" if value is None else price_text(value),
        "percent": percent,
        "day": day,
        "parameters": parameters_text,
    }
    environment.filters |= filters
    template = environment.from_string(files(__package__).joinpath(TEMPLATE).read_text("utf-8"))
    return template.render(
        outcome=outcome,
        body=body(outcome),
        figures=figures(outcome.bets),
        groups=groups,
        titles=TITLES,
        denials=denials(outcome.bets),
        limits=[] if isinstance(on, Markets) else _limits(on),
        plots=[one._replace(wide=Markup(one.wide), narrow=Markup(one.narrow)) for one in drawn],
        list=Markup(script_json(bet_list(outcome.bets))) if outcome.bets else None,
    )


def script_json(value: Any) -> str:
    """Write JSON that can stand in a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def bet_list(bets: Sequence[Bet]) -> dict[str, Any]:
    """Return every wish for the page's list: rows of numbers, and each text once."""
    pool: dict[str, int] = {}

    def text(value: str) -> int:
        return pool.setdefault(value, len(pool))

    rows = [
        [
            bet.start,
            text(bet.match),
            text(bet.league),
            text(f"{bet.kind} {bet.text}"),
            text(bet.book),
            bet.price,
            bet.stake,
            bet.pnl,
            bet.edge,
            None if bet.worth is None else bet.worth.value,
            text(bet.state),
            # From here on only the why of a bet needs it.
            text(bet.score),
            text(bet.reason),
            bet.fair,
            bet.floor,
            bet.made_at,
            None if bet.worth is None else bet.worth.fair,
            text("" if bet.worth is None else bet.worth.missing),
            text(bet.outcome),
            [[text(one.book), text(one.side), one.price] for one in bet.seen],
            [[text(one.control), int(one.passed), text(one.figure)] for one in bet.controls],
            text(bet.id),
        ]
        for bet in bets
    ]
    return {"texts": list(pool), "rows": rows}


def _limits(on: Ground) -> list[tuple[str, str]]:
    risk = on.settings.risk
    names = RiskSettings.__struct_fields__
    return [(name, limit_text(name, getattr(risk, name)).rstrip()) for name in names]


def _swept_rows(outcome: Outcome) -> list[Row]:
    return [
        Row(
            parameters_text(one.parameters),
            one.figures.bets,
            one.figures.staked,
            one.figures.profit,
            one.figures.yield_bp,
            one.figures.yield_low_bp,
            one.figures.yield_high_bp,
            one.figures.clv_measured,
            one.figures.clv_bp,
        )
        for one in outcome.sweep
    ]

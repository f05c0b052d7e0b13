"""Seasons for tests: real rows, and rows that are made."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from actors.backtest.bets import Bet
from actors.backtest.closing import Worth
from actors.orders import Verdict

DATA = Path(__file__).parent / "data"
SEASON = DATA / "E0_2021-22.csv"
ROOT = Path(__file__).resolve().parents[3]
CONFIG = ROOT / "config.yaml"

PRICES = {
    "PSH": "2.00",
    "PSD": "3.60",
    "PSA": "4.00",
    "B365H": "2.20",
    "B365D": "3.40",
    "B365A": "3.80",
    "PSCH": "1.90",
    "PSCD": "3.70",
    "PSCA": "4.40",
    "B365CH": "1.85",
    "B365CD": "3.50",
    "B365CA": "4.20",
}
MATCH = {
    "Div": "E0",
    "Date": "14/08/2021",
    "Time": "15:00",
    "HomeTeam": "Leeds",
    "AwayTeam": "Derby",
    "FTHG": "2",
    "FTAG": "1",
    "FTR": "H",
    "HTHG": "1",
    "HTAG": "0",
    "HTR": "H",
}


def write(path: Path, rows: Sequence[dict[str, str]], mark: str = "") -> Path:
    """Write a season of these rows; each has what MATCH and PRICES say unless it says otherwise."""
    whole = [MATCH | PRICES | row for row in rows]
    columns = list(dict.fromkeys(name for row in whole for name in row))
    lines = [",".join(columns)]
    lines += [",".join(row.get(name, "") for name in columns) for row in whole]
    path.write_text(mark + "\n".join(lines) + "\n", encoding="utf-8")
    return path


BET = Bet(
    id="t-1",
    state="settled",
    event="ao-1",
    match="Leeds v Derby",
    division="E0",
    league="PREMIER LEAGUE",
    start=1_628_949_600_000,
    market="1x2",
    period="ft",
    side="home",
    line=0,
    text="home",
    book="B365",
    moment="earlier",
    strategy="value",
    wanted_price=2_200,
    price=2_200,
    floor=2_000,
    stake=1_000,
    pnl=1_200,
    made_at=1,
    placed_at=2,
    settled_at=3,
    score="2-1",
    outcome="Won",
    reason="because",
    fair=2_050,
    edge=732,
    seen=(),
    controls=(),
    worth=Worth(2_000, 1_000),
)


def bet(number: int = 1, **changed: object) -> Bet:
    """Return a settled bet that is so and so; the later its number, the later it was settled."""
    numbered = {"id": f"t-{number:04}", "event": f"ao-{number}", "settled_at": 1_000 * number}
    return msgspec.structs.replace(BET, **(numbered | changed))


def denied(number: int, *controls: str) -> Bet:
    """Return a wish that these controls said no to."""
    verdicts = tuple(Verdict(name, False, "2 of 1") for name in controls)
    passed = Verdict("price_age", True, "0.1 s")
    return bet(
        number,
        state="denied",
        pnl=None,
        placed_at=None,
        settled_at=None,
        worth=None,
        controls=(passed, *verdicts),
    )

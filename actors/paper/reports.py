"""What the account reads about itself: bet lists, a day's summary, statements, the balance."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice

from actors.paper.answers import Code, Payload, Refusal, data, major, result
from actors.paper.bets import BET_TYPES, FINAL, GAME_TYPES, HISTORY_CODES, REJECTED, SETTLED, Bet
from actors.paper.feeds import league
from actors.paper.ledger import DAY_MS, Ledger
from actors.paper.notation import BOOK_OFFSET_MS, day_of, day_text, favoured, line_decimal
from actors.paper.programme import Programme
from actors.paper.rows import is_half

DAY_NAMES = ("Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday")
LIMITS = {"getbets": 150, "getrunningbets": 50, "getnonrunningbets": 100}
LONGEST_STATEMENT_DAYS = 400


def bet_list(programme: Programme, method: str, bets: Iterable[Bet], now_ms: int) -> Payload:
    """Answer GetBets, GetRunningBets (not final) or GetNonRunningBets (final), newest first."""
    final = {"getrunningbets": False, "getnonrunningbets": True}.get(method)
    chosen = (bet for bet in bets if final is None or bet.final is final)
    return data([_row(programme, bet, now_ms) for bet in islice(chosen, LIMITS[method])])


def by_reference(programme: Programme, bets: Iterable[Bet], reference: str, now_ms: int) -> Payload:
    """Answer every ticket of a reference, newest first. Raises Refusal -200 when none shows yet.

    The facts do not say whether the rows stand in Data or in Result, so they stand in both.
    """
    found = [bet for bet in bets if bet.reference == reference and bet.shown_ms <= now_ms]
    if not found:
        raise Refusal("The bet is not found or in transit.", Code.NOT_FOUND_YET)
    rows = [_row(programme, bet, now_ms) for bet in found]
    return data(rows) | {"Result": rows}


def day_summary(
    programme: Programme, bets: Iterable[Bet], day: str, books: Sequence[str] | None, now_ms: int
) -> Payload:
    """Answer GetBetHistorySummary: the final bets placed on one UTC day. Raises Refusal."""
    wanted = _day(day)
    chosen = [
        bet
        for bet in bets
        if bet.final and bet.placed_ms // DAY_MS == wanted and (not books or bet.book in books)
    ]
    total = sum(bet.pnl for bet in chosen)
    rows = []
    for bet in chosen:
        row = _row(programme, bet, now_ms)
        row["Status"] = HISTORY_CODES[bet.status]
        rows.append(row)
    return result(
        {
            "BetSummaries": rows,
            "SubTotalCommision": 0,
            "SubTotalProfitAndLost": major(total),
            "Total": f"{total / 100:,.2f}",
        }
    )


def account_summary(ledger: Ledger, user: str, now_ms: int) -> Payload:
    """Answer GetAccountSummary; profit counts on the UTC day a bet became final."""
    currency = ledger.users[user.lower()].currency
    today = now_ms // DAY_MS
    amounts = {
        "Credit": ledger.credit(user),
        "Outstanding": ledger.outstanding(user),
        "TodayPnL": ledger.profit_of(user, today),
        "YesterdayPnL": ledger.profit_of(user, today - 1),
    }
    content: Payload = {"Message": ""}
    for name, amount in amounts.items():
        content |= {name: major(amount), f"{name}Currency": currency}
    return result(content)


def history_statement(
    ledger: Ledger, user: str, first: str, last: str, books: Sequence[str] | None
) -> Payload:
    """Answer GetHistoryStatement, one item a day with bets; amounts are text with commas.

    Raises Refusal for days that cannot be read or a span of more than 400.
    """
    since, until = _day(first), _day(last)
    if not 0 <= until - since <= LONGEST_STATEMENT_DAYS:
        raise Refusal("from must not be after to, nor more than 400 days before it.")
    bets = [bet for bet in ledger.bets(user) if bet.status in SETTLED]
    profit = _profit_by_day(bets)
    turnover: dict[int, int] = defaultdict(int)
    for bet in bets:
        if not books or bet.book in books:
            turnover[_final_day(bet)] += bet.stake
    shown = _profit_by_day(bet for bet in bets if not books or bet.book in books)
    deposit = ledger.users[user.lower()].deposit
    items = []
    for day in sorted(day for day in turnover if since <= day <= until):
        balance = deposit + sum(amount for when, amount in profit.items() if when <= day)
        items.append(
            {
                "DateDay": day_text(day * DAY_MS),
                "DateDayName": DAY_NAMES[day % 7],
                "Remark": "Betting",
                "Turnover": _comma_text(turnover[day]),
                "WinLoss": _comma_text(shown[day]),
                "Commission": "0.00",
                "Balance": _comma_text(balance),
            }
        )
    days = [day for day in turnover if since <= day <= until]
    return result(
        {
            "BetHistoryStatementItems": items,
            "TotalCommission": "0.00",
            "TotalTurnover": _comma_text(sum(turnover[day] for day in days)),
            "TotalWinLoss": _comma_text(sum(shown[day] for day in days)),
        }
    )


def _row(programme: Programme, bet: Bet, now_ms: int) -> Payload:
    fixture = programme.fixture(bet.fixture)
    match, known = fixture.match, bet.status in SETTLED
    level = favoured(bet.line) if bet.game_type == "H" else 0
    of_half = is_half(programme, bet.game_id)
    full = match.full_time if known else (-1, -1)
    half = match.half_time if known else (-1, -1)
    return {
        "BetPlacementReference": bet.reference,
        "InternalReferenceNumber": bet.internal_reference,
        "ReferenceNumber": bet.internal_reference,
        "Bookie": bet.book,
        "Currency": bet.currency,
        "LeagueName": league(match.division)[1],
        "HomeName": match.home,
        "AwayName": match.away,
        "SportsType": fixture.sport,
        "ClientType": 2,
        "GameId": bet.game_id,
        "GameType": GAME_TYPES[bet.game_type],
        "BetType": BET_TYPES[bet.game_type, bet.odds_name],
        "HdpOrGoal": "" if bet.game_type == "X" else line_decimal(bet.line),
        "Term": "HT" if of_half else "FT",
        "Favoured": level,
        "FullTimeFavoured": 0 if of_half else level,
        "HalfTimeFavoured": level if of_half else 0,
        "Odds": bet.price / 1000,
        "OddsType": "00",
        "Stake": major(bet.stake),
        "Pnl": major(bet.pnl),
        "PnlInfo": bet.status if known else "",
        "HomeScore": "0",
        "AwayScore": "0",
        "HalfTimeHomeScore": str(half[0]),
        "HalfTimeAwayScore": str(half[1]),
        "FullTimeHomeScore": str(full[0]),
        "FullTimeAwayScore": str(full[1]),
        # GMT+8 wall time written as if it were UTC, as measured on the real API.
        "KickoffTime": fixture.kick_off_ms + BOOK_OFFSET_MS,
        "TicketDate": bet.placed_ms,
        "Status": bet.shown_status(now_ms),
        "BetPlacementMessage": bet.message,
    }


def _day(text: str) -> int:
    try:
        return day_of(text)
    except (ValueError, OverflowError):
        raise Refusal(f"{text[:20]!r} is no date of the form MM/dd/yyyy.") from None


def _final_day(bet: Bet) -> int:
    return (bet.final_ms or 0) // DAY_MS


def _profit_by_day(bets: Iterable[Bet]) -> dict[int, int]:
    profit: dict[int, int] = defaultdict(int)
    for bet in bets:
        if bet.status in FINAL and bet.status != REJECTED:
            profit[_final_day(bet)] += bet.pnl
    return profit


def _comma_text(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"

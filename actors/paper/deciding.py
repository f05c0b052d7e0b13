"""What the book does with a bet: take it or not, and pay it when the match is over."""

from actors.paper.bets import PENDING, PRICE_ORDER, REJECTED, RUNNING, VOID, Bet
from actors.paper.programme import Fixture, Programme
from actors.paper.rows import Row, find_row, is_half, price
from actors.paper.seeding import chance, number
from actors.paper.settling import HALF_STAKES, half_stakes, profit

LOWER_PRICE = "Odd changed to lower price."
TRY_AGAIN = "Error in placement, try again"
ABOVE_LIMIT = "Bet not accepted by book: amount above the assigned credit line"
LINE_CHANGED = "Bet not accepted by book: LINE_CHANGED"
CLOSED = "Bet not accepted by book: match has begun"

LOWEST_STAKE = 500


def highest_stake(row: Row, side: int, book: str, at_ms: int) -> int:
    """Return the most this book takes on one selection, in minor units."""
    fixture = row.fixture
    if row.taped is not None and book in row.taped.books:
        size = row.taped.books[book].size(side, at_ms)
        return fixture.highest_stake if size is None else min(size, fixture.highest_stake)
    if fixture.highest_stake:
        return fixture.highest_stake
    steps = (50, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000)
    return 100 * steps[number(len(steps), fixture.seed, "limit", book)]


def market_price(programme: Programme, bet: Bet, at_ms: int) -> int | None:
    """Return the bet's side at its book in thousandths, or None when the row is not open."""
    row = find_row(programme, bet.game_id)
    if row is None or not row.open_at(at_ms):
        return None
    side = PRICE_ORDER[bet.game_type].index(bet.odds_name)
    return price(row, bet.game_type.lower(), side, bet.book, at_ms)


def _highest_stake(programme: Programme, bet: Bet, at_ms: int) -> int:
    row = find_row(programme, bet.game_id)
    assert row is not None, "a bet is on a row that was"
    side = PRICE_ORDER[bet.game_type].index(bet.odds_name)
    return highest_stake(row, side, bet.book, at_ms)


def next_state(programme: Programme, bet: Bet, reject_permille: int, void_permille: int) -> Bet:
    """Carry the bet over its next event: acceptance at `due_ms`, settlement at `ends_ms`."""
    if bet.status == PENDING:
        return _decide(programme, bet, reject_permille)
    return _settle(programme, bet, void_permille)


def _decide(programme: Programme, bet: Bet, reject_permille: int) -> Bet:
    at_ms, fixture = bet.due_ms, programme.fixture(bet.fixture)
    # Prices run `speed` times as fast as the delay: judge by the market as far into play time
    # as a real book's delay would reach, not minutes of play later.
    judged_ms = bet.placed_ms + (bet.due_ms - bet.placed_ms) // programme.speed
    if bet.stake > _highest_stake(programme, bet, judged_ms):
        return bet.to(REJECTED, at_ms, ABOVE_LIMIT)
    if chance(reject_permille, fixture.seed, "reject", bet.id):
        return bet.to(REJECTED, at_ms, TRY_AGAIN)
    now = market_price(programme, bet, judged_ms)
    if now is None:
        return bet.to(REJECTED, at_ms, CLOSED if judged_ms >= fixture.kick_off_ms else LINE_CHANGED)
    if now >= bet.asked:
        return bet.to(RUNNING, at_ms)
    if bet.accept_changed:
        return bet.to(RUNNING, at_ms, price=now)
    return bet.to(REJECTED, at_ms, LOWER_PRICE)


def _settle(programme: Programme, bet: Bet, void_permille: int) -> Bet:
    fixture = programme.fixture(bet.fixture)
    if abandoned(fixture, void_permille):
        return bet.to(VOID, bet.ends_ms)
    match, half = fixture.match, is_half(programme, bet.game_id)
    score = match.half_time if half else match.full_time
    halves = half_stakes(bet.game_type, bet.odds_name, bet.line, *score)
    pnl = profit(bet.stake, bet.price, halves)
    return bet.to(HALF_STAKES[halves], bet.ends_ms, pnl=pnl)


def abandoned(fixture: Fixture, void_permille: int) -> bool:
    """Say whether the match is declared void at its end."""
    return chance(void_permille, fixture.seed, "abandoned")

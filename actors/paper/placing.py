"""GetPlacementInfo and PlaceBet."""

from typing import NamedTuple

from actors.paper.answers import Asked, Code, Payload, Refusal, major, result
from actors.paper.bets import PRICE_ORDER, Bet, Placement
from actors.paper.deciding import LOWEST_STAKE, highest_stake
from actors.paper.feeds import league
from actors.paper.ledger import Ledger, User
from actors.paper.notation import FORMATS, asked_price, line_range, odds
from actors.paper.programme import FOOTBALL, Programme
from actors.paper.rows import Row, find_row, market_line, price, prices
from actors.paper.seeding import digits, number
from actors.paper.sessions import Session
from actors.paper.settings import PaperSettings

LONGEST_ID = 40
NEVER = 2**62
"""When a bet ends whose result was not recorded."""


class Target(NamedTuple):
    """An open row and the side of it that is meant."""

    row: Row
    game_type: str
    odds_name: str
    odds_format: str

    @property
    def key(self) -> tuple[int, str, str]:
        return self.row.game_id, self.game_type, self.odds_name

    @property
    def market(self) -> str:
        return self.game_type.lower()

    @property
    def side(self) -> int:
        return PRICE_ORDER[self.game_type].index(self.odds_name)

    def highest_stake(self, book: str, now_ms: int) -> int:
        """Return the most that a book takes on it now, in minor units."""
        return highest_stake(self.row, self.side, book, now_ms)


def target(programme: Programme, asked: Asked, now_ms: int) -> Target:
    """Read which selection is meant. Raises Refusal when it cannot be bet on now."""
    row = find_row(programme, asked.integer("GameId"))
    game_type = asked.choice("GameType", tuple(PRICE_ORDER))
    odds_name = asked.choice("OddsName", PRICE_ORDER[game_type])
    odds_format = asked.choice("OddsFormat", FORMATS, "MY")
    half = asked.integer("IsFullTime", 1) != 1
    if asked.integer("MarketTypeId", 0) not in (0, 1, 2):
        raise Refusal("MarketTypeId must be 0, 1 or 2.")
    if asked.integer("SportsType", FOOTBALL) not in programme.sports:
        raise Refusal("This sport is not offered.")
    if row is None:
        raise Refusal("There is no such GameId.")
    if not row.open_at(now_ms):
        raise Refusal("This game is not open for betting.")
    if half is not row.half:
        raise Refusal(f"{'Half' if half else 'Full'}-time markets are not offered.")
    if not prices(row, game_type.lower(), now_ms, programme.books):
        raise Refusal("This game has no such market.")
    return Target(row, game_type, odds_name, odds_format)


def placement_info(
    programme: Programme, session: Session, user: User, asked: Asked, now_ms: int
) -> Payload:
    """Answer each book's price and limits, and remember what was shown. Raises Refusal."""
    if not asked.text("Bookies", " ").strip():
        raise Refusal("Bookies is required.", Code.BOOKIES_MISSING, OddsPlacementData=[])
    aim = target(programme, asked, now_ms)
    offered = programme.books
    books = asked.names("Bookies") or offered
    entries = [_info(aim, book, offered, user.currency, now_ms) for book in books]
    shown = {entry["Bookie"] for entry in entries if not entry["Rejected"]}
    session.shown.setdefault(aim.key, set()).update(shown)
    return result({"OddsPlacementData": entries})


def _info(aim: Target, book: str, offered: tuple[str, ...], currency: str, now_ms: int) -> Payload:
    fixture = aim.row.fixture
    shown = price(aim.row, aim.market, aim.side, book, now_ms) if book in offered else None
    quoted = 0.0 if shown is None else float(odds(shown, aim.odds_format))
    league_id, league_name = league(fixture.match.division)
    return {
        "Bookie": book,
        "Code": int(Code.FAILED if shown is None else Code.OK),
        "Rejected": shown is None,
        "Message": "No price at this book." if shown is None else "",
        # Old and new clients read different names.
        "Odds": quoted,
        "Price": quoted,
        "OddsFormat": aim.odds_format,
        "MinimumAmount": LOWEST_STAKE // 100,
        "MaximumAmount": 0 if shown is None else aim.highest_stake(book, now_ms) // 100,
        "Currency": currency,
        "OddPlacementId": str(number(9_000_000_000, fixture.seed, *aim.key, book, now_ms)),
        "GameType": aim.game_type,
        "HomeOrAwayOrDraw": aim.odds_name[0],
        "HDPorGoal": _line_text(aim),
        "IsFullTime": not aim.row.half,
        "HomeName": fixture.match.home,
        "AwayName": fixture.match.away,
        "HomeScore": 0,
        "AwayScore": 0,
        "LeagueId": league_id,
        "LeagueName": league_name,
        "MarketTypeId": 1 if now_ms >= fixture.today_ms else 2,
        "SportsType": fixture.sport,
    }


def _line_text(aim: Target) -> str:
    return "" if aim.game_type == "X" else line_range(market_line(aim.row, aim.market))


class Betting:
    """Take bets for one ledger."""

    def __init__(self, programme: Programme, ledger: Ledger, settings: PaperSettings) -> None:
        self._programme, self._ledger, self._settings = programme, ledger, settings
        self.held_ms = 0  # how much longer than usual the next bets stay pending

    def place(self, session: Session, asked: Asked, now_ms: int) -> Payload:
        """Answer PlaceBet and log the request, whatever becomes of it. Raises Refusal."""
        reference = ""
        try:
            reference = self._reference(session.user, asked, now_ms)
            answer = self._place(session, reference, asked, now_ms)
        except Refusal as refusal:
            self._log(session.user, reference, asked, refusal.code, refusal.text, now_ms)
            raise
        self._log(session.user, reference, asked, answer["Code"], "handed over", now_ms)
        return answer

    def _reference(self, user: str, asked: Asked, now_ms: int) -> str:
        own = asked.text("PlaceBetId", "").strip()
        if len(own) > LONGEST_ID:
            raise Refusal(f"PlaceBetId is longer than {LONGEST_ID} characters.")
        reference = f"WA-{own or now_ms}"
        if self._settings.repeat == "refuse" and own and self._ledger.has(user, reference):
            raise Refusal("PlaceBetId has been used before.")
        return reference

    def _place(self, session: Session, reference: str, asked: Asked, now_ms: int) -> Payload:
        amount = asked.money("Amount")
        accept = asked.integer("AcceptChangedOdds", asked.integer("AcceptChangeOdds", 0)) == 1
        aim = target(self._programme, asked, now_ms)
        shown = session.shown.get(aim.key)
        if shown is None:
            raise Refusal("Placement info is missing: call GetPlacementInfo first.")
        wanted = self._wanted(asked, aim, shown, now_ms)
        if amount < LOWEST_STAKE:
            raise Refusal(
                f"Amount is below {LOWEST_STAKE // 100}.", Code.AMOUNT_TOO_LOW, PlacementData=[]
            )
        if amount > self._ledger.credit(session.user):
            raise Refusal("Not enough credit.", PlacementData=[])
        entries = []
        for book, asked_at, stake in self._split(aim, wanted, amount, now_ms):
            bet = self._bet(session.user, reference, aim, book, stake, asked_at, accept, now_ms)
            self._ledger.put(bet)
            entries.append(_placed(bet))
        return result({"BetPlacementReference": reference, "Message": "", "PlacementData": entries})

    def _wanted(
        self, asked: Asked, aim: Target, shown: set[str], now_ms: int
    ) -> list[tuple[str, int]]:
        """Read BookieOdds, best price first. Raises Refusal -1307 for what was not shown."""
        wanted: dict[str, int] = {}
        for part in asked.text("BookieOdds").split(","):
            book, _, text = part.strip().partition(":")
            book = book.strip().upper()
            now = price(aim.row, aim.market, aim.side, book, now_ms) if book in shown else None
            try:
                if now is None:
                    raise ValueError
                wanted[book] = asked_price(text, aim.odds_format, now)
            except ValueError:
                raise Refusal(
                    f"BookieOdds does not match the placement info: {part[:40]!r}.",
                    Code.PRICES_DO_NOT_MATCH,
                    PlacementData=[],
                ) from None
        return sorted(wanted.items(), key=lambda item: -item[1])

    def _split(
        self, aim: Target, wanted: list[tuple[str, int]], amount: int, now_ms: int
    ) -> list[tuple[str, int, int]]:
        """Share an amount over books up to their limits; the last one gets what is left.

        How AsianOdds splits is not known; one book takes it all and may reject it.
        """
        shares, rest = [], amount
        for place, (book, asked_at) in enumerate(wanted, 1):
            limit = aim.highest_stake(book, now_ms)
            stake = rest if place == len(wanted) else min(rest, limit)
            if 0 < rest - stake < LOWEST_STAKE:
                stake -= LOWEST_STAKE
            shares.append((book, asked_at, stake))
            rest -= stake
            if rest == 0:
                break
        return shares

    def _bet(
        self,
        user: str,
        reference: str,
        aim: Target,
        book: str,
        stake: int,
        asked_at: int,
        accept: bool,
        now_ms: int,
    ) -> Bet:
        settings, fixture = self._settings, aim.row.fixture
        bet_id = self._ledger.next_id()
        spread = max(1, settings.delay_to_ms - settings.delay_from_ms)
        delay = settings.delay_from_ms + number(spread, fixture.seed, "delay", bet_id)
        delay += self.held_ms
        return Bet(
            id=bet_id,
            user=user,
            reference=reference,
            internal_reference=digits(11, fixture.seed, "ticket", bet_id),
            fixture=fixture.number,
            game_id=aim.row.game_id,
            game_type=aim.game_type,
            odds_name=aim.odds_name,
            line=0 if aim.game_type == "X" else market_line(aim.row, aim.market),
            book=book,
            currency=self._ledger.users[user.lower()].currency,
            stake=stake,
            asked=asked_at,
            price=asked_at,
            accept_changed=accept,
            placed_ms=now_ms,
            shown_ms=now_ms + min(settings.transit_ms, delay),
            due_ms=now_ms + delay,
            ends_ms=max(now_ms + delay, fixture.full_time_ms if aim.row.decided else NEVER),
        )

    def _log(
        self, user: str, reference: str, asked: Asked, code: int, outcome: str, now_ms: int
    ) -> None:
        texts = {
            name: asked.raw(name)
            for name in ("GameId", "GameType", "OddsName", "BookieOdds", "OddsFormat", "Amount")
        }
        self._ledger.note(
            Placement(
                received_ms=now_ms,
                user=user,
                reference=reference,
                game_id=texts["GameId"],
                game_type=texts["GameType"],
                odds_name=texts["OddsName"],
                bookie_odds=texts["BookieOdds"],
                odds_format=texts["OddsFormat"],
                amount=texts["Amount"],
                accept_changed=asked.raw("AcceptChangedOdds"),
                code=int(code),
                outcome=outcome,
            )
        )


def _placed(bet: Bet) -> Payload:
    """Say that a bet was handed to its book, which is not yet that it was taken."""
    return {
        "Bookie": bet.book,
        "PlacedSuccessfully": True,
        "ReturnCode": 0,
        "Message": "",
        "Rejected": False,
        "BetPlacementReference": bet.reference,
        "Amount": major(bet.stake),
    }

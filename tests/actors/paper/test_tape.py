"""A match on tape: its recorded prices stand, as long as they did, up to what was there."""

import msgspec
import pytest

from actors.paper.programme import Programme
from actors.paper.rows import Kind, rows
from actors.paper.tape import TapedLine, Track
from tests.actors.paper.conftest import DAYS, ORIGIN

BOOK = "BF"
SIDES = ("HomeOdds", "AwayOdds", "DrawOdds")
TRACK = Track(
    times=(10, 20, 30, 40),
    prices=((2_000, 1_800), None, (2_100, 1_700), None),
    sizes=((5_000, 0), (0, 0), (7_000, 900), (0, 0)),
)


@pytest.mark.parametrize(
    ("now", "prices", "size", "changed"),
    [
        (9, None, None, 0),
        (10, (2_000, 1_800), 5_000, 10),
        (19, (2_000, 1_800), 5_000, 10),
        (20, None, 0, 20),
        (30, (2_100, 1_700), 7_000, 30),
        (99, None, 0, 40),
    ],
)
def test_a_price_stands_from_its_moment_to_the_next(
    now: int, prices: object, size: int | None, changed: int
) -> None:
    assert TRACK.at(now) == prices
    assert TRACK.size(0, now) == size
    assert TRACK.changed_at(now) == changed


@pytest.mark.parametrize(
    ("before", "last"),
    [
        (10, None),
        (11, (2_000, 1_800)),
        (30, (2_000, 1_800)),
        (31, (2_100, 1_700)),
        (99, (2_100, 1_700)),
    ],
)
def test_the_last_price_is_found_behind_a_suspension(before: int, last: object) -> None:
    assert TRACK.last(before) == last


def test_without_recorded_amounts_none_is_known() -> None:
    assert Track((10,), ((2_000, 1_800),)).size(0, 10) is None


class OneTape(Programme):
    """Every match of the usual programme has the same tape: odd moments, two books, three lines."""

    books = (BOOK, "BFESP")
    rows = 8

    def __init__(self, *lines: TapedLine) -> None:
        self._tape = lines
        super().__init__(DAYS, ORIGIN, 1, 1)

    def _make(self, fixture_number):
        made = super()._make(fixture_number)
        return msgspec.structs.replace(made, tape=self._tape, rows=8, highest_stake=50_000)


def track(*moved, sizes=None):
    """Return a track that moves each so many seconds after the programme began."""
    times = tuple(ORIGIN + round(1000 * seconds) for seconds, _ in moved)
    return Track(times, tuple(prices for _, prices in moved), tuple(sizes or ()))


HANDICAP = TapedLine("h", -150, {"BFESP": track((-9, (1_700, 2_050)))})
TOTAL = TapedLine("o", 350, {BOOK: track((-9, (2_440, 1_600)))})


@pytest.fixture
def taped_desk(new_desk):
    def make(*moved, sizes=None):
        """Return a desk at a book with these 1X2 prices by seconds after the beginning."""
        odds = TapedLine("x", 0, {BOOK: track(*moved, sizes=sizes)})
        programme = OneTape(HANDICAP, TOTAL, odds)
        quick = {"delay_from_ms": 900, "delay_to_ms": 901}
        return new_desk(programme=programme, speed=1, throttle=False, **quick)

    return make


def odds_of(game, market):
    return game[market]["BookieOdds"].partition(";BEST")[0]


def with_odds(desk):
    return next(game for game in desk.games() if game["FullTimeOneXTwo"]["BookieOdds"])


def test_each_line_is_a_row_of_its_own_with_the_books_that_have_it(taped_desk) -> None:
    desk = taped_desk((-9, (2_000, 3_500, 3_400)))
    match = desk.games()[0]["MatchId"]
    shown = [game for game in desk.games() if game["MatchId"] == match]
    assert len({game["GameId"] for game in shown}) == 3
    told = {
        (odds_of(game, market), game[market].get("Handicap", game[market].get("Goal")))
        for game in shown
        for market in ("FullTimeHdp", "FullTimeOu", "FullTimeOneXTwo")
        if game[market]["BookieOdds"]
    }
    assert told == {
        ("BFESP=1.700,2.050", "1.5"),
        ("BF=2.440,1.600", "3.5"),
        ("BF=2.000,3.500,3.400", None),
    }
    assert {game["FullTimeFavoured"] for game in shown if odds_of(game, "FullTimeHdp")} == {1}


def test_a_bet_is_taken_at_its_price_and_settled_on_the_result(taped_desk) -> None:
    desk = taped_desk((-9, (2_000, 3_500, 3_400)))
    game = with_odds(desk)
    reference = desk.bet(game, book=BOOK)["Result"]["BetPlacementReference"]
    assert desk.wait(2).status(reference)["Status"] == "Running"
    desk.wait(40_000).login()
    ended = desk.status(reference)
    assert ended["Status"] in ("Won", "Lost")


def test_what_has_fallen_meanwhile_is_refused(taped_desk) -> None:
    # The book decides 0.9 s after the bet came.
    desk = taped_desk((-9, (2_000, 3_500, 3_400)), (0.8, (1_990, 3_500, 3_400)))
    reference = desk.bet(with_odds(desk), book=BOOK)["Result"]["BetPlacementReference"]
    assert desk.wait(2).status(reference)["Status"] == "Rejected"
    again = desk.bet(with_odds(desk), book=BOOK)["Result"]["BetPlacementReference"]
    assert desk.wait(2).status(again)["Status"] == "Running"


def test_no_more_than_was_offered_is_taken(taped_desk) -> None:
    prices, sizes = (2_000, 3_500, 3_400), [(2_500, 99_900, 40)]
    desk = taped_desk((-9, prices), sizes=sizes)
    game = with_odds(desk)
    limits = [desk.info(desk.selection(game, "X", side))[BOOK]["MaximumAmount"] for side in SIDES]
    assert limits == [25, 500, 0]  # the book's own limit is 500
    for amount, status in ((25.0, "Running"), (26.0, "Rejected")):
        reference = desk.bet(game, book=BOOK, Amount=amount)["Result"]["BetPlacementReference"]
        assert desk.wait(2).status(reference)["Status"] == status


def test_while_it_is_suspended_nothing_is_shown_and_nothing_taken(taped_desk) -> None:
    desk = taped_desk((-9, (2_000, 3_500, 3_400)), (30, None), (60, (2_200, 3_300, 3_400)))
    game = with_odds(desk)
    desk.wait(31)
    (same,) = [one for one in desk.games() if one["GameId"] == game["GameId"]]
    assert same["FullTimeOneXTwo"]["BookieOdds"] == ""
    refused = desk.ask("GetPlacementInfo", desk.selection(game) | {"Bookies": "ALL", "Timeout": 5})
    assert refused["Code"] != 0
    desk.wait(30)
    assert odds_of(with_odds(desk), "FullTimeOneXTwo") == "BF=2.200,3.300,3.400"


def test_the_rows_of_a_tape_are_found_by_their_ids() -> None:
    programme = OneTape(HANDICAP, TOTAL)
    fixture = programme.day(0)[0]
    kinds = {row.kind for row in rows(fixture)}
    assert kinds == {Kind.PLAYED, 4, 5}
    for row in rows(fixture):
        assert programme.find(row.game_id) == (fixture, row.kind)


ODDS = {BOOK: track((-9, (2_000, 3_500, 3_400)))}


def test_a_line_of_the_first_half_stands_in_the_fields_of_the_first_half(new_desk) -> None:
    desk = new_desk(programme=OneTape(TapedLine("x", 0, ODDS, half=True)), speed=1)
    (game, *_) = desk.games()
    assert odds_of(game, "HalfTimeOneXTwo") == "BF=2.000,3.500,3.400"
    assert game["FullTimeOneXTwo"]["BookieOdds"] == ""


@pytest.mark.parametrize(("half", "asked"), [(True, 1), (False, 0)])
def test_a_bet_on_the_other_period_is_refused(new_desk, half, asked) -> None:
    desk = new_desk(programme=OneTape(TapedLine("x", 0, ODDS, half=half)), speed=1)
    selection = desk.selection(desk.games()[0]) | {"IsFullTime": asked}
    refused = desk.ask("GetPlacementInfo", selection | {"Bookies": "ALL", "Timeout": 5})
    assert refused["Code"] != 0
    assert "-time markets are not offered" in str(refused)


def test_a_bet_on_the_first_half_is_settled_on_its_score(new_desk) -> None:
    programme = OneTape(TapedLine("x", 0, ODDS, half=True))
    desk = new_desk(programme=programme, speed=1, throttle=False)
    number, one = next(
        (place, fixture.match)
        for place, fixture in enumerate(programme.day(0))
        if fixture.match.half_time[0] == fixture.match.half_time[1]
        and fixture.match.full_time[0] != fixture.match.full_time[1]
    )
    game = programme.fixture(number).game_id(4)
    selection = desk.selection({"GameId": game}, "X", "DrawOdds") | {"IsFullTime": 0}
    desk.info(selection)
    placed = desk.ask("PlaceBet", selection | {"BookieOdds": f"{BOOK}:3.4", "Amount": 10.0})
    reference = placed["Result"]["BetPlacementReference"]
    desk.wait(80_000).login()
    ended = desk.status(reference)
    assert (ended["Term"], ended["HomeName"], ended["Status"]) == ("HT", one.home, "Won")


def test_a_bet_on_a_line_that_nothing_decides_stays_open(new_desk) -> None:
    programme = OneTape(TapedLine("x", 0, ODDS, decided=False))
    desk = new_desk(programme=programme, speed=1, throttle=False)
    reference = desk.bet(desk.games()[0], book=BOOK)["Result"]["BetPlacementReference"]
    desk.wait(90_000).login()
    assert desk.status(reference)["Status"] == "Running"

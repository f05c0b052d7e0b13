from hashlib import md5

import pytest

from actors.paper import Faults, PaperSettings
from actors.paper.book import PaperBook
from actors.paper.programme import Programme
from actors.paper.recorded import recorded_days

ORIGIN = 1_700_000_000_000
DAYS = recorded_days()


class Desk:
    """A client of a bookmaker in memory, with a clock of its own."""

    def __init__(self, faults=(), bets=(), now=ORIGIN, programme=None, **settings):
        settings = {"speed": 300, "reject_permille": 0, "balance": 1_000_000} | settings
        self.settings = PaperSettings(**settings)
        self.now = now
        if programme is None:
            programme = Programme(DAYS, ORIGIN, self.settings.speed, self.settings.seed)
        self.book = PaperBook(self.settings, programme, bets=bets, faults=Faults(faults))
        self.headers = {}
        self.changes = []

    def ask(self, method, body=None, /, **params):
        params = {name.lower().rstrip("_"): str(value) for name, value in params.items()}
        self.answer = self.book.handle(method, params, self.headers, body, self.now)
        self.changes += self.answer.changes
        return self.answer.payload

    def login(self, user="paper", password="paper"):
        digest = md5(password.encode()).hexdigest()
        answer = self.ask("Login", username=user, password=digest)
        if answer["Code"] == 0:
            content = answer["Result"]
            self.headers = {"aotoken": content["Token"], "aokey": content["Key"]}
            self.ask("Register", username=user)
        return answer

    def wait(self, seconds):
        self.now += round(seconds * 1000)
        return self

    def games(self, market=1, **params):
        params = {"sportsType": 1, "marketTypeId": market, "oddsFormat": "00"} | params
        answer = self.ask("GetFeeds", **params)
        assert answer["Code"] == 0, answer
        return answer["Result"]["Sports"][0]["MatchGames"]

    def selection(self, game, game_type="X", odds_name="HomeOdds"):
        return {
            "GameId": game["GameId"],
            "GameType": game_type,
            "OddsName": odds_name,
            "IsFullTime": 1,
            "MarketTypeId": 1,
            "SportsType": 1,
            "OddsFormat": "00",
        }

    def info(self, selection, books="ALL"):
        answer = self.ask("GetPlacementInfo", selection | {"Bookies": books, "Timeout": 5})
        assert answer["Code"] == 0, answer
        return {entry["Bookie"]: entry for entry in answer["Result"]["OddsPlacementData"]}

    def bet(self, game, game_type="X", odds_name="HomeOdds", book="B365", price=None, **more):
        selection = self.selection(game, game_type, odds_name)
        entry = self.info(selection)[book]
        wanted = {"BookieOdds": f"{book}:{price or entry['Price']}", "Amount": 10.0}
        return self.ask("PlaceBet", selection | wanted | more)

    def status(self, reference):
        return self.ask("GetBetByReference", betReference=reference)["Data"][0]

    def summary(self):
        return self.ask("GetAccountSummary")["Result"]


def prices(odds):
    """Read a BookieOdds string into prices by book."""
    entries = [entry.split("=") for entry in odds.split(";") if entry]
    return {
        book: [float(text) for text in texts.split(",")]
        for book, texts in entries
        if book != "BEST"
    }


@pytest.fixture
def desk():
    desk = Desk()
    desk.login()
    return desk


@pytest.fixture
def new_desk():
    def make(**settings):
        desk = Desk(**settings)
        desk.login()
        return desk

    return make


@pytest.fixture
def read_prices():
    return prices


@pytest.fixture
def with_market():
    def choose(games, market="FullTimeOneXTwo"):
        """Return a row of a late match that quotes this market."""
        rows = [game for game in games if game[market]["BookieOdds"]]
        return max(rows, key=lambda game: game["StartTime"])

    return choose

"""A bookmaker for benchmarks: feed answers made on demand, offers and bets over real HTTP."""

import multiprocessing
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection as Pipe

import msgspec

from actors.books.asianodds.client import AsianOddsClient, Login
from actors.books.asianodds.connection import Answer
from actors.selections import Phase

SHARP, SOFT = "2.000,3.500,4.000", "2.200,3.400,3.900"
OFFER = {
    "Bookie": "B365",
    "Code": 0,
    "Rejected": False,
    "Price": 2.2,
    "OddsFormat": "00",
    "MinimumAmount": 1,
    "MaximumAmount": 1000,
    "GameType": "X",
    "IsFullTime": True,
}


def feed_answer(number: int, start: int, since: int, filler: int) -> bytes:
    """Return a feed answer in which one new match pays above the sharp price.

    `filler` rows of matches without value come with it, as in a real increment.
    """
    rows = [_row(number * 1000 + extra, start, SHARP) for extra in range(1, filler + 1)]
    rows.append(_row(number * 1000, start, SOFT))
    sports = [{"SportsType": 1, "MatchGames": rows}]
    return msgspec.json.encode({"Code": 0, "Result": {"Since": since, "Sports": sports}})


def _row(match: int, start: int, soft: str) -> dict[str, object]:
    return {
        "GameId": match * 10,
        "MatchId": match,
        "LeagueName": "BENCH LEAGUE",
        "HomeTeam": {"Name": f"Home {match}"},
        "AwayTeam": {"Name": f"Away {match}"},
        "StartTime": start,
        "MarketTypeId": 1,
        "IsActive": True,
        "FullTimeOneXTwo": {"BookieOdds": f"PIN={_order(SHARP)};B365={_order(soft)}"},
    }


def _order(home_draw_away: str) -> str:
    """Write prices in the feed's order, which is home, away, draw."""
    home, draw, away = home_draw_away.split(",")
    return f"{home},{away},{draw}"


class StubClient(AsianOddsClient):
    """The real client over real HTTP, but for the session and the feed's cadence."""

    next_answer: Callable[[], bytes]
    stamp: Callable[[str], None]

    def login(self, username: str, password: str) -> Login:  # noqa: ARG002
        return Login("bench-token", "bench-key", self._base)

    def register(self, login: Login, username: str) -> None:
        """There is nobody to register with."""

    def is_logged_in(self, token: str) -> bool:  # noqa: ARG002
        return True

    def feed(
        self,
        token: str,  # noqa: ARG002
        phase: Phase,  # noqa: ARG002
        sports_type: int,  # noqa: ARG002
        bookies: str = "ALL",  # noqa: ARG002
        leagues: str = "ALL",  # noqa: ARG002
        since: int | None = None,  # noqa: ARG002
    ) -> bytes:
        return type(self).next_answer()

    def exchange(self, call: str, **options: object) -> Answer:
        if call == "PlaceBet":
            type(self).stamp("first byte")
        answer = super().exchange(call, **options)  # type: ignore[arg-type]
        if call == "GetPlacementInfo":
            type(self).stamp("offer")
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("GetPlacementInfo"):
            result: dict[str, object] = {"OddsPlacementData": [OFFER]}
        else:
            reference = "WA-" + str(msgspec.json.decode(body)["PlaceBetId"])
            part = {"Bookie": "B365", "PlacedSuccessfully": True, "ReturnCode": 0}
            result = {"BetPlacementReference": reference, "PlacementData": [part]}
        answer = msgspec.json.encode({"Code": 0, "Message": "", "Result": result})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _serve(pipe: Pipe) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_address[1])
    pipe.recv()


class StubBook:
    """The stub's HTTP side in a process of its own, so that it takes no time from ours."""

    def __enter__(self) -> str:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        return f"http://127.0.0.1:{self._pipe.recv()}/AsianOddsService"

    def __exit__(self, *_: object) -> None:
        self._pipe.send("stop")
        self._process.join(5)
        self._pipe.close()

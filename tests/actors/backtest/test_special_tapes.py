"""Races and other markets that are no line of a match, played by the actors that run live."""

import bz2
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from actors.backtest.calendar import Calendar
from actors.backtest.peeking import guard
from actors.backtest.plan import Ground, Plan
from actors.backtest.plays import Play, Played, ground_of, played
from actors.backtest.tapes import Tapes, read_tapes
from actors.books.asianodds.feed import FeedState
from actors.market_view import EventView
from actors.orders import Evidence
from actors.paper.answers import Asked
from actors.paper.feeds import changed, match_game, wanted
from actors.selections import Phase
from actors.strategies import Strategy, Wish
from actors.units import Millis
from runtime.errors import OurError
from tests.actors.backtest.samples import CONFIG, ROOT
from tests.actors.backtest.tape_samples import HORSES, OFF_MS, line, race, racers, write

GREYHOUNDS = ROOT / "actors" / "exchange" / "data"
BACK_BOTH = "tests.actors.backtest.test_special_tapes:BackBoth"
HOUR = 3_600
BOARD = [{"id": one, "atb": [[3.0, 50.0]], "atl": [[3.5, 40.0]]} for one in (1, 2, 3)]


class BackBoth(Strategy):
    """Back every side of every special, again and again, whatever it pays."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [
            Wish(quote, 1_001, 1_000, Evidence("it is there", quote.price, 0, ()))
            for group in view.groups
            for books in group.quotes.values()
            for quote in books.values()
        ]


def run(*ends: str, market: str = "1.5", **more: Any) -> list[str]:
    """Return a race from two hours before its off to its end, or without one."""
    closed = race("CLOSED", **{"inPlay": True, "runners": racers(*ends), **more})
    return [
        line(2 * HOUR, market, marketDefinition=race(**more), rc=BOARD),
        line(0, market, marketDefinition=race(**{"inPlay": True, **more})),
        *([line(-HOUR, market, marketDefinition=closed)] if ends else []),
    ]


def stream(tmp_path: Path, *lines: str) -> Path:
    """Write these lines by their times, as an exchange sends them."""
    return write(tmp_path / "a.jsonl", *sorted(lines, key=lambda one: int(json.loads(one)["pt"])))


def read(tmp_path: Path, *lines: str) -> Tapes:
    path = stream(tmp_path, *lines)
    return read_tapes(path, [path])


def test_each_runner_of_a_race_is_a_match_with_the_race_as_its_league(tmp_path: Path) -> None:
    found = read(tmp_path, *run("LOSER", "WINNER", "LOSER"))
    assert (found.markets, found.played, found.left_out) == (1, 1, {})
    assert {one.match.home: one.match.full_time for one in found.matches} == {
        f"{name} (Moe 7th Nov, R6 1000m)": score
        for name, score in zip(HORSES, ((0, 1), (1, 0), (0, 1)), strict=True)
    }
    for one in found.matches:
        assert (one.match.away, one.match.division, one.sport) == (
            "the field",
            "RACING: Moe 7th Nov, R6 1000m, 05:00",
            1_007,
        )
        assert (one.kick_off, one.listed, one.ended) == (
            OFF_MS,
            OFF_MS - 2 * HOUR * 1000,
            OFF_MS + HOUR * 1000,
        )
        (board,) = one.tape
        assert (board.market, board.line, board.decided) == ("h", 0, True)
        assert board.books["BF"].at(OFF_MS - 1) == (2_900, 1_380)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (run("WINNER", "WINNER", "LOSER"), "void, or with a result that is not certain"),
        (
            run("WINNER", "LOSER", "LOSER", bettingType="RANGE"),
            "of a kind that no bookmaker here has",
        ),
    ],
)
def test_a_race_that_cannot_be_played_has_its_reason(
    tmp_path: Path, lines: list[str], why: str
) -> None:
    other = run("WINNER", "LOSER", "LOSER", market="1.6", eventId="89")
    found = read(tmp_path, *other, *lines)
    assert (found.markets, found.played, found.left_out) == (2, 1, {why: 1})


def test_a_race_that_never_closes_is_played_and_stays_undecided(tmp_path: Path) -> None:
    found = read(tmp_path, *run())
    assert (found.played, found.undecided) == (1, 1)
    assert [board.decided for one in found.matches for board in one.tape] == [False] * 3


def test_a_race_at_two_exchanges_is_one_with_two_books(tmp_path: Path) -> None:
    other = run("LOSER", "WINNER", "LOSER", market="1.6", regulators=["MR_AUS"])
    found = read(tmp_path, *run("LOSER", "WINNER", "LOSER"), *other)
    books = [{*board.books} for one in found.matches for board in one.tape]
    assert (books, found.played) == ([{"BF", "BFAUS"}] * 3, 2)


def test_exchanges_that_contradict_each_other_leave_what_they_agree_on(tmp_path: Path) -> None:
    other = run("WINNER", "LOSER", "LOSER", market="1.6", regulators=["MR_AUS"])
    found = read(tmp_path, *run("LOSER", "WINNER", "LOSER"), *other)
    assert [one.match.home.partition(" ")[0] for one in found.matches] == ["Isolating"]


def test_two_races_with_the_same_names_at_the_same_time_are_told_apart(tmp_path: Path) -> None:
    other = run("LOSER", "WINNER", "LOSER", market="1.6", eventId="89")
    found = read(tmp_path, *run("LOSER", "WINNER", "LOSER"), *other)
    homes = [one.match.home for one in found.matches]
    assert len({home.casefold() for home in homes}) == len(homes) == 6
    assert sum(home.endswith(" #2") for home in homes) == 3


def test_names_that_a_client_cuts_short_are_told_apart_where_it_reads_them(tmp_path: Path) -> None:
    long, ends = "a" * 250, ("LOSER", "WINNER", "LOSER")
    other = run(*ends, market="1.6", eventId="89", eventName=f"{long}b")
    found = read(tmp_path, *run(*ends, eventName=long), *other)
    calendar = Calendar(found.matches)
    want = wanted(calendar, Asked({"sportstype": "1007", "markettypeid": "1"}, None))
    assert want is not None
    now = OFF_MS - HOUR * 1000
    games = [match_game(shown, want, now) for shown in changed(calendar, want, now)]
    answer = {
        "Code": 0,
        "Result": {"Since": 1, "Sports": [{"SportsType": 1007, "MatchGames": games}]},
    }
    events = FeedState(Phase.TODAY).apply(json.dumps(answer).encode(), Millis(now)).events
    assert len(events) == len(found.matches) == 6


def played_of(data: Path, config: Path = CONFIG) -> tuple[Ground, Played]:
    on = ground_of(Plan(data, config, BACK_BOTH))
    assert isinstance(on, Ground)
    return on, played(on, Play(whole=True))


def with_limits(tmp_path: Path, **limits: str) -> Path:
    """Write the configuration with other limits."""
    text = CONFIG.read_text(encoding="utf-8")
    before, _, after = text.partition("risk:\n")
    kept = [one for one in after.splitlines() if one.strip().partition(":")[0] not in limits]
    own = [f"  {name}: {value}" for name, value in limits.items()]
    path = tmp_path / "config.yaml"
    path.write_text("\n".join([f"{before}risk:", *own, *kept]), encoding="utf-8")
    return path


def test_the_stake_on_a_non_runner_comes_back(tmp_path: Path) -> None:
    lines = run("WINNER", "LOSER", "REMOVED")
    config = with_limits(tmp_path, event_cooldown="0s")
    found = played_of(stream(tmp_path, *lines), config)[1]
    paid = {(bet.match.partition(" ")[0], bet.side): bet.pnl for bet in found.bets if bet.settled}
    assert paid == {
        ("Nickem", "home"): 1_900,
        ("Nickem", "away"): -1_000,
        ("Kahuka", "home"): -1_000,
        ("Kahuka", "away"): 380,
        ("Isolating", "home"): 0,
        ("Isolating", "away"): 0,
    }
    assert found.difference == 0


def test_a_league_limit_holds_for_a_whole_race(tmp_path: Path) -> None:
    config = with_limits(tmp_path, event_cooldown="0s", max_league_exposure="25.00")
    ends = ("LOSER", "WINNER", "LOSER")
    races = [*run(*ends), *run(*ends, market="1.6", name="R7 1200m")]
    found = played_of(stream(tmp_path, *races), config)[1]
    worst = {"R6": 0, "R7": 0}
    for bet in found.bets:
        if bet.settled and bet.side == "home":
            worst[bet.match.partition(", ")[2][:2]] += bet.stake
    assert worst == {"R6": 2_000, "R7": 2_000}
    assert {bet.denied_by for bet in found.bets} == {"", "max_league_exposure"}


def _statuses(file: Path) -> dict[tuple[str, str], str]:
    """Read the end of a recorded market with nothing of ours: status by market and runner."""
    found = {}
    for text in bz2.decompress(file.read_bytes()).splitlines():
        for change in json.loads(text)["mc"]:
            told = change.get("marketDefinition", {"runners": ()})
            for runner in told["runners"]:
                found[told.get("name"), runner.get("name", "").strip()] = runner["status"]
    return found


def test_the_greyhounds_pay_what_their_markets_say() -> None:
    on, found = played_of(GREYHOUNDS)
    assert isinstance(on.recorded, Tapes)
    assert (on.recorded.played, on.recorded.left_out, len(on.recorded.matches)) == (2, {}, 12)
    ends = {key: end for file in GREYHOUNDS.glob("*.bz2") for key, end in _statuses(file).items()}
    settled = [bet for bet in found.bets if bet.settled]
    for bet in settled:
        runner, _, rest = bet.match.partition(" (")
        market = rest.partition(", ")[2].removesuffix(") v the field")
        has_won = (ends[market, runner] == "WINNER") is (bet.side == "home")
        won = round(bet.stake * (bet.price - 1_000) / 1_000)
        assert abs((bet.pnl or 0) - (won if has_won else -bet.stake)) <= 1
    assert {(bet.side, (bet.pnl or 0) > 0) for bet in settled} == {
        (side, won) for side in ("home", "away") for won in (True, False)
    }
    assert len({bet.match for bet in settled}) > 8
    assert (found.difference, found.figures.open) == (0, 0)
    assert {bet.league for bet in found.bets} == {"GREYHOUNDS"}


def test_specials_of_one_kind_are_asked_for_together() -> None:
    on = ground_of(Plan(GREYHOUNDS, CONFIG, BACK_BOTH, leagues=("GREYHOUNDS",)))
    assert isinstance(on, Ground)
    assert len(on.recorded.matches) == 12
    with pytest.raises(OurError, match=r"no RACING in .*: it has GREYHOUNDS$"):
        ground_of(Plan(GREYHOUNDS, CONFIG, BACK_BOTH, leagues=("RACING",)))


class OnSpecials(BackBoth):
    """Back both sides of what is against the field."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return super().on_update(view) if view.event.away == "the field" else []


class NotKirabilly(BackBoth):
    """Back both sides, but not of a runner that somebody has heard of."""

    def on_update(self, view: EventView) -> Sequence[Wish]:
        return [] if "Kirabilly" in view.event.home else super().on_update(view)


@pytest.mark.parametrize(
    ("strategy", "looks"), [("OnSpecials", set()), ("NotKirabilly", {"names"})]
)
def test_who_knows_a_runner_by_name_is_found_and_who_knows_the_field_is_not(
    strategy: str, looks: set[str]
) -> None:
    use = f"tests.actors.backtest.test_special_tapes:{strategy}"
    on = ground_of(Plan(GREYHOUNDS, CONFIG, use))
    assert isinstance(on, Ground)
    found = guard(on)
    assert {one.look for one in found.findings} == looks
    assert found.wishes > 0

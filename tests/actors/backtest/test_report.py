"""The report is one file that needs nobody, and takes nothing that it shows for its own."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from actors.backtest.closing import Worth
from actors.backtest.outcome import Outcome
from actors.backtest.peeking import Finding, Guarded
from actors.backtest.plan import Ground, Plan, ground
from actors.backtest.plays import Play, Played, played
from actors.backtest.plots import MOST_POINTS, thinned
from actors.backtest.report import bet_list, check_report, page, script_json, write_report
from actors.backtest.series import running
from actors.backtest.walk import walk_forward
from runtime.errors import OurError
from tests.actors.backtest.peekers import Says
from tests.actors.backtest.samples import CONFIG, SEASON, bet, denied, write


@pytest.fixture(scope="module")
def on() -> Ground:
    return ground(Plan(SEASON, CONFIG))


@pytest.fixture(scope="module")
def single(on: Ground) -> Played:
    return played(on, Play(whole=True))


@pytest.fixture(scope="module")
def text(on: Ground, single: Played) -> str:
    return page(Outcome(on, single.bets))


class Reader(HTMLParser):
    """Notes what a page would load, its tags, and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action") and not (value or "").startswith(
                "#"
            ):
                self.loads.append(f"{tag} {name}={value}")
            if name.startswith("on"):
                self.handlers.append(name)
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts[-1] += data
        self.words.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


def listed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(text).scripts[0])
    return found


def test_nothing_is_loaded_from_anywhere(text: str) -> None:
    reader = read(text)
    assert reader.loads == []
    assert reader.handlers == []
    assert "http" not in text
    assert "@import" not in text
    assert "url(" not in re.sub(r"url\(#\w+\)", "", text)


def test_each_plot_says_in_words_what_it_is_and_has_the_colours_of_the_page(text: str) -> None:
    drawings = re.findall(r"<svg [^>]*>", text)
    assert len(drawings) == 2 * 9
    assert all('role="img"' in one and 'aria-label="' in one for one in drawings)
    colours = set(re.findall(r"(?:fill|stroke): ?(#\w+)", text))
    assert colours <= {"#000000", "#ffffff"}
    assert "prefers-color-scheme: dark" in text


def test_the_list_has_every_wish_with_its_why(text: str, single: Played) -> None:
    found = listed(text)
    texts, rows = found["texts"], found["rows"]
    assert len(rows) == len(single.bets)
    for row, one in zip(rows, single.bets, strict=True):
        assert (row[0], texts[row[1]], row[5], row[7]) == (one.start, one.match, one.price, one.pnl)
        assert texts[row[12]] == one.reason
        assert len(row[20]) == len(one.controls) > 10
        assert [texts[place] for place, *_ in row[19]] == [seen.book for seen in one.seen]


def test_no_text_of_others_becomes_part_of_the_page(tmp_path: Path) -> None:
    rows = [{"HomeTeam": "<i>Leeds</i>", "Div": "<u>E9"}]
    on = ground(Plan(write(tmp_path / "a.csv", rows), CONFIG, f"{Says.__module__}:Says"))
    done = played(on, Play(whole=True))
    finding = Finding("future", "<em>it</em> is")
    text = page(Outcome(on, done.bets, guarded=Guarded((1,), 1, 1, (finding,))))
    reader = read(text)
    assert {"i", "u", "em", "img", "b"} & set(reader.tags) <= {"b"}
    assert len(reader.scripts) == 2
    assert Says.words in listed(text)["texts"]
    assert "<i>Leeds</i> v Derby" in listed(text)["texts"]
    assert "<em>it</em> is" in "".join(reader.words)


def test_a_script_cannot_be_ended_by_what_it_holds() -> None:
    value = {"a": "</script>", "b": "<!-- \u2028 \u2029 &"}
    text = script_json(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_ten_thousand_wishes_stay_small_and_are_drawn_with_few_points() -> None:
    bets = [bet(number, pnl=(-1_000, 1_100)[number % 2]) for number in range(9_000)]
    bets += [denied(number, "event_cooldown") for number in range(9_000, 10_000)]
    assert len(script_json(bet_list(bets))) < 4_000_000
    steps = running(bets[:9_000], 1_000_000)
    kept = thinned(steps)
    assert len(kept) <= MOST_POINTS + 2
    assert kept[-1] == steps[-1]
    assert min(step.bankroll for step in kept) == min(step.bankroll for step in steps)
    assert max(step.bankroll for step in kept) == max(step.bankroll for step in steps)


def test_a_sweep_and_a_walk_have_pages_of_their_own(on: Ground, single: Played) -> None:
    swept = page(Outcome(on, sweep=(single, single)))
    assert "hindsight" in swept
    assert 'id="data"' not in swept
    walk = walk_forward(on, [{}, {"min_edge": 2.0}], 2, "yield")
    walked = page(Outcome(on, walk.bets, walk=walk))
    assert "Walk forward" in walked
    assert len(listed(walked)["rows"]) == len(walk.bets)


def test_a_play_without_a_bet_has_a_page(on: Ground) -> None:
    assert "Nothing was bet." in page(Outcome(on))


def test_bets_that_are_open_are_counted_and_measured(on: Ground) -> None:
    late = bet(2, state="accepted", settled_at=None, pnl=None, worth=Worth(2_000, -300))
    text = page(Outcome(on, (bet(1), late)))
    assert "0 refused, 1 never settled" in text
    assert "1 of 2 bets beat the fair closing price" in text
    alone = page(Outcome(on, (late,)))
    assert "No bet has its result yet" in alone
    assert "0 of 1 bets beat the fair closing price" in alone
    assert "Bankroll" not in alone


def test_a_report_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(OurError, match=r"--report: there is no folder .*nowhere"):
        check_report(tmp_path / "nowhere" / "r.html")


def test_a_report_that_cannot_be_written_afterwards_is_named(on: Ground, tmp_path: Path) -> None:
    with pytest.raises(OurError, match=r"--report: .* cannot be written"):
        write_report(Outcome(on), tmp_path)

"""`tictac fixtures score`, `match` and `review`, with a core and without."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.cli.asking import operator
from actors.fixtures.actor import Fixtures
from actors.ledger import open_journal
from actors.messages import EventsListed
from actors.units import Millis
from runtime.clock import SystemClock
from runtime.thread_host import ThreadHost
from tests.actors.cli.commands import Commands, running_core
from tests.actors.fixtures.test_actor import UNLIKE, event
from tests.actors.fixtures.test_score import RECORDED

LONDON = ("--zone-other", "Europe/London")


def soon(source: str, name: str) -> EventsListed:
    """Return a list of one event that begins in an hour."""
    start = Millis(SystemClock().now() + 3_600_000)
    made = event(f"{source}-1", name)
    return EventsListed(source, (type(made)(**{**_fields(made), "start": start}),))


def _fields(made: object) -> dict[str, object]:
    return {name: getattr(made, name) for name in made.__struct_fields__}  # type: ignore[attr-defined]


@pytest.fixture
def core(tictac: Commands) -> Iterator[ThreadHost]:
    with running_core(tictac.state) as host:
        host.spawn(Fixtures, "fixtures")
        host.tell("fixtures", soon("ao", UNLIKE[0]))
        host.tell("fixtures", soon("oa", UNLIKE[1]))
        journal = host.ports.journal
        assert journal is not None
        while not list(journal.entries("fixtures")):
            assert not host.ended.wait(0.005)
        yield host


@pytest.mark.usefixtures("core")
def test_the_queue_of_a_running_core_is_shown_and_decided(tictac: Commands) -> None:
    shown = tictac("fixtures", "review")
    assert shown.code == 0
    assert shown.out.startswith("1  unsure ")
    assert "doubt  home and away are the other way round" in shown.out
    done = tictac("fixtures", "review", "--accept", "1", "--reason", "neutral ground")
    assert (done.code, done.err) == (0, "")
    assert f"swapped by {operator()}: neutral ground" in done.out
    assert tictac("fixtures", "review").out == "nothing to review\n"


def test_what_was_decided_without_a_core_holds_in_the_next_one(tictac: Commands) -> None:
    with running_core(tictac.state) as host:
        host.spawn(Fixtures, "fixtures")
        host.tell("fixtures", soon("ao", UNLIKE[0]))
        host.tell("fixtures", soon("oa", UNLIKE[1]))
        while not list(open_journal(tictac.state.path).entries("fixtures")):
            assert not host.ended.wait(0.005)
    assert [row["number"] for row in tictac("fixtures", "review", "--json").json["matches"]] == [1]
    done = tictac("fixtures", "review", "--refuse", "1", "--reason", "two clubs", "--json")
    assert (done.code, done.json["ruling"], done.json["by"]) == (0, "refused", operator())
    assert tictac("fixtures", "review").out == "nothing to review\n"
    kinds = [entry.kind for entry in open_journal(tictac.state.path).entries("fixtures")]
    assert kinds == ["fixture.found", "fixture.decided"]


def test_an_alias_is_kept_by_whom_and_why(tictac: Commands) -> None:
    tictac.state.prepare()
    open_journal(tictac.state.path)
    names = ("--alias", "ao:FC Maastricht=oa:MVV")
    done = tictac("fixtures", "review", *names, "--reason", "the club's site")
    assert done.out == f"ao: fc maastricht is oa: mvv from now on, by {operator()}\n"
    (entry,) = open_journal(tictac.state.path).entries("fixtures")
    assert entry.body["reason"] == "the club's site"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--accept", "9", "--reason", "x"), "no match has the number '9'"),
        (("--accept", "1"), "a decision needs a reason"),
        (("--accept", "1", "--refuse", "2", "--reason", "x"), "one decision at a time"),
        (("--alias", "nonsense", "--reason", "x"), "an alias is written SOURCE:NAME=SOURCE:NAME"),
    ],
)
def test_a_decision_that_cannot_be_fails_with_the_cure(
    tictac: Commands, given: tuple[str, ...], says: str
) -> None:
    tictac.state.prepare()
    open_journal(tictac.state.path)
    done = tictac("fixtures", "review", *given)
    assert done.code == 1
    assert says in done.err
    assert list(open_journal(tictac.state.path).entries("fixtures")) == []


def test_a_review_needs_a_journal(tictac: Commands) -> None:
    done = tictac("fixtures", "review")
    assert done.code == 1
    assert "has no journal: `tictac run` makes one" in done.err


def test_two_lists_are_matched_with_their_evidence(tictac: Commands) -> None:
    lists = (str(RECORDED / "betfair.csv"), str(RECORDED / "football_data.csv"))
    done = tictac("fixtures", "match", *lists, *LONDON, state=False)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "70 sure, 1 unsure, of 156 and 71 events"
    assert "  +3.0  start: equal" in done.out
    found = tictac("fixtures", "match", *lists, *LONDON, "--sure", "--json", state=False).json
    assert {match["certainty"] for match in found} == {"sure"}
    assert len(found) == 70


def test_a_wrong_zone_makes_nothing_sure(tictac: Commands) -> None:
    lists = (str(RECORDED / "betfair.csv"), str(RECORDED / "football_data.csv"))
    zone = ("--zone-other", "Asia/Singapore")
    done = tictac("fixtures", "match", *lists, *zone, "--sure", "--json", state=False)
    assert done.json == []


def test_a_list_that_cannot_be_read_fails_by_its_name(tictac: Commands, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("league\nE0\n", encoding="utf-8")
    lists = (str(tmp_path / "bad.csv"), str(RECORDED / "betfair.csv"))
    done = tictac("fixtures", "match", *lists, state=False)
    assert done.code == 1
    assert "bad.csv has no column home and away, nor name; it has league" in done.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of recorded lists with two events each, one of them without a partner."""
    header = "fs_id,league,kickoff_utc,home,away\n"
    rows = "S1,E0,2021-03-20T15:00:00Z,Arsenal,Chelsea\nS2,E0,2021-03-20T15:00:00Z,Leeds,Derby\n"
    (tmp_path / "reference_fixtures.csv.gz").write_bytes(gzip.compress((header + rows).encode()))
    write(
        tmp_path / "betfair_events_2021-03.csv",
        "betfair_event_id,home,away,start_utc,competition",
        "b1,Arsenal,Chelsea,2021-03-20T15:00:00Z,Premier League",
    )
    write(tmp_path / "betfair_truth.csv", "betfair_event_id,label,fs_id", "b1,match,S1")
    write(
        tmp_path / "asianodds_fixtures_2020-21.csv",
        "ao_id,LeagueName,HomeName,AwayName,KickoffTime",
        "a1,EPL,Leeds,Derby,1616281200000",
    )
    write(tmp_path / "asianodds_truth.csv", "ao_id,label,fs_id", "a1,match,S2")
    write(
        tmp_path / "footballdata_fixtures_2020-21.csv",
        "fd_id,div,date,time_uk,home,away",
        "f1,E0,2021-03-20,15:00,Arsenal,Chelsea",
    )
    write(tmp_path / "footballdata_truth.csv", "fd_id,fs_id", "f1,S1")
    return tmp_path


def write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_score_is_printed_for_every_pair_and_half(tictac: Commands, folder: Path) -> None:
    done = tictac("fixtures", "score", str(folder), "--json", state=False)
    assert done.code == 0
    assert len(done.json) == 6 * 3
    rows = {(row["one"], row["other"], row["half"]): row for row in done.json}
    assert rows["asianodds", "reference", "all"]["right"] == 1  # its clock is 8 hours ahead
    assert rows["betfair", "football-data", "all"]["recall"] == 1.0
    text = tictac("fixtures", "score", str(folder), state=False).out.splitlines()
    columns = "list against leagues events partner sure right wrong missed precision recall s"
    assert text[0].split() == columns.split()
    assert len(text) == 1 + 6 * 3


def test_a_wrong_match_is_shown_with_its_evidence_and_fails(tictac: Commands, folder: Path) -> None:
    write(folder / "betfair_truth.csv", "betfair_event_id,label,fs_id", "b1,none,")
    done = tictac("fixtures", "score", str(folder), "--mistakes", state=False)
    assert done.code == 1
    assert "  WRONG\n    sure 0.99" in done.out


def test_a_folder_without_the_lists_fails_by_what_is_missing(
    tictac: Commands, tmp_path: Path
) -> None:
    done = tictac("fixtures", "score", str(tmp_path), state=False)
    assert done.code == 1
    assert "reference_fixtures.csv.gz: No such file" in done.err
    done = tictac("fixtures", "score", str(tmp_path / "gone"), state=False)
    assert "is no folder" in done.err

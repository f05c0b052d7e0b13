"""`tictac backup`, `restore` and `quarantine`: the journal is kept, put back and put aside."""

import shutil
from pathlib import Path

import pytest

from actors.cli.keep import put_back
from actors.gate import KillGate
from actors.ledger import open_journal
from runtime.errors import JournalError
from runtime.journal import Entry, Journal
from runtime.journal_anchor import Anchor
from tests.actors.cli.commands import Commands, running_core

CURES = ["tictac restore FILE --reason", "tictac quarantine --reason"]


def write(tictac: Commands, count: int) -> Journal:
    tictac.state.prepare()
    journal = open_journal(tictac.state.path)
    journal.begin_term(0)
    pen = journal.claim("clerk")
    for number in range(count):
        journal.append("clerk", pen, [Entry("noted", "k", {"n": number})], 0)
    return journal


def gate(tictac: Commands) -> KillGate:
    return KillGate(tictac.state.path)


def verified(tictac: Commands) -> int:
    return open_journal(tictac.state.path).verify()


@pytest.fixture
def copy(tictac: Commands, tmp_path: Path) -> Path:
    """A copy of three entries; the journal has gone on to five."""
    write(tictac, 3)
    assert tictac("backup", str(tmp_path / "copy")).code == 0
    write(tictac, 2)
    return tmp_path / "copy"


# backup


def test_a_backup_tells_how_many_entries_it_has_and_their_head(
    tictac: Commands, tmp_path: Path
) -> None:
    write(tictac, 3)
    head = Anchor(tictac.state.head).read()
    assert head is not None
    done = tictac("backup", str(tmp_path / "copy"))
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{tmp_path}/copy: 3 entries, head {head.hash.hex()}\n"
    done = tictac("backup", str(tmp_path / "other"), "--json")
    assert done.json == {
        "file": str(tmp_path / "other"),
        "entries": 3,
        "head": head.hash.hex(),
    }


def test_a_backup_is_made_beside_a_running_core(tictac: Commands, tmp_path: Path) -> None:
    with running_core(tictac.state):
        assert tictac("backup", str(tmp_path / "copy")).code == 0


def test_a_backup_needs_a_journal_and_overwrites_nothing(tictac: Commands, tmp_path: Path) -> None:
    done = tictac("backup", str(tmp_path / "copy"))
    assert (done.code, "has no journal" in done.err) == (1, True)
    write(tictac, 1)
    (tmp_path / "copy").write_text("precious")
    done = tictac("backup", str(tmp_path / "copy"))
    assert (done.code, "is there already: give another name" in done.err) == (1, True)
    assert (tmp_path / "copy").read_text() == "precious"


# restore


def test_a_copy_takes_the_journals_place_with_a_record_and_the_gate_closed(
    tictac: Commands, copy: Path
) -> None:
    done = tictac("restore", str(copy), "--reason", "new disk")
    assert (done.code, done.err) == (0, "")
    assert "restored: 3 entries" in done.out
    assert "of the last 2 nothing is known here" in done.out
    assert "the kill gate is closed" in done.out
    assert gate(tictac).why()["reason"] == "journal restored: new disk"
    journal = open_journal(tictac.state.path)
    *_, last = journal.entries()
    assert journal.verify() == 4
    assert (last.kind, last.key, last.term) == ("restored", "journal", 2)
    assert last.body["reason"] == "new disk"
    assert last.body["entries"] == 3
    assert last.body["entries_before"] == 5
    assert last.body["by"]
    aside = tictac.state.path / last.body["quarantine"]
    assert Journal(aside / "journal.sqlite").verify() == 5
    assert copy.exists()


def test_the_end_of_a_restored_journal_is_watched_from_the_start(
    tictac: Commands, copy: Path
) -> None:
    tictac("restore", str(copy), "--reason", "new disk")
    open_journal(tictac.state.path).connection.execute("DELETE FROM entries WHERE sequence = 4")
    with pytest.raises(JournalError, match="ends at entry 3, but 4 were written"):
        verified(tictac)


def test_a_restore_answers_in_json(tictac: Commands, copy: Path) -> None:
    done = tictac("restore", str(copy), "--reason", "new disk", "--json")
    assert done.json | {"head": "", "quarantine": "", "by": ""} == {
        "file": str(copy),
        "entries": 3,
        "head": "",
        "entries_before": 5,
        "quarantine": "",
        "reason": "new disk",
        "by": "",
        "trading": "killed",
    }


def test_nothing_is_restored_or_put_aside_while_something_runs(
    tictac: Commands, copy: Path
) -> None:
    with tictac.state.locked():
        for words in (["restore", str(copy)], ["quarantine"]):
            done = tictac(*words, "--reason", "x")
            assert done.code == 1
            assert "another tictac runs" in done.err
    assert verified(tictac) == 5
    assert not gate(tictac).closed()


def spoil(copy: Path, how: str) -> str:
    """Damage a copy, and return what must be said of it."""
    if how == "cut":
        copy.write_bytes(copy.read_bytes()[:9000])
        return str(copy)
    if how == "no database":
        copy.write_text("nothing of the kind" * 100)
        return "file is not a database"
    if how == "missing":
        copy.unlink()
        return "No such file"
    journal = Journal(copy)
    journal.connection.execute(how)
    journal.close()
    return str(copy)


@pytest.mark.parametrize(
    "how",
    [
        "cut",
        "no database",
        "missing",
        "UPDATE entries SET body = '{}' WHERE sequence = 2",
        "DELETE FROM entries WHERE sequence = 1",
        "DROP TABLE entries",
        "DROP TABLE terms",
        f"INSERT INTO orders VALUES ({', '.join('1' * 26)})",
    ],
)
def test_a_bad_copy_changes_nothing(tictac: Commands, copy: Path, how: str) -> None:
    named = spoil(copy, how)
    done = tictac("restore", str(copy), "--reason", "x")
    assert done.code == 1
    assert named in done.err
    assert verified(tictac) == 5
    assert not gate(tictac).closed()
    assert not (tictac.state.path / "quarantine").exists()
    assert not list(tictac.state.path.glob("*incoming*"))


class BrokenOffError(Exception):
    """The process died here."""


STEPS = [
    *("clear", "take in", "gate", "record", "seal", "folder", "marker", "aside journal.sqlite"),
    *("aside journal.head", "sync aside", "incoming", "incoming head", "sync", "unmark"),
]


@pytest.mark.parametrize("wanted", STEPS)
def test_a_restore_that_dies_leaves_one_journal_whole_and_the_next_command_can_work(
    tictac: Commands, copy: Path, wanted: str
) -> None:
    def step(name: str) -> None:
        if name == wanted:
            raise BrokenOffError(name)

    with pytest.raises(BrokenOffError), tictac.state.locked():
        put_back(tictac.state, copy, "new disk", step)
    begun = STEPS.index(wanted) > STEPS.index("marker")
    assert gate(tictac).closed() == (STEPS.index(wanted) > STEPS.index("gate"))
    if begun:
        done = tictac("bets")
        assert done.code == 1
        assert "was broken off" in done.err or "has no journal" in done.err
    with tictac.state.locked():
        pass
    assert verified(tictac) == (4 if begun else 5)
    assert tictac("restore", str(copy), "--reason", "again").code == 0
    assert verified(tictac) == 4


def test_a_disk_without_room_changes_nothing_and_is_named(
    tictac: Commands, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", refuse)
    done = tictac("restore", str(copy), "--reason", "x")
    assert done.code == 1
    assert f"in {tictac.state.path}: No space left on device" in done.err
    assert verified(tictac) == 5
    assert not gate(tictac).closed()


def test_a_gate_that_cannot_be_closed_stops_the_restore(
    tictac: Commands, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device", "KILL")

    monkeypatch.setattr(KillGate, "close", refuse)
    for words in (["restore", str(copy)], ["quarantine"]):
        done = tictac(*words, "--reason", "x")
        assert (done.code, "KILL: No space left on device" in done.err) == (1, True)
    assert verified(tictac) == 5
    assert not list(tictac.state.path.glob("*incoming*"))


def test_a_lost_journal_is_restored(tictac: Commands, copy: Path) -> None:
    shutil.rmtree(tictac.state.path)
    done = tictac("restore", str(copy), "--reason", "lost", "--json")
    assert (done.code, done.json["quarantine"], done.json["entries_before"]) == (0, None, None)
    assert verified(tictac) == 4
    assert gate(tictac).closed()


def test_a_journal_comes_back_out_of_quarantine_with_its_write_ahead_file(
    tictac: Commands, tmp_path: Path
) -> None:
    journal = write(tictac, 3)
    shutil.copytree(tictac.state.path, tmp_path / "found")
    journal.close()
    assert (tmp_path / "found" / "journal.sqlite-wal").stat().st_size
    done = tictac("restore", str(tmp_path / "found" / "journal.sqlite"), "--reason", "a mistake")
    assert done.code == 0
    assert verified(tictac) == 4


def test_why_the_gate_was_closed_before_stays_known(tictac: Commands, copy: Path) -> None:
    tictac("kill", "--reason", "odd prices")
    tictac("restore", str(copy), "--reason", "new disk")
    reason = gate(tictac).why()["reason"]
    assert reason == "journal restored: new disk; closed before: odd prices"


# quarantine


def test_a_journal_is_put_aside_and_a_new_one_can_begin(tictac: Commands) -> None:
    write(tictac, 3)
    done = tictac("quarantine", "--reason", "cannot be read")
    assert (done.code, done.err) == (0, "")
    for told in ("quarantine/", "strangers", "the kill gate is closed", "tictac resume"):
        assert told in done.out
    assert gate(tictac).why()["reason"] == "journal put aside: cannot be read"
    (aside,) = (tictac.state.path / "quarantine").iterdir()
    assert Journal(aside / "journal.sqlite").verify() == 3
    assert not tictac.state.journal.exists()
    assert not tictac.state.head.exists()
    write(tictac, 1)
    assert verified(tictac) == 1


def test_a_quarantine_answers_in_json(tictac: Commands) -> None:
    write(tictac, 3)
    told = tictac("quarantine", "--reason", "cannot be read", "--json").json
    assert (tictac.state.path / told["quarantine"]).is_dir()
    assert (told["reason"], told["trading"]) == ("cannot be read", "killed")


def test_a_restore_that_died_before_leaves_nothing_that_a_quarantine_would_take_in(
    tictac: Commands, copy: Path
) -> None:
    def step(name: str) -> None:
        if name == "seal":
            raise BrokenOffError(name)

    with pytest.raises(BrokenOffError), tictac.state.locked():
        put_back(tictac.state, copy, "new disk", step)
    assert tictac("quarantine", "--reason", "cannot be read").code == 0
    assert not tictac.state.journal.exists()


def test_there_must_be_something_to_put_aside(tictac: Commands) -> None:
    done = tictac("quarantine", "--reason", "x")
    assert (done.code, "nothing to put aside" in done.err) == (1, True)
    assert not tictac.state.path.exists()


# what run and check say


def test_orders_that_do_not_follow_from_the_entries_are_found_by_check(tictac: Commands) -> None:
    journal = write(tictac, 1)
    journal.connection.execute(f"INSERT INTO orders VALUES ({', '.join('1' * 26)})")
    done = tictac("check")
    assert done.code == 1
    assert "orders does not follow from the entries" in done.err


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE entries SET body = '{}' WHERE sequence = 2", "entry 2 is missing or was changed"),
        ("DELETE FROM entries WHERE sequence = 3", "ends at entry 2, but 3 were written"),
        ("rubbish", "file is not a database"),
        ("gone", "is gone; it had 3 entries"),
        ("holes", "database disk image is malformed"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_journal_that_is_not_sound_stops_run_and_the_cures_are_named(
    tictac: Commands, command: str, damage: str, named: str
) -> None:
    journal = write(tictac, 3)
    if " " in damage:
        journal.connection.execute(damage)
    journal.close()
    if damage == "rubbish":
        tictac.state.journal.write_text("rubbish" * 1000)
    if damage == "gone":
        tictac.state.journal.unlink()
    if damage == "holes":
        content = tictac.state.journal.read_bytes()
        tictac.state.journal.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    done = tictac(command)
    assert done.code == 1
    for words in (named, *CURES):
        assert words in done.err

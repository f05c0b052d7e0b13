"""The proofs of the journal find nothing in it, and do find what was planted."""

from pathlib import Path

import pytest

from actors.prove.disk import NotRunError, Operation, watching
from actors.prove.journal import crash_points, power_losses
from actors.prove.journal_crashes import MODES as WAYS_TO_DIE
from actors.prove.journal_power import MODES as WAYS_TO_LOSE
from actors.prove.paper_disk import Disk, File, Recorded
from runtime.chance import seeded
from runtime.journal import Journal
from runtime.journal_anchor import Anchor
from runtime.journal_chain import Head
from runtime.journal_commits import Commits


def test_wherever_the_process_dies_the_journal_keeps_what_it_acknowledged() -> None:
    found = crash_points(150, 1)
    assert found["violations"] == []
    assert found["crash_points"] == 150
    assert all(found[mode] > 10 for mode in WAYS_TO_DIE)


def test_whenever_the_power_goes_the_journal_keeps_what_it_acknowledged() -> None:
    found = power_losses(750, 1)
    assert found["violations"] == []
    assert found["power_losses"] == 750
    assert found["recordings_with_a_failed_sync"] > 0
    assert all(found[mode] > 25 for mode in WAYS_TO_LOSE)


def test_a_commit_that_is_not_synced_is_found_out() -> None:
    found = power_losses(60, 1, normal_sync=True)
    assert found["failed"] > 10
    assert "were acknowledged" in " ".join(found["violations"])


def test_an_anchor_that_is_written_before_the_commit_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = Anchor.write
    monkeypatch.setattr(
        Anchor, "write", lambda anchor, head, term: write(anchor, Head(head[0] + 1, head[1]), term)
    )
    found = power_losses(40, 1)
    assert "the last ones are lost" in " ".join(found["violations"])


def test_a_process_that_trusts_what_a_failed_sync_left_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Commits, "settle", lambda *_: None)
    found = power_losses(750, 1)
    assert found["failed"] > 0


def test_the_same_seed_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first = power_losses(20, 5, normal_sync=True)
    monkeypatch.chdir("/")
    again = power_losses(20, 5, normal_sync=True)
    assert (first["failed"], first["operations"]) == (again["failed"], again["operations"])


def test_what_cannot_be_seen_is_not_run_and_never_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hidden:
        def __init__(self, _name: str) -> None:
            """Load a library that shows nothing of SQLite."""

    monkeypatch.setattr("actors.prove.disk.ctypes.CDLL", Hidden)
    monkeypatch.setattr("actors.prove.disk._disk", [])
    with pytest.raises(NotRunError, match="not run: this pysqlite3 hides its SQLite"):
        power_losses(1, 1)


# The disk that is simulated


def test_what_was_not_synced_is_lost_kept_or_torn_and_what_was_synced_stays() -> None:
    file, chance = File(), seeded(1)
    for step in (Recorded("write", "f", 0, b"a" * 1024), Recorded("sync", "f")):
        file.take(step, chance)
    file.take(Recorded("write", "f", 0, b"b" * 2048), chance)
    assert bytes(file.left("dropped", chance) or b"") == b"a" * 1024
    assert bytes(file.left("kept", chance) or b"") == b"b" * 2048
    torn = {bytes(file.left("torn", chance) or b"") for _ in range(50)}
    assert len(torn) > 5
    for content in torn:
        sectors = [content[at : at + 512] for at in range(0, len(content), 512)]
        assert all(len(set(sector)) == 1 for sector in sectors)


def test_what_a_failed_sync_did_not_write_no_later_one_writes() -> None:
    left = set()
    for seed in range(50):
        file, chance = File(), seeded(seed)
        for name, data in (("write", b"a" * 512), ("failed sync", b""), ("sync", b"")):
            file.take(Recorded(name, "f", 0, data), chance)
        left.add(bytes(file.left("kept", chance) or b""))
    assert left == {b"", b"a" * 512}


def test_a_deleted_file_may_come_back_until_the_folder_is_synced() -> None:
    disk = Disk(seeded(1))
    for name, file in (("write", "old"), ("sync", "old"), ("delete", "old")):
        disk.take(Recorded(name, file, 0, b"x" * (name == "write")))
    assert bytes(disk.files["old"].left("dropped", seeded(1)) or b"") == b"x"
    disk.take(Recorded("write", "new", 0, b"y"))
    disk.take(Recorded("sync", "new"))
    assert "old" not in disk.files


def test_a_watcher_that_fails_is_an_error_of_the_disk(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    class Failing:
        def before(self, operation: Operation, _write_part: object) -> int:
            raise RuntimeError(operation.name)

    with (
        watching(tmp_path / "j.sqlite", Failing()),
        pytest.raises(Exception, match="disk I/O error"),
    ):
        Journal(tmp_path / "j.sqlite")
    assert "a watcher of the disk failed" in capfd.readouterr().err

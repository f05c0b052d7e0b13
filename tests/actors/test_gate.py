"""The kill gate holds whatever happens to the processes, and when in doubt it is closed."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from actors.gate import KillGate


def test_a_gate_nobody_closed_is_open(tmp_path: Path) -> None:
    gate = KillGate(tmp_path)
    assert not gate.closed()
    assert gate.why() == {}


def test_a_closed_gate_says_who_closed_it_and_why(tmp_path: Path) -> None:
    gate = KillGate(tmp_path)
    gate.close("odd prices", "ada", 5)
    assert gate.closed()
    assert gate.why() == {"reason": "odd prices", "by": "ada", "at": "5"}


def test_a_closed_gate_is_closed_for_everyone_who_looks_later(tmp_path: Path) -> None:
    KillGate(tmp_path).close("test", "ada", 5)
    looks = f"from pathlib import Path; from actors.gate import KillGate as G; \
print(G(Path({str(tmp_path)!r})).closed())"
    seen = subprocess.run([sys.executable, "-c", looks], capture_output=True, check=True, text=True)
    assert seen.stdout == "True\n"


def test_an_opened_gate_is_open_and_says_nothing(tmp_path: Path) -> None:
    gate = KillGate(tmp_path)
    gate.close("test", "ada", 5)
    gate.open()
    assert not gate.closed()
    assert gate.why() == {}


def test_opening_an_open_gate_is_no_fault(tmp_path: Path) -> None:
    KillGate(tmp_path).open()
    assert not KillGate(tmp_path).closed()


def test_closing_again_leaves_the_newer_reason_whole(tmp_path: Path) -> None:
    gate = KillGate(tmp_path)
    gate.close("a very long reason, longer than the one that follows", "ada", 5)
    gate.close("short", "bob", 6)
    assert gate.why() == {"reason": "short", "by": "bob", "at": "6"}


def test_only_the_owner_can_read_and_write_the_gate(tmp_path: Path) -> None:
    gate = KillGate(tmp_path)
    usual = os.umask(0)
    try:
        gate.close("test", "ada", 5)
        gate.prepare()
    finally:
        os.umask(usual)
    for file in (gate.path, gate.spare):
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_gate_that_cannot_be_looked_at_counts_as_closed(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    assert KillGate(tmp_path / "state").closed()


def test_a_gate_whose_folder_is_gone_counts_as_closed(tmp_path: Path) -> None:
    """Else moving the folder of a running core would put its gate out of everybody's reach."""
    assert KillGate(tmp_path / "moved away").closed()


@pytest.mark.parametrize("kind", ["folder", "dangling link", "empty"])
def test_whatever_stands_in_the_gate_closes_it(tmp_path: Path, kind: str) -> None:
    gate = KillGate(tmp_path)
    match kind:
        case "folder":
            gate.path.mkdir()
        case "dangling link":
            gate.path.symlink_to(tmp_path / "nowhere")
        case "empty":
            gate.path.touch()
    assert gate.closed()
    assert gate.why() == {}


@pytest.mark.parametrize(
    "rubbish",
    [b"stop!", b"\xff\xfe", b"{", b"[1]", b'"text"', b"7", b"null", b"true", b"[" * 100_000],
)
def test_rubbish_in_the_gate_keeps_it_closed_and_says_nothing(
    tmp_path: Path, rubbish: bytes
) -> None:
    gate = KillGate(tmp_path)
    gate.path.write_bytes(rubbish)
    assert gate.closed()
    assert gate.why() == {}


def test_only_the_words_of_a_gate_come_back(tmp_path: Path) -> None:
    """Others would collide with names of the journal and the log."""
    gate = KillGate(tmp_path)
    gate.path.write_text('{"reason": "by hand", "kind": "x", "key": 1, "event": "y", "at": 3}')
    assert gate.why() == {"reason": "by hand", "at": "3"}


def test_a_gate_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        KillGate(tmp_path / "nowhere").close("test", "ada", 5)


# What is durable when it returns.


class Calls:
    """Keeps which files were synced, and which are still open, of those opened meanwhile."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.synced: list[tuple[str, bytes]] = []
        self.unclosed: dict[int, str] = {}
        self._open, self._close, self._fsync = os.open, os.close, os.fsync
        monkeypatch.setattr(os, "open", self.open)
        monkeypatch.setattr(os, "close", self.close)
        monkeypatch.setattr(os, "fsync", self.fsync)

    def open(self, path: Path, *arguments: int) -> int:
        descriptor = self._open(path, *arguments)
        self.unclosed[descriptor] = path.name
        return descriptor

    def close(self, descriptor: int) -> None:
        self.unclosed.pop(descriptor, None)
        self._close(descriptor)

    def fsync(self, descriptor: int) -> None:
        """Note its name, and of a gate what it says at that moment."""
        name = self.unclosed[descriptor]
        said = (self.folder / name).read_bytes() if name == "KILL" else b""
        self.synced.append((name, said))
        self._fsync(descriptor)


def test_a_gate_and_its_folder_are_synced_before_it_counts_as_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls(tmp_path, monkeypatch)
    KillGate(tmp_path).close("test", "ada", 5)
    words = b'{"reason": "test", "by": "ada", "at": 5}'
    assert calls.synced == [("KILL", words), (tmp_path.name, b"")]
    assert calls.unclosed == {}


def test_the_folder_is_synced_before_a_gate_counts_as_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = KillGate(tmp_path)
    gate.close("test", "ada", 5)
    calls = Calls(tmp_path, monkeypatch)
    gate.open()
    assert calls.synced == [(tmp_path.name, b"")]
    assert calls.unclosed == {}


def test_no_file_stays_open_when_the_disk_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls(tmp_path, monkeypatch)
    refuse(monkeypatch, "pwrite")
    with pytest.raises(OSError, match="No space"):
        KillGate(tmp_path).close("test", "ada", 5)
    assert calls.unclosed == {}


# A disk that refuses.


def refuse(monkeypatch: pytest.MonkeyPatch, *calls: str) -> None:
    def full(*_arguments: object, **_options: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    for call in calls:
        monkeypatch.setattr(os, call, full)


def test_a_full_disk_does_not_keep_the_gate_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spare file was made while there was room; to rename it takes none."""
    KillGate(tmp_path).prepare()
    refuse(monkeypatch, "open", "pwrite")
    with pytest.raises(OSError, match="No space"):
        KillGate(tmp_path).close("test", "ada", 5)
    monkeypatch.undo()
    assert KillGate(tmp_path).closed()


def test_closing_again_on_a_full_disk_keeps_what_was_said_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = KillGate(tmp_path)
    gate.close("odd prices", "ada", 5)
    gate.prepare()
    refuse(monkeypatch, "open")
    with pytest.raises(OSError, match="No space"):
        gate.close("again", "bob", 6)
    monkeypatch.undo()
    assert gate.why() == {"reason": "odd prices", "by": "ada", "at": "5"}


def test_a_gate_that_the_disk_refuses_is_closed_in_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = KillGate(tmp_path)
    refuse(monkeypatch, "open", "rename")
    with pytest.raises(OSError, match="No space"):
        gate.close("test", "ada", 5)
    monkeypatch.undo()
    assert gate.closed()
    gate.close("test", "ada", 6)  # now for everybody
    assert KillGate(tmp_path).closed()
    gate.open()
    assert not gate.closed()
    assert gate.spare.exists()

"""The state directory: private, held by one run, and reachable however long its path."""

import os
import tempfile
from pathlib import Path

import pytest

from actors.state_folder import StateFolder
from runtime.bus import LONGEST_IPC_PATH
from runtime.errors import OurError


def test_a_prepared_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "deep" / "var")
    folder.prepare()
    folder.prepare()
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var").chmod(0o755)
    with pytest.raises(OurError, match="chmod 700"):
        StateFolder(tmp_path / "var").prepare()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OurError, match=r"--state .*file"):
        StateFolder(tmp_path / "file" / "var").prepare()
    with pytest.raises(OurError, match=r"--state .*file"):
        StateFolder(tmp_path / "file").prepare()


def test_one_run_holds_the_folder_and_a_second_is_told_so(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    with folder.locked(), pytest.raises(OurError, match="another tictac runs"), folder.locked():
        pass
    with folder.locked():
        pass


def test_every_file_lies_in_the_folder(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path)
    assert {path.parent for path in (folder.journal, folder.paper, folder.log)} == {tmp_path}


def test_the_socket_lies_in_the_folder_when_its_path_is_short() -> None:
    folder = StateFolder(Path("/tmp"))
    assert folder.bus_address() == "ipc:///tmp/core.ipc"


def test_a_long_path_gets_a_private_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = StateFolder(tmp_path / ("x" * LONGEST_IPC_PATH))
    other = StateFolder(tmp_path / ("y" * LONGEST_IPC_PATH))
    one.prepare()
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setattr("tempfile.tempdir", short)
        address = one.bus_address()
        assert address == one.bus_address()
        assert address != other.bus_address()
        socket = Path(address.removeprefix("ipc://"))
        assert len(os.fsencode(socket)) <= LONGEST_IPC_PATH
        assert socket.parent.stat().st_mode & 0o777 == 0o700


def test_two_ways_to_write_one_folder_are_one_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert StateFolder(Path(".")).bus_address() == StateFolder(tmp_path).bus_address()

"""The state directory: what lies where, for every process and command."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from runtime.bus import LONGEST_IPC_PATH, ipc_address, private_folder
from runtime.errors import OurError
from runtime.journal_files import anchor_of
from runtime.journal_swap import finish


class StateTakenError(OurError):
    """Another process runs on this state directory."""


@dataclass(frozen=True)
class StateFolder:
    """Paths within one state directory."""

    path: Path

    @property
    def journal(self) -> Path:
        return self.path / "journal.sqlite"

    @property
    def head(self) -> Path:
        """Return where the journal's end is kept, to notice when it is cut off."""
        return anchor_of(self.journal)

    def quarantine(self, now: int) -> Path:
        """Return a folder for a journal that is put aside at this moment."""
        moment = datetime.fromtimestamp(now / 1000, UTC)
        return self.path / "quarantine" / f"{moment:%Y-%m-%dT%H.%M.%S}.{now % 1000:03}Z"

    @property
    def paper(self) -> Path:
        return self.path / "paper.sqlite"

    @property
    def log(self) -> Path:
        return self.path / "tictac.log"

    @property
    def recording(self) -> Path:
        return self.path / "recording"

    def prepare(self) -> None:
        """Make the directory, for its owner only. Raises OurError that names the cure."""
        try:
            private_folder(self.path)
        except OSError as error:
            raise OurError(f"--state {self.path}: {error.strerror}") from None

    def bus_address(self) -> str:
        """Return where the core listens; a long path gets a private folder in the temp one."""
        folder = self.path.resolve()
        if len(os.fsencode(folder / "core.ipc")) > LONGEST_IPC_PATH:
            name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
            folder = private_folder(Path(tempfile.gettempdir()) / f"tictac-{os.getuid()}-{name}")
        return ipc_address(folder, "core")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for one `run`. Raises StateTakenError when another one holds it.

        A journal that was being put aside or replaced when that was broken off is so now.
        """
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StateTakenError(
                    f"another tictac runs on {self.path}; stop it, or use another --state"
                ) from None
            finish(self.journal)
            yield
        finally:
            os.close(descriptor)

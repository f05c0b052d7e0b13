"""The kill gate: a file in the state directory. While it is there, nothing is placed.

It needs no mailbox, no journal and no running thread: whoever can write the file can
stop the betting, and the door reads it last before the first byte. Opening it again is
a separate act with a reason.

A full disk does not keep it open: a spare file lies ready to be renamed, and whoever closes it
in the core's own process has closed it there whatever the disk says.
"""

import contextlib
import json
import os
from pathlib import Path


class KillGate:
    """Close, open and read the gate of one state directory."""

    def __init__(self, state: Path) -> None:
        self.path = state / "KILL"
        self.spare = state / "KILL.spare"
        self._closed_here = False

    def prepare(self) -> None:
        """Lay the spare file ready, so that to close the gate takes no room."""
        with contextlib.suppress(OSError):
            os.close(os.open(self.spare, os.O_WRONLY | os.O_CREAT, 0o600))

    def closed(self) -> bool:
        """Tell whether placing is stopped; an unreadable gate counts as closed."""
        if self._closed_here:
            return True
        try:
            self.path.lstat()
        except FileNotFoundError:
            return not self.path.parent.is_dir()  # the folder was moved away, gate and all
        except OSError:
            return True
        return True

    def close(self, reason: str, by: str, at: int) -> None:
        """Stop all placing, durably, before this returns.

        Raises OSError when the disk refuses: it is closed in this process then, and where the
        file is there, for everybody, but the reason or its durability is lacking.
        """
        self._closed_here = True
        with contextlib.suppress(OSError):
            if not os.path.lexists(self.path):
                os.rename(self.spare, self.path)
        content = json.dumps({"reason": reason, "by": by, "at": at}).encode()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, content, 0)
            os.ftruncate(descriptor, len(content))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._sync_folder()

    def open(self) -> None:
        """Allow placing again, durably."""
        self.path.unlink(missing_ok=True)
        self._sync_folder()
        self._closed_here = False
        self.prepare()

    def why(self) -> dict[str, str]:
        """Return who closed the gate and why; empty when it is open or says nothing."""
        try:
            found = json.loads(self.path.read_bytes() or b"{}")
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {name: str(found[name]) for name in ("reason", "by", "at") if name in found}

    def _sync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

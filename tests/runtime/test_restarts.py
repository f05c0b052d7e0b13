"""A thousand real restarts leave nothing behind: no thread, no file descriptor, no socket.

On real threads, so what is counted is what the kernel counts; on the simulation there is
nothing to leak but actors.
"""

import gc
import os
import sys
import threading
import weakref
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from runtime.actor import Actor
from runtime.codec import Message
from runtime.supervision import Backoff, Child, Intensity
from runtime.supervisor import Supervisor
from tests.runtime.hosts import Crash, Echo, Say, ShardDrive, ThreadDrive

RESTARTS = 1_000
MEGABYTE = 1024 * 1024
QUICK = Backoff(first=0.0001, longest=0.0002)

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="counts in /proc what is open"
)


class Life:
    """What all incarnations of one address share: who there was, and what was handled."""

    def __init__(self) -> None:
        self.starts = 0
        self.started = 0
        self.handled = 0
        self.incarnations: list[int] = []
        self.alive: weakref.WeakSet[Actor] = weakref.WeakSet()

    def settled(self) -> bool:
        """Tell whether the last incarnation runs, and no earlier one is in memory."""
        return self.starts == RESTARTS + 1 and (gc.collect(), len(self.alive))[1] == 1


class Mortal(Actor):
    """Dies at once, in turn by an error, by SystemExit and, each tenth, in on_start."""

    def __init__(self, life: Life) -> None:
        super().__init__()
        self.life = life
        life.alive.add(self)

    def on_start(self) -> None:
        life = self.life
        life.starts += 1
        life.incarnations.append(self.incarnation)
        if life.starts > RESTARTS:
            return
        if life.starts % 10 == 0:
            raise ValueError("in on_start")
        life.started += 1
        if life.starts > 1:  # the first waits until it has been measured
            self.tell(self.address, Crash(how="exit" if life.starts % 2 else "error"))
            self.tell(self.address, Say("too late"))

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Crash(text, how):
                raise SystemExit(text) if how == "exit" else ValueError(text)
            case Say():
                self.life.handled += 1
            case _:
                super().on_message(message, sender)


class MortalOfItsOwn(Mortal):
    own_thread = True


def threads() -> list[str]:
    return sorted(thread.name for thread in threading.enumerate())


def kernel_threads() -> int:
    return len(os.listdir("/proc/self/task"))


def descriptors() -> Counter[str]:
    """Count the open file descriptors by what they are; a socket of ZeroMQ is an eventfd."""
    kinds: Counter[str] = Counter()
    for name in os.listdir("/proc/self/fd"):
        try:
            kinds[os.readlink(f"/proc/self/fd/{name}").partition(":[")[0]] += 1
        except FileNotFoundError:  # that of the listing itself
            continue
    return kinds


def sockets(drive: ThreadDrive) -> int:
    """Count the sockets that the host's context still has open."""
    return sum(not socket.closed for socket in list(drive.host.context._sockets))


def objects() -> Counter[str]:
    """Count what is in memory of the runtime's classes and of those it builds upon.

    A few more or less may be in somebody's hands; one for each restart may not.
    """
    gc.collect()
    names = (type(each) for each in gc.get_objects())
    ours = {"runtime", "pykka", "zmq", "threading"}
    return Counter(n.__name__ for n in names if str(n.__module__).partition(".")[0] in ours)


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def supervised(drive: ThreadDrive, mortal: type[Mortal]) -> tuple[Life, list[str]]:
    """Start a mortal and a neighbour under one supervisor, and wait until both run."""
    life, neighbour = Life(), list[str]()
    children = [Child("mortal", mortal, {"life": life}), Child("near", Echo, {"heard": neighbour})]
    intensity = Intensity(10 * RESTARTS, 3600.0)
    drive.host.spawn(Supervisor, "top", children=children, intensity=intensity, backoff=QUICK)
    drive.until(lambda: life.starts == 1 and neighbour == ["start"])
    drive.until(drive.host.ready.is_set)
    return life, neighbour


@pytest.mark.parametrize(
    ("kind", "mortal"),
    [(ThreadDrive, Mortal), (ShardDrive, Mortal), (ShardDrive, MortalOfItsOwn)],
    ids=["thread", "shard", "shard, own thread"],
)
def test_a_thousand_restarts_leave_no_thread_no_descriptor_no_socket_and_no_actor_behind(
    kind: type[ThreadDrive], mortal: type[Mortal], recwarn: pytest.WarningsRecorder
) -> None:
    before = (threads(), kernel_threads(), descriptors())
    drive = kind()
    life, neighbour = supervised(drive, mortal)
    baseline = (threads(), kernel_threads(), descriptors(), sockets(drive))
    in_memory, memory = objects(), resident()

    drive.host.tell("mortal", Crash())
    asked = 0

    def outlived() -> bool:
        """Speak to whoever is at the address meanwhile, until a thousand have died."""
        nonlocal asked
        drive.host.tell("mortal", Say("anyone?"))
        asked += 1
        return life.starts > RESTARTS

    drive.until(outlived)
    drive.until(life.settled)
    drive.until(lambda: (threads(), kernel_threads(), descriptors(), sockets(drive)) == baseline)
    drive.until(lambda: not any(more > 5 for more in (objects() - in_memory).values()))
    assert resident() - memory < 30 * MEGABYTE

    top: Any = drive.host.cells["top"].actor
    assert top.rules.standings["mortal"].restarts == RESTARTS
    assert life.starts == RESTARTS + 1
    assert life.incarnations == sorted(set(life.incarnations))
    late = life.started - 1  # each that got through on_start, but the first, told itself too late
    drive.until(lambda: life.handled + buried(drive)["Say"] == asked + late)
    assert buried(drive)["Say"] >= late
    assert not {"Ready", "Exited", "Crash", "Stop"} & set(buried(drive))
    assert neighbour == ["start"]

    drive.close()
    assert drive.host.cells == {}
    assert drive.host.post.addresses() == []
    assert neighbour == ["start", "stop"]
    drive.until(lambda: (threads(), kernel_threads(), descriptors()) == before)
    assert not [warning for warning in recwarn if warning.category is ResourceWarning]


def buried(drive: ThreadDrive) -> Counter[str]:
    """Count the dead letters by kind."""
    kinds: Counter[str] = Counter()
    for (kind, _), count in list(drive.host.post.buried.items()):
        kinds[kind] += count
    return kinds


@pytest.mark.parametrize("kind", [ThreadDrive, ShardDrive])
def test_a_host_that_is_made_and_closed_leaves_nothing_behind(kind: type[ThreadDrive]) -> None:
    before = (threads(), kernel_threads(), descriptors())
    for _ in range(20):
        drive: Any = kind()
        heard: list[str] = []
        drive.host.spawn(Echo, "echo", heard=heard)
        drive.close()
        assert heard in ([], ["start", "stop"])
    drive.until(lambda: (threads(), kernel_threads(), descriptors()) == before)

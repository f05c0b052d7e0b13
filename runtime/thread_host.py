"""A thread for each actor, for actors that block on the world outside."""

import threading
from collections.abc import Sequence

import zmq

from runtime.actor import Actor
from runtime.codec import Message
from runtime.host import Cell, Host, Ports
from runtime.mailbox import Mailbox, NothingToDo
from runtime.messages import Exited, Ready, Wedged
from runtime.post import PostOffice
from runtime.zmq_mailbox import ZmqMailbox

LOOK_EVERY = 1.0
MOST_SOCKETS = 65_000  # two for each thread; ZeroMQ knows no more than 65,535


class ThreadHost(Host):
    """Run pykka's own loop on a thread of its own per actor, over a ZeroMQ mailbox."""

    def __init__(self, ports: Ports, post: PostOffice | None = None) -> None:
        super().__init__(ports, post)
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.context.set(zmq.MAX_SOCKETS, MOST_SOCKETS)
        self.ready = threading.Event()
        self.ended = threading.Event()
        self.root_failure = ""
        self.looks = 0
        self._threads: dict[Cell, threading.Thread] = {}
        self._closed = threading.Event()
        self._watcher = threading.Thread(target=self._keep_watch, name="watch", daemon=True)
        self._watcher.start()

    def close(self, seconds: float = 10.0) -> list[str]:
        """Stop the roots and wait; return the names of threads that did not end in time."""
        self.stop_roots()
        return self._join(self.ports.clock.monotonic() + seconds)

    def stop_roots(self) -> None:
        """Ask every actor without a parent to leave; supervisors take theirs with them."""
        for cell in list(self.cells.values()):
            if not cell.parent:
                self.stop(cell.address)

    def _join(self, deadline: float, threads: Sequence[threading.Thread] = ()) -> list[str]:
        self._closed.set()
        self._watcher.join()
        threads = [*threads, *self._threads.values()]
        for thread in threads:
            thread.join(max(0.0, deadline - self.ports.clock.monotonic()))
        left = [thread.name for thread in threads if thread.is_alive()]
        if not left:
            self.context.destroy(linger=0)
        return left

    def _mailbox(self, actor_class: type[Actor], address: str) -> Mailbox:  # noqa: ARG002
        return ZmqMailbox(self.context, self.ports.clock, self.post.bury_unreadable)

    def _run(self, cell: Cell, actor: Actor) -> None:
        def body() -> None:
            try:
                actor._actor_loop()
            except NothingToDo:
                pass  # it was given up while it waited
            finally:
                self.loop_ended(cell)
                self._threads.pop(cell, None)

        thread = threading.Thread(target=body, name=cell.address, daemon=True)
        self._threads[cell] = thread
        thread.start()

    def _watched(self) -> list[Cell]:
        return list(self._threads)

    def _keep_watch(self) -> None:
        while not self._closed.wait(LOOK_EVERY):
            self._tell_of_wedged(cell for cell in self._watched() if not cell.abandoned)
            stuck = self._watch.unfreed(self.ports.clock.monotonic())
            if stuck is not None:
                self._give_up(f"the thread of {stuck.address} cannot be freed")
            self.looks += 1

    def _give_up(self, failure: str) -> None:
        """Let whoever runs this process end it; its own supervisor starts it again."""
        self.root_failure = failure
        self.ended.set()

    def _root_told(self, message: Message) -> None:
        match message:
            case Ready():
                self.ready.set()
            case Wedged(address, _, seconds):
                self._give_up(f"{address} is in a turn for {seconds:.0f} s")
            case Exited(failure=failure):
                self.root_failure = failure
                self.ended.set()

"""The actor: pykka's, with an address, a turn that is a transaction, and timers.

A turn is: one message, the handler, then the commit of what it recorded, then the release
of what it told. A handler that fails records nothing and tells nothing, and ends the
incarnation; its supervisor decides what comes next.
"""

import contextlib
import threading
from types import TracebackType
from typing import Any, ClassVar

import pykka

from runtime.cell import Cell, birth
from runtime.codec import Letter, Message, Sealed, seal
from runtime.errors import (
    DiskRefusesError,
    JournalError,
    OurError,
    StaleWriterError,
    described,
)
from runtime.journal import Entry, Journal
from runtime.journal_connection import refused_by_disk
from runtime.logs import logger
from runtime.messages import Refused, Stop


class Actor(pykka.Actor):
    """Subclass it, handle messages in `on_message`, speak with `tell`.

    Start it through a host or a supervisor; `SomeActor.start()` raises TypeError.
    """

    writes_journal: ClassVar[bool] = False
    """Whether each incarnation claims the journal's pen under this actor's address."""

    starts_without_pen: ClassVar[bool] = False
    """Whether it starts also while the disk refuses it the pen: see `take_pen`."""

    own_thread: ClassVar[bool] = False
    """Whether it waits for the world outside in its turns, or must not wait for others."""

    ready_at_start: ClassVar[bool] = True
    """Whether the actor is READY once `on_start` is through; else it says so itself."""

    replayable: ClassVar[bool] = False
    """Whether a recording has each turn whole: such an actor does the same when it hears, reads
    on its clock and draws as ids the same. It may not use `chance`, nor ask the world outside."""

    turn_deadline: ClassVar[float] = 60.0
    """Seconds after which an actor that is still in a turn is given up; 0 is never."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in ("on_receive", "on_failure"):
            if name in cls.__dict__:
                raise TypeError(f"{cls.__name__}.{name} would never be called: use on_message")

    def __init__(self) -> None:
        # In the place of pykka's constructor: that draws a random name, for which the interpreter
        # goes to another thread and comes back late, and makes a ref that nobody has a use for.
        self._cell = _cell_being_born(type(self))
        self.address = self.actor_urn = self._cell.address
        self.actor_inbox = self._create_actor_inbox()
        self.actor_stopped = threading.Event()
        self.incarnation = self._cell.incarnation
        self.clock = self._cell.ports.clock
        self.chance = self._cell.ports.chance
        self.identity = self._cell.ports.identity
        self._pen = 0
        self._is_ready = False
        self._told: list[Sealed] = []
        self._armed: list[tuple[float, Letter[Message], str]] = []
        self._recorded: list[Entry] = []

    @property
    def _actor_ref(self) -> pykka.ActorRef[Any]:  # type: ignore[override]
        return pykka.ActorRef(self)

    @property
    def log(self) -> Any:
        """Return the logger of this kind of actor, with the address in every line."""
        return logger(self.address.partition("/")[0]).bind(address=self.address)

    @property
    def failure(self) -> str:
        """Return what ended this incarnation; empty while nothing has."""
        return self._cell.failure

    # What a subclass fills in.

    def on_message(self, message: Message, sender: str) -> None:
        """Handle one message; the default refuses what it does not know."""
        raise OurError(f"{self.address} has no use for {type(message).__name__} from {sender}")

    def on_refused(self, refused: Refused) -> None:
        """Hear that a message found no room; the default leaves it to the dead letters."""

    def on_stop_asked(self) -> None:
        """Begin to leave; the default leaves at once."""
        self.leave()

    # What a subclass uses in a turn.

    def tell(self, to: str, message: Message) -> None:
        """Send a message when this turn has succeeded."""
        self._told.append(seal(message, to, self.address))

    def after(self, seconds: float, message: Message, name: str = "") -> None:
        """Send a message to oneself later; the same name replaces the earlier timer."""
        letter = Letter(self.address, self.address, message)
        self._armed.append((self.clock.monotonic() + seconds, letter, name))

    def cancel(self, name: str) -> None:
        """Cancel the timer of this name, also one that was armed in this turn."""
        self._armed = [timer for timer in self._armed if timer[2] != name]
        self._cell.mailbox.timers.cancel(name)

    def record(self, kind: str, key: str, **body: Any) -> None:
        """Write an entry to the journal when this turn ends, before anything is told."""
        self._recorded.append(Entry(kind, key, body))

    @property
    def journal(self) -> Journal:
        """Return the journal, for reading. Raises JournalError where there is none."""
        if self._cell.ports.journal is None:
            raise JournalError(f"{self.address} wants the journal and there is none")
        return self._cell.ports.journal

    @property
    def has_pen(self) -> bool:
        """Tell whether it may write: always, unless it started without."""
        return self._pen > 0

    def take_pen(self) -> bool:
        """Claim the pen unless it is held; False while the disk refuses. A commit tries, too."""
        if self._pen == 0:
            with contextlib.suppress(DiskRefusesError):
                self._claim()
        return self._pen > 0

    def commit(self) -> None:
        """Make durable now what this turn has recorded, then let go what it has told so far.

        What is durable stays so when the turn fails later: whoever is to know must hear of it.
        Raises JournalError.
        """
        if self._recorded:
            self._write()
            self._let_go(at_once=True)

    def ready(self) -> None:
        """Say READY to the supervisor when this turn has succeeded."""
        self._is_ready = True

    def leave(self) -> None:
        """Finish after this message; what is still in the mailbox is passed on."""
        self._stop()

    # pykka's three hooks, and the places where its loop meets ours.

    def _create_actor_inbox(self) -> Any:  # type: ignore[override]
        return self._cell.mailbox

    @staticmethod
    def _create_future() -> pykka.Future[Any]:
        return pykka.ThreadingFuture()

    def _start_actor_loop(self) -> None:
        raise TypeError("an actor is started by its host")

    def _actor_loop_setup(self) -> None:
        try:
            if self.writes_journal:
                self._claim_at_start()
            self.on_start()
            if self.ready_at_start:
                self.ready()
            self._end_turn()
        except BaseException as error:  # noqa: BLE001 - every way to fail counts
            self._fail(error)

    def _handle_receive(self, message: Any) -> None:
        """Take a letter from pykka's loop, which knows no proxies and no replies here."""
        if isinstance(message.message, (Stop, Refused)):
            self._hear_of_host(message.message)
        else:
            self.handle(message)

    def _hear_of_host(self, message: Stop | Refused) -> None:
        try:
            if isinstance(message, Refused):
                self.on_refused(message)
            else:
                self.on_stop_asked()
            self._end_turn()
        except BaseException as error:  # noqa: BLE001 - every way to fail counts
            self._fail(error)

    def handle(self, letter: Letter[Message]) -> None:
        """Work through a turn with a letter that is not the host's own; for the host."""
        try:
            self.on_message(letter.message, letter.sender)
            if self._armed or self._recorded or self._is_ready:
                self._end_turn()
            elif self._told:
                told, self._told = self._told, []
                if not self._cell.abandoned:  # as `_let_go` does, without the call
                    self._cell.let_go(told, False)
        except BaseException as error:  # noqa: BLE001 - SystemExit would stop every actor
            self._fail(error)

    def _stop(self) -> None:
        if not self.actor_stopped.is_set():
            self.end_loop()
            self.on_stop()

    def end_loop(self) -> None:
        """Let the loop end after the turn under way; for the host."""
        self._cell.mailbox.over = True
        self.actor_stopped.set()

    def _handle_failure(
        self,
        exception_type: type[BaseException] | None,  # noqa: ARG002 - pykka's signature
        exception_value: BaseException | None,
        traceback: TracebackType | None,  # noqa: ARG002
    ) -> None:
        if exception_value is not None:
            self._fail(exception_value)

    def _fail(self, error: BaseException) -> None:
        self._told, self._armed, self._recorded = [], [], []
        self._cell.failure = described(error)
        journal = self._cell.ports.journal
        if journal is not None and refused_by_disk(error):
            self._cell.excused = True
            journal.refusals.note(str(error), self.clock.now())  # which says it, and not each actor
            self.log.debug("actor failed", failure=self._cell.failure)
        else:
            self.log.error("actor failed", failure=self._cell.failure, exc_info=error)
        self.end_loop()

    def _end_turn(self) -> None:
        cell = self._cell
        if self._recorded:
            self._write()
        if self._armed:
            armed, self._armed = self._armed, []
            if not cell.abandoned:
                for due, letter, name in armed:
                    cell.mailbox.arm(due, letter, name)
        if self._is_ready:
            self._is_ready = False
            cell.say_ready()
        if self._told:
            self._let_go()

    def _claim_at_start(self) -> None:
        try:
            self._claim()
        except DiskRefusesError:
            if not self.starts_without_pen:
                raise

    def _claim(self) -> None:
        if self._pen == 0:
            if self._cell.abandoned:
                raise StaleWriterError(f"{self.address} was given up and may write no more")
            with self.journal.refusals.noting(self.clock):
                self._pen = self.journal.claim(self.address)

    def _write(self) -> None:
        recorded, self._recorded = self._recorded, []
        if not self.writes_journal:
            raise JournalError(f"{self.address} has no pen: set writes_journal")
        self._claim()
        with self.journal.refusals.noting(self.clock):
            self.journal.append(self.address, self._pen, recorded, self.clock.now())

    def _let_go(self, at_once: bool = False) -> None:
        told, self._told = self._told, []
        if not self._cell.abandoned:  # else a newer incarnation speaks under this address
            self._cell.let_go(told, at_once)


def _cell_being_born(actor_class: type[Actor]) -> Cell:
    cell = birth.get(None)
    if cell is None or cell.actor_class is not actor_class:
        raise TypeError(f"{actor_class.__name__} is started by a host, not by itself")
    birth.set(None)  # what its constructor makes has no host
    return cell

"""A witness: what one actor hears, is told by clock and identity, and tells, turn by turn.

Whoever gives an actor of the same class the first two again is to hear the third, byte for byte.
"""

from collections.abc import Callable
from typing import Any

from runtime.cell import Cell
from runtime.clock import Clock
from runtime.codec import Letter, Message, Sealed, seal
from runtime.errors import CodecError
from runtime.identity import Identity
from runtime.messages import is_the_hosts
from runtime.tape_records import BEGINNING, LeftOut, Turn

Take = Callable[[Turn | LeftOut, int], None]
"""Takes a turn that is over, or that it cannot be recorded, and about how many bytes it has."""

OVERHEAD = 200


class Witness:
    """Clock and identity of one actor, and what it does with them; one for each incarnation."""

    def __init__(self, address: str, clock: Clock, identity: Identity, take: Take) -> None:
        self._address = address
        self._clock = clock
        self._identity = identity
        self._take = take
        self._times: list[int] = []
        self._moments: list[float] = []
        self._ids: list[str] = []
        self._told: list[bytes] = []
        self._cell: Cell | None = None

    # As the actor's clock and identity.

    def now(self) -> int:
        self._times.append(self._clock.now())
        return self._times[-1]

    def monotonic(self) -> float:
        self._moments.append(self._clock.monotonic())
        return self._moments[-1]

    def new(self, prefix: str) -> str:
        self._ids.append(self._identity.new(prefix))
        return self._ids[-1]

    # Around the actor's turns.

    def watch(self, cell: Cell) -> None:
        """Note every turn of a cell's actor from now on, the one that starts it included.

        The methods are replaced on this one actor: a turn that nobody notes pays nothing.
        """
        actor: Any = cell.actor
        self._cell = cell
        cell.let_go = self._heard_by_others(cell.let_go)
        actor._actor_loop_setup = self._beginning(actor._actor_loop_setup)
        actor.handle = self._turn(actor.handle)
        actor._hear_of_host = self._turn_of_host(actor._hear_of_host)

    def _beginning(self, begin: Callable[[], None]) -> Callable[[], None]:
        def turn() -> None:
            at, moment = self._clock.now(), self._clock.monotonic()
            try:
                begin()
            finally:
                self._note(at, moment, "", BEGINNING, b"")

        return turn

    def _turn(self, handle: Callable[[Letter[Message]], None]) -> Callable[[Letter[Message]], None]:
        def turn(letter: Letter[Message]) -> None:
            at, moment = self._clock.now(), self._clock.monotonic()
            try:
                handle(letter)
            finally:
                self._note_letter(at, moment, letter)

        return turn

    def _turn_of_host(self, hear: Callable[[Message], None]) -> Callable[[Message], None]:
        def turn(message: Message) -> None:
            at, moment = self._clock.now(), self._clock.monotonic()
            try:
                hear(message)
            finally:
                self._note_letter(at, moment, Letter(self._address, "", message))

        return turn

    def _heard_by_others(
        self, let_go: Callable[[list[Sealed], bool], None]
    ) -> Callable[[list[Sealed], bool], None]:
        def told(letters: list[Sealed], at_once: bool) -> None:
            self._told += (one.data for one in letters if not is_the_hosts(one.kind))
            let_go(letters, at_once)

        return told

    def _note_letter(self, at: int, moment: float, letter: Letter[Message]) -> None:
        kind = type(letter.message).__name__
        try:
            heard = seal(letter.message, letter.to, letter.sender).data
        except CodecError:  # a timer's letter never travels, so nobody has looked at its size
            self._forget()
            self._take(LeftOut(at, moment, self._address, letter.sender, kind), OVERHEAD)
        else:
            self._note(at, moment, letter.sender, kind, heard)

    def _note(self, at: int, moment: float, sender: str, kind: str, heard: bytes) -> None:
        turn = Turn(
            at,
            moment,
            self._address,
            sender,
            kind,
            heard,
            tuple(self._times),
            tuple(self._moments),
            tuple(self._ids),
            tuple(self._told),
        )
        self._forget()
        if self._cell is not None and self._cell.abandoned:
            return  # another incarnation lives at this address by now
        self._take(turn, OVERHEAD + len(heard) + sum(map(len, turn.told)))

    def _forget(self) -> None:
        for noted in (self._times, self._moments, self._ids, self._told):
            noted.clear()

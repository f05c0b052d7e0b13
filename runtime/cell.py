"""A cell: the host's record of one incarnation of an actor, and what the actor sees of it."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from runtime.chance import Chance, unseeded
from runtime.clock import Clock, SystemClock
from runtime.codec import Message, Sealed
from runtime.identity import Identity, UniqueIdentity
from runtime.journal import Journal
from runtime.mailbox import Mailbox
from runtime.messages import Ready
from runtime.post import PostOffice

if TYPE_CHECKING:
    from runtime.actor import Actor
    from runtime.census import Census


Group = tuple[str, str]
"""A supervisor's address and the class of children of it."""


@dataclass(frozen=True)
class Ports:
    """Where the outside comes in."""

    clock: Clock = field(default_factory=SystemClock)
    chance: Chance = field(default_factory=unseeded)
    identity: Identity = field(default_factory=UniqueIdentity)
    journal: Journal | None = None
    watch: "Callable[[Cell], None] | None" = None
    """Is shown the actor before its first turn."""


LetGo = Callable[[list[Sealed], bool], None]
"""Sends what a turn has told; unless it is to go at once, it may wait for more."""

Birth = tuple[type[Any], str, Mapping[str, Any]]
"""Whom to start, at which address, with which arguments of its constructor."""


class Keeper(Protocol):
    """What actors need of their host: supervisors to keep children, all to be heard."""

    @property
    def ports(self) -> Ports: ...
    @property
    def post(self) -> PostOffice: ...
    @property
    def cells(self) -> Mapping[str, "Cell"]: ...
    @property
    def census(self) -> "Census": ...
    @property
    def unfreed(self) -> int: ...

    def spawn(
        self, actor_class: type[Any], address: str, parent: str = "", **arguments: Any
    ) -> int: ...
    def spawn_all(self, births: Sequence["Birth"], parent: str) -> list[int]: ...
    def stop(self, *addresses: str) -> None: ...
    def abandon(self, address: str) -> None: ...
    def tell_parent(self, cell: "Cell", message: Message) -> None: ...
    def loop_ended(self, cell: "Cell") -> None: ...


@dataclass(slots=True, eq=False, weakref_slot=True)
class Cell:
    """One incarnation at one address; it holds the only strong reference to its actor."""

    host: Keeper
    actor_class: "type[Actor]"
    address: str
    parent: str
    incarnation: int
    mailbox: Mailbox
    ports: Ports
    post: PostOffice
    let_go: LetGo
    actor: "Actor | None" = None
    failure: str = ""
    excused: bool = False
    started: bool = False
    abandoned: bool = False
    ready_said: bool = False
    group: Group = ("", "")

    def say_ready(self) -> None:
        """Tell the parent READY, once."""
        if not (self.abandoned or self.ready_said):
            self.ready_said = True
            self.host.tell_parent(self, Ready(self.address, self.incarnation))


birth: ContextVar[Cell | None] = ContextVar("birth", default=None)
"""The cell of the actor that a host is making right now."""

"""A slot: one actor's place on a shard, its mailbox and what the shard notes of its turns."""

import math
from typing import TYPE_CHECKING

from pykka._envelope import Envelope as PykkaEnvelope

from runtime.actor import Actor
from runtime.cell import Cell
from runtime.clock import Clock
from runtime.codec import Letter, Message, Sealed
from runtime.mailbox import Lane, Mailbox, Report
from runtime.messages import Held

if TYPE_CHECKING:
    from runtime.shard import Shard


class ShardSlot(Mailbox):
    """A mailbox whose lane is the shard: all slots of a shard share its pipe and its thread."""

    __slots__ = ("actor", "address", "cell", "noted", "queued", "shard")

    def __init__(self, shard: "Shard", address: str, clock: Clock, report: Report) -> None:
        super().__init__(clock, report)
        self.shard = shard
        self.address = address
        self.queued = False
        self.noted = math.inf  # the moment at which its shard looks after its timers
        self.cell: Cell | None = None
        self.actor: Actor | None = None  # from its start

    @property
    def lane(self) -> Lane:
        return self.shard

    def get(self) -> PykkaEnvelope[Letter[Message] | None]:
        raise TypeError("a shard hands its actors their letters itself")

    def close(self) -> list[Sealed]:
        self.shard.shut(self)
        return self._left()

    def seize(self) -> list[Sealed]:
        with self.shard.gate:
            self.closed = True
        left = self._left()
        self.shard.begin(self)  # so that the shard ends it, once it can
        return left

    def _redeem(self, place: Held) -> bytes:
        with self.shard.gate:
            return super()._redeem(place)

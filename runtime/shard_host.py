"""Many actors on a few threads, each actor always on the same one.

An actor that waits for the world outside, or has to stay responsive while others work
(`own_thread`), gets a thread instead.
"""

import threading
from zlib import crc32

from runtime.actor import Actor
from runtime.cell import Cell, LetGo, Ports
from runtime.mailbox import Mailbox
from runtime.post import PostOffice
from runtime.shard import Shard
from runtime.shard_slot import ShardSlot
from runtime.thread_host import ThreadHost


class ShardHost(ThreadHost):
    """Carry actors on shards, and those that ask for it on threads of their own."""

    def __init__(self, ports: Ports, post: PostOffice | None = None, shards: int = 1) -> None:
        super().__init__(ports, post)
        self.shards = [
            Shard(self.context, f"shard-{number}", ports.clock, self.post)
            for number in range(shards)
        ]
        for shard in self.shards:
            shard.thread.start()

    def close(self, seconds: float = 10.0) -> list[str]:
        self.stop_roots()
        deadline = self.ports.clock.monotonic() + seconds
        pause = threading.Event()
        while self.cells and self.ports.clock.monotonic() < deadline:
            pause.wait(0.005)
        for shard in self.shards:
            shard.stop()
        left = self._join(deadline + 0.1, [shard.thread for shard in self.shards])
        return left + [cell.address for cell in self.cells.values() if cell not in self._threads]

    def _way_out(self, mailbox: Mailbox) -> LetGo:
        if isinstance(mailbox, ShardSlot):
            return mailbox.shard.keep_back
        return super()._way_out(mailbox)

    def _watched(self) -> list[Cell]:
        return super()._watched() + [
            slot.cell
            for shard in self.shards
            if (slot := shard.current) is not None and slot.cell is not None
        ]

    def _mailbox(self, actor_class: type[Actor], address: str) -> Mailbox:
        if actor_class.own_thread:
            return super()._mailbox(actor_class, address)
        return self.shards[crc32(address.encode()) % len(self.shards)].slot(address)

    def _run(self, cell: Cell, actor: Actor) -> None:
        slot = cell.mailbox
        if isinstance(slot, ShardSlot):
            slot.cell = cell
            slot.shard.begin(slot)
        else:
            super()._run(cell, actor)

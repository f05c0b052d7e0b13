"""xoscar: all actors on the event loop of one pool, on uvloop as its own pools are.

They are told by `ref.method.tell()`, with the refs that `actor_ref` returns: those that
`create_actor` returns go through a channel, also within a process, at a quarter of the rate.
"""

import asyncio
import time
from typing import Any

import uvloop
import xoscar

from actors.bench.actors.contenders.gauge import (
    BURST,
    PAUSE_SECONDS,
    WORD,
    Contender,
    Tally,
)


class Receiver(xoscar.Actor):
    def __init__(self, tally: Tally, number: int) -> None:
        self.tally = tally
        self.number = number

    async def note(self, number: int, text: str) -> None:  # noqa: ARG002 - the message
        self.tally.handled(self.number)


class Member(xoscar.Actor):
    """One of very many: it has started, and waits."""


class Producer(xoscar.Actor):
    def __init__(self, tally: Tally, receivers: list[Any]) -> None:
        self.tally = tally
        self.receivers = receivers

    async def flood(self, messages: int) -> None:
        self.told, self.messages = 0, messages
        await self.go()

    async def go(self) -> None:
        while self.tally.ahead(self.told):
            await asyncio.sleep(PAUSE_SECONDS)
        end = min(self.told + BURST, self.messages)
        receivers, count = self.receivers, len(self.receivers)
        for told in range(self.told, end):
            await receivers[told % count].note.tell(told, WORD)
        self.told = end
        if self.told < self.messages:
            await self.ref().go.tell()


class Pong(xoscar.Actor):
    async def ball(self, number: int, text: str, sender: Any) -> None:
        await sender.ball.tell(number, text)


class Ping(xoscar.Actor):
    def __init__(self, partner: Any, tally: Tally, taken: list[int]) -> None:
        self.partner = partner
        self.tally = tally
        self.taken = taken

    async def play(self, rounds: int) -> None:
        self.rounds = rounds
        await self._serve(0)

    async def ball(self, number: int, text: str) -> None:  # noqa: ARG002 - the message
        self.taken.append(time.perf_counter_ns() - self.sent)
        self.tally.handled(0)
        if number + 1 < self.rounds:
            await self._serve(number + 1)

    async def _serve(self, number: int) -> None:
        self.sent = time.perf_counter_ns()
        await self.partner.ball.tell(number, WORD, self.ref())


class XoscarPool(Contender):
    """The main thread tells from a coroutine on the same loop, as a user of it must."""

    libraries = ("xoscar", "uvloop")
    ways = ("outside", "actor", "call")
    """A call waits for the handler, with no mailbox between; it is what most users write."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._pool = self._run(xoscar.create_actor_pool("127.0.0.1", n_process=0))
        self._members: list[Any] = []

    def _run(self, work: Any) -> Any:
        return self._loop.run_until_complete(work)

    async def _make(self, actor_class: type[Any], *arguments: Any) -> Any:
        address = self._pool.external_address
        made = await xoscar.create_actor(actor_class, *arguments, address=address)
        return await xoscar.actor_ref(address=address, uid=made.uid)

    def receive(self, tally: Tally) -> None:
        self._tally = tally
        self._receivers = [
            self._run(self._make(Receiver, tally, number)) for number in range(tally.receivers)
        ]
        self._producer = self._run(self._make(Producer, tally, self._receivers))

    def flood(self, way: str, messages: int) -> None:
        self._run(self._flood(way, messages))

    async def _flood(self, way: str, messages: int) -> None:
        if way == "actor":
            await self._producer.flood.tell(messages)
        elif way == "call":
            receivers, count = self._receivers, len(self._receivers)
            for number in range(messages):
                await receivers[number % count].note(number, WORD)
        else:
            receivers, count = self._receivers, len(self._receivers)
            for number in range(messages):
                if not number % BURST:
                    while self._tally.ahead(number):
                        await asyncio.sleep(PAUSE_SECONDS)
                await receivers[number % count].note.tell(number, WORD)
        await self._until_done(self._tally)

    async def _until_done(self, tally: Tally) -> None:
        while not tally.is_done():
            await asyncio.sleep(PAUSE_SECONDS)

    def ping_pong(self, rounds: int) -> list[int]:
        return self._run(self._ping_pong(rounds))  # type: ignore[no-any-return]

    async def _ping_pong(self, rounds: int) -> list[int]:
        taken: list[int] = []
        tally = Tally(1)
        tally.begin(rounds)
        ping = await self._make(Ping, await self._make(Pong), tally, taken)
        await ping.play.tell(rounds)
        await self._until_done(tally)
        return taken

    def populate(self, tally: Tally) -> None:
        self._run(self._populate(tally.receivers))

    async def _populate(self, count: int) -> None:
        self._members = [await self._make(Member) for _ in range(count)]

    def depopulate(self) -> None:
        self._run(self._depopulate())

    async def _depopulate(self) -> None:
        for member in self._members:
            await xoscar.destroy_actor(member)

    def close(self) -> None:
        self._run(self._pool.stop())


CONTENDER = XoscarPool

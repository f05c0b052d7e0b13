"""What carries calls to the book and messages between the processes, with all that can go wrong."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from actors import paper
from actors.books.asianodds.connection import Answer
from actors.books.asianodds.direct import DirectClient
from actors.errors import NotSentError, UnknownOutcomeError
from actors.messages import Reply
from actors.settings import AccountSettings
from actors.simulation.agenda import Act
from actors.simulation.trouble import Crash
from runtime.codec import Sealed, unwrap
from runtime.post import PostOffice

if TYPE_CHECKING:
    from actors.simulation.world import World

BASE = "http://paper.simulated/AsianOddsService"
OPERATOR = "operator"
SOONEST_LATE = 1_000
TURNED_AWAY = (401, 429)


class SimClient(DirectClient):
    """The real client, whose calls the carriage carries."""

    def __init__(self, carriage: "Carriage", settings: AccountSettings) -> None:
        super().__init__(settings.address, settings.connect_timeout, settings.read_timeout)
        self._carriage = carriage

    def connect(self) -> None:
        """Let the time pass that a connection takes."""
        self._carriage.connect()

    def carry(
        self,
        method: str,
        params: dict[str, str],
        headers: dict[str, str],
        document: bytes | None,
    ) -> Answer:
        """Let the carriage carry one call."""
        assert self._base == BASE
        _, read_seconds = self._timeouts
        return self._carriage.call(method, params, headers, document, read_seconds)


class LossyPost(PostOffice):
    """Lose some of what goes between the feed node and the core node; hear the operator's replies.

    The operator is no actor: nobody else takes what is told to it.
    """

    def __init__(self, lose: Callable[[], bool], hear: Callable[[Reply], None]) -> None:
        super().__init__()
        self._lose, self._hear = lose, hear

    def send(self, letters: Sequence[Sealed], again: bool = False) -> None:
        """Deliver what is not lost."""
        kept = []
        for letter in letters:
            if letter.to == OPERATOR:
                self._hear_reply(letter)
            elif not (_crosses(letter) and self._lose()):
                kept.append(letter)
        super().send(kept, again)

    def _hear_reply(self, letter: Sealed) -> None:
        for one in unwrap(letter.data)[0]:
            assert isinstance(one.message, Reply)
            self._hear(one.message)


def _crosses(letter: Sealed) -> bool:
    ends = (letter.sender.partition("/")[0], letter.to.partition("/")[0])
    return "poller" in ends and ("market" in ends or "session" in ends)


class Carriage:
    """Carry each call of one machine to the book, and its answer back."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._planned: dict[tuple[str, int], Act] = {}
        self._feeds: dict[str, paper.Answer] = {}
        self.frozen_until = 0

    def plan_at(self, method: str, number: int, act: Act) -> None:
        """Do something while the book handles the n-th call of a method from now on."""
        self._planned[method, self._world.counts.calls[method] + number] = act

    def calm(self) -> None:
        """Forget what was planned; the feed moves again."""
        self._planned.clear()
        self.frozen_until = 0

    def connect(self) -> None:
        """Let the time pass that it takes until the connection of a placement stands."""
        self._world.agenda.step()
        self._wait(self._world.luck.chance.uniform(0.001, 0.3))

    def call(
        self,
        method: str,
        params: dict[str, str],
        headers: dict[str, str],
        document: bytes | None,
        read_seconds: float,
    ) -> Answer:
        """Carry one call."""
        world, trouble = self._world, self._world.trouble
        assert not world.crashed, "a dead process calls the book"
        body = None if document is None else json.loads(document)
        world.counts.calls[method] += 1
        world.judge.leaves(method, body, world.now)
        self._maybe_end(method, "before")
        self._wait(world.luck.chance.uniform(0.005, 0.15))
        placing = method == "placebet"
        if placing and world.luck.strikes(trouble.late_placements, "arrives late"):
            at = world.now + world.luck.chance.randrange(SOONEST_LATE, trouble.latest)
            world.plan_time(at, lambda: self._arrive(method, params, headers, body))
            self._wait(read_seconds)
            raise UnknownOutcomeError("simulated: no answer")
        if world.luck.strikes(trouble.refused, "connection refused"):
            raise NotSentError("simulated: connection refused")
        answer = self._arrive(method, params, headers, body)
        if placing and world.luck.strikes(trouble.twice_placements, "arrives twice"):
            # To be turned away says "surely no bet", also of the other try: nobody can see through
            # a proxy that repeats a request and hides it, so no such answer is drawn.
            tries = [answer, self._arrive(method, params, headers, body)]
            answer = world.luck.chance.choice(
                [one for one in tries if one.status not in TURNED_AWAY] or tries
            )
        self._planned.pop((method, world.counts.calls[method]), lambda: None)()
        self._maybe_end(method, "after")
        return self._carried_back(answer, read_seconds)

    def _arrive(
        self, method: str, params: dict[str, str], headers: dict[str, str], body: Any
    ) -> paper.Answer:
        world = self._world
        if method == "getfeeds":
            phase = params["markettypeid"]
            if world.now < self.frozen_until and phase in self._feeds:
                world.counts.faults["frozen feed"] += 1
                return self._feeds[phase]
        answer = world.book.handle(method, params, headers, body, world.now)
        if method == "getfeeds" and answer.status == 200 and answer.raw is None:
            self._feeds[params["markettypeid"]] = answer
        world.judge.answered(answer, world.now)
        return answer

    def _maybe_end(self, method: str, when: str) -> None:
        """Let the process or the calling actor end here, if that is to happen."""
        world, trouble, placing = self._world, self._world.trouble, method == "placebet"
        world.agenda.step()
        if placing and world.luck.strikes(trouble.crashed_placements, f"crash {when} placing"):
            world.crash()
        if world.crashed:
            raise Crash
        broken = trouble.broken_placements if placing else trouble.broken
        if world.luck.strikes(broken, f"broken {when} {'placing' if placing else 'reading'}"):
            raise RuntimeError(f"simulated: an error nobody foresaw, {when} {method}")

    def _carried_back(self, answer: paper.Answer, read_seconds: float) -> Answer:
        delay = answer.delay_ms / 1000
        self._wait(min(delay, read_seconds))
        if answer.cut or delay > read_seconds:
            raise UnknownOutcomeError("simulated: no answer")
        text = json.dumps(answer.payload) if answer.raw is None else answer.raw
        mark = b"\xef\xbb\xbf" if answer.mark else b""
        return Answer(answer.status, mark + text.encode())

    def _wait(self, seconds: float) -> None:
        self._world.let_pass(seconds)
        if self._world.crashed:
            raise Crash

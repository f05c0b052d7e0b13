"""pykka's actor with a script for an inbox, to watch what pykka does without a host."""

from typing import Any

import pykka
from pykka._envelope import Envelope


class DryError(Exception):
    """The script has nothing more: stands for what our mailboxes raise to leave the loop."""


class Inbox:
    """A script that notes what is asked of it."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.notes: list[str] = []

    def put(self, envelope: Any) -> None:
        self.envelopes.append(envelope)

    def get(self) -> Any:
        self.notes.append("get")
        if not self.envelopes:
            raise DryError
        return self.envelopes.pop(0)

    def empty(self) -> bool:
        self.notes.append("empty")
        return not self.envelopes


class Bare(pykka.Actor):
    """pykka's actor with a script for an inbox; it notes whatever pykka calls."""

    actor_inbox: Inbox

    def __init__(self, *letters: Any) -> None:
        super().__init__()
        self.notes = self.actor_inbox.notes
        self.failures: list[Any] = []
        for letter in letters:
            self.actor_inbox.put(Envelope(letter))

    @staticmethod
    def _create_actor_inbox() -> Inbox:
        return Inbox()

    @staticmethod
    def _create_future() -> pykka.Future[Any]:
        return pykka.ThreadingFuture()

    def _start_actor_loop(self) -> None:
        registered = pykka.ActorRegistry.get_by_urn(self.actor_urn) is not None
        self.notes.append(f"loop started, registered: {registered}")

    def on_start(self) -> None:
        self.notes.append("on_start")

    def on_stop(self) -> None:
        self.notes.append(f"on_stop, stopped: {self.actor_stopped.is_set()}")

    def on_receive(self, message: Any) -> Any:
        self.notes.append(f"heard {message!r}")
        if message == "end":
            self.actor_stopped.set()
        if isinstance(message, BaseException):
            raise message
        return "what it returned"

    def on_failure(self, kind: Any, error: Any, trace: Any) -> None:  # noqa: ARG002
        self.notes.append("on_failure")

    def _handle_failure(self, kind: Any, error: Any, trace: Any) -> None:
        self.notes.append("_handle_failure")
        self.failures.append((kind, error, trace))
        if len(self.failures) > 5:
            self.actor_stopped.set()  # a loop that never ends would say nothing

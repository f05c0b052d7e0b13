"""Control: what operators may ask and do, answered after the effect is durable.

Owns: the replies it has given, the latest report of every feed and account.
Hears: Command from clients of the bus, Steered from Risk, Fixtures and the Settlers, FeedReport,
AccountState, SessionReport.
Says: Reply to the client, Armed and Steer to Risk, Steer to Fixtures and the Settlers,
SessionReportWanted to the Sessions.
"""

from collections.abc import Callable

import msgspec

from actors.gate import KillGate
from actors.ledger import Ledger
from actors.messages import (
    AccountState,
    Armed,
    Command,
    FeedReport,
    Reply,
    SessionReport,
    SessionReportWanted,
    Steer,
    Steered,
)
from actors.metrics import BettingCollector
from actors.settings import Mode
from actors.status import Reported, status, tree
from actors.units import Millis, money_text
from runtime.actor import Actor
from runtime.codec import Message
from runtime.introspection import Sample, sample
from runtime.metrics import HostCollector, exposition

LOOK_FOR = 1.0
"""The time over which the busy shares of a tree are taken, in seconds."""

KILL_SETTLES_AFTER = 0.05
"""A send that looked at the gate just before it closed has begun by then."""

LONGEST_ARM = 7 * 86_400
REPLIES_KEPT = 1_000

FOR_RISK = ("limits", "limit", "unlimit", "pause", "unpause", "resolve")
"""Commands that Risk carries out, so that they are true of the very next wish."""

CARRIED_OUT_BY = dict.fromkeys(FOR_RISK, "risk") | {"fixtures": "fixtures"}
"""The actor that a command is passed on to."""


class _Killed(Message, frozen=True):
    """The gate has been closed long enough to say so."""

    control = True

    client: str
    id: str


class _LookDue(Message, frozen=True):
    """Enough time has passed for the busy shares of a tree."""

    client: str
    id: str
    everyone: bool


class Control(Actor):
    """Answer operators. Stopping the betting does not depend on it: the gate is a file."""

    own_thread = True
    writes_journal = True

    def __init__(self, mode: Mode, gate: KillGate, accounts: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._mode = mode
        self._gate = gate
        self._accounts = accounts
        self.reported = Reported({}, {}, {})
        self._samples: dict[str, Sample] = {}
        self._replies: dict[str, Reply] = {}
        self._steered: dict[str, tuple[str, str]] = {}
        self._armed_until = 0
        self._commands: dict[str, Callable[[Command, str], Reply | None]] = {
            "status": self._status,
            "tree": self._tree,
            "metrics": self._metrics,
            "kill": self._kill,
            "resume": self._resume,
            "arm": self._arm,
            "adjust": self._adjust,
            "adopt": self._adopt,
        }
        self._commands.update(dict.fromkeys(CARRIED_OUT_BY, self._steer))

    def on_start(self) -> None:
        for account in self._accounts:
            self.tell(f"session/{account}", SessionReportWanted())
        for written in self.journal.entries("arm"):
            self._armed_until = int(written.body["until"])
        if self._gate.closed():
            self._note_closed()
            self.log.warning("the kill gate is closed", **self._gate.why())

    def on_message(self, message: Message, sender: str) -> None:
        match message:
            case Command():
                self._command(message, sender)
            case _Killed(client, id_):
                why = self._gate.why()
                self._answer(client, Reply(id_, 0, {"trading": "killed", **why}))
            case _LookDue(client, id_, everyone):
                since = self._samples.pop(id_)
                self._answer(client, Reply(id_, 0, tree(self._cell.host, since, everyone)))
            case Steered(id_, exit_, body):
                asked, client = self._steered.get(id_, ("", ""))
                if asked == sender:  # and nobody else answers in its place
                    del self._steered[id_]
                    self._answer(client, Reply(id_, exit_, body))
            case FeedReport():
                self.reported.feeds[message.market] = message
            case SessionReport():
                self.reported.sessions[message.account] = message
            case AccountState():
                self.reported.accounts[message.account] = message
            case _:
                super().on_message(message, sender)

    def _command(self, command: Command, client: str) -> None:
        known = self._replies.get(command.id)
        if known is not None:
            self.tell(client, known)
            return
        handler = self._commands.get(command.name)
        if handler is None:
            reply: Reply | None = _no(command, f"unknown command {command.name}")
        elif command.expires < self.clock.now():
            reply = _no(command, "the command came too late")
        else:
            reply = handler(command, client)
        if reply is not None:
            self._answer(client, reply)

    def _answer(self, client: str, reply: Reply) -> None:
        self._replies[reply.id] = reply
        while len(self._replies) > REPLIES_KEPT:
            self._replies.pop(next(iter(self._replies)))
        self.tell(client, reply)

    def _status(self, command: Command, _client: str) -> Reply:
        self.reported.armed_until = self._armed_until
        body = status(self._cell, Ledger(self.journal), self._mode, self._gate, self.reported)
        return Reply(command.id, 0, body)

    def _tree(self, command: Command, client: str) -> None:
        if command.id not in self._samples:  # else it is asked again while it waits
            self._samples[command.id] = sample(self._cell.host)
            everyone = command.arguments.get("everyone", "") == "yes"
            self.after(LOOK_FOR, _LookDue(client, command.id, everyone))

    def _metrics(self, command: Command, _client: str) -> Reply:
        betting = BettingCollector(
            self._cell.host, Ledger(self.journal), self._mode, self._gate, lambda: self.reported
        )
        return Reply(command.id, 0, {"text": exposition(HostCollector(self._cell.host), betting)})

    def _kill(self, command: Command, client: str) -> None:
        reason = command.arguments.get("reason", "")
        if not self._gate.closed():
            try:
                self._gate.close(reason, command.arguments.get("by", ""), self.clock.now())
            except OSError as error:  # it is closed in this process, and that is what counts now
                self.log.error("the disk refuses the kill gate", reason=str(error))
        self._note_closed()
        self.after(KILL_SETTLES_AFTER, _Killed(client, command.id))

    def _resume(self, command: Command, _client: str) -> Reply:
        reason = command.arguments.get("reason", "")
        if not reason:
            return _no(command, "resume needs a reason")
        by = command.arguments.get("by", "")
        self.record("resumed", "gate", reason=reason, by=by)
        self.commit()
        self._gate.open()
        return Reply(command.id, 0, {"trading": "open", "reason": reason, "by": by})

    def _arm(self, command: Command, _client: str) -> Reply:
        if self._mode is not Mode.LIVE:
            return _no(command, f"mode is {self._mode.value}: only live needs to be armed")
        try:
            seconds = float(command.arguments.get("seconds", ""))
        except ValueError:
            return _no(command, "arm needs a time")
        if not 0 < seconds <= LONGEST_ARM:
            return _no(command, "arm for at most 7 days")
        until = Millis(self.clock.now() + int(seconds * 1000))
        self.record("armed", "arm", until=until, by=command.arguments.get("by", ""))
        self.commit()
        self._armed_until = until
        self.tell("risk", Armed(until))
        return Reply(command.id, 0, {"armed_until": until})

    def _steer(self, command: Command, client: str, whom: str = "") -> None:
        if command.id not in self._steered:  # else it is on its way already
            by = whom or CARRIED_OUT_BY[command.name]
            self._steered[command.id] = (by, client)
            self.tell(by, Steer(command.id, command.name, command.arguments))

    def _adopt(self, command: Command, client: str) -> Reply | None:
        """Let the account's Settler do it, which alone sees the bets of the book."""
        account = command.arguments.get("account", "")
        if account not in self.reported.accounts:
            return _no(command, f"no account {account!r} was read yet; see `tictac status`")
        self._steer(command, client, f"settler/{account}")
        return None

    def _adjust(self, command: Command, _client: str) -> Reply:
        """Take a difference as explained: somebody paid in, drew money or bet by hand."""
        given = command.arguments
        account, reason = given.get("account", ""), given.get("reason", "")
        reported = self.reported.accounts.get(account)
        if reported is None:
            return _no(command, f"no account {account!r} was read yet; see `tictac status`")
        if not reason:
            return _no(command, "adjust needs a reason")
        difference = money_text(reported.difference)
        if not reported.difference:
            return _no(command, f"there is no difference at {account} to explain")
        if given.get("amount") != difference:
            return _no(command, f"the difference is {difference}, not {given.get('amount')}")
        key, by = f"account/{account}", given.get("by", "")
        self.record("account.adjusted", key, amount=reported.difference, reason=reason, by=by)
        self.commit()
        self.reported.accounts[account] = msgspec.structs.replace(reported, difference=0)
        return Reply(command.id, 0, {"account": account, "adjusted": difference})

    def _note_closed(self) -> None:
        last = [written.kind for written in self.journal.entries("gate")][-1:]
        if last != ["killed"]:
            self.record("killed", "gate", **self._gate.why())


def _no(command: Command, reason: str) -> Reply:
    return Reply(command.id, 1, {"error": reason})

"""What the rules of supervision can tell a supervisor to do."""

from dataclasses import dataclass

from runtime.specification import Child


@dataclass(frozen=True)
class Start:
    child: Child


@dataclass(frozen=True)
class StopChild:
    child: Child
    incarnation: int


@dataclass(frozen=True)
class Wake:
    """Call `due` again after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class AllReady:
    pass


@dataclass(frozen=True)
class Finished:
    """All children are gone; the supervisor leaves, with a failure when it gave up."""

    failure: str


Command = Start | StopChild | Wake | AllReady | Finished

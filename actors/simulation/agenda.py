"""What is still to happen to the machine: after so many calls and steps, or at a moment."""

from collections.abc import Callable

from runtime.chance import Chance

Act = Callable[[], object]


class Agenda:
    """Hold what is planned. Moments are milliseconds of the true time."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._steps: list[tuple[int, Act]] = []
        self._moments: list[tuple[int, Act]] = []

    def after_steps(self, within: int, act: Act) -> None:
        """Plan something for a random one of the next calls and steps."""
        self._steps.append((self._chance.randrange(1, within), act))

    def at(self, moment: int, act: Act) -> None:
        """Plan something for a moment."""
        self._moments.append((moment, act))

    def step(self) -> None:
        """Count a call or a step, and do what was planned for it."""
        if not self._steps:
            return
        self._steps = [(left - 1, act) for left, act in self._steps]
        for _, act in [planned for planned in self._steps if planned[0] == 0]:
            act()

    def come(self, now: int) -> None:
        """Do what was planned for a moment that has come."""
        for planned in [planned for planned in self._moments if planned[0] <= now]:
            self._moments.remove(planned)
            planned[1]()

    def next_moment(self) -> int | None:
        """Return the next moment something is planned for."""
        return min((at for at, _ in self._moments), default=None)

    def forget_steps(self) -> None:
        """Let nothing happen any more but what has its moment: a request on its way arrives."""
        self._steps.clear()

"""What every host shares: cells, incarnations, and the death watch.

A host makes actors, gives each a mailbox at its address, runs pykka's loop for it, and
tells the parent when the loop has ended, however it ended.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from runtime.actor import Actor
from runtime.cell import Birth, Cell, LetGo, Ports, birth
from runtime.census import Census
from runtime.codec import Message, seal
from runtime.errors import described
from runtime.mailbox import Mailbox
from runtime.messages import Exited, Stop, Wedged
from runtime.post import PostOffice
from runtime.watch import Watch

__all__ = ["Cell", "Host", "Ports"]


class Host:
    """Make actors and watch them die. Subclasses say how a mailbox and a loop are made."""

    def __init__(self, ports: Ports, post: PostOffice | None = None) -> None:
        self.ports = ports
        self.post = post or PostOffice()
        self.census = Census()
        self.cells = self.census.cells
        self.lend: Callable[[type[Actor], str], Ports] | None = None
        self._incarnations = itertools.count(1)
        self._watch = Watch()

    def spawn(
        self, actor_class: type[Actor], address: str, parent: str = "", **arguments: Any
    ) -> int:
        """Start an actor at an address and return its incarnation.

        The parent hears `Ready` or `Exited`, also when the constructor raises.
        """
        return self.spawn_all([(actor_class, address, arguments)], parent)[0]

    def spawn_all(self, births: Sequence[Birth], parent: str) -> list[int]:
        """Start several actors as `spawn` does one, with what waits for them in few frames."""
        cells = [self._cell(actor_class, address, parent) for actor_class, address, _ in births]
        self.post.open_all({cell.address: cell.mailbox for cell in cells})
        for cell, (_, _, arguments) in zip(cells, births, strict=True):
            self._bear(cell, arguments)
        return [cell.incarnation for cell in cells]

    def _cell(self, actor_class: type[Actor], address: str, parent: str) -> Cell:
        mailbox = self._mailbox(actor_class, address)
        number = next(self._incarnations)
        ports = self.ports if self.lend is None else self.lend(actor_class, address)
        go = self._way_out(mailbox)
        cell = Cell(self, actor_class, address, parent, number, mailbox, ports, self.post, go)
        self.census.enter(cell)
        return cell

    def _bear(self, cell: Cell, arguments: Mapping[str, Any]) -> None:
        token = birth.set(cell)
        try:
            cell.actor = cell.actor_class(**arguments)
            if birth.get() is not None:
                name = cell.actor_class.__name__
                raise TypeError(f"{name}.__init__ does not call super().__init__()")
        except BaseException as error:  # noqa: BLE001 - its parent decides, not its maker
            cell.actor = None
            self._bury(cell, described(error))
            return
        finally:
            birth.reset(token)
        if cell.ports.watch is not None:
            cell.ports.watch(cell)
        self._run(cell, cell.actor)

    def stop(self, *addresses: str) -> None:
        """Ask the actors at these addresses to leave."""
        self.post.send([seal(Stop(), address, "") for address in addresses])

    def abandon(self, address: str) -> None:
        """Give up an incarnation that does not leave; nothing it still does gets out."""
        cell = self.census.give_up(address)
        if cell is None:
            return
        if cell.actor is not None:
            cell.actor.end_loop()  # after this turn, if that ends
        self._watch.give_up(cell, self.ports.clock.monotonic())
        self.post.forget(address, cell.mailbox)
        self.post.send(cell.mailbox.seize(), again=True)

    def tell(self, to: str, message: Message, sender: str = "") -> None:
        """Send a message from outside any actor."""
        self.post.send_one(seal(message, to, sender))

    def tell_parent(self, cell: Cell, message: Message) -> None:
        """Tell the cell's parent; a root's parent is whoever waits on the host."""
        if cell.parent:
            cell.let_go([seal(message, cell.parent, cell.address)], False)
        else:
            self._root_told(message)

    def loop_ended(self, cell: Cell) -> None:
        """Note that an actor's loop has ended, and tell its parent how."""
        self._bury(cell, cell.failure)

    def _bury(self, cell: Cell, failure: str) -> None:
        self.census.leave(cell, failure)
        self.post.close(cell.address, cell.mailbox)
        self._watch.ended(cell)
        if cell.abandoned:
            return
        self.tell_parent(cell, Exited(cell.address, cell.incarnation, failure, cell.excused))

    def _tell_of_wedged(self, cells: Iterable[Cell]) -> list[Cell]:
        found = self._watch.look(cells, self.ports.clock.monotonic())
        for cell, seconds in found:
            self.tell_parent(cell, Wedged(cell.address, cell.incarnation, seconds))
        return [cell for cell, _ in found]

    @property
    def unfreed(self) -> int:
        """Return how many incarnations were given up and have not ended yet."""
        return self._watch.held()

    # For a subclass to fill in.

    def _mailbox(self, actor_class: type[Actor], address: str) -> Mailbox:
        raise NotImplementedError

    def _run(self, cell: Cell, actor: Actor) -> None:
        raise NotImplementedError

    def _way_out(self, mailbox: Mailbox) -> LetGo:  # noqa: ARG002
        """Return how an actor with this mailbox sends what it has told."""
        send = self.post.send
        return lambda letters, _at_once: send(letters)

    def _root_told(self, message: Message) -> None:
        """Hear what a root tells; for hosts that somebody waits on."""

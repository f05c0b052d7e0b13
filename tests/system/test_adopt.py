"""A journal is lost while bets run; the next one takes them over from the book, and all comes out.

Judged by the book: its stakes, its ends, its account, and every limit on what it holds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actors.ledger import Ledger, Order
from actors.orders import OPEN
from actors.paper.bets import Bet
from actors.risk.actor import Risk
from actors.risk.reservations import Reservations
from actors.simulation.disk import Disk
from actors.simulation.inside import inside
from actors.simulation.world import World

Plant = Callable[[pytest.MonkeyPatch], None]


class Lost(World):
    """A machine whose journal is put aside while bets are open, and begins anew."""

    def lose(self) -> None:
        """Put the journal aside, as `tictac quarantine` does, and start again."""
        self.kill()
        self.crash()
        self.journal = Disk(self)
        self.ledger = Ledger(self.journal)
        self.judge.ledger, self.judge._moves = self.ledger, self.journal.moves
        self.run(15)

    def adopt(self, **given: str) -> None:
        self.command("adopt", account="ao", **given)
        self.run(0.5)

    @property
    def open_bets(self) -> list[Bet]:
        return [bet for bet in self.judge.bets() if not bet.final]

    @property
    def outstanding(self) -> int:
        return int(self.book.ledger.outstanding(self.book.settings.user))

    @property
    def total(self) -> int:
        return int(self.book.ledger.credit(self.book.settings.user)) + self.outstanding

    @property
    def reservations(self) -> Reservations:
        found: Reservations = self.actor("risk")._book
        return found

    @property
    def difference(self) -> int:
        return int(self.actor("control").reported.accounts["ao"].difference)

    def explain(self) -> None:
        """Let an operator explain what was settled as not ours."""
        if self.difference:
            self.command("adjust", account="ao", amount=f"{self.difference / 100:.2f}")
            self.run(5)

    def adopted(self) -> list[Order]:
        return [order for order in self.ledger.everything() if order.adopted]

    def book_and_journal(self) -> list[str]:
        """Compare each bet that the new journal knows with the book's; the rest ended before."""
        bets = {bet.reference: bet for bet in self.judge.bets()}
        faults = list(self.judge.faults)
        for order in self.ledger.bets():
            bet = bets.get(order.reference)
            compare = self.judge._compare(bet, order) if bet else self.judge._alone(order, False)
            faults += compare
        entries = list(self.journal.entries("account/ao"))
        opened = sum(e.body["opening"] for e in entries if e.kind == "account.opened")
        explained = sum(e.body["amount"] for e in entries if e.kind == "account.adjusted")
        if self.total - opened - explained != self.ledger.profit("ao"):
            faults.append(f"the book has {self.total}, we {opened} + {self.ledger.profit('ao')}")
        self.journal.verify()
        return faults + inside(self.host, self.ledger, self.core_addresses)


def lost(folder: Path, seed: int = 1, every: int = 1) -> Lost:
    """Return a machine that has begun a new journal, with strangers at the book."""
    world = Lost(folder, seed, every=every)
    world.run(75)
    assert len(world.open_bets) > 5
    world.lose()
    return world


def through(folder: Path, seed: int = 1) -> Lost:
    """Lose the journal, adopt what runs, go on betting for a while, and come to rest."""
    world = lost(folder, seed)
    world.adopt()
    world.explain()
    world.open_again()
    world.run(120)
    world.end()
    return world


@pytest.mark.parametrize("seed", [1, 6])
def test_what_a_lost_journal_had_open_is_taken_over_settled_and_paid_to_the_cent(
    tmp_path: Path, seed: int
) -> None:
    world = through(tmp_path, seed)
    assert world.book_and_journal() == []
    adopted = world.adopted()
    assert len(adopted) > 3
    assert {order.state for order in adopted} <= {"settled", "void"}
    assert len(world.ledger.bets()) > len(adopted)  # it went on betting beside them
    assert world.difference == 0
    assert world.restarts() == {}


def test_strangers_count_as_not_ours_until_they_are_adopted_and_as_ours_from_then_on(
    tmp_path: Path,
) -> None:
    world = lost(tmp_path)
    there = world.outstanding
    assert there > 0
    assert world.ledger.everything() == []
    assert (world.reservations.foreign(), world.reservations.liability()) == (there, 0)
    world.adopt()
    there = sum(bet.stake for bet in world.open_bets)
    assert (world.reservations.foreign(), world.reservations.stakes()) == (0, there)
    assert world.ledger.open_stakes() == there
    running = {(bet.reference, bet.internal_reference, bet.stake) for bet in world.open_bets}
    orders = world.ledger.orders(OPEN)
    assert {(order.reference, order.ticket, order.stake) for order in orders} == running


def test_no_moment_counts_less_than_the_book_holds(tmp_path: Path) -> None:
    """Before every step of every actor, from the first look on: also while they are taken over."""
    world = lost(tmp_path)
    least: list[int] = []
    step = world.host.step

    def watched() -> bool:
        least.append(world.reservations.stakes() - world.outstanding)
        return step()

    world.host.step = watched  # type: ignore[method-assign]
    world.adopt()
    world.run(60)
    assert len(least) > 500
    assert min(least) == 0


def test_nothing_is_placed_before_somebody_opens_the_gate(tmp_path: Path) -> None:
    world = lost(tmp_path)
    before = len(world.judge.requests)
    world.adopt()
    world.run(30)
    assert len(world.judge.requests) == before


def test_adopting_again_and_again_changes_nothing(tmp_path: Path) -> None:
    world = lost(tmp_path)
    world.adopt()
    once = [order.id for order in world.adopted()]
    assert once
    for _ in range(3):
        world.adopt()
    assert [order.id for order in world.adopted()] == once
    world.explain()
    world.end()
    assert world.book_and_journal() == []


def test_a_process_that_dies_right_after_it_has_written_them_finds_all_of_them(
    tmp_path: Path,
) -> None:
    world = lost(tmp_path)
    world.journal.plan_at("adopted", 1, world.crash)
    world.adopt()
    world.run(20)
    assert world.journal.term == 2
    adopted = world.adopted()
    assert len({order.reference for order in adopted}) == len(adopted) > 3
    assert world.reservations.stakes() == world.outstanding == world.ledger.open_stakes()
    world.adopt()
    world.explain()
    world.end()
    assert len(world.adopted()) == len(adopted)
    assert world.book_and_journal() == []


def test_a_settler_that_dies_between_the_commit_and_the_news_leaves_no_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = lost(tmp_path)
    settler = world.actor("settler/ao")

    def fail(*_: Any) -> None:
        raise RuntimeError("simulated: an error nobody foresaw")

    monkeypatch.setattr(settler, "_report", fail)
    there = world.outstanding
    world.command("adopt", account="ao")
    world.run(0.001)
    assert "settler/ao" in world.restarts() or world.actor("settler/ao") is not settler
    assert len(world.adopted()) > 3
    assert world.reservations.stakes() == there  # by the last news, or by the first of the next
    world.run(10)
    assert world.reservations.foreign() == 0
    assert world.reservations.stakes() == world.outstanding
    world.explain()
    world.end()
    assert world.book_and_journal() == []


# Planted: each of these tests can fail.


def counts_adopted_bets_nowhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Risk, "_take_over", lambda *_: None)


def counts_adopted_bets_twice(patch: pytest.MonkeyPatch) -> None:
    def by_strategy_only(self: Ledger, reference: str, _ticket: str = "") -> bool:
        return any(not order.adopted for order in self.of_reference(reference))

    patch.setattr(Ledger, "accounts_for", by_strategy_only)


def does_not_recognise_the_match(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reservations, "recognise", lambda *_: None)


@pytest.mark.parametrize("plant", [counts_adopted_bets_nowhere, counts_adopted_bets_twice])
def test_a_bet_that_counts_nowhere_or_twice_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    plant(monkeypatch)
    world = lost(tmp_path)
    world.adopt()
    assert world.reservations.stakes() != sum(bet.stake for bet in world.open_bets)


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (counts_adopted_bets_nowhere, "exposure: "),
        (does_not_recognise_the_match, "selection exposure: "),
    ],
)
def test_a_limit_that_adopted_bets_do_not_reach_is_broken_at_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plant: Plant, words: str
) -> None:
    plant(monkeypatch)
    for seed in range(1, 7):
        folder = tmp_path / str(seed)
        folder.mkdir()
        if any(words in fault for fault in through(folder, seed).judge.faults):
            return
    raise AssertionError("no seed shows it")

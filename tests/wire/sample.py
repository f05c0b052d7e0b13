"""A small journal as this program writes it: a bad day in the simulation, an order of each fate."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec

from actors.bet_text import story, story_lines
from actors.cli.keep import put_back
from actors.control import Control
from actors.gate import KillGate
from actors.ledger import Ledger, OrderTable, open_journal
from actors.messages import Command
from actors.orders import OPEN, Intent
from actors.risk.actor import Risk
from actors.settings import Mode, RiskSettings
from actors.settler import EVERY
from actors.simulation.given import START
from actors.simulation.trouble import Trouble
from actors.simulation.world import World
from actors.state_folder import StateFolder
from runtime.journal import Entry, Journal, Written
from runtime.journal_chain import NOTHING
from runtime.journal_copy import back_up
from tests.actors.fixtures.test_actor import Desk as FixturesDesk
from tests.actors.fixtures.test_actor import listed
from tests.actors.test_settler_adopts import Adopting
from tests.actors.test_strangers import whole
from tests.actors.world import KEY, TO_IN_DOUBT, Clerk, S, agreed, intent
from tests.actors.world import World as Desk
from tests.system.test_faults import BAD_BOOK

SEEDS = (1, 3, 4, 11)
BAD = Trouble(
    BAD_BOOK.faults,
    refused=60,
    broken=3,
    broken_placements=40,
    crashed_placements=60,
    late_placements=40,
    lost_frames=5,
)


def lived(folder: Path) -> list[Written]:
    """Return the entries of some bad days: every kind that the program writes."""
    entries: list[Written] = []
    for number, seed in enumerate(SEEDS, 1):
        state = folder / str(seed)
        state.mkdir()
        world = World(state, seed, BAD, every=3, void_permille=80)
        world.run(100)
        world.end()
        for entry in world.journal.entries():  # each day counts its orders from t-000001
            lines = msgspec.json.encode(entry).replace(b"t-0", f"t-{number}".encode())
            entries.append(msgspec.json.decode(lines, type=Written))
    return entries + _operated(folder) + _matched() + _adopted() + _restored(folder)


def chosen(entries: list[Written]) -> list[Written]:
    """Return an order for each way that orders went, one left in each open state, and the rest.

    They are numbered anew, as one writer a name in one term would have written them.
    """
    orders: dict[str, list[Written]] = defaultdict(list)
    rest: dict[str, Written] = {}
    for entry in entries:
        if entry.kind.startswith("order."):
            orders[entry.key].append(entry)
        else:
            rest.setdefault(entry.kind, entry)
    ways = {_way(steps): steps for steps in orders.values()}
    kept = [entry for steps in ways.values() for entry in steps] + list(rest.values())
    taken = {entry.key for entry in kept}
    unused = [steps for key, steps in orders.items() if key not in taken]
    for state in sorted(state.value for state in OPEN):
        for steps in unused:
            kinds = [entry.kind for entry in steps]
            if f"order.{state}" in kinds:
                kept += steps[: kinds.index(f"order.{state}") + 1]
                unused.remove(steps)
                break
    kept.sort(key=lambda entry: entry.at)
    replace = msgspec.structs.replace
    return [replace(entry, sequence=number, term=1, pen=1) for number, entry in enumerate(kept, 1)]


def _way(steps: list[Written]) -> tuple[object, ...]:
    prices = {entry.body["price"] for entry in steps if "price" in entry.body}
    wanted = steps[0].body.get("intent", steps[0].body.get("bet", {}))
    better = prices - {wanted["price"]}
    return (bool(better), *((entry.kind, entry.writer) for entry in steps))


def written(lines: str) -> list[Written]:
    """Read a sample: one entry a line."""
    return [msgspec.json.decode(line, type=Written) for line in lines.splitlines()]


def folded(entries: list[Written]) -> dict[str, Any]:
    """Write the entries into a new journal, and return everything that is read out of it."""
    journal = Journal(None, [OrderTable()])
    journal.begin_term(START)
    pens = {entry.writer: 0 for entry in entries}
    pens = {writer: journal.claim(writer) for writer in pens}
    for entry in entries:
        made = Entry(entry.kind, entry.key, entry.body)
        journal.append(entry.writer, pens[entry.writer], [made], entry.at)
    assert journal.verify() == len(entries)
    assert list(journal.entries()) == entries
    ledger = Ledger(journal)
    orders = ledger.everything()
    intents = {}
    for order in orders:
        steps = list(journal.entries(order.id))
        assert story_lines(story(order, steps))  # in which words is no matter of the journal
        if order.adopted:
            continue
        intent = msgspec.convert(steps[0].body["intent"], Intent)
        intents[order.id] = msgspec.to_builtins(intent)
    (chain,) = journal.connection.execute("SELECT hash FROM entries ORDER BY sequence DESC LIMIT 1")
    state = {
        "chain": chain[0].hex(),
        "profit": ledger.profit(),
        "settled": ledger.settled_since(START),
        "open_stakes": ledger.open_stakes(),
        "orders": {order.id: msgspec.to_builtins(order) for order in orders},
        "intents": intents,
    }
    made_plain: dict[str, Any] = json.loads(json.dumps(state))
    return made_plain


def types(entries: list[Written]) -> dict[str, dict[str, list[str]]]:
    """Return of which types the fields of each kind of entry are."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for entry in entries:
        for name, value in entry.body.items():
            found[entry.kind][name].add(type(value).__name__)
    return {
        kind: {name: sorted(types) for name, types in sorted(fields.items())}
        for kind, fields in sorted(found.items())
    }


def _matched() -> list[Written]:
    """Let Fixtures find a match, lose it, and write what an operator says of another."""
    desk = FixturesDesk()
    desk.tell(listed("ao", "Arsenal v Chelsea"), listed("oa", "Chelsea v Arsenal"))
    desk.steer(ruling="accept", number="1", reason="neutral ground")
    desk.steer(names="ao:Maastricht=oa:MVV", reason="the club's site")
    desk.tell(listed("ao", "Ajax v PSV"), listed("oa", "Ajax v PSV"))
    desk.steer(ruling="refuse", number="2", reason="another game")
    return list(desk.world.journal.entries("fixtures"))


def _restored(folder: Path) -> list[Written]:
    """Put a copy of a journal back, as an operator does."""
    state = StateFolder(folder / "restored")
    state.prepare()
    journal = open_journal(state.path)
    journal.begin_term(START)
    Clerk(journal).want(intent())
    copy = folder / "copy.sqlite"
    back_up(state.journal, NOTHING, copy)
    put_back(state, copy, "the disk was replaced")
    (entry,) = open_journal(state.path).entries("journal")
    body = entry.body | {"file": copy.name}  # wherever it lay
    return [msgspec.structs.replace(entry, body=body)]


def _adopted() -> list[Written]:
    """Let a Settler adopt a bet of the book, under the reference of a refused order, and end it."""
    desk = Adopting()
    desk.book.running = [whole("WA-t-1")]
    desk.clerk.want(intent(), *TO_IN_DOUBT, S.REFUSED, reference="WA-t-1")
    desk.start()
    desk.adopt()
    desk.settle("WA-t-1", 950)
    desk.world.host.run(EVERY)
    return list(desk.world.journal.entries("a-T-WA-t-1"))


def _operated(folder: Path) -> list[Written]:
    """Let Control and Risk write what operators make them write."""
    desk = Desk()
    gate = KillGate(folder)
    desk.spawn(Control, "control", mode=Mode.LIVE, gate=gate)
    desk.spawn(Risk, "risk", limits=RiskSettings(), mode=Mode.LIVE, gate=gate, key=KEY)
    desk.tell("control", msgspec.structs.replace(agreed(), difference=10_000))
    who = {"reason": "as agreed", "by": "ada"}
    until = desk.now + 1_000_000
    for number, (name, arguments) in enumerate(
        (
            ("arm", {"seconds": "60", "by": "ada"}),
            ("kill", {"reason": "odd prices", "by": "ada"}),
            ("resume", {"reason": "they are right", "by": "ada"}),
            ("adjust", {"account": "ao", "amount": "100.00", **who}),
            ("limit", {"name": "max_stake", "value": "5.00", **who}),
            ("unlimit", {"name": "max_stake", **who}),
            ("pause", {"scope": "book", "name": "SBO", **who}),
            ("unpause", {"scope": "book", "name": "SBO", **who}),
        )
    ):
        desk.tell("control", Command(f"c-{number}", name, until, arguments), seconds=1)
    return list(desk.journal.entries())

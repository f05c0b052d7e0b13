"""An outlet: who compares hears the newest of what it wants, and only as often as it asks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.beside.outlet import LARGEST_SHARE, Outlet
from actors.beside.references import References
from actors.market_view import EventView, MarketView, SelectionGroup
from actors.messages import MarketUpdate, PricesShared
from actors.selections import MarketType, Period, Quote, Side
from tests.actors.beside.given import HERE, MINE, THEIRS, price, selection, twin, update
from tests.actors.world import NOW


class Desk:
    """A Market's view with an outlet."""

    def __init__(self) -> None:
        self.view = MarketView(30.0)
        self.outlet = Outlet("other", self.view)

    def hear(self, change: MarketUpdate) -> None:
        self.view.apply(change)
        self.outlet.follow(change)

    def ask(self, *events: str, full: bool = False) -> PricesShared | None:
        self.outlet.credit(events or (THEIRS,), full=full)
        return self.outlet.next()


def told(shared: PricesShared | None) -> list[tuple[str, int]]:
    assert shared is not None
    return [(quote.selection.event, quote.price) for quote in shared.quotes]


def test_who_asks_hears_what_is_known_of_its_events_and_nothing_of_others() -> None:
    desk = Desk()
    desk.hear(update(price(), price(of="toa-8", price=3000)))
    shared = desk.ask(full=True)
    assert told(shared) == [(THEIRS, 1950)]
    assert shared is not None
    assert (shared.market, shared.full, shared.number) == ("other", True, 1)


def test_nothing_is_said_without_a_credit_and_then_the_newest_only() -> None:
    desk = Desk()
    desk.hear(update(price()))
    desk.ask(full=True)
    for thousandths in (1960, 1970, 1980):
        desk.hear(update(price(price=thousandths)))
        assert desk.outlet.next() is None
    shared = desk.ask()
    assert told(shared) == [(THEIRS, 1980)]
    assert shared is not None
    assert (shared.full, shared.number) == (False, 2)


def test_a_credit_waits_until_there_is_news() -> None:
    desk = Desk()
    desk.hear(update(price()))
    desk.ask(full=True)
    assert desk.ask() is None
    desk.hear(update(price(of="toa-8")))
    assert desk.outlet.next() is None
    desk.hear(update(price(price=1990)))
    assert told(desk.outlet.next()) == [(THEIRS, 1990)]
    assert desk.outlet.next() is None


def test_a_price_that_goes_is_told_and_one_that_comes_back_is_not_gone() -> None:
    desk = Desk()
    offer = (selection().key, "pinnacle")
    desk.hear(update(price()))
    desk.ask(full=True)
    desk.hear(update(removed=(offer, ("toa-8:ah:ft:0:home", "x"))))
    shared = desk.ask()
    assert shared is not None
    assert shared.removed == (offer,)
    desk.hear(update(price()))
    desk.hear(update(removed=(offer,)))
    desk.hear(update(price(price=1990)))
    shared = desk.ask()
    assert told(shared) == [(THEIRS, 1990)]
    assert shared is not None
    assert shared.removed == ()


def test_rows_are_confirmed_after_their_news_only() -> None:
    desk = Desk()
    row = price().locator
    desk.hear(update(price()))
    desk.ask(full=True)
    desk.hear(update(at=9, confirmed=((row, NOW + 9_000), ("elsewhere", NOW))))
    shared = desk.ask()
    assert shared is not None
    assert (shared.quotes, shared.confirmed) == ((), ((row, NOW + 9_000),))


def test_a_price_has_the_time_at_which_it_was_seen_last() -> None:
    desk = Desk()
    desk.hear(update(price()))
    desk.hear(update(at=9, confirmed=((price().locator, NOW + 9_000),)))
    shared = desk.ask(full=True)
    assert shared is not None
    assert [quote.received_at for quote in shared.quotes] == [NOW + 9_000]


def test_many_prices_come_in_parts() -> None:
    desk = Desk()
    desk.ask(full=True)
    desk.hear(update(*(price(book=f"b{n}") for n in range(LARGEST_SHARE + 5))))
    confirmed = ((price(book="b0").locator, NOW + 9_000),)
    desk.hear(update(confirmed=confirmed))
    first, second = desk.ask(), desk.ask()
    assert first is not None
    assert second is not None
    assert (len(first.quotes), first.confirmed) == (LARGEST_SHARE, ())
    assert (len(second.quotes), second.confirmed) == (5, confirmed)


def test_an_event_that_is_wanted_later_is_told_whole() -> None:
    desk = Desk()
    desk.hear(update(price(), price(of="toa-8", price=3000)))
    desk.ask(full=True)
    shared = desk.ask(THEIRS, "toa-8")
    assert told(shared) == [("toa-8", 3000)]
    desk.ask("toa-8")
    desk.hear(update(price(price=1990)))
    assert desk.outlet.next() is None
    assert told(desk.ask(THEIRS)) == [(THEIRS, 1990)]


def test_what_is_told_comes_in_the_order_in_which_it_was_asked_for() -> None:
    desk, events = Desk(), [f"toa-{number}" for number in range(30)]
    desk.hear(update(*(price(of=event) for event in reversed(events))))
    shared = desk.ask(*events, full=True)
    assert [event for event, _ in told(shared)] == events
    events.append("toa-30")
    desk.hear(update(*(price(of=event) for event in events), full=True))
    assert [event for event, _ in told(desk.ask(*events))] == events


def test_after_a_full_update_all_is_told_anew() -> None:
    desk = Desk()
    desk.hear(update(price(), price(Side.AWAY)))
    desk.ask(full=True)
    desk.hear(update(price(Side.AWAY, 1880), full=True))
    shared = desk.ask()
    assert shared is not None
    assert (shared.full, told(shared)) == (True, [(THEIRS, 1880)])


BOOKS, SIDES = ("a", "b"), (Side.HOME, Side.AWAY)
Step = tuple[str, str, Side, int]


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["price", "gone", "seen", "ask", "lost", "full", "part", "pair"]),
            st.sampled_from(BOOKS),
            st.sampled_from(SIDES),
            st.integers(1_500, 2_500),
        ),
        max_size=40,
    )
)
def test_whatever_happens_the_asker_ends_with_what_the_market_has(steps: list[Step]) -> None:
    desk = Desk()
    references = References({"other": "toa"}, 10_000.0, {}, 0.0)
    references.pair([twin()])
    for at, (what, book, side, thousandths) in enumerate(steps, 1):
        match what:
            case "price":
                desk.hear(update(price(side, thousandths, book, at=at)))
            case "gone":
                desk.hear(update(removed=((selection(side).key, book),)))
            case "seen":
                desk.hear(update(confirmed=((price(book=book).locator, NOW + at * 1_000),)))
            case "full":
                desk.hear(update(price(side, thousandths, book, at=at), full=True))
            case "part" | "pair":
                references.pair([twin()] if what == "pair" else [])
                ask(desk, references)
            case _:
                ask(desk, references, lost=what == "lost")
    references.pair([twin()])
    desk.hear(update(price(book="c")))  # the next share shows that one was lost
    for _ in range(3):
        ask(desk, references)
    mine = {(q.selection.side, q.book): q for q in desk.view.fresh(THEIRS, NOW)}
    shown = seen(references)
    assert {key: (q.price, q.received_at) for key, q in shown.items()} == {
        key: (q.price, q.received_at) for key, q in mine.items()
    }


def seen(references: References) -> dict[tuple[Side, str], Quote]:
    """Return what is shown beside a handicap that is offered here."""
    own = {Side.HOME: {"X": price(of=MINE)}}
    group = SelectionGroup(MINE, MarketType.HANDICAP, Period.FULL_TIME, own)
    references.show(EventView(HERE, (group,), NOW))
    return {
        (side, book): quote for side, books in group.beside.items() for book, quote in books.items()
    }


def ask(desk: Desk, references: References, lost: bool = False) -> None:
    """Let the asker ask; what comes of it may be lost."""
    ((events, full),) = references.wanted().values()
    desk.outlet.credit(events, full=full)
    shared = desk.outlet.next()
    if shared is not None and not lost:
        references.take(shared)

"""A market of which only prices changed: read again in part, it is as if it were read whole."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.books.asianodds.rows import SLOTS, Market, Row, Slot
from actors.books.asianodds.shown import Shown, read_again, read_market
from actors.units import Millis

THEN = ("1/1/1", Millis(5), Millis(10))
NOW = ("1/1/1", Millis(25), Millis(30))
ROW = Row(1, full_time_favoured=1, half_time_favoured=2)
HANDICAP, TOTAL, ONE_X_TWO = SLOTS[:3]


@dataclass
class Again:
    """What was read of a market before and of what it became."""

    slot: Slot
    before: str
    after: str
    lines: tuple[str, str] = ("0.5", "0.5")

    def read(self) -> Shown | None:
        old, new = (
            self._market(*one) for one in zip((self.before, self.after), self.lines, strict=True)
        )
        read_market(ROW, self.slot, old, "e", THEN)  # from now on every word of it is known
        was = read_market(ROW, self.slot, old, "e", THEN)
        return read_again(self.slot, old, was, new, NOW)

    def read_whole(self) -> Shown | None:
        new = self._market(self.after, self.lines[1])
        return read_market(ROW, self.slot, new, "e", NOW)

    def _market(self, text: str, line: str) -> Market:
        return Market(text, line, line)


def offers(shown: Shown | None) -> list[tuple[str, str, int]] | None:
    if shown is None:
        return None
    return sorted((one.selection.key, one.book, one.price) for one in shown.quotes)


def known(*words: str) -> None:
    """Let these strings be read once, so that their words are known."""
    for word in words:
        read_market(ROW, HANDICAP, Market(word, "0.5"), "e", THEN)


def test_only_the_book_that_moved_has_the_times_of_now() -> None:
    known("SBO=1.92,1.99")
    found = Again(HANDICAP, "PIN=1.93,1.97;SBO=1.92,1.98", "PIN=1.93,1.97;SBO=1.92,1.99").read()
    assert found is not None
    assert [(one.book, one.price, one.received_at) for one in found.quotes] == [
        ("PIN", 1930, 10),
        ("SBO", 1920, 30),
        ("PIN", 1970, 10),
        ("SBO", 1990, 30),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("PIN=1.93,1.97", "SBO=1.93,1.97"),
        ("PIN=1.93,1.97", "PIN=1.93,1.97;SBO=1.92,1.98"),
        ("PIN=1.93,1.97;SBO=1.92,1.98", "SBO=1.92,1.98"),
        ("PIN=1.93,1.97;SBO=1.92,1.98", "SBO=1.92,1.98;PIN=1.93,1.97"),
        ("PIN=1.93,1.97;BEST=PIN,SBO", "BEST=PIN,SBO;PIN=1.93,1.97"),
        ("PIN=1.93,1.97", "PIN=1.93"),
        ("PIN=1.93,1.97", "PIN=1.93,1.97,3.10"),
        ("PIN=1.93,1.97", "PIN=1.93,nonsense"),
        ("PIN=1.93,1.97", "PIN=1.93,123.4567"),  # a word that nobody has seen yet
        ("PIN=1.93,1.97", ""),
    ],
)
def test_what_changed_otherwise_is_to_be_read_whole(before: str, after: str) -> None:
    assert Again(HANDICAP, before, after).read() is None


def test_a_line_that_moved_is_to_be_read_whole() -> None:
    text = "PIN=1.93,1.97"
    assert Again(HANDICAP, text, text, ("0.5", "0.75")).read() is None


def test_what_had_a_fault_is_to_be_read_whole() -> None:
    assert Again(HANDICAP, "PIN=1.93,none", "PIN=1.93,1.97").read() is None


def test_quotes_in_the_order_of_the_slow_way_are_not_mixed_up() -> None:
    """Read however it is spelled, both sides of a book stand side by side."""
    spaced, moved = "PIN=1.93,1.97; SBO=1.92,1.98", "PIN=1.95,1.96; SBO=1.92,1.98"
    known("PIN=1.95,1.96")
    found = Again(HANDICAP, spaced, moved)
    assert found.read() is None or offers(found.read()) == offers(found.read_whole())


PRICES = st.sampled_from(["1.90", "1.95", "2.00", "2.05", "0.95", "-0.9", "x", ""])
ENTRY = st.tuples(
    st.sampled_from(["PIN", "SBO", "BEST", " IBC", ""]),
    st.lists(PRICES, min_size=1, max_size=4).map(",".join),
).map("=".join)
TEXT = st.lists(ENTRY, max_size=4).map(";".join)


@given(st.sampled_from([HANDICAP, TOTAL, ONE_X_TWO]), TEXT, st.data())
def test_read_again_it_is_as_read_whole(slot: Slot, before: str, data: st.DataObject) -> None:
    entries = before.split(";")
    for place in range(len(entries)):
        if data.draw(st.booleans()):
            entries[place] = data.draw(ENTRY)
    again = Again(slot, before, ";".join(entries))
    found, whole = again.read(), again.read_whole()
    if found is not None:
        assert whole is not None
        assert offers(found) == offers(whole)
        assert (found.line, found.malay, found.faults) == (whole.line, whole.malay, whole.faults)

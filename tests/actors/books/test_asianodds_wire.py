"""Which failure a failed answer is, for a read and for a placement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.books.asianodds import wire
from actors.errors import (
    BookError,
    BookRefusedError,
    MalformedAnswerError,
    SessionLostError,
    ThrottledError,
    UnknownOutcomeError,
)
from runtime.errors import TictacError
from tests.actors.books.answers import envelope

READS = [
    (401, "", 0, "", SessionLostError),
    (403, "", 0, "", SessionLostError),
    (429, "", 0, "", ThrottledError),
    (500, "", 0, "", BookError),
    (302, "", 0, "", BookError),
    (404, "", 0, "", BookError),
    (200, "code", -4, "", SessionLostError),
    (200, "code", -403, "", SessionLostError),
    (200, "code", -1, "You are not logged in.", SessionLostError),
    (200, "code", -1, "Please Register first", SessionLostError),
    (200, "code", -1, "Your session has expired", SessionLostError),
    (200, "code", -1, "Invalid token", SessionLostError),
    (200, "code", -1, "No such league", BookRefusedError),
    (200, "code", -8, "", ThrottledError),
    (200, "code", -810, "", ThrottledError),
    (200, "code", -1200, "", BookError),
    (200, "code", -777, "", BookError),
    (200, "code", 17, "", BookError),
]
PLACEMENTS = [
    (401, "", 0, "", SessionLostError),
    (403, "", 0, "", SessionLostError),
    (429, "", 0, "", ThrottledError),
    (500, "", 0, "", UnknownOutcomeError),
    (502, "", 0, "", UnknownOutcomeError),
    (302, "", 0, "", UnknownOutcomeError),
    (404, "", 0, "", UnknownOutcomeError),
    (200, "code", -4, "", SessionLostError),
    (200, "code", -1, "User is not logged in", SessionLostError),
    (200, "code", -1, "Not registered", SessionLostError),
    (200, "code", -1, "Please call GetPlacementInfo first", BookRefusedError),
    (200, "code", -1, "The session of the book timed out", UnknownOutcomeError),
    (200, "code", -1, "Something went wrong", UnknownOutcomeError),
    (200, "code", -810, "", ThrottledError),
    (200, "code", -8, "", UnknownOutcomeError),
    (200, "code", -403, "", UnknownOutcomeError),
    (200, "code", -1307, "", UnknownOutcomeError),
    (200, "code", -999, "", UnknownOutcomeError),
    (200, "code", 300, "", UnknownOutcomeError),
]


def body(kind: str, code: int, message: str) -> bytes:
    """Return an envelope, or a page of HTML for a failed status."""
    return envelope(None, code, message) if kind else b"<html>no</html>"


@pytest.mark.parametrize(("status", "kind", "code", "message", "error"), READS)
def test_a_failed_read_is_what_the_table_says(
    status: int, kind: str, code: int, message: str, error: type[BookError]
) -> None:
    with pytest.raises(BookError) as caught:
        wire.read_envelope(status, body(kind, code, message))
    assert type(caught.value) is error


@pytest.mark.parametrize(("status", "kind", "code", "message", "error"), PLACEMENTS)
def test_a_failed_placement_is_what_the_table_says(
    status: int, kind: str, code: int, message: str, error: type[TictacError]
) -> None:
    with pytest.raises(TictacError) as caught:
        wire.placement_envelope(status, body(kind, code, message))
    assert type(caught.value) is error


def test_an_unreadable_placement_answer_is_an_unknown_outcome() -> None:
    with pytest.raises(UnknownOutcomeError):
        wire.placement_envelope(200, b"<html>")


def test_no_rows_is_no_failure() -> None:
    assert wire.read_envelope(200, envelope(None, 300, "")).code == 300


def test_a_byte_order_mark_and_strange_fields_are_borne() -> None:
    raw = b"\xef\xbb\xbf" + envelope({"a": 1}, 0, "fine", Extra=[1])
    assert wire.decode(raw).text == "fine"


def test_an_answer_that_is_too_large_is_not_decoded() -> None:
    with pytest.raises(MalformedAnswerError, match="too large"):
        wire.decode(b" " * (wire.LARGEST_ANSWER_BYTES + 1))


def test_a_message_from_outside_is_one_printable_line() -> None:
    assert wire.one_line("a\r\nb\x1b[2J\u202e" + "x" * 500) == "a b[2J" + "x" * 194


@given(st.binary(max_size=200), st.integers(100, 599))
def test_rubbish_never_says_that_a_bet_was_surely_not_placed(answer: bytes, status: int) -> None:
    if status in (401, 403, 429):
        return
    with pytest.raises(UnknownOutcomeError):
        wire.placement_envelope(status, answer)


@given(st.integers(-2000, -1).filter(lambda code: code not in (-4, -810, -1303)), st.text())
def test_an_undocumented_code_may_have_placed_the_bet(code: int, message: str) -> None:
    with pytest.raises(TictacError) as caught:
        wire.placement_envelope(200, envelope(None, code, message))
    assert code == -1 or type(caught.value) is UnknownOutcomeError

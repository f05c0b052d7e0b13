"""A GetFeeds answer opened down to its rows, which stay undecoded."""

from collections.abc import Sequence

import msgspec

from actors.books.asianodds import wire
from actors.errors import MalformedAnswerError


class Sport(msgspec.Struct, frozen=True, rename="pascal"):
    """The rows of one sport, each as it was written."""

    sports_type: int
    match_games: list[msgspec.Raw] | None = None


class _Feed(msgspec.Struct, frozen=True, rename="pascal"):
    since: int | None = None
    sports: list[Sport] | None = None


class _Answer(msgspec.Struct, frozen=True, rename="pascal"):
    code: int
    message: str | None = None
    result: _Feed | None = None


class _FeedOfRaw(msgspec.Struct, frozen=True, rename="pascal"):
    since: int | None = None
    sports: list[msgspec.Raw] | None = None


_answer = msgspec.json.Decoder(_Answer)


def opened(answer: bytes) -> tuple[int | None, Sequence[Sport | str]]:
    """Open an answer in one pass when all of it is as it should be, else in parts.

    Returns `since` and the sports; for one that cannot be read, what is wrong. Raises
    MalformedAnswerError, SessionLostError, ThrottledError or BookError.
    """
    try:
        found = _answer.decode(wire.content(answer))
    except wire.UNREADABLE:
        return _opened_in_parts(answer)
    wire.checked(wire.Envelope(found.code, found.message))
    feed = found.result or _Feed()
    return feed.since, feed.sports or ()


def _opened_in_parts(answer: bytes) -> tuple[int | None, Sequence[Sport | str]]:
    envelope = wire.checked(wire.decode(answer))
    try:
        feed = msgspec.json.decode(envelope.result, type=_FeedOfRaw | None) or _FeedOfRaw()
    except wire.UNREADABLE as error:
        raise MalformedAnswerError(f"Result: {wire.one_line(str(error))}") from None
    sports: list[Sport | str] = []
    for raw in feed.sports or ():
        try:
            sports.append(msgspec.json.decode(raw, type=Sport))
        except wire.UNREADABLE as error:
            sports.append(wire.one_line(str(error)))
    return feed.since, sports

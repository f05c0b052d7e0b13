"""Answers of the Web API: their envelope, and which failure a failed one is.

A read that fails may be asked again. A placement that fails may still have been placed, so
only what the facts document as without effect is anything but an unknown outcome there.
"""

import re
from typing import NoReturn

import msgspec

from actors.errors import (
    BookError,
    BookRefusedError,
    MalformedAnswerError,
    SessionLostError,
    ThrottledError,
    UnknownOutcomeError,
)

LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
NO_ROWS = 300
IN_TRANSIT_OR_UNKNOWN = -200

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SESSION_TEXT = re.compile(r"log.?in|logged|log on|regist|session|token", re.IGNORECASE)
# Narrower where a wrong guess could repeat a bet: "the book's session" is not ours.
_OUR_SESSION_TEXT = re.compile(
    r"not (?:been )?(?:yet )?(?:logged.?in|registered)|ao ?token"
    r"|invalid token|token (?:is |has )?(?:not valid|invalid|expired)",
    re.IGNORECASE,
)
_NO_PLACEMENT_INFO_TEXT = re.compile(r"placement ?info", re.IGNORECASE)


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Envelope(msgspec.Struct, frozen=True, rename="pascal"):
    """What every answer is wrapped in; `result` and `data` are still undecoded JSON."""

    code: int
    message: str | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    data: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def text(self) -> str:
        """Return the book's message on one line, cut to 200 characters."""
        return one_line(self.message or "")


def one_line(text: str) -> str:
    """Make text from outside fit to be shown: printable, one line, 200 characters."""
    if text.isprintable() and "  " not in text and text == text.strip():
        return text[:200]  # nearly all are
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:200]


def decode(body: bytes) -> Envelope:
    """Decode an answer, with or without a byte-order mark.

    Raises MalformedAnswerError when it is too large or not an envelope.
    """
    try:
        return msgspec.json.decode(content(body), type=Envelope)
    except UNREADABLE as error:
        raise MalformedAnswerError(f"the answer is no envelope: {one_line(str(error))}") from None


def content(body: bytes) -> bytes:
    """Return an answer without its byte-order mark. Raises MalformedAnswerError if too large."""
    if len(body) > LARGEST_ANSWER_BYTES:
        raise MalformedAnswerError(f"an answer of {len(body)} bytes is too large")
    return body.removeprefix(_BYTE_ORDER_MARK)


def read_envelope(status: int, body: bytes) -> Envelope:
    """Open the answer to a call that changes nothing.

    Raises SessionLostError, ThrottledError, BookRefusedError, MalformedAnswerError or
    BookError; code 300 (no rows) is no failure.
    """
    if status in (401, 403):
        raise SessionLostError(f"HTTP {status}")
    if status == 429:
        raise ThrottledError("HTTP 429")
    if not 200 <= status < 300:
        raise BookError(f"HTTP {status}")
    return checked(decode(body))


def checked(envelope: Envelope) -> Envelope:
    """Return the envelope of a read if it is no failure, else raise what it means."""
    if envelope.code in (0, NO_ROWS):
        return envelope
    said = f"code {envelope.code}: {envelope.text}"
    match envelope.code:
        case -4 | -403:
            raise SessionLostError(said)
        case -8 | -810:
            raise ThrottledError(said)
        case -1 if _SESSION_TEXT.search(envelope.text):
            raise SessionLostError(said)
        case -1:
            raise BookRefusedError(said, -1)
    raise BookError(said)


def placement_envelope(status: int, body: bytes) -> Envelope:
    """Open the answer to PlaceBet; return it when its code is 0 or -1303.

    Raises SessionLostError (401, 403, -4, -1 about our session), ThrottledError (429, -810),
    BookRefusedError (-1 placement info missing): all three surely without effect. Anything
    else, an unreadable answer included, is an UnknownOutcomeError.
    """
    if status in (401, 403):
        raise SessionLostError(f"HTTP {status}")
    if status == 429:
        raise ThrottledError("HTTP 429")
    if not 200 <= status < 300:
        raise UnknownOutcomeError(f"HTTP {status}")
    try:
        envelope = decode(body)
    except MalformedAnswerError as error:
        raise UnknownOutcomeError(str(error)) from None
    if envelope.code not in (0, -1303):
        _raise_failed_placement(envelope)
    return envelope


def _raise_failed_placement(envelope: Envelope) -> NoReturn:
    said = f"code {envelope.code}: {envelope.text}"
    match envelope.code:
        case -4:
            raise SessionLostError(said)
        case -810:
            raise ThrottledError(said)
        case -1 if _OUR_SESSION_TEXT.search(envelope.text):
            raise SessionLostError(said)
        case -1 if _NO_PLACEMENT_INFO_TEXT.search(envelope.text):
            raise BookRefusedError(said, -1)
    raise UnknownOutcomeError(said)

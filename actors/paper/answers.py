"""What a request is and what goes back: parameters read with care, envelopes, outcomes as data."""

from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Any

import msgspec

Payload = dict[str, Any]


class Code(IntEnum):
    """The envelope's `Code`. 0 is good, 300 means an empty list."""

    OK = 0
    NO_ROWS = 300
    FAILED = -1
    TOKEN_NOT_VALID = -4
    NOT_FOUND_YET = -200
    TOO_FREQUENT = -810
    BOOKIES_MISSING = -1200
    AMOUNT_TOO_LOW = -1303
    PRICES_DO_NOT_MATCH = -1307


class Refusal(Exception):  # noqa: N818 (it is an answer, not an error)
    """A request that is answered with a negative code and a text; HTTP 200 unless said."""

    def __init__(self, text: str, code: int = Code.FAILED, status: int = 200, **more: Any) -> None:
        super().__init__(text)
        self.code, self.text, self.status, self.more = code, text, status, more


class Answer(msgspec.Struct, frozen=True):
    """What to send, and what a fault does to it on the way.

    `raw` replaces the body; `cut` closes the connection unanswered; `delay_ms` comes first;
    `mark` puts a byte-order mark before the body. `changes` must be stored before sending.
    """

    status: int
    payload: Payload
    mark: bool = False
    raw: str | None = None
    cut: bool = False
    delay_ms: int = 0
    changes: tuple[object, ...] = ()


def result(content: object, code: int = Code.OK, text: str | None = None) -> Payload:
    """Wrap a payload in the envelope."""
    return {"Code": int(code), "Message": text, "Result": content}


def data(items: list[Payload]) -> Payload:
    """Wrap a list; an empty one is code 300 with Data null."""
    if not items:
        return {"Code": int(Code.NO_ROWS), "Message": "No rows.", "Data": None}
    return {"Code": 0, "Message": None, "Data": items}


def refused(refusal: Refusal) -> Payload:
    """Wrap a refusal; the text stands in Message and in Result.TextMessage."""
    content = {"TextMessage": refusal.text, **refusal.more}
    return {"Code": int(refusal.code), "Message": refusal.text, "Result": content}


class Asked:
    """A request's parameters, from the query and the body, by lower-case name."""

    def __init__(self, params: dict[str, str], body: Payload | None) -> None:
        self._values: Payload = {name.lower(): value for name, value in params.items()}
        self._values |= {str(name).lower(): value for name, value in (body or {}).items()}

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text. Raises Refusal when it is missing and has no default."""
        value = self._values.get(name.lower())
        if value is None or value == "":
            if default is None:
                raise Refusal(f"{name} is required.")
            return default
        if isinstance(value, bool | int | float | str):
            return _storable(str(value))
        raise Refusal(f"{name} is not a single value.")

    def raw(self, name: str) -> str:
        """Return what was sent under this name, for a log: never longer than 200 characters."""
        return _storable(str(self._values.get(name.lower(), "")))[:200]

    def integer(self, name: str, default: int | None = None) -> int:
        """Return a whole number (true and false count as 1 and 0). Raises Refusal."""
        text = self.text(name, None if default is None else str(default)).lower()
        try:
            return {"true": 1, "false": 0}[text] if text in ("true", "false") else int(text)
        except ValueError:
            raise Refusal(f"{name} must be a whole number, not {text[:40]!r}.") from None

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Return one of `allowed`, whatever the case. Raises Refusal."""
        text = self.text(name, default)
        for value in allowed:
            if value.lower() == text.lower():
                return value
        raise Refusal(f"{name} must be one of {', '.join(allowed)}, not {text[:40]!r}.")

    def money(self, name: str) -> int:
        """Return an amount in minor units. Raises Refusal for more than two decimals."""
        text = self.text(name)
        try:
            minor = Decimal(text).scaleb(2)
            if not minor.is_finite() or abs(minor) >= 10**15 or minor != minor.to_integral_value():
                raise InvalidOperation
        except ArithmeticError:
            raise Refusal(f"{name} is no amount of money: {text[:40]!r}.") from None
        return int(minor)

    def names(self, name: str) -> tuple[str, ...] | None:
        """Return a comma-separated list in capitals, or None for ALL or nothing."""
        text = self.text(name, "ALL").upper()
        parts = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        return None if "ALL" in parts or not parts else parts


def _storable(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and no file or digest can."""
    return text.encode("utf-8", "replace").decode()


def major(minor: int) -> int | float:
    """Write minor units as a number with at most two decimals, whole ones as integers."""
    return minor // 100 if minor % 100 == 0 else minor / 100

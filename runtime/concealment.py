"""Secrets and the mask that covers them in any text."""

import html
import json
import math
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

MASK = "***"

_SHORT = 6
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TELLING = (
    *("password", "passwords", "passwd", "secret", "secrets", "token", "tokens"),
    *("apikey", "aokey", "authorization", "credential", "credentials", "cookie"),
)
_NAME = re.compile(r"""(?<![\w-])(\w[\w-]{0,63})\\?["']?\s*(?:=>|[=:>])\s*""")
_VALUE = re.compile(
    r"""[bru]{0,2}"(?:[^"\\]|\\.)*" | [bru]{0,2}'(?:[^'\\]|\\.)*' | \\"[^"\\]*\\"
    | (?:(?:Basic|Bearer|Digest)\s+)?[^\s&,;"'<>()\[\]{}\\]+""",
    re.VERBOSE | re.IGNORECASE,
)


class Secret:
    """Text that shows as `***` wherever it is printed, and is concealed in every log."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        conceal(text)

    def reveal(self) -> str:
        """Return the text itself; hand it to nothing but the door that needs it."""
        return self._text

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not serialised")


class _Register:
    """Every secret known to this process, and one pattern that finds them all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        with self._lock:
            if secret and secret not in self._secrets:
                self._secrets.add(secret)
                self._pattern = None

    def shown_in(self, data: bytes) -> bool:
        with self._lock:
            secrets = list(self._secrets)
        return any(len(one) >= _SHORT and one.encode() in data for one in secrets)

    def pattern(self) -> re.Pattern[str] | None:
        with self._lock:
            if self._pattern is None and self._secrets:
                spellings = {text for secret in self._secrets for text in _spellings(secret)}
                longest_first = sorted(spellings, key=lambda text: (-len(text), text))
                self._pattern = re.compile("|".join(map(_bounded, longest_first)))
            return self._pattern


_register = _Register()


def conceal(value: str | bytes | Secret) -> None:
    """Keep a value out of everything that is masked from now on, in all its usual spellings."""
    if isinstance(value, Secret):
        value = value.reveal()
    _register.add(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)


def shows_secret(data: bytes) -> bool:
    """Tell whether a concealed value of 6 characters or more stands in data as it is."""
    return _register.shown_in(data)


def masked_text(text: str) -> str:
    """Return the text with concealed values, and values given to telling names, masked."""
    pattern = _register.pattern()
    if pattern is not None:
        text = pattern.sub(MASK, text)
    return "".join(_named_values_masked(text))


def masked(value: object, *, depth: int = 0) -> object:
    """Return plain data (text, numbers, lists, mappings) that shows no secret."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return masked_text(str(value))
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, bytes | bytearray):
        return masked_text(bytes(value).decode("utf-8", "backslashreplace"))
    if depth < 8:
        if isinstance(value, dict):
            return {
                masked_text(str(key)): MASK
                if is_telling(_name(key))
                else masked(item, depth=depth + 1)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [masked(item, depth=depth + 1) for item in value]
    return masked_text(_shown(value))


def is_telling(name: str) -> bool:
    """Tell whether a name is one that secrets go by: `password`, `AOToken`, `api_key`."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or words[-1] in ("error", "exception"):
        return False
    return words[-1] == "key" or any(word.endswith(_TELLING) for word in [*words, "".join(words)])


def _named_values_masked(text: str) -> Iterator[str]:
    position = 0
    for name in _NAME.finditer(text):
        if name.start() < position or not is_telling(name[1]):
            continue
        value = _VALUE.match(text, name.end())
        if value is not None:
            yield text[position : name.end()] + MASK
            position = value.end()
    yield text[position:]


def _name(key: object) -> str:
    return key.decode("utf-8", "replace") if isinstance(key, bytes) else str(key)


def _number(value: int | float) -> object:
    """Keep a number that is no secret and that JSON can hold."""
    if isinstance(value, int) and value.bit_length() > 1024:
        return "a number too large to show"
    text = repr(value)
    shown = masked_text(text)
    return value if shown == text and math.isfinite(value) else shown


def _shown(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a log line must not fail because of what it shows
        return f"<{type(value).__name__} that cannot be shown>"


def _spellings(secret: str) -> Iterator[str]:
    """Yield how a secret may look in text: plain, quoted, escaped, in a URL, as bytes."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield html.escape(secret)
    encoded = secret.encode("utf-8", "surrogatepass")
    yield repr(encoded)[2:-1]
    yield quote(encoded)
    yield quote(encoded, safe="")
    yield quote_plus(encoded)


def _bounded(text: str) -> str:
    """Match a short secret as a word only, or every line would be full of masks."""
    pattern = re.escape(text)
    return pattern if len(text) >= _SHORT else rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])"

"""How a configuration fault reads: what a value holds, what is allowed, what was meant."""

import difflib
import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

import msgspec

from runtime.concealment import MASK, Secret

_LONGEST = 60


class Reader(Protocol):
    """Turn what stands in the file into the value meant; ValueError for anything else."""

    def __call__(self, value: Any, /) -> object: ...


@dataclass(frozen=True)
class Scalar:
    """A type of one's own in the configuration: how to read it, and what to say is allowed."""

    read: Reader
    allowed: str


Scalars = Mapping[object, Scalar]

_WORDS: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text (in quotes when it looks like a number)",
    Secret: "text in quotes",
    list: "a list",
    tuple: "a list",
    type(None): "nothing",
}


def held(value: object) -> str:
    """Show a value as the file has it, cut to a readable length."""
    if value is None:
        return "nothing"
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(_cut(value), ensure_ascii=not value.isprintable())
    if isinstance(value, int) and abs(value) >= 10**_LONGEST:
        return "a number too large to show"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, list | tuple):
        return "a list"
    return f"a {type(value).__name__}"


def place(where: str, key: str | int) -> str:
    """Name the place of a key below another: `risk.max_stake`, `books[0]`."""
    if isinstance(key, int):
        return f"{where}[{key}]"
    shown = key if key and key.isprintable() else json.dumps(key)
    return f"{where}.{shown}" if where else shown


def meant(word: object, options: Iterable[str]) -> str | None:
    """Return the option that a misspelt word is closest to, if any is close."""
    if not isinstance(word, str):
        return None
    by_lower = {option.lower(): option for option in options}
    close = difflib.get_close_matches(word[:_LONGEST].lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def allowed(kind: Any, scalars: Scalars) -> str:
    """Say in words which values a type takes."""
    if kind in scalars:
        return scalars[kind].allowed
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:], scalars)
    if origin in (Union, UnionType):
        parts = ["nothing" if part is type(None) else allowed(part, scalars) for part in arguments]
        return " or ".join([*(part for part in parts if part != "nothing"), *_nothing(parts)])
    choices = options(kind)
    if choices:
        return ", ".join(choices)
    if origin in (list, tuple, set, frozenset):
        inner = allowed(arguments[0], scalars) if arguments else "anything"
        return f"a list, each {inner}"
    if origin is dict or kind is dict:
        return "keys and values"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        keys = ", ".join(field.encode_name for field in msgspec.structs.fields(kind))
        return f"a block with the keys {keys}" if keys else "an empty block"
    return _plain(kind, scalars)


def options(kind: Any) -> dict[str, object]:
    """Return the choices of a Literal or an Enum by how they are written; else nothing."""
    if get_origin(kind) is Literal:
        return {_written(choice): choice for choice in get_args(kind)}
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return {_written(choice.value): choice for choice in kind}
    return {}


def _plain(kind: Any, scalars: Scalars) -> str:
    supertype = getattr(kind, "__supertype__", None)
    if supertype is not None:
        return allowed(supertype, scalars)
    return _WORDS.get(kind, "anything")


def _annotated(kind: Any, metas: tuple[object, ...], scalars: Scalars) -> str:
    text = allowed(kind, scalars)
    for meta in metas:
        if isinstance(meta, msgspec.Meta):
            text += "".join(f" {word} {limit}" for word, limit in _limits(meta))
            text += f" ({meta.description})" if meta.description else ""
    return text


def _limits(meta: msgspec.Meta) -> list[tuple[str, object]]:
    named = [
        *[("from", meta.ge), ("above", meta.gt), ("up to", meta.le), ("below", meta.lt)],
        *[("in steps of", meta.multiple_of), ("matching", meta.pattern)],
        *[("of length from", meta.min_length), ("of length up to", meta.max_length)],
    ]
    return [(word, limit) for word, limit in named if limit is not None]


def _nothing(parts: list[str]) -> list[str]:
    return ["nothing"] if "nothing" in parts else []


def _written(choice: object) -> str:
    return held(choice) if choice is None or isinstance(choice, bool) else str(choice)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."

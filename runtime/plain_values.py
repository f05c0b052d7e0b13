"""Values of the built-in types as a configuration file holds them, and their limits."""

import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from runtime.concealment import Secret


def plain(kind: Any, value: Any, *, from_environment: bool) -> Any:
    """Return the value as a built-in type; ValueError when it is none."""
    if kind in (Any, object):
        return value
    if kind is Secret and isinstance(value, str) and value:
        return Secret(value)
    if from_environment and kind in (int, float):
        value = int(value) if kind is int else float(value)
    if from_environment and kind is bool:
        value = {"true": True, "false": False}[value.lower()]
    if kind is float and type(value) is int:
        value = float(value)
    if kind is float and isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not finite")
    if kind in (bool, int, float, str, type(None)) and type(value) is kind:
        return value
    if kind in (bool, int, float, str, type(None), Secret):
        raise ValueError("of another type")
    raise AssertionError(f"configuration cannot hold {kind!r}")


def chosen(choices: Mapping[str, object], value: Any) -> object:
    """Return the choice that the value is, by type and worth; ValueError when it is none."""
    for choice in choices.values():
        worth = getattr(choice, "value", choice)
        if type(worth) is type(value) and worth == value:
            return choice
    raise ValueError("not among the choices")


def within(value: Any, meta: msgspec.Meta) -> bool:
    """Tell whether a value keeps the limits."""
    try:
        return (
            (meta.ge is None or value >= meta.ge)
            and (meta.gt is None or value > meta.gt)
            and (meta.le is None or value <= meta.le)
            and (meta.lt is None or value < meta.lt)
            and (meta.multiple_of is None or value % meta.multiple_of == 0)
            and (meta.pattern is None or re.search(meta.pattern, value) is not None)
            and (meta.min_length is None or len(value) >= meta.min_length)
            and (meta.max_length is None or len(value) <= meta.max_length)
        )
    except TypeError:
        return False

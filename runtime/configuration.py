"""Read a configuration file and validate it whole."""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NewType, TypeVar

from runtime.concealment import Secret
from runtime.errors import ConfigurationError
from runtime.faults import Scalar, Scalars
from runtime.validation import Walk
from runtime.yaml_file import parse_yaml, read_yaml

__all__ = ["Scalar", "Seconds", "Secret", "parse_yaml", "read_yaml", "seconds", "validate"]

T = TypeVar("T")
Seconds = NewType("Seconds", float)

_DURATION = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def validate(
    type_: type[T],
    tree: object,
    *,
    where: str = "",
    scalars: Scalars = MappingProxyType({}),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> T:
    """Return the value of `type_` that a tree of plain data describes.

    `scalars` says how types of one's own are read; `${NAME}` in text is taken from `environment`
    (`$${NAME}` stands for itself). Raises ConfigurationError with every fault found.
    """
    walk = Walk({**_DURATIONS, **scalars}, environment)
    try:
        value = walk.read(type_, tree, where)
    except RecursionError:
        raise ConfigurationError([f"{where or 'the configuration'}: nested too deep"]) from None
    if walk.faults:
        raise ConfigurationError(walk.faults)
    return value  # type: ignore[no-any-return]


def seconds(text: str) -> float:
    """Return the seconds of a duration such as `250ms`, `10s`, `8h` or `1h30m`.

    Raises ValueError for anything else, also for a number without its unit.
    """
    if not isinstance(text, str) or not re.fullmatch(f"(?:{_DURATION.pattern})+", text.strip()):
        raise ValueError(f"{text!r} is no duration such as 250ms, 10s, 8h")
    return math.fsum(float(count) * _UNITS[unit] for count, unit in _DURATION.findall(text))


_DURATIONS: Scalars = {Seconds: Scalar(seconds, "a duration such as 250ms, 10s, 8h")}

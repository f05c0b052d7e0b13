"""The limits and pauses in force: the configuration's, as operators have changed them since.

Every change is an entry of the journal, and the rules are folded from them again at each start.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

import msgspec

from actors.settings import SCALARS, Amount, RiskSettings
from actors.units import money_text
from runtime.configuration import Seconds, parse_yaml, validate
from runtime.errors import ConfigurationError, OurError
from runtime.journal import Written
from runtime.logs import logger

KEY = "rules"
"""Under which the journal keeps the changes."""

READ_AT_START = ("max_price_age", "doubt_patience")
"""Limits that others than Risk keep, too."""

SCOPES = ("account", "book", "strategy", "market")

log = logger("risk")


class Rules:
    """What Risk goes by."""

    def __init__(self, configured: RiskSettings, entries: Iterable[Written] = ()) -> None:
        self.configured = self.limits = configured
        self.paused: dict[str, str] = {}
        self.changed: dict[str, Mapping[str, Any]] = {}
        for written in entries:
            self.follow(written.kind, written.body)

    def follow(self, kind: str, body: Mapping[str, Any]) -> None:
        """Apply one change that is in the journal."""
        match kind:
            case "rule.limit":
                self._set(body)
            case "rule.unlimit":
                if self.changed.pop(body["name"], None):
                    value = getattr(self.configured, body["name"])
                    self.limits = msgspec.structs.replace(self.limits, **{body["name"]: value})
            case "rule.pause":
                self.paused[body["scope"]] = body["reason"]
            case "rule.unpause":
                self.paused.pop(body["scope"], None)

    def _set(self, body: Mapping[str, Any]) -> None:
        try:
            value = read_limit(body["name"], body["value"])
        except OurError as error:  # of an older program: a limit that is gone limits nothing
            log.error("a changed limit is not in force", reason=str(error))
            return
        self.changed[body["name"]] = body
        self.limits = msgspec.structs.replace(self.limits, **{body["name"]: value})

    def picture(self) -> dict[str, Any]:
        """Return the limits and the pauses as plain data."""
        return {"limits": self.table(), "paused": dict(self.paused)}

    def table(self) -> dict[str, dict[str, Any]]:
        """Return each limit with its value, and who changed it and why, as plain data."""
        return {
            name: {"value": limit_text(name, getattr(self.limits, name))}
            | {key: self.changed.get(name, {}).get(key, "") for key in ("by", "reason")}
            for name in RiskSettings.__struct_fields__
        }


def read_limit(name: str, text: str) -> Any:
    """Return a limit as the configuration would read it. Raises OurError that names the cure."""
    check_name(name)
    if len(text.splitlines()) > 1:
        raise OurError(f"{name}: holds more than one line; give one value")
    try:
        tree = parse_yaml(f"{name}: {text}", origin=name)
        found = validate(RiskSettings, tree, where="risk", scalars=SCALARS)
    except ConfigurationError as error:
        raise OurError("; ".join(error.faults)) from None
    return getattr(found, name)


def check_name(name: str) -> None:
    """Raise OurError for what is no limit, or none that can be changed while betting goes on."""
    if name not in RiskSettings.__struct_fields__:
        raise OurError(f"no limit {name!r}; there are {', '.join(RiskSettings.__struct_fields__)}")
    if name in READ_AT_START:
        raise OurError(f"{name} is read at the start: change the configuration and start again")


def scope(kind: str, name: str) -> str:
    """Return the name of what is paused. Raises OurError for a kind that is none."""
    if kind not in SCOPES or not name:
        raise OurError(f"pause one of {', '.join(SCOPES)} by its name")
    return f"{kind} {name.upper() if kind == 'book' else name}"


def limit_text(name: str, value: Any) -> str:
    """Write a limit as the configuration would: an amount, a time, a number or a list."""
    field_type = get_type_hints(RiskSettings)[name]
    if field_type is Amount:
        return money_text(value)
    if field_type is Seconds:
        return f"{value:g}s"
    if isinstance(value, tuple):
        return json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
    return str(value)

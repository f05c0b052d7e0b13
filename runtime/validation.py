"""The walk over a configuration tree that reads every value and notes every fault."""

import re
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec

from runtime.concealment import MASK, Secret
from runtime.faults import Scalars, allowed, held, meant, options, place
from runtime.plain_values import chosen, plain, within

_BAD: Final[Any] = object()
_REFERENCE = re.compile(r"\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LISTS: Mapping[Any, Callable[[Any], Any]] = {
    list: list,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
}
_MISREAD = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)


class Walk:
    """One pass over a tree; `faults` has the place and cure of all that cannot be read."""

    def __init__(self, scalars: Scalars, environment: Mapping[str, str]) -> None:
        self.faults: list[str] = []
        self._scalars = scalars
        self._environment = environment

    def read(self, asked: Any, value: Any, where: str) -> Any:
        """Return the value as the type asked for; after a fault the result means nothing."""
        kind, metas = _unwrapped(asked, self._scalars)
        origin = get_origin(kind) or kind
        if origin in (Union, UnionType):
            return self._union(asked, get_args(kind), value, where)
        if _is_struct(kind):
            return self._struct(kind, asked, value, where)
        if origin is dict:
            result = self._dict(kind, asked, value, where)
        elif origin in _LISTS:
            result = self._list(kind, asked, value, where)
        else:
            result = self._leaf(kind, asked, value, where)
        if result is _BAD or all(within(result, meta) for meta in metas):
            return result
        return self._refuse(asked, value, where)

    def _struct(self, kind: Any, asked: Any, value: Any, where: str) -> Any:
        if not isinstance(value, Mapping):
            return self._refuse(asked, value, where)
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        before = len(self.faults)
        values, misspelt = {}, set()
        for key, item in value.items():
            if isinstance(key, str) and key in fields:
                read = self.read(fields[key].type, item, place(where, key))
                values[fields[key].name] = read
            else:
                misspelt.add(self._unknown_key(key, fields, value, where))
        for key, field in fields.items():
            if field.required and key not in value and key not in misspelt:
                text = allowed(field.type, self._scalars)
                self._fault(place(where, key), f"missing; allowed: {text}")
        if len(self.faults) > before:
            return _BAD
        try:
            return kind(**values)
        except (ValueError, TypeError) as error:
            return self._fault(where, str(error))

    def _unknown_key(self, key: Any, fields: Any, value: Any, where: str) -> str | None:
        """Note a key nobody asked for; return the key it was probably meant to be."""
        if not isinstance(key, str):
            self._fault(where, f"key {held(key)}; keys are text (put it in quotes)")
            return None
        close = meant(key, [name for name in fields if name not in value])
        known = ", ".join(fields) or "none"
        cure = f"did you mean {close}?" if close else f"allowed: {known}"
        self._fault(place(where, key), f"unknown key; {cure}")
        return close

    def _dict(self, kind: Any, asked: Any, value: Any, where: str) -> Any:
        if not isinstance(value, Mapping):
            return self._refuse(asked, value, where)
        key_kind, item_kind = get_args(kind) or (str, Any)
        result = {}
        for key, item in value.items():
            if not isinstance(key, str):
                self._fault(where, f"key {held(key)}; keys are text (put it in quotes)")
                continue
            below = place(where, key)
            read_key = self._leaf(*_base(key_kind, self._scalars), key, f"{below} (the key)")
            read_item = self.read(item_kind, item, below)
            if read_key is not _BAD and read_item is not _BAD:
                result[read_key] = read_item
        return result

    def _list(self, kind: Any, asked: Any, value: Any, where: str) -> Any:
        if not isinstance(value, list | tuple):
            return self._refuse(asked, value, where)
        origin, arguments = get_origin(kind) or kind, get_args(kind) or (Any, ...)
        if origin is tuple and arguments[-1] is not ...:
            if len(value) != len(arguments):
                wanted = f"a list of exactly {len(arguments)}"
                return self._fault(where, f"holds a list of {len(value)}; allowed: {wanted}")
            kinds = list(arguments)
        else:
            kinds = [arguments[0]] * len(value)
        items = [
            self.read(item_kind, item, place(where, index))
            for index, (item_kind, item) in enumerate(zip(kinds, value, strict=True))
        ]
        if any(item is _BAD for item in items):
            return _BAD
        try:
            return _LISTS[origin](items)
        except TypeError:
            return self._refuse(asked, value, where)

    def _union(self, asked: Any, arms: tuple[Any, ...], value: Any, where: str) -> Any:
        if value is None and type(None) in arms:
            return None
        others = [arm for arm in arms if arm is not type(None)]
        tries = []
        for arm in others:
            attempt = Walk(self._scalars, self._environment)
            result = attempt.read(arm, value, where)
            if not attempt.faults:
                return result
            tries.append((arm, attempt.faults))
        # One arm of the value's own shape knows better what is wrong, and where.
        fitting = [faults for arm, faults in tries if _same_shape(arm, value, self._scalars)]
        if len(fitting) == 1:
            self.faults.extend(fitting[0])
            return _BAD
        missing = [fault for fault in tries[0][1] if "the environment has no" in fault]
        if missing:
            self.faults.extend(missing)
            return _BAD
        return self._refuse(asked, value, where)

    def _leaf(self, kind: Any, asked: Any, value: Any, where: str) -> Any:
        filled = self._filled(value, where)
        if filled is _BAD:
            return _BAD
        try:
            if kind in self._scalars:
                return self._scalars[kind].read(filled)
            choices = options(kind)
            if choices:
                return chosen(choices, filled)
            return plain(kind, filled, from_environment=filled is not value)
        except _MISREAD:
            return self._refuse(asked, value, where)

    def _filled(self, value: Any, where: str) -> Any:
        """Replace `${NAME}`; a name that the environment lacks is a fault."""
        if not isinstance(value, str) or "${" not in value:
            return value
        found = [match[1] for match in _REFERENCE.finditer(value) if match[0][1] != "$"]
        missing = sorted(set(found) - set(self._environment))
        for name in missing:
            self._fault(where, f"the environment has no {name}")
        if missing:
            return _BAD
        return _REFERENCE.sub(
            lambda match: match[0][1:] if match[0][1] == "$" else self._environment[match[1]],
            value,
        )

    def _refuse(self, asked: Any, value: Any, where: str) -> Any:
        close = meant(value, options(_unwrapped(asked, self._scalars)[0]))
        hint = f" (did you mean {close}?)" if close else ""
        shown = MASK if value is not None and _hides(asked) else held(value)
        return self._fault(where, f"holds {shown}; allowed: {allowed(asked, self._scalars)}{hint}")

    def _fault(self, where: str, text: str) -> Any:
        self.faults.append(f"{where or 'the configuration'}: {text}")
        return _BAD


def _unwrapped(kind: Any, scalars: Scalars) -> tuple[Any, list[msgspec.Meta]]:
    """Take the layers off a type, down to what reads it."""
    metas: list[msgspec.Meta] = []
    while kind not in scalars:
        if get_origin(kind) is Annotated:
            kind, *extras = get_args(kind)
            metas.extend(extra for extra in extras if isinstance(extra, msgspec.Meta))
        elif hasattr(kind, "__supertype__"):
            kind = kind.__supertype__
        else:
            break
    return kind, metas


def _base(kind: Any, scalars: Scalars) -> tuple[Any, Any]:
    return _unwrapped(kind, scalars)[0], kind


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _same_shape(arm: Any, value: Any, scalars: Scalars) -> bool:
    kind, _ = _unwrapped(arm, scalars)
    if isinstance(value, Mapping):
        return _is_struct(kind) or (get_origin(kind) or kind) is dict
    return isinstance(value, list | tuple) and (get_origin(kind) or kind) in _LISTS


def _hides(kind: Any) -> bool:
    return kind is Secret or any(_hides(inner) for inner in get_args(kind))

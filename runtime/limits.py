"""What a message may be made of: collections with a limit, finite numbers, types that end.

A frame comes from another process and may lie. Every collection therefore says how many it
holds at most, which is checked against the header before anything is built.
"""

import sys
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import inspect

MOST = 100_000
FEW = 1_000
CURE = "write forbid_unknown_fields=True"
LARGEST_FLOAT = sys.float_info.max

_Item = TypeVar("_Item")
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

Many = Annotated[tuple[_Item, ...], msgspec.Meta(max_length=MOST)]
"""What a feed brings: 100,000 at most."""

Few = Annotated[tuple[_Item, ...], msgspec.Meta(max_length=FEW)]
"""What people or one decision bring: 1,000 at most."""

Table = Annotated[dict[_Key, _Value], msgspec.Meta(max_length=FEW)]
"""A dict of 1,000 keys at most."""

Finite = Annotated[float, msgspec.Meta(ge=-LARGEST_FLOAT, le=LARGEST_FLOAT)]
"""A float that is a number: NaN and the infinities lie outside the bounds."""

Scalar = str | int | Finite | bool | None
Row = Table[str, Scalar]
Rows = Annotated[list[Row], msgspec.Meta(max_length=20_000)]
Report = Annotated[dict[str, Scalar | Table[str, Scalar | Row] | Rows], msgspec.Meta(max_length=50)]
"""Plain data for people, three levels deep at most: what else would be `dict[str, Any]`."""

_COLLECTIONS = (
    inspect.ListType,
    inspect.VarTupleType,
    inspect.SetType,
    inspect.FrozenSetType,
    inspect.DictType,
)
_LEAVES = (
    inspect.NoneType,
    inspect.BoolType,
    inspect.IntType,
    inspect.StrType,
    inspect.BytesType,
    inspect.EnumType,
    inspect.LiteralType,
)


def check_limits(kind: type[msgspec.Struct]) -> None:
    """Raise TypeError for a type without limits: where, what, and the cure, a line each."""
    faults = _faults(inspect.type_info(kind), kind.__name__, ())
    if faults:
        raise TypeError("\n".join(faults))


def _faults(found: inspect.Type, where: str, above: tuple[type, ...]) -> list[str]:
    match found:
        case inspect.Metadata(type=inner):
            return _faults(inner, where, above)
        case inspect.StructType(cls=cls, fields=fields, forbid_unknown_fields=strict):
            if cls in above:
                return [f"{where}: {cls.__name__} holds itself; name the levels, each a type"]
            if not strict:
                return [f"{where}: {cls.__name__} skips unknown fields, however deep; {CURE}"]
            inside = (*above, cls)
            return [
                fault
                for field in fields
                for fault in _faults(field.type, f"{where}.{field.name}", inside)
            ]
        case inspect.UnionType(types=types) | inspect.TupleType(item_types=types):
            return [fault for one in types for fault in _faults(one, where, above)]
        case inspect.FloatType(ge=None, gt=None) | inspect.FloatType(le=None, lt=None):
            return [f"{where}: this float may be NaN; write Finite for float"]
        case inspect.FloatType():
            return []
    if isinstance(found, _COLLECTIONS):
        return _faults_of_collection(found, where, above)
    if isinstance(found, _LEAVES):
        return []
    name = type(found).__name__.removesuffix("Type").lower()
    return [f"{where}: {name} takes whatever comes; write out the type, or Report for plain data"]


def _faults_of_collection(found: Any, where: str, above: tuple[type, ...]) -> list[str]:
    inner: tuple[inspect.Type, ...]
    if isinstance(found, inspect.DictType):
        cure, inner = "Table[key, value] for dict[key, value]", (found.key_type, found.value_type)
    else:
        cure, inner = "Many[item] or Few[item] for tuple[item, ...]", (found.item_type,)
    faults = [fault for one in inner for fault in _faults(one, where, above)]
    if found.max_length is None:
        faults.insert(0, f"{where}: no limit on how many; write {cure}")
    return faults

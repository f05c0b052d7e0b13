"""Messages of every kind, made up from their types."""

import random
from typing import Any

import msgspec
from msgspec import inspect

from runtime.codec import Message

WORDS = ("", "x", "ao-1", "football-today", "Größe", "\N{SNOWMAN}" * 5, "a b" * 12)
NUMBERS = (0, 1, -1, 127, 128, -33, 1_950, 2**31, -(2**63), 2**64 - 1)
REALS = (0.0, -1.5, 15.25, 1e300)


def example(kind: type[Message], chance: random.Random) -> Message:
    """Return a message of this kind that could have been sent."""
    made: Message = msgspec.convert(_value(inspect.type_info(kind), chance), kind)
    return made


def _value(found: inspect.Type, chance: random.Random) -> Any:
    match found:
        case inspect.Metadata(type=inner):
            return _value(inner, chance)
        case inspect.StructType(fields=fields, tag=tag):
            named = {"kind": tag} if tag else {}
            return named | {
                field.encode_name: _value(field.type, chance)
                for field in fields
                if field.required or chance.random() < 0.5
            }
        case inspect.UnionType(types=types):
            return _value(chance.choice(types), chance)
        case inspect.TupleType(item_types=types):
            return [_value(one, chance) for one in types]
        case inspect.DictType(key_type=key, value_type=value):
            return {_value(key, chance): _value(value, chance) for _ in _few(chance)}
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [_value(item, chance) for _ in _few(chance)]
        case inspect.EnumType(cls=cls):
            return chance.choice([member.value for member in cls])
        case inspect.NoneType():
            return None
        case inspect.BoolType():
            return chance.random() < 0.5
        case inspect.IntType():
            return chance.choice(NUMBERS)
        case inspect.FloatType():
            return chance.choice(REALS)
        case inspect.StrType():
            return chance.choice(WORDS)
        case inspect.BytesType(max_length=most):
            return bytes(chance.randrange(256) for _ in range(chance.randrange((most or 32) + 1)))
    raise TypeError(f"no example of {found}")


def _few(chance: random.Random) -> range:
    return range(chance.choice((0, 1, 1, 2, 3, 17)))

"""What this program speaks on the wire and writes into its journal, as plain data."""

import ast
from pathlib import Path
from typing import Any

from msgspec import inspect

import actors.nodes  # noqa: F401 - so that every kind is registered
from actors.fixtures.match import Match
from actors.orders import Adopted, Intent, Verdict
from runtime.codec import VERSION, Message
from tests.runtime.kinds import of_the_program

ROOT = Path(__file__).parents[2]

Record = dict[str, Any]


def messages(kinds: list[type[Message]] | None = None) -> Record:
    """Return every kind that travels between processes, and the facts that travel inside."""
    facts: Record = {}
    travelling = [kind for kind in kinds or of_the_program() if not kind.local]
    described = {kind.__name__: _kind(kind, facts) for kind in travelling}
    return {"version": VERSION, "kinds": described, "facts": dict(sorted(facts.items()))}


def journal() -> Record:
    """Return every kind of entry with its fields, and the facts that are read back."""
    facts: Record = {}
    for fact in (Adopted, Intent, Verdict, Match):
        _text(inspect.type_info(fact), facts)
    return {"entries": _entries(), "facts": dict(sorted(facts.items()))}


def _kind(kind: type[Message], facts: Record) -> Record:
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    how = {"control": kind.control, "overflow": kind.overflow.value}
    return how | {"fields": _fields(found, facts)}


def _fields(found: inspect.StructType, facts: Record) -> Record:
    return {
        field.encode_name: {"type": _text(field.type, facts), "required": field.required}
        for field in found.fields
    }


def _text(found: inspect.Type, facts: Record) -> str:
    match found:
        case inspect.Metadata(type=inner):
            return _text(inner, facts)
        case inspect.StructType(cls=cls):
            if cls.__name__ not in facts:
                facts[cls.__name__] = {}
                facts[cls.__name__] = {"fields": _fields(found, facts)}
            return cls.__name__
        case inspect.EnumType(cls=cls):
            facts[cls.__name__] = {"members": sorted(member.value for member in cls)}
            return cls.__name__
        case inspect.UnionType(types=types):
            return " | ".join(sorted(_text(one, facts) for one in types))
        case inspect.TupleType(item_types=types):
            return f"[{', '.join(_text(one, facts) for one in types)}]"
        case inspect.DictType(key_type=key, value_type=value, max_length=most):
            return f"map of {_text(key, facts)} to ({_text(value, facts)}), at most {most}"
        case (
            inspect.VarTupleType(item_type=item, max_length=most)
            | inspect.ListType(item_type=item, max_length=most)
        ):
            return f"array of ({_text(item, facts)}), at most {most}"
    return type(found).__name__.removesuffix("Type").lower()


def _entries() -> Record:
    """Read out of the source which entries are written: `.record(...)` and `Entry(...)`."""
    sites: dict[str, list[tuple[set[str], set[str]]]] = {}
    for path in sorted((ROOT / "actors").rglob("*.py")):
        if "prove" in path.parts:
            continue  # what proofs write into journals of their own
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for kind, always, sometimes in _written_in(function):
                    sites.setdefault(kind, []).append((always, sometimes))
    return {
        kind: {
            name: "always" if all(name in always for always, _ in found) else "sometimes"
            for name in sorted(set().union(*(always | some for always, some in found)))
        }
        for kind, found in sorted(sites.items())
    }


def _written_in(function: ast.FunctionDef) -> list[tuple[str, set[str], set[str]]]:
    written = []
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == "record":
            parts = [_body(function, word.value) for word in node.keywords if word.arg is None]
            parts.append(({word.arg for word in node.keywords if word.arg}, set()))
        elif name == "Entry":
            parts = [_body(function, node.args[2])]
        else:
            continue
        always = set[str]().union(*(part[0] for part in parts))
        written.append((_kind_text(node.args[0]), always, set().union(*(p[1] for p in parts))))
    return written


def _kind_text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values
        )
    assert isinstance(node, ast.Constant), f"an entry whose kind is {ast.unparse(node)}"
    return str(node.value)


def _body(function: ast.FunctionDef, node: ast.expr) -> tuple[set[str], set[str]]:
    """Return the keys of a dict that is always, or only sometimes, in the body."""
    if isinstance(node, ast.Dict):
        return {key.value for key in node.keys if isinstance(key, ast.Constant)}, set()
    if isinstance(node, ast.Call):
        if getattr(node.func, "id", "") == "dict":
            return _body(function, node.args[0])
        return {f"all of {getattr(node.func, 'attr', '')}()"}, set()
    assert isinstance(node, ast.Name), f"a body that is {ast.unparse(node)}"
    always: set[str] = set()
    sometimes: set[str] = set()
    for step in ast.walk(function):
        if isinstance(step, ast.Assign | ast.AnnAssign) and step.value is not None:
            target = step.targets[0] if isinstance(step, ast.Assign) else step.target
            if isinstance(target, ast.Name) and target.id == node.id:
                always |= _body(function, step.value)[0]
            elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == node.id:
                sometimes.add(ast.literal_eval(target.slice))
    return always, sometimes

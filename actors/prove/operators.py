"""Small changes of a source that Cosmic Ray does not make by itself.

Cosmic Ray finds them by the entry point `cosmic_ray.operator_providers` of setup.cfg. They work on
trees of parso, which has no rule for `match`: what is inside one is reached all the same, its
cases are not.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Keyword, Name, String

Position = tuple[tuple[int, int], tuple[int, int]]
"""From line and column to line and column."""

KEPT = ("import_name", "import_from", "string", "strings", "fstring")
"""Statements that do nothing here, or without which nothing runs."""

CONSTANTS = ("True", "False")


class DropStatement(Operator):
    """Put `pass` in the place of a statement inside a function."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if node.type == "simple_stmt" and _does_something(node.children[0]):
            yield _span(node.children[0])

    def mutate(self, node: Any, _index: int) -> Any:
        node.children[0] = _instead_of(node.children[0], Keyword, "pass")
        return node

    @classmethod
    def examples(cls) -> Sequence[Example]:
        return (
            Example("def f():\n    a()\n", "def f():\n    pass\n"),
            Example("def f():\n    'doc'\n    return 1\n", "def f():\n    'doc'\n    pass\n"),
            Example("def f():\n    raise E\n    b = 2\n", "def f():\n    raise E\n    pass\n", 1),
        )


class ForceCondition(Operator):
    """Let a condition always hold, or never."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        for place in _conditions(node):
            for _ in CONSTANTS:
                yield _span(node.children[place])

    def mutate(self, node: Any, index: int) -> Any:
        place = _conditions(node)[index // len(CONSTANTS)]
        constant = CONSTANTS[index % len(CONSTANTS)]
        node.children[place] = _instead_of(node.children[place], Name, constant)
        return node

    @classmethod
    def examples(cls) -> Sequence[Example]:
        return (
            Example("if a: b\nelif c: d\n", "if True: b\nelif c: d\n", 0),
            Example("if a: b\nelif c: d\n", "if a: b\nelif False: d\n", 3),
            Example("a if b else c", "a if False else c", 1),
            Example("[a for a in b if c]", "[a for a in b if True]", 0),
        )


class EmptyText(Operator):
    """Empty a text, or put a word into an empty one."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if node.type in ("string", "fstring") and not _is_docstring(node):
            yield _span(node)

    def mutate(self, node: Any, _index: int) -> Any:
        text = node.get_code(include_prefix=False)
        kind = "b" if text.startswith(("b", "B")) else ""
        empty = text in ('""', "''", 'b""', "b''")
        return _instead_of(node, String, f'{kind}"changed"' if empty else f'{kind}""')

    @classmethod
    def examples(cls) -> Sequence[Example]:
        return (
            Example("a = 'b'", 'a = ""'),
            Example("a = ''", 'a = "changed"'),
            Example("a = f'{b} c'", 'a = ""'),
            Example("a = b'c'", 'a = b""'),
        )


class Operators:
    """What Cosmic Ray asks for its operators by name."""

    _known = {one.__name__: one for one in (DropStatement, ForceCondition, EmptyText)}

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __getitem__(self, name: str) -> type[Operator]:
        return self._known[name]


def _does_something(statement: Any) -> bool:
    inside = statement.start_pos[1] > 0 and statement.get_code(False) != "pass"
    holder = statement.parent.parent  # a suite, and whose it is
    of_class = holder is not None and getattr(holder.parent, "type", "") == "classdef"
    return inside and not of_class and statement.type not in KEPT


def _is_docstring(node: Any) -> bool:
    return bool(node.parent is not None and node.parent.type == "simple_stmt")


def _conditions(node: Any) -> list[int]:
    """Return where among the children of a node its conditions are."""
    match node.type:
        case "if_stmt" | "while_stmt":
            words = enumerate(node.children)
            return [at + 1 for at, child in words if _is_word(child, "if", "elif", "while")]
        case "test":
            return [2]
        case "comp_if":
            return [1]
        case _:
            return []


def _is_word(node: Any, *words: str) -> bool:
    return node.type == "keyword" and node.value in words


def _instead_of(node: Any, leaf: type, code: str) -> Any:
    """Return a leaf that stands where this node stood."""
    made = leaf(code, node.start_pos, node.get_first_leaf().prefix)
    made.parent = node.parent
    return made


def _span(node: Any) -> Position:
    return node.start_pos, node.end_pos

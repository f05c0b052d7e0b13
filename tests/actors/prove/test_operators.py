"""Our own operators of Cosmic Ray: what each changes, and what it leaves alone."""

from typing import Any

import pytest

mutating = pytest.importorskip("cosmic_ray.mutating", reason="needs the extra `mutation`")

import parso  # noqa: E402  (it comes with Cosmic Ray)
from cosmic_ray.ast import ast_nodes  # noqa: E402

from actors.prove.operators import DropStatement, EmptyText, ForceCondition, Operators  # noqa: E402

CASES = [
    pytest.param(operator, example, id=f"{operator.__name__}-{number}")
    for operator in (DropStatement, ForceCondition, EmptyText)
    for number, example in enumerate(operator.examples())
]

UNTOUCHED = '''"""A module."""
import one
NUMBER = 1

class Thing:
    """A thing."""

    size: int = 1

def act():
    """Act."""
    import two
    pass
'''

IN_A_MATCH = """def act(word):
    match word:
        case "go":
            go()
        case _:
            raise Stop
"""


def rewritten(operator: type, source: str) -> list[str]:
    """Return the source in every way in which an operator changes it."""
    places = [
        position
        for node in ast_nodes(parso.parse(source))
        for position in operator().mutation_positions(node)
    ]
    return [mutating.mutate_code(source, operator(), number) for number in range(len(places))]


@pytest.mark.parametrize(("operator", "example"), CASES)
def test_an_operator_changes_what_its_examples_say(operator: type, example: Any) -> None:
    found = rewritten(operator, example.pre_mutation_code)
    assert found[example.occurrence] == example.post_mutation_code


@pytest.mark.parametrize("operator", [DropStatement, ForceCondition, EmptyText])
def test_what_only_describes_or_declares_is_left_alone(operator: type) -> None:
    assert rewritten(operator, UNTOUCHED) == []


def test_what_is_inside_a_match_is_changed_too() -> None:
    dropped = [source.replace("pass", "...") for source in rewritten(DropStatement, IN_A_MATCH)]
    assert dropped == [IN_A_MATCH.replace(word, "...") for word in ("go()", "raise Stop")]
    assert rewritten(EmptyText, IN_A_MATCH) == [IN_A_MATCH.replace('"go"', '""')]


def test_every_operator_has_a_name() -> None:
    known = Operators()
    assert [known[name] for name in known] == [DropStatement, ForceCondition, EmptyText]

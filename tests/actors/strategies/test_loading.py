"""A strategy comes by import path, and a wrong one is named with its place."""

import pytest

from actors.strategies import Strategy, load
from actors.strategies.value import Value
from runtime.errors import ConfigurationError
from tests.actors.strategies.samples import Greedy

SAMPLES = "tests.actors.strategies.samples"


def fault(use: str, **parameters: object) -> str:
    with pytest.raises(ConfigurationError) as raised:
        load("strategies.mine", use, parameters)
    (only,) = raised.value.faults
    return only


def test_a_strategy_gets_its_parameters_checked_and_filled_in() -> None:
    made = load("strategies.mine", f"{SAMPLES}:Greedy", {"stake": 250})
    assert isinstance(made, Greedy)
    assert made.parameters == Greedy.Parameters(stake=250)
    assert load("strategies.mine", f"{SAMPLES}:Greedy", {}).parameters.stake == 500


def test_ours_are_loaded_like_anybodys() -> None:
    made = load("strategies.value", "actors.strategies.value:Value", {"sharp": "IBC"})
    assert isinstance(made, Value)
    assert made.parameters.sharp == "IBC"


@pytest.mark.parametrize(
    "use",
    ["", "nothing", "no.such.module:X", f"{SAMPLES}:Nobody", f"{SAMPLES}:", ":X", "..a:X"],
)
def test_a_path_to_nothing_is_named_with_what_is_allowed(use: str) -> None:
    said = fault(use)
    assert said.startswith("strategies.mine.use: holds ")
    assert repr(use) in said
    assert "module:Class" in said


@pytest.mark.parametrize("name", ["NoStrategy", "quotes"])
def test_what_is_no_strategy_is_refused(name: str) -> None:
    assert fault(f"{SAMPLES}:{name}").endswith("is no subclass of tictac.Strategy")


def test_a_module_that_fails_to_load_is_named(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("strategies")
    (folder / "broken_strategy.py").write_text("1 / 0\n")
    (folder / "garbled_strategy.py").write_text("def (\n")
    monkeypatch.syspath_prepend(str(folder))
    assert "division by zero" in fault("broken_strategy:Mine")
    assert "garbled_strategy" in fault("garbled_strategy:Mine")


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"stake": "much"}, "stake"),
        ({"stakes": 5}, "stakes"),
        ({"stake": 0}, "stake"),
        ({"min_edge": -1}, "min_edge"),
        ({"longest_price": 1}, "longest_price"),
        ({"method": "guess"}, "method"),
    ],
)
def test_a_wrong_parameter_is_named(parameters: dict[str, object], said: str) -> None:
    found = fault("actors.strategies.value:Value", **parameters)
    assert found.startswith("strategies.mine.parameters")
    assert said in found


def test_a_strategy_that_cannot_be_made_is_named() -> None:
    said = fault(f"{SAMPLES}:Unmade")
    assert said.startswith("strategies.mine: ")
    assert said.endswith("cannot be made (ValueError: no luck today)")


@pytest.mark.parametrize(
    ("name", "said"),
    [("Timeless", "looks back 1e+09 s; allowed: 0 up to 600"), ("Vague", "no number of seconds")],
)
def test_how_far_a_strategy_looks_back_is_looked_at_before_the_start(name: str, said: str) -> None:
    assert said in fault(f"{SAMPLES}:{name}")


def test_a_strategy_that_answers_nothing_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Strategy has no on_update"):
        Strategy(None).on_update(None)  # type: ignore[arg-type]

"""What a YAML file may be, and how its faults read."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.configuration import parse_yaml, read_yaml
from runtime.errors import ConfigurationError


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        parse_yaml(text, origin="config.yaml")
    return caught.value.faults


def test_a_file_becomes_plain_data(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("\ufeffrisk:\n  max_stake: 25\nnames: [a, b]\n", encoding="utf-8")
    assert read_yaml(path) == {"risk": {"max_stake": 25}, "names": ["a", "b"]}


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert parse_yaml("# nothing yet\n", origin="x") == {}


def test_a_missing_file_is_a_fault_and_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        read_yaml(tmp_path / "config.yaml")


def test_a_file_that_is_not_text_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        read_yaml(path)


def test_a_syntax_error_names_file_and_line() -> None:
    assert faults("a: 1\nb: [1, 2\nc: 3\n")[0].startswith("config.yaml, line 3: ")


def test_every_key_given_twice_is_named_with_both_lines() -> None:
    text = "risk:\n  stake: 1\n  cap: 2\n  stake: 3\nrisk: {}\n"
    assert faults(text) == [
        "config.yaml, line 4: stake is given a second time (first in line 2)",
        "config.yaml, line 5: risk is given a second time (first in line 1)",
    ]


def test_a_merged_key_may_be_overridden() -> None:
    tree = parse_yaml("base: &b {x: 1, y: 2}\nother: {<<: *b, x: 3}\n", origin="x")
    assert tree["other"] == {"x": 3, "y": 2}


def test_dates_stay_text() -> None:
    assert parse_yaml("from: 2026-13-45\n", origin="x") == {"from": "2026-13-45"}


@pytest.mark.parametrize("line", ["password: *hunter2", "password: !hunter2 x", "a: [\n'hunter2"])
def test_a_syntax_error_does_not_quote_what_may_be_a_password(line: str) -> None:
    assert "hunter2" not in "".join(faults(line))


def test_a_list_at_the_top_is_a_fault() -> None:
    assert faults("- a\n") == ["config.yaml: must hold keys and values at the top"]


@pytest.mark.parametrize("text", ["a: !!int abc", "a: !!bool x", "a: !!python/object:os.x {}"])
def test_a_tag_that_does_not_fit_is_a_fault(text: str) -> None:
    assert faults(text)


def test_absurd_nesting_is_a_fault() -> None:
    assert faults("[" * 5000) == ["config.yaml: nested too deep"]


@given(st.text(alphabet=st.characters(), max_size=80) | st.text("{}[]:&*!|>-'\"#%@ \nab1.,?~<"))
def test_rubbish_text_raises_nothing_but_a_configuration_error(text: str) -> None:
    with contextlib.suppress(ConfigurationError):
        assert isinstance(parse_yaml(text, origin="x"), dict)

"""The project's own files agree with each other."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def requirements() -> list[str]:
    parsed = setup()
    listed = [parsed["options"]["install_requires"], *parsed["options.extras_require"].values()]
    return [line for text in listed for line in text.split("\n") if line.strip()]


def names() -> list[str]:
    return [re.split(r"[<>=!~\[; ]", line, maxsplit=1)[0] for line in requirements()]


def documented() -> dict[str, str]:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([\w.-]+) \| (.+) \|$", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", names())
def test_each_dependency_has_its_reason_in_the_docs(name: str) -> None:
    assert documented().get(name, "").endswith(".")


def test_no_documented_dependency_is_gone_from_setup() -> None:
    assert set(documented()) - {"library"} == set(names())


@pytest.mark.parametrize("requirement", requirements())
def test_each_dependency_is_bounded_on_both_sides(requirement: str) -> None:
    assert ">=" in requirement
    assert "<" in requirement


def test_the_changelog_speaks_of_the_current_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {setup()['metadata']['version']} " in changelog


@pytest.mark.parametrize("script", ["bin/tictac", "bin/test", "bin/environment.sh", ".ci/run"])
def test_each_script_parses(script: str) -> None:
    checked = subprocess.run(["bash", "-n", ROOT / script], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("script", ["bin/tictac", "bin/test", ".ci/run"])
def test_each_command_can_be_run(script: str) -> None:
    assert (ROOT / script).stat().st_mode & 0o111 == 0o111


def test_python_3_11_is_the_oldest_everywhere() -> None:
    parsed = setup()
    assert parsed["options"]["python_requires"] == ">=3.11"
    assert parsed["mypy"]["python_version"] == "3.11"
    assert 'target-version = "py311"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")

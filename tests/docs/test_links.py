"""Every link, file, command and option that the pages name is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from actors.cli import cli
from tests.docs.pages import DOCS, NAMES, ROOT, blocks, section, text, tictac


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_each_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(name)):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        page = (ROOT / name).parent / path if path else ROOT / name
        assert page.exists(), f"{name}: {target}"
        assert not anchor or anchor in anchors(page), f"{name}: {target}"


@pytest.mark.parametrize("name", NAMES)
def test_each_file_that_is_named_exists(name: str) -> None:
    for path in re.findall(r"`((?:actors|runtime|tests|docs|bin)/[\w./-]*)`", text(name)):
        assert (ROOT / path).exists(), f"{name}: {path}"


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_the_readme_leads_to_each_page(page: Path) -> None:
    assert f"(docs/{page.name})" in text("README.md")


def test_no_picture_is_heavy() -> None:
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size < 300_000, picture.name


def commands(page: str) -> Iterator[list[str]]:
    for block in blocks(page, "console"):
        for line in block.split("\n"):
            found = re.match(r"^\$ (?:\w+=\S+ )*(?:bin/)?tictac (.+?)(?:\s+#.*)?$", line)
            if found:
                yield found[1].split(" ")


@pytest.mark.parametrize("name", NAMES)
def test_each_command_line_is_one_that_exists(name: str) -> None:
    for words in commands(name):
        command: click.Command = cli
        while isinstance(command, click.Group) and (words or not command.invoke_without_command):
            inner = command.commands.get(words[0])
            assert inner is not None, f"{name}: tictac has no command {words[0]}"
            command, words = inner, words[1:]
        options = {option for parameter in command.params for option in parameter.opts}
        for word in words:
            assert not word.startswith("--") or word in options, f"{name}: {command.name} {word}"


def test_the_operators_page_names_each_command() -> None:
    page = text("docs/operate.md")
    for name, command in cli.commands.items():
        assert command.hidden or f"`tictac {name}" in page, name


def test_each_option_of_run_paper_and_simulate_is_documented() -> None:
    for name, page in (
        ("run", "docs/install-and-run.md"),
        ("paper", "docs/paper-bookmaker.md"),
        ("simulate", "docs/simulate.md"),
    ):
        for parameter in cli.commands[name].params:
            assert f"`{parameter.opts[0]}" in text(page), f"{page}: {parameter.opts[0]}"


def test_exit_codes_are_the_documented_ones(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("mode: papr\n", encoding="utf-8")
    codes = {
        "0": tictac("check"),
        "1": tictac("bets", "--state", str(tmp_path / "nothing")),
        "2": tictac("check", "--config", str(wrong)),
    }
    assert {code: str(done.returncode) for code, done in codes.items()} == {c: c for c in codes}
    rows = re.findall(r"^\| (\d) \| (\w+)", section("docs/operate.md", "## Exit codes"), re.M)
    assert rows == [("0", "Done"), ("1", "Failed"), ("2", "Bad")]

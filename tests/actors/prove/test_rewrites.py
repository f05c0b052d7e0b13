"""bin/prove --rewrites: a survivor that nobody accepted fails it, and one accepted in vain."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from actors.prove import __main__ as program
from actors.prove.cosmic import Rewrite, Survivor, copy_of
from actors.prove.rewrites import CHECKOUT, REWRITTEN, Acceptance, Tried, accepted, judged

CHANGE = Rewrite("a.py", "f", "return a < b", "return a <= b")
OTHER = Rewrite("a.py", "f", "return 1", "return 2")


def survivor(rewrite: Rewrite = CHANGE, line: int = 7) -> Survivor:
    return Survivor(rewrite, line)


def acceptance(rewrite: Rewrite = CHANGE) -> Acceptance:
    return Acceptance(rewrite.file, rewrite.within, rewrite.was, rewrite.now, "they are the same")


def test_a_survivor_is_left_unless_it_is_accepted() -> None:
    assert judged([survivor(), survivor(OTHER)], [acceptance()]) == ([survivor(OTHER)], [])


def test_what_is_accepted_and_caught_is_gone() -> None:
    assert judged([survivor()], [acceptance(), acceptance(OTHER)]) == ([], [acceptance(OTHER)])


def test_each_acceptance_is_for_one_survivor() -> None:
    twice = [survivor(line=1), survivor(line=2)]
    assert judged(twice, [acceptance()]) == ([survivor(line=2)], [])
    assert judged(twice, [acceptance()] * 2) == ([], [])
    assert judged(twice[:1], [acceptance()] * 2) == ([], [acceptance()])


def test_every_source_and_test_is_there() -> None:
    for file, tests in REWRITTEN.items():
        assert tests
        for name in (file, *tests):
            assert (CHECKOUT / name).is_file(), name


def test_every_acceptance_is_of_a_line_that_is_there_and_has_its_reason() -> None:
    for entry in accepted():
        assert entry.file in REWRITTEN
        assert len(entry.why.split()) > 3
        lines = {line.strip() for line in (CHECKOUT / entry.file).read_text("utf-8").splitlines()}
        assert set(entry.was.splitlines()) <= lines, entry
        assert entry.now != entry.was


def test_a_copy_has_the_sources_and_the_tests_and_no_environment(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name in ("actors/a.py", "tests/test_a.py", "runtime/r.py", ".venv/bin/python", "var/x"):
        file = checkout / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    copy = copy_of(checkout, tmp_path / "copy")
    found = {str(file.relative_to(copy)) for file in copy.rglob("*") if file.suffix != ".pyc"}
    assert {"actors/a.py", "tests/test_a.py", "runtime/r.py"} <= found
    assert not any(name.startswith((".", "var")) for name in found)


# The command.


def called(monkeypatch: pytest.MonkeyPatch, found: Tried, *words: str) -> Result:
    def tried(files: Sequence[str]) -> Iterator[Tried]:
        assert tuple(files) == (words[1:2] or tuple(REWRITTEN))
        yield found

    monkeypatch.setattr(program, "tried_rewrites", tried)
    return CliRunner().invoke(program.prove, ("--rewrites", *words), standalone_mode=False)


def tried(
    survivors: Sequence[Survivor] = (), gone: Sequence[Acceptance] = (), not_run: str = ""
) -> Tried:
    return Tried("a.py", 9, 7, 2, list(survivors), list(gone), not_run, 3.0)


def test_when_all_is_noticed_it_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    done = called(monkeypatch, tried())
    assert (done.return_value, done.stdout) == (
        0,
        "caught   a.py: rewrites 9, caught 7, accepted 2, 3 s\n9 rewrites, 7 caught, 2 accepted\n",
    )


def test_a_survivor_is_shown_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    done = called(monkeypatch, tried([survivor()]))
    assert done.return_value == 1
    assert done.stdout.startswith("SURVIVES a.py: ")
    assert "line 7: f: return a < b -> return a <= b\n" in done.stdout


def test_what_is_accepted_in_vain_is_shown_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    done = called(monkeypatch, tried(gone=[acceptance()]))
    assert done.return_value == 1
    assert "accepted, but gone: f: return a < b -> return a <= b\n" in done.stdout


def test_what_could_not_be_tried_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    done = called(monkeypatch, tried(not_run="no Cosmic Ray"))
    assert (done.return_value, done.stdout.splitlines()[0]) == (1, "NOT RUN  a.py: no Cosmic Ray")


@pytest.mark.parametrize(("found", "passed"), [(tried(), True), (tried([survivor()]), False)])
def test_it_answers_in_json(monkeypatch: pytest.MonkeyPatch, found: Tried, passed: bool) -> None:
    told = json.loads(called(monkeypatch, found, "--only", "actors/door.py", "--json").stdout)
    assert told["passed"] is passed
    assert (told["files"][0]["file"], len(told["files"][0]["survivors"])) == ("a.py", not passed)


@pytest.mark.parametrize(
    ("words", "known"),
    [(("--rewrites", "--only", "Risk"), "actors/door.py"), (("--only", "actors/door.py"), "Risk")],
)
def test_only_names_what_there_is(
    words: tuple[str, ...], known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.main(list(words)) == 2
    assert known in capsys.readouterr().err

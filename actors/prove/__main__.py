"""`bin/prove`: try every promise until it breaks, and say what was run and what was found."""

import contextlib
import io
import json
import logging
import sys
from collections.abc import Iterable, Iterator

import click
import msgspec

from actors.prove.cosmic import Rewrite
from actors.prove.journal import NotRunError
from actors.prove.planted import NAMES, tried
from actors.prove.promises import PROMISES, Promise, Result, Tell
from actors.prove.rewrites import REWRITTEN, Tried
from actors.prove.rewrites import tried as tried_rewrites
from runtime.clock import SystemClock

MOST_TOLD = 10


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--tier",
    type=click.Choice(["ci", "full"]),
    default="ci",
    show_default=True,
    help="How often: ci takes minutes, full hours.",
)
@click.option("--only", multiple=True, help="Only this promise; with --rewrites, this file.")
@click.option("--count", type=click.IntRange(min=1), help="Instead of the tier's count.")
@click.option("--seed", type=int, default=1, show_default=True, help="The first one.")
@click.option("--mutants", is_flag=True, help="Plant bugs, and see that each is found.")
@click.option("--rewrites", is_flag=True, help="Rewrite the guards line by line; tests notice.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def prove(
    tier: str,
    only: tuple[str, ...],
    count: int | None,
    seed: int,
    mutants: bool,
    rewrites: bool,
    as_json: bool,
) -> int:
    """Prove what Tictac promises, by counts that are run now.

    Two more commands try what tries it. --mutants plants bugs that people thought of, and has the
    proofs find them. --rewrites changes each line of the door and of Risk in every small way,
    and has the tests notice.
    """
    _check_names(only, REWRITTEN if rewrites else PROMISES)
    if rewrites:
        return _rewrites(only or tuple(REWRITTEN), as_json)
    return _mutants(as_json) if mutants else _promises(tier, only, count, seed, as_json)


def _check_names(only: tuple[str, ...], known: Iterable[str]) -> None:
    for name in only:
        if name not in known:
            raise click.BadParameter(
                f"{name!r} is not one of {', '.join(known)}.", param_hint="--only"
            )


def _promises(tier: str, only: tuple[str, ...], count: int | None, seed: int, as_json: bool) -> int:
    results = []
    for name, promise in PROMISES.items():
        if only and name not in only:
            continue
        result = _proven(name, promise, count or getattr(promise, tier), seed)
        results.append(result)
        if not as_json:
            click.echo(_line(result))
    whole = all(not (result.violations or result.not_run) for result in results)
    if as_json:
        found = {"tier": tier, "passed": whole, "promises": msgspec.to_builtins(results)}
        click.echo(json.dumps(found, indent=2))
    return 0 if whole else 1


def _proven(name: str, promise: Promise, count: int, seed: int) -> Result:
    clock = SystemClock()
    begun = clock.monotonic()
    not_run = ""
    found = {}
    with _quietly(), _progress(name, count) as tell:
        try:
            found = promise.prove(count, seed, tell)
        except NotRunError as error:
            not_run = str(error)
    violations = found.pop("violations", [])
    seconds = round(clock.monotonic() - begun, 1)
    return Result(name, promise.says, found, violations, not_run, seconds)


@contextlib.contextmanager
def _progress(name: str, count: int) -> Iterator[Tell]:
    with click.progressbar(
        length=count, label=name, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar.update


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Let nothing of what the actors log or print get between the lines."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.CRITICAL + 1)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        root.setLevel(level)


def _line(result: Result) -> str:
    if result.not_run:
        return f"NOT RUN  {result.promise}: {result.not_run}"
    plain = ", ".join(
        f"{name.replace('_', ' ')} {value:,}" if isinstance(value, int) else f"{name} {value}"
        for name, value in result.counts.items()
        if isinstance(value, int | float)
    )
    word = "BROKEN" if result.violations else "holds"
    lines = [
        f"{word:8} {result.promise}: {result.says}",
        f"         {plain}, violations {len(result.violations)}, {result.seconds:.0f} s",
        *(f"         {what}" for what in result.violations[:MOST_TOLD]),
    ]
    return "\n".join(lines)


def _mutants(as_json: bool) -> int:
    found = []
    for name in NAMES:
        one = tried(name)
        found.append(one)
        if not as_json:
            click.echo(f"{'caught' if one.caught else 'SURVIVES':9} {one.mutant}: {one.by}")
    if as_json:
        click.echo(json.dumps({"mutants": [one._asdict() for one in found]}, indent=2))
    caught = sum(one.caught for one in found)
    click.echo(f"{caught} of {len(found)} planted bugs are found", err=as_json)
    return 0 if caught == len(found) else 1


def _rewrites(files: tuple[str, ...], as_json: bool) -> int:
    found = []
    with _progress("rewrites", len(files)) as tell:
        for one in tried_rewrites(files):
            found.append(one)
            tell(1)
            if not as_json:
                click.echo(_rewritten(one))
    whole = all(one.whole for one in found)
    if as_json:
        told = {"passed": whole, "files": msgspec.to_builtins(found)}
        click.echo(json.dumps(told, indent=2))
    counts = [
        sum(getattr(one, name) for one in found) for name in ("rewrites", "caught", "accepted")
    ]
    click.echo("{:,} rewrites, {:,} caught, {:,} accepted".format(*counts), err=as_json)
    return 0 if whole else 1


def _rewritten(one: Tried) -> str:
    if one.not_run:
        return f"NOT RUN  {one.file}: {one.not_run}"
    word = "caught" if one.whole else "SURVIVES"
    lines = [
        f"{word:8} {one.file}: rewrites {one.rewrites}, caught {one.caught}, accepted"
        f" {one.accepted}, {one.seconds:.0f} s",
        *(f"         line {found.line}: {_change(found.rewrite)}" for found in one.survivors),
        *(f"         accepted, but gone: {_change(entry.rewrite)}" for entry in one.gone),
    ]
    return "\n".join(lines)


def _change(rewrite: Rewrite) -> str:
    was, now = (" ".join(text.split()) for text in (rewrite.was, rewrite.now))
    return f"{rewrite.within}: {was} -> {now}"


def main(words: list[str] | None = None) -> int:
    """Run the command and return its exit code: 2 for bad usage."""
    try:
        return int(prove.main(words, standalone_mode=False))
    except click.ClickException as error:
        error.show()
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())

"""Bugs that are planted: each breaks one promise, and some seed shows it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from actors import absence, gateway, settler
from actors.cli.simulate import simulate
from actors.door import Door, Ready, fit
from actors.errors import UnknownOutcomeError
from actors.orders import Permit
from actors.risk import controls
from actors.risk.reservations import Reservations
from actors.simulation import run
from actors.simulation.carriage import SimClient
from actors.simulation.plan import Plan
from actors.simulation.run import outcomes

MOST_SEEDS = 150

Plant = Callable[[pytest.MonkeyPatch], None]


def ignores_the_gate(patch: pytest.MonkeyPatch) -> None:
    look = Door.look

    def blind(self: Door, order: Ready, priced_at: float) -> str:
        reason = look(self, order, priced_at)
        return "" if reason == "kill gate closed" else reason

    patch.setattr(Door, "look", blind)


def sends_again_after_a_timeout(patch: pytest.MonkeyPatch) -> None:
    exchange = SimClient.exchange

    def stubborn(self: SimClient, call: str, **named: Any) -> Any:
        try:
            return exchange(self, call, **named)
        except UnknownOutcomeError:
            if call != "PlaceBet":
                raise
            return exchange(self, call, **(named | {"last_look": None}))

    patch.setattr(SimClient, "exchange", stubborn)


def takes_the_first_silence_for_an_answer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(settler, "HISTORY_AFTER", 0.0)
    patch.setattr(absence.Absence, "look", lambda *_, **__: True)
    drawn = run.plan

    def with_late_placements(seed: int) -> Plan:
        """Without many of them it would take very many seeds."""
        scenario = drawn(seed)
        late = replace(scenario.trouble, late_placements=300, latest=30_000)
        return replace(scenario, trouble=late)

    patch.setattr(run, "plan", with_late_placements)


def forgets_reservations_on_a_restart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reservations, "restore", lambda *_: None)


def places_under_the_floor(patch: pytest.MonkeyPatch) -> None:
    def lax(intent: Any, permit: Permit, offers: Any) -> Ready | str:
        found = fit(intent, permit, offers)
        if isinstance(found, str) and found.startswith("price went"):
            low = [offer for offer in offers if offer.book.upper() == intent.book.upper()]
            return Ready(intent, permit, low[0].price, intent.stake)
        return found

    look = Door.look

    def blind(self: Door, order: Ready, priced_at: float) -> str:
        reason = look(self, order, priced_at)
        return "" if "under the floor" in reason else reason

    patch.setattr(gateway, "fit", lax)
    patch.setattr(Door, "look", blind)


def believes_an_old_price(patch: pytest.MonkeyPatch) -> None:
    look = Door.look

    def blind(self: Door, order: Ready, priced_at: float) -> str:
        reason = look(self, order, priced_at)
        return "" if reason.endswith(" s old") else reason

    patch.setattr(Door, "look", blind)


def does_not_count_the_event(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        controls,
        "CONTROLS",
        tuple(one for one in controls.CONTROLS if one.__name__ != "max_event_exposure"),
    )


BUGS: dict[Plant, str] = {
    ignores_the_gate: "through a closed gate",
    sends_again_after_a_timeout: "is sent again",
    takes_the_first_silence_for_an_answer: "'refused'",
    forgets_reservations_on_a_restart: "exposure: ",
    places_under_the_floor: "is sent at",
    believes_an_old_price: "is sent with a price",
    does_not_count_the_event: "event exposure: ",
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("plant", BUGS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(BUGS[plant] in what for one in outcomes(1, MOST_SEEDS) for what in one.violations), (
        "no seed shows it"
    )


def shown(seed: int, runs: int) -> Result:
    words = ["--seed", str(seed), "--runs", str(runs), "--jobs", "1"]
    return CliRunner().invoke(simulate, words, standalone_mode=False)


def test_a_violation_tells_the_command_that_shows_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ignores_the_gate(monkeypatch)
    seed = next(one.seed for one in outcomes(1, MOST_SEEDS) if one.violations)
    many = shown(seed - 1, 2)
    assert many.return_value == 1
    command = f"tictac simulate --seed {seed} --runs 1"
    assert command in many.output
    again = shown(seed, 1)
    assert again.return_value == 1
    told = [line for line in many.output.split("\n") if line.startswith(f"  seed {seed}: ")]
    assert told == [line for line in again.output.split("\n") if line.startswith("  seed ")]
    monkeypatch.undo()
    assert shown(seed, 1).return_value == 0

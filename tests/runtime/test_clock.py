"""The clock of the simulation: two times that must not be mixed."""

from runtime.clock import VirtualClock


def test_a_wall_clock_that_is_set_does_not_move_the_monotonic_one() -> None:
    clock = VirtualClock(1_000)
    clock.advance_to(2.5)
    clock.set_forward(-3_000)
    assert (clock.now(), clock.monotonic()) == (500, 2.5)
    clock.set_forward(60_000)
    clock.advance_to(3.0)
    assert (clock.now(), clock.monotonic()) == (61_000, 3.0)

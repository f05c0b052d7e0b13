"""Results so far: the drawdown from the best, and the streak of losses."""

from actors.risk.results import Results


def after(*pnls: int) -> Results:
    results = Results()
    for at, pnl in enumerate(pnls):
        results.add(pnl, at)
    return results


def test_before_the_first_bet_there_is_nothing() -> None:
    assert Results() == Results(0, 0, 0, 0)


def test_a_drawdown_is_measured_from_the_best_there_was() -> None:
    assert after().drawdown == 0
    assert after(-300).drawdown == 300
    assert after(500, -200, 100, -300).drawdown == 400
    assert after(500, -200, 300).drawdown == 0


def test_a_streak_is_of_losses_and_a_returned_stake_neither_makes_nor_breaks_it() -> None:
    found = after(-1, -1, 0, -1)
    assert (found.losses_in_a_row, found.last_loss_at) == (3, 3)
    assert after(-1, -1, 1).losses_in_a_row == 0
    assert after(-1, -1, 1, -1).losses_in_a_row == 1

"""Recorded exchange markets in a backtest: every order is a bet, every cent is in the figures."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.backtest.figures import figures
from actors.backtest.market_bets import bets_of_markets, net_profits
from actors.backtest.markets import Markets, counted, markets, recorded_markets, replayed
from actors.backtest.outcome import Outcome, body
from actors.backtest.plan import Ground, Plan
from actors.backtest.plays import Play, Played, ground_of, played, plays
from actors.backtest.report import page
from actors.exchange.book import MarketBook
from actors.exchange.favourite import Favourite
from actors.exchange.orders import LimitOrder, Order, Reason, Rule, Side
from actors.exchange.replay import Replayed
from actors.exchange.settlement import MarketResult
from actors.exchange.strategy import ExchangeView
from runtime.errors import ConfigurationError, OurError
from tests.actors.backtest.samples import CONFIG, SEASON
from tests.actors.exchange.scene import A, B, definition, market_change, runner_change

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "actors" / "exchange" / "data"
SAMPLES = "tests.actors.backtest.exchange_samples"
FAVOURITE = "actors.exchange.favourite:Favourite"
OFF = 1_667_797_200_000


def on(use: str = FAVOURITE, data: Path = DATA, **parameters: float | str) -> Markets:
    found = ground_of(Plan(data, CONFIG, use, dict(parameters)))
    assert isinstance(found, Markets)
    return found


@pytest.fixture(scope="module")
def everything() -> Replayed:
    return replayed(on(f"{SAMPLES}:Everything"), {}, lambda _: None)


def test_every_order_is_a_bet_and_the_profit_is_that_of_the_exchange(everything: Replayed) -> None:
    bets = list(bets_of_markets(everything, "s"))
    assert [bet.id for bet in bets] == [str(order.id) for order in everything.orders]
    assert {bet.state for bet in bets} == {"settled", "expired", "refused"}
    assert sum(bet.pnl or 0 for bet in bets) == everything.profit
    assert {bet.market for bet in bets if bet.settled} == {"back", "lay"}
    assert figures(bets).profit == everything.profit


def test_no_bet_loses_more_than_its_stake(everything: Replayed) -> None:
    settled = [bet for bet in bets_of_markets(everything, "s") if bet.settled]
    assert all(-bet.stake <= (bet.pnl or 0) for bet in settled)
    assert any(-bet.stake == bet.pnl for bet in settled if bet.side == "lay")


@given(st.dictionaries(st.integers(1, 50), st.integers(-500, 500), max_size=12), st.integers(0, 20))
def test_the_commission_is_paid_by_the_winners_to_the_cent(
    profits: dict[int, int], rate: int
) -> None:
    gross = sum(profits.values())
    commission = gross * rate // 100 if gross > 0 else 0
    nets = net_profits(MarketResult("1.1", profits, gross, commission))
    assert sum(nets.values()) == gross - commission
    for number, profit in profits.items():
        assert (0 if profit > 0 else profit) <= nets[number] <= profit


def one_order(
    side: Side, price: int, starting: float | None, *, status: str = "CLOSED", in_play: bool = False
) -> Replayed:
    """Return a replay of one market in which an order of 10.00 was matched; A has won."""
    book = MarketBook("1.1")
    winner = {"status": "WINNER", "name": "Alf"} | ({"bsp": starting} if starting else {})
    told = definition(status, {A: winner}, eventName="Moe", marketTime="2022-11-07T05:00:00.000Z")
    book.apply(market_change(runner_change(), marketDefinition=told), 9)
    order = Order(1, "1.1", LimitOrder(A, side, price, 1_000), 5)
    fill = order.fill(6, price, 1_000, Rule.TAKEN, in_play)
    profit = (price - 1_000) * (1 if side is Side.BACK else -1)
    results = [MarketResult("1.1", {1: profit}, profit, 0)] if status == "CLOSED" else []
    return Replayed(1, {"1.1": book}, [order], [fill], results, [], 0)


@pytest.mark.parametrize(
    ("side", "price", "starting", "value"),
    [
        (Side.BACK, 2_200, 2.0, 1_000),
        (Side.BACK, 1_800, 2.0, -1_000),
        (Side.LAY, 2_000, 2.5, 2_000),  # risks 10.00 for 20 % less than it is worth
        (Side.LAY, 3_000, 2.5, -1_000),  # risks 20.00
    ],
)
def test_closing_value_is_against_the_starting_price(
    side: Side, price: int, starting: float, value: int
) -> None:
    (bet,) = bets_of_markets(one_order(side, price, starting), "s")
    assert bet.worth is not None
    assert (bet.worth.fair, bet.worth.value) == (round(starting * 1000), value)


def test_a_bet_has_all_that_a_report_shows() -> None:
    (bet,) = bets_of_markets(one_order(Side.LAY, 3_000, 2.5), "s")
    assert (bet.match, bet.league, bet.text, bet.score) == ("Moe", "WIN", "Alf", "winner")
    assert (bet.stake, bet.pnl, bet.price, bet.start) == (2_000, -2_000, 3_000, OFF)
    assert (bet.made_at, bet.placed_at, bet.settled_at) == (5, 6, 9)
    assert (bet.reason, bet.outcome) == ("lay 10.00 at 3.000, lapse", "10.00 matched")


def test_where_closing_value_cannot_be_measured_the_reason_is_named() -> None:
    (unpriced,) = bets_of_markets(one_order(Side.BACK, 2_000, None), "s")
    (late,) = bets_of_markets(one_order(Side.BACK, 2_000, 2.5, in_play=True), "s")
    assert unpriced.worth is not None
    assert late.worth is not None
    assert (unpriced.worth.missing, late.worth.missing) == ("no closing price", "bet in play")
    assert (unpriced.moment, late.moment) == ("before the off", "in play")


def test_what_was_matched_in_a_market_that_never_closes_is_open() -> None:
    (bet,) = bets_of_markets(one_order(Side.BACK, 2_000, 2.5, status="OPEN"), "s")
    assert (bet.state, bet.pnl, bet.settled_at, bet.worth) == ("accepted", None, None, None)
    assert figures([bet]).open == 1


def test_a_bet_on_a_runner_that_does_not_run_is_void_and_costs_nothing() -> None:
    found = one_order(Side.BACK, 2_000, 2.5)
    found.orders[0].void()
    found.results[0].profits.clear()  # nothing of it is matched any more
    (bet,) = bets_of_markets(found, "s")
    assert (bet.state, bet.pnl, bet.outcome) == ("void", 0, "10.00 void")


def test_the_shipped_favourite_bets_once_in_each_market() -> None:
    found = played(on(), Play(whole=True))
    assert (found.matches, found.figures.bets, found.figures.profit) == (2, 2, -772)
    assert found.counted is not None
    assert (found.counted.markets, found.counted.updates) == (2, 332)
    laid = played(on(side="lay", minutes=1), Play(whole=True))
    assert {bet.side for bet in laid.bets} == {"lay"}
    assert played(on(longest_price=1.01), Play()).figures.bets == 0


def test_a_sweep_is_the_same_however_many_processes_play_it() -> None:
    wanted = [Play({"minutes": minutes}) for minutes in (1, 5)]
    one, two = (list(plays(on(), wanted, jobs)) for jobs in (1, 2))
    assert one == two
    assert [found.parameters for found in one] == [{"minutes": 1}, {"minutes": 5}]


def test_data_are_told_apart_by_what_they_are(tmp_path: Path) -> None:
    assert len(recorded_markets(DATA)) == 2
    plain = ROOT / "tests/actors/exchange/data/racing_non_runner_1.206064380.jsonl"
    assert recorded_markets(plain) == (plain,)
    for other in (SEASON, SEASON.parent, tmp_path, tmp_path / "missing"):
        assert recorded_markets(other) == ()
    assert isinstance(ground_of(Plan(SEASON, CONFIG)), Ground)


def test_parameters_that_the_strategy_does_not_take_are_named() -> None:
    with pytest.raises(ConfigurationError, match="stake"):
        on(stake=-1)


def test_a_strategy_that_fails_is_named() -> None:
    with pytest.raises(OurError, match=r"strategy Failing failed: ZeroDivisionError"):
        played(on(f"{SAMPLES}:Failing"), Play())


def test_files_without_a_market_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"op":"mcm","pt":1,"clk":"a","mc":[]}\n')
    made = markets(Plan(tmp_path, CONFIG, FAVOURITE), (tmp_path / "a.jsonl",))
    with pytest.raises(OurError, match="no market"):
        counted(replayed(made, {}, lambda _: None))


def test_each_file_that_is_over_is_told() -> None:
    told: list[int] = []
    replayed(on(), {}, told.append)
    assert told == [1, 1]


def test_an_order_in_a_market_that_never_says_what_it_is_was_refused() -> None:
    order = Order(1, "1.1", LimitOrder(A, Side.BACK, 2_000, 1_000), 5)
    order.refuse(Reason.MARKET_NOT_OPEN)
    (bet,) = bets_of_markets(Replayed(1, {"1.1": MarketBook("1.1")}, [order], [], [], [], 0), "s")
    assert (bet.state, bet.match, bet.start) == ("refused", "1.1", 0)


def test_the_favourite_of_a_market_that_says_no_start_is_left_alone() -> None:
    book = MarketBook("1.1")
    shown = [runner_change(key, atb=[[2.0, 9]], atl=[[2.1, 9]]) for key in (A, B)]
    for start, wishes in (("", 0), ("2022-11-07T05:00:00", 1), ("2022-11-07T05:00:00.000Z", 1)):
        book.apply(market_change(*shown, marketDefinition=definition(marketTime=start)), OFF)
        strategy = Favourite(Favourite.Parameters())
        assert len(strategy.on_update(ExchangeView(book, {}))) == wishes


def test_a_report_of_recorded_markets_speaks_of_markets(everything: Replayed) -> None:
    made = on(f"{SAMPLES}:Everything")
    bets = tuple(bets_of_markets(everything, "s"))
    outcome = Outcome(made, bets, counted=counted(everything))
    text = page(outcome)
    assert "2 recorded markets" in text
    assert "Limits that held" not in text
    told = body(outcome)
    assert (told["data"]["kind"], told["closing"]) == ("markets", None)
    swept = Played({}, 2, figures(bets), (), (), 0)
    assert "Sweep" in page(Outcome(made, sweep=(swept, swept), counted=counted(everything)))

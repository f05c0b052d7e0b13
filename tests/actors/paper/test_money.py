from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from actors.paper.bets import TRANSITIONS, Bet
from actors.paper.programme import Phase
from actors.paper.rows import Kind, rows
from tests.actors.paper.conftest import Desk

SIDES = st.sampled_from(
    [
        ("X", "HomeOdds", Kind.GOALS),
        ("X", "DrawOdds", Kind.GOALS),
        ("O", "OverOdds", Kind.GOALS),
        ("O", "UnderOdds", Kind.GOALS),
        ("H", "HomeOdds", Kind.FIRST_LINE),
        ("H", "AwayOdds", Kind.FIRST_LINE),
    ]
)


class Account(RuleBasedStateMachine):
    """Bet at random, let time pass, and never lose or make a cent."""

    def __init__(self):
        super().__init__()
        self.desk = Desk(reject_permille=200, void_permille=100, balance=50_000)
        self.desk.login()

    @rule(
        place=st.integers(0, 60),
        side=SIDES,
        amount=st.integers(500, 12_345),
        worse=st.sampled_from([0.9, 1.0, 1.2]),
        accept=st.integers(0, 1),
    )
    def bet(self, place, side, amount, worse, accept):
        game_type, odds_name, kind = side
        fixtures = self.desk.book.programme.in_phase(Phase.TODAY, self.desk.now)
        if not fixtures:
            return
        row = rows(fixtures[place % len(fixtures)])[kind]
        selection = self.desk.selection({"GameId": row.game_id}, game_type, odds_name)
        info = self.desk.ask("GetPlacementInfo", selection | {"Bookies": "PIN"})
        if info["Code"] == 0:
            price = round(info["Result"]["OddsPlacementData"][0]["Price"] * worse, 3)
            wanted = {"BookieOdds": f"PIN:{price}", "Amount": amount / 100}
            self.desk.ask("PlaceBet", selection | wanted | {"AcceptChangedOdds": accept})

    @rule(seconds=st.floats(0, 60))
    def wait(self, seconds):
        self.desk.wait(seconds)
        assert self.desk.ask("IsLoggedIn")["Code"] == 0

    @invariant()
    def money_is_conserved(self):
        ledger = self.desk.book.ledger
        bets = ledger.bets("paper")
        settled = sum(bet.pnl for bet in bets if bet.final)
        staked = sum(bet.stake for bet in bets if not bet.final)
        assert ledger.outstanding("paper") == staked
        assert ledger.credit("paper") + staked == 50_000 + settled
        assert ledger.credit("paper") >= 0

    @invariant()
    def a_ledger_rebuilt_from_the_changes_is_the_same(self):
        latest = {bet.id: bet for bet in self.desk.changes if isinstance(bet, Bet)}
        again = Desk(bets=latest.values(), balance=50_000).book.ledger
        ledger = self.desk.book.ledger
        assert again.credit("paper") == ledger.credit("paper")
        assert again.bets("paper") == ledger.bets("paper")


TestAccount = Account.TestCase
TestAccount.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


@given(st.sampled_from(sorted(TRANSITIONS)), st.text(max_size=10))
def test_a_bet_takes_only_the_steps_of_its_table(status, step):
    bet = Bet(1, "u", "r", "i", 0, 1, "X", "HomeOdds", 0, "PIN", "EUR", 500, 2000, 2000,
              False, 0, 0, 0, 0, status)  # fmt: skip
    try:
        assert bet.to(step, 1).status in TRANSITIONS[status]
    except ValueError:
        assert step not in TRANSITIONS[status]

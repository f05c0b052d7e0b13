import json

import pytest

from actors.paper.faults import Fault, Faults, Kind


def placed(desk):
    return len(desk.book.ledger.bets("paper"))


@pytest.mark.parametrize(
    ("kind", "status", "bets"),
    [
        (Kind.ERROR_BEFORE, 503, 0),
        (Kind.TOO_MANY, 429, 0),
        (Kind.SESSION_LOST, 401, 0),
        (Kind.ERROR_AFTER, 500, 1),
        (Kind.ANSWER_LOST, 200, 1),
        (Kind.MALFORMED, 200, 1),
        (Kind.SLOW, 200, 1),
    ],
)
def test_a_fault_strikes_before_or_after_the_bet_exists(new_desk, with_market, kind, status, bets):
    desk = new_desk(faults=(Fault(kind, "placebet", calls=(1,), delay_ms=3000),))
    game = with_market(desk.games())
    desk.bet(game, PlaceBetId="one")
    answer = desk.answer
    assert (answer.status, placed(desk)) == (status, bets)
    assert answer.cut is (kind is Kind.ANSWER_LOST)
    assert answer.delay_ms == (3000 if kind is Kind.SLOW else 0)
    if kind is Kind.MALFORMED:
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.raw)
    logged_in = desk.ask("IsLoggedIn")["Result"]["CurrentlyLoggedIn"]
    assert logged_in is (kind is not Kind.SESSION_LOST)


def test_only_the_calls_named_are_struck(new_desk):
    desk = new_desk(faults=(Fault(Kind.ERROR_BEFORE, "getsports", calls=(2, 3)),))
    statuses = []
    for _ in range(4):
        desk.ask("GetSports")
        statuses.append(desk.answer.status)
    assert statuses == [200, 503, 503, 200]


def test_a_share_of_calls_is_struck_and_the_same_seed_strikes_the_same_ones():
    rule = (Fault(Kind.TOO_MANY, "*", permille=100),)
    first, again, other = Faults(rule, 1), Faults(rule, 1), Faults(rule, 2)
    struck = [
        [faults.strike("getfeeds") is not None for _ in range(2000)]
        for faults in (first, again, other)
    ]
    assert struck[0] == struck[1] != struck[2]
    assert 120 < sum(struck[0]) < 280


def test_a_bet_can_be_stuck_in_pending(new_desk, with_market):
    desk = new_desk(faults=(Fault(Kind.STUCK, "*", permille=1000, delay_ms=60_000),))
    game = with_market(desk.games())
    desk.bet(game, PlaceBetId="one")
    desk.now += 59_000
    assert desk.status("WA-one")["Status"] == "Pending"
    desk.now += 10_000
    assert desk.status("WA-one")["Status"] in ("Running", "Rejected")


@pytest.mark.parametrize(("kind", "share"), [(Kind.PRICE_FELL, 0.95), (Kind.RE_QUOTED, 1.01)])
def test_a_book_can_show_another_price_than_its_own(new_desk, with_market, kind, share):
    honest, desk = new_desk(), new_desk(faults=(Fault(kind, "*", permille=1000),))
    game = with_market(honest.games())
    right = honest.info(honest.selection(game))["B365"]["Price"]
    assert desk.info(desk.selection(game))["B365"]["Price"] == pytest.approx(
        right * share, abs=0.001
    )


def test_a_bet_at_a_price_that_the_book_does_not_stand_by_is_rejected(new_desk, with_market):
    desk = new_desk(faults=(Fault(Kind.RE_QUOTED, "getplacementinfo", permille=1000),))
    desk.bet(with_market(desk.games()), PlaceBetId="one")
    desk.now += 10_000
    assert desk.status("WA-one")["Status"] == "Rejected"


def test_a_book_can_take_less_than_usual(new_desk, with_market):
    desk = new_desk(faults=(Fault(Kind.STAKE_CUT, "*", permille=1000),))
    offer = desk.info(desk.selection(with_market(desk.games())))["B365"]
    assert offer["MinimumAmount"] <= offer["MaximumAmount"] == 7


def test_faults_are_counted_by_kind_until_they_are_calmed():
    faults = Faults((Fault(Kind.TOO_MANY, "getfeeds", permille=1000),))
    faults.strike("getfeeds")
    faults.strike("login")
    faults.calm()
    assert faults.strike("getfeeds") is None
    assert faults.struck == {Kind.TOO_MANY: 1}

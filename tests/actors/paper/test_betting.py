import pytest

from actors.paper.bets import Placement


@pytest.fixture
def game(desk, with_market):
    return with_market(desk.games())


def reference(answer):
    assert answer["Code"] == 0, answer
    return answer["Result"]["BetPlacementReference"]


def test_placement_info_tells_each_books_price_limits_and_line(desk, with_market):
    game = with_market(desk.games(), "FullTimeHdp")
    info = desk.info(desk.selection(game, "H"))
    for book in ("B365", "PIN"):
        entry = info[book]
        assert entry["Rejected"] is False
        assert entry["Price"] == entry["Odds"] > 1
        assert entry["MinimumAmount"] == 5
        assert 50 <= entry["MaximumAmount"] <= 2000
        assert entry["HDPorGoal"] == game["FullTimeHdp"]["Handicap"]
    assert info["BW"]["Rejected"] is True


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Bookies": ""}, -1200),
        ({"GameId": 12345}, -1),
        ({"GameType": "Q"}, -1),
        ({"OddsName": "OverOdds"}, -1),
        ({"GameType": "H"}, -1),
        ({"IsFullTime": 0}, -1),
        ({"GameId": None}, -1),
        ({"GameId": [1]}, -1),
        ({"OddsFormat": {}}, -1),
    ],
)
def test_placement_info_refuses_what_cannot_be_bet_on(desk, game, change, code):
    asked = desk.selection(game) | {"Bookies": "ALL"} | change
    answer = desk.ask("GetPlacementInfo", asked)
    assert answer["Code"] == code
    assert answer["Message"]


def test_a_bet_is_in_transit_then_pending_then_running(desk, game):
    name = reference(desk.bet(game, PlaceBetId="mine"))
    assert name == "WA-mine"
    assert desk.ask("GetBetByReference", betReference=name)["Code"] == -200
    assert desk.ask("GetRunningBets")["Data"][0]["Status"] == "Sending"
    assert desk.wait(0.5).status(name)["Status"] == "Pending"
    assert desk.wait(6).status(name)["Status"] == "Running"


def test_without_an_id_the_reference_is_the_clock(desk, game):
    assert reference(desk.bet(game)) == f"WA-{desk.now}"


def test_placement_info_must_come_first_for_the_same_selection_and_books(desk, game):
    wanted = desk.selection(game) | {"BookieOdds": "B365:1.5", "Amount": 10}
    assert desk.ask("PlaceBet", wanted)["Code"] == -1
    desk.info(desk.selection(game), "PIN")
    answer = desk.ask("PlaceBet", wanted)
    assert answer["Code"] == -1307
    assert answer["Result"]["PlacementData"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Amount": 4.99}, -1303),
        ({"Amount": -10}, -1303),
        ({"Amount": 10.001}, -1),
        ({"Amount": "lots"}, -1),
        ({"Amount": float("nan")}, -1),
        ({"Amount": "1e999999999"}, -1),
        ({"Amount": None}, -1),
        ({"Amount": True}, -1),
        ({"Amount": 20_000}, -1),
        ({"PlaceBetId": "x" * 41}, -1),
        ({"BookieOdds": "B365"}, -1307),
        ({"BookieOdds": "B365:0"}, -1307),
        ({"BookieOdds": "NONE:2.0"}, -1307),
        ({"BookieOdds": ""}, -1),
    ],
)
def test_a_bet_that_cannot_be_is_refused_with_a_code_and_leaves_the_credit_alone(
    desk, game, change, code
):
    answer = desk.bet(game, **change)
    assert answer["Code"] == code
    assert desk.summary()["Credit"] == 10_000
    assert desk.ask("GetBets") == {"Code": 300, "Message": "No rows.", "Data": None}


def test_a_price_that_has_gone_lower_is_rejected_and_the_stake_returns(desk, game):
    name = reference(desk.bet(game, price=50.0))
    assert desk.summary()["Outstanding"] == 10
    row = desk.wait(7).status(name)
    assert row["Status"] == "Rejected"
    assert row["BetPlacementMessage"] == "Odd changed to lower price."
    assert (row["Pnl"], desk.summary()["Credit"]) == (0, 10_000)


def test_changed_odds_can_be_accepted(desk, game):
    name = reference(desk.bet(game, price=50.0, AcceptChangedOdds=1))
    row = desk.wait(7).status(name)
    assert row["Status"] == "Running"
    assert row["Odds"] < 50


def test_a_better_price_is_given_as_asked(desk, game):
    name = reference(desk.bet(game, price=1.01))
    assert desk.wait(7).status(name)["Odds"] == 1.01


def test_a_malay_price_sent_back_as_it_was_shown_is_no_change(desk, game):
    selection = desk.selection(game) | {"OddsFormat": "MY"}
    for book in desk.info(selection):
        entry = desk.info(selection)[book]
        wanted = {"BookieOdds": f"{book}:{entry['Price']}", "Amount": 10}
        name = reference(desk.ask("PlaceBet", selection | wanted | {"PlaceBetId": book}))
        assert desk.wait(7).status(name)["Status"] == "Running"


def test_more_than_the_books_limit_is_rejected(desk, game):
    limit = desk.info(desk.selection(game))["B365"]["MaximumAmount"]
    name = reference(desk.bet(game, Amount=limit + 1))
    row = desk.wait(7).status(name)
    assert row["Status"] == "Rejected"
    assert "credit line" in row["BetPlacementMessage"]


def test_a_seeded_share_of_bets_is_rejected_for_no_reason(new_desk, with_market):
    desk = new_desk(reject_permille=1000)
    name = reference(desk.bet(with_market(desk.games())))
    assert desk.wait(7).status(name)["BetPlacementMessage"] == "Error in placement, try again"


def test_a_bet_that_reaches_the_book_after_kick_off_is_rejected(new_desk, with_market):
    desk = new_desk(speed=1)
    game = with_market(desk.games())
    desk.now = game["StartTime"] - 500
    desk.login()
    name = reference(desk.bet(game))
    row = desk.wait(7).status(name)
    assert row["Status"] == "Rejected"
    assert "begun" in row["BetPlacementMessage"]


def test_a_match_that_has_begun_is_not_open(desk, game):
    desk.now = game["StartTime"]
    answer = desk.ask("GetPlacementInfo", desk.selection(game) | {"Bookies": "ALL"})
    assert answer["Code"] == -1
    assert "not open" in answer["Message"]


def test_a_repeated_id_makes_a_second_bet_unless_it_is_refused(desk, new_desk, with_market):
    strict = new_desk(repeat="refuse")
    for client, count, codes in ((desk, 2, [0, 0]), (strict, 1, [0, -1])):
        game = with_market(client.games())
        assert [client.bet(game, PlaceBetId="same")["Code"] for _ in range(2)] == codes
        client.wait(1)
        rows = client.ask("GetBetByReference", betReference="WA-same")["Data"]
        assert len(rows) == count
        assert len({row["InternalReferenceNumber"] for row in rows}) == count


def test_one_amount_over_several_books_is_shared_up_to_their_limits(desk, game):
    selection = desk.selection(game)
    info = desk.info(selection)
    books = sorted(info, key=lambda book: -info[book]["Price"])[:2]
    limit = info[books[0]]["MaximumAmount"]
    odds = ",".join(f"{book}:{info[book]['Price']}" for book in books)
    answer = desk.ask("PlaceBet", selection | {"BookieOdds": odds, "Amount": limit + 20})
    parts = answer["Result"]["PlacementData"]
    assert [(part["Bookie"], part["Amount"]) for part in parts] == [
        (books[0], limit),
        (books[1], 20),
    ]


def settle(desk, game):
    desk.now = game["StartTime"] + 110 * 60_000 // desk.settings.speed + 1
    if desk.ask("IsLoggedIn")["Code"] != 0:
        desk.login()


def test_a_match_that_is_over_settles_all_its_bets(desk, game):
    names = {
        side: reference(desk.bet(game, odds_name=f"{side}Odds", PlaceBetId=side))
        for side in ("Home", "Draw", "Away")
    }
    settle(desk, game)
    rows = [desk.status(name) for name in names.values()]
    assert sorted(row["Status"] for row in rows) == ["Lost", "Lost", "Won"]
    for row in rows:
        won = round(10 * (row["Odds"] - 1), 2)
        assert row["Pnl"] == pytest.approx(won if row["Status"] == "Won" else -10, abs=0.005)
        assert int(row["FullTimeHomeScore"]) >= 0
        assert row["KickoffTime"] == game["StartTime"] + 8 * 3_600_000
    summary = desk.summary()
    assert summary["Outstanding"] == 0
    assert summary["TodayPnL"] == pytest.approx(sum(row["Pnl"] for row in rows))
    assert summary["Credit"] == pytest.approx(10_000 + summary["TodayPnL"])


def test_an_abandoned_match_returns_the_stakes(new_desk, with_market):
    desk = new_desk(void_permille=1000)
    game = with_market(desk.games())
    name = reference(desk.bet(game))
    settle(desk, game)
    assert desk.status(name)["Status"] == "Void"
    assert desk.summary()["Credit"] == 10_000


def test_bet_rows_speak_the_apis_words(desk, with_market):
    games = desk.games()
    hdp, goals = with_market(games, "FullTimeHdp"), with_market(games)
    desk.bet(goals, "O", "UnderOdds", PlaceBetId="ou")
    desk.bet(hdp, "H", "AwayOdds", PlaceBetId="ah")
    desk.wait(7)
    under, away = desk.status("WA-ou"), desk.status("WA-ah")
    assert (under["GameType"], under["BetType"], under["HdpOrGoal"]) == (
        "Over/Under",
        "Under",
        "2.5",
    )
    assert (away["GameType"], away["BetType"]) == ("Handicap", "HDP Away")
    assert away["FullTimeFavoured"] == hdp["FullTimeFavoured"]
    assert (under["Term"], under["OddsType"], under["FullTimeHomeScore"]) == ("FT", "00", "-1")


def test_the_days_summary_uses_codes_and_keeps_rejected_and_settled_bets(desk, game):
    desk.bet(game, PlaceBetId="good")
    desk.bet(game, price=50.0, PlaceBetId="bad")
    settle(desk, game)
    rows = desk.ask("GetBetHistorySummary", date="11/14/2023", bookies="ALL")["Result"]
    status = {row["BetPlacementReference"]: row["Status"] for row in rows["BetSummaries"]}
    assert status == {"WA-good": "2", "WA-bad": "8"}
    assert rows["SubTotalProfitAndLost"] == desk.summary()["TodayPnL"]


def test_the_statement_writes_amounts_as_text_with_thousands(desk, game):
    desk.bet(game)
    settle(desk, game)
    statement = desk.ask("GetHistoryStatement", from_="11/01/2023", to="11/30/2023")["Result"]
    (item,) = statement["BetHistoryStatementItems"]
    assert item["DateDay"] == "11/14/2023"
    assert item["DateDayName"] == "Tuesday"
    assert item["Turnover"] == "10.00"
    balance = float(item["Balance"].replace(",", ""))
    assert balance == pytest.approx(desk.summary()["Credit"])
    assert "," in item["Balance"]


@pytest.mark.parametrize("day", ["2023-11-14", "14/11/2023", "x", "1/1/99999999999999999999"])
def test_a_date_that_cannot_be_read_is_refused(desk, day):
    assert desk.ask("GetBetHistorySummary", date=day)["Code"] == -1


def test_every_request_to_place_is_logged_whatever_became_of_it(desk, game):
    desk.bet(game, PlaceBetId="a")
    desk.bet(game, PlaceBetId="b", Amount=1)
    desk.bet(game, PlaceBetId="\ud800")
    logged = [item for item in desk.changes if isinstance(item, Placement)]
    assert [(item.reference, item.code) for item in logged] == [
        ("WA-a", 0),
        ("WA-b", -1303),
        ("WA-?", 0),
    ]

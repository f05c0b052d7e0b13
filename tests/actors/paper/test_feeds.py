import pytest

from actors.paper.recorded import BOOKS


def by_id(games):
    return {game["GameId"]: game for game in games}


def test_a_match_has_one_row_for_1x2_and_goals_and_one_for_the_handicap(desk):
    for game in desk.games():
        assert game["IsActive"] is True
        assert game["WillBeRemoved"] is False
        goals = bool(game["FullTimeOneXTwo"]["BookieOdds"])
        assert goals is bool(game["FullTimeOu"]["BookieOdds"])
        assert goals is not bool(game["FullTimeHdp"]["BookieOdds"])
        assert game["FullTimeOu"]["Goal"] == ("2.5" if goals else "")
        size = game["FullTimeHdp"]["Handicap"]
        assert game["FullTimeFavoured"] == game["Favoured"]
        assert (game["FullTimeFavoured"] == 0) is (size in ("", "0.0"))


def test_some_ids_are_negative_and_some_lines_are_quarters(desk):
    games = desk.games()
    assert any(game["GameId"] < 0 for game in games)
    assert any(game["GameId"] > 0 for game in games)
    assert any("-" in game["FullTimeHdp"]["Handicap"] for game in games)


def test_the_default_format_is_malay_and_others_are_honoured(desk, read_prices, with_market):
    malay = by_id(desk.games(oddsFormat="MY"))
    unsaid = desk.wait(10).games(oddsFormat="")
    assert "=-0." in "".join(game["FullTimeOneXTwo"]["BookieOdds"] for game in unsaid)
    row = with_market(desk.wait(10).games(oddsFormat="00"))
    for book, prices in read_prices(row["FullTimeOneXTwo"]["BookieOdds"]).items():
        assert book in BOOKS
        assert all(price > 1 for price in prices)
    for game in malay.values():
        for prices in read_prices(game["FullTimeOneXTwo"]["BookieOdds"]).values():
            assert all(-1 <= price <= 1 for price in prices)


def test_since_zero_is_everything_and_since_an_answer_only_what_changed(new_desk):
    desk = new_desk(speed=1)
    first = desk.ask("GetFeeds", sportsType=1, marketTypeId=1, since=0, oddsFormat="00")["Result"]
    everything = by_id(first["Sports"][0]["MatchGames"])
    changed = by_id(desk.wait(60).games(since=first["Since"]))
    now = by_id(desk.wait(10).games(since=0))
    assert 0 < len(changed) < len(everything) == len(now)
    for game_id, game in everything.items():
        if game_id not in changed and now[game_id]["UpdatedDateTime"] <= first["Since"]:
            assert game == now[game_id]


def test_following_the_increments_gives_the_same_rows_as_asking_for_everything(new_desk):
    desk = new_desk(throttle=False)
    held, since = {}, 0
    for _ in range(12):
        answer = desk.wait(10).ask(
            "GetFeeds", sportsType=1, marketTypeId=1, oddsFormat="00", since=since
        )["Result"]
        since = answer["Since"]
        for game in answer["Sports"][0]["MatchGames"]:
            if game["WillBeRemoved"]:
                held.pop(game["GameId"], None)
            else:
                held[game["GameId"]] = game
        assert by_id(desk.games()) == held


def test_at_kick_off_a_row_is_announced_as_removed_and_then_gone(desk):
    first = desk.ask("GetFeeds", sportsType=1, marketTypeId=1)["Result"]
    start = min(game["StartTime"] for game in first["Sports"][0]["MatchGames"])
    desk.now = start
    increment = desk.games(since=first["Since"])
    removed = [game for game in increment if game["WillBeRemoved"]]
    assert removed
    assert all(game["IsActive"] is False for game in removed)
    assert all(game["ToBeRemovedOn"] == game["UpdatedDateTime"] + 300_000 for game in removed)
    full = by_id(desk.wait(10).games())
    assert not full.keys() & {game["GameId"] for game in removed}


def test_a_match_being_played_shows_its_score_but_no_prices(desk):
    live = desk.wait(25).games(market=0)
    assert live
    for game in live:
        assert game["IsLive"] == 1
        assert game["IsActive"] is False
        assert game["InGameMinutes"] >= 60
        for market in ("FullTimeOneXTwo", "FullTimeHdp", "FullTimeOu"):
            assert game[market]["BookieOdds"] == ""


def test_early_shows_the_next_day(desk):
    today = {game["MatchId"] for game in desk.games(market=1)}
    early = {game["MatchId"] for game in desk.games(market=2)}
    assert early
    assert not today & early


@pytest.mark.parametrize(("market", "seconds"), [(0, 5), (1, 10), (2, 20)])
def test_a_feed_asked_too_soon_is_code_minus_810(desk, market, seconds):
    desk.games(market=market)
    for wait, code in ((seconds * 0.9, -810), (seconds * 0.06, 0)):
        answer = desk.wait(wait).ask("GetFeeds", sportsType=1, marketTypeId=market)
        assert answer["Code"] == code


def test_each_market_has_a_throttle_of_its_own(desk):
    assert [bool(desk.games(market=market)) for market in (1, 2)] == [True, True]


def test_books_and_leagues_can_be_chosen(desk, read_prices):
    leagues = desk.ask("GetLeagues", sportsType=1, marketTypeId=1)["Result"]["Sports"][0]["League"]
    league = leagues[0]["LeagueId"]
    games = desk.games(bookies="PIN,WH", leagues=league)
    assert games
    for game in games:
        assert game["LeagueId"] == league
        assert read_prices(game["FullTimeOneXTwo"]["BookieOdds"]).keys() <= {"PIN", "WH"}


def test_matches_come_without_prices_and_once_each(desk):
    content = desk.ask("GetMatches", marketTypeId=1)["Result"]["Sports"][0]["Matches"]
    assert len(content) == len({match["MatchId"] for match in content}) > 40
    assert all("FullTimeHdp" not in match and match["Home"] for match in content)


def test_another_sport_has_no_rows(desk):
    assert desk.ask("GetFeeds", sportsType=2, marketTypeId=1)["Result"]["Sports"] == []


@pytest.mark.parametrize(
    "params",
    [
        {"marketTypeId": 7},
        {"marketTypeId": "x"},
        {"since": "yesterday"},
        {"oddsFormat": "ZZ"},
        {"leagues": "premier"},
        {"leagues": "9" * 6000},
        {"since": "9" * 6000},
    ],
)
def test_parameters_that_cannot_be_read_are_refused_in_words(desk, params):
    answer = desk.ask("GetFeeds", **({"sportsType": 1, "marketTypeId": 1} | params))
    assert answer["Code"] == -1
    assert next(iter(params)) in answer["Message"]


def test_sports_bookies_and_the_account_are_told(desk):
    assert desk.ask("GetSports")["Data"] == [{"Id": 1, "Name": "Football"}]
    assert {book["Id"] for book in desk.ask("GetBookies")["Data"]} == set(BOOKS)
    user = desk.ask("GetUserInformation")["Result"]
    assert user["BaseCurrency"] == "EUR"
    assert user["ActiveBookies"] == list(BOOKS)


def test_only_feed_answers_carry_a_byte_order_mark(desk, new_desk):
    desk.games()
    assert desk.answer.mark is True
    desk.ask("GetSports")
    assert desk.answer.mark is False
    plain = new_desk(mark=False)
    plain.games()
    assert plain.answer.mark is False

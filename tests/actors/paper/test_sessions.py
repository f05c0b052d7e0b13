import re
from hashlib import md5

import pytest


def test_login_gives_a_token_of_28_digits_a_key_of_32_hex_digits_and_the_url(desk):
    content = desk.login()["Result"]
    assert content["SuccessfulLogin"] is True
    assert re.fullmatch(r"\d{28}", content["Token"])
    assert re.fullmatch(r"[0-9a-f]{32}", content["Key"])
    assert content["Url"].endswith("/AsianOddsService")
    assert content["Username"] == "paper"


@pytest.mark.parametrize(("user", "password"), [("paper", "wrong"), ("nobody", "paper")])
def test_wrong_credentials_are_code_minus_one_and_no_successful_login(desk, user, password):
    answer = desk.login(user, password)
    assert answer["Code"] == -1
    assert answer["Result"]["SuccessfulLogin"] is False
    assert answer["Result"]["TextMessage"]


def test_an_unknown_user_cannot_log_in_with_an_empty_password(desk):
    assert desk.login("nobody", "")["Code"] == -1


def test_before_register_no_call_is_answered(desk):
    digest = md5(b"paper").hexdigest()
    token = desk.ask("Login", username="paper", password=digest)["Result"]["Token"]
    desk.headers = {"aotoken": token}
    assert desk.ask("GetBets")["Code"] == -1
    assert desk.ask("IsLoggedIn")["Result"] == {"CurrentlyLoggedIn": False}


def test_register_is_refused_after_a_minute_and_with_a_wrong_key(desk):
    digest = md5(b"paper").hexdigest()
    content = desk.ask("Login", username="paper", password=digest)["Result"]
    desk.headers = {"aotoken": content["Token"], "aokey": "0" * 32}
    assert desk.ask("Register", username="paper")["Result"]["Success"] is False
    desk.headers["aokey"] = content["Key"]
    assert desk.wait(60.001).ask("Register", username="paper")["Result"]["Success"] is False


def test_any_call_keeps_the_session_awake_and_five_idle_minutes_end_it(desk):
    for _ in range(3):
        assert desk.wait(299).ask("IsLoggedIn")["Result"] == {"CurrentlyLoggedIn": True}
    answer = desk.wait(300.001).ask("GetAccountSummary")
    assert (answer["Code"], desk.answer.status) == (-4, 200)
    assert desk.ask("IsLoggedIn")["Code"] == -1


def test_a_lost_session_is_http_401_when_so_set(new_desk):
    desk = new_desk(expired_status=401)
    desk.headers["aotoken"] = "1" * 28
    assert desk.ask("GetBets")["Code"] == -4
    assert desk.answer.status == 401


def test_a_new_login_ends_the_earlier_session(desk):
    earlier = dict(desk.headers)
    desk.login()
    assert desk.ask("GetBookies")["Code"] == 0
    desk.headers = earlier
    assert desk.ask("GetBookies")["Code"] == -4


def test_logout_ends_the_session_and_a_second_one_says_so_in_a_plain_string(desk):
    assert desk.ask("Logout")["Code"] == 0
    again = desk.ask("Logout")
    assert again["Code"] == -1
    assert isinstance(again["Result"], str)


def test_methods_and_parameters_are_named_in_any_case(desk):
    assert desk.ask("gEtFeEdS", SPORTSTYPE=1, marketTYPEid=2)["Code"] == 0


def test_an_unknown_method_is_http_404_with_an_envelope(desk):
    answer = desk.ask("GetEverything")
    assert desk.answer.status == 404
    assert answer["Code"] < 0
    assert "getevery" in answer["Message"]

"""A secret stays covered in whatever shape it turns up."""

import base64
import json
import pickle
import threading
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.concealment import MASK, Secret, conceal, is_telling, masked, masked_text

PASSWORD = "Grüße/from \"Ann\" & 'Bob' 100%"


@pytest.fixture(autouse=True)
def _concealed() -> None:
    conceal(PASSWORD)


def test_a_secret_shows_as_stars_everywhere_but_on_request() -> None:
    secret = Secret(PASSWORD)
    assert (str(secret), repr(secret), f"{secret}", f"{[secret]}") == (MASK, MASK, MASK, "[***]")
    assert secret.reveal() == PASSWORD


def test_a_secret_is_not_serialised() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(PASSWORD))
    with pytest.raises(TypeError):
        json.dumps(Secret(PASSWORD))


@pytest.mark.parametrize(
    "text",
    [
        PASSWORD,
        repr(PASSWORD),
        json.dumps(PASSWORD),
        repr(PASSWORD.encode()),
        quote_plus(PASSWORD),
        f"login for ann:{PASSWORD}@book failed",
    ],
)
def test_a_concealed_value_is_masked_in_every_spelling(text: str) -> None:
    assert "from" not in masked_text(text)
    assert MASK in masked_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "GET /Login?username=ann&apiKey=abc123&x=1",
        "https://book/?password=abc123",
        "{'AOToken': 'abc123', 'n': 1}",
        '{"Token":"abc123"}',
        r"{\"Token\":\"abc123\"}",
        "Authorization: Basic abc123==",
        "b'Authorization': b'Bearer abc123'",
        "<Token>abc123</Token>",
        "Login(user='ann', password='abc123')",
        "AOKey => abc123",
    ],
)
def test_a_value_given_to_a_telling_name_is_masked_in_text(text: str) -> None:
    assert "abc123" not in masked_text(text)


@pytest.mark.parametrize(
    "text", ["KeyError: 'max_stake'", "monkey: banana", "https://book/GetFeeds?since=17&x=1", ""]
)
def test_text_that_tells_no_secret_is_left_as_it_is(text: str) -> None:
    assert masked_text(text) == text


def test_values_under_telling_keys_are_masked_at_any_depth() -> None:
    event = {"headers": [{"AOToken": "abc", b"aokey": 5}], "auth": {"password": ["a", "b"]}}
    assert masked(event) == {
        "headers": [{"AOToken": MASK, "b'aokey'": MASK}],
        "auth": {"password": MASK},
    }


def test_plain_data_goes_through_unchanged() -> None:
    event = {"stake": 2500, "edge": 0.5, "open": True, "none": None, "list": [1, "two"]}
    assert masked(event) == event


def test_a_secret_number_and_a_secret_key_are_masked() -> None:
    conceal("271828182")
    assert masked({"pin": 271828182, "271828182": 1}) == {"pin": MASK, MASK: 1}


def test_a_short_secret_is_masked_as_a_word_only() -> None:
    conceal("xyq")
    assert masked_text("login xyq, maxyqueue") == "login ***, maxyqueue"


def test_an_empty_secret_masks_nothing() -> None:
    conceal("")
    assert masked_text("abc") == "abc"


def test_an_object_that_cannot_be_shown_does_not_break_the_log() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError(PASSWORD)

    assert masked(Broken()) == "<Broken that cannot be shown>"


def test_endless_data_ends() -> None:
    loop: list[object] = [PASSWORD]
    loop.append(loop)
    assert "Ann" not in repr(masked(loop))


@pytest.mark.parametrize("name", ["password", "AOToken", "aokey", "api_key", "X-Auth-Token", "key"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_telling(name)


@pytest.mark.parametrize("name", ["selection", "monkey", "KeyError", "keys", "keyboard", ""])
def test_other_names_are_not(name: str) -> None:
    assert not is_telling(name)


def test_secrets_may_be_added_while_others_log() -> None:
    failures: list[str] = []

    def leak(number: int) -> None:
        for step in range(50):
            secret = base64.b32encode(f"{number}-{step}".encode()).decode()
            conceal(secret)
            if secret in masked_text(f"here is {secret}."):
                failures.append(secret)

    threads = [threading.Thread(target=leak, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@given(st.recursive(st.text() | st.integers() | st.floats() | st.binary(), st.lists))
def test_whatever_is_masked_can_be_written_as_strict_json(value: object) -> None:
    json.dumps(masked(value), allow_nan=False)

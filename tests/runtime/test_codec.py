"""Frames are read strictly: what is not exactly a message is a CodecError and nothing else."""

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.codec import (
    LARGEST_FRAME,
    LARGEST_SHARED,
    MOST_LETTERS,
    VERSION,
    Letter,
    Message,
    Unreadable,
    decode,
    decode_one,
    encode,
    join,
    open_frame,
    parcels,
    seal,
    unwrap,
)
from runtime.errors import CodecError
from runtime.limits import Few
from tests.runtime.hosts import Later, Say, Urgent


class Exact(Message, frozen=True):
    number: int
    names: Few[str] = ()


def frame(kind: str = "Exact", version: object = VERSION, **body: Any) -> bytes:
    return msgspec.msgpack.encode([version, [["to", "from", {"kind": kind, **body}]]])


@given(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_a_message_comes_back_as_it_was(text: str, seconds: float, name: str) -> None:
    said = Later(seconds, text, name)
    assert decode_one(encode(said, "there", "here")) == Letter("there", "here", said)


def test_a_sealed_letter_knows_its_kind_without_being_read() -> None:
    (sealed,) = open_frame(encode(Urgent("x"), "a", "b"))
    assert (sealed.to, sealed.sender, sealed.kind) == ("a", "b", Urgent)
    assert sealed == seal(Urgent("x"), "a", "b")
    assert open_frame(frame("NobodyKnowsIt"))[0].kind is Message


def test_a_frame_can_be_opened_in_the_name_of_another_sender() -> None:
    (sealed,) = open_frame(encode(Say("x"), "control", "risk"), "client/7")
    assert decode_one(join([sealed.data])) == Letter("control", "client/7", Say("x"))


@pytest.mark.parametrize("count", [0, 1, 15, 16, 1000, MOST_LETTERS])
def test_many_letters_travel_in_one_frame_in_their_order(count: int) -> None:
    letters = [seal(Say(str(number)), "a", "b") for number in range(count)]
    found, unreadable = decode(join([letter.data for letter in letters]))
    assert [letter.message for letter in found] == [Say(str(number)) for number in range(count)]
    assert not unreadable
    assert open_frame(join([letter.data for letter in letters])) == letters


def test_more_letters_than_a_frame_may_have_travel_in_several() -> None:
    one = seal(Say("x"), "a", "b").data
    made = parcels([one] * (2 * MOST_LETTERS + 1))
    assert sum(len(unwrap(parcel)[0]) for parcel in made) == 2 * MOST_LETTERS + 1
    large = seal(Say("x" * (LARGEST_SHARED // 3)), "a", "b").data
    assert [len(unwrap(parcel)[0]) for parcel in parcels([large] * 5)] == [2, 1, 2]
    with pytest.raises(CodecError):
        decode(join([one] * (MOST_LETTERS + 1)))


@given(st.lists(st.text(), min_size=1, max_size=20))
def test_what_is_sent_within_the_process_comes_out_as_it_went_in(texts: list[str]) -> None:
    letters = [seal(Say(text), "a", "b") for text in texts]
    made = parcels([letter.data for letter in letters])
    found = [letter for parcel in made for letter in unwrap(parcel)[0]]
    assert found == [Letter("a", "b", Say(text)) for text in texts]


def test_a_letter_by_itself_that_cannot_be_read_is_said_to_be_none() -> None:
    letters, ((to, sender, kind, reason),) = unwrap(
        msgspec.msgpack.encode(["to", "from", {"kind": "Exact", "number": "7"}])
    )
    assert (letters, to, sender, kind) == ([], "to", "from", "Exact")
    assert "`$.number`" in reason


def test_a_broken_letter_does_not_take_the_others_of_its_frame_with_it() -> None:
    broken = msgspec.msgpack.encode(["to", "from", {"kind": "Exact", "number": "7"}])
    good = seal(Say("fine"), "a", "b").data
    letters, unreadable = decode(join([good, broken, good]))
    assert [letter.message for letter in letters] == [Say("fine")] * 2
    reason = "Exact: Expected `int`, got `str` - at `$.number`"
    assert unreadable == [Unreadable("to", "from", "Exact", reason)]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"number": "7"},
        {"number": 7.5},
        {"number": True},
        {"number": None},
        {"number": 7, "names": "text"},
        {"number": 7, "names": ["a", 1]},
        {"number": 7, "more": 1},
    ],
)
def test_a_body_of_another_shape_is_refused_and_the_kind_is_named(body: dict[str, Any]) -> None:
    with pytest.raises(CodecError, match=r"^Exact: "):
        decode_one(frame(**body))


def test_the_field_at_fault_is_named() -> None:
    with pytest.raises(CodecError, match=r"\$\.names\[1\]"):
        decode_one(frame(number=7, names=["a", 1]))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CodecError, match="unknown message kind 'NobodyKnowsIt'"):
        decode_one(frame("NobodyKnowsIt"))


@pytest.mark.parametrize("version", [0, VERSION + 1])
def test_another_version_is_refused(version: int) -> None:
    with pytest.raises(CodecError, match=f"frame version {version}"):
        decode(frame(version=version))
    with pytest.raises(CodecError, match=f"frame version {version}"):
        open_frame(frame(version=version))


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"\xc1",
        b"\x95",
        msgspec.msgpack.encode({"version": VERSION}),
        msgspec.msgpack.encode([VERSION]),
        msgspec.msgpack.encode([VERSION, [], "more"]),
        msgspec.msgpack.encode([VERSION, [["to", "from"]]]),
        msgspec.msgpack.encode([VERSION, [[1, "from", {"kind": "Say", "text": "x"}]]]),
        msgspec.msgpack.encode([VERSION, [["TO", "from", None]]]).replace(b"TO", b"\xff\xfe"),
        encode(Say("x"), "a", "b") + b"tail",
        encode(Say("x"), "a", "b")[:-1],
        b"\x91" * 100_000,
    ],
)
def test_what_is_no_frame_is_refused(rubbish: bytes) -> None:
    with pytest.raises(CodecError):
        decode(rubbish)
    with pytest.raises(CodecError):
        open_frame(rubbish)


def test_text_that_is_none_is_refused_in_a_body() -> None:
    broken = encode(Say("TEXT"), "a", "b").replace(b"TEXT", b"\xff\xfe\xfd\xfc")
    with pytest.raises(CodecError):
        decode_one(broken)


def test_a_body_nested_too_deep_is_refused() -> None:
    deep = msgspec.msgpack.encode([VERSION, [["a", "b"]]])[:-1] + b"\x91" * 100_000 + b"\xc0"
    with pytest.raises(CodecError):
        decode_one(deep.replace(b"\x92\xa1a", b"\x93\xa1a"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_codec_error(some: bytes) -> None:
    with contextlib.suppress(CodecError):
        decode_one(some)


@given(st.integers(0, 60), st.binary(min_size=1, max_size=4))
def test_any_damage_to_a_frame_is_a_message_or_a_codec_error(where: int, damage: bytes) -> None:
    good = encode(Later(1.5, "some text", "name"), "address/one", "address/two")
    broken = good[:where] + damage + good[where + len(damage) :]
    with contextlib.suppress(CodecError):
        decode_one(broken)


def test_too_large_a_frame_is_neither_made_nor_read() -> None:
    with pytest.raises(CodecError, match="at most"):
        encode(Say("x" * LARGEST_FRAME), "a", "b")
    with pytest.raises(CodecError, match=f"at most {LARGEST_FRAME}"):
        decode(bytes(LARGEST_FRAME + 1))
    with pytest.raises(CodecError, match=f"at most {LARGEST_FRAME}"):
        open_frame(bytes(LARGEST_FRAME + 1))


def test_two_messages_of_one_name_cannot_exist() -> None:
    with pytest.raises(TypeError, match="message kind Exact exists already"):

        class Exact(Message, frozen=True):
            pass

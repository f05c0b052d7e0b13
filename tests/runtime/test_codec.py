"""Frames are read strictly: what is not exactly a message is a CodecError and nothing else."""

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.codec import LARGEST_FRAME, VERSION, Message, decode, encode, open_envelope
from runtime.errors import CodecError
from tests.runtime.hosts import Later, Say, Urgent


class Exact(Message, frozen=True):
    number: int
    names: tuple[str, ...] = ()


def frame(kind: str = "Exact", version: object = VERSION, **body: Any) -> bytes:
    return msgspec.msgpack.encode([version, kind, "to", "from", body])


@given(st.text(), st.floats(allow_nan=False), st.text())
def test_a_message_comes_back_as_it_was(text: str, seconds: float, name: str) -> None:
    said = Later(seconds, text, name)
    envelope = open_envelope(encode(said, "there", "here"))
    assert (envelope.kind, envelope.to, envelope.sender) == ("Later", "there", "here")
    assert decode(envelope) == said


def test_an_envelope_knows_control_without_opening_the_body() -> None:
    assert open_envelope(encode(Urgent("x"), "a", "b")).control
    assert not open_envelope(encode(Say("x"), "a", "b")).control
    assert not open_envelope(frame("NobodyKnowsIt")).control


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
        decode(open_envelope(frame(**body)))


def test_the_field_at_fault_is_named() -> None:
    with pytest.raises(CodecError, match=r"\$\.names\[1\]"):
        decode(open_envelope(frame(number=7, names=["a", 1])))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CodecError, match="unknown message kind 'NobodyKnowsIt'"):
        decode(open_envelope(frame("NobodyKnowsIt")))


@pytest.mark.parametrize("version", [0, VERSION + 1])
def test_another_version_is_refused(version: int) -> None:
    with pytest.raises(CodecError, match=f"frame version {version}"):
        open_envelope(frame(version=version))


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"\xc1",
        b"\x95",
        msgspec.msgpack.encode({"version": 1}),
        msgspec.msgpack.encode([1, "k", "to", "from"]),
        msgspec.msgpack.encode([1, "k", "to", "from", None, "more"]),
        msgspec.msgpack.encode([1, 2, "to", "from", None]),
        msgspec.msgpack.encode([1, "k", "TO", "from", None]).replace(b"TO", b"\xff\xfe"),
        encode(Say("x"), "a", "b") + b"tail",
        encode(Say("x"), "a", "b")[:-1],
        b"\x91" * 100_000,
    ],
)
def test_what_is_no_frame_is_refused(rubbish: bytes) -> None:
    with pytest.raises(CodecError):
        open_envelope(rubbish)


def test_text_that_is_none_is_refused_in_a_body() -> None:
    broken = encode(Say("TEXT"), "a", "b").replace(b"TEXT", b"\xff\xfe\xfd\xfc")
    with pytest.raises(CodecError):
        decode(open_envelope(broken))


def test_a_body_nested_too_deep_is_refused() -> None:
    deep = msgspec.msgpack.encode([VERSION, "Exact", "a", "b"])[1:]
    with pytest.raises(CodecError):
        decode(open_envelope(b"\x95" + deep + b"\x91" * 100_000 + b"\xc0"))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_codec_error(some: bytes) -> None:
    with contextlib.suppress(CodecError):
        decode(open_envelope(some))


@given(st.integers(0, 60), st.binary(min_size=1, max_size=4))
def test_any_damage_to_a_frame_is_a_message_or_a_codec_error(where: int, damage: bytes) -> None:
    good = encode(Later(1.5, "some text", "name"), "address/one", "address/two")
    broken = good[:where] + damage + good[where + len(damage) :]
    with contextlib.suppress(CodecError):
        decode(open_envelope(broken))


def test_too_large_a_frame_is_neither_made_nor_read() -> None:
    with pytest.raises(CodecError, match=f"at most {LARGEST_FRAME}"):
        encode(Say("x" * LARGEST_FRAME), "a", "b")
    with pytest.raises(CodecError, match=f"at most {LARGEST_FRAME}"):
        open_envelope(bytes(LARGEST_FRAME + 1))


def test_two_messages_of_one_name_cannot_exist() -> None:
    with pytest.raises(TypeError, match="message kind Exact exists already"):

        class Exact(Message, frozen=True):
            pass

"""Every type of message has its limits, and what MessagePack allows beyond them is known.

The tests about msgspec itself say what this program relies on: whoever raises its version
learns here what has changed.
"""

import struct
import subprocess
import sys
import tracemalloc
from typing import Annotated, Any

import msgspec
import pytest

import actors.nodes  # noqa: F401 - so that every kind is registered
from actors.messages import Command, MarketUpdate, Reply
from runtime.codec import (
    LARGEST_LETTER,
    LARGEST_SHARED,
    LONGEST_ADDRESS,
    VERSION,
    Message,
    decode,
    decode_one,
    encode,
    join,
    open_frame,
    registered,
    seal,
)
from runtime.errors import CodecError
from runtime.limits import FEW, MOST, Few, Many, Report, Table, check_limits
from tests.runtime.hosts import Later, Relay, Say

LIMIT = msgspec.Meta(max_length=10)
PRODUCT = [
    kind for kind in registered().values() if kind.__module__.startswith(("actors.", "runtime."))
]


class Wide(Message, frozen=True):
    largest = LARGEST_LETTER

    items: Many[tuple[str, str]] = ()
    names: Few[str] = ()
    table: Table[str, int] = {}


def frame(kind: str, **body: Any) -> bytes:
    return msgspec.msgpack.encode([VERSION, [["to", "from", {"kind": kind, **body}]]])


@pytest.mark.parametrize("kind", PRODUCT, ids=lambda kind: kind.__name__)
def test_every_kind_of_message_has_limits(kind: type[Message]) -> None:
    check_limits(kind)


class Tree(msgspec.Struct, forbid_unknown_fields=True):
    leaves: Few["Tree"]


class Loose(msgspec.Struct):
    leaf: int


@pytest.mark.parametrize(
    ("field", "says"),
    [
        (list[int], r"^Bad\.field: no limit on how many; write Many\[item\]"),
        (tuple[int, ...], r"^Bad\.field: no limit on how many; write Many\[item\]"),
        (set[int], r"^Bad\.field: no limit on how many; write Many\[item\]"),
        (dict[str, int], r"^Bad\.field: no limit on how many; write Table\[key, value\]"),
        (Few[tuple[int, tuple[int, ...]]], r"^Bad\.field: no limit on how many"),
        (Table[str, int | list[int]], r"^Bad\.field: no limit on how many"),
        (float, r"^Bad\.field: this float may be NaN; write Finite"),
        (Any, r"^Bad\.field: any takes whatever comes; write out the type"),
        (dict, r"^Bad\.field: no limit on how many"),
        (msgspec.Raw, r"^Bad\.field: raw takes whatever comes"),
        (Loose, r"^Bad\.field: Loose skips unknown fields.*forbid_unknown_fields=True"),
        (Tree, r"^Bad\.field\.leaves: Tree holds itself"),
    ],
)
def test_a_type_without_limits_is_refused_with_its_place_and_the_cure(
    field: Any, says: str
) -> None:
    bad = msgspec.defstruct("Bad", [("field", field)], forbid_unknown_fields=True)
    with pytest.raises(TypeError, match=says):
        check_limits(bad)


def test_no_frame_is_read_while_a_kind_has_no_limits() -> None:
    code = (
        "from runtime.codec import Message, decode\n"
        "class Bad(Message, frozen=True):\n    names: list[str]\n"
        "decode(bytes((0x92, 2, 0x90)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "TypeError: Bad.names: no limit on how many" in ended.stderr


@pytest.mark.parametrize("kind", [list[int], tuple[int, ...], set[int], frozenset[int]])
def test_msgspec_reads_the_length_of_an_array_before_it_builds_one(kind: Any) -> None:
    decoder = msgspec.msgpack.Decoder(Annotated[kind, LIMIT])
    for header in (b"\x9b", b"\xdc\x00\x0b", b"\xdd\xff\xff\xff\xff"):
        with pytest.raises(msgspec.ValidationError, match="length <= 10"):
            decoder.decode(header)  # with nothing behind it: the header was enough


def test_msgspec_reads_the_length_of_a_map_before_it_builds_one() -> None:
    decoder = msgspec.msgpack.Decoder(Annotated[dict[int, int], LIMIT])
    for header in (b"\x8b", b"\xde\x00\x0b", b"\xdf\xff\xff\xff\xff"):
        with pytest.raises(msgspec.ValidationError, match="length <= 10"):
            decoder.decode(header)


def test_a_collection_may_be_as_long_as_its_limit_and_no_longer() -> None:
    full = Wide((("", ""),) * MOST, ("",) * FEW, {str(number): number for number in range(FEW)})
    assert decode_one(encode(full, "a", "b")).message == full
    for more in (
        {"items": [["", ""]] * (MOST + 1)},
        {"names": [""] * (FEW + 1)},
        {"table": {str(number): number for number in range(FEW + 1)}},
    ):
        with pytest.raises(CodecError, match=r"^Wide: Expected .* of length <= "):
            decode_one(frame("Wide", **more))


def test_a_frame_of_many_letters_is_small() -> None:
    half = seal(Wide(names=("x" * 600_000,)), "a", "b").data
    with pytest.raises(CodecError, match=f"with 2 letters: more than one only up to {2**20}"):
        decode(join([half, half]))
    with pytest.raises(CodecError, match="more than one only up to"):
        open_frame(join([half, half]))


def test_a_letter_is_as_large_as_its_kind_may_be() -> None:
    with pytest.raises(CodecError, match=f"^Say: .* bytes, at most {LARGEST_SHARED - 16}"):
        encode(Say("x" * LARGEST_SHARED), "a", "b")
    with pytest.raises(CodecError, match=f"^Say: .* bytes, at most {LARGEST_SHARED - 16}"):
        decode_one(frame("Say", text="x" * LARGEST_SHARED))
    assert open_frame(frame("Say", text="x" * LARGEST_SHARED))[0].kind is Message
    large = Wide(names=("x" * 2 * LARGEST_SHARED,))
    assert decode_one(encode(large, "a", "b")).message == large


def worst_frames() -> list[bytes]:
    """Return the frames that grow the most, for the kinds that may be large and for the rest."""
    pairs = [["a", "b"]] * MOST
    words = dict.fromkeys(("key", "sport", "league", "home", "away"), "x")
    event = {**words, "start": 1, "phase": "live"}
    picked = {"event": "x", "type": "ou", "period": "ft", "line": 1, "side": "away"}
    times = {"updated_at": 300, "received_at": 300}
    quote = {"selection": picked, "book": "x", "price": 300, "locator": "x", **times}
    events, numbers = [event] * MOST, dict.fromkeys(("polled_at", "answers", "faults"), 300)
    confirmed = [["a", 300]] * MOST
    update = {
        "events": events,
        "quotes": [quote] * 65_000,
        "confirmed": confirmed,
        "removed": pairs,
    }
    rows = [{"a": 0}] * 10_000
    full = {f"{number:02}": rows for number in range(50)}
    empty = {f"{number:02}": [{}] * 20_000 for number in range(50)}
    few = [VERSION, [["a", "b", {"kind": "Wide", "items": [["x", "y"]] * MOST}]] * 2]
    return [
        frame("MarketUpdate", market="m", **update, **numbers),
        frame("Reply", id="x", exit=0, body=full),
        frame("Reply", id="x", exit=0, body=empty),
        msgspec.msgpack.encode(few),
    ]


@pytest.mark.parametrize("which", range(4))
def test_no_frame_grows_into_hundreds_of_megabytes(which: int) -> None:
    worst = worst_frames()[which]
    tracemalloc.start()
    try:
        assert not decode(worst)[1]
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


DEEP = {
    "arrays": b"\x91" * 5_000_000,
    "maps": b"\x81\xa1a" * 300_000,
    "keys": b"\x81" * 900_000,
    "lying arrays": b"\xdd\xff\xff\xff\xff" * 900,
}


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("where", ["message", "field", "unknown field", "frame", "letter"])
def test_whatever_is_nested_too_deep_is_a_codec_error(deep: bytes, where: str) -> None:
    start = {
        "message": b"\x92" + bytes((VERSION,)) + b"\x91\x93\xa1a\xa1b",
        "field": b"\x92" + bytes((VERSION,)) + b"\x91\x93\xa1a\xa1b\x82\xa4kind\xa5Reply\xa4body",
        "unknown field": b"\x92" + bytes((VERSION,)) + b"\x91\x93\xa1a\xa1b\x82\xa1x",
        "frame": b"",
        "letter": b"\x92" + bytes((VERSION,)) + b"\x91\x94\xa1a\xa1b\xc0",
    }[where]
    for end in (b"", b"\xc0"):
        for read in (decode, open_frame):
            with pytest.raises(CodecError):
                read(start + deep + end)


def test_nested_levels_that_end_are_refused_by_the_schema() -> None:
    for body in ({"a": {"b": {"c": {"d": 1}}}}, {"a": [[1]]}, {"a": {"b": [1]}}, {"a": b"x"}):
        with pytest.raises(CodecError, match=r"^Reply: Expected "):
            decode_one(frame("Reply", id="x", exit=0, body=body))


def test_a_report_holds_what_status_holds() -> None:
    body: Report = {"a": 1, "b": {"c": {"d": 1.5}, "e": None}, "f": [{"g": True}]}
    assert decode_one(encode(Reply("x", 0, body), "a", "b")).message == Reply("x", 0, body)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_no_message_carries_what_is_no_number(value: str) -> None:
    with pytest.raises(CodecError, match=r"^Later: Expected `float`"):
        decode_one(encode(Later(float(value), "x"), "a", "b"))
    with pytest.raises(CodecError, match=r"^Reply: Expected `float`"):
        decode_one(encode(Reply("x", 0, {"a": float(value)}), "a", "b"))


def test_integers_have_64_bits_signed_or_unsigned() -> None:
    for number in (2**64 - 1, -(2**63)):
        said = Command("x", "y", number, {})  # type: ignore[arg-type]
        assert decode_one(encode(said, "a", "b")).message == said
    for number in (2**64, -(2**63) - 1):
        with pytest.raises(CodecError, match=r"^Command: can't serialize ints"):
            seal(Command("x", "y", number, {}), "a", "b")  # type: ignore[arg-type]


def test_a_float_is_never_taken_for_an_integer() -> None:
    body = msgspec.msgpack.encode([VERSION, [["a", "b", {"kind": "Reply", "id": "x", "exit": 7}]]])
    whole = body.replace(b"\x07", b"\xcb" + struct.pack(">d", 7.0))
    with pytest.raises(CodecError, match=r"^Reply: Expected `int`, got `float`"):
        decode_one(whole)


def test_text_that_is_no_unicode_is_not_sent() -> None:
    with pytest.raises(CodecError, match=r"^Say: .*surrogates not allowed"):
        seal(Say("\ud800"), "a", "b")


def test_of_two_keys_of_one_name_the_last_counts_except_for_the_kind() -> None:
    """MessagePack does not forbid them, and msgspec has no setting that does."""
    start = b"\x92" + bytes((VERSION,)) + b"\x91\x93\xa1a\xa1b"
    twice = start + b"\x83\xa4kind\xa3Say\xa4text\xa1x\xa4text\xa1y"
    assert decode_one(twice).message == Say("y")
    two_kinds = start + b"\x83\xa4kind\xa3Say\xa4text\xa1x\xa4kind\xa6Urgent"
    with pytest.raises(CodecError, match=r"Invalid value"):
        decode_one(two_kinds)
    assert open_frame(two_kinds)[0].kind is Message


def test_an_address_from_another_process_has_a_limit() -> None:
    longest = "x" * LONGEST_ADDRESS
    assert open_frame(encode(Say("x"), longest, longest))[0].to == longest
    for to, sender in ((longest + "x", ""), ("", longest + "x")):
        with pytest.raises(CodecError, match="length <= 1000"):
            open_frame(encode(Say("x"), to, sender))


def test_a_letter_has_three_parts() -> None:
    four = [VERSION, [["a", "b", {"kind": "Say", "text": "x"}, "more"]]]
    with pytest.raises(CodecError):
        decode(msgspec.msgpack.encode(four))


def test_what_a_sender_wrote_does_not_fill_the_reason() -> None:
    for unknown in (frame("Say", **{"x" * 500_000: 1}), frame("K" * 500_000)):
        ((_, _, kind, reason),) = decode(unknown)[1]
        assert len(kind) <= 100
        assert len(reason) < 300


def test_a_message_that_stays_in_its_process_is_refused_at_the_border() -> None:
    inside = {kind.__name__ for kind in PRODUCT if kind.local}
    assert inside >= {"Held", "HeldControl", "Stop", "Exited", "Wanted", "_Killed", "_Round"}
    (held,) = open_frame(frame("Held", of="Say", sender="x"))
    assert held.kind is Message
    assert not any(kind.local for kind in (MarketUpdate, Command, Reply, Relay))

"""Two threads that decode a kind of struct for the first time, at the same time."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

TOGETHER = """
from __future__ import annotations

import sys, threading
import msgspec
from runtime import codec
from runtime.codec import Message
from runtime.limits import Few
from runtime.structs import learn_all


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    number: int


class Body(Message, frozen=True):
    inner: Inner | None
    more: Few[Inner] = ()


for number in range(100):
    exec(f"class Kind{number}(Message, frozen=True): inner: Inner; body: Body")

def decode_frame():
    assert codec.decode(frame) == ([codec.Letter("a", "b", Body(Inner(1)))], ())


def decode_json():
    assert msgspec.json.decode(document, type=Kind99).body == Body(Inner(1))


frame = codec.encode(Body(Inner(1)), "a", "b")
document = msgspec.json.encode(Kind99(Inner(1), Body(Inner(1))))
decode = globals()[sys.argv[1]]
if decode is decode_json:
    learn_all()
count = 8
done, start = [], threading.Barrier(count)
sys.setswitchinterval(1e-6)


def run():
    start.wait()
    decode()
    done.append(1)


threads = [threading.Thread(target=run) for _ in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(0 if len(done) == count else 1)
"""


@pytest.mark.parametrize("way", ["decode_frame", "decode_json"])
def test_threads_that_decode_a_kind_first_at_the_same_time_do_not_crash(way: str) -> None:
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", TOGETHER, way], cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr

"""A pipe counts what goes in and out, and asks its socket for nothing that is not there."""

import threading
from collections.abc import Iterator

import pytest
import zmq

from runtime.pipe import Pipe


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    made = Pipe(context, "pipe")
    yield made
    made.close()
    context.destroy(linger=0)


def test_frames_come_out_as_they_went_in_and_are_counted(pipe: Pipe) -> None:
    for frame in (b"1", b"", b"2"):
        pipe.send(frame)
    assert (pipe.sent, pipe.received) == (3, 0)
    assert [pipe.receive(), pipe.receive(), pipe.wait()] == [b"1", b"", b"2"]
    assert pipe.receive() is None
    assert (pipe.sent, pipe.received) == (3, 3)


def test_a_frame_that_is_counted_and_not_there_yet_is_not_taken_for_one(pipe: Pipe) -> None:
    pipe.sent += 1
    assert pipe.receive() is None
    assert pipe.received == 0


def test_a_frame_ends_a_wait(pipe: Pipe) -> None:
    got: list[bytes | None] = []

    def receive() -> None:
        got.append(pipe.wait())
        pipe.wait_until(10)
        got.append(pipe.receive())

    thread = threading.Thread(target=receive)
    thread.start()
    pipe.send(b"1")
    pipe.send(b"2")
    thread.join(5)
    assert got == [b"1", b"2"]


def test_a_closed_pipe_says_so(pipe: Pipe) -> None:
    assert not pipe.closed
    pipe.close()
    assert pipe.closed

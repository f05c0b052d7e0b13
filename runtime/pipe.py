"""A pipe between threads of one process: ZeroMQ inproc, one receiver, and frames counted.

Whether anything is in it is seen by the counts: to ask an empty socket costs ten times as much
as to take a frame out of a full one.
"""

import zmq

NOBLOCK = zmq.NOBLOCK  # to find it in its module takes as long as to take a frame out


class Pipe:
    """Senders call `send` and `close` under a gate of their own, the receiver the rest.

    Who has no time for a call counts `sent` and `received` itself, beside `push` and `pull`.
    """

    __slots__ = ("_pull", "_push", "closed", "pull", "push", "received", "sent")

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], name: str) -> None:
        self._pull = context.socket(zmq.PULL)
        self._pull.set_hwm(0)  # what bounds it is counted in letters, by the mailboxes
        self._pull.linger = 0
        self._pull.bind(f"inproc://{name}")
        self._push = context.socket(zmq.PUSH)
        self._push.set_hwm(0)
        self._push.linger = 0
        self._push.connect(f"inproc://{name}")
        self.pull = self._pull.recv
        self.push = super(zmq.Socket, self._push).send  # past the Python layer: a third of it
        self.sent = 0
        self.received = 0
        self.closed = False  # whether nothing can be sent any more

    def send(self, frame: bytes) -> None:
        """Put a frame in; an empty one wakes the receiver."""
        self.sent += 1  # first, so that who has the frame can count it
        self.push(frame, NOBLOCK)

    def receive(self) -> bytes | None:
        """Take a frame out; None when there is none, or it was counted and is not there yet."""
        if self.received == self.sent:
            return None
        try:
            frame: bytes = self.pull(NOBLOCK)
        except zmq.Again:
            return None
        self.received += 1
        return frame

    def wait(self) -> bytes:
        """Take the next frame out, whenever it comes: the shortest way to it."""
        frame: bytes = self.pull()
        self.received += 1
        return frame

    def wait_until(self, seconds: float) -> None:
        """Wait for a frame, at most so long and a millisecond."""
        zmq.zmq_poll([(self._pull, zmq.POLLIN)], max(0, int(seconds * 1000) + 1))

    def close(self) -> None:
        """Close both ends; what is still in it is lost."""
        self.closed = True
        self._push.close()
        self._pull.close()

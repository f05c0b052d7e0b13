"""The bus between the processes of one machine: one I/O thread a node, ZeroMQ over ipc.

The hub binds a ROUTER; every other node and every operator's command connects a DEALER.
Nothing is queued for a peer that is not there: ZeroMQ is a lossy wire, and whoever needs
an answer asks again. The socket lies in a folder that only its owner can enter.
"""

import contextlib
import os
import stat
import threading
from pathlib import Path

import zmq

from runtime.codec import LARGEST_FRAME, Message, open_frame, why_unreadable
from runtime.errors import CodecError, OurError
from runtime.logs import logger
from runtime.post import PostOffice

log = logger("bus")

LONGEST_IPC_PATH = 100
HIGH_WATER = 2_000
LARGEST_FROM_CLIENT = 64 * 1024
CLIENT = "client/"
"""Frames of a peer that is no node arrive from `client/<its routing id in hex>`."""


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter, and check that it is one."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.stat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise OurError(f"{path} must belong to you alone: chmod 700 it, or use another --state")
    return path


def ipc_address(folder: Path, name: str) -> str:
    """Return the ZeroMQ address of a socket file. Raises OurError when it is too long."""
    path = (folder / f"{name}.ipc").resolve()
    if len(os.fsencode(path)) > LONGEST_IPC_PATH:
        raise OurError(f"{path} is too long for a socket; choose a shorter --state")
    return f"ipc://{path}"


class Bus:
    """Carry frames between this node's post office and the others.

    `name` is this node's. Clients, who are no node, may write to `open_to_clients` only.
    """

    def __init__(
        self,
        post: PostOffice,
        name: str,
        address: str,
        hub: bool,
        open_to_clients: frozenset[str] = frozenset(),
    ) -> None:
        self._post = post
        self._name = name
        self._address = address
        self._hub = hub
        self._open_to_clients = open_to_clients
        self._nodes: set[str] = set()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._push = self._context.socket(zmq.PUSH)
        self._push.set_hwm(HIGH_WATER)
        self._push.linger = 0
        self._push.bind("inproc://outbound")
        self._gate = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Bind or connect, and carry until `close`. Raises OurError when it cannot bind."""
        try:
            wire = self._wire()
        except zmq.ZMQError as error:
            raise OurError(f"{self._address}: {error}") from None
        if self._hub:
            self._post.carry(CLIENT, self._to_client)
        # The thread's start hands the socket over for good; nobody else touches it again.
        self._thread = threading.Thread(
            target=self._run, args=(wire,), name=f"bus {self._name}", daemon=True
        )
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Tell whether it carries: without its thread a node neither hears nor is heard."""
        return self._thread is not None and self._thread.is_alive()

    def route(self, prefix: str, node: str) -> None:
        """Send what is addressed under `prefix` to a node."""
        self._nodes.add(node)
        self._post.carry(prefix, lambda _to, frame: self._send(node.encode(), frame))

    def close(self) -> None:
        """Stop carrying."""
        self._closing.set()
        for _ in range(100):
            with contextlib.suppress(LookupError):  # full, or not connected yet: once more
                self._send(b"", b"")
            if self._thread is None or not self._thread.is_alive():
                break
            self._thread.join(0.05)
        with self._gate:
            self._push.close()
        self._context.destroy(linger=200)

    def _to_client(self, to: str, frame: bytes) -> None:
        self._send(bytes.fromhex(to.removeprefix(CLIENT)), frame)

    def _send(self, peer: bytes, frame: bytes) -> None:
        with self._gate:
            try:
                self._push.send_multipart([peer, frame], zmq.NOBLOCK)
            except zmq.Again:
                raise LookupError("the bus is full") from None

    def _run(self, wire: "zmq.Socket[bytes]") -> None:
        outbound = self._context.socket(zmq.PULL)
        outbound.connect("inproc://outbound")
        poller = zmq.Poller()
        poller.register(outbound, zmq.POLLIN)
        poller.register(wire, zmq.POLLIN)
        while not self._closing.is_set():
            for socket, _ in poller.poll():
                if socket is outbound:
                    self._carry_out(wire, *outbound.recv_multipart())
                else:
                    self._take_in(wire.recv_multipart())
        wire.close(linger=200)
        outbound.close()

    def _wire(self) -> "zmq.Socket[bytes]":
        wire = self._context.socket(zmq.ROUTER if self._hub else zmq.DEALER)
        wire.set_hwm(HIGH_WATER)
        wire.linger = 200
        wire.setsockopt(zmq.MAXMSGSIZE, LARGEST_FRAME)
        if self._hub:
            wire.setsockopt(zmq.ROUTER_MANDATORY, 1)
            wire.setsockopt(zmq.ROUTER_HANDOVER, 1)
            wire.bind(self._address)
            os.chmod(self._address.removeprefix("ipc://"), 0o600)
        else:
            wire.setsockopt(zmq.IMMEDIATE, 1)
            wire.setsockopt(zmq.ROUTING_ID, self._name.encode())
            wire.connect(self._address)
        return wire

    def _carry_out(self, wire: "zmq.Socket[bytes]", peer: bytes, frame: bytes) -> None:
        if not frame:
            return
        try:
            wire.send_multipart([peer, frame] if self._hub else [frame], zmq.NOBLOCK)
        except zmq.ZMQError as error:
            # Whoever needs an answer asks again; at a start the peer is not there yet.
            log.info("frame lost on the wire", peer=repr(peer), reason=str(error))

    def _take_in(self, parts: list[bytes]) -> None:
        peer, frame = parts[0], parts[-1]
        if self._hub and peer.decode("latin-1") not in self._nodes:
            self._take_in_from_client(peer, frame)
        elif frame:
            self._post.send_frame(frame)

    def _take_in_from_client(self, peer: bytes, frame: bytes) -> None:
        try:
            if len(frame) > LARGEST_FROM_CLIENT:
                raise CodecError(f"{len(frame)} bytes, at most {LARGEST_FROM_CLIENT}")
            letters = open_frame(frame, CLIENT + peer.hex())
        except CodecError as error:
            log.warning("rubbish from a client", peer=peer.hex(), reason=str(error))
            return
        for letter in letters:
            if letter.kind is Message:
                reason = why_unreadable(letter).reason
                log.warning("rubbish from a client", peer=peer.hex(), reason=reason)
                return
            if letter.to not in self._open_to_clients:
                log.warning("a client may not write there", to=letter.to)
                return
        self._post.send(letters)


def ask(address: str, frame: bytes, seconds: float) -> bytes | None:
    """Send one frame to a hub and wait for one answer; None when none comes in time."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    wire = context.socket(zmq.DEALER)
    wire.setsockopt(zmq.MAXMSGSIZE, LARGEST_FRAME)
    wire.connect(address)
    try:
        wire.send(frame)
        return wire.recv() if wire.poll(int(seconds * 1000)) else None
    finally:
        wire.close(linger=0)
        context.destroy(linger=0)

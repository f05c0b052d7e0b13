"""Our ThreadHost: a thread and a ZeroMQ socket each."""

from actors.bench.actors.contenders.ours import Ours
from runtime.host import Ports
from runtime.thread_host import ThreadHost


class OursThread(Ours):
    """Every actor has its own thread."""

    def host(self) -> ThreadHost:
        return ThreadHost(Ports())


CONTENDER = OursThread

"""Our ShardHost as it comes: all actors but the Supervisor on one shard."""

from actors.bench.actors.contenders.ours import Ours
from runtime.host import Ports
from runtime.shard_host import ShardHost


class OursShard(Ours):
    """Who tells and who hears share one thread."""

    def host(self) -> ShardHost:
        return ShardHost(Ports())


CONTENDER = OursShard

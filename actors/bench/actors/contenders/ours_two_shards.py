"""Our ShardHost with two shards: who tells and who hears work on different threads."""

from actors.bench.actors.contenders.ours import Ours
from runtime.host import Ports
from runtime.shard_host import ShardHost


class OursTwoShards(Ours):
    """Every hop that is measured crosses from one shard to the other."""

    lanes = 2

    def host(self) -> ShardHost:
        return ShardHost(Ports(), shards=2)


CONTENDER = OursTwoShards

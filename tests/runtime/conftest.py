from collections.abc import Iterator

import pytest

from tests.runtime.hosts import ShardDrive, SimDrive, ThreadDrive

DRIVES = {"sim": SimDrive, "thread": ThreadDrive, "shard": ShardDrive}


@pytest.fixture(params=sorted(DRIVES))
def drive(request: pytest.FixtureRequest) -> Iterator[SimDrive | ThreadDrive]:
    made = DRIVES[request.param]()
    yield made
    made.close()

from collections.abc import Iterator

import pytest

from tests.runtime.hosts import SimDrive, ThreadDrive


@pytest.fixture(params=["sim", "thread"])
def drive(request: pytest.FixtureRequest) -> Iterator[SimDrive | ThreadDrive]:
    made = SimDrive() if request.param == "sim" else ThreadDrive()
    yield made
    made.close()

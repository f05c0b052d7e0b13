import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def no_logs() -> Iterator[None]:
    """A simulated day logs thousands of lines, and each failure would show them all."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)

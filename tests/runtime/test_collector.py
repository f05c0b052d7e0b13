"""The collector leaves alone what a node is made of."""

import gc
from collections.abc import Iterator

import pytest

from runtime import collector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_there_is_left_out_of_collections_and_later_rubbish_is_not() -> None:
    before = gc.get_freeze_count()
    collector.calm()
    assert gc.get_freeze_count() > before
    assert gc.get_threshold() == collector.THRESHOLDS
    rubbish: list[object] = []
    rubbish.append(rubbish)
    del rubbish
    assert gc.collect() > 0

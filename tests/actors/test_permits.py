"""A permit is recognised by the key that signed it, word for word, and by no other."""

from typing import Any

import msgspec
import pytest

from actors.permits import PermitKey
from tests.actors.world import intent, permit_for

KEY = PermitKey(b"one core's")
PERMIT = KEY.signed(permit_for(intent()))


def test_a_key_recognises_what_it_signed() -> None:
    assert KEY.is_genuine(PERMIT)
    assert len(PERMIT.signature) == 32
    assert KEY.signed(PERMIT) == PERMIT


@pytest.mark.parametrize(
    "change",
    [
        {"order": "t-2"},
        {"selection": "x"},
        {"account": "b"},
        {"book": "PIN"},
        {"floor": 1919},
        {"stake": 1001},
        {"term": 2},
        {"expires": 15.1},
        {"signature": b""},
        {"signature": bytes(32)},
    ],
)
def test_no_word_of_it_can_be_changed(change: dict[str, Any]) -> None:
    assert not KEY.is_genuine(msgspec.structs.replace(PERMIT, **change))


def test_no_other_key_recognises_it_and_each_core_has_its_own() -> None:
    one, another = PermitKey(), PermitKey()
    assert not one.is_genuine(PERMIT)
    assert not PermitKey(b"").is_genuine(PERMIT)
    assert one.is_genuine(one.signed(PERMIT))
    assert not another.is_genuine(one.signed(PERMIT))
    assert PermitKey(b"one core's").is_genuine(PERMIT)

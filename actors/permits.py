"""The signature of a permit: Risk signs, the door checks, and nobody else has the key.

The key is made when a core begins and never leaves its memory, so a permit of another process,
another start or another hand is refused.
"""

import hmac

import msgspec

from actors.orders import Permit
from runtime.identity import secret_key


class PermitKey:
    """Sign permits and recognise one's own."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secret_key() if key is None else key

    def signed(self, permit: Permit) -> Permit:
        """Return the permit with its signature."""
        return msgspec.structs.replace(permit, signature=self._signature(permit))

    def is_genuine(self, permit: Permit) -> bool:
        """Tell whether every word of the permit is as it was signed with this key."""
        return hmac.compare_digest(permit.signature, self._signature(permit))

    def _signature(self, permit: Permit) -> bytes:
        unsigned = msgspec.structs.replace(permit, signature=b"")
        return hmac.digest(self._key, msgspec.msgpack.encode(unsigned), "sha256")

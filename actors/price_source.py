"""What a Poller asks of a source of prices, whatever the book."""

from typing import Protocol

from actors.price_change import PriceChange
from actors.units import Millis


class PriceSource(Protocol):
    """One market's prices; belongs to one Poller and is used in its thread.

    With `has_session`, calls need the token of the account's Session, and turns come from it.
    """

    has_session: bool

    def set_base(self, url: str) -> None:
        """Use the address that the login gave."""

    def ask(self, token: str) -> bytes:
        """Ask once and return the answer for `read`. Raises BookError or NotSentError."""

    def read(self, answer: bytes, now: Millis) -> PriceChange:
        """Return what the answer changed. Raises BookError, and nothing has changed then."""

    def forget(self, started_before: Millis) -> PriceChange:
        """Drop the matches that began before the instant given."""

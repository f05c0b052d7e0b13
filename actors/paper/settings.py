"""How a paper bookmaker is set up."""

from typing import Literal

import msgspec


class PaperSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One account and one programme. `balance` in minor units; `*_permille` of 1000 bets.

    `state_path` None keeps everything in memory. A state file's own origin, speed, seed and
    deposit win over what is said here, so that a restarted bookmaker continues exactly.
    `repeat` says whether a PlaceBetId used before makes a second bet ("accept", the unsafe
    reading of the API) or is refused. `transit_ms` is how long a new bet cannot be found by
    its reference. `mark` puts a UTF-8 byte-order mark before GetFeeds answers.
    """

    host: str = "127.0.0.1"
    port: int = 0
    user: str = "paper"
    password: str = "paper"
    currency: str = "EUR"
    balance: int = 100_000
    speed: int = 1
    seed: int = 1
    state_path: str | None = None
    reject_permille: int = 30
    void_permille: int = 0
    transit_ms: int = 400
    delay_from_ms: int = 1000
    delay_to_ms: int = 6000
    repeat: Literal["accept", "refuse"] = "accept"
    expired_status: Literal[200, 401] = 200
    mark: bool = True
    throttle: bool = True

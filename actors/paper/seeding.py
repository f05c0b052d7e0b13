"""Chance as a function of a name: the same seed and name give the same number everywhere."""

from hashlib import blake2b

_WORDS = 8
_WORD = 1 << 32
# A sum of 8 uniform numbers has variance 8/12.
_SPREAD = (12 / _WORDS) ** 0.5


def _digest(parts: tuple[object, ...]) -> bytes:
    return blake2b("|".join(map(str, parts)).encode(), digest_size=4 * _WORDS).digest()


def number(limit: int, *name: object) -> int:
    """Draw an integer from 0 to limit - 1 for this name."""
    return int.from_bytes(_digest(name)[:8]) % limit


def chance(permille: int, *name: object) -> bool:
    """Say yes in `permille` of 1000 names."""
    return number(1000, "chance", *name) < permille


def bell(*name: object) -> float:
    """Draw from a near-normal distribution of mean 0 and deviation 1, within +-4.9."""
    digest = _digest(name)
    total: float = sum(int.from_bytes(digest[i : i + 4]) for i in range(0, 4 * _WORDS, 4))
    return float((total / _WORD - _WORDS / 2) * _SPREAD)


def digits(count: int, *name: object) -> str:
    """Write a number of exactly `count` decimal digits, the first not zero (count <= 60)."""
    return str(10 ** (count - 1) + int.from_bytes(_digest(name)) % (9 * 10 ** (count - 1)))


def hexadecimal(count: int, *name: object) -> str:
    """Write `count` lower-case hexadecimal digits (count <= 64)."""
    return _digest(name).hex()[:count]

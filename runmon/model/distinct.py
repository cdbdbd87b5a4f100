"""How many different values there are: exactly up to a bound, then by HyperLogLog; the same on every run."""

from __future__ import annotations

import math
from hashlib import blake2b
from typing import Any, Final

from runmon.model.values import is_number, number_key, plain_text

EXACT: Final = 65_536
"""Different values of one field that are counted exactly."""
POOL: Final = 250_000
"""Hashes held for all fields of a description, some 100 bytes each; beyond, fields are estimated."""
ERROR: Final = 0.02
"""How far an estimate may be off: 2.5 standard errors of 2**14 registers."""
_PLACES: Final = 14
_RANKS: Final = 64 - _PLACES
_SIZE: Final = 1 << _PLACES


class Pool:
    """What fields that are counted together may hold in hashes."""

    __slots__ = ("left",)

    def __init__(self, size: int = POOL) -> None:
        self.left = size


class Distinct:
    """Counts different values by hashes of 64 bits."""

    __slots__ = ("_held", "_most", "_pool", "_ranks", "_registers")

    def __init__(self, pool: Pool | None = None, most: int = EXACT) -> None:
        self._pool, self._most = pool or Pool(), most
        self._held: set[int] = set()
        self._registers = bytearray()
        self._ranks: list[int] = []
        """How many registers hold each rank."""

    def take(self, hashed: int) -> None:
        """Count the hash of a value."""
        if self._registers:
            self._rank(hashed)
        elif hashed not in self._held:
            if len(self._held) >= self._most or self._pool.left <= 0:
                self._give_up(hashed)
                return
            self._pool.left -= 1
            self._held.add(hashed)

    @property
    def exact(self) -> bool:
        """Whether `count` is no estimate."""
        return not self._registers

    @property
    def count(self) -> int:
        """Different values; an estimate is off by more than ERROR in one of a hundred cases."""
        return len(self._held) if self.exact else round(_estimate(self._ranks))

    def _give_up(self, hashed: int) -> None:
        """Estimate from now on."""
        self._registers = bytearray(_SIZE)
        self._ranks = [_SIZE, *[0] * (_RANKS + 1)]
        for each in self._held:
            self._rank(each)
        self._rank(hashed)
        self._pool.left += len(self._held)
        self._held = set()

    def _rank(self, hashed: int) -> None:
        place, rest = hashed & _SIZE - 1, hashed >> _PLACES
        rank, before = _RANKS - rest.bit_length() + 1, self._registers[place]
        if rank > before:
            self._registers[place] = rank
            self._ranks[before] -= 1
            self._ranks[rank] += 1


def hash_of(value: Any) -> int:
    """A hash of 64 bits of a decoded value that is the same on every run; `1` and `1.0` have the same."""
    kind = type(value)
    if kind is str:
        text = "s" + value
    elif kind is int:
        text = f"n{value}"
    elif is_number(value):
        text = f"n{_number(value)}"
    else:
        text = "j" + _structure(value)
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _number(value: Any) -> Any:
    odd, near, whole = number_key(value)
    return value if odd or not math.isfinite(near) else whole if whole == near else near


def _structure(value: Any) -> str:
    try:
        return repr(value)
    except RecursionError:
        return plain_text(value)


def _estimate(ranks: list[int]) -> float:
    """Ertl's improved estimator, good for any count, from how many registers hold each rank."""
    below = _SIZE * _tau(1 - ranks[_RANKS + 1] / _SIZE)
    for rank in range(_RANKS, 0, -1):
        below = 0.5 * (below + ranks[rank])
    below += _SIZE * _sigma(ranks[0] / _SIZE)
    return _SIZE * _SIZE / (2 * math.log(2) * below)


def _sigma(x: float) -> float:
    if x == 1:
        return math.inf
    y, z = 1.0, x
    while True:
        x *= x
        before, z = z, z + x * y
        y += y
        if z == before:
            return z


def _tau(x: float) -> float:
    if x in {0.0, 1.0}:
        return 0.0
    y, z = 1.0, 1 - x
    while True:
        x = math.sqrt(x)
        before, y = z, y * 0.5
        z -= (1 - x) ** 2 * y
        if z == before:
            return z / 3

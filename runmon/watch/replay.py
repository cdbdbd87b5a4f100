"""One read of a log, laid over what the buffer holds: what is new goes in, a difference is noticed."""

from __future__ import annotations

from runmon.model.log import LogBuffer


class Differs(Exception):
    """The server's bytes are not the ones kept, from byte `at` on."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Replay:
    """Takes the bytes of one read in order, the first being byte `at` of the log.

    Known bytes are compared, missing ones kept. The first byte that differs raises Differs; a read that is
    `trusted` rolls the buffer back to it and goes on with what it brings.
    """

    def __init__(self, buffer: LogBuffer, at: int, *, trusted: bool = False) -> None:
        self.at = at
        """The byte that comes next."""
        self.began = at
        self.goal = buffer.size
        """What the buffer held when this read began: from here on its bytes are new."""
        self.heard_at = 0.0
        """The monotonic second of its last byte, or of its beginning."""
        self._buffer = buffer
        self._trusted = trusted

    @property
    def caught_up(self) -> bool:
        """Whether everything known before was seen again, so that the read now brings news."""
        return self.at >= self.goal

    def take(self, data: bytes) -> bool:
        """Take the next bytes; whether the buffer changed."""
        changed = self._buffer.size == 0 and self.at > 0
        if changed:
            data = self._begin_tail(data)
        while data:
            used, grew = self._step(data)
            changed = changed or grew
            self.at += used
            data = data[used:]
        return changed

    def _begin_tail(self, data: bytes) -> bytes:
        cut = data.find(b"\n") + 1
        self.at += cut
        self._buffer.begin_at(self.at)
        return data[cut:]

    def _step(self, data: bytes) -> tuple[int, bool]:
        buffer = self._buffer
        if self.at >= buffer.size:
            buffer.append(data)
            return len(data), True
        if buffer.filled <= self.at < buffer.start:
            data = data[: buffer.start - self.at]
            buffer.fill(data)
            return len(data), True
        return self._compare(data)

    def _compare(self, data: bytes) -> tuple[int, bool]:
        end = self._buffer.filled if self.at < self._buffer.filled else self._buffer.size
        kept = self._buffer.read(self.at, min(end, self.at + len(data)))
        if data.startswith(kept) or kept.startswith(data):
            return min(len(data), len(kept)), False
        same = _common(data, kept)
        if not self._trusted:
            raise Differs(self.at + same)
        self._buffer.truncate(self.at + same)
        return same, True


def _common(one: bytes, other: bytes) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low

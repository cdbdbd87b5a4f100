"""Rows that a person marked, kept by what they are and not by where they stand."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from runmon.ui.widgets.table_source import TableSource

FAR = 100_000
"""Rows that one key marks, or looks through for the next mark, at most."""


class Marks:
    """The marks of one table. Rows are numbers of a source, marks their identities there."""

    def __init__(self) -> None:
        self._marked: set[Hashable] = set()
        self._last: int | None = None

    def __len__(self) -> int:
        return len(self._marked)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._marked)

    def __contains__(self, identity: object) -> bool:
        return identity in self._marked

    def toggle(self, source: TableSource, row: int) -> None:
        """Mark a row, or take its mark away."""
        identity = source.identity(row)
        if identity is None:
            return
        self._marked ^= {identity}
        self._last = row if identity in self._marked else None

    def reach(self, source: TableSource, row: int) -> None:
        """Mark every row from the one marked last to this one; without one, this one alone."""
        start = row if self._last is None else min(self._last, source.row_count() - 1)
        first, last = sorted((start, row))
        found = {source.identity(each) for each in range(max(first, last - FAR), last + 1)}
        self._marked |= found - {None}
        self._last = row

    def keep(self, still: set[Hashable]) -> None:
        """Forget marks of what is not among `still`."""
        self._marked &= still

    def clear(self) -> None:
        """Forget all marks."""
        self._marked.clear()
        self._last = None

    def next(self, source: TableSource, row: int, step: int) -> int | None:
        """The next marked row behind (1) or before (-1) a row; None where there is none near."""
        if not self._marked:
            return None
        end = min(source.row_count(), row + FAR) if step > 0 else max(-1, row - FAR)
        return next(
            (each for each in range(row + step, end, step) if source.identity(each) in self._marked), None
        )

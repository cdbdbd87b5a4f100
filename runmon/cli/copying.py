"""Copying a growing log, or what is wanted of it, each byte once, also where the server takes some back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from runmon.cli.sinks import FILE_PIECE, Sink
from runmon.export.log import Selection, Wish
from runmon.model.log import LogBuffer

BATCH = 1000
"""Lines looked at and written together."""


class Copy:
    """Copies what is wanted of a growing log into a sink, each byte once; sees to rewrites."""

    def __init__(
        self,
        buffer: LogBuffer,
        sink: Sink,
        wish: Wish,
        *,
        tail: int | None = None,
        took_back: Callable[[int], None] = lambda at: None,
    ) -> None:
        """`tail` begins so many wanted lines before the end that is known at the first `catch_up`, or at the
        first line of the entry that this line belongs to, where entries are wanted.

        `took_back` hears from which byte on something printed was rewritten; it is printed anew.
        """
        self.buffer = buffer
        self.rewritten = False
        """Whether something was printed that the server took back."""
        self._sink = sink
        self._wish = wish
        self._took_back = took_back
        self._selection = None if wish.everything else Selection(wish)
        self._tail = tail
        self._begun = tail is None
        self._first = self._done = 0
        self._generation = buffer.generation

    async def catch_up(self, *, final: bool = False) -> bool:
        """Copy what is new; with `final` also a last line without an end. False where more has to come.

        Nothing is copied of a log that turns out to be lost: all of it will be copied anew.
        """
        self._see_to_changes()
        generation = self._generation
        if not self._begun and not self._begin():
            return False
        while (data := self._next(final=final)) and self.buffer.intact:
            await self._sink.write(data)
            self._see_to_changes()
        if not self.buffer.intact or (final and generation != self._generation):
            return False
        if final:
            await self._sink.finish()
        return True

    def _begin(self) -> bool:
        """Find where the wanted tail begins; False while it has not come."""
        buffer, wanted = self.buffer, self._tail or 0
        if buffer.start > 0 and buffer.lines <= wanted:
            return False
        if self._selection is None:
            self._first = self._done = buffer.line_start(max(0, buffer.lines - wanted))
        self._begun = True
        return True

    def _next(self, *, final: bool) -> bytes:
        """What is to be written next; empty where nothing is left for now."""
        if self._selection is not None:
            return self._next_lines(self._selection, final=final)
        data = self.buffer.read(self._done, min(self.buffer.size, self._done + FILE_PIECE))
        self._done += len(data)
        return data

    def _next_lines(self, selection: Selection, *, final: bool) -> bytes:
        """A batch of wanted lines; where a tail is wanted, the last entries of all that are here."""
        tail, self._tail = self._tail, None
        if tail is not None:
            return self._last_entries(selection, tail, final=final)
        chosen: list[bytes] = []
        for line in self._new_lines(final=final):
            chosen.extend(one + b"\n" for one in selection.take(line))
            if len(chosen) >= BATCH:
                break
        return b"".join(chosen)

    def _last_entries(self, selection: Selection, tail: int, *, final: bool) -> bytes:
        """The last wanted lines, from the first line of an entry on: so many, or what its lines are more."""
        entries: deque[tuple[int, list[bytes]]] = deque()
        count = 0
        for line in self._new_lines(final=final):
            for one in selection.take(line):
                if not entries or entries[-1][0] != selection.entries:
                    entries.append((selection.entries, []))
                entries[-1][1].append(one + b"\n")
                count += 1
            while entries and count - len(entries[0][1]) >= tail:
                count -= len(entries.popleft()[1])
        return b"".join(line for _entry, lines in entries for line in lines)

    def _new_lines(self, *, final: bool) -> Iterator[bytes]:
        """The lines that are whole, without their newlines; with `final` also an unfinished last one."""
        while self._done < self.buffer.size:
            for line in self.buffer.slice_lines(self.buffer.line_at(self._done), BATCH):
                end = self._done + len(line) + 1
                if end > self.buffer.size and not final:
                    return
                self._done = min(end, self.buffer.size)
                yield line

    def _see_to_changes(self) -> None:
        changes = self.buffer.changes[self._generation :]
        self._generation += len(changes)
        kept = min((one.kept for one in changes), default=self._done)
        if kept >= self._done:
            return
        if self._selection is None and self._sink.rewind(max(0, kept - self._first)):
            self._done = max(kept, self._first)
            return
        self.rewritten = True
        self._took_back(kept)
        self._done = kept
        if self._selection is not None:
            self._selection = Selection(self._wish)
            self._done = (
                self.buffer.line_start(self.buffer.line_at(kept)) if kept < self.buffer.size else kept
            )

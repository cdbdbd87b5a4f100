"""The top line: which run, which state, how far, how long, how much. It never wraps nor loses the state."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from rich.text import Text
from textual.widget import Widget

from runmon.model.units import clock_time, usd
from runmon.render.facts import Progress, Sign, shortened

CONNECTING = Sign("◌", "CONNECTING", "quiet")


class Glance(msgspec.Struct, frozen=True):
    """Everything the top line may say; texts are already clean."""

    name: str = ""
    run: str = ""
    state: Sign = CONNECTING
    progress: Progress | None = None
    message: str = ""
    elapsed_s: int | None = None
    limit_s: float = 0.0
    cost: float | None = None


GAP = "   "
LEAST_NAME = 10
LEAST_MESSAGE = 34


class RunHeader(Widget):
    """One line that answers three questions at one glance."""

    DEFAULT_CSS = "RunHeader { height: 1; dock: top; }"

    def __init__(self) -> None:
        super().__init__()
        self.glance = Glance()

    def show(self, glance: Glance) -> None:
        """Show these facts from the next frame on."""
        if glance != self.glance:
            self.glance = glance
            self.refresh()

    def render(self) -> Text:
        """The line for the width there is."""
        return header_line(self.glance, self.size.width)


def header_line(glance: Glance, width: int) -> Text:
    """The line in `width` cells. What does not fit goes in this order: message, product and run id, cost,
    the name's middle, time limit, progress, time; the state stays.
    """
    state = Text.assemble((f"{glance.state.sign} {glance.state.word}", f"bold_{glance.state.tone}"))
    for left, right in _forms(glance, width - state.cell_len - 2 * len(GAP) - 1):
        spare = width - state.cell_len - 2 * len(GAP) - 1 - left.cell_len - right.cell_len
        if spare >= 0:
            return _joined(glance, left, state, right, spare)
    return Text.assemble(" ", state)


def _joined(glance: Glance, left: Text, state: Text, right: Text, spare: int) -> Text:
    said = Text()
    message = f"{GAP}{glance.message}" if glance.message else ""
    if message and (len(message) <= spare or spare >= LEAST_MESSAGE):
        said.append(message, "quiet")
        said.truncate(spare, overflow="ellipsis")
    line = Text.assemble(" ", left, GAP if left.plain else "", state, said)
    return Text.assemble(
        line, " " * (spare - said.cell_len + len(GAP) - (0 if left.plain else -len(GAP))), right
    )


def _forms(glance: Glance, room: int) -> Iterator[tuple[Text, Text]]:
    """What stands left and right of the state, in ever shorter forms, for `room` cells altogether."""
    name, run = glance.name or glance.run, glance.run if glance.name else ""
    named = Text.assemble((name, "strong"))
    whole = Text.assemble(named, (f" · {run}" if run else "", "faint"))
    rights = _rights(glance)
    everything = next(rights)
    yield Text.assemble(("runmon  ", "quiet"), whole), everything
    yield whole, everything
    yield named, everything
    shorter = list(rights)
    for right in shorter:
        fitting = shortened(name, max(room - right.cell_len, 0))
        if len(fitting) >= min(LEAST_NAME, len(name)):
            yield Text.assemble((fitting, "strong")), right
    yield from ((Text(), right) for right in shorter)


def _rights(glance: Glance) -> Iterator[Text]:
    """How far, how long, how much: all of it, then without cost, limit, progress, time."""
    far = f"{glance.progress.done}/{glance.progress.total}" if glance.progress else ""
    long = clock_time(glance.elapsed_s) if glance.elapsed_s is not None else ""
    limit = f" / {clock_time(glance.limit_s)}" if glance.limit_s > 0 and long else ""
    much = usd(glance.cost) if glance.cost is not None else ""
    forms = ((far, long, limit, much), (far, long, limit, ""), (far, long, "", ""), ("", long, "", ""))
    return (_right(*form) for form in (*forms, ("", "", "", "")))


def _right(far: str, long: str, limit: str, much: str) -> Text:
    parts = [
        Text.assemble((far, "text")),
        Text.assemble((long, "text"), (limit, "faint")),
        Text.assemble((much, "text")),
    ]
    joined = Text(GAP).join([part for part in parts if part.plain])
    return joined.append(" ") if joined.plain else joined

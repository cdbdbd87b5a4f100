"""The top line: which run, which state, how far, how long, how much. It never wraps nor loses the state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget

from runmon.model.units import clock_time, usd
from runmon.render.facts import Progress, Sign, shortened

CONNECTING = Sign("◌", "CONNECTING", "quiet")


@dataclass(frozen=True, slots=True)
class Glance:
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
    for right in _rights(glance):
        ends = state.cell_len + right.cell_len + len(GAP) * 2 + 1
        for left in _lefts(glance, width - ends):
            spare = width - ends - left.cell_len
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


def _lefts(glance: Glance, room: int) -> Sequence[Text]:
    """The run's name as long as fits: with product and id, without, and shortened in its middle."""
    name, run = glance.name or glance.run, glance.run if glance.name else ""
    whole = Text.assemble((name, "strong"), (f" · {run}" if run else "", "faint"))
    product = Text.assemble(("runmon  ", "quiet"), whole)
    short = Text.assemble((shortened(name, max(room, 0)), "strong"))
    tries = [product, whole, Text.assemble((name, "strong")), short if room >= LEAST_NAME else Text()]
    return [text for text in tries if text.cell_len <= room] or []


def _rights(glance: Glance) -> Sequence[Text]:
    """How far, how long, how much, in ever shorter forms."""
    far = f"{glance.progress.done}/{glance.progress.total}" if glance.progress else ""
    long = clock_time(glance.elapsed_s) if glance.elapsed_s is not None else ""
    limit = f" / {clock_time(glance.limit_s)}" if glance.limit_s > 0 and long else ""
    much = usd(glance.cost) if glance.cost is not None else ""
    forms = [
        (far, long, limit, much),
        (far, long, limit, ""),
        (far, long, "", ""),
        ("", long, "", ""),
        ("",) * 4,
    ]
    return [_right(*form) for form in dict.fromkeys(forms)]


def _right(far: str, long: str, limit: str, much: str) -> Text:
    parts = [
        Text.assemble((far, "text")),
        Text.assemble((long, "text"), (limit, "faint")),
        Text.assemble((much, "text")),
    ]
    joined = Text(GAP).join([part for part in parts if part.plain])
    return joined.append(" ") if joined.plain else joined

"""What the list of runs says around its table: in the top line, above it, below it, and in its place."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.text import Text

from runmon.api.wire import TOKEN_REFUSED
from runmon.errors import NeedsToken, RunmonError
from runmon.model.run import Phase
from runmon.model.run_list import ListedRun
from runmon.model.units import grouped
from runmon.render.facts import PHASE_SIGNS, Sign, phase_sign
from runmon.render.untrusted import clean
from runmon.ui.widgets.run_rows import actor_name, why
from runmon.watch.clock import Clock

COUNTED = (Phase.RUNNING, Phase.FAILED, Phase.TIMED_OUT)
NO_TOKEN = (
    "The runs of an account are listed with its token: log in with `apify login`, or set APIFY_TOKEN.\n"
    "runmon doctor tells what is found; runmon demo needs no account."
)
NO_RUNS = "No runs yet.\nStart an Actor in Console, with apify-cli or with runmon dev; runmon demo shows one."
NOT_ACCEPTED = Sign("◇", "token not accepted", "warn")


def not_accepted(refused: RunmonError | None) -> bool:
    """Whether a token was sent, and the server does not know it."""
    return isinstance(refused, NeedsToken) and refused.hint == TOKEN_REFUSED


def header_line(
    title: str,
    runs: Sequence[ListedRun],
    marked: int,
    width: int,
) -> Text:
    """Whose runs, how many of them run or failed, how many are marked."""
    name = Text.assemble((" Runs", "strong"), (f"  {title}" if title else "", "quiet"))
    left = Text.assemble((" runmon ", "quiet"), name)
    right = Text()
    for phase in COUNTED:
        count = sum(1 for run in runs if run.phase is phase)
        if count:
            sign = PHASE_SIGNS[phase]
            right.append(f"{sign.sign} {grouped(count)} ", sign.tone)
            right.append(f"{phase.value}   ", "quiet")
    if marked:
        right.append(f"• {grouped(marked)} marked   ", "accent")
    if left.cell_len + right.cell_len + 1 > width:
        left = name
        left.truncate(max(width - right.cell_len - 1, 8), overflow="ellipsis")
    return Text.assemble(left, " " * max(width - left.cell_len - right.cell_len, 1), right)


def count_line(shown: int, known: int, total: int | None, asked: str, notes: Sequence[str]) -> Text:
    """How many are shown of how many, by which filter, and what is missing."""
    line = Text(" ")
    if not known and not total:
        return line
    whole = max(total or 0, known)
    line.append(grouped(shown), "text").append(f" of {grouped(whole)} runs", "quiet")
    if known < whole:
        line.append(f"   the newest {grouped(known)}; older ones further down", "faint")
    if asked:
        line.append("   showing ", "faint").append(clean(asked, limit=120), "accent")
    for note in notes:
        line.append("   ◇ ", "warn").append(clean(note, limit=200), "quiet")
    return line


def detail_lines(run: ListedRun | None, width: int, clock: Clock, *, lines: int = 3) -> Text:
    """Some lines on the run under the cursor: which it is, and all that is known of why."""
    if run is None:
        return Text("\n" * (lines - 1))
    which = _which(run, clock)
    while len(which) > 2 and sum(part.cell_len for part in which) > width:
        which.pop()
    first = Text.assemble(*which)
    first.truncate(max(width, 1), overflow="ellipsis")
    said = textwrap.wrap(why(run), max(width - 4, 8), max_lines=lines - 1, placeholder=" …")
    return Text("\n").join([first, *(Text(f"   {line}", "text" if run.failed else "quiet") for line in said)])


def _which(run: ListedRun, clock: Clock) -> list[Text]:
    """Sign, Actor and id, then what can be left out, the least telling last."""
    short, sign = run.short, phase_sign(run.phase, clean(run.short.status, limit=20))
    parts = [
        Text.assemble((f" {sign.sign} ", sign.tone), (actor_name(run, 40), "text")),
        Text.assemble((f"  {clean(run.id, limit=40)}", "quiet")),
    ]
    if short.started_at:
        parts.append(Text.assemble((f"  started {clock.local(short.started_at):%Y-%m-%d %H:%M:%S}", "faint")))
    build, origin = clean(short.build_number or "", limit=20), clean(short.meta.origin or "", limit=20)
    named = (f"  build {build}" if build else "", f"  {origin}" if origin else "")
    return [*parts, *(Text.assemble((text, "faint")) for text in named if text)]


def empty_words(
    asked: str,
    known: int,
    refused: RunmonError | None,
    absent: Sequence[str],
    *,
    reading: bool,
    source: str = "",
    trouble: str = "",
) -> Text:
    """The sentence in place of rows. `trouble` is why a server cannot be read just now."""
    if known and asked:
        return Text(f"None of the newest {grouped(known)} runs is {clean(asked, limit=120)}.\nesc shows all.")
    if trouble:
        return Text(f"{clean(trouble, limit=300)}\nIt is tried again by itself; ^r tries at once.")
    if reading:
        return Text("Reading the runs…")
    said = list(absent)
    if isinstance(refused, NeedsToken) and not_accepted(refused):
        told = [
            clean(refused.sentence, limit=300),
            f"It comes from {clean(source, limit=200)}." if source else "",
        ]
        said.append("\n".join(filter(None, [*told, refused.hint])))
    elif isinstance(refused, NeedsToken):
        said.append(NO_TOKEN)
    elif refused is not None:
        said.append(clean(str(refused), limit=300))
    return Text("\n\n".join(said) or NO_RUNS)

"""What the list of runs says around its table: in the top line, above it, below it, and in its place."""

from __future__ import annotations

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
    left = Text.assemble((" runmon  ", "quiet"), ("Runs", "strong"), (f"  {title}" if title else "", "quiet"))
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
        left.truncate(max(width - right.cell_len - 1, 8), overflow="ellipsis")
    return Text.assemble(left, " " * max(width - left.cell_len - right.cell_len, 1), right)


def count_line(shown: int, known: int, total: int | None, asked: str, notes: Sequence[str]) -> Text:
    """How many are shown of how many, by which filter, and what is missing."""
    line = Text(" ")
    if not known and not total:
        return line
    whole = max(total or 0, known)
    line.append(grouped(shown), "text").append(f" of {grouped(whole)} runs", "quiet")
    if asked:
        line.append("   showing ", "faint").append(clean(asked, limit=120), "accent")
    for note in notes:
        line.append("   ◇ ", "warn").append(clean(note, limit=200), "quiet")
    return line


def detail_lines(run: ListedRun | None, width: int, clock: Clock) -> Text:
    """Two lines on the run under the cursor: which it is, and all that is known of why."""
    if run is None:
        return Text("\n")
    sign = phase_sign(run.phase, clean(run.short.status, limit=20))
    started = run.short.started_at
    first = Text.assemble(
        (f" {sign.sign} ", sign.tone), (actor_name(run, 40), "text"), ("  ", ""),
        (clean(run.id, limit=40), "quiet"),
        (f"  started {clock.local(started):%Y-%m-%d %H:%M:%S}" if started else "", "faint"),
        (f"  build {clean(run.short.build_number, limit=20)}" if run.short.build_number else "", "faint"),
        (f"  {clean(run.short.meta.origin, limit=20)}" if run.short.meta.origin else "", "faint"),
    )  # fmt: skip
    second = Text(f"   {why(run)}", "text" if run.failed else "quiet")
    for line in (first, second):
        line.truncate(max(width, 1), overflow="ellipsis")
    return Text.assemble(first, "\n", second)


def empty_words(
    asked: str,
    known: int,
    refused: RunmonError | None,
    absent: Sequence[str],
    *,
    reading: bool,
    source: str = "",
) -> Text:
    """The sentence in place of rows."""
    if known and asked:
        return Text(f"None of {grouped(known)} runs is such a one.\nesc shows all.")
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
    return Text("\n\n".join(said) or "No runs yet.\nStart one, or see runmon demo.")

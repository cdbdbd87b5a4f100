"""The top line at every width: one line, the state always, the rest in its order of importance."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.model.run import Phase
from runmon.render.facts import Progress, phase_sign
from runmon.ui.widgets.header import Glance, header_line

FULL = Glance(
    name="website-content-crawler",
    run="HG7M…PEB",
    state=phase_sign(Phase.RUNNING),
    progress=Progress(148, 612),
    message="Crawled 148/612 pages, 3 failed requests, desired concurrency 12.",
    elapsed_s=764,
    limit_s=3600,
    cost=0.0312,
)


def test_a_wide_line_says_everything() -> None:
    line = header_line(FULL, 200).plain
    for part in (
        "runmon",
        FULL.name,
        FULL.run,
        "● RUNNING",
        FULL.message,
        "148/612",
        "00:12:44 / 01:00:00",
        "$0.0312",
    ):
        assert part in line


def test_at_eighty_columns_name_state_progress_time_and_cost_are_left() -> None:
    line = header_line(FULL, 80).plain
    assert line.split("   ")[0].strip() == FULL.name
    assert all(part in line for part in ("● RUNNING", "148/612", "00:12:44 / 01:00:00", "$0.0312"))
    assert "Crawled" not in line


def test_a_long_name_is_cut_in_its_middle_before_the_progress_goes() -> None:
    glance = Glance(
        name="a-very-long-actor-name-of-somebody-else", state=FULL.state, progress=FULL.progress, elapsed_s=9
    )
    line = header_line(glance, 60).plain
    assert "a-very" in line and "…" in line and "else" in line and "148/612" in line


@settings(deadline=None, max_examples=300)
@given(
    width=st.integers(12, 240),
    name=st.text(st.characters(categories=["L", "N"]), max_size=60),
    message=st.text(st.characters(categories=["L", "P", "Zs"]), max_size=200),
    done=st.none() | st.integers(0, 10**6),
    elapsed=st.none() | st.integers(0, 10**7),
    cost=st.none() | st.floats(0, 1e4),
)
def test_no_facts_make_the_line_wrap_or_lose_its_state(
    width: int, name: str, message: str, done: int | None, elapsed: int | None, cost: float | None
) -> None:
    progress = None if done is None else Progress(done, done + 1)
    glance = Glance(name, "HG7M…PEB", phase_sign(Phase.FAILED), progress, message, elapsed, 3600.0, cost)
    line = header_line(glance, width)
    assert line.cell_len <= width and "✖ FAILED" in line.plain and "\n" not in line.plain

"""The end of a run that is watched is heard, seen and handed on, with its facts and without a token."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from runmon.model.run import Run
from runmon.render.ending import end_words, hook_environment
from tests.terminal import RUNMON, Terminal


def test_the_end_rings_notifies_names_the_window_and_runs_the_hook(tmp_path: Path) -> None:
    told = tmp_path / "told"
    settings = {
        "RUNMON_HOOKS_BELL": "yes",
        "RUNMON_HOOKS_DESKTOP": "yes",
        "RUNMON_HOOKS_COMMAND": f"sh -c 'env > {told}.part; mv {told}.part {told}'",
        "RUNMON_STATE_DIR": str(tmp_path / "state"),
        "APIFY_TOKEN": "apify_api_CaNaRy",
        "TMUX": "",
    }
    with Terminal([*RUNMON, "dev", "--", "sh", "-c", "sleep 2; exit 137"], env=settings) as terminal:
        terminal.until(lambda: b"\x1b[22;0t\x1b]0;\xe2\x97\x8f RUNNING" in terminal.output)
        terminal.sees("FAILED")
        terminal.until(told.exists)
        terminal.settle()
        terminal.send("q")
        assert terminal.ends() == 0
    output = terminal.output
    assert b"\x1b]0;\xe2\x9c\x96 FAILED" in output and output.count(b"\x1b[23;0t") == 1
    assert b"exit code 137, killed, often out of memory\a" in output.split(b"\x1b]9;")[1]
    facts = dict(line.split("=", 1) for line in told.read_text().splitlines() if "=" in line)
    assert (facts["RUNMON_RUN_STATUS"], facts["RUNMON_RUN_EXIT_CODE"]) == ("FAILED", "137")
    assert "CaNaRy" not in told.read_text()


def test_a_hook_is_told_what_is_known_and_nothing_else() -> None:
    started = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    run = Run(id="x", status="SUCCEEDED", started_at=started, finished_at=started.replace(minute=3))
    facts = hook_environment(run, "kettles", {"HOME": "/h", "APIFY_TOKEN": "secret"})
    assert facts == {
        "HOME": "/h",
        "RUNMON_RUN_ID": "x",
        "RUNMON_RUN_NAME": "kettles",
        "RUNMON_RUN_STATUS": "SUCCEEDED",
        "RUNMON_RUN_STARTED_AT": "2026-11-24T12:00:00+00:00",
        "RUNMON_RUN_FINISHED_AT": "2026-11-24T12:03:00+00:00",
        "RUNMON_RUN_SUMMARY": "✔ SUCCEEDED after 3 min 00 s",
    }
    assert end_words(run) == facts["RUNMON_RUN_SUMMARY"]

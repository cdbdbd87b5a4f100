"""Commands of the list of runs, and of runs that are open as tabs."""

from runmon.ui.command import Command

# fmt: off
RUNS = (
    Command("runs.filter", ("slash", "ampersand"), "filter", "filter",
            "Show some runs only: words, status:failed, actor:shop, since:2h, ! before what must not be.",
            "runs", 2),
    Command("runs.statuses", ("v",), "next_statuses", "failed",
            "Switch between all runs, those that failed, and those that still run.", "runs", 3),
    Command("runs.times", ("t",), "next_time", "time",
            "Switch between runs of the last hour, day, week, and of any time.", "runs"),
    Command("runs.same_actor", ("a",), "same_actor", "Actor",
            "Show runs of the Actor under the cursor only, or all again.", "runs", 4),
    Command("runs.abort", ("A",), "abort", "abort",
            "Ask, then abort the marked runs, or the one under the cursor.", "runs", 5),
    Command("runs.copy", ("y", "c"), "copy", "copy id",
            "Copy the id of the run under the cursor; of one in a folder, its path.", "runs"),
    Command("runs.refresh", ("ctrl+r",), "refresh_all", "refresh", "Ask the servers now.", "runs", 0, "^r"),
    Command("runs.back", ("escape",), "back", "show all",
            "Take the filter away, then the marks.", "runs", 0, "esc"),
)
TABS = (
    Command("app.next_run", ("right_curly_bracket", "ctrl+pagedown"), "app.next_run(1)", "next run",
            "Go to the next open run, or to the list.", "app", 0, "}"),
    Command("app.previous_run", ("left_curly_bracket", "ctrl+pageup"), "app.next_run(-1)", "previous run",
            "Go to the open run before, or to the list.", "app", 0, "{"),
    Command("app.runs_list", ("escape",), "app.runs_list", "runs",
            "Go to the list of runs; the run stays open as a tab.", "app", 4, "esc"),
    Command("app.close_run", ("q", "ctrl+w"), "app.close_shown_run", "close",
            "Close this run and go to the list. The run goes on.", "app", 3),
)
# fmt: on

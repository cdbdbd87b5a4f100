"""Commands of the application, the run screen and what every pane shares."""

from runmon.ui.command import Command

# fmt: off
APP = (
    Command("app.help", ("question_mark", "f1"), "app.help", "help",
            "Show the keys of what is focused.", "app", 1, "?"),
    Command("app.palette", ("ctrl+p", "colon"), "app.command_palette", "commands",
            "Find any command by its name.", "app", 2, "^p"),
    Command("app.quit", ("q", "ctrl+q"), "app.leave", "quit",
            "Leave. The run goes on; one that runmon dev or demo started ends.", "app", 3),
    Command("app.interrupt", ("ctrl+c",), "app.interrupt", "interrupt",
            "Copy the selection; with nothing selected, leave as quit does.", "app", 0, "^c", True),
    Command("app.suspend", ("ctrl+z",), "app.suspend_process", "to the shell",
            "Give the terminal to the shell; fg comes back. The run goes on.", "app", 0, "^z"),
    Command("app.theme", ("ctrl+t",), "app.choose_theme", "themes",
            "Choose the colours; they are kept for the next time.", "app", 0, "^t"),
    Command("app.dark_light", ("alt+t",), "app.toggle_theme", "dark / light",
            "Switch between the dark and the light theme.", "app"),
)
RUN = (
    Command("run.zoom", ("f",), "zoom", "zoom",
            "Give the focused pane the whole screen, or give it back.", "run", 1),
    Command("run.abort", ("A",), "abort", "abort", "Ask, then abort the run.", "run", 2),
    Command("run.abort_now", ("ctrl+k",), "abort_now", "abort at once",
            "Ask, then abort the run without giving it time to save.", "run", 0, "^k"),
    Command("run.resurrect", ("R",), "resurrect", "resurrect",
            "Ask with which build, memory and limits, then let a finished run live again.", "run", 3),
    Command("run.reboot", ("B",), "reboot", "reboot",
            "Ask, then start the container of the run anew.", "run"),
    Command("run.requeue", ("Q",), "requeue", "requeue failed",
            "List the failed requests and ask, then put them back into the queue.", "run"),
    Command("run.next_pane", ("tab",), "next_pane", "next pane",
            "Go to the next pane.", "run"),
    Command("run.previous_pane", ("shift+tab",), "previous_pane", "previous pane",
            "Go to the previous pane.", "run"),
    Command("run.status", ("1",), "pane('status')", "status", "Go to status and usage.", "run"),
    Command("run.log", ("2",), "pane('log')", "log", "Go to the log.", "run"),
    Command("run.items", ("3",), "pane('items')", "dataset", "Go to the dataset.", "run"),
    Command("run.records", ("4",), "pane('records')", "records", "Go to the key-value store.", "run"),
    Command("run.queue", ("5",), "pane('queue')", "queue", "Go to the request queue.", "run"),
    Command("run.object", ("J",), "run_object", "run object", "Show the whole run object as JSON.", "run"),
    Command("run.input", ("6",), "pane('input')", "input", "Go to the input of the run.", "run"),
    Command("run.open", ("o",), "open_run", "open in browser",
            "Open the run in Apify Console, or what its container serves.", "run"),
    Command("run.larger", ("ctrl+right", "ctrl+down"), "resize(1)", "larger",
            "Give the pane more room; the line between two panes can also be dragged.", "run", 0, "^→"),
    Command("run.smaller", ("ctrl+left", "ctrl+up"), "resize(-1)", "smaller",
            "Give the pane less room.", "run", 0, "^←"),
    Command("run.usual_sizes", ("equals_sign",), "usual_sizes", "usual sizes",
            "Give all panes the room that they have without being asked.", "run", 0, "="),
    Command("run.refresh", ("ctrl+r",), "refresh_all", "refresh",
            "Ask the server now; where another run took the folder, open that.", "run", 0, "^r"),
    Command("run.back", ("escape",), "back", "back", "Leave the zoom.", "run", 0, "esc"),
)
STATUS = (
    Command("status.down", ("j", "down"), "scroll_by(1)", "down", "Scroll down.", "status"),
    Command("status.up", ("k", "up"), "scroll_by(-1)", "up", "Scroll up.", "status"),
    Command("status.copy", ("y", "c"), "copy", "copy link",
            "Copy the address of the run; of a folder its path.", "status"),
)
# fmt: on

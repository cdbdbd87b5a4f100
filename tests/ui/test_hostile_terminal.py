"""Text that attacks terminals, on every pane of the real program, read byte by byte at the other end."""

from pathlib import Path

import pytest

from tests.hostile import run_folder, stray
from tests.terminal import RUNMON, Terminal

WALK = (
    *"2gGeEwWtttttzgjmuUz\x0c",
    *"Lv",
    "\x1b",
    "+",
    "\x1b",
    *"&[/&!\\\r/[@\rnNv]][Y",
    "\x1b",
    "\x1b",
    "\x1b",
    *"\x0712:31\rpP",
    *"1",
    *"3jjjG",
    "\r",
    "\x1b",
    *"4jjjjjjjj",
    "\r",
    "\x1b",
    *"5jjj",
    "\r",
    "\x1b",
    "f",
    "f",
    "?",
    "\x1b",
)
"""Through every pane, its cursor, its detail and back."""


@pytest.mark.parametrize(("columns", "rows"), [(160, 45), (100, 30), (60, 20)])
def test_no_control_byte_of_hostile_data_reaches_the_terminal_on_any_pane(
    tmp_path: Path, columns: int, rows: int
) -> None:
    with Terminal([*RUNMON, "open", run_folder(tmp_path)], columns=columns, rows=rows) as terminal:
        terminal.sees("FAILED")
        terminal.settle()
        for key in WALK:
            terminal.send(key)
            terminal.settle(0.3)
        terminal.until(lambda: "Keys" not in terminal.text)
        terminal.send("q")
        assert (terminal.ends(), stray(terminal.output)) == (0, [])


def test_clicking_on_every_cell_of_hostile_data_fires_nothing(tmp_path: Path) -> None:
    with Terminal([*RUNMON, "open", run_folder(tmp_path)], columns=160, rows=45) as terminal:
        terminal.sees("FAILED", "complete")
        for row in range(2, 44, 2):
            for column in range(46, 158, 8):
                terminal.send(f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
        terminal.settle()
        terminal.send("\x1b")
        terminal.settle()
        terminal.sees("FAILED")
        assert "Abort" not in terminal.text


def test_the_oracle_sees_what_a_terminal_would_obey() -> None:
    hostile = [
        b"\x1b]52;c;aGVsbG8=\x07",
        b"\x1b[2Jx\x1b[?47h",
        b"\xc2\x9b31m",
        b"\x08",
        b"\x1bc",
        b"\xe2\x80\xae",
        b"\x1b_Ga=T,U=1,i=42;AAAA\x1b\\",
        "\U0010eeee\u0305\u0305".encode(),
    ]
    assert [attack for attack in hostile if not stray(b"text" + attack)] == []

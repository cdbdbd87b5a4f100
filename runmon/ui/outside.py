"""Handing something to another program: a pager, an editor, a browser, the clipboard of the terminal.

While a pager or an editor has the terminal we neither paint nor read keys, and go on following the run.
Files that others read are private copies, gone when runmon ends.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from runmon.errors import LocalFault
from runmon.export.names import safe_name
from runmon.export.saving import Folder
from runmon.render.untrusted import clean
from runmon.ui.app import RunmonApp

COPY_LIMIT = 64 * 1024
"""Characters that go to the clipboard; terminals drop more than about this."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xf3\xa0")
"""What may command a terminal, or hide text in it."""
_ASCII_CONTROLS = bytes({*range(32), 127} - {9, 10})
BLOCK = 256 * 1024
"""Bytes that are looked through at once, while nothing else can run."""
_PAGERS, _EDITORS = ("less", "more"), ("nano", "vi")
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype[^>]*>)?", re.IGNORECASE)
_STILL = b"<meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'; object-src 'none'\">"
"""A saved page stays what it was: its scripts would change it, or go elsewhere."""


class Copies:
    """Private copies for other programs. Closing removes them."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def write(self, name: str, data: bytes) -> Path:
        """A file of this name and content that only we and what we start can read. Raises LocalFault."""
        try:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="runmon-", ignore_cleanup_errors=True)
            place = Path(tempfile.mkdtemp(dir=self._folder.name))
        except OSError as error:
            raise LocalFault(f"No copy can be made: {error.strerror}.") from None
        with Folder(place) as folder, folder.draft(safe_name(name), private=True, size=len(data)) as draft:
            draft.write(data)
            return draft.publish()

    def close(self) -> None:
        """Remove every copy."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


async def page(app: App[Any], name: str, text: bytes) -> None:
    """Show a text in `$PAGER`; what could command the terminal is made visible. Raises LocalFault."""
    command = _command(("PAGER",), _PAGERS)
    if Path(command[0]).name == "less":
        command.append("-+F")
    shown = await asyncio.to_thread(harmless, text)
    await _lend(app, [*command, await _copied(app, name, shown)])


async def edit(app: App[Any], name: str, data: bytes) -> None:
    """Open a copy in `$VISUAL` or `$EDITOR`; nothing goes back to the run. Raises LocalFault."""
    command = _command(("VISUAL", "EDITOR"), _EDITORS)
    await _lend(app, [*command, await _copied(app, name, data)])


async def browse(app: App[Any], name: str, data: bytes) -> Path:
    """Open a copy in a browser, a page's scripts switched off; where the copy is. Raises LocalFault."""
    page = name.lower().endswith((".html", ".htm", ".xhtml", ".svg"))
    path = Path(await _copied(app, name, _still(data) if page else data))
    await visit(path.as_uri())
    return path


async def visit(url: str) -> None:
    """Open an address in a browser that has a window of its own. Raises LocalFault."""
    if sys.platform.startswith("linux") and not any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    ):
        raise LocalFault(f"No browser can be opened from here. The address is {url}")
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OPEN, url, stdin=silent, stdout=silent, stderr=silent, start_new_session=True
    )
    if await process.wait():
        raise LocalFault(f"No browser could be opened. The address is {url}")


def copy(app: App[Any], text: str, what: str) -> None:
    """Put a text on the clipboard of the terminal (OSC 52) and say so; `what` is our own word for it."""
    app.copy_to_clipboard(text[:COPY_LIMIT])
    cut = f", its first {COPY_LIMIT} characters" if len(text) > COPY_LIMIT else ""
    app.notify(f"Copied {what}{cut}.", markup=False, timeout=2)


def harmless(text: bytes) -> bytes:
    """The text with control characters as their pictures; itself where there are none."""
    return b"".join(map(_harmless, _blocks(text)))


def _blocks(text: bytes) -> Iterator[bytes]:
    """Whole lines, together at least `BLOCK` bytes but for the last ones."""
    at = 0
    while at < len(text):
        end = text.find(b"\n", at + BLOCK) + 1 or len(text)
        yield text[at:end]
        at = end


def _harmless(block: bytes) -> bytes:
    plain = block.isascii() and len(block.translate(None, _ASCII_CONTROLS)) == len(block)
    if plain or not _CONTROLS.search(block):
        return block
    return b"".join(
        clean(each.removesuffix(b"\r"), limit=4 * len(each) + 4).encode() + b"\n"
        if _CONTROLS.search(each)
        else each + b"\n"
        for each in block.removesuffix(b"\n").split(b"\n")
    )


async def _copied(app: App[Any], name: str, data: bytes) -> str:
    """Where a copy is; megabytes are written, and synced to the disk, in a thread."""
    return str(await asyncio.to_thread(_ours(app).copies.write, name, data))


def _ours(app: App[Any]) -> RunmonApp:
    assert isinstance(app, RunmonApp)
    return app


def _still(page: bytes) -> bytes:
    start = _DOCTYPE.match(page)
    at = start.end() if start else 0
    return page[:at] + _STILL + page[at:]


def _command(names: tuple[str, ...], usual: tuple[str, ...]) -> list[str]:
    """What the environment names, or the first program of the usual ones that is here."""
    for name in names:
        try:
            if command := shlex.split(os.environ.get(name, "")):
                return command
        except ValueError:
            raise LocalFault(f"${name} cannot be read as a command.") from None
    for program in usual:
        if found := shutil.which(program):
            return [found]
    raise LocalFault(f"There is no {usual[0]} here.", hint=f"Name a program in ${names[-1]}.")


async def _lend(app: App[Any], command: list[str]) -> None:
    """Let a program have the terminal until it ends. Raises LocalFault."""
    process = None
    try:
        with _ours(app).lent():
            process = await asyncio.create_subprocess_exec(*command)
            await process.wait()
    except SuspendNotSupported:
        raise LocalFault("The terminal cannot be lent to another program here.") from None
    except OSError as error:
        raise LocalFault(f"{command[0]} could not be started: {error.strerror}.") from None
    finally:
        if process is not None and process.returncode is None:
            process.terminate()

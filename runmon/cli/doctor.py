"""`runmon doctor`: what runmon finds of versions, terminal, settings, token and network, and what to do."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

import click

from runmon import __version__
from runmon.api.address import Address, address
from runmon.api.client import ONCE, Api
from runmon.cli.account import Account, account
from runmon.cli.commands import Command
from runmon.cli.exits import Exit
from runmon.cli.local_runs import run_folders, storage_folder
from runmon.cli.reach import server_options
from runmon.cli.setting_flags import screen_options, settings_here
from runmon.cli.terminal import show
from runmon.errors import ApiError, NeedsToken, NoAccess, NotFound, RunmonError
from runmon.settings import Loaded

EXAMPLES = (
    ("runmon doctor", "what works here, what does not, and what to do"),
    ("runmon doctor --api-url http://127.0.0.1:8010", "the same for another server"),
    ("runmon doctor --json", "for a program, or for a report"),
)
GOOD, ODD, BAD = "good", "odd", "bad"
SIGNS = {GOOD: "✔", ODD: "!", BAD: "✖"}
LIBRARIES = ("textual", "httpx", "msgspec", "click", "starlette")
LEAST = (80, 24)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding."""

    name: str
    state: str
    """`good`, `odd` (works, but less than it could) or `bad`."""
    said: str
    do: str = ""
    """What to do about it."""


@click.command("doctor", cls=Command, examples=EXAMPLES)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@server_options
@screen_options
def doctor_command(as_json: bool, api_url: str | None, token_file: str | None, anonymous: bool) -> int:
    """Check versions, terminal, settings, token and network, and say what to do. One request is sent.

    The exit code is 1 where something is broken, else 0.
    """
    found = list(checks(api_url, token_file, anonymous))
    if as_json:
        click.echo(json.dumps([asdict(check) for check in found], indent=2, ensure_ascii=False))
    else:
        for check in found:
            show(f"{SIGNS[check.state]} {check.name:<9} {check.said}")
            if check.do:
                show(f"  {'':<9} → {check.do}")
    return Exit.FAILED if any(check.state == BAD for check in found) else Exit.OK


def checks(api_url: str | None, token_file: str | None, anonymous: bool) -> Iterator[Check]:
    """Every finding; what one lacks ends no other."""
    yield versions()
    yield terminal(os.environ)
    try:
        whole = settings_here()
        where = address(api_url or whole.settings.api_url)
    except RunmonError as error:
        yield Check("settings", BAD, error.sentence, error.hint)
        return
    yield settings(whole)
    yield from images(whole.settings.images, os.environ)
    yield local_runs()
    try:
        yours = account(whole, token_file=token_file, anonymous=anonymous)
    except RunmonError as error:
        yield Check("token", BAD, error.sentence, error.hint)
        yours = Account(None, "none")
    else:
        yield token(yours)
    yield proxy(os.environ, where)
    yield asyncio.run(network(where, yours))


def versions() -> Check:
    """Ours, Python's, and those of the libraries that matter."""
    named = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES)
    return Check("versions", GOOD, f"runmon {__version__}, Python {platform.python_version()}, {named}")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def terminal(environment: Mapping[str, str]) -> Check:
    """Whether the screen can be shown here, and how well."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return Check(
            "terminal", ODD, "stdin, stdout or stderr is none: the screen cannot be shown here",
            "Run runmon doctor in a terminal, without a pipe; runmon status, log, wait and runs need none.",
        )  # fmt: skip
    kind = environment.get("TERM", "")
    if kind in {"", "dumb"}:
        return Check("terminal", BAD, f"TERM={kind or 'nothing'} cannot show the screen",
                     "export TERM=xterm-256color, or use another terminal.")  # fmt: skip
    size, encoding = shutil.get_terminal_size(), (sys.stdout.encoding or "").lower()
    colours = _colours(environment)
    said = f"{kind}, {size.columns}x{size.lines}, {colours}, {encoding}"
    if encoding.replace("-", "") != "utf8":
        return Check("terminal", BAD, said, "export LANG=C.UTF-8, so that signs and borders can be written.")
    if size.columns < LEAST[0] or size.lines < LEAST[1]:
        return Check("terminal", ODD, said, f"Enlarge the window: {LEAST[0]}x{LEAST[1]} shows all parts.")
    if colours != "true colour" and "NO_COLOR" not in environment:
        return Check("terminal", ODD, said, "export COLORTERM=truecolor, if the terminal has all colours.")
    return Check("terminal", GOOD, said)


def _colours(environment: Mapping[str, str]) -> str:
    if "NO_COLOR" in environment:
        return "no colours (NO_COLOR)"
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "true colour"
    return "256 colours" if "256" in environment.get("TERM", "") else "16 colours"


def images(setting: str, environment: Mapping[str, str]) -> Iterator[Check]:
    """What the terminal can draw images with, and what it is given; nothing where there is no terminal."""
    from runmon.ui.terminal_hints import multiplexed, worth_asking

    streams = (sys.stdin, sys.stdout, sys.stderr)
    if setting == "off":
        yield Check("images", GOOD, "off, as the settings say")
    elif all(stream is not None and stream.isatty() for stream in streams):
        if multiplexed(environment) and setting != "pixels":
            yield Check(
                "images", GOOD, "drawn in half-block cells: through tmux or screen the terminal is not asked",
                "For pixels through tmux: --set images=pixels, and in tmux: set -g allow-passthrough on.",
            )  # fmt: skip
        else:
            yield _offered(setting, environment, asks=worth_asking(setting, environment))


def _offered(setting: str, environment: Mapping[str, str], *, asks: bool) -> Check:
    from runmon.ui.terminal_answers import ask_now

    told = ask_now(sys.stdin.fileno(), sys.stderr.fileno(), environment)
    kitty = (
        "Kitty graphics" if told.placeholders else "Kitty graphics without placeholders" if told.kitty else ""
    )
    offers = " and ".join(filter(None, (kitty, "Sixel" if told.sixel else ""))) or "no images"
    said = f"{told.name or 'the terminal'} offers {offers}"
    if told.placeholders and asks:
        return Check("images", GOOD, f"{said}: drawn in pixels")
    do = "--set images=pixels draws them in pixels." if told.placeholders and setting == "auto" else ""
    if setting == "pixels":
        do = "Kitty (0.28) and Ghostty draw pixels; elsewhere asking for them only takes time."
    return Check("images", ODD if setting == "pixels" else GOOD, f"{said}: drawn in half-block cells", do)


def settings(whole: Loaded) -> Check:
    """Whether the settings can be used by a screen too."""
    from runmon.ui.keymap import Keymap

    there = str(whole.file) if whole.file.is_file() else f"no file yet ({whole.file})"
    try:
        changed = len(Keymap(whole.settings.keys).changed)
    except RunmonError as error:
        return Check("settings", BAD, error.sentence, error.hint)
    profile = f", profile {whole.settings.profile}" if whole.settings.profile else ""
    keys = f", {changed} keys changed" if changed else ""
    return Check("settings", GOOD, there + profile + keys)


def local_runs() -> Check:
    """What there is to look at without any account."""
    folder = storage_folder()
    count = sum(1 for _run in run_folders(folder))
    if not count:
        return Check(
            "here",
            GOOD,
            f"no runs in {folder}",
            "runmon dev starts one there; runmon demo shows one without keeping it.",
        )
    return Check("here", GOOD, f"{count} run{'' if count == 1 else 's'} in {folder}")


def token(yours: Account) -> Check:
    """Which token would be sent, by its source."""
    if yours.token is not None:
        return Check("token", GOOD, f"from {yours.source}")
    if "--anonymous" in yours.source or "profile" in yours.source:
        return Check("token", ODD, yours.source)
    cli = "apify login" if shutil.which("apify") else "npm i -g apify-cli && apify login"
    return Check(
        "token", ODD, "none found: what is shared publicly can be watched",
        f"Log in ({cli}), or export APIFY_TOKEN, or name a place for it in a profile: runmon config example.",
    )  # fmt: skip


def proxy(environment: Mapping[str, str], where: Address) -> Check:
    """The way that requests take."""
    names = (
        ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        if where.secure
        else ("HTTP_PROXY", "http_proxy")
    )
    through = next((name for name in names if environment.get(name)), "")
    certificates = next((n for n in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environment.get(n)), "")
    said = f"through the proxy of {through}" if through and not where.loopback else "straight"
    return Check("way", GOOD, said + (f", certificates of {certificates}" if certificates else ""))


async def network(where: Address, yours: Account) -> Check:
    """Whether the server answers, how fast, and whether it knows the token."""
    try:
        api = Api(where, yours.token, patience=ONCE)
    except RunmonError as error:
        return Check("server", BAD, error.sentence, error.hint)
    async with api:
        began = time.perf_counter()
        try:
            me = await api.me()
        except NoAccess as error:
            took = f"{(time.perf_counter() - began) * 1000:.0f} ms"
            if yours.token is None and isinstance(error, NeedsToken):
                return Check("server", GOOD, f"{where.host} answered in {took}")
            return Check("server", BAD, f"{where.host} answered in {took}: {error.sentence}",
                         f"The token of {yours.source} is not one of this server: log in anew.")  # fmt: skip
        except NotFound:
            return Check("server", ODD, f"{where.host} answers, but knows no accounts",
                         "A look-alike may lack this; runs can still be watched.")  # fmt: skip
        except ApiError as error:
            return Check("server", BAD, error.sentence, error.hint or _unreached(where))
        took = f"{(time.perf_counter() - began) * 1000:.0f} ms"
    name = me.get("username") or me.get("id") or "somebody"
    return Check("server", GOOD, f"{where.host} answered in {took}; you are {name}")


def _unreached(where: Address) -> str:
    if where.loopback:
        return "Start the server there (runmon serve), or take APIFY_CLIENT_BASE_URL away."
    return "Look at the connection, at HTTPS_PROXY, and at runmon config for the address."

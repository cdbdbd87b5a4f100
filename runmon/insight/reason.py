"""Why a run ended as it did, in one line: its message, the last error of its log, its exit code."""

from __future__ import annotations

import re

from runmon.insight.entries import Level, parse, visible
from runmon.model.run import Phase, Run
from runmon.model.units import span

_SAYS_NOTHING = re.compile(
    r"(the )?(actor|run|process|container)?( run| process)? ?(was |has )?"
    r"(failed|aborted|timed[ -]out|ended|exited|finished)?"
    r"( with( an?)?( non-zero| unhandled)?( exit)?( status)?( code)?( -?\d+)?( error| exception)?)?\W*",
    re.IGNORECASE,
)
_PROGRESS = re.compile(r"\d\s?/\s?\d")
"""As `Crawled 12/40 pages`: the last word before the end, not on it."""
_TRACE = re.compile(r"[\w.]*(?:Error|Exception|Exit|Interrupt|Warning)\b.{0,400}")
LONGEST = 400


def last_error(log: bytes) -> str:
    """The last error of a log or of its end, with the exception that follows it.

    Where no error was logged: the exception of a traceback, or what the process itself said last, as a panic
    does; empty where loggers had the last word.
    """
    lines = [visible(line[:4096]) for line in log.split(b"\n")]
    exception = said = ""
    logged = False
    for line in reversed(lines):
        parts = parse(line)
        text = line[parts.body :].strip()
        if parts.level is Level.ERROR:
            return _joined(text, exception)
        if parts.begins:
            logged = True
        elif text and not exception and _TRACE.match(text):
            exception = text
        elif text and not said and not logged:
            said = text
    return (exception or said)[:LONGEST].strip()


def _joined(message: str, exception: str) -> str:
    """The message and the exception behind it; an error of a Python program has it in its last line."""
    message, _brace, _payload = message.partition(' {"')
    if not exception or exception in message:
        return message[:LONGEST].strip()
    if _SAYS_NOTHING.fullmatch(message):
        return exception[:LONGEST]
    return f"{message.strip()} {exception}"[:LONGEST]


def reason(run: Run | None, error: str, exit_words: str = "") -> str:
    """The most telling first; empty where nothing is known. `exit_words` explains the exit code."""
    if run is None:
        return error
    message = (run.status_message or "").strip()
    telling = bool(message) and not _SAYS_NOTHING.fullmatch(message) and not _PROGRESS.search(message)
    said = [message] if telling else []
    if error and error not in message:
        said.append(error)
    if run.phase is Phase.TIMED_OUT and run.options.timeout_secs:
        said.insert(0, f"took longer than its limit of {_limit(run.options.timeout_secs)}")
    if run.exit_code and run.phase is Phase.FAILED:
        said.append(f"exit code {run.exit_code}" + (f", {exit_words}" if exit_words else ""))
    return " · ".join(said) or message


def _limit(seconds: float) -> str:
    return span(seconds).removesuffix(" 00 min").removesuffix(" 00 s")

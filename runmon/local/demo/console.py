"""The demo Actor's log: Crawlee for Python's line format, colours included, on standard error."""

from __future__ import annotations

import json
import logging
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

GREY, RESET = "\x1b[90m", "\x1b[0m"
LEVELS = {
    logging.DEBUG: "\x1b[34mDEBUG",
    logging.INFO: "\x1b[32mINFO ",
    logging.WARNING: "\x1b[33mWARN ",
    logging.ERROR: "\x1b[31mERROR",
}
TABLE_WIDTH = 100
PLAIN_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class Lines(logging.Formatter):
    """`[name] LEVEL message ({extra})`, a traceback indented below."""

    def format(self, record: logging.LogRecord) -> str:
        level = LEVELS.get(record.levelno, record.levelname)
        parts = [f"{GREY}[{record.name}]{RESET} {level}{RESET} {record.getMessage()}"]
        extra = {name: value for name, value in vars(record).items() if name not in PLAIN_FIELDS}
        if extra:
            parts.append(f" {GREY}({json.dumps(extra, ensure_ascii=False, default=str)}){RESET}")
        if record.exc_info:
            parts.append("\n" + textwrap.indent(self.formatException(record.exc_info), " " * 6))
        return "".join(parts)


def log_to(name: str) -> logging.Logger:
    """A logger of the Actor under this name."""
    logger = logging.getLogger(name)
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(Lines())
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    return logger


def table(rows: Sequence[tuple[str, Any]]) -> str:
    """Two columns in a frame, cells as wide as their content, the whole no wider than Crawlee's."""
    left = max(len(name) for name, _ in rows)
    cells = [str(value)[: TABLE_WIDTH - left - 7] for _, value in rows]
    right = max(map(len, cells))
    lines = [f"│ {name:<{left}} │ {cell:<{right}} │" for (name, _), cell in zip(rows, cells, strict=True)]
    top, bottom = f"┌{'─' * (left + 2)}┬{'─' * (right + 2)}┐", f"└{'─' * (left + 2)}┴{'─' * (right + 2)}┘"
    return "\n".join((top, *lines, bottom))

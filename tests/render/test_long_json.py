"""A line of JSON says the same however long it is and wherever in it its level stands."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from runmon.insight.entries import Level
from runmon.insight.groups import Groups
from runmon.model.log import LogBuffer
from runmon.render.log_lines import LogLines

STAMP = "2026-11-24T10:00:00.000Z"
SAYS = {"level": "ERROR", "msg": "page 7 broke", "logger": "Crawler"}


def shown(fields: dict[str, object]) -> tuple[str, Level, str]:
    """The row, the level, and the kind of message of a log of one line of JSON."""
    line = f"{STAMP} {json.dumps(fields, ensure_ascii=False)}\n".encode()
    groups = Groups()
    groups.take(0, line)
    (group,) = groups.ordered()
    with closing(LogBuffer()) as buffer:
        buffer.append(line)
        lines = LogLines(buffer)
        assert lines.entry(0).level is lines.level(0)
        return lines.text(0).plain, lines.level(0), group.words


@pytest.mark.parametrize("size", [0, 9_000, 70_000, 2_000_000])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("filling", ["x", 'é\n"{', {"level": "INFO", "msg": "inside"}])
def test_level_logger_and_message_are_found_in_front_of_and_behind_anything(
    size: int, first: bool, filling: object
) -> None:
    text = str(filling) * (size // len(str(filling)))
    filled: dict[str, object] = {"held": text if isinstance(filling, str) else [filling] * (size // 40)}
    row, level, words = shown({**SAYS, **filled} if first else {**filled, **SAYS})
    assert row.startswith("10:00:00.000 ERROR Crawler: page 7 broke {")
    assert (level, words) == (Level.ERROR, "page 7 broke")
    assert len(row) < 9_000


def test_a_long_line_that_only_looks_like_json_has_no_level() -> None:
    with closing(LogBuffer()) as buffer:
        buffer.append(f'{STAMP} {{"level": "ERROR", "msg": "x"}} and {"more " * 20_000}}}\n'.encode())
        lines = LogLines(buffer)
        assert lines.level(0) is Level.NONE and '{"level": "ERROR"' in lines.text(0).plain


def test_a_second_message_field_is_not_lost() -> None:
    row, _, _ = shown({**SAYS, "message": "and this"})
    assert row.endswith('page 7 broke {"message":"and this"}')

"""JSON that strict readers refuse is indented all the same, and every value stays as it was sent."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from runmon.render.indented import forgiven
from runmon.render.preview import preview

VALUES = st.recursive(
    st.none() | st.integers() | st.floats() | st.text('\\"aN\ud800\udc00😀é', max_size=5),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text('a"\ud800:', max_size=3), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
@example({"\ud800": "NaN", "n": float("nan"), "pair": "😀", "i": [-float("inf")]})
def test_whatever_is_forgiven_stands_there_as_sent(value: Any) -> None:
    body = json.dumps([value, float("nan")]).encode()
    assert forgiven(body) == json.dumps([value, float("nan")], indent=2).encode()


def test_what_is_broken_otherwise_is_not_forgiven() -> None:
    assert forgiven(b'{"a":NaN') is None
    assert forgiven(b'{"a":1,}') is None


def test_a_record_with_nan_folds_and_tells_what_is_wrong() -> None:
    """C3: NaN and halves of characters in a record."""
    found = preview(b'{"a":{"n":NaN,"\\ud800":"x"}}', "application/json")
    assert [found.lines.text(n).plain for n in range(found.lines.line_count())] == [
        "{", '  "a": {', '    "n": NaN,', r'    "\ud800": "x"', "  }", "}",
    ]  # fmt: skip
    assert found.notes == ("not valid JSON: invalid character (byte 10)",)
    assert found.lines.path(3) == 'a["\ufffd"]'  # type: ignore[attr-defined]

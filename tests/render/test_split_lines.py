"""Lines without an object for each are the lines that splitting gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runmon.render import split_lines
from runmon.render.split_lines import SplitLines


@given(
    st.lists(st.sampled_from([b"", b"a", b"bc" * 5, b"\n"]), max_size=40),
    st.integers(1, 12),
)
def test_they_are_what_split_gives(parts: list[bytes], block: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(split_lines, "BLOCK", block)
        text = b"".join(parts)
        found, wanted = SplitLines(text), text.split(b"\n")
        assert list(found) == wanted and len(found) == len(wanted)
        assert [found[n] for n in range(len(found))] == wanted
        assert found[-1] == wanted[-1] and found[1:3] == wanted[1:3]
        with pytest.raises(IndexError):
            found[len(wanted)]

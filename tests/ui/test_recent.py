"""What a view keeps ready is bounded, and given back as soon as it is forgotten."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from runmon.ui.widgets.recent import Recent


class Made:
    """Anything that was made ready."""


@pytest.fixture
def uncollected() -> Iterator[None]:
    """No garbage is collected meanwhile."""
    gc.disable()
    yield
    gc.enable()


def test_what_was_put_in_first_goes_first() -> None:
    recent = Recent[int, str](2)
    for n, value in enumerate("abc"):
        recent[n] = value
    assert [recent.get(n) for n in range(3)] == [None, "b", "c"]


@pytest.mark.usefixtures("uncollected")
def test_what_is_forgotten_leaves_no_garbage_that_a_frame_would_wait_for() -> None:
    recent = Recent[int, Made](8)
    for n in range(8):
        recent[n] = Made()
    kept = [ref(made) for n in range(8) if (made := recent.get(n)) is not None]
    del made
    recent.clear()
    assert [one() for one in kept] == [None] * 8

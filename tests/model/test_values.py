"""Values are read as sent, and nothing that a server can send raises."""

from __future__ import annotations

import pytest

from runmon.model.values import Broken, Number, decode, legible


def test_a_price_keeps_its_final_zero() -> None:
    assert decode(b'{"price":12.90}')["price"] == Number("12.90")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b"9" * 5000, Number("9" * 5000)),
        (b"NaN", Number("NaN")),
        (b'"\\ud800"', "\ud800"),
        (b'"\xff"', "\ufffd"),
        (b"{broken", Broken("{broken")),
        (b"", Broken("")),
    ],
)
def test_what_strict_json_refuses_is_still_something(raw: bytes, value: object) -> None:
    found = decode(raw)
    assert found == value
    assert type(found) is type(value)


def test_nesting_deeper_than_the_stack_is_text() -> None:
    assert isinstance(decode(b"[" * 5000 + b"]" * 5000), Broken)


def test_only_halves_of_surrogate_pairs_are_replaced() -> None:
    assert legible(rb'"\ud800 \ud83d\ude00 \\ud800 \udc00"') == rb'"\ufffd \ud83d\ude00 \\ud800 \ufffd"'

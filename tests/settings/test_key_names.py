"""Keys as a person writes them."""

from __future__ import annotations

import string

import pytest
from textual.keys import _character_to_key

from runmon.settings.keys import key_of, keys_of


@pytest.mark.parametrize("character", [*sorted(set(string.printable) - set(string.whitespace)), " "])
def test_every_character_of_a_keyboard_is_what_textual_calls_it(character: str) -> None:
    assert key_of(character) == _character_to_key(character)
    assert key_of(key_of(character)) == key_of(character)


@pytest.mark.parametrize(
    ("text", "key"),
    [("^f", "ctrl+f"), ("ctrl+F", "ctrl+f"), ("shift+f", "F"), ("Esc", "escape"), ("ctrl++", "ctrl+plus"),
     ("PgUp", "pageup"), ("F5", "f5"), ("shift+tab", "shift+tab"), ("ctrl+shift+left", "ctrl+shift+left")],
)  # fmt: skip
def test_keys_may_be_written_as_people_write_them(text: str, key: str) -> None:
    assert key_of(text) == key


@pytest.mark.parametrize("text", ["", "ctrl+", "banana", "ctrl+banana", "f99", "\x1b", "a b"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        key_of(text)


def test_an_empty_text_or_list_takes_the_key_away() -> None:
    assert keys_of("") == keys_of([]) == ()

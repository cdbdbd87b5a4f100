"""Any bytes can be read: as what they are, with a word where they are not what they were called."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from runmon.render.preview import Preview, preview
from runmon.render.raster import BadPicture, raster
from runmon.render.sniff import sniff


def shown(found: Preview, count: int = 40) -> list[str]:
    return [found.lines.text(n).plain for n in range(min(found.lines.line_count(), count))]


def image(kind: str, size: tuple[int, int] = (30, 20)) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, "#204080").save(held, kind)
    return held.getvalue()


def test_json_is_indented_and_keeps_every_number_and_key() -> None:
    found = preview(b'{"price":12.90,"id":12345678901234567890123,"a":1,"a":2}')
    assert shown(found) == [
        "{",
        '  "price": 12.90,',
        '  "id": 12345678901234567890123,',
        '  "a": 1,',
        '  "a": 2',
        "}",
    ]


def test_a_line_of_json_tells_keys_strings_and_numbers_apart() -> None:
    line = preview(b'{"price":12.90,"name":"k: 1"}').lines
    tones = [{line.text(n).plain[s.start : s.end]: str(s.style) for s in line.text(n).spans} for n in (1, 2)]
    wanted = {'"price"': "quiet", "12.90": "number", '"name"': "quiet", '"k: 1"': "text"}
    assert (tones[0] | tones[1]).items() >= wanted.items()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a":', "not valid JSON"),
        (b"[" * 5000 + b"]" * 5000, "nested too deep"),
        (b"NaN", "not valid JSON"),
    ],
)
def test_broken_json_says_why_and_shows_its_text(body: bytes, said: str) -> None:
    found = preview(body)
    assert said in found.notes[0]
    assert shown(found)[0].startswith(body[:3].decode())


def test_json_that_was_cut_is_not_called_broken() -> None:
    assert preview(b'{"a":[1,2', cut=True).notes == ("JSON cut off here",)


@pytest.mark.parametrize(
    ("told", "body", "kind"),
    [
        ("application/octet-stream", image("PNG"), "PNG image"),
        ("image/jpeg", image("JPEG"), "JPEG image"),
        ("image/svg+xml", b"<svg></svg>", "SVG"),
        ("text/html; charset=utf-8", b"<h1>Hi</h1>", "HTML"),
        ("", b'{"a":1}', "JSON"),
        ("", b"<!DOCTYPE html><p>", "HTML"),
        ("text/csv", b"a,b\n1,2\n", "CSV"),
        ("application/jsonl", b'{"a":1}\n{"a":2}\n', "JSON lines"),
        ("application/zip", b"PK\x03\x04rest", "ZIP archive"),
        ("application/octet-stream", bytes(64), "bytes"),
    ],
)
def test_bytes_are_taken_for_what_they_are(told: str, body: bytes, kind: str) -> None:
    assert preview(body, told).kind == kind


def test_a_wrong_name_is_told() -> None:
    assert (
        preview(image("PNG"), "application/json").notes[0].startswith("not application/json, but image/png")
    )
    assert "does not begin as one" in preview(b"<html>not found</html>", "image/png").notes[0]


def test_text_is_read_in_its_charset() -> None:
    found = preview("příliš žluťoučký".encode("windows-1250"), "text/plain; charset=windows-1250")
    assert shown(found) == ["příliš žluťoučký"]
    assert found.notes == ("read as windows-1250",)


def test_a_line_of_megabytes_is_folded_and_every_byte_can_be_reached() -> None:
    body = ("ž" * 1_000_000).encode()
    found = preview(body, "text/plain")
    assert "folded every" in found.notes[0]
    assert "".join(found.lines.text(n).plain for n in range(found.lines.line_count())) == "ž" * 1_000_000


def test_nine_megabytes_of_json_are_ready_in_a_blink() -> None:
    body = b"[" + b",".join(b'{"url":"http://shop/%d","price":12.90}' % n for n in range(250_000)) + b"]"
    before = time.process_time()
    found = preview(body)
    assert shown(found)[1:3] == ["  {", '    "url": "http://shop/0",']
    assert time.process_time() - before < 2.0


def test_hex_shows_offset_bytes_and_ascii() -> None:
    assert shown(preview(b"\x00\x01ABC" + bytes(20), "application/octet-stream"))[0] == (
        "00000000  00 01 41 42 43 00 00 00  00 00 00 00 00 00 00 00  ··ABC···········"
    )


@settings(deadline=None, max_examples=200)
@given(
    body=st.binary(max_size=300),
    told=st.sampled_from(["", "text/html", "application/json", "image/png", "text/x"]),
)
def test_any_bytes_can_be_shown_and_none_commands_a_terminal(body: bytes, told: str) -> None:
    found = preview(body, told)
    for text in shown(found):
        assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)


@given(told=st.text(max_size=40), body=st.binary(max_size=40))
def test_a_name_of_any_shape_is_survived(told: str, body: bytes) -> None:
    assert sniff(told, body).charset


def test_source_that_makes_lexers_slow_is_shown_in_time() -> None:
    lines = preview(b"<!--" * 50_000, "text/html").others[0].lines()
    before = time.process_time()
    for n in range(40):
        lines.text(n)
    assert time.process_time() - before < 2.0


def test_an_image_fits_its_room_and_keeps_its_shape() -> None:
    drawn = raster(image("PNG", (400, 200)), 80, 60, ground="#000000")
    assert (drawn.width, drawn.height, drawn.true_width, drawn.true_height) == (80, 40, 400, 200)
    assert drawn.pixel(5, 5) == (0x20, 0x40, 0x80)


def test_a_small_image_is_not_blown_up() -> None:
    assert raster(image("GIF", (3, 2)), 80, 60, ground="#000000").width == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"\x89PNG\r\n\x1a\nrest", image("PNG")[:60], image("TIFF"), b"%!PS-Adobe-3.0 EPSF", b"GIF89a"],
)
def test_what_cannot_be_drawn_is_a_sentence(body: bytes) -> None:
    with pytest.raises(BadPicture):
        raster(body, 80, 60, ground="#000000")


def test_an_image_bomb_is_refused_by_its_header() -> None:
    """C2: ten thousand bytes that stand for 81 million pixels."""
    held = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(held, "PNG")
    assert len(held.getvalue()) < 20_000
    with pytest.raises(BadPicture, match="9000 × 9000"):
        raster(held.getvalue(), 80, 60, ground="#000000")

"""Pages, tables, archives and documents are read as what they are, within bounds."""

from __future__ import annotations

import gzip
import io
import time
import unicodedata
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runmon.render.grid import grid
from runmon.render.packed import UNPACKED_MOST
from runmon.render.page import read_page
from runmon.render.preview import Preview, preview

PAGE = b"""<!doctype html><html><head><title>Blue &amp;
 Co</title><style>p{}</style><script>var hidden = 1</script></head><body>
<h1>Kettles</h1><p>Made of <b>copper</b>.<p>Two.<ul><li>One<li>Two</ul>
<table><tr><td>a<td>b</tr></table><img src="http://tracker.example/x.png">
<form method=post action="/login"><input name=user><input type=password name=secret></form>
<a href="/cart">Your cart</a><a href="#top">up</a></body></html>"""


def lines(found: Preview, count: int = 60) -> list[str]:
    return [found.lines.text(n).plain for n in range(min(found.lines.line_count(), count))]


def test_a_page_shows_what_a_person_would_see() -> None:
    found = preview(PAGE, "text/html")
    assert lines(found) == [
        "title  Blue & Co", "1 link   1 form   1 image", "", "Kettles", "Made of copper.", "Two.", "• One",
        "• Two", "a b", "Your cartup", "", "form  POST /login", "      user, secret", "", "links",
        "  Your cart  /cart",
    ]  # fmt: skip
    assert [view.name for view in found.others] == ["source", "bytes"]
    assert "<h1>Kettles</h1>" in found.others[0].lines().text(2).plain


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        (b"<title>Just a moment...</title>", "Cloudflare challenge"),
        (b"<p>Access denied</p>", "access denied"),
        (b"<div class=g-recaptcha></div>", "reCAPTCHA"),
        (b"<h1>Verify you are human</h1>", "human check"),
    ],
)
def test_a_block_page_is_told(body: bytes, sign: str) -> None:
    assert f"! sign of a block page: {sign}" in lines(preview(body, "text/html"))


def test_an_article_about_captchas_is_no_block_page() -> None:
    page = b"<p>" + b"How a captcha works, in many words. " * 400 + b"</p>"
    assert not [line for line in lines(preview(page, "text/html")) if "sign of" in line]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from(["<", ">", "<p>", "</", "<!--", "<![CDATA[", "&amp", "&#x1b;", '"', "a", "\x1b]0;"])
    )
)
def test_a_page_of_any_shape_is_read_and_none_commands_a_terminal(parts: list[str]) -> None:
    for line in lines(preview("".join(parts).encode(), "text/html"), 500):
        assert not [char for char in line if unicodedata.category(char) == "Cc"]


@pytest.mark.parametrize("part", ["<!--", "<a ", "</", "<![CDATA[", "&", "<p><b>", "<a b='", "<?"])
def test_a_page_that_makes_readers_slow_is_left_after_a_while(part: str) -> None:
    before = time.process_time()
    read_page(part * 100_000)
    assert time.process_time() - before < 8


def test_delimited_text_is_a_table() -> None:
    found = preview(b'name;price\n"Kettle; blue";12,90\nCup;3\n', "text/csv")
    assert (found.kind, found.size) == ("CSV", "2 rows × 2 columns")
    assert lines(found) == ["name          price  ", "Kettle; blue  12,90  ", "Cup               3  "]
    assert found.others[0].lines().text(1).plain == '"Kettle; blue";12,90'


@given(st.text(max_size=300))
def test_any_text_as_a_table_is_survived(text: str) -> None:
    table = grid(text.encode("utf-8", "surrogatepass"))
    if table is not None:
        for n in range(table[0].line_count()):
            assert "\x1b" not in table[0].text(n).plain


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(
                zipfile.ZipInfo(name, (2026, 11, 24, 10, 0, 0)), b"x" * 5000, zipfile.ZIP_DEFLATED
            )
    return held.getvalue()


def test_a_zip_file_lists_its_names() -> None:
    found = preview(zipped("a/one.json", "evil\x1b[2J.txt"), "application/zip")
    assert found.size.startswith("2 files, 10.0 kB unpacked")
    assert lines(found)[0].endswith("2026-11-24 10:00  a/one.json")
    assert "\x1b" not in lines(found)[1]


def test_a_zip_file_whose_names_were_not_read_shows_its_bytes() -> None:
    found = preview(zipped("a.txt")[:40], "application/zip", cut=True)
    assert found.notes == ("its list of names is behind what was read",)
    assert lines(found)[0].startswith("00000000  50 4b")


def test_a_gzip_file_shows_what_it_holds() -> None:
    found = preview(gzip.compress(b'{"a": 1}', mtime=1_700_000_000), "application/gzip")
    assert found.kind == "gzip of JSON" and "2023-11-14" in found.size
    assert lines(found) == ["{", '  "a": 1', "}"]


def test_a_compression_bomb_is_unpacked_no_further_than_is_shown() -> None:
    """C1: a thousand bytes that stand for a million, in a record."""
    bomb = gzip.compress(bytes(64 << 20))
    before = time.process_time()
    found = preview(bomb, "application/gzip")
    assert found.notes[0].startswith("the first") and "unpacked are shown" in found.notes[0]
    assert found.lines.line_count() <= UNPACKED_MOST // 16
    assert time.process_time() - before < 2


@pytest.mark.parametrize("told", ["application/gzip", "application/zip", "application/pdf"])
@given(body=st.binary(max_size=200))
def test_packed_bytes_of_any_shape_are_survived(told: str, body: bytes) -> None:
    for start in (b"\x1f\x8b\x08", b"PK\x03\x04", b"%PDF-1.7"):
        assert lines(preview(start + body, told))


def test_a_pdf_tells_its_facts() -> None:
    body = b"%PDF-1.7\n1 0 obj<</Type /Pages /Kids[] /Count 12>>\n/Title (A \\(small\\) book)\n/Producer (x)"
    found = preview(body, "application/pdf")
    assert [line.plain for line in found.facts] == [
        "version       1.7", "pages         12", "title         A (small) book", "producer      x",
    ]  # fmt: skip


def test_statistics_stand_above_their_json() -> None:
    body = b'{"requestsFinished": 3, "requestsFailed": 1, "requestsWithStatusCode": {"403": 2}}'
    found = preview(body, "application/json", key="SDK_CRAWLER_STATISTICS_0")
    assert [line.plain for line in found.facts] == [
        "requests  3 finished   1 failed   0 tried again", "status    403 × 2   ",
    ]  # fmt: skip
    assert lines(found)[0] == "{"


def test_svg_is_source_and_bytes_are_the_last_way_to_read_anything() -> None:
    found = preview(b"<svg onload='x()'/>", "image/svg+xml")
    assert (found.kind, lines(found)) == ("SVG", ["<svg onload='x()'/>"])
    assert found.others[-1].name == "bytes" and found.others[-1].lines().text(0).plain.startswith("00000000")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"a":1}\n{"a":2}\n', "JSON lines"),
        (b'{"a":1}\n\n', "JSON"),
        (b'{\n"a":1}\n', "JSON"),
        (b'{"a":\n{"b":1}}', "JSON"),
    ],
)
def test_untyped_json_of_a_line_each_is_read_by_lines(body: bytes, kind: str) -> None:
    found = preview(body, "application/octet-stream")
    assert (found.kind, found.notes) == (kind, ())


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_text_that_begins_with_the_mark_of_utf_16_is_read_as_such(coding: str) -> None:
    found = preview("\ufeffahoj světe\ndva".encode(coding), "text/plain; charset=utf-8")
    assert (lines(found), found.notes) == (["ahoj světe", "dva"], ("read as utf-16",))


def test_nothing_is_called_empty_and_not_broken() -> None:
    found = preview(b"", "application/json")
    assert (found.kind, found.notes, lines(found)) == ("empty", (), [])

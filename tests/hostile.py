"""A run folder full of text that attacks terminals, markup and widgets, and an oracle for terminal output."""

import json
import re
from pathlib import Path

ATTACKS = [
    "\x1b]0;title\x07",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b]8;;http://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H",
    "\x1b[?1049l",
    "\x1b[6n",
    "\x1bP+q544e\x1b\\",
    "\x1b_Gf=24;AAAA\x1b\\",
    "\x1b]unterminated osc",
    "\x1b[38;2;1;2",
    "\x1bc",
    "\x1b(0lqqk",
    "\x9b31m and \x9d0;c1\x9c",
    "\x85\x8d\x90",
    "before\rafter",
    "over\b\b\b\bwritten",
    "nul\x00 bel\x07 vt\x0b ff\x0c so\x0e si\x0f del\x7f",
    "\u202eevil\u202c \u2066iso\u2069 \u200bzw\u200d \ufeffbom",
    "\u2028line\u2029par",
    "tags \U000e0041\U000e0042",
    "z" + "\u0301" * 200 + "algo",
    "[@click=app.quit]press me[/]",
    "[@click=app.abort]x[/]",
    "[/]",
    "[/nope]",
    "[bold red]shout[/bold red]",
    "[link=http://evil.example]x[/link]",
    "[link=]",
    "\\[",
    "lone \ud800 surrogate",
    "\u3164\u3164\uffa0",
    "\U0010eeee\u0305\u0305\U0010eeee\u0305\u030d of an image",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
]
"""Each once led some terminal or toolkit astray."""

_ALLOWED = re.compile(
    rb"\x1b\[[0-9;:]*m"
    rb"|\x1b\[[0-9;]*[ABCDGHJK]"
    rb"|\x1b\[\?(?:25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048|7|12)(?:\$p|[hl])"
    rb"|\x1b\[[<>=?]?[0-9;]*u"
    rb"|\x1b\[>4;[0-9]m|\x1b\[[0-9;]*t|\x1b\[[0-6] q"
    rb"|\x1b\]0;[^\x00-\x1f\x7f]*(?:\x07|\x1b\\)"
    rb"|\x1b\][0-9]+;\?(?:\x07|\x1b\\)"
    rb"|\x1b\]22;[a-z-]+\x07"
)
"""What Textual itself writes: colours, cursor moves, its private modes, and its questions at the start."""


def stray(output: bytes) -> list[bytes]:
    """Control bytes on a terminal that are no part of what Textual writes, each with its surroundings."""
    rest = _ALLOWED.sub(b"", output)
    text = rest.decode("utf-8", "replace")
    return [
        text[max(0, m.start() - 20) : m.end() + 20].encode("unicode_escape")
        for m in re.finditer(
            r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\U0010eeee]",
            text,
        )
    ]


def run_folder(root: Path) -> Path:
    """A run whose every text is an attack: log, items, records, requests, status message."""
    (root / "log.txt").write_bytes(
        b"".join(
            f"2026-11-23T18:16:{n % 60:02}.000Z ERROR {a}\n".encode("utf-8", "surrogatepass")
            for n, a in enumerate(ATTACKS)
        )
    )
    joined = " ".join(ATTACKS)
    run = {"id": "hostileRun1234567", "status": "FAILED", "statusMessage": joined, "exitCode": 91}
    (root / "run.json").write_text(
        json.dumps({**run, "startedAt": "2026-11-23T18:16:00.000Z", "buildNumber": joined})
    )
    items = root / "datasets" / "default"
    items.mkdir(parents=True)
    for number, attack in enumerate(ATTACKS, 1):
        (items / f"{number:09}.json").write_text(
            json.dumps({"url": attack, attack: attack, "nested": {attack: [attack]}})
        )
    records = root / "key_value_stores" / "default"
    records.mkdir(parents=True)
    for number, attack in enumerate(ATTACKS):
        body, kind = [
            (json.dumps({attack: attack}), "application/json"),
            (attack, "text/plain"),
            (attack, attack),
            (f"<p>{attack}</p>", "text/html"),
        ][number % 4]
        (records / f"R{number}").write_bytes(body.encode("utf-8", "surrogatepass"))
        facts = {"key": f"R{number}", "content_type": kind, "size": len(body)}
        (records / f"R{number}.__metadata__.json").write_text(json.dumps(facts))
    requests = root / "request_queues" / "default"
    requests.mkdir(parents=True)
    for number, attack in enumerate(ATTACKS):
        request = {
            "unique_key": f"{number}{attack}",
            "url": attack,
            "method": "GET",
            "user_data": {attack: attack},
            "retry_count": 1,
            "headers": {"x": attack},
            "handled_at": None if number % 2 else "2026-11-23 18:16:20+00:00",
        }
        (requests / f"{number:015x}.json").write_text(json.dumps(request))
    return root

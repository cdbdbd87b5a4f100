"""Two grounds, three greys, one accent, three status colours: every colour of the screen has its name here.

Sheets write `$quiet`; Python that draws lines writes rich style names (`Text.append("…", "quiet")`, resolved
by `rich_styles`) or takes the `Palette` of the theme in use (`palette(app)`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import asdict, replace
from rich.style import Style
from rich.theme import Theme as RichTheme
from textual.color import Color
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App


class Palette(msgspec.Struct, frozen=True):
    """The colours of one theme as `#rrggbb`."""

    ground: str
    """Behind everything."""
    panel: str
    """Behind header, footer, dialogs and table headers."""
    cursor: str
    """Behind the row under the cursor."""
    line: str
    """Borders of panes without focus, rules, empty parts of charts."""
    text: str
    quiet: str
    """Second voice: units, loggers, labels."""
    faint: str
    """Third voice: stamps, punctuation, row numbers."""
    accent: str
    """Focus and the current thing, nothing else."""
    ok: str
    warn: str
    bad: str
    number: str
    """Numbers inside JSON and tables: distinct, free of accent."""
    match: str
    """Behind a search match (the current match stands on the accent)."""
    error_ground: str
    """Behind the lines of an error."""
    warn_ground: str
    """Behind the lines of a warning."""


DARK = Palette(
    ground="#0f1216",
    panel="#171b21",
    cursor="#232a35",
    line="#323a46",
    text="#dbe0e8",
    quiet="#a3adba",
    faint="#7a8494",
    accent="#a394ff",
    ok="#6fcf8e",
    warn="#e8b559",
    bad="#ff8078",
    number="#8cc7d9",
    match="#3d330c",
    error_ground="#2b171a",
    warn_ground="#241d10",
)
LIGHT = Palette(
    ground="#fbfaf8",
    panel="#f1efea",
    cursor="#e4e1f3",
    line="#cfccc4",
    text="#22262c",
    quiet="#545b66",
    faint="#7a8089",
    accent="#5541c4",
    ok="#14692d",
    warn="#7d5200",
    bad="#b3202a",
    number="#0f5f78",
    match="#ffe27a",
    error_ground="#fbe9e7",
    warn_ground="#faf1d9",
)
TONES = ("text", "quiet", "faint", "accent", "ok", "warn", "bad", "number")
"""Names that colour text; every one is also a rich style name."""
GROUNDS = ("ground", "panel", "cursor", "match", "error_ground", "warn_ground")
"""What text stands on."""


def variables(colours: Palette) -> dict[str, str]:
    """The palette for sheets: `error_ground` is `$error-ground`; `text` is `$ink` (`$text` is Textual's)."""
    named = {name.replace("_", "-"): value for name, value in asdict(colours).items()}
    named["ink"] = named.pop("text")
    return named


def _textual_theme(name: str, colours: Palette, *, dark: bool) -> Theme:
    return Theme(
        name=name,
        primary=colours.accent,
        secondary=colours.number,
        accent=colours.accent,
        foreground=colours.text,
        background=colours.ground,
        surface=colours.ground,
        panel=colours.panel,
        boost=colours.cursor,
        success=colours.ok,
        warning=colours.warn,
        error=colours.bad,
        dark=dark,
        variables=variables(colours) | _chrome(colours),
    )


def _chrome(colours: Palette) -> dict[str, str]:
    return {
        "scrollbar": colours.line,
        "scrollbar-hover": colours.faint,
        "scrollbar-active": colours.accent,
        "scrollbar-background": colours.ground,
        "scrollbar-background-hover": colours.ground,
        "scrollbar-background-active": colours.ground,
        "scrollbar-corner-color": colours.ground,
        "border": colours.accent,
        "border-blurred": colours.line,
        "block-cursor-background": colours.cursor,
        "block-cursor-foreground": colours.text,
        "block-cursor-text-style": "none",
        "input-selection-background": colours.cursor,
        "input-cursor-background": colours.text,
        "input-cursor-foreground": colours.ground,
        "footer-background": colours.panel,
    }


DARK_SAFE = replace(DARK, ok="#6cb8ff", warn="#f0e04d", bad="#ffa066", error_ground="#2b1d12")
LIGHT_SAFE = replace(LIGHT, ok="#005a9c", warn="#6b5900", bad="#9c3f00", error_ground="#faeadd")
"""For eyes that do not tell red from green: blue, yellow, orange."""
SIXTEEN = Palette(
    ground="#000000",
    panel="#000000",
    cursor="#0000aa",
    line="#555555",
    text="#ffffff",
    quiet="#aaaaaa",
    faint="#aaaaaa",
    accent="#ff55ff",
    ok="#55ff55",
    warn="#ffff55",
    bad="#ff5555",
    number="#55ffff",
    match="#aa5500",
    error_ground="#000000",
    warn_ground="#000000",
)
"""For terminals of 16 colours, whose nearest to the grounds of other themes would all be black."""
_OWN = {
    "runmon-dark": DARK,
    "runmon-light": LIGHT,
    "runmon-dark-safe": DARK_SAFE,
    "runmon-light-safe": LIGHT_SAFE,
    "runmon-16": SIXTEEN,
}
THEMES = tuple(_textual_theme(name, own, dark="light" not in name) for name, own in _OWN.items())
_adapted_before: dict[str, Palette] = {}


def palette(app: App[Any]) -> Palette:
    """The palette in use; for a theme that is not ours it is made from that theme's own colours."""
    return of_theme(app.current_theme)


def of_theme(theme: Theme) -> Palette:
    """The palette of any Textual theme."""
    own = _OWN.get(theme.name) or _adapted_before.get(theme.name)
    if own is None:
        own = _adapted_before[theme.name] = _adapted(theme)
    return own


def _adapted(theme: Theme) -> Palette:
    base = DARK if theme.dark else LIGHT
    system = theme.to_color_system().generate()
    given = {
        "ground": system["background"],
        "panel": system["panel"],
        "text": system["foreground"],
        "accent": system["accent"],
        "ok": system["success"],
        "warn": system["warning"],
        "bad": system["error"],
    }
    opaque = {name: Color.parse(value).rgb for name, value in given.items() if value.startswith("#")}
    solid = {name: "#{:02x}{:02x}{:02x}".format(*rgb) for name, rgb in opaque.items()}
    if len(solid) < len(given):
        return base
    return _readable({**asdict(base), **solid, **_shades(solid)}, dark=theme.dark)


def _shades(solid: dict[str, str]) -> dict[str, str]:
    """Greys between ground and text, and grounds with a touch of what they mean."""
    ground = Color.parse(solid["ground"])
    greys = {"quiet": 0.72, "faint": 0.5, "line": 0.22, "cursor": 0.14}
    tinted = {"match": ("warn", 0.2), "error_ground": ("bad", 0.12), "warn_ground": ("warn", 0.08)}
    return {name: _hex(ground.blend(Color.parse(solid["text"]), share)) for name, share in greys.items()} | {
        name: _hex(ground.blend(Color.parse(solid[tone]), share)) for name, (tone, share) in tinted.items()
    }


def _readable(colours: dict[str, str], *, dark: bool) -> Palette:
    """The palette with every tone moved away from the grounds until it can be read on all of them."""
    far = Color(255, 255, 255) if dark else Color(0, 0, 0)
    grounds = [Color.parse(colours[name]) for name in GROUNDS]
    for tone in TONES:
        least, colour = (3.0 if tone == "faint" else 4.5), Color.parse(colours[tone])
        steps = (colour.blend(far, step / 20) for step in range(21))
        good = (one for one in steps if all(contrast(one, ground) >= least for ground in grounds))
        colours[tone] = _hex(next(good, far))
    return Palette(**colours)


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.1 contrast ratio of two colours, 1 … 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Color) -> float:
    parts = [part / 255 for part in colour.rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(colour: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour.rgb)


def rich_styles(colours: Palette) -> RichTheme:
    """Style names for `Text` spans: the tones, `strong`, `line`, `current`, and grounds such as `match`."""
    styles = {name: Style(color=getattr(colours, name)) for name in TONES}
    grounds = {"match", "cursor", "error_ground", "warn_ground", "panel"}
    styles |= {name: Style(bgcolor=getattr(colours, name)) for name in grounds}
    styles |= {f"bold_{name}": style + Style(bold=True) for name, style in styles.items() if name in TONES}
    styles["line"] = Style(color=colours.line)
    styles["current"] = Style(color=colours.ground, bgcolor=colours.accent)
    styles["tab"] = Style(color=colours.text, bold=True, underline=True)
    styles["strong"] = Style(color=colours.text, bold=True)
    return RichTheme(styles, inherit=True)

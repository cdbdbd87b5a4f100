"""Two grounds, three greys, one accent, three status colours: every colour of the screen has its name here.

Sheets write `$quiet`; Python that draws lines writes rich style names (`Text.append("…", "quiet")`, resolved
by `rich_styles`) or takes the `Palette` of the theme in use (`palette(app)`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.theme import Theme as RichTheme
from textual.color import Color
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App


@dataclass(frozen=True, slots=True)
class Palette:
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


THEMES = (
    _textual_theme("runmon-dark", DARK, dark=True),
    _textual_theme("runmon-light", LIGHT, dark=False),
)
_OWN = {"runmon-dark": DARK, "runmon-light": LIGHT}


def palette(app: App[Any]) -> Palette:
    """The palette in use; for a theme that is not ours it is made from that theme's own colours."""
    return of_theme(app.current_theme)


def of_theme(theme: Theme) -> Palette:
    """The palette of any Textual theme."""
    own = _OWN.get(theme.name)
    return own if own is not None else _adapted(theme)


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
    return Palette(**(asdict(base) | solid | _greys(solid)))


def _greys(solid: dict[str, str]) -> dict[str, str]:
    if "ground" not in solid or "text" not in solid:
        return {}
    ground, text = Color.parse(solid["ground"]), Color.parse(solid["text"])
    shades = {"quiet": 0.72, "faint": 0.5, "line": 0.22, "cursor": 0.14}
    return {name: ground.blend(text, share).hex6.lower() for name, share in shades.items()}


def rich_styles(colours: Palette) -> RichTheme:
    """Style names for `Text` spans: the tones, `strong`, `line`, `current`, and grounds such as `match`."""
    styles = {name: Style(color=getattr(colours, name)) for name in TONES}
    grounds = {"match", "cursor", "error_ground", "warn_ground", "panel"}
    styles |= {f.name: Style(bgcolor=getattr(colours, f.name)) for f in fields(colours) if f.name in grounds}
    styles |= {f"bold_{name}": style + Style(bold=True) for name, style in styles.items() if name in TONES}
    styles["line"] = Style(color=colours.line)
    styles["current"] = Style(color=colours.ground, bgcolor=colours.accent)
    styles["tab"] = Style(color=colours.text, bold=True, underline=True)
    styles["strong"] = Style(color=colours.text, bold=True)
    return RichTheme(styles, inherit=True)

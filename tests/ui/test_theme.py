"""Every colour of text can be read on every ground it stands on, in both themes."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from runmon.settings.kinds import THEMES as THEME_NAMES
from runmon.ui.theme import DARK, DARK_SAFE, GROUNDS, LIGHT, LIGHT_SAFE, THEMES, Palette, of_theme

PALETTES = {
    "dark": DARK,
    "light": LIGHT,
    "dark-safe": DARK_SAFE,
    "light-safe": LIGHT_SAFE,
    **{name: of_theme(theme) for name, theme in BUILTIN_THEMES.items()},
}


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [part / 255 for part in Color.parse(colour).rgb]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_is_readable_on_every_ground(colours: Palette, ground: str) -> None:
    worst = {
        tone: contrast(getattr(colours, tone), getattr(colours, ground))
        for tone in ("text", "quiet", "accent", "ok", "warn", "bad", "number")
    }
    assert {tone: ratio for tone, ratio in worst.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_faint_text_is_visible_on_every_ground(colours: Palette, ground: str) -> None:
    assert contrast(colours.faint, getattr(colours, ground)) >= 3


@pytest.mark.parametrize("colours", PALETTES.values(), ids=PALETTES)
def test_the_current_match_is_readable_on_the_accent(colours: Palette) -> None:
    assert contrast(colours.ground, colours.accent) >= 4.5


def test_the_settings_know_every_theme_by_name() -> None:
    assert sorted(THEME_NAMES) == sorted({*BUILTIN_THEMES, *(theme.name for theme in THEMES)})

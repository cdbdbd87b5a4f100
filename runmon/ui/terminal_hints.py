"""Whether it is worth asking a terminal what it can draw; the environment alone decides, at no cost."""

from __future__ import annotations

from collections.abc import Mapping


def worth_asking(images: str, environment: Mapping[str, str]) -> bool:
    """Whether a terminal may be asked: where its name promises pixels, nothing between, or where told to."""
    if images != "auto" or "NO_COLOR" in environment or multiplexed(environment):
        return images == "pixels"
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    return (
        bool(environment.get("KITTY_WINDOW_ID")) or "kitty" in term or "ghostty" in (term + program).lower()
    )


def multiplexed(environment: Mapping[str, str]) -> bool:
    """Whether tmux or screen stands between us and the terminal."""
    inside = environment.get("TERM", "").startswith(("tmux", "screen"))
    return inside or bool(environment.get("TMUX") or environment.get("STY"))

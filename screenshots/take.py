"""`python -m screenshots.take [NAME…]`: draw the pictures with the real application over recorded runs.

A name is that of a scene, or `states/` and a state, which is drawn in every form. Each SVG is a golden that
a test compares; scenes of the README are also drawn as PNG. The moment, the sizes and the recordings are
frozen, so the same program draws the same bytes.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path

from textual.pilot import Pilot

from runmon.ui.layout import WIDE
from runmon.ui.private_textual import screen_lines
from screenshots import keys
from screenshots.scenes import SCENES, Scene
from screenshots.stage import Stage, stage
from screenshots.states import SIZES, STATES, THEMES, State

HERE = Path(__file__).parent
DEADLINE_S = 60.0
STILL_S = 0.4
"""A screen that has not changed for so long stands still."""
PASSING = ("settling", "catching up", "connecting", "Reading", "Asking", "stale")
"""Words that stand on the screen for a moment only."""
FONT = "Fira Code"


async def draw(scene: Scene) -> str:
    """The scene as SVG."""
    async with stage(scene.recording, size=scene.size, theme=scene.theme) as on:
        counted = on.counted if scene.size[0] >= WIDE else ()
        await still(on.pilot, counted if scene.keys else (*counted, *scene.wanted))
        await on.pilot.press(*scene.keys)
        await still(on.pilot, scene.wanted)
        return picture(on)


async def draw_state(state: State) -> dict[str, str]:
    """The state as SVG in every form, by the name of the form."""
    drawn = {}
    for width, height in SIZES:
        async with stage(state.recording, size=(width, height), access=state.access) as on:
            await still(on.pilot, on.counted if width >= WIDE else ())
            if state.outage and on.lose_link is not None:
                await on.lose_link()
            for name, theme in THEMES.items():
                on.pilot.app.theme = theme
                await still(on.pilot, state.wanted)
                drawn[f"{width}x{height}{name}"] = picture(on)
    return drawn


def picture(on: Stage) -> str:
    """What the application shows now as SVG, without what changes from one drawing to the next."""
    svg = on.pilot.app.export_screenshot(title="runmon", simplify=True)
    return steady(svg.replace(on.platform.url.rpartition(":")[2], "PORT"))


def steady(picture: str) -> str:
    """The picture without the name that Textual makes of all it shows, which a port would change."""
    return re.sub(r"terminal-\d+", "terminal-0", picture)


async def still(pilot: Pilot[int], wanted: tuple[str, ...]) -> None:
    """Wait until the screen shows what is wanted and has stopped to change."""
    deadline, shown, since = time.monotonic() + DEADLINE_S, "", time.monotonic()
    while time.monotonic() < deadline:
        await pilot.pause(0.05)
        now = "\n".join(screen_lines(pilot.app))
        if now != shown:
            shown, since = now, time.monotonic()
        elif time.monotonic() - since > STILL_S and ready(now, wanted):
            return
    raise TimeoutError(f"never saw {wanted}:\n{shown}")


def ready(shown: str, wanted: tuple[str, ...]) -> bool:
    """Whether all that is wanted is there and nothing that will pass, unless that is what is wanted."""
    passing = [word for word in PASSING if not any(word in each for each in wanted)]
    return all(word in shown for word in wanted) and not any(word in shown for word in passing)


def take(name: str) -> None:
    """Draw one scene, or one state in all its forms, to its files."""
    if name.startswith("states/"):
        for form, svg in asyncio.run(draw_state(STATES[name.removeprefix("states/")])).items():
            (HERE / f"{name}-{form}.svg").write_text(svg, "utf-8")
        return
    svg = asyncio.run(draw(SCENES[name]))
    (HERE / f"{name}.svg").write_text(svg, "utf-8")
    if SCENES[name].readme:
        (HERE / f"{name}.png").write_bytes(png(svg))


def png(svg: str) -> bytes:
    """The picture as PNG, twice its size, in fonts of this machine."""
    import resvg_py

    local = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return bytes(resvg_py.svg_to_bytes(svg_string=local, zoom=2, font_family=FONT, monospace_family=FONT))


def main(names: list[str]) -> int:
    known = [*SCENES, *(f"states/{state}" for state in STATES)]
    unknown = set(names) - set(known)
    if unknown:
        print(f"no such picture: {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 5
    for name in names or known:
        take(name)
        print(f"drew {name}")
    keys.write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

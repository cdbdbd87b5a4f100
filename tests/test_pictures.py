"""The pictures and the README are what the program shows now."""

import pytest

from screenshots import keys
from screenshots.scenes import SCENES
from screenshots.states import FORMS, STATES
from screenshots.take import HERE, draw, draw_state


@pytest.mark.parametrize("name", SCENES)
async def test_a_scene_looks_as_its_golden(name: str) -> None:
    """Told by a word: to list the differences of two pictures takes longer than to draw them."""
    same = await draw(SCENES[name]) == (HERE / f"{name}.svg").read_text("utf-8")
    assert same, f"look at it after: make screenshots ARGS={name}"


@pytest.mark.parametrize("name", STATES)
async def test_a_state_looks_as_its_goldens_at_three_sizes_in_dark_and_light(name: str) -> None:
    drawn = await draw_state(STATES[name])
    kept = {form: (HERE / "states" / f"{name}-{form}.svg").read_text("utf-8") for form in FORMS}
    changed = [form for form in FORMS if drawn[form] != kept[form]]
    assert changed == [], f"look at them after: make screenshots ARGS=states/{name}"


def test_the_readme_lists_the_keys_that_the_program_has() -> None:
    readme = keys.README.read_text("utf-8")
    assert keys.with_keys(readme) == readme


def test_every_picture_of_the_readme_is_there() -> None:
    readme = keys.README.read_text("utf-8")
    missing = [name for name in SCENES if SCENES[name].readme and f"screenshots/{name}.png" not in readme]
    assert (
        missing,
        [name for name in SCENES if SCENES[name].readme and not (HERE / f"{name}.png").exists()],
    ) == ([], [])

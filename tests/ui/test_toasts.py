"""Toasts inform, and are never in the way."""

from __future__ import annotations

import pytest
from textual.widgets import Button
from textual.widgets._toast import Toast

from tests.ui.test_log_pane import JS, log


async def test_a_toast_takes_the_place_of_the_one_before() -> None:
    async with log(JS, toasts=True) as shown:
        await shown.press("t", "t", "t")
        await shown.until(lambda: "Stamps: since the line before." in shown.text)
        assert shown.text.count("Stamps:") == 1


async def test_what_went_wrong_stays_beside_what_only_informs_and_is_said_once() -> None:
    async with log(JS, toasts=True) as shown:
        for words in ("The disk is full.", "The disk is full."):
            shown.pane.notify(words, severity="error", markup=False)
        await shown.press("t")
        await shown.until(lambda: "Stamps:" in shown.text)
        assert shown.text.count("The disk is full.") == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_toasts_hide_no_button_of_a_dialog(size: tuple[int, int]) -> None:
    async with log(JS, size=size, toasts=True) as shown:
        for number in range(3):
            shown.pane.notify(f"The disk {number} is full.", severity="error", markup=False)
        await shown.press("t", "t", "ctrl+s")
        await shown.until(
            lambda: shown.pilot.app.screen.query(Button) and shown.pilot.app.screen.query(Toast)
        )
        dialog = shown.pilot.app.screen
        assert [str(toast.render()) for toast in dialog.query(Toast) if "Stamps" in str(toast.render())] == []
        assert [button for button in dialog.query(Button) if not _whole(button)] == []


def _whole(button: Button) -> bool:
    """Whether the button is what one sees, and clicks, in its place."""
    region = button.region
    at = region.x + region.width // 2, region.y + region.height // 2
    return button.screen.get_widget_at(*at)[0] is button

"""Toasts that do not pile up: what only informs makes room for what is newer, and for a dialog."""

from __future__ import annotations

from textual.app import App
from textual.notifications import Notification, Notify

INFORMS = "information"


class KeepsToastsFew(App[int]):
    """An application with at most one toast that only informs; what went wrong stays to be read."""

    def on_notify(self, event: Notify) -> None:
        """Take away what the new toast stands for as well."""
        newer = event.notification
        self._forget([old for old in self._notifications if _covers(newer, old)])

    def inform_no_more(self) -> None:
        """Take away what only informs: the person has gone on."""
        self._forget([each for each in self._notifications if each.severity == INFORMS])

    def _forget(self, toasts: list[Notification]) -> None:
        for toast in toasts:
            self._unnotify(toast)


def _covers(newer: Notification, old: Notification) -> bool:
    return newer.message == old.message or newer.severity == old.severity == INFORMS

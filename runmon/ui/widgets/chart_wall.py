"""Every chart of a run, large, in as many columns as fit."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from runmon.model.course import Course
from runmon.model.run import Run
from runmon.ui.widgets.charts import CPU, KINDS, MEMORY, reading
from runmon.ui.widgets.time_chart import TimeChart

COLUMN = 52
"""Cells that a chart wants."""
LEAST, MOST = 7, 16
"""Rows of a chart."""


class ChartWall(VerticalScroll, can_focus=False):
    """Charts over one course; those of which nothing is known are left out, memory and CPU excepted."""

    KEPT: ClassVar = (MEMORY, CPU)

    def __init__(self, course: Course) -> None:
        super().__init__()
        self._course = course

    def compose(self) -> ComposeResult:
        for kind in KINDS:
            yield TimeChart(kind, self._course)

    def read(self, run: Run) -> None:
        """Show what the course holds now."""
        for chart in self.query(TimeChart):
            chart.display = chart.kind in self.KEPT or self._course.tracks[chart.kind.measure].told
            chart.read(reading(chart.kind, self._course, run))
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """As high as lets all of them be seen, but never too low to be read."""
        shown = sum(chart.display for chart in self.query(TimeChart))
        columns = max(min(self.size.width // COLUMN, shown), 1)
        rows = -(-shown // columns)
        height = min(max(self.size.height // max(rows, 1), LEAST), MOST)
        self.styles.grid_size_columns = columns
        self.styles.grid_rows = f"{height}"

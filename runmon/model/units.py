"""Figures in words: bytes, durations, counts, money. Three significant digits, widths that do not jump."""

from __future__ import annotations

from datetime import datetime

THIN = "\u202f"


def grouped(count: int) -> str:
    """48211 → `48 211` (a narrow no-break space between the groups)."""
    return f"{count:,}".replace(",", THIN)


def byte_size(size: float) -> str:
    """Bytes in powers of 1000: `0 B`, `812 B`, `4.21 kB`, `1.20 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5 or (unit == "B" and size < 1000):
            return f"{size:.0f} B" if unit == "B" else f"{three_digits(size)} {unit}"
        size /= 1000
    return f"{three_digits(size)} TB"


def three_digits(value: float) -> str:
    """A positive number with three significant digits and no exponent: `1.20`, `12.0`, `120`."""
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{decimals}f}"


def clock_time(seconds: float) -> str:
    """A duration as `00:12:44`; days lead: `2 d 03:00:00`."""
    whole = max(0, int(seconds))
    days, rest = divmod(whole, 86_400)
    text = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days} d {text}" if days else text


def span(seconds: float) -> str:
    """A duration in words: `0.4 s`, `12 s`, `4 min 12 s`, `2 h 03 min`, `3 d 04 h`."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole // 60 % 60:02} min"
    return f"{whole // 86_400} d {whole // 3600 % 24:02} h"


def lasted(seconds: float) -> str:
    """A duration in words, only what has passed, as a clock shows it: 12.9 s are `12 s`."""
    return span(seconds if seconds < 9.95 else int(seconds))


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in one unit: `12 s ago`, `4 min ago`, `3 h ago`, `2 d ago`; `just now` under a second."""
    seconds = (now - then).total_seconds()
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"


def usd(amount: float) -> str:
    """Dollars: four decimals below one dollar, two above: `$0.0312`, `$12.40`."""
    return f"${amount:.4f}" if abs(amount) < 1 else f"${amount:.2f}"


def percent(value: float) -> str:
    """A percentage without decimals: `86 %`."""
    return f"{value:.0f}{THIN}%"

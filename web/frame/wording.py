"""Days as people say them on a page."""

from __future__ import annotations

from datetime import date
from typing import Final

from models.language import N_, _, current

WEEKDAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))


def day(value: date | str | None) -> str:
    """2022-06-25 as 2022年6月25日（周六）, or 25 Jun 2022 (Sat); nothing as a dash. Takes ISO text, too."""
    if not value:
        return "–"
    found = date.fromisoformat(value) if isinstance(value, str) else value
    weekday = _(WEEKDAYS[found.weekday()])
    if current() == "zh":
        return f"{found.year}年{found.month}月{found.day}日（{weekday}）"
    return f"{found.day} {found:%b} {found.year} ({weekday})"


def month(value: str) -> str:
    """2022-06 as 2022年6月, or June 2022."""
    found = date.fromisoformat(f"{value}-01")
    return f"{found.year}年{found.month}月" if current() == "zh" else f"{found:%B} {found.year}"

"""The page of a whole run: docs/performance.md, each goal with its figure and its verdict."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bench.extent import ROOT

if TYPE_CHECKING:
    from bench.extent import Extent
    from bench.verdict import Figure, Figures

PAGE: Final = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures:begin (make bench) -->", "<!-- figures:end -->"
#: the goals, and what was measured beside them, as headings
GOALS: Final = {
    "1": "1 · The full step beside its floor",
    "2": "2 · The same in large tables",
    "3": "3 · Batches",
    "4": "4 · Sweeps",
    "5": "5 · Cold start",
    "6": "6 · Four writers",
    "7": "7 · PostgreSQL",
    "8": "8 · Simulated years",
    "9": "9 · Reading notices",
    "10": "10 · The monthly summary",
    "growth": "Growth",
    "memory": "Memory",
}


def today() -> str:
    """The day of the run."""
    return datetime.now(UTC).date().isoformat()


def write(figures: Figures, extent: Extent) -> None:
    """Put the figures of a whole run between the marks of the page; a short one is shown only."""
    told = table(figures, extent)
    if extent.brief:
        print(told)
        return
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{told}{END}{rest.split(END)[1]}", encoding="utf-8")
    print(PAGE)


def table(figures: Figures, extent: Extent) -> str:
    """Every figure under its goal, as the page has it."""
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} shared cores"
    judged = [one for one in figures.found if one.judged]
    reached = sum(one.reached for one in judged)
    lines = [
        f"Run on {today()}, {machine}, {extent.rounds} rounds, load {os.getloadavg()[1]:.1f}: {reached} of {len(judged)}"
        " limits kept.",
        "",
    ]
    for goal, title in GOALS.items():
        rows = [_row(one) for one in figures.found if one.goal == goal]
        missing = [f"Not measured: {why}." for number, why in figures.missing if number == goal]
        if rows or missing:
            lines += [f"### {title}", ""]
            lines += ["| what | figure | limit | verdict |", "|---|---|---|---|", *rows, ""] if rows else []
            lines += [*missing, ""] if missing else []
    return "\n".join(lines)


def _row(one: Figure) -> str:
    verdict = f"**{one.verdict}**" if one.judged and not one.reached else one.verdict
    return f"| {one.what} | {one.told} | {one.wanted} | {verdict} |"

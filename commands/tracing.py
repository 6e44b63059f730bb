"""A summary's trace as people read it: paragraph by paragraph the filings behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commands.acting import few
from deeds.summaries import filing_words, month_words
from models.language import _, listed

if TYPE_CHECKING:
    from collections.abc import Iterator


def told(found: dict[str, Any], *, whole: bool) -> str:
    """The trace in lines; ``whole``: every task by number and every hash in full."""
    head = [found["month"], found["number"] if found["issued"] else _("draft"), found["issued_on"]]
    lines = [" · ".join(head)]
    tasks = {one["task_id"]: one for one in found["tasks"]}
    months = {one["month"]: one["sealed_in"] for one in found["months"]}
    for one in found["paragraphs"]:
        lines += ["", _("Paragraph {number}: {text}").format(number=one["number"], text=one["text"])]
        sources = [*_reckoned(one, months, whole=whole), *_quoted(one, tasks, whole=whole)]
        lines += sources or ["  " + _("from the notice and the office itself; no filing stands behind it")]
    return "\n".join(lines)


def _reckoned(one: dict[str, Any], months: dict[str, str], *, whole: bool) -> Iterator[str]:
    for figure in one["reckoned"]:
        if figure["said"] == "0":  # what is not there has no tasks behind it
            continue
        said = f"  {figure['what']} {figure['said']}"
        if "tasks" in figure:
            numbers = sorted(set(figure["tasks"]))
            tasks = listed(map(str, numbers)) if whole else few(numbers)
            yield said + " ← " + _("tasks {numbers}").format(numbers=tasks)
        elif "problems" in figure:
            yield said + " ← " + _("problems {numbers}").format(numbers=listed(map(str, figure["problems"])))
        elif "months" in figure:
            yield said + " ← " + listed(month_words(month, months.get(month, "")) for month in figure["months"])
        else:
            yield said


def _quoted(one: dict[str, Any], tasks: dict[int, dict[str, Any]], *, whole: bool) -> Iterator[str]:
    for number in one["quoted"]:
        yield "  " + " · ".join(filing_words(tasks[number], whole=whole))

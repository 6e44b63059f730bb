"""A summary's trace as people read it: paragraph by paragraph the filings behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from commands.acting import few
from models.language import _, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

#: how much of a SHA-256 is said where many paragraphs are shown; of one paragraph the whole
_SHORT: Final = 16


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
            yield said + " ← " + listed(_month(month, months.get(month, "")) for month in figure["months"])
        else:
            yield said


def _month(month: str, number: str) -> str:
    if number:
        return _("summary of {month}, {number}").format(month=month, number=number)
    return _("{month} as it stood that day, not issued").format(month=month)


def _quoted(one: dict[str, Any], tasks: dict[int, dict[str, Any]], *, whole: bool) -> Iterator[str]:
    for number in one["quoted"]:
        yield "  " + " · ".join(_filing(tasks[number], whole=whole))


def _filing(task: dict[str, Any], *, whole: bool) -> Iterator[str]:
    """Who filed what, in which version, on which paper, signed and approved by whom."""
    yield task["clause_number"]
    yield task["unit"]
    yield _("task {id}").format(id=task["task_id"])
    if task["version"]:
        yield _("version {number}").format(number=task["version"])
    else:
        yield _("nothing filed")
    if task["check_code"]:
        yield _("form {code}").format(code=task["check_code"])
    if task["signed_by"]:
        yield _("signed by {name}").format(name=task["signed_by"])
    if task["evidence_sha256"]:
        sha = task["evidence_sha256"]
        yield _("paper {sha}").format(sha=sha if whole else f"{sha[:_SHORT]}…")
    if task["reviewed_by"]:
        yield _("approved by {name} on {at}").format(name=task["reviewed_by"], at=task["reviewed_at"])

"""One report as whoever decides about it reads it: beside the last month's or an earlier version, its figures held
against the targets, and why it was returned before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deeds.reporting import last_report
from documents.plain_text import aim, figure, met
from models.differences import differences
from models.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from models.differences import Run
    from workflow.case import TaskRow

#: what is compared word by word
_TEXTS: Final = (
    ("progress", N_("Progress")), ("reason", N_("Why there is no progress")), ("problems", N_("Problems")),
    ("next_steps", N_("Next steps")),
)  # fmt: skip
#: the report of the month before, as a choice beside the numbers of this task's own versions
LAST_MONTH: Final = "month"


@dataclass(frozen=True, slots=True)
class Text:
    """One field of a report: what it says, what it said before, and what changed between them."""

    title: str
    now: str
    before: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator: target, this value and the earlier one, and in words how they stand to one another."""

    name: str
    target: str
    now: str
    before: str
    met: bool | None
    fell: bool
    said: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report beside an earlier one."""

    report: dict[str, Any] | None
    before: dict[str, Any] | None
    against: str
    choices: tuple[tuple[str, str], ...]
    texts: tuple[Text, ...]
    figures: tuple[Figure, ...]
    percent_said: str


def sheet(connection: Connection, task: TaskRow, told: Mapping[str, Any], against: str = "") -> Sheet:
    """The report in force of a task's ``story``; ``against`` is ``month`` or the number of an earlier version.

    A report that was returned is held against what was returned, any other against the last month's.
    """
    reports = {str(one["number"]): one for one in told["reports"]}
    now = reports.get(str(task.report_number))
    last = last_report(connection, task, earlier=True) if told["reports"] else None
    choices = _choices(reports, task, last)
    chosen = against if against in dict(choices) else _usual(choices, reports, task)
    before = last if chosen == LAST_MONTH else reports.get(chosen)
    return Sheet(
        report=now,
        before=before,
        against=chosen,
        choices=choices,
        texts=tuple(_texts(now or {}, before or {})),
        figures=tuple(_figure(one, now, before) for one in told["indicators"]),
        percent_said=_percent(now, before),
    )


def _choices(
    reports: Mapping[str, dict[str, Any]], task: TaskRow, last: dict[str, Any] | None
) -> tuple[tuple[str, str], ...]:
    month = [(LAST_MONTH, _("last report, {month}").format(month=last["month"]))] if last else []
    earlier = [
        (number, _("version {number} of this month, round {round}").format(number=number, round=one["round"]))
        for number, one in reversed(list(reports.items()))
        if one["number"] < task.report_number
    ]
    return (*month, *earlier)


def _usual(choices: Sequence[tuple[str, str]], reports: Mapping[str, dict[str, Any]], task: TaskRow) -> str:
    """What was returned, where the report answers a return; else the last month."""
    returned = [one for one in reports.values() if one["round"] < task.round and one["number"] < task.report_number]
    return str(returned[-1]["number"]) if returned else next((key for key, _words in choices), "")


def _texts(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[Text]:
    found = []
    for name, title in _TEXTS:
        mine, theirs = str(now.get(name, "")), str(before.get(name, ""))
        if mine or theirs:
            found.append(Text(_(title), mine, theirs, differences(theirs, mine) if before else ()))
    return found


def _figure(indicator: Mapping[str, Any], now: Mapping[str, Any] | None, before: Mapping[str, Any] | None) -> Figure:
    unit, (value, why), (old, _why) = indicator["unit"], _value(now, indicator["id"]), _value(before, indicator["id"])
    return Figure(
        name=indicator["name"],
        target=aim(indicator["op"], indicator["target"], unit),
        now=f"{figure(value)}{unit}" if value is not None else (why or "–"),
        before=f"{figure(old)}{unit}" if old is not None else "–",
        met=None if value is None else met(indicator["op"], value, indicator["target"]),
        fell=value is not None and old is not None and value < old,
        said=_moved(value, old, unit),
    )


def _value(report: Mapping[str, Any] | None, indicator: int) -> tuple[float | None, str]:
    given: dict[str, Any] = next(
        (one for one in (report or {}).get("values", ()) if one["indicator_id"] == indicator), {}
    )
    return given.get("value"), given.get("reason", "")


def _moved(value: float | None, old: float | None, unit: str) -> str:
    if value is None or old is None:
        return ""
    if value == old:
        return _("unchanged")
    moved = figure(round(abs(value - old), 6))
    # between two percentages lie percentage points
    change = _("{count} percentage points").format(count=moved) if unit == "%" else f"{moved}{unit}"
    return (_("rose by {change}") if value > old else _("fell by {change}")).format(change=change)


def _percent(now: Mapping[str, Any] | None, before: Mapping[str, Any] | None) -> str:
    """How the completion moved, in words; a fall is what a reviewer must not overlook."""
    if now is None or before is None:
        return ""
    return _moved(now["percent"], before["percent"], "%")

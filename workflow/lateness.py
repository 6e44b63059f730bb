"""Which tasks of a month are named: missing, late and why, returned and how often. Pure, in the notice's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.facts import NamedTask
from models.states import OWED, RequestKind, Stage
from workflow.month_deeds import Deeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.engine import RowMapping

    from models.facts import RequestFact

S = Stage


def late_days(task: RowMapping, today: date) -> int:
    """On record once signed; counted to today while it is still owed."""
    running: int = (today - task["due_on"]).days if task["stage"] in OWED else 0
    recorded: int = task["late_days"]
    return max(recorded, running, 0)


def missing(tasks: Sequence[RowMapping], today: date) -> tuple[NamedTask, ...]:
    """What has not been handed in, signed and stamped."""
    return tuple(named(task, today) for task in tasks if task["stage"] in (S.ASSIGNED, S.REPORTED))


def late(
    tasks: Sequence[RowMapping], today: date, deeds: Mapping[int, Deeds], requests: Sequence[RequestFact]
) -> tuple[NamedTask, ...]:
    """What is past its day, handed in or not, with the unit's reason: of its request for time, else of its report."""
    asked = {one.task_id: one.reason for one in requests if one.kind == RequestKind.EXTENSION}
    found = []
    for task in tasks:
        days = late_days(task, today)
        if not days or task["stage"] == S.WAIVED:
            continue
        approved = task["stage"] in (S.REVIEWED, S.AGGREGATED)
        said = (task["r_reason"] or "") if approved and not task["r_no_progress"] else ""
        due, filed = _late_by(task, days, deeds.get(task["id"], Deeds()))
        found.append(named(task, today, reason=asked.get(task["id"], said), due=due, filed=filed))
    return tuple(found)


def _late_by(task: RowMapping, days: int, done: Deeds) -> tuple[date, date | None]:
    """The day that the task was late by and the day it was handed in: those that lie ``days`` apart.

    A return sets a new day, so that the task's own may be a later one than the day it missed.
    """
    known = dict.fromkeys((task["due_on"], task["original_due_on"], *done.refile_on))
    for filed in done.handed_in:
        for due in known:
            if (filed - due).days == days:
                return due, filed
    filed_on = done.handed_in[-1] if done.handed_in and task["stage"] not in OWED else None
    return task["due_on"], filed_on


def returned(tasks: Sequence[RowMapping], today: date, deeds: Mapping[int, Deeds]) -> tuple[NamedTask, ...]:
    """What was returned and has not been filed again, with the reviewer's last reason."""
    return tuple(named(task, today, reason=_last(deeds, task["id"])) for task in tasks if task["stage"] == S.RETURNED)


def returns(tasks: Sequence[RowMapping], today: date, deeds: Mapping[int, Deeds]) -> tuple[NamedTask, ...]:
    """What was returned at least once, also when it was filed again; ``round`` less one says how often."""
    return tuple(named(task, today, reason=_last(deeds, task["id"])) for task in tasks if task["round"] > 1)


def _last(deeds: Mapping[int, Deeds], task_id: int) -> str:
    said = [reason for reason in deeds[task_id].returns if reason] if task_id in deeds else []
    return said[-1] if said else ""


def named(
    task: RowMapping, today: date, *, reason: str = "", due: date | None = None, filed: date | None = None
) -> NamedTask:
    """A task as the paper names it."""
    return NamedTask(
        unit=task["unit_name"],
        clause_number=task["clause_number"],
        item_title=task["item_title"],
        due_on=due or task["due_on"],
        late_days=late_days(task, today),
        reason=reason,
        round=task["round"],
        task_id=task["id"],
        filed_on=filed,
    )

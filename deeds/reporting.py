"""Reporting: one row of words and figures as a command, and what a report begins with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from models.errors import BadInput, NotFound
from models.language import _, listed
from models.states import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from workflow.actions import Command
    from workflow.case import TaskRow, ValueGiven


def of_batch(connection: Connection, desk: Desk, row: dict[str, Any], key: str) -> Command:
    """One row; a task that is not there is refused in its turn and does not stop the others."""
    from workflow.actions import Command

    try:
        return command_of(connection, desk, row, key)
    except NotFound:
        return Command(Action.REPORT, row["task"], row.get("version"), operation_id=key)


def command_of(
    connection: Connection,
    desk: Desk,
    row: dict[str, Any],
    key: str,
    *,
    from_last: bool = False,
    begun: Mapping[str, Any] | None = None,
) -> Command:
    """One row as a command; a prefilled one begins with what the unit said last, E-S22 when it said nothing yet.

    ``begun``: or with these words and values.
    """
    from workflow.actions import Command, visible_task
    from workflow.case import Given, ValueGiven
    from workflow.cases import clause_indicators

    task, _co_units = visible_task(connection, desk.office_id, desk.actor, row["task"])
    last = dict(begun) if begun is not None else _begin_with(connection, task) if from_last else {}
    told = {**last, **row}
    names = clause_indicators(connection, desk.office_id, task.clause_id) if task.clause_id is not None else ()
    values = {value["indicator_id"]: ValueGiven(**value) for value in last.get("values", ())}
    given = [indicator_value(name, value, names) for name, value in told.get("indicators", {}).items()]
    filed = Given(
        progress=told.get("progress", ""),
        percent=told.get("percent"),
        no_progress=told.get("no_progress", False),
        reason=told.get("reason", ""),
        problems=told.get("problems", ""),
        next_steps=told.get("next_steps", ""),
        values=tuple({**values, **{value.indicator_id: value for value in given}}.values()),
    )
    return Command(row.get("action", Action.REPORT), task.id, row.get("version"), filed, key)


def indicator_value(name: str, value: Any, names: tuple[tuple[int, str, str], ...]) -> ValueGiven:
    """An indicator by number or name, with its value or (``?why``) the reason why there is none; E-V06."""
    from workflow.case import ValueGiven
    from workflow.figures import read_figure

    found = [(number, unit) for number, known, unit in names if name in (known, str(number))]
    if len(found) != 1:
        known_names = listed(f"{number} {known}" for number, known, _unit in names) or "–"
        raise BadInput(
            "E-V06",
            _("This clause has no single indicator “{name}”.").format(name=name),
            remedy=_("Its indicators: {names}").format(names=known_names),
        )
    number, unit = found[0]
    if isinstance(value, str) and value.startswith("?"):
        return ValueGiven(number, None, value[1:].strip())
    # JSON's true is no number; NaN and what no float holds are refused with the texts that are none
    exact = (type(value) is int and abs(value) < 2**53) or (type(value) is float and math.isfinite(value))
    return ValueGiven(number, float(value) if exact else read_figure(str(value), name, unit))


def _begin_with(connection: Connection, task: TaskRow) -> dict[str, Any]:
    """What the unit said last; of an earlier month only the words are taken; its figures are given anew."""
    found = last_report(connection, task)
    if found is None:
        raise BadInput(
            "E-S22",
            _("There is no earlier report of this clause to begin with."),
            where=_("task {id}").format(id=task.id),
            remedy=_("Leave out --from-last."),
        )
    kept = {name: found[name] for name in ("progress", "percent", "problems", "next_steps")}
    return {**kept, "values": found["values"] if found["task_id"] == task.id else []}


def last_report(connection: Connection, task: TaskRow, *, earlier: bool = False) -> dict[str, Any] | None:
    """What a report begins with: the version in force of this task, else of the last month that has one; None.

    ``earlier``: only of a month before.

    In force is the newest version, the one the task points at: after a return the one that was returned, with its
    figures, which are this month's. A version that was withdrawn is begun with only as long as no later one was filed:
    it holds what the clerk meant to correct.
    """
    import sqlalchemy as sa

    from models import tables as t

    r = t.report.c
    before = t.period.c.month < task.month
    query = (
        sa.select(r.task_id, r.progress, r.percent, r.problems, r.next_steps, r["values"], r.no_progress, r.reason, t.period.c.month)
        .join(t.task, sa.and_(t.task.c.office_id == r.office_id, t.task.c.id == r.task_id))
        .join(t.period, sa.and_(t.period.c.office_id == t.task.c.office_id, t.period.c.id == t.task.c.period_id))
        .where(t.task.c.office_id == task.office_id, r.number == t.task.c.report_number)
        .where(t.task.c.clause_id == task.clause_id, t.task.c.unit_id == task.unit_id)
        .where(before if earlier else (r.task_id == task.id) | before)
        .order_by(t.period.c.month.desc(), r.task_id.desc())
        .limit(1)
    )  # fmt: skip
    found = connection.execute(query).mappings().first()
    return dict(found) if found is not None else None

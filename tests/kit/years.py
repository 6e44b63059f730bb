"""A year of work behind an office: months that are closed, every task of theirs reported, and the open one half done."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kit.office import BEGIN, CLOSES, DUE, MONTH, OFFICE, OPENS, add_month, small_office
from models import tables as t
from models.adding import insert
from models.states import PeriodState, Stage

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from kit.office import SmallOffice

#: the states of the plain month in the order in which a task passes them
_WAY = (Stage.ASSIGNED, Stage.REPORTED, Stage.SIGNED_STAMPED, Stage.REVIEWED, Stage.AGGREGATED)
_ACTIONS = ("report", "sign_stamp", "approve", "aggregate")
#: how far the open month's tasks have come, in turn
_STANDING = (0, 1, 2, 2, 3)
_SINCE = date(2022, 1, 1)
_AT = datetime(2022, 6, 20, tzinfo=UTC)


def grown_office(folder: Path, *, units: int, clauses: int, months: int) -> SmallOffice:
    """The small office with so many units and clauses more, every unit in each of those, and closed months behind it."""
    office = small_office(folder, tasks=False)
    with office.database.write(OFFICE) as connection:
        numbers = [*office.units.values(), *(_unit(connection, place) for place in range(units))]
        for place in range(clauses):
            clause = insert(
                connection, t.clause, OFFICE, notice_id=office.notice_id, item_id=1, number=f"3.{place}",
                position=100 + place, text=f"完成第{place}项年度任务。", bracket="", source_line=0, notes=[],
                reports="", withdrawn=False,
            )  # fmt: skip
            for position, unit in enumerate(numbers):
                insert(
                    connection, t.responsibility, OFFICE, clause_id=clause, unit_id=unit, position=position,
                    share="support" if position else "lead", via_group="",
                )  # fmt: skip
        office.period_id = add_month(connection, office, MONTH, OPENS, DUE, CLOSES, BEGIN)
        add_years_work(connection, OFFICE, months)
    return office


def _unit(connection: Connection, place: int) -> int:
    unit = insert(connection, t.unit, OFFICE, name=f"第{place}单位", short_name="", valid_from=_SINCE)
    person = insert(
        connection, t.person, OFFICE, login=f"other{place}", name="某某", email="", password_hash="", code_hash="",
        active=True, failed_logins=0, created_at=BEGIN,
    )  # fmt: skip
    insert(connection, t.duty, OFFICE, person_id=person, role="clerk", unit_id=unit, valid_from=_SINCE)
    return unit


def add_years_work(connection: Connection, office_id: int, months: int) -> int:
    """So many closed months like the open one before it; returns how many tasks the office has then."""
    period = connection.execute(sa.select(t.period).where(t.period.c.office_id == office_id)).mappings().one()
    k = t.task.c
    query = sa.select(t.task).where(k.office_id == office_id).order_by(k.unit_id, k.id)
    tasks = connection.execute(query).mappings().all()
    clerks = _clerks(connection, office_id)
    _spread(connection, [dict(task) for task in tasks], clerks)
    first = max(task["id"] for task in tasks) + 1
    for back in range(1, months + 1):
        number = connection.scalar(sa.select(sa.func.max(t.period.c.id))) + 1
        days = _month(period["opens_on"], back)
        connection.execute(
            sa.insert(t.period).values({**period, **days, "id": number, "state": PeriodState.CLOSED.value})
        )
        copies = [
            {
                **task, "id": first + place, "period_id": number, "state": "aggregated", "next_due_at": None,
                "stage": Stage.AGGREGATED.value, "report_number": 1, "due_on": days["due_on"], "version": len(_WAY),
            }
            for place, task in enumerate(tasks)
        ]  # fmt: skip
        connection.execute(sa.insert(t.task), copies)
        _reports(connection, copies, clerks)
        _events(connection, [(task, len(_ACTIONS)) for task in copies])
        first += len(tasks)
    return first - 1


def _spread(connection: Connection, tasks: list[dict[str, Any]], clerks: dict[int, int]) -> None:
    come = [(task, _STANDING[place % len(_STANDING)]) for place, task in enumerate(tasks)]
    _reports(connection, [task for task, steps in come if steps], clerks)
    _events(connection, come)
    k = t.task.c
    for task, steps in come:
        stage = _WAY[steps].value
        moved = {"state": stage, "stage": stage, "version": 1 + steps, "report_number": min(steps, 1)}
        values = {**moved, "received_at": task["entered_at"]}
        connection.execute(sa.update(t.task).where(k.office_id == task["office_id"], k.id == task["id"]).values(values))


def _reports(connection: Connection, tasks: list[dict[str, Any]], clerks: dict[int, int]) -> None:
    first = (connection.scalar(sa.select(sa.func.max(t.report.c.id))) or 0) + 1
    rows = [
        {
            "office_id": task["office_id"], "id": first + place, "task_id": task["id"], "number": 1, "round": 1,
            "progress": f"第{place}项已完成清理三公里。", "percent": place % 101, "no_progress": False, "reason": "",
            "problems": "", "next_steps": "", "values": [], "filed_by": clerks[task["unit_id"]], "filed_at": _AT,
            "content_sha256": f"{place:064x}",
        }
        for place, task in enumerate(tasks)
    ]  # fmt: skip
    connection.execute(sa.insert(t.report), rows)


def _events(connection: Connection, come: list[tuple[dict[str, Any], int]]) -> None:
    """Not a chain that could be verified: only as many rows as there would be."""
    first = (connection.scalar(sa.select(sa.func.max(t.event.c.seq))) or 0) + 1
    moves = ((task, step) for task, steps in come for step in range(steps))
    rows = [
        {
            "office_id": task["office_id"], "seq": first + place, "at": _AT, "actor": "clerk", "actor_name": "某某",
            "source": "web", "action": _ACTIONS[step], "object_type": "task", "object_id": task["id"],
            "version": step + 2, "from_state": _WAY[step].value, "to_state": _WAY[step + 1].value, "result": "done",
            "detail": {"round": 1}, "algorithm": "sha256", "prev_hash": "", "hash": "", "acting_for": "",
            "role": "clerk", "unit": "", "reason": "", "operation_id": "",
        }
        for place, (task, step) in enumerate(moves)
    ]  # fmt: skip
    connection.execute(sa.insert(t.event), rows)


def _clerks(connection: Connection, office_id: int) -> dict[int, int]:
    d = t.duty.c
    query = sa.select(d.unit_id, d.person_id).where(d.office_id == office_id, d.role == "clerk")
    return {row.unit_id: row.person_id for row in connection.execute(query)}


def _month(opens_on: date, back: int) -> dict[str, Any]:
    count = opens_on.year * 12 + opens_on.month - 1 - back
    year, month = count // 12, count % 12 + 1
    last = date(year, month, monthrange(year, month)[1])
    first, due = last.replace(day=1), last.replace(day=25)
    return {"month": f"{year}-{month:02d}", "opens_on": first, "due_on": due, "closes_on": last}

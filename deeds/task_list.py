"""A list of tasks for a page: narrowed as its address says, with what it can be narrowed by, and as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import sqlalchemy as sa

from deeds.task_conditions import Wanted
from deeds.task_views import count_tasks, find_tasks, row_dict
from deeds.todo import Todo
from models import tables as t
from models.language import _
from models.times import local_date
from workflow import cases, permissions
from workflow.flow import About
from workflow.flow_store import LEDGER, every
from workflow.paging import BLOCK, before_page, most_counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

ALL_MONTHS = "all"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is asked for; without a month only those of open months, and the problems, are shown."""

    month: str = ""
    unit: str = ""
    state: str = ""
    todo: str = ""
    late: bool = False
    mine: bool = False
    copied: bool = False
    own: bool = False
    #: ``report`` or ``problem``: what the flow is about
    about: str = ""

    @property
    def order(self) -> tuple[Any, ...]:
        """In the order of the notice; of all months, which no notice puts in order, the newest first."""
        return cases.NEWEST if self.month == ALL_MONTHS else cases.IN_ORDER

    @property
    def question(self) -> dict[str, str]:
        """As the question of an address."""
        names = ("month", "unit", "state", "todo", "late", "mine", "copied", "own", "about")
        given = {name: getattr(self, name) for name in names}
        return {name: "1" if value is True else value for name, value in given.items() if value}

    @property
    def wanted(self) -> Wanted:
        """The same in the words of the lists."""
        month = "" if self.month == ALL_MONTHS else self.month
        todo = self.todo if self.todo in {*Todo, "any"} else ""
        # a copy stays readable when its month has closed
        running = not self.month and not self.copied
        about = self.about if self.about in get_args(About) else ""
        return Wanted(
            self.mine, self.unit, self.state, month, self.late, self.copied, todo, running, self.own, about=about
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskList:
    """A page of the tasks, how many there are in all, and the choices for narrowing them: (value, words)."""

    tasks: tuple[TaskRow, ...]
    total: int
    months: list[tuple[str, str]]
    units: list[tuple[str, str]]
    states: list[tuple[str, str]]
    todos: list[tuple[str, str]]


def task_list(
    connection: Connection, office_id: int, actor: Actor, asked: Narrowed, now: datetime, page: int, size: int
) -> TaskList:
    """The tasks that the actor may see, in the order of the notice, of all months the newest first; needs ``task.read``.

    ``size`` of them are on a page, of which the nearest that there is is given.
    """
    permissions.demand(actor, "task.read")
    tasks, total = page_of_tasks(connection, office_id, actor, asked, now, page, size)
    return TaskList(
        tuple(tasks),
        total,
        [(month, month) for month in _months(connection, office_id)],
        [(name, name) for name in _units(connection, office_id, actor)],
        _states(connection, office_id),
        [(todo.value, todo.label) for todo in Todo],
    )


def page_of_tasks(
    connection: Connection, office_id: int, actor: Actor, asked: Narrowed, now: datetime, page: int, size: int
) -> tuple[list[TaskRow], int]:
    """The tasks of a page, and how many there are as far as they are counted."""
    wanted = asked.wanted
    place = (connection, office_id, actor, wanted, now)
    if not wanted.plain:
        found = find_tasks(*place, order=asked.order)
        first = before_page(page, len(found), size)
        return found[first : first + size], len(found)
    total = count_tasks(*place, most_counted(page, size))
    return find_tasks(*place, offset=before_page(page, total, size), limit=size, order=asked.order), total


def every_row(
    connection: Connection, office_id: int, actor: Actor, asked: Narrowed, now: datetime
) -> Iterator[dict[str, Any]]:
    """The rows of the whole list, as ``list_rows``; those of all months are read in blocks. Needs ``task.read``."""
    permissions.demand(actor, "task.read")
    place = (connection, office_id, actor, asked.wanted, now)
    if asked.month == ALL_MONTHS and asked.wanted.plain:
        return _in_blocks(place, asked)
    return iter(list_rows(find_tasks(*place, order=asked.order), now))


def _in_blocks(place: tuple[Any, ...], asked: Narrowed) -> Iterator[dict[str, Any]]:
    below: Any = sa.true()
    while block := find_tasks(*place, below, order=asked.order, limit=BLOCK):
        yield from list_rows(block, place[-1])
        below = t.task.c.id < block[-1].id


def list_rows(tasks: Sequence[TaskRow], now: datetime) -> list[dict[str, Any]]:
    """Some tasks as the lists show them, each with what it is about (``title``)."""
    return [row_dict(task, local_date(now)) | {"title": task.title} for task in tasks]


def _months(connection: Connection, office_id: int) -> list[str]:
    p = t.period.c
    query = sa.select(p.month).where(p.office_id == office_id).distinct().order_by(p.month.desc())
    return list(connection.scalars(query))


def _units(connection: Connection, office_id: int, actor: Actor) -> list[str]:
    """The units that have tasks; whoever serves in a unit alone sees those of its clauses anyway and chooses none."""
    if not actor.holds(*permissions.OFFICE):
        return []
    u, k = t.unit.c, t.task.c
    having = sa.exists().where(k.office_id == u.office_id, k.unit_id == u.id)
    query = sa.select(u.name).where(u.office_id == office_id, having).distinct().order_by(u.name)
    return list(connection.scalars(query))


def _states(connection: Connection, office_id: int) -> list[tuple[str, str]]:
    """The states in which tasks stand, as the flows of the office's months and problems call them.

    One name may be called differently in two flows. Each is looked for among the tasks by an index.
    """
    p, k = t.period.c, t.task.c
    used = {*connection.scalars(sa.select(p.flow).where(p.office_id == office_id).distinct()), LEDGER}
    labels: dict[str, dict[str, None]] = {}
    for flow in every(connection, office_id):
        for state in flow.states if flow.name in used else ():
            labels.setdefault(state.name, {})[state.label.here] = None
    looked = [
        # the first by the index; whether there is any, PostgreSQL would look for among all tasks
        sa.select(sa.literal(name).label("state")).where(
            sa.select(sa.func.min(k.id)).where(k.office_id == office_id, k.state == name).scalar_subquery().is_not(None)
        )
        for name in labels
    ]
    found = set(connection.scalars(sa.union_all(*looked))) if looked else set()
    return [(name, " / ".join(said)) for name, said in labels.items() if name in found]


def task_sheet(rows: Iterable[dict[str, Any]]) -> bytes:
    """The rows of a list as an .xlsx."""
    from documents.list_sheet import list_sheet

    columns = (
        (_("task"), 8.0), (_("month"), 10.0), (_("clause"), 12.0), (_("What it is about"), 34.0), (_("unit"), 24.0),
        (_("state"), 18.0), (_("due date"), 14.0), (_("light"), 30.0),
    )  # fmt: skip
    names = ("id", "month", "clause", "title", "unit", "state_label", "due_on", "cause")
    filled = ({**row, "month": row["month"] or row["flow_title"]} for row in rows)
    return list_sheet(_("Tasks"), columns, (tuple(row[name] for name in names) for row in filled))

"""The problem ledger as commands and pages speak of it: a page of its list, and how the rows of a table ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds import task_conditions
from models import tables as t
from models.states import OPEN_PROBLEM
from models.times import local_date
from workflow import ledger, permissions, units
from workflow.paging import SIZE, before_page, counted, most_counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.errors import DubanError
    from workflow.case import Actor
    from workflow.ledger import Entry
    from workflow.problems import Registered


@dataclass(frozen=True, slots=True)
class Sought:
    """Which problems are asked for; empty fields ask for all."""

    source: str = ""
    state: str = ""
    #: a unit that the problem names, in the lead or beside
    unit: str = ""
    late: bool = False


def listed_problems(
    connection: Connection,
    office_id: int,
    actor: Actor,
    sought: Sought,
    now: datetime,
    page: int = 1,
    size: int = SIZE,
) -> tuple[list[Entry], int]:
    """A page of the problems that the actor may see, by number, and how many there are; needs ``task.read``.

    Only the trails of these are followed: which ones they are is known by their tasks.
    """
    permissions.demand(actor, "task.read")
    k, n = t.task.c, t.problem_unit.c
    chosen: list[Any] = [k.office_id == office_id, k.problem_id.is_not(None)]
    chosen += [task_conditions.visible(connection, office_id, actor)]
    if sought.source:
        p = t.problem.c
        chosen.append(sa.exists().where(p.office_id == office_id, p.id == k.problem_id, p.source == sought.source))
    if sought.state:
        chosen.append(k.state == sought.state)
    if sought.unit:
        named = units.unit_id(connection, office_id, sought.unit)
        chosen.append(sa.exists().where(n.office_id == office_id, n.problem_id == k.problem_id, n.unit_id == named))
    if sought.late:
        chosen += [sa.text(OPEN_PROBLEM), k.stage.in_([stage.value for stage in ledger.UNRECTIFIED])]
        chosen += [k.due_on < local_date(now)]
    query = sa.select(k.problem_id).where(*chosen)
    total = counted(connection, query, most_counted(page, size))
    piece = query.order_by(k.problem_id).limit(size).offset(before_page(page, total, size))
    only = list(connection.scalars(piece))
    return ledger.entries(connection, office_id, now, actor=actor, only=only) if only else [], total


def told_import(
    unread: Iterable[DubanError], without: Mapping[int, DubanError], made: Iterable[Registered]
) -> dict[str, list[dict[str, Any]]]:
    """What was ``registered`` and what ``refused``, row by row: cells that were not read (row 0), rows whose pictures
    could not be had, and rows that a rule forbids.
    """
    refused = [{"row": 0, **one.as_dict()} for one in unread]
    refused += [{"row": row, **refusal.as_dict()} for row, refusal in without.items()]
    told = []
    for one in made:
        if one.refusal is not None:
            refused.append({"row": one.draft.row, **one.refusal.as_dict()})
        else:
            told.append({"row": one.draft.row, "problem": one.problem_id, "title": one.draft.title})
    return {"registered": told, "refused": refused}

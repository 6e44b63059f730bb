"""Inspections 督查 as they were held: who went where and when, what is on record, and the problems that came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput
from models.language import _
from models.times import local_date
from models.words import letters
from workflow import audit, ledger, permissions
from workflow.paging import SIZE, page_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from models.facts import ProblemLine
    from workflow.case import Actor


def record(
    connection: Connection,
    office_id: int,
    actor: Actor,
    title: str,
    held_on: date,
    place: str,
    team: str,
    text: str,
    now: datetime,
) -> int:
    """Keep an inspection; returns its number. E-K09 without a title, E-K10 for one that is still to come."""
    role = permissions.demand(actor, "inspection.record")
    title, place, team = (" ".join(words.split()) for words in (title, place, team))
    if not letters(title):
        raise BadInput("E-K09", _("The inspection's title is missing."), remedy=_("Say in a line what was inspected."))
    if held_on > local_date(now):
        raise BadInput(
            "E-K10",
            _("The inspection of {day} has not been held yet.").format(day=held_on.isoformat()),
            where=title,
            remedy=_("Record it once it was held."),
        )
    number = insert(
        connection, t.inspection, office_id, title=title, held_on=held_on, place=place, team=team, record=text.strip(),
        recorded_by=actor.person_id, recorded_at=now,
    )  # fmt: skip
    detail = {"title": title, "held_on": held_on.isoformat()}
    entry = audit.Entry("inspection.record", "inspection", number, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return number


def listing(
    connection: Connection, office_id: int, actor: Actor, page: int = 1, size: int = SIZE
) -> tuple[list[dict[str, Any]], int]:
    """A page of the inspections with the number of problems registered from each, the newest first, and their count."""
    permissions.demand(actor, "inspection.record")
    i = t.inspection.c
    return page_of(connection, _rows(office_id).order_by(i.held_on.desc(), i.id.desc()), page, size)


def one(connection: Connection, office_id: int, actor: Actor, number: int, now: datetime) -> dict[str, Any]:
    """One inspection with the ``lines`` of its problems as they stand now; E-404."""
    permissions.demand(actor, "inspection.record")
    row = connection.execute(_rows(office_id).where(t.inspection.c.id == number)).mappings().first()
    if row is None:
        raise permissions.not_there(_("Inspection"), number)
    p = t.problem.c
    found = list(connection.scalars(sa.select(p.id).where(p.office_id == office_id, p.inspection_id == number)))
    lines: list[ProblemLine] = [
        entry.line for entry in ledger.entries(connection, office_id, now, actor=actor, only=found)
    ]
    return {**row, "lines": lines}


def _rows(office_id: int) -> Any:
    """Inspections with the name of whoever recorded them and the count of their problems."""
    i, p, who = t.inspection.c, t.problem.c, t.person.c
    count = (
        sa.select(sa.func.count())
        .select_from(t.problem)
        .where(p.office_id == i.office_id, p.inspection_id == i.id)
        .scalar_subquery()
    )
    columns = (i.id, i.title, i.held_on, i.place, i.team, i.record, who.name.label("recorded_by"))
    return (
        sa.select(*columns, count.label("problems"))
        .join(t.person, sa.and_(who.office_id == i.office_id, who.id == i.recorded_by))
        .where(i.office_id == office_id)
    )

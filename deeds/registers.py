"""What an office has entered: its units, its clauses, its months, as plain rows for whoever may look at tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.summaries import issued_row
from models import tables as t
from models.language import _
from notifications.letter import PRIVATE
from workflow import audit, permissions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from workflow.case import Actor
    from workflow.month_names import MonthName


def unit_names(connection: Connection, office_id: int) -> dict[int, str]:
    """The names of the units by their number."""
    u = t.unit.c
    return {row.id: row.name for row in connection.execute(sa.select(u.id, u.name).where(u.office_id == office_id))}


def office_name(connection: Connection, office_id: int) -> str:
    """The office's full name."""
    return connection.scalar(sa.select(t.office.c.name).where(t.office.c.id == office_id)) or ""


def units(connection: Connection, office_id: int) -> list[dict[str, Any]]:
    """Every unit, also those that have ended, in the order they were entered."""
    u = t.unit.c
    query = sa.select(u.id, u.name, u.short_name, u.valid_from, u.valid_to, u.successor_id)
    return [dict(row) for row in connection.execute(query.where(u.office_id == office_id).order_by(u.id)).mappings()]


def months(connection: Connection, office_id: int) -> list[dict[str, Any]]:
    """Every month that was opened, the newest first, with the title of its notice."""
    p, n = t.period.c, t.notice.c
    query = (
        sa.select(
            p.id, p.month, p.notice_id, n.title.label("notice"), p.flow, p.opens_on, p.due_on, p.closes_on, p.state
        )
        .join(t.notice, sa.and_(n.office_id == p.office_id, n.id == p.notice_id))
        .where(p.office_id == office_id)
        .order_by(p.month.desc(), p.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def clauses(connection: Connection, office_id: int, actor: Actor, after: int, most: int) -> list[dict[str, Any]]:
    """At most so many clauses with numbers beyond ``after``, in the order of the notices, with units and indicators.

    A unit sees those that name it.
    """
    c, w, r = t.clause.c, t.work_item.c, t.responsibility.c
    query = (
        sa.select(c.id, c.notice_id, c.number, c.text, c.withdrawn, w.title.label("item"), w.section, w.subsection)
        .join(t.work_item, sa.and_(w.office_id == c.office_id, w.id == c.item_id))
        .where(c.office_id == office_id, c.id > after)
        .order_by(c.id)
        .limit(most)
    )
    if not permissions.everywhere(actor, "clause.read"):
        theirs = sa.select(r.clause_id).where(
            r.office_id == office_id, r.unit_id.in_(actor.units()), r.ended_at.is_(None)
        )
        query = query.where(c.id.in_(theirs))
    rows = connection.execute(query).mappings().all()
    chosen = [row["id"] for row in rows]
    bearing, asked = _responsible(connection, office_id, chosen), _indicators(connection, office_id, chosen)
    return [{**row, "units": bearing.get(row["id"], []), "indicators": asked.get(row["id"], [])} for row in rows]


def _responsible(connection: Connection, office_id: int, chosen: list[int]) -> dict[int, list[dict[str, Any]]]:
    r, u = t.responsibility.c, t.unit.c
    query = (
        sa.select(r.clause_id, r.unit_id, u.name, r.share)
        .join(t.unit, sa.and_(u.office_id == r.office_id, u.id == r.unit_id))
        .where(r.office_id == office_id, r.clause_id.in_(chosen), r.ended_at.is_(None))
        .order_by(r.clause_id, r.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.clause_id, []).append({"id": row.unit_id, "name": row.name, "share": row.share})
    return found


def _indicators(connection: Connection, office_id: int, chosen: list[int]) -> dict[int, list[dict[str, Any]]]:
    i = t.indicator.c
    query = sa.select(i.clause_id, i.id, i.name, i.unit, i.op, i.value.label("target"))
    found: dict[int, list[dict[str, Any]]] = {}
    query = query.where(i.office_id == office_id, i.clause_id.in_(chosen)).order_by(i.clause_id, i.id)
    for row in connection.execute(query).mappings():
        found.setdefault(row["clause_id"], []).append({name: row[name] for name in row if name != "clause_id"})
    return found


def told(connection: Connection, office_id: int, person_id: int, below: int, most: int) -> list[dict[str, Any]]:
    """The messages to a person with numbers below ``below``, the newest first; a secret goes to its address alone."""
    m = t.message.c
    query = (
        sa.select(m.id, m.event, m.state, m.channel, m.subject, m.body, m.about, m.created_at, m.settled_at)
        .where(m.office_id == office_id, m.recipient_id == person_id, m.id < below, m.event.not_in(sorted(PRIVATE)))
        .order_by(m.id.desc())
        .limit(most)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def issued_summary(connection: Connection, office_id: int, actor: Actor, month: MonthName | str) -> dict[str, Any]:
    """The summary of a month as it was issued, with its files by kind; E-404 before it is, E-403."""
    permissions.demand(actor, "summary.read")
    row = issued_row(connection, office_id, month)
    if row is None:
        raise permissions.not_there(_("Summary"), str(month))
    return {
        **{name: getattr(row, name) for name in ("id", "document_number", "issued_by", "issued_at", "files")},
        "month": row.month,
        "head": audit.Head(row.head_seq, row.head_hash).short,
        "reports": [{"task_id": task, "report_number": number} for task, number in row.covers],
    }

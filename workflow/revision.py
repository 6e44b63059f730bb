"""Applying a revision's plan: changed clauses get their new words and units, withdrawn ones stop, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.errors import Refused
from models.language import _
from models.states import Share
from workflow import adoption, permissions, units
from workflow.adoption import Adopted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.drafts import ClauseDraft, NoticeDraft
    from workflow.case import Actor


def revise(
    connection: Connection,
    office_id: int,
    actor: Actor,
    notice_id: int,
    draft: NoticeDraft,
    kept: dict[str, Any],
    table_sha256: str,
    now: datetime,
) -> Adopted:
    """Bring an adopted notice to a corrected table; refused while its plan holds a blocked clause (E-N14)."""
    role = permissions.demand(actor, "notice.adopt")
    verdicts = _verdicts(connection, office_id, notice_id, draft)
    made = Adopted(notice_id)
    position = 0
    for item in draft.items:
        item_id = _item(connection, office_id, notice_id, item.number, item)
        for clause in item.clauses:
            position += 1
            if verdicts[clause.id] == "add":
                made.clauses += 1
                adoption.write_clause(connection, office_id, item_id, clause, position, made, now)
            elif verdicts[clause.id] == "change":
                made.clauses += 1
                _change(connection, office_id, notice_id, clause, position, made, now)
    _withdraw(connection, office_id, notice_id, [c for c, verdict in verdicts.items() if verdict == "withdraw"])
    connection.execute(
        sa.update(t.notice)
        .where(t.notice.c.office_id == office_id, t.notice.c.id == notice_id)
        .values(revision=t.notice.c.revision + 1, draft=kept, table_sha256=table_sha256)
    )
    adoption.expand(connection, office_id, notice_id, made)
    adoption.record(connection, office_id, actor, role.value, "notice.revise", made, now)
    return made


def _verdicts(connection: Connection, office_id: int, notice_id: int, draft: NoticeDraft) -> dict[str, str]:
    lines = adoption.plan_revision(connection, office_id, notice_id, draft)
    blocked = [line.clause for line in lines if line.verdict == "blocked"]
    if blocked:
        raise Refused(
            "E-N14",
            _("Clauses {list} cannot be changed while work on them is under way.").format(list=", ".join(blocked)),
            remedy=_("Have those reports returned or the month closed first."),
        )
    return {line.clause: line.verdict for line in lines}


def _item(connection: Connection, office_id: int, notice_id: int, number: int, item: Any) -> int:
    found = connection.scalar(
        sa.select(t.work_item.c.id).where(
            t.work_item.c.office_id == office_id,
            t.work_item.c.notice_id == notice_id,
            t.work_item.c.number == number,
        )
    )
    return int(found) if found is not None else adoption.item_row(connection, office_id, notice_id, item)


def _change(
    connection: Connection,
    office_id: int,
    notice_id: int,
    clause: ClauseDraft,
    position: int,
    made: Adopted,
    now: datetime,
) -> None:
    row = connection.execute(
        sa.select(t.clause.c.id).where(
            t.clause.c.office_id == office_id, t.clause.c.notice_id == notice_id, t.clause.c.number == clause.id
        )
    ).one()
    connection.execute(
        sa.update(t.clause)
        .where(t.clause.c.office_id == office_id, t.clause.c.id == row.id)
        .values(text=clause.text, position=position, bracket=clause.bracket or "", withdrawn=False)
    )
    r = t.responsibility
    wanted = {units.find_unit(connection, office_id, name): place for place, name in enumerate(clause.units)}
    held = connection.execute(
        sa.select(r.c.id, r.c.unit_id).where(r.c.office_id == office_id, r.c.clause_id == row.id, r.c.via_group == "")
    ).all()
    for duty in held:
        place = wanted.get(duty.unit_id)
        values: dict[str, Any] = (
            {"ended_at": now}
            if place is None
            else {
                "ended_at": None,
                "position": place,
                "share": (Share.LEAD if place == 0 else Share.SUPPORT).value,
            }
        )
        connection.execute(sa.update(r).where(r.c.office_id == office_id, r.c.id == duty.id).values(**values))
    for place, name in enumerate(clause.units):
        adoption.assign(connection, office_id, row.id, name, place, "", made, now)


def _withdraw(connection: Connection, office_id: int, notice_id: int, numbers: list[str]) -> None:
    connection.execute(
        sa.update(t.clause)
        .where(t.clause.c.office_id == office_id, t.clause.c.notice_id == notice_id, t.clause.c.number.in_(numbers))
        .values(withdrawn=True)
    )

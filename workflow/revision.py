"""Applying a revision's plan: changed clauses get their new words, facts and units, withdrawn ones stop, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import doubts
from models import tables as t
from models.errors import Refused
from models.language import _
from workflow import adoption, parts, permissions, revision_plan
from workflow.parts import Adopted

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.drafts import ClauseDraft, ItemDraft, NoticeDraft
    from workflow.case import Actor
    from workflow.revision_plan import PlanLine


def revise(
    connection: Connection,
    office_id: int,
    actor: Actor,
    notice_id: int,
    draft: NoticeDraft,
    kept: dict[str, Any],
    table_sha256: str,
    now: datetime,
    *,
    allow_past: bool = False,
) -> Adopted:
    """Bring an adopted notice to a corrected table; refused while its plan holds a blocked clause (E-N14)."""
    role = permissions.demand(actor, "notice.adopt")
    adoption.check(draft, now, allow_past=allow_past)
    plan = {line.clause: line for line in _plan(connection, office_id, notice_id, draft)}
    before = revision_plan.notice_row(connection, office_id, notice_id)
    if before.table_sha256 == table_sha256:
        return adoption.take_again(connection, office_id, actor, notice_id, kept, now)
    draft = adoption.check_doubts(connection, office_id, draft)
    made = Adopted(notice_id)
    _write_notice(connection, office_id, before, draft, kept, table_sha256)
    position = 0
    for item in draft.items:
        item_id = _item(connection, office_id, notice_id, item)
        for clause in item.clauses:
            position += 1
            _clause(connection, office_id, item_id, (plan[clause.id], clause), position, made, now)
    _withdraw(connection, office_id, notice_id, [line.clause for line in plan.values() if line.verdict == "withdraw"])
    parts.follow_rosters(connection, office_id, notice_id, made, now)
    made.idle_tasks = parts.idle_tasks(connection, office_id, notice_id)
    made.unchecked = len(doubts.still_open(draft))
    decided = adoption.decided_in(draft)
    adoption.record(connection, office_id, actor, role.value, "notice.revise", made, now, decided=decided)
    return made


def _plan(connection: Connection, office_id: int, notice_id: int, draft: NoticeDraft) -> list[PlanLine]:
    lines = revision_plan.plan_revision(connection, office_id, notice_id, draft)
    blocked = [line.clause for line in lines if line.verdict == "blocked"]
    if blocked:
        raise Refused(
            "E-N14",
            _("Clauses {list} cannot be changed while work on them is under way.").format(list=", ".join(blocked)),
            remedy=_("Look at the plan with: duban notice diff; wait until the month is closed, or waive those tasks."),
        )
    return lines


def _write_notice(
    connection: Connection, office_id: int, before: Any, draft: NoticeDraft, kept: dict[str, Any], table_sha256: str
) -> None:
    values = adoption.notice_values(draft, kept, table_sha256)
    n = t.notice.c
    same_file = adoption.notices().where(
        n.office_id == office_id, n.source_sha256 == values["source_sha256"], n.id != before.id
    )
    other = connection.execute(same_file).first()
    if other is not None:
        raise adoption.adopted_before(other)
    connection.execute(
        sa.update(t.notice)
        .where(n.office_id == office_id, n.id == before.id)
        .values(revision=before.revision + 1, **values)
    )


def _item(connection: Connection, office_id: int, notice_id: int, item: ItemDraft) -> int:
    i = t.work_item.c
    found = connection.scalar(
        sa.select(i.id).where(i.office_id == office_id, i.notice_id == notice_id, i.number == item.number)
    )
    if found is None:
        return adoption.item_row(connection, office_id, notice_id, item)
    title, section, subsection = revision_plan.headings(item)
    connection.execute(
        sa.update(t.work_item)
        .where(i.office_id == office_id, i.id == found)
        .values(title=title, section=section, subsection=subsection)
    )
    return int(found)


def _clause(
    connection: Connection,
    office_id: int,
    item_id: int,
    planned: tuple[PlanLine, ClauseDraft],
    position: int,
    made: Adopted,
    now: datetime,
) -> None:
    """One clause of the table; one that was withdrawn once comes back under its number."""
    line, clause = planned
    c = t.clause.c
    clause_id = connection.scalar(
        sa.select(c.id).where(c.office_id == office_id, c.notice_id == made.notice_id, c.number == clause.id)
    )
    made.clauses += line.verdict != "keep"
    if clause_id is None:
        adoption.write_clause(connection, office_id, item_id, clause, position, made, now)
        return
    connection.execute(
        sa.update(t.clause)
        .where(c.office_id == office_id, c.id == clause_id)
        .values(**adoption.clause_values(item_id, clause, position))
    )
    back = line.verdict == "add"
    if back or revision_plan.DATES in line.changes:
        m = t.milestone.c
        connection.execute(sa.delete(t.milestone).where(m.office_id == office_id, m.clause_id == clause_id))
        adoption.write_milestones(connection, office_id, clause_id, clause)
    if back or revision_plan.TARGETS in line.changes:
        _write_targets(connection, office_id, clause_id, clause)
    if back or revision_plan.PARTIES in line.changes:
        wanted = parts.all_parts(connection, office_id, clause_id, clause, made, now)
        parts.settle(connection, office_id, clause_id, wanted, made, now)


def _write_targets(connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft) -> None:
    """Indicators keep their number while name and unit stay, because reported values point to it."""
    i = t.indicator.c
    free = {(row.name, row.unit): row.id for row in revision_plan.targets(connection, office_id, clause_id)}
    for place, one in enumerate(clause.indicators):
        number = free.pop((one.name, one.unit or ""), None)
        if number is None:
            adoption.write_indicator(connection, office_id, clause_id, clause, place)
            continue
        connection.execute(
            sa.update(t.indicator)
            .where(i.office_id == office_id, i.id == number)
            .values(**adoption.indicator_values(clause, place))
        )
    connection.execute(sa.delete(t.indicator).where(i.office_id == office_id, i.id.in_(free.values())))


def _withdraw(connection: Connection, office_id: int, notice_id: int, numbers: list[str]) -> None:
    connection.execute(
        sa.update(t.clause)
        .where(t.clause.c.office_id == office_id, t.clause.c.notice_id == notice_id, t.clause.c.number.in_(numbers))
        .values(withdrawn=True)
    )

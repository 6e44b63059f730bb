"""Adopting a confirmed decomposition table: units, items, clauses, responsibilities; and revising an adopted one.

Adopting the same table twice changes nothing but what a newly set roster adds. A corrected notice is a revision,
whose plan (keep / change / add / withdraw / blocked, per clause) is shown before it is applied. Source: design 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.database import insert
from models.errors import BadInput, Refused
from models.language import _
from models.states import PeriodState, Share, TaskState
from models.times import local_date
from workflow import audit, permissions, units

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.drafts import ClauseDraft, ItemDraft, NoticeDraft
    from workflow.case import Actor

#: the day of the month by which reports are due when a notice does not say (the reference notice: 25日前)
USUAL_DAY: Final = 25
#: units that came through a collective name stand after the named ones
AFTER_NAMED: Final = 100


@dataclass(slots=True)
class Adopted:
    """What adopting did: counts, the units it entered, the collective names nobody has given a roster."""

    notice_id: int
    existed: bool = False
    clauses: int = 0
    responsibilities: int = 0
    new_units: list[str] = field(default_factory=list)
    open_groups: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a revision would do to one clause, and why it may be blocked."""

    clause: str
    verdict: str
    reason: str = ""


def adopt(
    connection: Connection,
    office_id: int,
    actor: Actor,
    draft: NoticeDraft,
    kept: dict[str, Any],
    table_sha256: str,
    now: datetime,
) -> Adopted:
    """Create what a notice asks for; ``kept`` is the draft as JSON, ``table_sha256`` its hash."""
    role = permissions.demand(actor, "notice.adopt")
    _check(draft)
    known = _known(connection, office_id, draft.source_sha256)
    if known is not None and known.table_sha256 != table_sha256:
        raise Refused(
            "E-N03",
            _("This notice was adopted already (number {id}, {day}, {who}) from another table.").format(
                id=known.id, day=local_date(known.adopted_at).isoformat(), who=known.adopted_by
            ),
            remedy=_("Look at the plan with: duban notice diff, then adopt with --revise."),
        )
    if known is not None:
        made = Adopted(known.id, existed=True)
        expand(connection, office_id, known.id, made)
        if made.responsibilities:
            record(connection, office_id, actor, role.value, "notice.expand", made, now)
        return made
    made = Adopted(_notice_row(connection, office_id, actor, draft, kept, table_sha256, now))
    _write_items(connection, office_id, draft, made, now)
    expand(connection, office_id, made.notice_id, made)
    record(connection, office_id, actor, role.value, "notice.adopt", made, now)
    return made


def record(
    connection: Connection, office_id: int, actor: Actor, role: str, action: str, made: Adopted, now: datetime
) -> None:
    """The event of an adoption or revision, with its counts."""
    detail = {
        "clauses": made.clauses,
        "responsibilities": made.responsibilities,
        "new_units": made.new_units,
        "open_groups": made.open_groups,
    }
    audit.append(
        connection, office_id, actor, audit.Entry(action, "notice", made.notice_id, role=role, detail=detail), now
    )


def _check(draft: NoticeDraft) -> None:
    clauses = [clause for item in draft.items for clause in item.clauses]
    if not clauses:
        raise BadInput("E-N11", _("The table holds no clause."), remedy=_("Read the notice again, or fill the table."))
    seen: set[str] = set()
    for clause in clauses:
        if clause.id in seen:
            raise BadInput("E-N12", _("Clause {id} stands twice in the table.").format(id=clause.id))
        seen.add(clause.id)
        if not clause.units and not clause.groups:
            raise BadInput(
                "E-N13",
                _("Clause {id} names no responsible unit.").format(id=clause.id),
                remedy=_("Fill in the lead unit in the exported table, then adopt the table."),
            )


def _known(connection: Connection, office_id: int, source_sha256: str) -> Any:
    return connection.execute(
        sa.select(t.notice)
        .where(t.notice.c.office_id == office_id, t.notice.c.source_sha256 == source_sha256)
        .order_by(t.notice.c.revision.desc())
        .limit(1)
    ).first()


def _notice_row(
    connection: Connection,
    office_id: int,
    actor: Actor,
    draft: NoticeDraft,
    kept: dict[str, Any],
    table_sha256: str,
    now: datetime,
) -> int:
    return insert(
        connection,
        t.notice,
        office_id,
        title=draft.title,
        issuer=draft.issuer,
        document_number=draft.document_number or "",
        issued_on=draft.issued_on,
        reporting_day=draft.reporting.day or USUAL_DAY,
        reports=draft.reporting.who_reports,
        source_name=draft.source_name,
        source_sha256=draft.source_sha256,
        table_sha256=table_sha256,
        revision=1,
        draft=kept,
        adopted_by=actor.login,
        adopted_at=now,
    )


def _write_items(connection: Connection, office_id: int, draft: NoticeDraft, made: Adopted, now: datetime) -> None:
    for item in draft.items:
        item_id = item_row(connection, office_id, made.notice_id, item)
        for clause in item.clauses:
            made.clauses += 1
            write_clause(connection, office_id, item_id, clause, made.clauses, made, now)


def item_row(connection: Connection, office_id: int, notice_id: int, item: ItemDraft) -> int:
    """The row of a numbered item."""
    return insert(
        connection,
        t.work_item,
        office_id,
        notice_id=notice_id,
        number=item.number,
        title=item.title,
        section=item.section.label if item.section else "",
        subsection=item.subsection.label if item.subsection else "",
    )


def write_clause(
    connection: Connection,
    office_id: int,
    item_id: int,
    clause: ClauseDraft,
    position: int,
    made: Adopted,
    now: datetime,
) -> int:
    """The row of a clause with its milestones, indicators and named units."""
    clause_id = insert(
        connection,
        t.clause,
        office_id,
        notice_id=made.notice_id,
        item_id=item_id,
        number=clause.id,
        position=position,
        text=clause.text,
        bracket=clause.bracket or "",
        source_line=clause.source_line or 0,
        notes=list(clause.damage),
        reports=clause.report_policy or "",
        withdrawn=False,
    )
    _write_facts(connection, office_id, clause_id, clause)
    for place, name in enumerate(clause.units):
        assign(connection, office_id, clause_id, name, place, "", made, now)
    return clause_id


def _write_facts(connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft) -> None:
    for milestone in clause.milestones:
        insert(
            connection,
            t.milestone,
            office_id,
            clause_id=clause_id,
            due_on=milestone.due_on,
            quote=milestone.quote,
            note=milestone.note or "",
        )
    for indicator in clause.indicators:
        insert(
            connection,
            t.indicator,
            office_id,
            clause_id=clause_id,
            name=indicator.name,
            op=indicator.op,
            value=indicator.value,
            unit=indicator.unit or "",
            quote=indicator.quote,
        )


def assign(
    connection: Connection,
    office_id: int,
    clause_id: int,
    name: str,
    place: int,
    via_group: str,
    made: Adopted,
    now: datetime,
) -> None:
    """Make a unit responsible by name, entering it into the register when it is new."""
    unit = units.find_unit(connection, office_id, name)
    if unit is None:
        unit = units.create_unit(connection, office_id, name, local_date(now))
        made.new_units.append(name)
    _assign_unit(connection, office_id, clause_id, unit, place, via_group, made)


def _assign_unit(
    connection: Connection, office_id: int, clause_id: int, unit: int, place: int, via_group: str, made: Adopted
) -> None:
    r = t.responsibility
    held = connection.scalar(
        sa.select(r.c.id).where(r.c.office_id == office_id, r.c.clause_id == clause_id, r.c.unit_id == unit)
    )
    if held is not None:
        return
    share = Share.LEAD if place == 0 and not via_group else Share.SUPPORT
    insert(
        connection,
        r,
        office_id,
        clause_id=clause_id,
        unit_id=unit,
        share=share.value,
        position=place,
        via_group=via_group,
    )
    made.responsibilities += 1


def expand(connection: Connection, office_id: int, notice_id: int, made: Adopted) -> None:
    """Expand collective names from the office's rosters; a name without one is reported, never guessed."""
    kept = connection.scalar(
        sa.select(t.notice.c.draft).where(t.notice.c.office_id == office_id, t.notice.c.id == notice_id)
    )
    groups = dict(_groups(kept or {}))
    clauses = connection.execute(
        sa.select(t.clause.c.id, t.clause.c.number).where(
            t.clause.c.office_id == office_id, t.clause.c.notice_id == notice_id, ~t.clause.c.withdrawn
        )
    ).all()
    for clause in clauses:
        for group in groups.get(clause.number, []):
            members = units.roster(connection, office_id, group, clause.id)
            if not members and group not in made.open_groups:
                made.open_groups.append(group)
            for offset, unit in enumerate(members):
                _assign_unit(connection, office_id, clause.id, unit, AFTER_NAMED + offset, group, made)


def _groups(kept: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """(clause number, collective names) out of the kept JSON, whatever depth its sections have."""
    for value in kept.values():
        for row in value if isinstance(value, list) else []:
            if not isinstance(row, dict):
                continue
            if "unit_groups" in row and "id" in row:
                yield row["id"], row["unit_groups"]
            yield from _groups(row)


def plan_revision(connection: Connection, office_id: int, notice_id: int, draft: NoticeDraft) -> list[PlanLine]:
    """What adopting a corrected table would do, clause by clause, in the order of the notice."""
    present = {
        row.number: row
        for row in connection.execute(
            sa.select(t.clause).where(
                t.clause.c.office_id == office_id, t.clause.c.notice_id == notice_id, ~t.clause.c.withdrawn
            )
        )
    }
    lines = []
    wanted = [clause for item in draft.items for clause in item.clauses]
    for clause in wanted:
        row = present.pop(clause.id, None)
        lines.append(_plan_line(connection, office_id, clause, row))
    for number, row in present.items():
        busy = _busy(connection, office_id, row.id)
        lines.append(
            PlanLine(number, "blocked", _("task {id} is under way").format(id=busy))
            if busy
            else PlanLine(number, "withdraw", _("it is no longer in the table"))
        )
    return lines


def _plan_line(connection: Connection, office_id: int, clause: ClauseDraft, row: Any) -> PlanLine:
    if row is None:
        return PlanLine(clause.id, "add")
    named = _named(connection, office_id, row.id)
    changes = []
    if row.text != clause.text:
        changes.append(_("text"))
    if named != list(clause.units):
        changes.append(_("units: {old} → {new}").format(old="、".join(named), new="、".join(clause.units)))
    if not changes:
        return PlanLine(clause.id, "keep")
    gone = [name for name in named if name not in clause.units]
    for name in gone:
        busy = _busy(connection, office_id, row.id, units.find_unit(connection, office_id, name))
        if busy:
            return PlanLine(clause.id, "blocked", _("task {id} is under way").format(id=busy))
    return PlanLine(clause.id, "change", "; ".join(changes))


def _named(connection: Connection, office_id: int, clause_id: int) -> list[str]:
    r = t.responsibility
    return list(
        connection.scalars(
            sa.select(t.unit.c.name)
            .join(r, sa.and_(r.c.office_id == t.unit.c.office_id, r.c.unit_id == t.unit.c.id))
            .where(r.c.office_id == office_id, r.c.clause_id == clause_id, r.c.via_group == "", r.c.ended_at.is_(None))
            .order_by(r.c.position)
        )
    )


def _busy(connection: Connection, office_id: int, clause_id: int, unit_id: int | None = None) -> int | None:
    """A task of the clause (of the unit) in an open month that somebody has begun."""
    query = (
        sa.select(t.task.c.id)
        .join(t.period, sa.and_(t.period.c.office_id == t.task.c.office_id, t.period.c.id == t.task.c.period_id))
        .where(
            t.task.c.office_id == office_id,
            t.task.c.clause_id == clause_id,
            t.period.c.state == PeriodState.OPEN.value,
            t.task.c.state.not_in([TaskState.ASSIGNED.value, TaskState.AGGREGATED.value, TaskState.WAIVED.value]),
        )
    )
    if unit_id is not None:
        query = query.where(t.task.c.unit_id == unit_id)
    found = connection.scalar(query.limit(1))
    return int(found) if found is not None else None

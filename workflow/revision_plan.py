"""What adopting a corrected table would do, clause by clause: keep, change, add, withdraw, or blocked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.language import _
from workflow import parts, permissions, units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from models.drafts import ClauseDraft, ItemDraft, NoticeDraft

#: what of a clause changed; the words are for the plan
TEXT, ITEM, PARTIES, DATES, TARGETS, REPORTS, REMARKS = "text", "item", "parties", "dates", "targets", "by", "remarks"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a revision would do to one clause, and why it may be blocked."""

    clause: str
    verdict: str
    reason: str = ""
    #: what changed, for the one who applies the plan
    changes: frozenset[str] = frozenset()


def plan_revision(connection: Connection, office_id: int, notice_id: int, draft: NoticeDraft) -> list[PlanLine]:
    """The plan in the order of the table, withdrawn clauses last; E-404 when there is no such notice."""
    if notice_row(connection, office_id, notice_id) is None:
        raise permissions.not_there(_("Notice"), notice_id)
    present = {row.number: row for row in _rows(connection, office_id, notice_id)}
    kept = parts.kept_clauses(connection, office_id, notice_id)
    lines = []
    for item in draft.items:
        for clause in item.clauses:
            row = present.pop(clause.id, None)
            line = PlanLine(clause.id, "add")
            if row is not None:
                line = _plan_line(connection, office_id, (item, clause), row, kept.get(clause.id))
            lines.append(line)
    for number, row in present.items():
        task = parts.busy(connection, office_id, row.id)
        lines.append(
            _blocked(number, task) if task else PlanLine(number, "withdraw", _("it is no longer in the table"))
        )
    return lines


def notice_row(connection: Connection, office_id: int, notice_id: int) -> Any:
    """The adopted notice, or None."""
    return connection.execute(
        sa.select(t.notice).where(t.notice.c.office_id == office_id, t.notice.c.id == notice_id)
    ).first()


def _rows(connection: Connection, office_id: int, notice_id: int) -> list[Any]:
    """The clauses in force with the words of their item."""
    c, i = t.clause.c, t.work_item.c
    query = (
        sa.select(t.clause, i.title, i.section, i.subsection)
        .join(t.work_item, sa.and_(i.office_id == c.office_id, i.id == c.item_id))
        .where(c.office_id == office_id, c.notice_id == notice_id, ~c.withdrawn)
        .order_by(c.position)
    )
    return list(connection.execute(query).all())


def _blocked(clause: str, task: int) -> PlanLine:
    return PlanLine(clause, "blocked", _("task {id} is under way").format(id=task))


def _plan_line(
    connection: Connection,
    office_id: int,
    wanted: tuple[ItemDraft, ClauseDraft],
    row: Any,
    kept: dict[str, Any] | None,
) -> PlanLine:
    item, clause = wanted
    changes = _own_changes(item, clause, row)
    changes |= _fact_changes(connection, office_id, row.id, clause)
    party_change = _party_change(connection, office_id, row.id, clause, kept)
    if party_change:
        changes[PARTIES] = party_change
    if not changes:
        return PlanLine(clause.id, "keep")
    task = _in_the_way(connection, office_id, row.id, clause, changes)
    if task:
        return _blocked(clause.id, task)
    return PlanLine(clause.id, "change", "; ".join(changes.values()), frozenset(changes))


def _own_changes(item: ItemDraft, clause: ClauseDraft, row: Any) -> dict[str, str]:
    """What changed in the words of the clause and of its item."""
    found = {}
    if row.text != clause.text:
        found[TEXT] = _("text")
    if (row.title, row.section, row.subsection) != headings(item):
        found[ITEM] = _("the item's name or place")
    if row.reports != (clause.report_policy or ""):
        found[REPORTS] = _("who reports")
    if list(row.notes) != list(clause.damage):
        found[REMARKS] = _("remarks")
    return found


def headings(item: ItemDraft) -> tuple[str, str, str]:
    """An item's title, section and subsection as they are stored."""
    return (
        item.title,
        item.section.label if item.section else "",
        item.subsection.label if item.subsection else "",
    )


def _fact_changes(connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft) -> dict[str, str]:
    found = {}
    m = t.milestone.c
    dates = connection.execute(
        sa.select(m.due_on, m.quote, m.note).where(m.office_id == office_id, m.clause_id == clause_id).order_by(m.id)
    ).all()
    if [tuple(row) for row in dates] != [(one.due_on, one.quote, one.note or "") for one in clause.milestones]:
        found[DATES] = _("deadlines")
    rows = targets(connection, office_id, clause_id)
    held = sorted((row.name, row.op, row.value, row.unit, row.quote) for row in rows)
    if held != sorted((one.name, one.op, one.value, one.unit or "", one.quote) for one in clause.indicators):
        found[TARGETS] = _("indicators")
    return found


def targets(connection: Connection, office_id: int, clause_id: int) -> list[Any]:
    """A clause's indicators as they stand."""
    i = t.indicator.c
    query = sa.select(t.indicator).where(i.office_id == office_id, i.clause_id == clause_id).order_by(i.id)
    return list(connection.execute(query).all())


def _party_change(
    connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft, kept: dict[str, Any] | None
) -> str:
    """Who is named instead of whom; what was passed on by a request stays while the table says the same as before."""
    r, u = t.responsibility.c, t.unit.c
    rows = connection.execute(
        sa.select(u.id, u.name)
        .join(t.responsibility, sa.and_(r.office_id == u.office_id, r.unit_id == u.id))
        .where(r.office_id == office_id, r.clause_id == clause_id, r.via_group == "", r.ended_at.is_(None))
        .order_by(r.position)
    ).all()
    before = (
        _bearers(connection, office_id, parts.lead_first(kept["units"], kept["lead"]))
        if kept
        else [row.id for row in rows]
    )
    groups = list(kept["unit_groups"]) if kept else []
    wanted = parts.lead_first(clause.units, clause.lead)
    if before == _bearers(connection, office_id, wanted) and groups == list(clause.groups):
        return ""
    old, new = [*(row.name for row in rows), *groups], [*wanted, *clause.groups]
    return _("units: {old} → {new}").format(old="、".join(old), new="、".join(new))


def _bearers(connection: Connection, office_id: int, names: Sequence[str]) -> list[int | str]:
    """The units that names stand for, each once; a unit under another of its names is the same unit."""
    return list(dict.fromkeys(units.bearer(connection, office_id, name) or name for name in names))


def _in_the_way(
    connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft, changes: dict[str, str]
) -> int | None:
    """A task under way that the change would take from its unit, or whose report would lack an indicator."""
    if TARGETS in changes:
        old = {(row.name, row.unit) for row in targets(connection, office_id, clause_id)}
        if old != {(one.name, one.unit or "") for one in clause.indicators}:
            return parts.busy(connection, office_id, clause_id)
    if PARTIES not in changes:
        return None
    named = {units.bearer(connection, office_id, name) for name in clause.units}
    more, _bare = parts.group_parts(connection, office_id, clause_id, clause.groups, leads=False)
    held = parts.held_parts(connection, office_id, clause_id)
    gone = [unit for unit, row in held.items() if row.ended_at is None and unit not in named and unit not in more]
    return parts.busy(connection, office_id, clause_id, gone) if gone else None

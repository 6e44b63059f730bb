"""Adopting a confirmed decomposition table: units, items, clauses and who has which part in them (design, section 3).

Adopting the same table twice changes nothing but what today's rosters say of the collective names. A corrected notice
is a revision (``revision.py``), whose plan (``revision_plan.py``) is shown before it is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import doubts
from models import tables as t
from models.adding import insert
from models.errors import BadInput, Refused
from models.language import _
from models.times import local_date
from workflow import audit, name_doubts, parts, permissions
from workflow.parts import Adopted
from workflow.revision_plan import PlanLine, headings, plan_revision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from models.drafts import ClauseDraft, ItemDraft, NoticeDraft, WarningNote
    from workflow.case import Actor

__all__ = ["Adopted", "PlanLine", "adopt", "plan_revision"]

#: the day of the month by which reports are due when a notice does not say (the reference notice: 25日前)
USUAL_DAY: Final = 25
#: so many open places are said in a refusal
_NAMED: Final = 5


def adopt(
    connection: Connection,
    office_id: int,
    actor: Actor,
    draft: NoticeDraft,
    kept: dict[str, Any],
    table_sha256: str,
    now: datetime,
    *,
    allow_past: bool = False,
) -> Adopted:
    """Create what a notice asks for; ``kept`` is the draft as JSON, ``table_sha256`` the hash of what it says."""
    role = permissions.demand(actor, "notice.adopt")
    check(draft, now, allow_past=allow_past)
    known = _known(connection, office_id, draft, table_sha256)
    if known is not None and known.table_sha256 != table_sha256:
        raise adopted_before(known)
    if known is not None:
        return take_again(connection, office_id, actor, known.id, kept, now)
    draft = check_doubts(connection, office_id, draft)
    made = Adopted(_notice_row(connection, office_id, actor, draft, kept, table_sha256, now))
    for item in draft.items:
        item_id = item_row(connection, office_id, made.notice_id, item)
        for clause in item.clauses:
            made.clauses += 1
            write_clause(connection, office_id, item_id, clause, made.clauses, made, now)
    made.unchecked = len(doubts.still_open(draft))
    record(connection, office_id, actor, role.value, "notice.adopt", made, now, decided=decided_in(draft))
    return made


def take_again(
    connection: Connection, office_id: int, actor: Actor, notice_id: int, kept: dict[str, Any], now: datetime
) -> Adopted:
    """The same table once more: only what was ticked off and the rosters of its collective names may have changed."""
    role = permissions.demand(actor, "notice.adopt")
    made = Adopted(notice_id, existed=True)
    _add_decisions(connection, office_id, actor, role.value, notice_id, kept, now)
    parts.follow_rosters(connection, office_id, notice_id, made, now)
    made.idle_tasks = parts.idle_tasks(connection, office_id, notice_id)
    if made.responsibilities or made.ended:
        record(connection, office_id, actor, role.value, "notice.expand", made, now)
    return made


def _add_decisions(
    connection: Connection, office_id: int, actor: Actor, role: str, notice_id: int, kept: dict[str, Any], now: datetime
) -> None:
    """Keep what was ticked off since the table was adopted; nothing that was said before is taken away."""
    n = t.notice.c
    mine = sa.and_(n.office_id == office_id, n.id == notice_id)
    before = connection.execute(sa.select(n.draft, n.table_sha256).where(mine)).one().draft
    said = {one["key"]: one for one in before.get("decisions", ())}
    new = [one for one in kept.get("decisions", ()) if _said(one) != _said(said.get(one["key"], {}))]
    if not new:
        return
    said |= {one["key"]: one for one in new}
    connection.execute(sa.update(t.notice).where(mine).values(draft={**before, "decisions": list(said.values())}))
    detail = {"decisions": [[one["key"], one["verdict"], one["note"]] for one in new]}
    audit.append(
        connection, office_id, actor, audit.Entry("notice.check", "notice", notice_id, role=role, detail=detail), now
    )


def _said(one: dict[str, Any]) -> tuple[Any, Any]:
    return one.get("verdict"), one.get("note")


def decided_in(draft: NoticeDraft) -> list[list[str]]:
    """What was said of each warning, short enough for the trail: clause, code, quote, verdict, note, by whom."""
    return [
        [doubt.note.clause, doubt.note.code, doubt.note.quote[:40], said.verdict, said.note, said.by]
        for doubt in doubts.listed(draft)
        if (said := doubt.decision) is not None
    ]


def adopted_before(known: Any) -> Refused:
    """The refusal of a notice that another table of the same notice has brought in."""
    return Refused(
        "E-N03",
        _("This notice was adopted already (number {id}, {day}, {who}) from another table.").format(
            id=known.id, day=local_date(known.adopted_at).isoformat(), who=known.adopter or known.adopted_by
        ),
        remedy=_("Look at the plan with: duban notice diff, then adopt with --revise."),
    )


def record(
    connection: Connection,
    office_id: int,
    actor: Actor,
    role: str,
    action: str,
    made: Adopted,
    now: datetime,
    *,
    decided: Sequence[list[str]] = (),
) -> None:
    """The event of an adoption or revision, with its counts and what was said of the reader's warnings."""
    detail = {
        "clauses": made.clauses,
        "responsibilities": made.responsibilities,
        "ended": made.ended,
        "new_units": made.new_units,
        "open_groups": made.open_groups,
        "decided": list(decided),
        "unchecked": made.unchecked,
    }
    audit.append(
        connection, office_id, actor, audit.Entry(action, "notice", made.notice_id, role=role, detail=detail), now
    )


def check(draft: NoticeDraft, now: datetime, *, allow_past: bool) -> None:
    """Refuse a table that nobody could work by: without clauses or units, or with a deadline before the notice."""
    if not draft.clauses:
        raise BadInput("E-N11", _("The table holds no clause."), remedy=_("Read the notice again, or fill the table."))
    seen: set[str] = set()
    for clause in draft.clauses:
        if clause.id in seen:
            raise BadInput("E-N12", _("Clause {id} stands twice in the table.").format(id=clause.id))
        seen.add(clause.id)
        if not clause.units and not clause.groups:
            raise BadInput(
                "E-N13",
                _("Clause {id} names no responsible unit.").format(id=clause.id),
                remedy=_("Fill in the lead unit in the exported table, then adopt the table."),
            )
    if not allow_past:
        _check_dates(draft, draft.issued_on or local_date(now))


def _check_dates(draft: NoticeDraft, first: date) -> None:
    """A deadline before the notice is refused, unless a person has said of it that it is meant."""
    meant = {
        (one.note.clause, one.note.quote)
        for one in doubts.listed(draft)
        if one.note.code == doubts.EARLY and not one.open
    }
    for clause in draft.clauses:
        for milestone in clause.milestones:
            if milestone.due_on and milestone.due_on < first and (clause.id, milestone.quote) not in meant:
                raise BadInput(
                    "E-D02",
                    _("Clause {id}: the deadline {day} ({quote}) lies before the notice of {first}.").format(
                        id=clause.id, day=milestone.due_on.isoformat(), quote=milestone.quote, first=first.isoformat()
                    ),
                    remedy=_("Correct it in the exported table, or adopt with --allow-past."),
                )


def check_doubts(connection: Connection, office_id: int, draft: NoticeDraft) -> NoticeDraft:
    """Refuse while something is open that can change who reports or by when; the draft with what its names raise.

    A name much like a registered one is refused with E-N02, anything else with E-N16. A deadline before the notice has
    a refusal of its own.
    """
    draft = name_doubts.held_against(draft, name_doubts.load(connection, office_id))
    weighing = [doubt.note for doubt in doubts.still_open(draft) if doubt.weighs and doubt.note.code != doubts.EARLY]
    near = [note for note in weighing if note.code == "E-N02"]
    if near:
        name, known = near[0].quote, near[0].readings[0]
        raise BadInput(
            "E-N02",
            _("Not in the register, but much like a unit that is: {pairs}").format(
                pairs="; ".join(f"{note.quote} → {'、'.join(note.readings)}" for note in near)
            ),
            remedy=_(
                "Say which it is: duban notice review FILE. Or, the same unit: duban unit alias {known} {name};"
                " another one: duban unit add {name}"
            ).format(known=known, name=name),
        )
    if weighing:
        raise BadInput(
            "E-N16",
            _("{count} places can change who reports or by when, and nobody has decided them: {places}").format(
                count=len(weighing), places=_places(weighing)
            ),
            remedy=_("Decide them: duban notice review FILE. Or say why they may stay as read: --accept-open REASON"),
        )
    return draft


def _places(notes: Sequence[WarningNote]) -> str:
    said = "; ".join(note.message for note in notes[:_NAMED])
    return said if len(notes) <= _NAMED else f"{said} …"


def _known(connection: Connection, office_id: int, draft: NoticeDraft, table_sha256: str) -> Any:
    """The adopted notice that this is: from the same file, or another file of the same title, number and date."""
    n = t.notice.c
    same_file = n.source_sha256 == (draft.source_sha256 or table_sha256)
    same_words = sa.and_(
        n.title == draft.title, n.document_number == (draft.document_number or ""), n.issued_on == draft.issued_on
    )
    return connection.execute(
        notices()
        .where(n.office_id == office_id, sa.or_(same_file, same_words))
        .order_by(same_file.desc(), n.id)
        .limit(1)
    ).first()


def notices() -> Any:
    """Adopted notices, each with the name of the person who adopted it as ``adopter``."""
    n, p = t.notice.c, t.person.c
    who = sa.and_(p.office_id == n.office_id, p.login == n.adopted_by)
    return sa.select(t.notice, p.name.label("adopter")).outerjoin(t.person, who)


def notice_values(draft: NoticeDraft, kept: dict[str, Any], table_sha256: str) -> dict[str, Any]:
    """What the row of a notice says of its draft."""
    return {
        "title": draft.title,
        "issuer": draft.issuer,
        "document_number": draft.document_number or "",
        "issued_on": draft.issued_on,
        "reporting_day": draft.reporting.day or USUAL_DAY,
        "reports": draft.reporting.who_reports,
        "source_name": draft.source_name,
        "source_sha256": draft.source_sha256 or table_sha256,
        "table_sha256": table_sha256,
        "draft": kept,
    }


def _notice_row(
    connection: Connection,
    office_id: int,
    actor: Actor,
    draft: NoticeDraft,
    kept: dict[str, Any],
    table_sha256: str,
    now: datetime,
) -> int:
    values = notice_values(draft, kept, table_sha256)
    return insert(connection, t.notice, office_id, revision=1, adopted_by=actor.login, adopted_at=now, **values)


def item_row(connection: Connection, office_id: int, notice_id: int, item: ItemDraft) -> int:
    """The row of a numbered item."""
    title, section, subsection = headings(item)
    return insert(
        connection, t.work_item, office_id, notice_id=notice_id, number=item.number, title=title, section=section,
        subsection=subsection,
    )  # fmt: skip


def clause_values(item_id: int, clause: ClauseDraft, position: int) -> dict[str, Any]:
    """What the row of a clause says of its draft."""
    return {
        "item_id": item_id,
        "position": position,
        "text": clause.text,
        "bracket": clause.bracket or "",
        "source_line": clause.source_line or 0,
        "notes": list(clause.damage),
        "reports": clause.report_policy or "",
        "withdrawn": False,
    }


def write_clause(
    connection: Connection,
    office_id: int,
    item_id: int,
    clause: ClauseDraft,
    position: int,
    made: Adopted,
    now: datetime,
) -> None:
    """The row of a clause with its milestones, indicators and parts."""
    clause_id = insert(
        connection, t.clause, office_id, notice_id=made.notice_id, number=clause.id,
        **clause_values(item_id, clause, position),
    )  # fmt: skip
    write_milestones(connection, office_id, clause_id, clause)
    for place in range(len(clause.indicators)):
        write_indicator(connection, office_id, clause_id, clause, place)
    wanted = parts.all_parts(connection, office_id, clause_id, clause, made, now)
    parts.settle(connection, office_id, clause_id, wanted, made, now)


def write_milestones(connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft) -> None:
    """The rows of a clause's deadlines."""
    for milestone in clause.milestones:
        insert(
            connection, t.milestone, office_id, clause_id=clause_id, due_on=milestone.due_on, quote=milestone.quote,
            note=milestone.note or "",
        )  # fmt: skip


def indicator_values(clause: ClauseDraft, place: int) -> dict[str, Any]:
    """What the row of an indicator says."""
    one = clause.indicators[place]
    return {"name": one.name, "op": one.op, "value": one.value, "unit": one.unit or "", "quote": one.quote}


def write_indicator(connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft, place: int) -> None:
    """The row of one indicator."""
    insert(connection, t.indicator, office_id, clause_id=clause_id, **indicator_values(clause, place))

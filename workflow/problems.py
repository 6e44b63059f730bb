"""Problems of the ledger 问题台账: registered one by one or from a table, with pictures; what is done runs in their task.

Source: reference notice, items 1, 9, 10, 24 (建立问题台账，整改销号), and design section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, DubanError, NotFound, Refused
from models.language import _, listed
from models.states import PhotoShows, ProblemSource, Stage
from models.times import local_date, shown
from models.words import letters
from workflow import audit, flow_store, permissions, readings, units
from workflow.actions import visible_task
from workflow.filings import attachment
from workflow.operation import record_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from models.drafts import ProblemDraft
    from workflow.case import Actor, TaskRow
    from workflow.filings import StoredFile

NO_PICTURES: Final[Mapping[int, Sequence[StoredFile]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Registered:
    """How one row of a table ended: the number of its problem, or why it was refused."""

    draft: ProblemDraft
    problem_id: int = 0
    refusal: DubanError | None = None


def register(
    connection: Connection,
    office_id: int,
    actor: Actor,
    draft: ProblemDraft,
    now: datetime,
    *,
    inspection_id: int | None = None,
) -> int:
    """Enter a problem and give it to its lead unit; returns its number.

    Refuses what nobody could work by (E-K01 to E-K06), and a problem that is in the ledger already (E-K07).
    """
    role = permissions.demand(actor, "problem.register")
    draft = _in_lines(draft)
    _check(draft, local_date(now))
    unit_ids = list(dict.fromkeys(_unit(connection, office_id, name, draft.title) for name in draft.units))
    clause_id = units.clause_id(connection, office_id, draft.clause_number) or None
    _check_inspection(connection, office_id, inspection_id)
    _not_known(connection, office_id, draft, unit_ids[0])
    problem_id = insert(
        connection, t.problem, office_id, source=draft.source, source_ref=draft.source_ref, title=draft.title,
        place=draft.place, description=draft.description, found_on=draft.found_on, clause_id=clause_id,
        inspection_id=inspection_id, measures=draft.measures, relapses=0, registered_by=actor.person_id,
        registered_at=now,
    )  # fmt: skip
    for position, unit_id in enumerate(unit_ids):
        insert(connection, t.problem_unit, office_id, problem_id=problem_id, unit_id=unit_id, position=position)
    task_id = _open_task(connection, office_id, problem_id, unit_ids[0], draft.due_on, now)
    names = _names(connection, office_id, unit_ids)
    detail = {
        "title": draft.title, "source": draft.source, "units": names, "due_on": draft.due_on.isoformat(),
        "task": task_id, "inspection": inspection_id,
    }  # fmt: skip
    entry = audit.Entry("problem.register", "problem", problem_id, unit=names[0], role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return problem_id


def register_many(
    connection: Connection,
    office_id: int,
    actor: Actor,
    drafts: Sequence[ProblemDraft],
    now: datetime,
    *,
    dry_run: bool = False,
    inspection_id: int | None = None,
    pictures: Mapping[int, Sequence[StoredFile]] = NO_PICTURES,
) -> list[Registered]:
    """Row by row: what is right is kept, each refusal is told and stands in the trail; a dry run keeps nothing.

    ``pictures`` are those of a row, already in the store: they come with its problem, or neither does.
    """
    permissions.demand(actor, "problem.register")
    _check_inspection(connection, office_id, inspection_id)
    made = []
    whole = connection.begin_nested()
    for draft in drafts:
        saved = connection.begin_nested()
        try:
            number = register(connection, office_id, actor, draft, now, inspection_id=inspection_id)
            for stored in pictures.get(draft.row, ()):
                add_photo(connection, office_id, actor, number, stored, PhotoShows.FOUND, "", now)
        except DubanError as refusal:
            saved.rollback()
            record_refusal(connection, office_id, actor, "problem.register", refusal, now)
            made.append(Registered(draft, refusal=refusal))
        else:
            saved.commit()
            made.append(Registered(draft, number))
    if dry_run:
        whole.rollback()
    else:
        whole.commit()
    return made


def add_photo(
    connection: Connection,
    office_id: int,
    actor: Actor,
    problem_id: int,
    stored: StoredFile,
    shows: PhotoShows,
    note: str,
    now: datetime,
) -> int:
    """Keep a picture of a problem that is already in the store; by the office and the problem's own units."""
    task, co_units = visible_problem(connection, office_id, actor, problem_id)
    role = permissions.demand_unit(actor, "problem.photo", task.unit_id, co_units)
    attachment_id = attachment(connection, office_id, stored, actor, now)
    p = t.photo.c
    known = sa.select(p.id).where(
        p.office_id == office_id, p.problem_id == problem_id, p.attachment_id == attachment_id
    )
    if connection.scalar(known) is not None:
        raise Refused(
            "E-K08",
            _("This very file is among the pictures of this problem already."),
            where=stored.name,
            remedy=_("Choose another picture; see those that are there with: duban problem show {id}").format(
                id=problem_id
            ),
        )
    photo_id = insert(
        connection, t.photo, office_id, problem_id=problem_id, attachment_id=attachment_id, shows=shows.value,
        note=note.strip(), stored_by=actor.person_id, stored_at=now,
    )  # fmt: skip
    detail = {"photo": photo_id, "sha256": stored.sha256, "name": stored.name, "shows": shows.value}
    entry = audit.Entry("problem.photo", "problem", problem_id, unit=task.unit_name, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return photo_id


def visible_problem(
    connection: Connection, office_id: int, actor: Actor, problem_id: int
) -> tuple[TaskRow, frozenset[int]]:
    """The task of a problem and the co-named units, if it exists for this actor; E-404 in the same words otherwise."""
    k = t.task.c
    task_id = connection.scalar(sa.select(k.id).where(k.office_id == office_id, k.problem_id == problem_id))
    if task_id is None:
        raise permissions.not_there(_("Problem"), problem_id)
    try:
        return visible_task(connection, office_id, actor, task_id)
    except NotFound:
        raise permissions.not_there(_("Problem"), problem_id) from None


def records(connection: Connection, office_id: int, actor: Actor, problem_id: int) -> dict[str, list[dict[str, Any]]]:
    """What is kept beside a problem, in the order in which it came: its ``photos``, and its ``visits``.

    What a visit found is told to those who may read what was filed, not to a co-named unit.
    """
    task, co_units = visible_problem(connection, office_id, actor, problem_id)
    related = permissions.relation(actor, task.unit_id, co_units)
    copied = task.id in readings.copied_to(connection, office_id, actor.person_id)
    inside = permissions.may_see_report(actor, related, task, copied=copied)
    return {
        "photos": _photos(connection, office_id, problem_id),
        "visits": _visits(connection, office_id, problem_id) if inside else [],
    }


def _photos(connection: Connection, office_id: int, problem_id: int) -> list[dict[str, Any]]:
    p, a, who = t.photo.c, t.attachment.c, t.person.c
    query = (
        sa.select(p.id, p.shows, p.note, a.name, a.sha256, a.media_type, who.name.label("stored_by"), p.stored_at)
        .join(t.attachment, sa.and_(a.office_id == p.office_id, a.id == p.attachment_id))
        .join(t.person, sa.and_(who.office_id == p.office_id, who.id == p.stored_by))
        .where(p.office_id == office_id, p.problem_id == problem_id)
        .order_by(p.id)
    )
    return [
        {**row, "stored_at": shown(row["stored_at"]), "shows_label": PhotoShows(row["shows"]).label}
        for row in connection.execute(query).mappings()
    ]


def _visits(connection: Connection, office_id: int, problem_id: int) -> list[dict[str, Any]]:
    v, who = t.visit.c, t.person.c
    query = (
        sa.select(v.id, v.round, v.action, v.visited_on, v.found, who.name.label("visited_by"))
        .join(t.person, sa.and_(who.office_id == v.office_id, who.id == v.visited_by))
        .where(v.office_id == office_id, v.problem_id == problem_id)
        .order_by(v.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _in_lines(draft: ProblemDraft) -> ProblemDraft:
    """What stands in one cell of a list is one line; the longer texts stay as they were written."""
    title, source_ref, place = (" ".join(text.split()) for text in (draft.title, draft.source_ref, draft.place))
    return replace(
        draft, title=title, source_ref=source_ref, place=place, clause_number=draft.clause_number.strip(),
        description=draft.description.strip(), measures=draft.measures.strip(),
        units=tuple(name.strip() for name in draft.units),
    )  # fmt: skip


def _check(draft: ProblemDraft, today: date) -> None:
    """A source, a title, a lead unit, a day on which it was found, and a day that is still to come."""
    if draft.source not in set(ProblemSource):
        raise BadInput(
            "E-K01",
            _("“{text}” is no source of problems.").format(text=draft.source),
            where=draft.title,
            remedy=_("Choose one of: {sources}").format(sources=listed(ProblemSource)),
        )
    if not letters(draft.title):
        raise BadInput(
            "E-K02",
            _("The problem's title is missing."),
            where=draft.source_ref,
            remedy=_("Say in a line what is wrong."),
        )
    if not draft.units:
        raise BadInput(
            "E-K03",
            _("The problem names no responsible unit."),
            where=draft.title,
            remedy=_("Name the lead unit first."),
        )
    if draft.found_on > today:
        raise BadInput(
            "E-K05",
            _("The problem was found on {day}, which is still to come.").format(day=draft.found_on.isoformat()),
            where=draft.title,
            remedy=_("Give the day on which it was found, today at the latest."),
        )
    if draft.due_on < today:
        raise BadInput(
            "E-K06",
            _("The time limit {day} has passed already.").format(day=draft.due_on.isoformat()),
            where=draft.title,
            remedy=_("Set a day by which the unit can rectify it, today at the earliest."),
        )


def _unit(connection: Connection, office_id: int, name: str, title: str) -> int:
    """The unit of a name or alias, or that which took over its work; a problem never makes a unit."""
    found = units.bearer(connection, office_id, name)
    if found is not None:
        return found
    near = units.nearest(connection, office_id, name)
    raise BadInput(
        "E-K04",
        _("No unit of the register is called “{name}”.").format(name=name),
        where=title,
        remedy=_("Perhaps: {names}").format(names=listed(near))
        if near
        else _("See the register with: duban unit list. A new unit: duban unit add {name}").format(name=name),
        names=near,
    )


def _names(connection: Connection, office_id: int, unit_ids: Sequence[int]) -> list[str]:
    u = t.unit.c
    query = sa.select(u.id, u.name).where(u.office_id == office_id, u.id.in_(unit_ids))
    known = {row.id: row.name for row in connection.execute(query)}
    return [known[number] for number in unit_ids]


def _check_inspection(connection: Connection, office_id: int, inspection_id: int | None) -> None:
    i = t.inspection.c
    known = sa.select(i.id).where(i.office_id == office_id, i.id == inspection_id)
    if inspection_id is not None and connection.scalar(known) is None:
        raise permissions.not_there(_("Inspection"), inspection_id)


def _not_known(connection: Connection, office_id: int, draft: ProblemDraft, lead_id: int) -> None:
    """The same problem is registered once; one whose registration was withdrawn may come again."""
    p, k = t.problem.c, t.task.c
    known = connection.scalar(
        sa.select(p.id)
        .join(t.task, sa.and_(k.office_id == p.office_id, k.problem_id == p.id))
        .where(
            p.office_id == office_id,
            p.source == draft.source,
            p.title == draft.title,
            p.place == draft.place,
            p.found_on == draft.found_on,
            k.unit_id == lead_id,
            k.stage != Stage.WAIVED.value,
        )
        .limit(1)
    )
    if known is not None:
        raise Refused(
            "E-K07",
            _("This problem is in the ledger already as number {id}.").format(id=known),
            where=draft.title,
            remedy=_("If it is another one, say in its title or its place what tells it apart."),
            problem=known,
        )


def _open_task(
    connection: Connection, office_id: int, problem_id: int, unit_id: int, due_on: date, now: datetime
) -> int:
    """The lead unit's task, in the version of the ledger's flow that is in force."""
    flow = flow_store.in_force(connection, office_id, flow_store.LEDGER)
    return insert(
        connection, t.task, office_id, problem_id=problem_id, unit_id=unit_id, flow_sha256=flow.sha256,
        state=flow.initial, stage=flow.stage(flow.initial).value, entered_at=now, back_to="", round=1, version=1,
        opened_on=local_date(now), due_on=due_on, original_due_on=due_on, due_revision=1, report_number=0,
        late_days=0, next_due_at=now,
    )  # fmt: skip

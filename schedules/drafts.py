"""Papers the scheduler prepares and a named person issues: a circular 通报 goes out by nobody's timer.

Source: design section 7 (``auto`` or ``draft``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import Refused
from models.language import _
from models.states import OWED, PaperKind, Role
from models.times import local_date
from models.words import letters
from schedules.rules import called
from workflow import audit, cases, papers, permissions, telling, wording
from workflow.owing import WORKING_DAYS
from workflow.paging import page_of
from workflow.papers import Asked, IssuedPaper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from models.paper_facts import ChasingFacts
    from models.store import Store
    from schedules.rules import Rule
    from workflow.case import Actor, TaskRow
    from workflow.papers import Renderer

#: the kind of draft, and the template it is sent with
CIRCULAR: Final = "circular"


def prepare(
    connection: Connection,
    office_id: int,
    tasks: Sequence[TaskRow],
    reason: str,
    now: datetime,
    *,
    kind: str = CIRCULAR,
) -> int | None:
    """Write the draft about one unit's tasks; None when it stands already."""
    about = [[task.id, task.round, task.due_revision] for task in tasks]
    unit_id = tasks[0].unit_id
    key = f"{kind}|{unit_id}|{about}"
    d = t.draft.c
    if connection.scalar(sa.select(d.id).where(d.office_id == office_id, d.dedupe_key == key)) is not None:
        return None
    text = "；".join(
        "{number} {text}".format(number=line["clause_number"], text=line["clause_text"])
        for line in wording.task_lines(tasks, now)
    )
    return insert(
        connection,
        t.draft,
        office_id,
        dedupe_key=key,
        kind=kind,
        unit_id=unit_id,
        about=about,
        text=text,
        reason=reason,
        made_at=now,
        issued_by="",
    )


def cause(rule: Rule) -> str:
    """Why a rule has a paper prepared, in words that may stand on it."""
    if rule.when == "second_late":
        return _("late for the second month in a row")
    if rule.anchor == "due":
        return _("still not reported {count} working days after the due date").format(count=rule.offset)
    return called(rule)


def list_drafts(connection: Connection, office_id: int, actor: Actor) -> list[dict[str, Any]]:
    """The drafts that wait for a decision, with the unit's name; needs ``plan.read``."""
    permissions.demand(actor, "plan.read")
    d = t.draft.c
    query = _with_unit(office_id).where(d.issued_at.is_(None), d.dropped_at.is_(None))
    return [dict(row) for row in connection.execute(query.order_by(d.id)).mappings()]


def every_draft(
    connection: Connection, office_id: int, actor: Actor, page: int, size: int
) -> tuple[list[dict[str, Any]], int]:
    """A page of all of them, decided ones too, the newest first, and how many there are."""
    permissions.demand(actor, "plan.read")
    return page_of(connection, _with_unit(office_id).order_by(t.draft.c.id.desc()), page, size)


def _with_unit(office_id: int) -> sa.Select[Any]:
    d = t.draft.c
    same = sa.and_(t.unit.c.office_id == d.office_id, t.unit.c.id == d.unit_id)
    return sa.select(t.draft, t.unit.c.name.label("unit_name")).join(t.unit, same).where(d.office_id == office_id)


@dataclass(frozen=True, slots=True)
class IssuedDrafts:
    """A circular with how many people are told of it."""

    paper: IssuedPaper
    told: int


def issue(
    database: Database,
    office_id: int,
    actor: Actor,
    numbers: Sequence[int],
    store: Store,
    render: Renderer,
    now: datetime,
    *,
    working_days: int = WORKING_DAYS[PaperKind.CIRCULAR],
) -> IssuedDrafts:
    """Issue drafts as one circular in the actor's name: the paper is frozen, the leaders of its units are told.

    What was signed or returned since is left out: nobody is named in a circular for what has been done meanwhile.
    """
    wanted = tuple(dict.fromkeys(numbers))
    told = 0

    def ask(connection: Connection) -> tuple[Asked, Role]:
        return _asked(connection, office_id, actor, wanted, working_days)

    def tell(connection: Connection, made: IssuedPaper) -> None:
        nonlocal told
        told = sum(_decide(connection, office_id, actor, number, made, now) for number in wanted)

    paper = papers.issue(database, office_id, actor, "draft.issue", ask, store, render, now, tell)
    return IssuedDrafts(paper, told)


def preview(
    connection: Connection,
    office_id: int,
    actor: Actor,
    numbers: Sequence[int],
    now: datetime,
    *,
    working_days: int = WORKING_DAYS[PaperKind.CIRCULAR],
) -> ChasingFacts:
    """What ``issue`` would write now; nothing is recorded and no number is taken."""
    asked, _role = _asked(connection, office_id, actor, tuple(dict.fromkeys(numbers)), working_days)
    return papers.facts_of(connection, office_id, actor, asked, now)


def _asked(
    connection: Connection, office_id: int, actor: Actor, numbers: Sequence[int], working_days: int
) -> tuple[Asked, Role]:
    role = permissions.demand(actor, "draft.issue")
    rows = [_open_draft(connection, office_id, number) for number in numbers]
    tasks = [task for row in rows for task in _still_late(connection, office_id, row["about"])]
    if len({task.period_id for task in tasks}) > 1:
        raise Refused(
            "E-S52",
            _("These drafts speak of different months, or of problems and of reports."),
            remedy=_("Issue those of one month together, and the others on their own."),
        )
    reasons = list(dict.fromkeys(row["reason"] for row in rows))
    return Asked(PaperKind.CIRCULAR, tuple(tasks), working_days, "；".join(reasons)), role


def _decide(connection: Connection, office_id: int, actor: Actor, number: int, made: IssuedPaper, now: datetime) -> int:
    """The draft is decided and its unit's leaders are told; returns how many messages were queued."""
    row = _open_draft(connection, office_id, number)
    tasks = _still_late(connection, office_id, row["about"])
    _settle(connection, office_id, number, issued_by=actor.login, issued_at=now)
    detail = {"unit": row["unit_id"], "paper": made.paper_id}
    entry = audit.Entry("draft.issue", "draft", number, role=Role.DIRECTOR.value, reason=row["reason"], detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    office = cases.load_office(connection, office_id)
    fields = wording.fields(office, tasks, now, actor_name=actor.name, reason=row["reason"], number=made.cited)
    people = telling.people_with(connection, office_id, (Role.LEADER,), local_date(now), unit_id=row["unit_id"])
    queued = [
        telling.queue(connection, office, telling.Telling(row["kind"], person, f"draft {number}", fields, level=4), now)
        for person in people
    ]
    return sum(found is not None for found in queued)


def _still_late(connection: Connection, office_id: int, about: list[list[int]]) -> list[TaskRow]:
    rounds = {task: (round_, revision) for task, round_, revision in about}
    found = [
        task
        for task in cases.load_tasks(connection, office_id, t.task.c.id.in_(rounds))
        if (task.round, task.due_revision) == rounds[task.id] and task.stage in OWED
    ]
    if not found:
        raise Refused(
            "E-S27",
            _("Nothing that the draft speaks of is late any more."),
            remedy=_("Drop it with: duban draft drop NUMBER --reason …"),
        )
    return found


def drop(connection: Connection, office_id: int, actor: Actor, number: int, reason: str, now: datetime) -> None:
    """Decide that a draft is not issued, with the reason."""
    role = permissions.demand(actor, "draft.issue")
    _open_draft(connection, office_id, number)
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), remedy=_("Add it with --reason."))
    _settle(connection, office_id, number, dropped_at=now)
    entry = audit.Entry("draft.drop", "draft", number, role=role.value, reason=reason.strip())
    audit.append(connection, office_id, actor, entry, now)


def _open_draft(connection: Connection, office_id: int, number: int) -> dict[str, Any]:
    row = (
        connection.execute(sa.select(t.draft).where(t.draft.c.office_id == office_id, t.draft.c.id == number))
        .mappings()
        .first()
    )
    if row is None:
        raise permissions.not_there(_("Draft"), number)
    if row["issued_at"] is not None or row["dropped_at"] is not None:
        first = audit.first(connection, office_id, "draft", number)
        raise Refused(
            "E-S19",
            _("Draft {id} was decided by {who} at {when}.").format(
                id=number, who=first.who or "–", when=first.when or "–"
            ),
            by=first.who,
            at=first.when,
        )
    return dict(row)


def _settle(connection: Connection, office_id: int, number: int, **values: Any) -> None:
    connection.execute(
        sa.update(t.draft).where(t.draft.c.office_id == office_id, t.draft.c.id == number).values(**values)
    )

"""Opening what is kept: a file is reached only through a form, task or problem that the person may see.

Knowing a hash opens nothing. Each opening, and each refusal of one, stands in the trail (GB/T 22239: the record covers
the reading of attachments, too). Bytes come out as they were stored, checked against their hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds import evidence
from models import tables as t
from models.language import _
from workflow import actions, audit, permissions, problems, readings
from workflow.evidence import papers_of_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk

DEED: Final = "attachment.read"


@dataclass(frozen=True, slots=True)
class Opened:
    """A stored file: its name for people, what it is, its bytes."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file as the tables know it, and through what it was reached."""

    sha256: str
    name: str
    media_type: str
    number: int
    through: str
    unit: str = ""


def of_form(desk: Desk, code: str, sha256: str) -> Opened:
    """A paper of the form with this check code; E-404 where it is not there, or not for this person."""

    def found(connection: Connection) -> _Kept:
        told = evidence.form_story(connection, desk, code)
        return _one(connection, desk, sha256, _stored(told["papers"]), f"form {told['code']}", told["unit"])

    return _opened(desk, found)


def of_task(desk: Desk, task_id: int, sha256: str) -> Opened:
    """A paper that covered a report of the task; E-404 also where the person may not read what was filed."""

    def found(connection: Connection) -> _Kept:
        office, actor = desk.office_id, desk.actor
        task, co_units = actions.visible_task(connection, office, actor, task_id)
        copied = task.id in readings.copied_to(connection, office, actor.person_id)
        related = permissions.relation(actor, task.unit_id, co_units)
        inside = permissions.may_see_report(actor, related, task, copied=copied)
        stored = _stored(papers_of_task(connection, task)) if inside and task.period_id else []
        return _one(connection, desk, sha256, stored, f"task {task.id}", task.unit_name)

    return _opened(desk, found)


def of_problem(desk: Desk, problem_id: int, sha256: str) -> Opened:
    """A picture of a problem; E-404."""

    def found(connection: Connection) -> _Kept:
        kept = problems.records(connection, desk.office_id, desk.actor, problem_id)["photos"]
        return _one(connection, desk, sha256, [photo["sha256"] for photo in kept], f"problem {problem_id}")

    return _opened(desk, found)


def _stored(told: Iterable[dict[str, Any]]) -> list[str]:
    return [paper["stored"]["sha256"] for paper in told]


def _one(connection: Connection, desk: Desk, sha256: str, within: Iterable[str], through: str, unit: str = "") -> _Kept:
    """The attachment with this hash, if it is among those that were reached."""
    a = t.attachment.c
    query = sa.select(a.id, a.name, a.media_type).where(a.office_id == desk.office_id, a.sha256 == sha256)
    row = connection.execute(query).first() if sha256 in set(within) else None
    if row is None:
        raise permissions.not_there(_("File"), sha256[:16])
    return _Kept(sha256, row.name, row.media_type, row.id, through, unit)


def _opened(desk: Desk, find: Callable[[Connection], _Kept]) -> Opened:
    """Find it and write down that it was opened, in one transaction; a refusal is written down, too."""

    def work(connection: Connection) -> _Kept:
        role = permissions.demand(desk.actor, DEED)
        kept = find(connection)
        detail = {"sha256": kept.sha256, "name": kept.name, "through": kept.through}
        entry = audit.Entry(DEED, "attachment", kept.number, unit=kept.unit, role=role.value, detail=detail)
        audit.append(connection, desk.office_id, desk.actor, entry, desk.now())
        return kept

    kept = desk.perform(DEED, work)
    return Opened(kept.name, kept.media_type, desk.store.get(kept.sha256))

"""An office of many units on the morning of the 25th: everybody hired, the month open, every clerk logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.drafts import ClauseDraft, ItemDraft, NoticeDraft
from models.states import Role
from models.times import at_local
from simulation import practice
from simulation.scene import OFFICE_ID, prepare
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.scene import Scene

MONTH: Final = "2022-06"
NOW: Final = at_local(date(2022, 6, 25), time(9))


@dataclass(frozen=True, slots=True)
class Clerk:
    """Somebody with a session and the tasks of their unit."""

    login: str
    token: str
    tasks: tuple[int, ...]


def prepared(folder: Path, count: int, clauses: int) -> list[Clerk]:
    """Make the office in an empty folder: ``count`` units, each named in every one of the ``clauses``."""
    scene = prepare(_notice(count, clauses), MONTH, folder, seed=1)
    practice.open_to_all(scene, NOW)
    clerks = _logged_in(scene)
    scene.database.close()
    return clerks


def _notice(count: int, clauses: int) -> NoticeDraft:
    units = tuple(f"第{number}单位" for number in range(1, count + 1))
    made = tuple(
        ClauseDraft(id=f"1.{number}", text=f"完成第{number}项年度任务。", units=units, parties=units, lead=units[0])
        for number in range(1, clauses + 1)
    )
    return NoticeDraft(
        title="年度工作要点", issuer="协调办公室", items=(ItemDraft(number=1, title="任务", clauses=made),)
    )


def _logged_in(scene: Scene) -> list[Clerk]:
    d, p, task = t.duty.c, t.person.c, t.task.c
    with scene.database.write(OFFICE_ID) as connection:
        tasks: dict[int, list[int]] = {}
        for row in connection.execute(sa.select(task.id, task.unit_id).where(task.office_id == OFFICE_ID)):
            tasks.setdefault(row.unit_id, []).append(row.id)
        query = (
            sa.select(p.id, p.login, d.unit_id)
            .join(t.duty, sa.and_(d.office_id == p.office_id, d.person_id == p.id))
            .where(p.office_id == OFFICE_ID, d.role == Role.CLERK.value)
            .order_by(p.id)
        )
        found = []
        for number, login, unit in connection.execute(query).all():
            token = f"load-{login}"
            insert(
                connection, t.login, OFFICE_ID, person_id=number, token_hash=token_digest(token), created_at=NOW,
                expires_at=NOW + timedelta(hours=8),
            )  # fmt: skip
            found.append(Clerk(login, token, tuple(sorted(tasks[unit]))))
    return found

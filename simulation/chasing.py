"""The papers of the rehearsed month: an urging notice, a supervision notice and the circular of what stays late.

Each is made by whoever makes it in an office, on the day on which the ladder sends the message of its kind.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import sqlalchemy as sa

from documents.chasing import render_chasing
from documents.decomposition.paper import render_decomposition
from documents.notice_json import from_json
from models import tables as t
from models.errors import Refused
from models.states import PaperKind
from models.times import local_date
from schedules import drafts
from simulation.cast import Habit
from simulation.scene import OFFICE_ID
from workflow import papers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from simulation.scene import Scene
    from workflow.case import Actor

#: working days after the due date on which a paper of each kind is made by hand
MADE_ON = {PaperKind.URGING: 1, PaperKind.SUPERVISION: 3}


def act(scene: Scene, now: datetime) -> None:
    """What the office prints on a working day."""
    for kind, days in MADE_ON.items():
        if local_date(now) == scene.calendar.add_workdays(scene.period.due_on, days):
            maker = scene.cast.reviewers[0] if kind is PaperKind.URGING else scene.cast.director
            _chase(scene, kind, maker, now)
    waiting = _waiting(scene)
    if waiting:
        place = (scene.database, OFFICE_ID, scene.cast.director)
        with suppress(Refused):  # everything was handed in since the draft was prepared
            drafts.issue(*place, waiting, scene.store, render_chasing, now)


def _chase(scene: Scene, kind: PaperKind, maker: Actor, now: datetime) -> None:
    """One unit is chased on paper, the silent first; in a month in which nobody is late none is."""
    place = (scene.database, OFFICE_ID, maker, kind)
    for unit in sorted(scene.cast.units, key=lambda unit: unit.habit is not Habit.SILENT):
        try:
            papers.make(*place, unit.unit_id, scene.period.month, scene.store, render_chasing, now)
        except Refused:
            continue
        return


def _waiting(scene: Scene) -> list[int]:
    """Drafts about the month's reports; those about problems of the ledger are left to the reader of the rehearsal."""
    d, k = t.draft.c, t.task.c
    with scene.database.read() as connection:
        of_month = set(
            connection.scalars(sa.select(k.id).where(k.office_id == OFFICE_ID, k.period_id == scene.period.period_id))
        )
        open_drafts = connection.execute(
            sa.select(d.id, d.about).where(d.office_id == OFFICE_ID, d.issued_at.is_(None), d.dropped_at.is_(None))
        ).all()
    return [row.id for row in open_drafts if row.about[0][0] in of_month]


def write(scene: Scene) -> dict[str, str]:
    """The month's papers and the decomposition table as files beside the database: what it is → its name."""
    with scene.database.read() as connection:
        rows = connection.execute(
            sa.select(t.paper).where(t.paper.c.office_id == OFFICE_ID).order_by(t.paper.c.id)
        ).all()
        notice = connection.execute(sa.select(t.notice).where(t.notice.c.office_id == OFFICE_ID)).one()
    table = render_decomposition(from_json(notice.draft), local_date(notice.adopted_at))
    found: list[tuple[str, Mapping[str, bytes]]] = [("decomposition", table)]
    found += [
        (f"{row.kind}-{row.year}-{row.number}", {kind: scene.store.get(sha) for kind, sha in row.files.items()})
        for row in rows
    ]
    files = {}
    for name, made in found:
        kind = "pdf" if "pdf" in made else "docx"  # no Chinese typeface: the paper is there all the same
        (scene.out / f"{name}.{kind}").write_bytes(made[kind])
        files[f"{name} paper"] = f"{name}.{kind}"
    return files

"""Deciding about a report that waits: passing it, giving it back, or any other step its flow offers; one, or many.

Whatever is done goes through the machine (``workflow.actions``), with the version that the person saw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.review_queue import barred, four_eyes, narrowed, queue
from deeds.review_sheet import sheet
from deeds.task_views import note_opening, open_task, story
from models import tables as t
from models.duties import held_on
from models.states import Role
from models.times import local_date
from workflow import actions, cases, permissions
from workflow.actions import Command
from workflow.calendar_store import load_calendar
from workflow.case import Given

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.review_queue import Waiting, Wanted
    from deeds.review_sheet import Sheet
    from workflow.actions import Outcome
    from workflow.case import TaskRow

#: working days that a unit usually gets to file again
REFILE_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """A report spread out to be decided about: its story, the earlier one beside it, whom it could be shown to."""

    task: TaskRow
    told: dict[str, Any]
    sheet: Sheet
    four_eyes_kept_out: bool
    refile_on: date
    colleagues: tuple[tuple[str, str], ...]


def spread(desk: Desk, task_id: int, against: str = "") -> Spread:
    """Open a report; that it was opened is noted, since from then on the unit cannot take it back."""
    office, actor, now = desk.office_id, desk.actor, desk.now()

    def read(connection: Connection) -> tuple[Spread, bool]:
        told = story(connection, office, actor, task_id, now)
        task, co_units = actions.visible_task(connection, office, actor, task_id)
        laid = Spread(
            task=task,
            told=told,
            sheet=sheet(connection, task, told, against),
            four_eyes_kept_out=_kept_out(connection, desk, task, co_units),
            refile_on=refiling_day(connection, office, local_date(now)),
            colleagues=tuple(_colleagues(connection, desk)),
        )
        return laid, open_task(connection, office, actor, task_id)

    laid, to_note = desk.look_up("task.read", read)
    if to_note:
        desk.perform("task.read", lambda c: note_opening(c, office, actor, task_id, now))
    return laid


def _kept_out(connection: Connection, desk: Desk, task: TaskRow, co_units: frozenset[int]) -> bool:
    """Whether the only thing between this person and a step is that they filed or signed the report."""
    steps = [step for step in permissions.offered(desk.actor, task, co_units) if step.four_eyes]
    return bool(steps) and four_eyes(connection, desk.office_id) and barred(connection, desk.actor, task, steps)


def refiling_day(connection: Connection, office_id: int, today: date) -> date:
    """The day that is proposed for filing again: some working days from today by the office's calendar."""
    return load_calendar(connection, office_id).add_workdays(today, REFILE_DAYS)


def _colleagues(connection: Connection, desk: Desk) -> list[tuple[str, str]]:
    """The people of the office who can be named: (login, name)."""
    p, d, day = t.person.c, t.duty.c, local_date(desk.now())
    query = (
        sa.select(p.login, p.name)
        .join(t.duty, sa.and_(d.office_id == p.office_id, d.person_id == p.id))
        .where(p.office_id == desk.office_id, p.active, p.id.not_in(desk.actor.people), d.unit_id.is_(None))
        .where(d.role.in_([role.value for role in (*permissions.OFFICE, Role.READER)]), held_on(day))
        .order_by(p.name)
    )
    return list(dict.fromkeys((row.login, row.name) for row in connection.execute(query)))


def decide(desk: Desk, command: Command) -> Outcome:
    """Take one step; a date that the chosen destination does not ask for is left out."""
    task = desk.read(lambda c: cases.load_task(c, desk.office_id, command.task_id))
    chosen = command.given.to_state
    if task is not None and chosen:
        steps = [step for step in task.flow.steps_of(command.action) if step.dest == chosen]
        if steps and not any("refiling_date" in step.gives for step in steps):
            command = replace(command, given=replace(command.given, refile_on=None))
    return actions.act(desk.database, desk.office_id, desk.actor, command, desk.now())


def with_phrase(typed: str, phrase: str) -> str:
    """What was typed, with the phrase behind it unless it stands there already: nothing typed is ever replaced."""
    if not phrase or phrase in typed:
        return typed
    return f"{typed}\n{phrase}" if typed else phrase


def next_of(connection: Connection, desk: Desk, wanted: Wanted, but: int) -> int | None:
    """The next report to decide about: the longest waiting one of those asked for that this person may pass."""
    waiting = narrowed(queue(connection, desk.office_id, desk.actor, desk.now()), wanted)
    return next((one.task.id for one in waiting if one.task.id != but and not one.barred), None)


@dataclass(frozen=True, slots=True)
class Tried:
    """How one of many came out, or would come out."""

    waiting: Waiting | None
    outcome: Outcome


def pass_many(desk: Desk, chosen: Iterable[tuple[int, int]], *, dry_run: bool) -> list[Tried]:
    """Pass several reports, each by the step of its own flow that takes only a yes; (task, version as it was seen).

    Item by item: what is right is kept and each refusal is told. With ``dry_run`` nothing is kept.
    """
    now: datetime = desk.now()
    waiting = {one.task.id: one for one in desk.read(lambda c: queue(c, desk.office_id, desk.actor, now))}
    commands = [
        Command(waiting[task].passing if task in waiting else "approve", task, version, Given())
        for task, version in dict(chosen).items()
    ]
    outcomes = actions.act_on_many(desk.database, desk.office_id, desk.actor, commands, now, dry_run=dry_run)
    return [Tried(waiting.get(one.task_id), one) for one in outcomes]

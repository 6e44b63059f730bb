"""A month rehearsed under a simulated clock: scripted people act through the very code that a real month uses."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from documents import form, summary
from documents.scan import inspect_evidence
from models import tables as t
from models.errors import EnvironmentRefused
from models.states import Action, EvidenceKind, RequestKind, TaskState
from models.times import at_local, local_date
from notifications import outbox
from notifications.channel import open_channel
from schedules.runner import tick
from simulation import script
from simulation.cast import Habit
from simulation.stage import OFFICE_ID
from workflow import actions, cases, filings, gathering, periods, requests, summaries
from workflow.actions import Command
from workflow.case import Given, ValueGiven

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from models.errors import DubanError
    from notifications.channel import Channel
    from simulation.cast import UnitCast
    from simulation.stage import Stage
    from workflow.case import Actor, TaskRow
    from workflow.summaries import Issued

#: the hours of a working day: the morning tick, units, reviewers, the evening tick
MORNING, UNITS_AT, REVIEW_AT, EVENING = time(9), time(10), time(15), time(17)
S = TaskState


@dataclass(slots=True)
class Played:
    """What a rehearsed month leaves behind beside its database."""

    form_pdf: bytes = b""
    form_unit: str = ""
    issued: Issued | None = None
    refused: list[DubanError] = field(default_factory=list)


def play(stage: Stage, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Played:
    """Play every day from the opening to the closing of the month, then issue the summary and close it."""
    played = Played()
    days = _days(stage)
    for place, day in enumerate(days):
        progress(place, len(days))
        _tick(stage, at_local(day, MORNING))
        if not stage.calendar.is_workday(day):
            continue
        _units_act(stage, played, at_local(day, UNITS_AT))
        _office_acts(stage, at_local(day, REVIEW_AT))
        _tick(stage, at_local(day, EVENING))
    last = at_local(days[-1], EVENING) + timedelta(minutes=30)
    played.issued = summaries.issue(
        stage.database,
        OFFICE_ID,
        stage.cast.director,
        stage.period.period_id,
        stage.store,
        summary.render_summary,
        last,
        number="〔演练〕1号",
    )
    with stage.database.write(OFFICE_ID) as connection:
        periods.close_period(connection, OFFICE_ID, stage.cast.director, stage.period.month, last)
    _tick(stage, last + timedelta(minutes=5))
    progress(len(days), len(days))
    return played


def _days(stage: Stage) -> list[date]:
    with stage.database.read() as connection:
        closes_on = connection.scalar(
            sa.select(t.period.c.closes_on).where(
                t.period.c.office_id == OFFICE_ID, t.period.c.id == stage.period.period_id
            )
        )
    assert closes_on is not None
    return [stage.opens_on + timedelta(days=number) for number in range((closes_on - stage.opens_on).days + 1)]


def _tick(stage: Stage, now: datetime) -> None:
    def channel(name: str) -> Channel:
        return open_channel(name, {"folder": str(stage.out / "messages")})

    def deliver(at: datetime) -> object:
        return outbox.deliver(stage.database, OFFICE_ID, channel, at, limit=10_000)

    tick(stage.database, OFFICE_ID, stage.rules, deliver, now, proved=True)


def _tasks(stage: Stage, unit: UnitCast | None, *states: TaskState) -> list[TaskRow]:
    conditions = [t.task.c.period_id == stage.period.period_id, t.task.c.state.in_([state.value for state in states])]
    if unit is not None:
        conditions.append(t.task.c.unit_id == unit.unit_id)
    with stage.database.read() as connection:
        return cases.load_tasks(connection, OFFICE_ID, *conditions)


def _units_act(stage: Stage, played: Played, now: datetime) -> None:
    today = local_date(now)
    for place, unit in enumerate(stage.cast.units):
        deeds = script.deeds(unit.habit, today, stage.opens_on, stage.period.due_on, stage.calendar)
        waiting = _tasks(stage, unit, S.ASSIGNED, S.RETURNED)
        if deeds.receives:
            _receive(stage, played, unit.clerk, waiting, now)
        if unit.habit is Habit.LATE:
            _ask_for_time(stage, unit, waiting, now)
        due = [task for task in waiting if task.state is S.ASSIGNED or task.due_on <= today + timedelta(days=2)]
        if deeds.files and due:
            _file(stage, played, unit, due, now, place)


def _batch(stage: Stage, played: Played, actor: Actor, commands: list[Command], now: datetime) -> None:
    outcomes = actions.act_on_many(stage.database, OFFICE_ID, actor, commands, now)
    played.refused += [outcome.refusal for outcome in outcomes if outcome.refusal is not None]


def _receive(stage: Stage, played: Played, clerk: Actor, waiting: list[TaskRow], now: datetime) -> None:
    new = [task for task in waiting if task.received_at is None and task.state is S.ASSIGNED]
    if new:
        _batch(stage, played, clerk, [Command(Action.RECEIVE, task.id, task.version) for task in new], now)


def _ask_for_time(stage: Stage, unit: UnitCast, waiting: list[TaskRow], now: datetime) -> None:
    """One late unit asks in time for three more days on its first task, and the director grants it."""
    today = local_date(now)
    late = [one for one in stage.cast.units if one.habit is Habit.LATE]
    if unit is not late[0] or not waiting or today != stage.calendar.add_workdays(stage.period.due_on, -3):
        return
    task = waiting[0]
    with stage.database.write(OFFICE_ID) as connection:
        number = requests.ask(
            connection,
            OFFICE_ID,
            unit.clerk,
            task.id,
            RequestKind.EXTENSION,
            "【演练】现场核查尚未结束，申请顺延。",
            now,
            wanted_due_on=stage.calendar.add_workdays(task.due_on, 3),
            progress="已完成资料收集。",
        )
    with stage.database.write(OFFICE_ID) as connection:
        requests.decide(
            connection,
            OFFICE_ID,
            stage.cast.director,
            number,
            grant=True,
            reason="同意，请按新的截止日期完成。",
            now=now + timedelta(minutes=20),
        )


def _file(stage: Stage, played: Played, unit: UnitCast, due: list[TaskRow], now: datetime, place: int) -> None:
    """Report every task, print the form once, sign it, attach the scan."""
    _batch(stage, played, unit.clerk, [_report(stage, task, place) for task in due], now)
    later = now + timedelta(minutes=30)
    with stage.database.write(OFFICE_ID) as connection:
        printed = filings.print_form(
            connection, OFFICE_ID, unit.clerk, stage.period.period_id, unit.unit_id, form.check_code, later
        )
        facts = gathering.form_facts(connection, OFFICE_ID, printed.filing_id)
    if not played.form_unit:
        played.form_unit = unit.name
        with suppress(EnvironmentRefused):  # no Chinese typeface: the month goes on without this paper
            played.form_pdf = form.form_pdf(facts)
    data = script.scan(printed.check_code, printed.number)
    seen = inspect_evidence(data, f"{printed.check_code}.pdf")
    stored = filings.StoredFile(stage.store.put(data), f"{printed.check_code}.pdf", seen.media_type, len(data))
    with stage.database.write(OFFICE_ID) as connection:
        filings.attach(
            connection,
            OFFICE_ID,
            unit.leader,
            printed.check_code,
            stored,
            EvidenceKind.SCAN,
            "单位负责人",
            unit.name,
            later + timedelta(minutes=30),
        )


def _report(stage: Stage, task: TaskRow, place: int) -> Command:
    with stage.database.read() as connection:
        title = connection.scalar(
            sa.select(t.work_item.c.title)
            .join(
                t.clause,
                sa.and_(t.clause.c.office_id == t.work_item.c.office_id, t.clause.c.item_id == t.work_item.c.id),
            )
            .where(t.clause.c.office_id == OFFICE_ID, t.clause.c.id == task.clause_id)
        )
        targets = connection.execute(
            sa.select(t.indicator.c.id, t.indicator.c.value).where(
                t.indicator.c.office_id == OFFICE_ID, t.indicator.c.clause_id == task.clause_id
            )
        ).all()
    percent = min(95, 35 + (task.id * 7 + place * 3) % 60)
    given = Given(
        progress=script.progress_text(title or "", percent, task.round),
        percent=percent,
        problems="【演练】部分资料需有关单位配合提供。" if task.id % 5 == 0 else "",
        next_steps="【演练】下月继续推进。",
        values=tuple(ValueGiven(row.id, round(row.value * percent / 100)) for row in targets),
    )
    if task.id % 11 == 0 and not targets:
        given = Given(percent=percent, no_progress=True, reason="【演练】前期手续办理中，本月无进展。")
    return Command(Action.REPORT, task.id, task.version, given)


def _office_acts(stage: Stage, now: datetime) -> None:
    """The reviewers read what came in: the careless are returned twice, the others approved."""
    signed = _tasks(stage, None, S.SIGNED_STAMPED)
    careless = {unit.unit_id for unit in stage.cast.units if unit.habit is Habit.RETURNED_TWICE}
    refile_on = stage.calendar.add_workdays(local_date(now), script.DAYS_TO_REFILE)
    for place, reviewer in enumerate(stage.cast.reviewers):
        commands = [
            _verdict(task, refile_on, returned=task.unit_id in careless and task.round <= script.RETURNS)
            for task in signed
            if task.unit_id % len(stage.cast.reviewers) == place
        ]
        if commands:
            actions.act_on_many(stage.database, OFFICE_ID, reviewer, commands, now)


def _verdict(task: TaskRow, refile_on: date, *, returned: bool) -> Command:
    if not returned:
        return Command(Action.APPROVE, task.id, task.version)
    given = Given(reason="【演练】数据没有来源，请补充后重报。", refile_on=refile_on)
    return Command(Action.RETURN, task.id, task.version, given)

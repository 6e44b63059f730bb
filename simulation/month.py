"""A month rehearsed under a simulated clock: scripted people act through the very code that a real month uses."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from documents import form
from documents.summary import rendering as summary
from models import tables as t
from models.errors import EnvironmentRefused
from models.states import Action, RequestKind, Stage
from models.times import at_local, local_date
from notifications import outbox
from notifications.channel import open_channel
from schedules.runner import tick
from schedules.select import NO_DRIFT
from simulation import chasing, ledger, script
from simulation.cast import Habit
from simulation.papers import Paper, hand_in
from simulation.scene import OFFICE_ID
from workflow import actions, cases, filings, gathering, periods, requests, summaries
from workflow.actions import Command
from workflow.case import Given, ValueGiven

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from models.errors import DubanError
    from models.facts import FormFacts
    from notifications.channel import Channel
    from simulation.cast import UnitCast
    from simulation.scene import Scene
    from workflow.case import Actor, TaskRow
    from workflow.summaries import Issued

#: the hours of a working day: the morning tick, units, reviewers, the problem ledger, papers, the evening tick
MORNING, UNITS_AT, REVIEW_AT, LEDGER_AT, PAPERS_AT, EVENING = (
    time(9), time(10), time(15), time(16), time(16, 30), time(17),
)  # fmt: skip
S = Stage


@dataclass(slots=True)
class Played:
    """What a rehearsed month leaves behind beside its database."""

    #: the last instant of the play
    ended: datetime
    form_pdf: bytes = b""
    form_unit: str = ""
    issued: Issued | None = None
    refused: list[DubanError] = field(default_factory=list)


def play(scene: Scene, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Played:
    """Play every day from the opening to the closing of the month, then issue the summary and close it."""
    days = _days(scene)
    played = _play_days(scene, days, progress)
    last = played.ended
    played.issued = summaries.issue(
        scene.database,
        OFFICE_ID,
        scene.cast.director,
        scene.period.period_id,
        scene.store,
        summary.render_summary,
        last,
        number="〔演练〕1号",
    )
    with scene.database.write(OFFICE_ID) as connection:
        periods.close_period(connection, OFFICE_ID, scene.cast.director, scene.period.month, last)
    _tick(scene, last + timedelta(minutes=5))
    progress(len(days), len(days))
    return played


def play_until(scene: Scene, day: date, progress: Callable[[int, int], None] = lambda _done, _of: None) -> datetime:
    """Play the days before ``day`` and its morning, when the units have filed and nobody has reviewed yet; that instant."""
    days = [one for one in _days(scene) if one < day]
    played = _play_days(scene, days, progress)
    _tick(scene, at_local(day, MORNING))
    if scene.calendar.is_workday(day):
        _units_act(scene, played, at_local(day, UNITS_AT))
    progress(len(days), len(days))
    return at_local(day, REVIEW_AT)


def _play_days(scene: Scene, days: list[date], progress: Callable[[int, int], None]) -> Played:
    ended = at_local(days[-1], EVENING) + timedelta(minutes=30) if days else at_local(scene.opens_on, MORNING)
    played, problems = Played(ended), ledger.Ledger({})
    for place, day in enumerate(days):
        progress(place, len(days))
        _tick(scene, at_local(day, MORNING))
        if not scene.calendar.is_workday(day):
            continue
        _units_act(scene, played, at_local(day, UNITS_AT))
        _office_acts(scene, at_local(day, REVIEW_AT))
        ledger.act(scene, problems, at_local(day, LEDGER_AT))
        chasing.act(scene, at_local(day, PAPERS_AT))
        _tick(scene, at_local(day, EVENING))
    return played


def _days(scene: Scene) -> list[date]:
    with scene.database.read() as connection:
        closes_on = connection.scalar(
            sa.select(t.period.c.closes_on).where(
                t.period.c.office_id == OFFICE_ID, t.period.c.id == scene.period.period_id
            )
        )
    assert closes_on is not None
    return [scene.opens_on + timedelta(days=number) for number in range((closes_on - scene.opens_on).days + 1)]


def _tick(scene: Scene, now: datetime) -> None:
    def channel(name: str) -> Channel:
        return open_channel(name, {"folder": str(scene.out / "messages")})

    def deliver(at: datetime) -> object:
        return outbox.deliver(scene.database, OFFICE_ID, channel, at, limit=10_000)

    tick(scene.database, OFFICE_ID, None, deliver, now, drift=NO_DRIFT)


def _tasks(scene: Scene, unit: UnitCast | None, *stages: Stage) -> list[TaskRow]:
    conditions = [t.task.c.period_id == scene.period.period_id, t.task.c.stage.in_([stage.value for stage in stages])]
    if unit is not None:
        conditions.append(t.task.c.unit_id == unit.unit_id)
    with scene.database.read() as connection:
        return cases.load_tasks(connection, OFFICE_ID, *conditions)


def _units_act(scene: Scene, played: Played, now: datetime) -> None:
    today, printed = local_date(now), list[Paper]()
    for place, unit in enumerate(scene.cast.units):
        deeds = script.deeds(unit.habit, today, scene.opens_on, scene.period.due_on, scene.calendar)
        waiting = _tasks(scene, unit, S.ASSIGNED, S.RETURNED)
        if deeds.receives:
            _receive(scene, played, unit.clerk, waiting, now)
        if unit.habit is Habit.LATE:
            _ask_for_time(scene, unit, waiting, now)
        due = [task for task in waiting if task.stage is S.ASSIGNED or task.due_on <= today + timedelta(days=2)]
        if deeds.files and due:
            printed.append(Paper(unit, place, _file(scene, played, unit, due, now, place)))
    hand_in(scene, printed, now + timedelta(hours=1))


def _batch(scene: Scene, played: Played, actor: Actor, commands: list[Command], now: datetime) -> None:
    outcomes = actions.act_on_many(scene.database, OFFICE_ID, actor, commands, now)
    played.refused += [outcome.refusal for outcome in outcomes if outcome.refusal is not None]


def _receive(scene: Scene, played: Played, clerk: Actor, waiting: list[TaskRow], now: datetime) -> None:
    new = [task for task in waiting if task.received_at is None and task.stage is S.ASSIGNED]
    if new:
        _batch(scene, played, clerk, [Command(Action.RECEIVE, task.id, task.version) for task in new], now)


def _ask_for_time(scene: Scene, unit: UnitCast, waiting: list[TaskRow], now: datetime) -> None:
    """One late unit asks in time for three more days on its first task, and the director grants it."""
    today = local_date(now)
    late = [one for one in scene.cast.units if one.habit is Habit.LATE]
    if unit is not late[0] or not waiting or today != scene.calendar.add_workdays(scene.period.due_on, -3):
        return
    task = waiting[0]
    with scene.database.write(OFFICE_ID) as connection:
        number = requests.ask(
            connection,
            OFFICE_ID,
            unit.clerk,
            task.id,
            RequestKind.EXTENSION,
            "【演练】现场核查尚未结束，申请顺延。",
            now,
            wanted_due_on=scene.calendar.add_workdays(task.due_on, 3),
            progress="已完成资料收集。",
        )
    with scene.database.write(OFFICE_ID) as connection:
        requests.decide(
            connection,
            OFFICE_ID,
            scene.cast.director,
            number,
            grant=True,
            reason="同意，请按新的截止日期完成。",
            now=now + timedelta(minutes=20),
        )


def _file(scene: Scene, played: Played, unit: UnitCast, due: list[TaskRow], now: datetime, place: int) -> FormFacts:
    """Report every task and print the form over all of them."""
    _batch(scene, played, unit.clerk, [_report(scene, task, place) for task in due], now)
    later = now + timedelta(minutes=30)
    with scene.database.write(OFFICE_ID) as connection:
        printed = filings.print_form(
            connection, OFFICE_ID, unit.clerk, scene.period.period_id, unit.unit_id, form.check_code, later
        )
        facts = gathering.form_facts(connection, OFFICE_ID, printed.filing_id)
    if not played.form_unit:
        played.form_unit = unit.name
        with suppress(EnvironmentRefused):  # no Chinese typeface: the month goes on without this paper
            played.form_pdf = form.form_pdf(facts)
    return facts


def _report(scene: Scene, task: TaskRow, place: int) -> Command:
    with scene.database.read() as connection:
        targets = connection.execute(
            sa.select(t.indicator.c.id, t.indicator.c.value).where(
                t.indicator.c.office_id == OFFICE_ID, t.indicator.c.clause_id == task.clause_id
            )
        ).all()
    percent = min(95, 35 + (task.id * 7 + place * 3) % 60)
    given = Given(
        progress=script.progress_text(task.id, percent, task.round),
        percent=percent,
        problems="【演练】部分资料需有关单位配合提供。" if task.id % 5 == 0 else "",
        next_steps=f"【演练】下月再完成{2 + percent % 7}处。",
        values=tuple(ValueGiven(row.id, round(row.value * percent / 100)) for row in targets),
    )
    if task.id % 11 == 0 and not targets:
        given = Given(percent=percent, no_progress=True, reason="【演练】前期手续尚在办理。")
    return Command(Action.REPORT, task.id, task.version, given)


def _office_acts(scene: Scene, now: datetime) -> None:
    """The reviewers read what came in: the careless are returned twice, the others approved."""
    signed = _tasks(scene, None, S.SIGNED_STAMPED)
    careless = {unit.unit_id for unit in scene.cast.units if unit.habit is Habit.RETURNED_TWICE}
    refile_on = scene.calendar.add_workdays(local_date(now), script.DAYS_TO_REFILE)
    for place, reviewer in enumerate(scene.cast.reviewers):
        commands = [
            _verdict(task, refile_on, returned=task.unit_id in careless and task.round <= script.RETURNS)
            for task in signed
            if task.unit_id % len(scene.cast.reviewers) == place
        ]
        if commands:
            actions.act_on_many(scene.database, OFFICE_ID, reviewer, commands, now)


def _verdict(task: TaskRow, refile_on: date, *, returned: bool) -> Command:
    if not returned:
        return Command(Action.APPROVE, task.id, task.version)
    given = Given(reason="【演练】数据没有来源，请补充后重报。", refile_on=refile_on)
    return Command(Action.RETURN, task.id, task.version, given)

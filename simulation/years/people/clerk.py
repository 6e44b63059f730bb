"""The clerks of the units: sign for receipt, report, print the form, ask for more time, say that a task is not theirs."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Final

from deeds import forms
from models.states import Action, RequestKind, Stage
from simulation import script
from simulation.cast import Habit
from workflow import requests
from workflow.actions import Command
from workflow.case import Given, ValueGiven

if TYPE_CHECKING:
    from simulation.years.people.day import Day
    from simulation.years.people.screen import Screen
    from workflow.case import TaskRow
    from workflow.month_names import MonthName

#: of a hundred: a clerk takes a report back before it is signed; forgets to fill a figure in; hands a task back;
#: asks for time when late; a silent one gives in on a day after the due date
WITHDRAWS, SLIPS, HANDS_BACK, ASKS, GIVES_IN = 2, 3, 1, 35, 30
#: a returned report is filed again so many days before its new date
REFILES_BEFORE: Final = timedelta(days=2)
#: working days after the due date on which a silent unit is asked by telephone
URGED: Final = 3


def plan(day: Day) -> None:
    """What the clerks do today."""
    screen = day.screen
    for task in screen.at(Stage.ASSIGNED, Stage.RETURNED):
        staff = day.year.staff.units.get(task.unit_id)
        if staff is not None:
            who, absent = day.year.staff.acts_for(staff.clerk, day.today)
            _waiting(day, screen, task, who, absent)
    for task in screen.at(Stage.REPORTED):
        staff = day.year.staff.units.get(task.unit_id)
        if staff is not None and _one_in_a_hundred(day, WITHDRAWS):
            who, absent = day.year.staff.acts_for(staff.clerk, day.today)
            command = Command(Action.WITHDRAW, task.id, task.version)
            _at(day, f"{who} withdraws {task.id}", lambda w=who, a=absent, c=command: day.hand.act(w, c, acting_for=a))


def _waiting(day: Day, screen: Screen, task: TaskRow, who: str, absent: str) -> None:
    """A task that waits for its clerk."""
    year, today = day.year, day.today
    habit = year.staff.habit(task.month, task.unit_id, year.stream(f"habits {task.month}"))
    month = next(one for one in screen.months if one.id == task.period_id)
    told = script.deeds(habit, today, month.opens_on, task.due_on, year.calendar)
    if task.stage is Stage.RETURNED:
        if year.draining or today >= task.due_on - REFILES_BEFORE:
            _report(day, screen, task, who, absent)
        return
    if told.receives and task.received_at is None and task.state == task.flow.initial:
        _receive(day, task, who, absent)
    files = told.files or (habit is Habit.SILENT and _gives_in(day, task)) or year.draining
    if files:
        _report(day, screen, task, who, absent)
    elif habit is Habit.LATE and today == year.calendar.add_workdays(task.due_on, -3):
        _ask_for_time(day, task, who, absent)


def _gives_in(day: Day, task: TaskRow) -> bool:
    return day.today >= day.year.calendar.add_workdays(task.due_on, URGED) and _one_in_a_hundred(day, GIVES_IN)


def _receive(day: Day, task: TaskRow, who: str, absent: str) -> None:
    if _one_in_a_hundred(day, HANDS_BACK):
        _hand_back(day, task, who, absent)
        return
    command = Command(Action.RECEIVE, task.id, task.version)
    _at(
        day, f"{who} receives {task.id}", lambda: day.hand.act(who, command, acting_for=absent), time(9), time(11)
    )  # fmt: skip


def _report(day: Day, screen: Screen, task: TaskRow, who: str, absent: str) -> None:
    seen = next((one for one in day.stale().tasks if one.id == task.id), task)
    command = Command(Action.REPORT, task.id, seen.version, _told(day, screen, task))
    _at(day, f"{who} reports {task.id}", lambda: day.hand.act(who, command, acting_for=absent), time(11))


def _told(day: Day, screen: Screen, task: TaskRow) -> Given:
    """What the report says; a slip leaves a figure out, and is refused."""
    percent = day.chance.randrange(20, 96)
    targets = screen.targets.get(task.clause_id or 0, ())
    slips = bool(targets) and _one_in_a_hundred(day, SLIPS)
    return Given(
        progress=script.progress_text(task.id, percent, task.round),
        percent=percent,
        next_steps=f"【演练】下月再完成{2 + percent % 7}处。",
        values=() if slips else tuple(ValueGiven(number, percent / 10) for number in targets),
    )


def _ask_for_time(day: Day, task: TaskRow, who: str, absent: str) -> None:
    if not _one_in_a_hundred(day, ASKS):
        return
    wanted = day.year.calendar.add_workdays(task.due_on, day.chance.choice((2, 3, 5)))
    _ask(day, task, who, absent, RequestKind.EXTENSION, wanted_due_on=wanted, progress="已完成资料收集。")


def _hand_back(day: Day, task: TaskRow, who: str, absent: str) -> None:
    others = [unit.name for number, unit in sorted(day.year.staff.units.items()) if number != task.unit_id]
    _ask(day, task, who, absent, RequestKind.TRANSFER, wanted_unit=day.chance.choice(others))


def _ask(day: Day, task: TaskRow, who: str, absent: str, kind: RequestKind, **asked: object) -> None:
    def work() -> None:
        day.hand.do(
            who, "request.ask",
            lambda seat: seat.perform(
                "request.ask",
                lambda c: requests.ask(
                    c, seat.office_id, seat.actor, task.id, kind, "【演练】现场核查尚未结束。", seat.now(), **asked  # type: ignore[arg-type]
                ),
            ),
            kind=f"{kind.value} asked", acting_for=absent,
        )  # fmt: skip

    _at(day, f"{who} asks for {kind.value} of {task.id}", work)


def print_form(day: Day, month: MonthName, unit: str, who: str, absent: str) -> str:
    """Print the form over the unit's reports; its code, or nothing."""
    made = day.hand.do(
        who, "form.print", lambda seat: forms.print_form(seat, month, unit), acting_for=absent,
        detail=lambda done: {"code": done[0].check_code, "covers": done[0].covers},
    )  # fmt: skip
    return made[0].check_code if made is not None else ""


def _one_in_a_hundred(day: Day, times: int) -> bool:
    return day.chance.randrange(100) < times


def _at(day: Day, name: str, do: object, begins: time = time(9), ends: time = time(15, 30)) -> None:
    day.year.at(day.moment(begins, ends), name, do)  # type: ignore[arg-type]

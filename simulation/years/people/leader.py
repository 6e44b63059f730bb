"""The leaders of the units: look at what their clerk reported, have it printed, sign and stamp it, or give it back."""

from __future__ import annotations

import hashlib
from datetime import time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from models.states import EvidenceKind, Stage
from simulation.years.people import clerk
from workflow import filings
from workflow.actions import Command
from workflow.case import Given
from workflow.month_names import MonthName

if TYPE_CHECKING:
    from simulation.years.people.day import Day
    from simulation.years.people.staff import UnitStaff
    from simulation.years.program import Seat
    from workflow.case import TaskRow
    from workflow.filings import Attached

#: of a hundred: a leader gives a report back to the clerk; is not there to sign today
SENDS_BACK, NOT_THERE = 3, 10
PRINTED_BY, SIGNED_BY = time(11), time(15)


def plan(day: Day) -> None:
    """What the leaders do today: one paper for a unit's month."""
    waiting = sorted(day.screen.at(Stage.REPORTED), key=lambda task: (task.unit_id, task.month, task.id))
    for (unit_id, month), group in groupby(waiting, key=lambda task: (task.unit_id, task.month)):
        staff = day.year.staff.units.get(unit_id)
        if staff is None:
            continue
        _paper(day, staff, month, list(group))


def _paper(day: Day, staff: UnitStaff, month: str, tasks: list[TaskRow]) -> None:
    drawn = day.chance.randrange(100)
    if drawn < SENDS_BACK and not day.year.draining:
        who, absent = day.year.staff.acts_for(staff.leader, day.today)
        command = Command("send_back", tasks[0].id, tasks[0].version, Given(reason="数据来源请再核对一遍。"))
        day.year.at(
            day.moment(), f"{who} sends back {tasks[0].id}", lambda: day.hand.act(who, command, acting_for=absent)
        )
    elif drawn >= SENDS_BACK + NOT_THERE or day.year.draining:
        unit, newest = tasks[0].unit_name, max(task.period_id or 0 for task in tasks)  # of two notices one a day
        notice = next((one.notice_id for one in day.screen.months if one.id == newest), None)
        named = MonthName(month, notice)
        day.year.at(day.moment(time(9), PRINTED_BY), f"{unit} prints {month}", lambda: _print(day, staff, named, unit))


def _print(day: Day, staff: UnitStaff, month: MonthName, unit: str) -> None:
    who, absent = day.year.staff.acts_for(staff.clerk, day.today)
    code = clerk.print_form(day, month, unit, who, absent)
    if code:
        signs_at = day.year.clock.true + timedelta(minutes=day.chance.randrange(20, 200))
        day.year.at(signs_at, f"{unit} signs {code}", lambda: _sign(day, staff, code, unit))


def _sign(day: Day, staff: UnitStaff, code: str, unit: str) -> None:
    """The scan of the signed and stamped paper; each paper has bytes of its own."""
    who, absent = day.year.staff.acts_for(staff.leader, day.today)
    data = f"scan of {code}, signed and stamped by {unit}".encode()
    day.hand.do(
        who, "form.attach", lambda seat: _attach(seat, code, data, unit), acting_for=absent, kind="forms signed",
        detail=lambda done: {
            "code": code, "sha256": hashlib.sha256(data).hexdigest(),
            "tasks": [(one.task_id, one.version, one.state) for one in done.outcomes],
        },
    )  # fmt: skip


def _attach(seat: Seat, code: str, data: bytes, unit: str) -> Attached:
    """As ``deeds.forms.attach`` does it, without looking at the picture in a child process."""
    stored = filings.StoredFile(hashlib.sha256(data).hexdigest(), f"{code}.pdf", "application/pdf", len(data))

    def work(connection: object) -> Attached:
        attached = filings.attach(
            connection, seat.office_id, seat.actor, code, stored, EvidenceKind.SCAN, "单位负责人", f"{unit}公章",  # type: ignore[arg-type]
            seat.now(),
        )  # fmt: skip
        seat.store.put(data)
        return attached

    return seat.perform("form.attach", work)

"""The director of the office: opens the months, decides what units ask, reopens, waives, issues the summary, closes.

When sends are held the director looks at the clock on the wall: only when it is right the hold ends.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any, Final

from deeds import months
from models.rendering import Rendered
from models.states import Action, RequestKind, Stage
from schedules import clock_guard, drafts
from simulation.years.city import OFFICE
from simulation.years.people.staff import DIRECTOR
from workflow import messages, periods, requests, summaries
from workflow.actions import Command
from workflow.case import Given
from workflow.month_names import MonthName

if TYPE_CHECKING:
    from simulation.years.people.day import Day
    from simulation.years.program import Seat

#: of a hundred: a request is refused; a silent unit's late task is waived; of a thousand: an approved report is reopened
REFUSES, WAIVES, REOPENS = 30, 6, 8
#: of a hundred: a held message is dropped; a circular is not issued
DROPS, DROPS_DRAFT = 10, 25
#: working days after the due date before anybody is excused
WAIVED_AFTER: Final = 3
REFILES_IN: Final = 3
#: as near as a wall clock has to be
NEAR: Final = timedelta(minutes=2)


def plan(day: Day, months_played: int) -> None:
    """What the director does today."""
    who, absent = day.year.staff.acts_for(DIRECTOR, day.today)
    _open_months(day, who, absent, months_played)
    _decide(day, who, absent)
    _tasks(day, who, absent)
    _summaries(day, who, absent)
    if day.screen.held:
        day.year.at(day.moment(), f"{who} looks at the clock", lambda: _confirm(day, who, absent))
    elif day.screen.held_messages:
        day.year.at(day.moment(), f"{who} looks at what is held", lambda: _release(day, who, absent))
    if day.screen.dead_messages:
        day.year.at(day.moment(), f"{who} looks at what was given up", lambda: _dead(day, who, absent))
    if day.screen.drafts:
        day.year.at(day.moment(), f"{who} looks at drafts", lambda: _drafts(day, who, absent))


def _open_months(day: Day, who: str, absent: str, months_played: int) -> None:
    """On the first working day of a month it is opened for every notice in force."""
    month, opened = f"{day.today:%Y-%m}", {(one.notice_id, one.month) for one in day.screen.months}
    last = (months_played - 1) + day.year.first.year * 12
    if day.today.year * 12 + day.today.month - 1 > last or day.year.draining:
        return
    for notice in day.year.notices:
        if (notice, month) not in opened and (notice, month) not in day.year.opened:
            day.year.at(
                day.moment(time(9), time(9, 30)), f"{who} opens {month}",
                lambda n=notice: _open(day, who, absent, month, n),  # type: ignore[misc]
            )  # fmt: skip


def _open(day: Day, who: str, absent: str, month: str, notice: int) -> None:
    done = day.hand.do(
        who, "period.open", lambda seat: seat.perform("period.open", lambda c: months.open_in(c, seat, month, notice)),
        acting_for=absent, kind="months opened",
        detail=lambda made: {"month": month, "period": made.period_id, "tasks": made.tasks},
    )  # fmt: skip
    if done is not None:
        day.year.opened.add((notice, month))


def _decide(day: Day, who: str, absent: str) -> None:
    for row in day.screen.requests:
        grant = day.chance.randrange(100) >= REFUSES
        at = day.moment(time(14))
        day.year.at(at, f"{who} decides {row.id}", lambda r=row, g=grant: _answer(day, who, absent, r, grant=g))  # type: ignore[misc]


def _answer(day: Day, who: str, absent: str, row: Any, *, grant: bool) -> None:
    """A transfer that cannot be granted any more is refused: nothing may wait for ever."""

    def work(seat: Seat, yes: bool) -> str:  # noqa: FBT001
        reason = "同意，请按新的安排办理。" if yes else "不同意，请按原定安排报送。"
        return seat.perform(
            "request.decide",
            lambda c: requests.decide(c, OFFICE, seat.actor, row.id, grant=yes, reason=reason, now=seat.now()),
        )

    kind = RequestKind(row.kind).value
    said = "granted" if grant else "refused"
    done = day.hand.do(
        who, "request.decide", lambda seat: work(seat, grant), acting_for=absent, kind=f"{kind} {said}",
        detail=lambda decision: {"request": row.id, "task": row.task_id, "decision": decision},
    )  # fmt: skip
    if done is None and grant:
        day.hand.do(
            who, "request.decide", lambda seat: work(seat, yes=False), acting_for=absent, kind=f"{kind} refused",
            detail=lambda decision: {"request": row.id, "task": row.task_id, "decision": decision},
        )  # fmt: skip


def _tasks(day: Day, who: str, absent: str) -> None:
    """Waive what a unit cannot give; reopen what turned out wrong."""
    if day.year.draining:
        return
    late = day.year.calendar.add_workdays(day.today, -WAIVED_AFTER)
    for task in day.stale().at(Stage.ASSIGNED, Stage.RETURNED):
        if task.due_on <= late and day.chance.randrange(100) < WAIVES:
            command = Command(Action.WAIVE, task.id, task.version, Given(reason="机构改革，本月免报。"))
            _act(day, who, absent, command, "waived")
    for task in day.stale().at(Stage.REVIEWED):
        if day.chance.randrange(1000) < REOPENS:
            refile_on = day.year.calendar.add_workdays(day.today, REFILES_IN)
            given = Given(reason="【演练】数据与统计口径不符。", refile_on=refile_on)
            _act(day, who, absent, Command(Action.REOPEN, task.id, task.version, given), "reopened")


def _act(day: Day, who: str, absent: str, command: Command, kind: str) -> None:
    name = f"{who} {command.action} {command.task_id}"
    day.year.at(day.moment(), name, lambda: day.hand.act(who, command, acting_for=absent, kind=kind))


def _summaries(day: Day, who: str, absent: str) -> None:
    """The summary is issued when everything is in, or when the month closes; then the month is closed."""
    for month in day.screen.months:
        waiting = [
            task
            for task in day.screen.tasks
            if task.period_id == month.id and task.stage not in (Stage.REVIEWED, Stage.AGGREGATED, Stage.WAIVED)
        ]
        if day.today >= month.closes_on or (not waiting and day.today > month.due_on) or day.year.draining:
            at = day.moment(time(15), time(16))
            day.year.at(at, f"{who} issues {month.month}", lambda m=month: _issue(day, who, absent, m))  # type: ignore[misc]


def _issue(day: Day, who: str, absent: str, month: Any) -> None:
    number = f"〔{month.month[:4]}〕{month.id}号"
    day.hand.do(
        who, "summary.issue",
        lambda seat: summaries.issue(
            seat.database, OFFICE, seat.actor, month.id, seat.store, plain_paper, seat.now(), number=number
        ),
        acting_for=absent, kind="summaries issued",
        detail=lambda made: {
            "period": month.id, "summary": made.summary_id, "files": dict(made.files), "aggregated": made.aggregated,
        },
    )  # fmt: skip
    at = day.year.clock.true + timedelta(minutes=20)
    day.year.at(at, f"{who} closes {month.month}", lambda: _close(day, who, absent, month))


def _close(day: Day, who: str, absent: str, month: Any) -> None:
    day.hand.do(
        who, "period.close",
        lambda seat: seat.perform(
            "period.close", lambda c: periods.close_period(c, OFFICE, seat.actor, MonthName(month.month, month.notice_id), seat.now())
        ),
        acting_for=absent, kind="months closed", detail=lambda left: {"month": month.month, "unfinished": left},
    )  # fmt: skip


def plain_paper(facts: Any) -> Rendered:
    """A paper that costs nothing to make: the same facts give the same bytes."""
    return Rendered({"txt": repr(facts).encode()})


def _confirm(day: Day, who: str, absent: str) -> None:
    """A clock that is wrong is not confirmed: somebody has to set it first."""
    if abs(day.year.clock.offset) > NEAR:
        return
    day.hand.do(
        who, "clock.confirm",
        lambda seat: seat.perform(
            "clock.confirm", lambda c: clock_guard.confirm(c, OFFICE, seat.actor, seat.now())
        ),
        acting_for=absent, kind="clocks confirmed", detail=lambda undone: {"undone": undone},
    )  # fmt: skip
    _release(day, who, absent)


def _release(day: Day, who: str, absent: str) -> None:
    """Let go what was held, but a few that are dropped."""
    for number in day.screen.held_messages:
        if day.chance.randrange(100) < DROPS:
            day.hand.do(
                who, "message.drop",
                lambda seat, n=number: seat.perform(  # type: ignore[misc]
                    "message.release", lambda c: messages.drop(c, OFFICE, seat.actor, n, "已电话告知。", seat.now())
                ),
                acting_for=absent, kind="held messages dropped", detail=lambda _none, n=number: {"message": n},  # type: ignore[misc]
            )  # fmt: skip
    day.hand.do(
        who, "message.release",
        lambda seat: seat.perform(
            "message.release", lambda c: messages.release(c, OFFICE, seat.actor, None, seat.now())
        ),
        acting_for=absent, kind="held messages released", detail=lambda numbers: {"messages": numbers},
    )  # fmt: skip


def _dead(day: Day, who: str, absent: str) -> None:
    """What was given up is tried again by hand."""
    for number in day.screen.dead_messages:
        day.hand.do(
            who, "message.retry",
            lambda seat, n=number: seat.perform(  # type: ignore[misc]
                "message.retry", lambda c: messages.retry(c, OFFICE, seat.actor, n, seat.now())
            ),
            acting_for=absent, kind="dead messages retried", detail=lambda _none, n=number: {"message": n},  # type: ignore[misc]
        )  # fmt: skip


def _drafts(day: Day, who: str, absent: str) -> None:
    """Circulars that the ladder has prepared: most are issued, month by month, some dropped."""
    of_task = {task.id: task.period_id for task in day.screen.tasks}
    groups: dict[int | None, list[int]] = {}
    for row in day.screen.drafts:
        groups.setdefault(of_task.get(row.about[0][0]), []).append(row.id)
    for period, numbers in groups.items():
        if period is None or day.chance.randrange(100) < DROPS_DRAFT:
            _drop_drafts(day, who, absent, numbers)
            continue
        made = day.hand.do(
            who, "draft.issue",
            lambda seat, n=numbers: drafts.issue(  # type: ignore[misc]
                seat.database, OFFICE, seat.actor, n, seat.store, plain_paper, seat.now()
            ),
            acting_for=absent, kind="circulars issued", detail=lambda _made, n=numbers: {"drafts": n},  # type: ignore[misc]
        )  # fmt: skip
        if made is None:  # something in it was done meanwhile: the paper would be wrong
            _drop_drafts(day, who, absent, numbers)


def _drop_drafts(day: Day, who: str, absent: str, numbers: list[int]) -> None:
    for number in numbers:
        day.hand.do(
            who, "draft.drop",
            lambda seat, n=number: seat.perform(  # type: ignore[misc]
                "draft.issue", lambda c: drafts.drop(c, OFFICE, seat.actor, n, "已当面催办。", seat.now())
            ),
            acting_for=absent, kind="circulars dropped", detail=lambda _none, n=number: {"draft": n},  # type: ignore[misc]
        )  # fmt: skip

"""The reviewers of the office: pass what is good in one go, return what is not, each with a date to file again."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from deeds import deciding
from models.states import Action, Stage
from simulation.years.journal import Told
from simulation.years.people.staff import REVIEWERS
from workflow.actions import Command
from workflow.case import Given

if TYPE_CHECKING:
    from simulation.years.people.day import Day
    from simulation.years.program import Seat
    from workflow.case import TaskRow

#: of a hundred: a report is returned; a reviewer has no time today
RETURNS, BUSY = 8, 25
#: nobody is returned to more often
MOST_ROUNDS: Final = 3
#: working days until a returned report is due again
REFILES_IN: Final = 3


def plan(day: Day) -> None:
    """What the reviewers do today."""
    for place, reviewer in enumerate(REVIEWERS):
        mine = [task for task in day.stale().at(Stage.SIGNED_STAMPED) if task.unit_id % len(REVIEWERS) == place]
        if not mine or (day.chance.randrange(100) < BUSY and not day.year.draining):
            continue
        who, absent = day.year.staff.acts_for(reviewer, day.today)
        good = []
        for task in mine:
            if task.round < MOST_ROUNDS and day.chance.randrange(100) < RETURNS and not day.year.draining:
                _return(day, task, who, absent)
            else:
                good.append((task.id, task.version))
        if good:
            at = day.moment(time(14), time(16, 20))
            day.year.at(at, f"{who} passes {len(good)}", lambda w=who, a=absent, g=good: _pass(day, w, a, g))  # type: ignore[misc]


def _return(day: Day, task: TaskRow, who: str, absent: str) -> None:
    refile_on = day.year.calendar.add_workdays(day.today, REFILES_IN)
    given = Given(reason="【演练】数据没有来源，请补充后重报。", refile_on=refile_on)
    command = Command(Action.RETURN, task.id, task.version, given)
    day.year.at(
        day.moment(time(10), time(14)), f"{who} returns {task.id}",
        lambda: day.hand.act(who, command, acting_for=absent, kind="returned"),
    )  # fmt: skip


def _pass(day: Day, who: str, absent: str, chosen: list[tuple[int, int]]) -> None:
    """All the good ones at once; each has an answer of its own."""
    tried = day.hand.do(who, "task.approve", lambda seat: _passed(seat, chosen), acting_for=absent)
    year = day.year
    for one in tried or ():
        outcome = one.outcome
        answer = outcome.refusal.code if outcome.refusal else outcome.state
        year.figures["approved" if outcome.refusal is None else f"refused {answer}"] += 1
        seen = dict(chosen).get(outcome.task_id)
        version = None if outcome.refusal else outcome.version
        year.journal.note(
            Told(year.clock.true, year.clock.now(), who, "task.approve", outcome.task_id, seen, answer, version)
        )


def _passed(seat: Seat, chosen: list[tuple[int, int]]) -> list[deciding.Tried]:
    return deciding.pass_many(seat, chosen, dry_run=False)

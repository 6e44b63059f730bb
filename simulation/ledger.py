"""The second flow in the rehearsed month: problems from four sources, an inspection, a return, a strike-off, a relapse.

The plot is data: which unit has which problem, and on which working day of the month what is done about it. It runs
through the same registration, actions and reminders as a real ledger. No real place is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models import tables as t
from models.drafts import ProblemDraft
from models.states import ProblemSource
from models.times import local_date
from simulation.cast import Habit
from simulation.scene import OFFICE_ID
from simulation.script import DAYS_TO_REFILE
from workflow import actions, cases, inspections, problems
from workflow.actions import Command
from workflow.case import Given

if TYPE_CHECKING:
    from datetime import date, datetime

    from simulation.cast import UnitCast
    from simulation.scene import Scene
    from workflow.case import Actor


@dataclass(frozen=True, slots=True)
class Thread:
    """One problem of the plot: whose it is, when it is registered and due, and what is done on which working day."""

    source: ProblemSource
    title: str
    place: str
    habit: Habit
    registered: int
    due: int
    deeds: dict[int, str]


S, H = ProblemSource, Habit
#: working days count from the opening, which is 0
PLOT: Final = (
    Thread(S.FILM, "【演练】岸线堆放弃土未清运", "甲码头下游", H.EARLY, 1, 12,
           {2: "start", 4: "report", 6: "apply", 8: "verify", 9: "strike_off", 14: "relapse"}),
    Thread(S.FILM, "【演练】污水管网错接混接", "乙片区", H.ON_TIME, 1, 15, {3: "start", 10: "apply", 12: "verify"}),
    Thread(S.INSPECTION, "【演练】危废暂存间标识不全", "丙企业", H.RETURNED_TWICE, 3, 12,
           {4: "start", 7: "apply", 8: "return", 11: "apply", 12: "verify", 13: "strike_off"}),
    Thread(S.INSPECTION, "【演练】入河排污口未设标志牌", "丁河段", H.SILENT, 3, 9, {}),
    Thread(S.SELF_CHECK, "【演练】巡查记录缺少签字", "戊管理所", H.LATE, 2, 10, {6: "start", 13: "apply"}),
    Thread(S.PUBLIC, "【演练】夜间倾倒建筑垃圾", "己路口", H.ON_TIME, 5, 18, {6: "start", 9: "report"}),
)  # fmt: skip
#: the working day of the inspection 督查, whose findings are registered the same day
INSPECTED: Final = 3


@dataclass(slots=True)
class Ledger:
    """The problems of the rehearsed month as far as they are registered: their tasks by place in the plot."""

    tasks: dict[int, int]
    inspection: int | None = None


def act(scene: Scene, ledger: Ledger, now: datetime) -> None:
    """What happens in the ledger on a working day."""
    today = _workday(scene, local_date(now))
    if today == INSPECTED:
        with scene.database.write(OFFICE_ID) as connection:
            ledger.inspection = inspections.record(
                connection, OFFICE_ID, scene.cast.reviewers[0], "【演练】季度现场督查", local_date(now), "丙企业、丁河段",
                "审核员2人", "查看现场2处，发现问题2个。", now,
            )  # fmt: skip
    for place, thread in enumerate(PLOT):
        if thread.registered == today:
            ledger.tasks[place] = _register(scene, ledger, thread, now)
        elif today in thread.deeds and place in ledger.tasks:
            _do(scene, thread, ledger.tasks[place], thread.deeds[today], now)


def _workday(scene: Scene, day: date) -> int:
    """The how many-th working day of the month it is, the first being 0."""
    number, counted = 0, scene.calendar.roll(scene.opens_on, "after")
    while counted < day:
        counted, number = scene.calendar.next_workday(counted), number + 1
    return number


def _unit(scene: Scene, habit: Habit) -> UnitCast:
    """The first unit with the habit; a notice of few units may have none of it."""
    return next((unit for unit in scene.cast.units if unit.habit is habit), scene.cast.units[0])


def _register(scene: Scene, ledger: Ledger, thread: Thread, now: datetime) -> int:
    """Register a problem; returns the number of its task."""
    lead, found_on = _unit(scene, thread.habit), local_date(now)
    draft = ProblemDraft(
        source=thread.source.value,
        title=thread.title,
        place=thread.place,
        description=f"{thread.title}，限期整改。",
        found_on=found_on,
        due_on=scene.calendar.add_workdays(scene.calendar.roll(scene.opens_on, "after"), thread.due),
        units=(lead.name,),
    )
    found = ledger.inspection if thread.source is ProblemSource.INSPECTION else None
    with scene.database.write(OFFICE_ID) as connection:
        number = problems.register(connection, OFFICE_ID, scene.cast.reviewers[0], draft, now, inspection_id=found)
        (task,) = cases.load_tasks(connection, OFFICE_ID, t.task.c.problem_id == number)
    return task.id


def _do(scene: Scene, thread: Thread, task: int, action: str, now: datetime) -> None:
    unit, (reviewer, *_others), day = _unit(scene, thread.habit), scene.cast.reviewers, local_date(now)
    by_whom: dict[str, Actor] = {"verify": reviewer, "return": reviewer, "relapse": reviewer}
    by_whom |= {"strike_off": scene.cast.director}
    refile_on = scene.calendar.add_workdays(day, DAYS_TO_REFILE + 2)
    given = {
        "start": Given(measures="【演练】制定方案，限期清理，落实专人。"),
        "report": Given(progress="【演练】已完成过半。", percent=60),
        "apply": Given(progress="【演练】已整改到位，申请销号。", percent=100),
        "verify": Given(visited_on=day, found="【演练】现场核查，问题已整改到位。"),
        "return": Given(reason="【演练】现场仍有两处未整改。", refile_on=refile_on),
        "relapse": Given(reason="【演练】巡查发现同一处再次堆放。", refile_on=refile_on),
    }.get(action, Given())
    command = Command(action, task, given=given)
    actions.act(scene.database, OFFICE_ID, by_whom.get(action, unit.clerk), command, now)

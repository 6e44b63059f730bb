"""What a habit means on a day: pure decisions, the dates in, the deeds out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.cast import Habit

if TYPE_CHECKING:
    from datetime import date

    from workflow.calendar import WorkCalendar

#: working days from the due date on which a habit files
FILES_ON = {
    Habit.EARLY: -10,
    Habit.ON_TIME: -2,
    Habit.LATE: 2,
    Habit.RETURNED_TWICE: -8,
}
#: working days from the opening on which a habit signs for receipt; the silent never do
RECEIVES_ON = {
    Habit.EARLY: 0,
    Habit.ON_TIME: 1,
    Habit.LATE: 4,
    Habit.RETURNED_TWICE: 1,
}
#: how often the reviewer sends the careless back, and the days they get
RETURNS = 2
DAYS_TO_REFILE = 3


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a unit does on a day."""

    receives: bool
    files: bool


def deeds(habit: Habit, day: date, opens_on: date, due_on: date, calendar: WorkCalendar) -> Deeds:
    """What a unit of this habit does on a working day; once its day has come it does it every day until it is done."""
    receives = habit in RECEIVES_ON and day >= calendar.add_workdays(opens_on, RECEIVES_ON[habit])
    files = habit in FILES_ON and day >= calendar.add_workdays(due_on, FILES_ON[habit])
    return Deeds(receives, files)


def progress_text(number: int, percent: int, round_: int) -> str:
    """A plausible progress text that nobody could take for a real report; tasks with other numbers say other things."""
    told = (
        f"召开推进会{1 + percent % 3}次，现场核查{percent // 4}处，发现问题{percent // 6}个，已整改{percent // 8}个。",
        f"排查点位{percent // 3}处，建立台账{1 + percent % 4}本，已办结{percent // 5}项。",
        f"签订合同{1 + percent % 5}份，开工项目{percent // 7}个，完工{percent // 10}个。",
    )
    again = "已按审核意见补充数据来源和完成时间。" if round_ > 1 else ""
    return f"【演练】{told[number % len(told)]}{again}"

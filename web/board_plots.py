"""The board's plots: what of a look is drawn, with which words. The drawing itself is ``plots.py``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from deeds.board.counts import STANDING, count
from deeds.board.course import Course
from deeds.board.habits import LateGroup
from deeds.board.indicators import Indicator
from deeds.board.looking import Look
from deeds.board.rows import Entry
from deeds.board.sentences import short_day
from documents.plain_text import figure
from models.language import _
from web import plots
from web.plots import Curve, Part, Plot

_SHADES = {
    "assigned": "#ffffff", "reported": "#dbe5f0", "returned": "#f2b8b3", "signed": "#9fb6cf", "reviewed": "#3f6d9e",
    "aggregated": "#17443a", "waived": "#eeeeee",
}  # fmt: skip
#: the axis is named about so many times
_NAMED = 8


def course_plot(seen: Look) -> Plot | None:
    """The month day by day, and what was approved in the other month as far from its due date."""
    own, other = seen.course, seen.other_course
    if own.last is None:
        return None
    first, end = own.days[0].on, max(own.closes_on, own.last.on)
    place = {day.on: float((day.on - first).days) for day in own.days}
    # the widest is drawn first: where the lines lie on one another all of them are seen
    curves = [
        Curve([(place[d.on], d.approved) for d in own.days], _("approved {count}").format(count=own.last.approved), "#17643a", 7),
        Curve([(place[d.on], d.signed) for d in own.days], _("signed {count}").format(count=own.last.signed), "#f0b64a", 3.5),
        Curve([(place[d.on], d.filed) for d in own.days], _("filled in {count}").format(count=own.last.filed), "#1c2430", 1.5, "3 3"),
    ]  # fmt: skip
    if seen.partial:
        curves = curves[:1]
    if other is not None and other.days:
        curves += _other_curve(own, other, (end - first).days)
    step = max(1, ((end - first).days + 1) // _NAMED)
    named = [(float(n), short_day(first + timedelta(days=n))) for n in range(0, (end - first).days + 1, step)]
    whole = "" if seen.partial else _("{count} tasks to report").format(count=own.total)
    due = (float((own.due_on - first).days), _("due {day}").format(day=short_day(own.due_on)))
    return plots.course(
        _("Course of {month}").format(month=own.month), curves, named, (end - first).days, own.total, whole, due
    )


def _other_curve(own: Course, other: Course, last: int) -> list[Curve]:
    """The other month laid so that the due dates meet; its numbers may exceed this month's whole and are cut there."""
    first = own.days[0].on
    points = [
        (float((own.due_on + (day.on - other.due_on) - first).days), float(min(day.approved, own.total)))
        for day in other.days
    ]
    inside = [(at, number) for at, number in points if 0 <= at <= last]
    words = _("approved in {month}").format(month=other.month)
    return [Curve(inside, words, "#79838f", 1.5, "1 4")] if inside else []


def standing_plot(seen: Look) -> Plot:
    """Where the tasks stand, this month and the other."""
    rows = [(seen.month.month, _parts(seen.entries))]
    if seen.other is not None:
        rows.append((seen.other.month, _parts(seen.by_month[seen.other.month])))
    return plots.bar_of_parts(_("Where the tasks stand"), rows)


def _parts(entries: Sequence[Entry]) -> list[Part]:
    return [Part(one.title, count(entries, one.name), _SHADES[one.name]) for one in STANDING]


def late_plot(groups: Sequence[LateGroup]) -> Plot:
    """How the late tasks are spread over the days."""
    return plots.bars(_("Late tasks by days late"), [(group_words(group), group.number) for group in groups])


def group_words(group: LateGroup) -> str:
    """1 day, 4–5 days, more than 10 days."""
    if group.most is None:
        return _("{count} days and more").format(count=group.least)
    if group.most == group.least:
        return _("{count} days late").format(count=group.least)
    return _("{least}–{most} days").format(least=group.least, most=group.most)


def indicator_plot(one: Indicator) -> Plot:
    """An indicator over the months."""
    points = [
        (_month(month), value, "" if value is None else figure(value))
        for month, value in one.values
    ]  # fmt: skip
    goal = _("target {goal}").format(goal=one.goal_words)
    return plots.months(f"{one.clause} {one.name}", points, one.goal, goal, _("none"))


def _month(month: str) -> str:
    return _("{month}/{year}").format(month=int(month[5:]), year=month[2:4])

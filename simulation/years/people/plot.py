"""What happens in a city once or twice a year: people leave, units are renamed or merged, notices and rules change.

The days are drawn when the year begins; each kind is one function of the day on which it comes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from deeds import notices, rules_editing
from models.states import Role
from models.times import at_local
from simulation.years import city
from simulation.years.city import OFFICE
from simulation.years.people import administrator
from simulation.years.people.staff import DIRECTOR, REVIEWERS, Away, UnitStaff
from workflow import calendar_store, people, periods, units
from workflow.calendar import WorkCalendar, YearTable, seed_year
from workflow.month_names import MonthName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from models.drafts import NoticeDraft
    from simulation.years.people.day import Day
    from simulation.years.running import Year

#: how often each comes in a year, at most
OFTEN: Final = {
    "leaves": 3, "away": 6, "renamed": 1, "merged": 1, "holidays": 1, "rules": 2, "due moved": 1,
}  # fmt: skip
#: a second notice comes in one half of the years, a revision in the other
NEW_UNITS: Final = 6


def begin(year: Year, months: int) -> None:
    """Draw the days of the year."""
    chance = year.stream("plot")
    kinds = [kind for kind, times in OFTEN.items() for _time in range(times)]
    kinds.append("second notice" if chance.randrange(2) else "revision")
    days = months * 30
    for kind in kinds:
        year.plot.setdefault(
            _workday(year, year.first + timedelta(days=chance.randrange(20, max(21, days)))), []
        ).append(kind)


def _workday(year: Year, day: date) -> date:
    return year.calendar.roll(day, "after")


def plan(day: Day) -> None:
    """What the story has for today; what a dead process or a refusal spoilt is tried on the next working day."""
    for place, kind in enumerate(day.year.plot.pop(day.today, [])):
        at = at_local(day.today, city.MIDDAY) + timedelta(minutes=place)
        day.year.at(at, f"the city: {kind}", lambda k=kind: _happen(day, k))  # type: ignore[misc]


def _happen(day: Day, kind: str) -> None:
    if not KINDS[kind](day) and not day.year.draining:
        day.year.plot.setdefault(day.year.calendar.next_workday(day.today), []).append(kind)


def _some_unit(day: Day) -> tuple[int, UnitStaff]:
    number = day.chance.choice(sorted(day.year.staff.units))
    return number, day.year.staff.units[number]


def _leaves(day: Day) -> bool:
    """A clerk or a leader leaves in the middle of the month, and somebody else takes over."""
    number, unit = _some_unit(day)
    role = day.chance.choice((Role.CLERK, Role.LEADER))
    administrator.replace(day.hand, number, unit, role, f"{role.value}{number}-{day.today:%m%d}")
    return True


def _away(day: Day) -> bool:
    """Somebody is away for a while and names a substitute: a unit's clerk their leader, a reviewer the other."""
    _number, unit = _some_unit(day)
    absent, other = (unit.clerk, unit.leader) if day.chance.randrange(3) else REVIEWERS
    first, last = day.today, day.today + timedelta(days=day.chance.randrange(3, 20))
    done = day.hand.do(
        absent, "absence.set",
        lambda seat: seat.perform(
            "absence.set",
            lambda c: people.set_absence(c, OFFICE, seat.actor, absent, other, first, last, seat.now()),
        ),
        kind="absences", detail=lambda _n: {"absent": absent, "substitute": other},
    )  # fmt: skip
    if done is not None:
        day.year.staff.away[absent] = Away(first, last, other)
    return True


def _succeed(day: Day, old: int, name: str, kind: str) -> int | None:
    """A unit is closed and another takes over."""
    was = day.year.staff.units[old].name
    return day.hand.do(
        DIRECTOR, "unit.succeed",
        lambda seat: seat.perform(
            "unit.manage", lambda c: units.succeed(c, OFFICE, seat.actor, was, name, seat.now())
        ),
        kind=kind, detail=lambda new: {"old": old, "new": new, "kind": kind},
    )  # fmt: skip


def _renamed(day: Day) -> bool:
    """The same people under another name: they get their duties in the new unit."""
    old, unit = _some_unit(day)
    name = f"{unit.name}（新）"
    new = _succeed(day, old, name, "units renamed")
    if new is None:
        return False
    staff = day.year.staff.units
    staff[new] = UnitStaff(name, unit.clerk, unit.leader)
    administrator.appoint(day.hand, unit.clerk, Role.CLERK, new)
    administrator.appoint(day.hand, unit.leader, Role.LEADER, new)
    return True


def _merged(day: Day) -> bool:
    """A unit goes up in another one, whose people do its work from now on."""
    numbers = sorted(day.year.staff.units)
    old, new = day.chance.sample(numbers, 2)
    done = _succeed(day, old, day.year.staff.units[new].name, "units merged")
    return done is not None


def _holidays(day: Day) -> bool:
    """The year's holiday notice comes again, late and changed: one more day off, one more day worked."""
    table = seed_year(day.today.year)
    assert table is not None
    off = day.today + timedelta(days=day.chance.randrange(10, 40))
    saturday = off + timedelta(days=(5 - off.weekday()) % 7 + 7)
    new = YearTable(table.year, (table.off | {off}) - {saturday}, (table.makeup | {saturday}) - {off})
    if off.year != table.year or saturday.year != table.year:
        return True  # too late in the year for another notice
    done = day.hand.do(
        DIRECTOR, "calendar.import",
        lambda seat: seat.perform(
            "calendar.import",
            lambda c: calendar_store.import_year(c, OFFICE, seat.actor, new, "补充通知", seat.now()),
        ),
        kind="holiday notices", detail=lambda again: {"year": table.year, "tasks": again},
    )  # fmt: skip
    if done is not None:
        near = (seed_year(table.year - 1), new, seed_year(table.year + 1))
        day.year.calendar = WorkCalendar.of(one for one in near if one is not None)
    return done is not None


def _adopt(day: Day, draft: NoticeDraft, wanted: notices.Wanted, kind: str) -> int | None:
    done = day.hand.do(
        DIRECTOR, "notice.adopt",
        lambda seat: seat.perform("notice.adopt", lambda c: notices.adopt(c, seat, draft, wanted, seat.now())),
        kind=kind, detail=lambda made: {"notice": made.made.notice_id, "kind": kind},
    )  # fmt: skip
    return done.made.notice_id if done is not None else None


def _second_notice(day: Day) -> bool:
    """Another notice for a few units; its month is opened with it."""
    names = [day.year.staff.units[number].name for number in sorted(day.year.staff.units)]
    chosen = tuple(day.chance.sample(names, NEW_UNITS))
    draft = city.notice("防汛专项工作任务分解", "第二份通知", chosen)
    number = _adopt(day, draft, notices.Wanted(), "second notices")
    if number is not None:
        day.year.notices.append(number)
    return number is not None


def _revision(day: Day) -> bool:
    """The notice comes anew: clauses with other words, and one more clause."""
    names = [one.name for _number, one in sorted(day.year.staff.units.items())]
    first = city.notice(*city.FIRST, city.UNITS[: day.year.units])
    known = set(names)
    items = []
    for item in first.items:
        clauses = tuple(
            replace(one, text=f"{one.text}力争提前完成。") if day.chance.randrange(5) == 0 else one
            for one in item.clauses
            if set(one.parties) <= known
        )
        items.append(replace(item, clauses=clauses))
    draft = replace(first, items=tuple(items), source_name="修订", source_sha256="f" * 64)
    return _adopt(day, draft, notices.Wanted(revise=1), "revisions") is not None


def _rules(day: Day) -> bool:
    """The office edits its ladder: a rung a day earlier, or the first reminder left out."""
    later = day.chance.choice((-6, -4, -3))

    def work(seat: object) -> bool:
        text = rules_editing.present_text(seat)  # type: ignore[arg-type]
        lines = text.splitlines()
        for place, line in enumerate(lines):
            if line == "offset = -5" or (
                line.startswith("offset = -") and 'name = "due_minus_5"' in lines[place - 2 : place]
            ):
                lines[place] = f"offset = {later}"
        rules_editing.save(seat, "\n".join(lines), rules_editing.seen(seat))  # type: ignore[arg-type]
        return True

    return bool(day.hand.do(DIRECTOR, "rules.edit", work, kind="rules edited"))


def _due_moved(day: Day) -> bool:
    """The month's due date is put off by a few working days."""
    months = [one for one in day.screen.months if one.due_on >= day.today]
    if not months:
        return False
    month = months[0]
    to = day.year.calendar.add_workdays(month.due_on, 2)
    done = day.hand.do(
        DIRECTOR, "period.move",
        lambda seat: seat.perform(
            "period.move",
            lambda c: periods.move_due(c, OFFICE, seat.actor, MonthName(month.month, month.notice_id), to, "因防汛工作顺延。", seat.now()),
        ),
        kind="due dates moved", detail=lambda moved: {"month": month.month, "to": to, "tasks": moved},
    )  # fmt: skip
    return done is not None


KINDS: Final[Mapping[str, Callable[[Day], bool]]] = {
    "leaves": _leaves,
    "away": _away,
    "renamed": _renamed,
    "merged": _merged,
    "holidays": _holidays,
    "second notice": _second_notice,
    "revision": _revision,
    "rules": _rules,
    "due moved": _due_moved,
}

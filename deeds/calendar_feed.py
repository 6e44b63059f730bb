"""A person's due dates as a calendar that a calendar program subscribes to (RFC 5545), told by pure functions.

One all-day entry for each of their units and days, with the tasks in it; for the office also the review and the closing
of a month. An entry keeps its UID when its day moves, and its SEQUENCE rises then. Units, clauses and days are in it,
nothing of what was filed and no person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.task_conditions import Wanted
from deeds.task_views import find_tasks
from models import tables as t
from models.language import _, listed
from models.states import OWED, PeriodState, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

#: octets of a line before it is folded (RFC 5545 section 3.1), the line break not counted
FOLD: Final = 75
#: of many tasks on one day so many are named
_NAMED: Final = 40
_OFFICE: Final = (Role.REVIEWER, Role.DIRECTOR, Role.READER)
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """An all-day entry from ``day`` to before ``until``; ``sequence`` counts how often its day has moved."""

    uid: str
    day: date
    until: date
    summary: str
    description: str = ""
    url: str = ""
    sequence: int = 0


def calendar_text(name: str, entries: Iterable[Entry], now: datetime) -> str:
    """The calendar as text with CRLF line ends."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//duban//desk//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-PUBLISHED-TTL:PT6H",
    ]  # fmt: skip
    for entry in entries:
        lines += _event(entry, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(entry: Entry, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.until:%Y%m%d}"
    yield f"SUMMARY:{_escaped(entry.summary)}"
    if entry.description:
        yield f"DESCRIPTION:{_escaped(entry.description)}"
    if entry.url:
        yield f"URL:{entry.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    """A TEXT value (RFC 5545 section 3.3.11): backslash, semicolon, comma and line breaks escaped, no control signs."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for sign, escape in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(sign, escape)
    return "".join(sign for sign in plain if sign.isprintable())


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, no character cut in two; a piece that goes on begins with a blank."""
    pieces, piece, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > FOLD:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + sign, size + octets
    return "\r\n".join([*pieces, piece])


def feed(connection: Connection, office_id: int, actor: Actor, now: datetime, base_url: str) -> str:
    """The actor's calendar; ``base_url`` is how the desk is reached, empty = no links."""
    office = connection.execute(
        sa.select(t.office.c.short_name, t.office.c.created_at).where(t.office.c.id == office_id)
    ).one()
    made = _Entries(connection, office_id, f"{office.created_at:%Y%m%d%H%M%S}-{office_id}.duban", base_url)
    entries: list[Entry] = []
    if actor.units():
        tasks = find_tasks(connection, office_id, actor, Wanted(running=True, own=True), now)
        entries += made.of_units([task for task in tasks if task.stage in OWED])
    if actor.holds(*_OFFICE):
        entries += made.of_office()
    if actor.holds(Role.REVIEWER, Role.DIRECTOR):
        tasks = find_tasks(connection, office_id, actor, Wanted(running=True), now)
        entries += made.of_refiling([task for task in tasks if task.stage in OWED and task.round > 1])
    name = _("Due dates · {office}").format(office=office.short_name)
    return calendar_text(name, sorted(entries, key=lambda entry: (entry.day, entry.uid)), now)


class _Entries:
    """Makes the entries of one calendar."""

    def __init__(self, connection: Connection, office_id: int, place: str, base_url: str) -> None:
        self._connection, self._office_id, self._place, self._base = connection, office_id, place, base_url
        p = t.period.c
        open_ = sa.select(t.period).where(p.office_id == office_id, p.state == PeriodState.OPEN.value).order_by(p.id)
        self._periods: dict[int, Any] = {row["id"]: row for row in connection.execute(open_).mappings()}

    def of_units(self, tasks: Sequence[TaskRow]) -> Iterator[Entry]:
        """One for each unit and due day, days to file again apart; a problem has one of its own."""
        heaps: dict[tuple[str, int], list[TaskRow]] = {}
        for task in tasks:
            heaps.setdefault(self._key(task), []).append(task)
        for (key, sequence), heap in heaps.items():
            names = [f"{task.clause_number} {task.title}" for task in heap]
            path = f"/tasks/{heap[0].id}" if len(heap) == 1 else "/tasks?todo=any"
            yield self._day(key, heap[0].due_on, self._said(heap), "\n".join(_few(names)), path, sequence)

    def _key(self, task: TaskRow) -> tuple[str, int]:
        """What an entry is known by, and how often its day has moved."""
        if task.period_id is None:
            return f"problem-{task.problem_id}-{task.round}", task.due_revision - 1
        period = self._periods.get(task.period_id)
        if task.round == 1 and period is not None and task.due_on == period["due_on"]:
            return f"due-{task.period_id}-{task.unit_id}", period["due_revision"] - 1
        kind = "again" if task.round > 1 else "later"
        return f"{kind}-{task.period_id}-{task.unit_id}-{task.due_on:%Y%m%d}", 0

    def _said(self, heap: Sequence[TaskRow]) -> str:
        task = heap[0]
        if task.period_id is None:
            said = _("Rectification due: {unit}, {problem}")
            return said.format(unit=task.unit_name, problem=task.clause_number)
        said = _("File again: {unit}, {count} tasks") if task.round > 1 else _("Reports due: {unit}, {count} tasks")
        return said.format(unit=task.unit_name, count=len(heap))

    def of_office(self) -> Iterator[Entry]:
        """The due day, the days of review and the closing of every open month."""
        for number, period in self._periods.items():
            due, closes, moved = period["due_on"], period["closes_on"], period["due_revision"] - 1
            month = period["month"]
            path = f"/tasks?month={month}"
            yield self._day(
                f"month-{number}", due, _("Reports of {month} are due").format(month=month), "", path, moved
            )
            if closes > due:
                said = _("Review the reports of {month}").format(month=month)
                first, after = due + _ONE_DAY, closes + _ONE_DAY
                yield Entry(self._uid(f"review-{number}"), first, after, said, "", self._url(path), moved)
            said = _("The month {month} closes").format(month=month)
            yield self._day(f"close-{number}", closes, said, "", path, 0)

    def of_refiling(self, tasks: Sequence[TaskRow]) -> Iterator[Entry]:
        """The days by which returned reports come in again, for the office: which units."""
        days: dict[date, list[TaskRow]] = {}
        for task in tasks:
            days.setdefault(task.due_on, []).append(task)
        for day, heap in days.items():
            units = listed(dict.fromkeys(task.unit_name for task in heap))
            said = _("{count} returned reports come in again").format(count=len(heap))
            yield self._day(f"returned-{day:%Y%m%d}", day, said, units, "/tasks?state=returned", 0)

    def _day(self, key: str, day: date, summary: str, description: str, path: str, sequence: int) -> Entry:
        return Entry(self._uid(key), day, day + _ONE_DAY, summary, description, self._url(path), sequence)

    def _uid(self, key: str) -> str:
        return f"{key}@{self._place}"

    def _url(self, path: str) -> str:
        return f"{self._base}{path}" if self._base else ""


def _few(names: Sequence[str]) -> list[str]:
    more = [_("and {count} more").format(count=len(names) - _NAMED)] if len(names) > _NAMED else []
    return [*names[:_NAMED], *more]

"""What would be sent, to whom, when and why, if nothing changed: the sweeps of a span, thought through beforehand.

Source: design section 7. It decides with the same functions as the sweep, so the plan is what then happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.language import _, listed
from models.times import at_local, end_of, shown
from schedules.due import undecided
from schedules.facts import Hours, holders, load_facts, load_ledger
from schedules.ladders import Ladders
from schedules.rules import called
from schedules.select import DIGEST, Said, digest, most_severe, outranked, quiet
from schedules.timetable import Timetable
from schedules.waiting import Waiting
from workflow import cases
from workflow.calendar_store import load_calendar
from workflow.units import running_months

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from schedules.due import Firing
    from schedules.rules import Rule
    from workflow.calendar import WorkCalendar
    from workflow.case import TaskRow


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One message to come (or one draft: then ``recipient`` is empty), with the sentence that says why."""

    when: datetime
    recipient: str
    template: str
    tasks: tuple[int, ...]
    rule: str
    why: str
    draft: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``; ``when`` in Shanghai time."""
        return {
            "when": shown(self.when),
            "recipient": self.recipient,
            "template": self.template,
            "tasks": list(self.tasks),
            "rule": self.rule,
            "why": self.why,
            "draft": self.draft,
        }


def plan(
    connection: Connection,
    office_id: int,
    rules: Sequence[Rule] | None,
    start: date,
    end: date,
    *,
    now: datetime | None = None,
    hours: Hours | None = None,
) -> list[PlannedLine]:
    """Every message and draft from the Shanghai day ``start`` to the day ``end``, both included, in order.

    ``now`` is when the next sweep runs (default: the beginning of ``start``): it decides what is overdue then.
    """
    hours = hours or Hours()
    facts = load_facts(connection, office_id, *_chased(office_id))
    calendar = load_calendar(connection, office_id)
    found = load_ledger(connection, office_id, [one.task_id for one in facts])
    ladders = Ladders(rules)
    ledger, said = found.decided, found.said(facts, ladders)
    begin, stop = at_local(start), end_of(end)
    now = now or begin
    table, left = Timetable(ladders, calendar, hours.send_at), Waiting(ledger)
    waiting = [rung.to(one) for one in facts for rung in left.of(one, table.planned(one)) if rung.fires_at < stop]
    lines: list[PlannedLine] = []
    told = (hours, _tasks(connection, office_id), _logins(connection, office_id))
    for instant in sorted({max(firing.fires_at, now) for firing in waiting}):
        due_now = [firing for firing in waiting if max(firing.fires_at, now) == instant]
        due_now = undecided(due_now, ledger)
        heard, _overtaken = outranked(due_now, said)
        sweep = _Sweep(connection, office_id, calendar, instant, *told)
        lines += sweep.lines(heard)
        said += [Said.of(firing) for firing in most_severe(heard)[0]]
        ledger |= {firing.key for firing in due_now}
    return [line for line in lines if begin <= line.when < stop]


@dataclass(slots=True)
class _Sweep:
    """One sweep to come."""

    connection: Connection
    office_id: int
    calendar: WorkCalendar
    at: datetime
    hours: Hours
    rows: Mapping[int, TaskRow]
    logins: Mapping[int, str]

    def lines(self, due_now: list[Firing]) -> list[PlannedLine]:
        gravest, _superseded = most_severe(due_now)
        if not gravest:
            return []
        people = holders(self.connection, self.office_id, self.at)
        leaves = quiet(self.at, self.calendar, start=self.hours.quiet_from, end=self.hours.quiet_to)
        found = []
        for bundle in digest(gravest, people):
            template = bundle.template if len(bundle.parts) == 1 else DIGEST
            found.append(self._line(leaves, self.logins[bundle.recipient_id], template, bundle.firings))
        papers: dict[tuple[int, str], list[Firing]] = {}
        for firing in gravest:
            if firing.mode == "draft":
                papers.setdefault((firing.unit_id, firing.rule_name), []).append(firing)
        found += [self._line(self.at, "", paper[0].template, tuple(paper)) for paper in papers.values()]
        return found

    def _line(self, when: datetime, recipient: str, template: str, rungs: tuple[Firing, ...]) -> PlannedLine:
        ids = tuple(sorted({firing.task_id for firing in rungs}))
        by_rule: dict[str, list[Firing]] = {}
        for firing in rungs:
            by_rule.setdefault(firing.rule_name, []).append(firing)
        why = _("; ").join(
            self._why(group[0].rule, [self.rows[one.task_id] for one in group]) for group in by_rule.values()
        )
        return PlannedLine(when, recipient, template, ids, "、".join(by_rule), why, draft=not recipient)

    def _why(self, rule: Rule, tasks: list[Any]) -> str:
        clauses = listed(dict.fromkeys(task.clause_number for task in tasks))
        problems = tasks[0].problem_id is not None
        said = (
            _("{rule}: {when}; {clauses}, due {due}") if problems else _("{rule}: {when}; clauses {clauses}, due {due}")
        )
        return said.format(
            rule=called(rule),
            when=rung(rule),
            clauses=clauses,
            due=min(task.due_on for task in tasks).isoformat(),
        )


def _tasks(connection: Connection, office_id: int) -> dict[int, TaskRow]:
    return {row.id: row for row in cases.load_tasks(connection, office_id, *_chased(office_id))}


def _chased(office_id: int) -> tuple[Any, Any]:
    """The tasks of which something is still to come, found by the open months."""
    k = t.task.c
    return k.next_due_at.is_not(None), k.period_id.is_(None) | k.period_id.in_(running_months(office_id))


def _logins(connection: Connection, office_id: int) -> dict[int, str]:
    p = t.person.c
    return {row.id: row.login for row in connection.execute(sa.select(p.id, p.login).where(p.office_id == office_id))}


def rung(rule: Rule) -> str:
    """How far from its anchor a rule speaks, as people say it."""
    said = (
        _("on the day of the {anchor}")
        if not rule.offset
        else _("{count} working day(s) before the {anchor}")
        if rule.offset < 0
        else _("{count} working day(s) after the {anchor}")
    )
    return said.format(count=abs(rule.offset), anchor=anchor_label(rule.anchor))


def anchor_label(name: str) -> str:
    """The anchor as people say it."""
    return {
        "opened": _("opening"),
        "due": _("due date"),
        "signed": _("signing"),
        "returned": _("return"),
        "entered": _("coming to its state"),
        "closes": _("closing"),
    }[name]

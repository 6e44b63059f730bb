"""One sweep: what is due by now is decided, once, and written with its messages in one transaction.

Source: design section 7, ``reliability.md`` I4, I5, I6. Level-triggered: it asks which tasks have an undecided rung
at or before ``now``, so no sweep has to have run at any particular time, and running it twice decides nothing twice.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert_all
from models.among import among
from models.language import _
from models.statements import Statement
from models.states import ReminderState, Role
from models.times import at_local, local_date
from schedules import drafts
from schedules.clock_guard import FREE, Hold, Look, guard, last_look, tell_held
from schedules.due import MOVED_BY_REVISION, at_any_state, undecided, was_open
from schedules.facts import IN_FORCE, SCHEDULER, Hours, holders, load_due, load_facts, load_history, load_ledger
from schedules.former import load_eras
from schedules.ladders import Ladders
from schedules.rules import called
from schedules.select import DIGEST, blast, digest, most_severe, outranked, quiet
from schedules.timetable import Timetable
from schedules.waiting import Waiting, come, first_left
from workflow import audit, cases, telling, wording
from workflow.calendar_store import load_calendar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.database import Database
    from schedules.due import Firing, Key, Rung, TaskFacts
    from schedules.facts import Holders
    from schedules.rules import Rule
    from schedules.select import Bundle
    from workflow.calendar import WorkCalendar
    from workflow.case import OfficeRow, TaskRow

_UNITS: Final = Statement(
    sa.select(sa.func.count().label("units"))
    .select_from(t.unit)
    .where(t.unit.c.office_id == sa.bindparam("office"), t.unit.c.valid_to.is_(None))
)
_NEXT: Final = Statement(
    sa.update(t.task)
    .where(t.task.c.office_id == sa.bindparam("office"), among(t.task.c.id, "tasks"))
    .values(next_due_at=sa.bindparam("at"))
)
#: what the ledger remembers of a firing: how it ended and why
Decisions = list[tuple["Firing", ReminderState, str]]


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep decided, as counts."""

    looked_at: int = 0
    fired: int = 0
    superseded: int = 0
    not_needed: int = 0
    drafted: int = 0
    messages: int = 0
    #: why the messages are held, or empty
    held_reason: str = ""
    #: whether nothing was decided, because the time that really passed disproves the clock
    strayed: bool = False

    @property
    def decided(self) -> int:
        """The ledger rows written."""
        return self.fired + self.superseded + self.not_needed + self.drafted

    def as_dict(self) -> dict[str, Any]:
        """For the trail and for ``--json``."""
        names = ("looked_at", "fired", "superseded", "not_needed", "drafted", "messages", "held_reason")
        return {name: getattr(self, name) for name in names}


def sweep(
    database: Database,
    office_id: int,
    rules: Sequence[Rule] | None,
    now: datetime,
    *,
    hours: Hours | None = None,
    drift: timedelta | None = None,
    last: Hold = FREE,
    anew: bool = False,
) -> SweepReport:
    """Decide everything due by ``now`` (aware UTC) in one write transaction.

    ``rules``: the office's own for its months; None = those of the version of the flow that each task pins.
    ``drift``, ``last``: what the caller counted since it believed the clock last, and what its sweep before came to
    (``clock_guard.guard``). By a clock that is disproved nothing is decided.
    ``anew``: look at every open task, whenever the rules of then said it had to be looked at: they may have changed.
    """
    with database.write(office_id) as connection:
        looked = last_look(connection, office_id)
        hold = guard(connection, office_id, now, looked, drift=drift, last=last)
        held = hold.reason
        if hold.strayed:
            return SweepReport(held_reason=held, strayed=True)
        facts = load_facts(connection, office_id, just_closed=True) if anew else load_due(connection, office_id, now)
        if not facts:
            return SweepReport(held_reason=held)
        calendar = load_calendar(connection, office_id)
        run = _Run(connection, office_id, Ladders(rules), now, hours or Hours(), calendar, held, looked)
        report = run.decide(facts)
        if report.decided:
            entry = audit.Entry("sweep", "sweep", role=Role.SCHEDULER.value, detail=report.as_dict())
            audit.append(connection, office_id, SCHEDULER, entry, now)
        return report


@dataclass(slots=True)
class _Run:
    """One sweep inside its transaction."""

    connection: Connection
    office_id: int
    ladders: Ladders
    now: datetime
    hours: Hours
    calendar: WorkCalendar
    held: str
    #: the last one; None before the first
    looked: Look | None

    def decide(self, facts: list[TaskFacts]) -> SweepReport:
        known = load_ledger(self.connection, self.office_id, [one.task_id for one in facts])
        waiting = Waiting(known.decided)
        table = Timetable(self.ladders, self.calendar, self.hours.send_at)
        plan = [(one, table.planned(one)) for one in facts]
        firings = come(plan, self.now, waiting)
        speaking = {firing.task_id for firing in firings}
        said = known.said([one for one in facts if one.task_id in speaking], self.ladders)
        firings, overtaken = outranked(firings, said)
        gravest, superseded = most_severe(firings)
        people = holders(self.connection, self.office_id, self.now)
        decisions: Decisions = [(firing, *_ending(firing, people)) for firing in gravest]
        rules = {firing.rule_name: firing.rule for firing in firings}
        words = {name: called(rule) for name, rule in rules.items()}
        for milder, graver in [*overtaken, *((milder, graver.rule_name) for milder, graver in superseded)]:
            reason = _("“{rule}” took its place").format(rule=words.get(graver, graver))
            decisions.append((milder, ReminderState.SUPERSEDED, reason))
        decisions += self._slept_through(table, facts, waiting)
        decisions += self._left_behind(facts, known.decided)
        rows = self._task_rows(gravest)
        self._prepare_drafts(decisions, rows)
        messages, held = self._tell(digest(gravest, people), rows)
        self._remember(decisions, known.early)
        self._set_next(plan, Waiting(known.decided | {firing.key for firing, _state, _reason in decisions}))
        counts = Counter(state for _firing, state, _reason in decisions)
        return SweepReport(
            looked_at=len(facts),
            fired=counts[ReminderState.FIRED],
            superseded=counts[ReminderState.SUPERSEDED],
            not_needed=counts[ReminderState.NOT_NEEDED],
            drafted=counts[ReminderState.DRAFTED],
            messages=messages,
            held_reason=held,
        )

    def _slept_through(self, table: Timetable, facts: list[TaskFacts], waiting: Waiting) -> Decisions:
        """Rungs that came while nobody looked, of tasks that have been settled since: they end, too, with a reason."""
        gone = {one.task_id: come([(one, table.gone(one))], self.now, waiting) for one in facts}
        wanted = [task for task, firings in gone.items() if firings]
        history = load_history(self.connection, self.office_id, wanted) if wanted else {}
        known = {one.task_id: one for one in facts}
        return [
            (firing, ReminderState.NOT_NEEDED, _slept(known[task]))
            for task in wanted
            for firing in gone[task]
            if was_open(firing.rule, firing, history[task], known[task].flow.initial)
        ]

    def _left_behind(self, facts: list[TaskFacts], ledger: set[Key]) -> Decisions:
        """The same of rounds and dates that a task has left since the last look."""
        if self.looked is None or not self._an_hour_came(self.looked.since):
            return []
        looked = self.looked.since
        return [
            (
                firing,
                ReminderState.NOT_NEEDED,
                _("nobody looked when it was due; since then its round or date is another"),
            )
            for era in load_eras(self.connection, self.office_id, facts, looked)
            for rung in at_any_state(self.ladders.of(era.facts.flow), era.facts, self.calendar, self.hours.send_at)
            for firing in (rung.to(era.facts),)
            if max(era.since, looked) < firing.fires_at < era.until
            if was_open(firing.rule, firing, era.history, era.facts.flow.initial) and undecided([firing], ledger)
        ]

    def _an_hour_came(self, looked: datetime) -> bool:
        """Whether any rung can have come due since the last look: they come at one hour of the day."""
        first = at_local(local_date(looked), self.hours.send_at)
        return looked < first <= self.now or self.now - first >= timedelta(days=1)

    def _task_rows(self, firings: list[Firing]) -> dict[int, TaskRow]:
        rows = cases.tasks_of(self.connection, self.office_id, {firing.task_id for firing in firings})
        return {row.id: row for row in rows}

    def _prepare_drafts(self, decisions: Decisions, rows: dict[int, TaskRow]) -> None:
        """One draft for a unit and rule, about all its tasks."""
        papers: dict[tuple[int, str, bool], list[Firing]] = {}
        for firing, state, _reason in decisions:
            if state is ReminderState.DRAFTED:
                problem = rows[firing.task_id].problem_id is not None
                papers.setdefault((firing.unit_id, firing.rule_name, problem), []).append(firing)
        for firings in papers.values():
            ids, rule = {firing.task_id for firing in firings}, firings[0].rule
            tasks = [row for row in rows.values() if row.id in ids]
            drafts.prepare(self.connection, self.office_id, tasks, drafts.cause(rule), self.now, kind=rule.template)

    def _tell(self, bundles: list[Bundle], rows: dict[int, TaskRow]) -> tuple[int, str]:
        """Queue one message a person; too many at once are held and the directors told. Returns count and hold."""
        units = _UNITS.scalar(self.connection, {"office": self.office_id})
        held = self.held
        if not held and blast(len(bundles), units):
            held = _("one sweep would send {count} messages to {units} units").format(count=len(bundles), units=units)
            tell_held(self.connection, self.office_id, held, self.now)
        not_before = quiet(self.now, self.calendar, start=self.hours.quiet_from, end=self.hours.quiet_to)
        office = cases.load_office(self.connection, self.office_id)
        places = {task: place for place, task in enumerate(rows)}
        tellings = [
            self._telling(
                office, bundle, [rows[task] for task in sorted(bundle.tasks, key=places.__getitem__)], not_before, held
            )
            for bundle in bundles
        ]
        return telling.queue_all(self.connection, office, tellings, self.now), held

    def _telling(
        self, office: OfficeRow, bundle: Bundle, tasks: list[TaskRow], not_before: datetime, held: str
    ) -> telling.Telling:
        """What a bundle says; ``tasks`` are those that it speaks of, in the order of the notice."""
        rungs = {firing.task_id: firing for firing in reversed(bundle.firings)}
        fields = wording.fields(office, tasks, self.now)
        for line in fields["tasks"]:
            rung = rungs[line["task_id"]]
            line |= {"rule": rung.rule_name, "template": rung.template, "while_states": sorted(rung.rule.states)}
            # whose duty it is, and whether it hangs on the due date, is asked again when it is sent
            line |= {"roles": [role.value for role in (*rung.recipients, *rung.copy)], "unit_id": rung.unit_id}
            line["level"] = rung.level
            line["any_due"] = rung.anchor not in MOVED_BY_REVISION
        keys = sorted((*firing.key, firing.fires_at.isoformat()) for firing in bundle.firings)
        return telling.Telling(
            event=bundle.template if len(bundle.parts) == 1 else DIGEST,
            recipient_id=bundle.recipient_id,
            key=hashlib.sha256(repr(keys).encode()).hexdigest()[:24],
            fields=fields,
            about=tuple((rung.task_id, rung.round, rung.due_revision) for rung in rungs.values()),
            while_states=tuple(sorted({state for firing in bundle.firings for state in firing.rule.states})),
            level=bundle.level,
            not_before=not_before,
            held_reason=held,
        )

    def _remember(self, decisions: Decisions, early: set[Key]) -> None:
        """Write the ledger. A decision that a wrong clock took too early is overwritten, everything else is new."""
        rows: list[dict[str, Any]] = []
        for firing, state, reason in decisions:
            values = {
                "level": firing.level,
                "due_at": firing.fires_at,
                "decided_at": self.now,
                "state": state.value,
                "reason": reason,
            }
            if firing.key not in early or not self._overwrite(firing.key, values):
                task_id, round_, revision, rule = firing.key
                key = {"task_id": task_id, "round": round_, "due_revision": revision, "rule": rule}
                rows.append({**key, **values})
        insert_all(self.connection, t.reminder, self.office_id, rows)

    def _overwrite(self, key: Key, values: dict[str, Any]) -> bool:
        r = t.reminder.c
        same = (r.task_id == key[0], r.round == key[1], r.due_revision == key[2], r.rule == key[3])
        statement = sa.update(t.reminder).where(r.office_id == self.office_id, *same, ~IN_FORCE)
        return self.connection.execute(statement.values(**values)).rowcount == 1

    def _set_next(self, plan: list[tuple[TaskFacts, Sequence[Rung]]], waiting: Waiting) -> None:
        """One statement an instant: the tasks of a month share theirs."""
        tasks: dict[datetime | None, list[int]] = {}
        for one, planned in plan:
            tasks.setdefault(first_left(one, planned, waiting), []).append(one.task_id)
        for at, numbers in tasks.items():
            _NEXT.post(self.connection, {"office": self.office_id, "tasks": numbers, "at": at})


def _slept(facts: TaskFacts) -> str:
    """Why a rung that came while nobody looked is needed no more."""
    if facts.closed:
        return _("nobody looked when it was due; since then its month was closed")
    state = facts.flow.state_label(facts.state)
    return _("nobody looked when it was due; since then the task is “{state}”").format(state=state)


def _ending(firing: Firing, people: Holders) -> tuple[ReminderState, str]:
    """How a rung that is not superseded ends: as a draft, as a message, or with nobody to tell."""
    if firing.mode == "draft":
        return ReminderState.DRAFTED, ""
    if any(people(role, firing.unit_id, firing.handler_id) for role in (*firing.recipients, *firing.copy)):
        return ReminderState.FIRED, ""
    return ReminderState.NOT_NEEDED, _("no recipient: nobody holds the duty")

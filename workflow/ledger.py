"""The problem ledger 问题台账 as it stood at an instant: one line a problem, and its part in a month's summary.

Dates and states are replayed from the trail, so that the end of a past month can still be told; what each event means
is known by the effects of the ledger's flow, whatever an office calls its actions. Source: reference notice, items 1,
9, 10, 24.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.facts import LedgerFacts, ProblemLine, ProblemPart, ProblemUnitRow
from models.language import DEFAULT, speaking
from models.states import FINISHED, Decision, ProblemSource, Result, Stage
from models.times import at_local, local_date, months_later
from workflow import audit, cases, flow_store, permissions, readings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow

#: what an event did to a problem → the effect by which a flow's action is known to do it
_VERIFIED, _STRUCK, _RELAPSED, _ROUND = "mark_reviewed", "plan_look_back", "count_relapse", "open_round"
#: a problem at one of these stages is the unit's to rectify: not yet applied for
UNRECTIFIED: Final = (Stage.ASSIGNED, Stage.RETURNED)


@dataclass(frozen=True, slots=True)
class Entry:
    """A problem of the ledger: its line, and what a list is narrowed by."""

    line: ProblemLine
    task: TaskRow
    source: str
    unit_ids: tuple[int, ...]
    inspection_id: int | None
    stage: Stage
    #: what happened to it, as (Shanghai day, effects of the action), up to the instant that is asked for
    deeds: tuple[tuple[date, frozenset[str]], ...]

    @property
    def standing(self) -> bool:
        """Neither struck off nor withdrawn."""
        return self.line.struck_off_on is None and self.stage not in FINISHED

    def has(self, effect: str, first: date, last: date) -> bool:
        """Whether an action of this effect was taken in these days."""
        return any(first <= day <= last and effect in effects for day, effects in self.deeds)


@dataclass(frozen=True, slots=True)
class _Told:
    """Where a problem stood at an instant, by its trail."""

    state: str
    due_on: date
    returns: int = 0
    relapses: int = 0
    verified_on: date | None = None
    struck_off_on: date | None = None
    look_back_on: date | None = None
    deeds: tuple[tuple[date, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Rows:
    """Everything the ledger is told from, read once; all but the problems by task or problem number."""

    problems: list[Any]
    tasks: dict[int, TaskRow]
    first_due: dict[int, date]
    units: dict[int, list[tuple[int, str]]]
    events: dict[int, list[Any]]
    grants: dict[int, list[Any]]
    progress: dict[int, list[Any]]
    #: action → the effects that it has in any version of a ledger's flow
    effects: dict[str, frozenset[str]]
    stages: dict[str, Stage]


def lines(
    connection: Connection, office_id: int, now: datetime, *, actor: Actor | None = None
) -> tuple[ProblemLine, ...]:
    """The ledger as it stands; with an ``actor`` only what they may see."""
    return _lines(entries(connection, office_id, now, actor=actor))


def ledger_facts(connection: Connection, office_id: int, now: datetime, *, actor: Actor | None = None) -> LedgerFacts:
    """The whole ledger for a spreadsheet, in the language of papers; an ``actor`` needs ``problem.export``."""
    if actor is not None:
        permissions.demand(actor, "problem.export")
    name = connection.scalar(sa.select(t.office.c.short_name).where(t.office.c.id == office_id)) or ""
    with speaking(DEFAULT):
        found = lines(connection, office_id, now, actor=actor)
    return LedgerFacts(name, local_date(now), found, audit.head(connection, office_id).short)


def month_part(connection: Connection, office_id: int, month: str, now: datetime) -> ProblemPart | None:
    """The ledger's part in a month's summary, as of its end or of ``now`` if that comes first; None without a ledger.

    Each line tells how its problem stood then, and each list holds what its figure counts.
    """
    first = date.fromisoformat(f"{month}-01")
    after = months_later(first, 1)
    moment = min(now, at_local(after) - timedelta(microseconds=1))
    with speaking(DEFAULT):
        found = entries(connection, office_id, moment)
    if not found:
        return None
    last = after - timedelta(days=1)
    new = [entry for entry in found if first <= entry.line.registered_on <= last]
    rectified, struck_off, relapsed = (
        [entry for entry in found if entry.has(effect, first, last)] for effect in (_VERIFIED, _STRUCK, _RELAPSED)
    )
    overdue = [entry for entry in found if entry.line.days_late]
    standing = [entry for entry in found if entry.standing]
    return ProblemPart(
        standing=len(standing),
        new=_lines(new),
        rectified=_lines(rectified),
        overdue=_lines(overdue),
        struck_off=_lines(struck_off),
        relapsed=_lines(relapsed),
        units=_unit_rows(found, (standing, new, rectified, overdue, struck_off, relapsed)),
    )


def _lines(found: Iterable[Entry]) -> tuple[ProblemLine, ...]:
    return tuple(entry.line for entry in found)


def _unit_rows(found: list[Entry], kinds: tuple[list[Entry], ...]) -> tuple[ProblemUnitRow, ...]:
    """Each lead unit's figures in the order of the ledger; ``kinds`` in the order of ``ProblemUnitRow``."""
    counted = [
        (unit, [sum(entry.line.units[0] == unit for entry in kind) for kind in kinds])
        for unit in dict.fromkeys(entry.line.units[0] for entry in found)
    ]
    return tuple(ProblemUnitRow(unit, *figures) for unit, figures in counted if any(figures))


def entries(
    connection: Connection,
    office_id: int,
    moment: datetime,
    *,
    actor: Actor | None = None,
    only: Collection[int] | None = None,
) -> list[Entry]:
    """The problems registered up to an instant as they stood then, by number; ``only`` names some by number."""
    rows = _read(connection, office_id, only)
    copied = readings.copied_to(connection, office_id, actor.person_id) if actor else frozenset()
    found = []
    for problem in rows.problems:
        if problem.registered_at > moment:
            continue
        task, units = rows.tasks[problem.id], [number for number, _name in rows.units[problem.id]]
        inside = True
        if actor is not None:
            related = permissions.relation(actor, task.unit_id, units)
            if not permissions.may_see_task(actor, related, task, copied=task.id in copied):
                continue
            inside = permissions.may_see_report(actor, related, task, copied=task.id in copied)
        found.append(_entry(rows, problem, moment, inside=inside))
    return found


def _entry(rows: _Rows, problem: Any, moment: datetime, *, inside: bool) -> Entry:
    """One problem at an instant; ``inside``: whether what was filed may be told."""
    task, units = rows.tasks[problem.id], rows.units[problem.id]
    told = _replay(rows, task, moment)
    stage = task.flow.stage(told.state) if told.state in task.flow.by_name else rows.stages[told.state]
    late = (local_date(moment) - told.due_on).days if stage in UNRECTIFIED else 0
    progress = [row.progress for row in rows.progress[task.id] if inside and row.filed_at <= moment]
    line = ProblemLine(
        number=problem.id,
        title=problem.title,
        source=ProblemSource(problem.source).label,
        source_ref=problem.source_ref,
        place=problem.place,
        description=problem.description,
        clause_number=problem.clause_number or "",
        units=tuple(name for _number, name in units),
        measures=problem.measures,
        state=task.flow.state_label(told.state),
        found_on=problem.found_on,
        registered_on=local_date(problem.registered_at),
        original_due_on=rows.first_due[task.id],
        due_on=told.due_on,
        days_late=max(late, 0),
        progress=progress[-1] if progress else "",
        returns=told.returns,
        verified_on=told.verified_on,
        struck_off_on=told.struck_off_on,
        look_back_on=told.look_back_on,
        relapses=told.relapses,
    )
    unit_ids = tuple(number for number, _name in units)
    return Entry(line, task, problem.source, unit_ids, problem.inspection_id, stage, told.deeds)


def _replay(rows: _Rows, task: TaskRow, moment: datetime) -> _Told:
    """Follow a problem's trail up to an instant.

    A return or a relapse sets a new day and undoes verification and strike-off; a granted extension moves the day;
    striking off sets the day of the look-back, which is the day it was passed once it was.
    """
    events = rows.events[task.id]
    state = events[0].from_state if events else task.state
    due_on, returns, relapses = rows.first_due[task.id], 0, 0
    verified = struck = look_back = None
    deeds = []
    granted = [(row.at, row) for row in rows.grants[task.id]]
    for at, row in sorted([*zip(audit.instants(events), events, strict=True), *granted], key=lambda one: one[0]):
        if at > moment:
            break
        if row.granted_due_on is not None:
            due_on = row.granted_due_on
            continue
        state, day, effects = row.to_state, local_date(at), rows.effects.get(row.action, frozenset())
        deeds.append((day, effects))
        if _ROUND in effects:
            due_on, verified, struck, look_back = _refiling(row, due_on), None, None, None
            relapses, returns = relapses + (_RELAPSED in effects), returns + (_RELAPSED not in effects)
        verified = day if _VERIFIED in effects else verified
        if _STRUCK in effects:
            struck, look_back = day, _planned(rows, task, row.seq, day)
        elif struck and "store_visit" in effects:
            look_back = day
    return _Told(state, due_on, returns, relapses, verified, struck, look_back, tuple(deeds))


def _refiling(row: Any, before: date) -> date:
    """The day that a return or a relapse set."""
    return date.fromisoformat(row.detail["refile_on"]) if "refile_on" in row.detail else before


def _planned(rows: _Rows, task: TaskRow, struck: int, day: date) -> date:
    """The day of the look-back after a strike-off: the task's own day unless the problem was taken up again later."""
    later = [row for row in rows.events[task.id] if row.seq > struck]
    if any(_ROUND in rows.effects.get(row.action, frozenset()) for row in later):
        return months_later(day, task.flow.terms.look_back_months)
    return task.due_on


def _read(connection: Connection, office_id: int, only: Collection[int] | None) -> _Rows:
    k, p = t.task.c, t.problem.c
    # a task of no month is a problem's: found by an index, while “has a problem” would be asked of every task
    chosen = k.period_id.is_(None) if only is None else k.problem_id.in_(only)
    tasks = cases.load_tasks(connection, office_id, chosen)
    ours = sa.select(k.id).where(k.office_id == office_id, chosen)
    problems = (
        sa.select(t.problem, t.clause.c.number.label("clause_number"))
        .outerjoin(t.clause, sa.and_(t.clause.c.office_id == p.office_id, t.clause.c.id == p.clause_id))
        .where(p.office_id == office_id, *([] if only is None else [p.id.in_(only)]))
        .order_by(p.id)
    )
    due = sa.select(k.id, k.original_due_on).where(k.office_id == office_id, k.id.in_(ours))
    flows = [flow for flow in flow_store.every(connection, office_id) if flow.about == "problem"]
    return _Rows(
        problems=list(connection.execute(problems)),
        tasks={task.problem_id: task for task in tasks if task.problem_id is not None},
        first_due={row.id: row.original_due_on for row in connection.execute(due)},
        units=_units(connection, office_id, only),
        events=_by_task(connection.execute(_events(office_id, ours))),
        grants=_by_task(connection.execute(_grants(office_id, ours))),
        progress=_by_task(connection.execute(_reports(office_id, ours))),
        effects={
            action: frozenset(effect for flow in flows for step in flow.steps_of(action) for effect in step.effects)
            for action in {step.action for flow in flows for step in flow.steps}
        },
        stages={state.name: state.stage for flow in flows for state in flow.states},
    )


def _units(connection: Connection, office_id: int, only: Collection[int] | None) -> dict[int, list[tuple[int, str]]]:
    """The units of each problem, the lead first."""
    u, n = t.problem_unit.c, t.unit.c
    query = (
        sa.select(u.problem_id, u.unit_id, n.name)
        .join(t.unit, sa.and_(n.office_id == u.office_id, n.id == u.unit_id))
        .where(u.office_id == office_id, *([] if only is None else [u.problem_id.in_(only)]))
        .order_by(u.problem_id, u.position)
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.problem_id].append((row.unit_id, row.name))
    return found


def _events(office_id: int, tasks: Any) -> Any:
    e = t.event.c
    columns = (e.object_id.label("task_id"), e.seq, e.at, e.action, e.from_state, e.to_state, e.detail)
    return (
        sa.select(*columns, sa.null().label("granted_due_on"))
        .where(e.office_id == office_id, e.object_type == "task", e.result == Result.DONE.value, e.object_id.in_(tasks))
        .order_by(e.seq)
    )


def _grants(office_id: int, tasks: Any) -> Any:
    r = t.request.c
    return (
        sa.select(r.task_id, r.decided_at.label("at"), r.granted_due_on)
        .where(r.office_id == office_id, r.task_id.in_(tasks), r.decision == Decision.GRANTED.value)
        .where(r.granted_due_on.is_not(None))
        .order_by(r.id)
    )


def _reports(office_id: int, tasks: Any) -> Any:
    r = t.report.c
    columns = (r.task_id, r.progress, r.filed_at)
    return sa.select(*columns).where(r.office_id == office_id, r.task_id.in_(tasks)).order_by(r.task_id, r.number)


def _by_task(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    return found

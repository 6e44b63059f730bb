"""Which tasks are asked for, as the database finds them: so that a list reads what it shows and not a year of work.

Each says in SQL what ``workflow/permissions.py`` and the flows say of a task that is loaded (a test holds them together).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.todo import may_wait
from models import tables as t
from models.states import APPROVED, HANDED_IN, MAYBE_LATE, OPEN_PROBLEM, OWED, PeriodState, Reach, Relation
from models.times import local_date
from workflow import flow_store, permissions, units
from workflow.authorisation import MATRIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor
    from workflow.flow import Flow, Step


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks are asked for; empty fields ask for all."""

    #: what the actor may act on now, as the law offers it
    mine: bool = False
    unit: str = ""
    state: str = ""
    month: str = ""
    late: bool = False
    #: what was shown to the actor for information
    copied: bool = False
    #: what waits for the actor: a ``Todo``, or ``any`` of them
    todo: str = ""
    #: without the tasks of months that are closed, and without closed problems
    running: bool = False
    #: of the actor's own units, where they serve in any
    own: bool = False
    #: whose signed report has reached the office
    handed_in: bool = False
    #: only tasks of flows about this: ``report`` or ``problem``
    about: str = ""

    @property
    def plain(self) -> bool:
        """Whether what stands in the database decides alone; what may be done is decided by the flows."""
        return not (self.mine or self.todo)


def asked_for(connection: Connection, office_id: int, actor: Actor, wanted: Wanted, now: datetime) -> list[Any]:
    """What is asked for, as far as the database decides; of ``mine`` and ``todo`` nothing that is wanted is missing."""
    k = t.task.c
    chosen: list[Any] = []
    if wanted.unit:
        chosen.append(k.unit_id == units.unit_id(connection, office_id, wanted.unit))
    chosen += [k.state == wanted.state] if wanted.state else []
    chosen += [_in_months(office_id, t.period.c.month == wanted.month)] if wanted.month else []
    if wanted.running or not wanted.plain:  # nothing moves in a closed month, nor on a closed problem
        chosen.append(_running(office_id))
    chosen += [k.unit_id.in_(actor.units())] if wanted.own and actor.units() else []
    chosen += [k.stage.in_([stage.value for stage in HANDED_IN])] if wanted.handed_in else []
    if wanted.about:
        flows = flow_store.every(connection, office_id)
        chosen.append(k.flow_sha256.in_([flow.sha256 for flow in flows if flow.about == wanted.about]))
    chosen += [copied(office_id, actor)] if wanted.copied else []
    chosen += [late(local_date(now))] if wanted.late else []
    if wanted.late and not (wanted.running or wanted.month):  # of all months, by the index of what may be late
        chosen.append(sa.text(f"({MAYBE_LATE})"))
    chosen += [offered(connection, office_id, actor, moves)] if wanted.mine else []
    chosen += [offered(connection, office_id, actor, may_wait)] if wanted.todo else []
    return chosen


def _running(office_id: int) -> Any:
    """The tasks of open months and of unclosed problems, as one set: two sets joined by “or” PostgreSQL looks for in all tasks."""
    problem, task, p = t.task.alias("problem_task").c, t.task.alias("month_task").c, t.period.c
    months = sa.select(p.id).where(p.office_id == office_id, p.state != PeriodState.CLOSED.value)
    both = sa.union_all(
        sa.select(problem.id).where(problem.office_id == office_id, sa.text(OPEN_PROBLEM)),
        sa.select(task.id).where(task.office_id == office_id, task.period_id.in_(months)),
    )
    return t.task.c.id.in_(both)


def _in_months(office_id: int, condition: Any) -> Any:
    """The tasks of some months, found by their months: an old office has a hundred closed ones for each open one."""
    p = t.period.c
    return t.task.c.period_id.in_(sa.select(p.id).where(p.office_id == office_id, condition))


def moves(_flow: Flow, state: str, step: Step) -> bool:
    """Whether a step moves a task on, or is its receipt; a copy could be sent at any time."""
    return step.dest != state or "not_yet_received" in step.guards


def visible(connection: Connection, office_id: int, actor: Actor) -> Any:
    """The tasks that exist for the actor: as ``may_see_task``, copies with them."""
    reaches = permissions.reaches(actor, "task.read")
    if Reach.ALL in reaches:
        return sa.true()
    if not reaches:
        return sa.false()
    ways = [copied(office_id, actor)]
    if Reach.APPROVED in reaches:
        asked = {role for role, reach in MATRIX["task.read"].items() if reach is Reach.APPROVED}
        mine = frozenset(post.role for post in actor.posts if post.role in asked)
        ways.append(t.task.c.stage.in_([stage.value for stage in APPROVED]))
        ways += _standing(connection, office_id, lambda _flow, _state, step: not mine.isdisjoint(step.roles))
    if reaches & {Reach.OWN, Reach.NAMED}:
        ways += _of_units(office_id, actor.units(), named=Reach.NAMED in reaches)
    return sa.or_(*ways)


def copied(office_id: int, actor: Actor) -> Any:
    """What was shown to the actor for information."""
    c = t.copy.c
    return t.task.c.id.in_(sa.select(c.task_id).where(c.office_id == office_id, c.person_id == actor.person_id))


def late(today: date) -> Any:
    """As ``is_late``."""
    owed = sa.and_(t.task.c.stage.in_([stage.value for stage in OWED]), t.task.c.due_on < today)
    return sa.or_(t.task.c.late_days > 0, owed)


def offered(connection: Connection, office_id: int, actor: Actor, wanted: Callable[[Flow, str, Step], bool]) -> Any:
    """The tasks that stand where a wanted step is open to one of the actor's duties; its guards are asked later."""
    near = {post.unit_id for post in actor.posts if post.unit_id is not None}
    far = {relation for post in actor.posts for relation in _RELATIONS[post.unit_id is not None]}
    anywhere = _standing(
        connection, office_id,
        lambda flow, state, step: wanted(flow, state, step) and _open(step, actor, far),
    )  # fmt: skip
    own = _standing(
        connection, office_id,
        lambda flow, state, step: wanted(flow, state, step) and _open(step, actor, {Relation.OWN}),
    )  # fmt: skip
    return sa.or_(sa.false(), *anywhere, *([sa.and_(t.task.c.unit_id.in_(near), sa.or_(*own))] if near and own else []))


#: how a duty may stand to a task of another unit: one of a unit beside it, one of the office never
_RELATIONS = {True: (Relation.CO, Relation.OTHER), False: (Relation.OTHER,)}


def _open(step: Step, actor: Actor, relations: set[Relation]) -> bool:
    return any(step.open_to(post.role, relation) for post in actor.posts for relation in relations)


def _standing(connection: Connection, office_id: int, wanted: Callable[[Flow, str, Step], bool]) -> list[Any]:
    """One condition for each version of a flow that has such steps: the states they leave."""
    made = []
    for flow in flow_store.every(connection, office_id):
        states = [name for name in flow.by_name if any(wanted(flow, name, step) for step in flow.steps_from(name))]
        if states:
            made.append(sa.and_(t.task.c.flow_sha256 == flow.sha256, t.task.c.state.in_(states)))
    return made


def _of_units(office_id: int, mine: frozenset[int], *, named: bool) -> list[Any]:
    """The tasks of the units, and with ``named`` those whose clause or problem names them."""
    if not named:
        return [t.task.c.unit_id.in_(mine)]
    k, r, p = t.task.c, t.responsibility.c, t.problem_unit.c
    clauses = sa.select(r.clause_id).where(r.office_id == office_id, r.unit_id.in_(mine), r.ended_at.is_(None))
    problems = sa.select(p.problem_id).where(p.office_id == office_id, p.unit_id.in_(mine))
    return [
        k.unit_id.in_(mine),
        sa.and_(k.problem_id.is_(None), k.clause_id.in_(clauses)),
        k.problem_id.in_(problems),
    ]

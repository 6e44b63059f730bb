"""The steps that are open to a person on a task, each with what has to be given: what a page makes its forms of.

Everything is read off the flow that the task runs in, so an office's own flow has its forms, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from deeds.task_views import open_now
from models import tables as t
from models.duties import held_on
from models.states import UNIT_ROLES, Relation, Role, Stage
from models.times import local_date
from workflow import actions, cases
from workflow.case import Post
from workflow.relations import may_act

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow
    from workflow.flow import Panel, Step

#: what is given by printing and attaching a form, on the page of the unit's month
_PAPER = frozenset({"filing", "evidence", "signer_and_seal"})


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may be named, and who that is in words."""

    login: str
    said: str


@dataclass(frozen=True, slots=True)
class StepForm:
    """One action: what may be given with it (``asks``) and what must be (``needs``), by the names of ``given.py``."""

    action: str
    label: str
    asks: tuple[str, ...]
    needs: frozenset[str]
    #: the states it can lead to, by choice: name and label; empty where there is nothing to choose
    to_states: tuple[tuple[str, str], ...]
    straight_back: bool
    #: who may be named: to take over, to be shown it, or to sign; None = nobody is asked for
    people: tuple[Choice, ...] | None
    #: whether those people are named to sign, whether exactly one is named
    signing: bool
    one: bool
    #: whether the whole report is written with it
    whole: bool
    #: whether it moves the task on, and whether it leads back or out: a page sets them apart
    moves: bool
    back: bool

    @property
    def on_paper(self) -> bool:
        """Whether it is done by attaching the signed form."""
        return bool(_PAPER & set(self.asks))

    @property
    def plain(self) -> bool:
        """Whether a yes is all that it takes."""
        return not self.asks and not self.to_states and self.people is None


def step_forms(connection: Connection, office_id: int, actor: Actor, task_id: int, now: datetime) -> list[StepForm]:
    """The forms for the actor's steps, in the order of the flow; E-404 where the task is not theirs to see."""
    task, co_units = actions.visible_task(connection, office_id, actor, task_id)
    steps = open_now(connection, actor, task, co_units, local_date(now))
    found: list[StepForm] = []
    people = _People(connection, task, co_units, local_date(now))
    for action in dict.fromkeys(step.action for step in steps):
        rows = [step for step in steps if step.action == action]
        found.append(_form(task, action, rows, people, cases.been(connection, task)))
    return found


def _form(task: TaskRow, action: str, rows: Sequence[Step], people: _People, been: frozenset[str]) -> StepForm:
    asks = tuple(dict.fromkeys(name for step in rows for name in step.gives))
    chosen = [step.dest for step in rows if step.chosen_by == "given_state" and _reachable(step, been)]
    panel = next(
        (panel for step in rows if (panel := task.flow.by_name[step.dest].panel) and step.dest != task.state), None
    )
    signing = panel is not None and not {"people", "one_person"} & set(asks)
    return StepForm(
        action=action,
        label=task.flow.action_label(action),
        asks=asks,
        needs=frozenset.intersection(*(frozenset(step.gives) for step in rows)),
        to_states=tuple((name, task.flow.state_label(name)) for name in dict.fromkeys(chosen)) if len(chosen) > 1 else (),
        straight_back=any("remember_returner" in step.effects for step in rows),
        people=_who(task, asks, people, panel if signing else None),
        signing=signing,
        one="one_person" in asks,
        whole="reason_for_no_progress" in asks,
        moves=any(step.dest != task.state or step.guards for step in rows),
        back=all(_leads_back(task, step) for step in rows),
    )  # fmt: skip


def _reachable(step: Step, been: frozenset[str]) -> bool:
    return "been_there" not in step.guards or step.dest in been


def _leads_back(task: TaskRow, step: Step) -> bool:
    place = {state.name: number for number, state in enumerate(task.flow.states)}
    aside = task.flow.stage(step.dest) in (Stage.RETURNED, Stage.WAIVED)
    return (
        step.dest != task.state and (aside or place[step.dest] < place[task.state]) and task.stage is not Stage.RETURNED
    )


def _who(task: TaskRow, asks: Iterable[str], people: _People, panel: Panel | None) -> tuple[Choice, ...] | None:
    if "one_person" in asks:
        return people.going_on(task)
    if "people" in asks:
        return people.everybody()
    return people.signing(panel) if panel is not None else None


class _People:
    """Everybody who holds a duty, read once and only when somebody may be named."""

    def __init__(self, connection: Connection, task: TaskRow, co_units: frozenset[int], on: date) -> None:
        self._connection, self._task, self._co, self._on = connection, task, co_units, on
        self._rows: list[tuple[Choice, tuple[Post, ...]]] | None = None

    def everybody(self) -> tuple[Choice, ...]:
        return self._choose(lambda _posts: True)

    def going_on(self, task: TaskRow) -> tuple[Choice, ...]:
        onward = task.flow.onward(task.state)
        return self._choose(lambda posts: any(may_act(step, posts, task.unit_id, self._co) for step in onward))

    def signing(self, panel: Panel) -> tuple[Choice, ...]:
        def seated(posts: tuple[Post, ...]) -> bool:
            return any(who.covers(post.role, self._relation(post)) for who in panel.seats for post in posts)

        return self._choose(seated)

    def _relation(self, post: Post) -> Relation:
        if post.unit_id == self._task.unit_id:
            return Relation.OWN
        return Relation.CO if post.unit_id in self._co else Relation.OTHER

    def _choose(self, fits: Callable[[tuple[Post, ...]], bool]) -> tuple[Choice, ...]:
        if self._rows is None:
            self._rows = self._load()
        return tuple(choice for choice, posts in self._rows if fits(posts))

    def _load(self) -> list[tuple[Choice, tuple[Post, ...]]]:
        p, d, u = t.person.c, t.duty.c, t.unit.c
        query: sa.Select[Any] = (
            sa.select(p.login, p.name, d.role, d.unit_id, u.name.label("unit"))
            .join(t.duty, sa.and_(d.office_id == p.office_id, d.person_id == p.id))
            .outerjoin(t.unit, sa.and_(u.office_id == d.office_id, u.id == d.unit_id))
            .where(p.office_id == self._task.office_id, p.active, held_on(self._on))
            .order_by(d.unit_id.is_not(None), u.name, p.id)
        )
        posts: dict[tuple[str, str], list[tuple[Post, str]]] = {}
        for row in self._connection.execute(query):
            role = Role(row.role)
            if role in UNIT_ROLES or role in (Role.REVIEWER, Role.DIRECTOR, Role.READER):
                said = f"{row.unit} {role.label}" if row.unit else role.label
                posts.setdefault((row.login, row.name), []).append((Post(role, row.unit_id), said))
        return [
            (Choice(login, f"{name}（{'、'.join(said for _post, said in held)}）"), tuple(post for post, _said in held))
            for (login, name), held in posts.items()
        ]

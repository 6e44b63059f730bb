"""A task's story for a page: beside what the terminal tells, the steps as forms, the way through the flow, the changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from deeds.evidence import attested, from_data, signature_words
from deeds.step_forms import StepForm, step_forms
from deeds.task_desks import desks_of
from deeds.task_views import story
from deeds.versions import Version, versions
from models import labels
from models import tables as t
from models.evidence import CodeMatch, SealHint, Verdict
from models.language import _
from models.states import EvidenceKind, MessageState, Share
from workflow import actions
from workflow.diagram_layout import main_line

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow
    from workflow.flow import Flow


@dataclass(frozen=True, slots=True)
class Stop:
    """A state on the way of a task; ``beside`` the main line is where work is returned to."""

    label: str
    where: Literal["past", "here", "to come"]
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit that the clause or problem names, and its part."""

    unit: str
    share: Share
    own: bool


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """A signed paper over a version of the report; what was stored, attested and verified are three facts."""

    form: str
    version: int
    file: str
    sha256: str
    stored: str
    attested: str
    verified: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Everything that the page of a task shows; ``told`` is the story as the terminal tells it."""

    told: dict[str, Any]
    forms: tuple[StepForm, ...]
    way: tuple[Stop, ...]
    units: tuple[Asked, ...]
    milestones: tuple[tuple[str, str], ...]
    versions: tuple[Version, ...]
    papers: tuple[PaperFacts, ...]
    #: where this waits for the person on a page made for it: (path, words)
    desks: tuple[tuple[str, str], ...]


def task_page(connection: Connection, office_id: int, actor: Actor, task_id: int, now: datetime) -> TaskPage:
    """One task as far as the actor may know of it; E-404."""
    told = story(connection, office_id, actor, task_id, now)
    told["messages"] = [
        {**one, "event_label": labels.message(one["event"]), "state_label": MessageState(one["state"]).label}
        for one in told["messages"]
    ]
    task, _co_units = actions.visible_task(connection, office_id, actor, task_id)
    return TaskPage(
        told=told,
        forms=tuple(step_forms(connection, office_id, actor, task_id, now)),
        way=tuple(way(task.flow, task.state)),
        units=tuple(_units(connection, task)),
        milestones=tuple(_milestones(connection, task)),
        versions=tuple(versions(told["reports"], told["indicators"])),
        papers=tuple(_paper(one) for one in reversed(told["papers"])),
        desks=tuple(desks_of(connection, actor, task, now)),
    )


def flow_of(connection: Connection, office_id: int, actor: Actor, task_id: int) -> tuple[Flow, str]:
    """The flow that a task runs in, and its state there; E-404."""
    task, _co_units = actions.visible_task(connection, office_id, actor, task_id)
    return task.flow, task.state


def way(flow: Flow, state: str) -> list[Stop]:
    """The main line of a flow with the present state marked; one beside it stands behind the line."""
    line = main_line(flow)
    at = line.index(state) if state in line else None
    stops = [
        Stop(flow.state_label(name), "here" if place == at else "past" if at is not None and place < at else "to come")
        for place, name in enumerate(line)
    ]
    return stops if at is not None else [*stops, Stop(flow.state_label(state), "here", beside=True)]


def _units(connection: Connection, task: TaskRow) -> list[Asked]:
    named: Any = t.responsibility if task.problem_id is None else t.problem_unit
    of = named.c.clause_id == task.clause_id if task.problem_id is None else named.c.problem_id == task.problem_id
    still = named.c.ended_at.is_(None) if task.problem_id is None else sa.true()
    query = (
        sa.select(t.unit.c.id, t.unit.c.name, named.c.position)
        .join(t.unit, sa.and_(t.unit.c.office_id == named.c.office_id, t.unit.c.id == named.c.unit_id))
        .where(named.c.office_id == task.office_id, of, still)
        .order_by(named.c.position)
    )
    return [
        Asked(row.name, Share.SUPPORT if place else Share.LEAD, own=row.id == task.unit_id)
        for place, row in enumerate(connection.execute(query))
    ]


def _milestones(connection: Connection, task: TaskRow) -> list[tuple[str, str]]:
    m = t.milestone.c
    query = sa.select(m.due_on, m.quote).where(m.office_id == task.office_id, m.clause_id == task.clause_id)
    rows = connection.execute(query.order_by(m.id)) if task.clause_id is not None else ()
    return [(row.due_on.isoformat() if row.due_on else "", row.quote) for row in rows]


def _paper(paper: dict[str, Any]) -> PaperFacts:
    stored = paper["stored"]
    kind, seal = EvidenceKind(stored["kind"]).label, SealHint(stored["seal"]).label
    code = CodeMatch(stored["code"] or CodeMatch.UNREAD).label
    said = _("{kind}, stored at {at}; {code}; {seal} (a hint, no proof)")
    return PaperFacts(
        form=paper["form"],
        version=paper["version"],
        file=stored["file"],
        sha256=stored["sha256"],
        stored=said.format(kind=kind, at=stored["at"], code=code, seal=seal),
        attested=attested(paper),
        verified=tuple(_checks(paper["signature"])),
    )


def _checks(checks: list[dict[str, Any]]) -> list[str]:
    if not checks:
        return [Verdict.NONE.label]
    said = _("{verdict} (checked {at} by {by}, against {roots} trusted certificates)")
    lines = []
    for check in checks:
        lines.append(said.format(**{**check, "verdict": Verdict(check["verdict"]).label}))
        lines += [signature_words(from_data(one)) for one in check["signatures"]]
    return lines

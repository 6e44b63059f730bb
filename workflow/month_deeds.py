"""What was done to a month's tasks, by the trail, and the sealed filing behind each: two queries a month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.sealed import TaskSource
from models.states import Result
from models.times import local_date
from workflow import flow_store
from workflow.audit import happened
from workflow.month_rows import on

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

    from workflow.flow import Flow
    from workflow.month_rows import MonthRows

#: what an action did to a task → the effect by which a flow's action is known to do it
_SIGNED, _REVIEWED, _ROUND = "mark_signed", "mark_reviewed", "open_round"


@dataclass(slots=True)
class Deeds:
    """What happened to a task: the days on which it was handed in, each return's reason, who approved it and when."""

    handed_in: list[date] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    refile_on: list[date] = field(default_factory=list)
    reviewed_by: str = ""
    reviewed_at: datetime | None = None


def read_deeds(connection: Connection, office_id: int, month: MonthRows) -> dict[int, Deeds]:
    """The deeds of every task of the month, known by the effects of its flow whatever an office calls its actions."""
    e = t.event.c
    ours = sa.select(t.task.c.id).where(t.task.c.office_id == office_id, t.task.c.period_id == month.period.id)
    query = (
        sa.select(e.object_id, e.at, e.action, e.from_state, e.reason, e.actor_name, e.acting_for, e.detail)
        .where(e.office_id == office_id, e.object_type == "task", e.result == Result.DONE.value, e.object_id.in_(ours))
        .order_by(e.seq)
    )
    flows = {
        sha: flow_store.pinned(connection, office_id, sha) for sha in {task["flow_sha256"] for task in month.tasks}
    }
    flow_of = {task["id"]: flows[task["flow_sha256"]] for task in month.tasks}
    found: dict[int, Deeds] = defaultdict(Deeds)
    for row in connection.execute(query):
        _note(found[row.object_id], row, _effects(flow_of[row.object_id], row.action, row.from_state))
    return found


def _effects(flow: Flow, action: str, from_state: str) -> frozenset[str]:
    steps = flow.steps_of(action)
    here = [step for step in steps if from_state in step.sources] or steps
    return frozenset(effect for step in here for effect in step.effects)


def _note(deeds: Deeds, row: Any, effects: frozenset[str]) -> None:
    at = happened(row.at, row.detail)
    if _SIGNED in effects:
        deeds.handed_in.append(local_date(at))
    if _REVIEWED in effects:
        deeds.reviewed_by = row.actor_name
        deeds.reviewed_at = at
    if _ROUND in effects:
        deeds.returns.append(row.reason)
        deeds.reviewed_by, deeds.reviewed_at = "", None
        if "refile_on" in row.detail:
            deeds.refile_on.append(date.fromisoformat(row.detail["refile_on"]))


def task_sources(
    connection: Connection, office_id: int, month: MonthRows, deeds: dict[int, Deeds]
) -> tuple[TaskSource, ...]:
    """The filing behind each task, in the order of the notice."""
    papers = _papers(connection, office_id, month.period.id)
    return tuple(_source(task, papers, month, deeds.get(task["id"], Deeds())) for task in month.tasks)


def _source(task: RowMapping, papers: dict[tuple[int, int], Any], month: MonthRows, done: Deeds) -> TaskSource:
    version = (task["id"], task["report_number"])
    paper = papers.get(version)
    return TaskSource(
        task_id=task["id"],
        unit=task["unit_name"],
        clause_number=task["clause_number"],
        share=task["share"],
        stage=task["stage"],
        version=task["report_number"],
        content_sha256=task["r_content_sha256"] or "",
        check_code=paper.check_code if paper else "",
        signed_by=month.signers.get(version, ""),
        seal=paper.seal if paper else "",
        evidence_sha256=paper.sha256 if paper else "",
        reviewed_by=done.reviewed_by,
        reviewed_at=done.reviewed_at,
    )


def _papers(connection: Connection, office_id: int, period_id: int) -> dict[tuple[int, int], Any]:
    """(task, version) → the last signed paper that covers it: check code, seal, SHA-256."""
    f = t.filing.c
    query = (
        sa.select(f.covers, f.check_code, t.evidence.c.seal, t.attachment.c.sha256)
        .join(t.evidence, sa.and_(t.evidence.c.office_id == f.office_id, t.evidence.c.filing_id == f.id))
        .join(t.attachment, on(t.evidence, "attachment_id", t.attachment))
        .where(f.office_id == office_id, f.period_id == period_id)
        .order_by(t.evidence.c.id)
    )
    return {(task, version): row for row in connection.execute(query) for task, version, _sha in row.covers}

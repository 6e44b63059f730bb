"""A month that was reported upward becomes reports of the unit: reported, on a form of their own, with the summary as paper."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from documents.form import check_code
from models import tables as t
from models.errors import Refused
from models.language import DEFAULT, _, speaking
from models.office_key import grouped
from models.states import EvidenceKind
from workflow import actions, cases, filings
from workflow.actions import Command
from workflow.case import Given, ValueGiven
from workflow.filings import StoredFile
from workflow.month_names import MonthName, find_period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.parcels import ClauseReport, MonthReport, Parcel
    from workflow.case import TaskRow
    from workflow.peers import Peer

#: kinds of paper that a summary comes in, the one that is shown page by page first
_PAPERS = {
    "summary.pdf": "application/pdf",
    "summary.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(slots=True)
class Entered:
    """What was filed: (clause, state, task), and (clause, why not)."""

    period_id: int
    done: list[tuple[str, str, int]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    covers: list[tuple[int, int]] = field(default_factory=list)


def enter(connection: Connection, desk: Desk, peer: Peer, parcel: Parcel, content: MonthReport, notice: int) -> Entered:
    """File what the office below reports, in the name of who files for its unit; E-L21 where nothing waits for it."""
    period = find_period(connection, desk.office_id, MonthName(content.month, notice))
    entered = Entered(period.id)
    tasks = _tasks(connection, desk.office_id, period.id, peer.unit_id)
    for one in content.clauses:
        _report(connection, desk, tasks.get(one.number), one, entered)
    if not entered.done:
        raise Refused(
            "E-L21",
            _("None of the clauses of this parcel waits for a report of {unit}.").format(unit=peer.unit_name),
            where="; ".join(f"{clause}: {why}" for clause, why in entered.left),
            remedy=_("Nothing was taken. What was reported already is seen with: duban task list"),
        )
    _sign(connection, desk, peer, parcel, content, entered)
    return entered


def _tasks(connection: Connection, office_id: int, period_id: int, unit_id: int | None) -> Mapping[str, TaskRow]:
    k = t.task.c
    tasks = cases.load_tasks(connection, office_id, k.period_id == period_id, k.unit_id == unit_id)
    return {task.clause_number: task for task in tasks}


def _report(connection: Connection, desk: Desk, task: TaskRow | None, one: ClauseReport, entered: Entered) -> None:
    if task is None:
        entered.left.append((one.number, _("there is no such task of this unit in the month")))
        return
    step = next((step for step in task.flow.steps_from(task.state) if "progress" in step.gives), None)
    if step is None:
        entered.left.append((one.number, task.state_label))
        return
    given = Given(
        progress=one.progress,
        percent=one.percent,
        no_progress=one.no_progress,
        reason=one.reason,
        problems=one.problems,
        next_steps=one.next_steps,
        values=_values(connection, desk.office_id, task, one),
    )
    command = Command(step.action, task.id, task.version, given)
    outcome = actions.apply(connection, desk.office_id, desk.actor, command, desk.now())
    entered.covers.append((task.id, task.report_number + 1))
    entered.done.append((one.number, outcome.state_label, task.id))


def _values(connection: Connection, office_id: int, task: TaskRow, one: ClauseReport) -> tuple[ValueGiven, ...]:
    """The figures by the names of the clause's indicators; one that does not come says so."""
    if task.clause_id is None:
        return ()
    said = {value.name: value for value in one.values}
    missing = _("The office below says nothing of it.")
    found = []
    for number, name, _unit in cases.clause_indicators(connection, office_id, task.clause_id):
        value = said.get(name)
        if value is None or (value.value is None and not value.reason):
            found.append(ValueGiven(number, None, missing))
        else:
            found.append(ValueGiven(number, value.value, value.reason))
    return tuple(found)


def _sign(
    connection: Connection, desk: Desk, peer: Peer, parcel: Parcel, content: MonthReport, entered: Entered
) -> None:
    """Where the flow asks for a signed paper, the issued summary is that paper; the trail says what kind it is."""
    numbers = [task for task, _version in entered.covers]
    waiting = [
        task
        for task in cases.load_tasks(connection, desk.office_id, t.task.c.id.in_(numbers))
        if task.flow.action_giving(task.state, "filing") is not None
    ]
    paper = next(((name, parcel.files[name]) for name in _PAPERS if name in parcel.files), None)
    if not waiting or paper is None:
        return
    place = (connection, desk.office_id, desk.actor)
    only = {task.id for task in waiting}
    printed = filings.print_form(*place, entered.period_id, waiting[0].unit_id, check_code, desk.now(), only=only)
    stored = StoredFile(_stored(desk, paper[1]), f"{content.month}-{paper[0]}", _PAPERS[paper[0]], len(paper[1]))
    signer, seal = _in_place_of_a_seal(peer, content)
    attached = filings.attach(
        *place,
        printed.check_code,
        stored,
        EvidenceKind.PARCEL,
        signer,
        seal,
        desk.now(),
        same_file_again=True,
    )
    states = {outcome.task_id: outcome.state_label for outcome in attached.outcomes}
    entered.done = [(clause, states.get(task, state), task) for clause, state, task in entered.done]


def _in_place_of_a_seal(peer: Peer, content: MonthReport) -> tuple[str, str]:
    """Who answers for the paper, in words that claim neither a signature by hand nor a seal."""
    with speaking(DEFAULT):
        signer = _("{name} (who issued it)").format(name=content.issued_by)
        seal = _("{office} (no seal; the parcel is signed with the key {key})")
    return signer, seal.format(office=peer.name, key=grouped(peer.public.fingerprint))


def _stored(desk: Desk, data: bytes) -> str:
    """In the store before its row is there; a refusal later leaves a file without a row, which harms nobody."""
    desk.store.put(data)
    return hashlib.sha256(data).hexdigest()


def clauses_of(connection: Connection, office_id: int, row: Any) -> dict[int, str]:
    """Task → clause of what a parcel covers here."""
    numbers = [task for task, _version in row.covers]
    tasks = cases.load_tasks(connection, office_id, t.task.c.id.in_(numbers))
    return {task.id: task.clause_number for task in tasks}

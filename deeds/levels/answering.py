"""How the reports of an office below were decided here goes back to it: approved, or returned with the reason and a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deeds.given_back import given_back
from deeds.levels.making import Contents, make
from models import tables as t
from models.errors import Refused
from models.language import DEFAULT, _, speaking
from models.parcels import Answer, ClauseAnswer, MonthReport, ParcelKind, content_of, read_told
from models.states import APPROVED, Stage
from workflow import audit, cases, parcels, peers
from workflow.parcels import About

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.levels.making import Made
    from workflow.case import TaskRow

DEED = "parcel.answer"
#: where a report's review has ended
DECIDED = frozenset({*APPROVED, Stage.RETURNED, Stage.WAIVED})


def answer(desk: Desk, report: int) -> Made:
    """For the report of this number what was decided of it so far. Needs ``parcel.answer``; E-L20 while nothing was."""

    def prepare(connection: Connection) -> Contents:
        p = t.parcel.c
        row = parcels.of_number(connection, desk.office_id, report, p.inward, p.kind == ParcelKind.REPORT.value)
        tasks = reported_tasks(connection, desk.office_id, row)
        decided = [task for task in tasks if task.stage in DECIDED]
        if not decided:
            raise Refused(
                "E-L20",
                _("None of these reports was reviewed yet."),
                where=_("parcel {id}").format(id=row.id),
                remedy=_("Approve or return them first; then answer."),
            )
        names = {one.id: one for one in peers.every(connection, desk.office_id)}
        peer = peers.by_name(connection, desk.office_id, names[row.peer_id].name)
        month = content_of(MonthReport, read_told(row.statement, peer.name)).month
        with speaking(DEFAULT):  # another office reads it
            content = Answer(month, tuple(_answers(connection, desk.office_id, decided)))
        about = About(row.notice_id, row.period_id, [(task.id, task.report_number) for task in decided], peer.unit_name)
        left = tuple((task.clause_number, task.state_label) for task in tasks if task not in decided)
        return Contents(ParcelKind.ANSWER, peer, content, about, row.sha256, left=left)

    return make(desk, DEED, prepare)


def reported_tasks(connection: Connection, office_id: int, row: Any) -> list[TaskRow]:
    """The tasks of the reports that a parcel became, as they stand now."""
    numbers = [task for task, _version in row.covers]
    return cases.load_tasks(connection, office_id, t.task.c.id.in_(numbers))


def _answers(connection: Connection, office_id: int, tasks: list[TaskRow]) -> list[ClauseAnswer]:
    back = given_back(connection, office_id, tasks)
    found = []
    for task in tasks:
        returned = back.get(task.id) if task.stage is Stage.RETURNED else None
        by = returned.by if returned else audit.first(connection, office_id, "task", task.id).who
        found.append(
            ClauseAnswer(
                task.clause_number, task.stage.value, task.state_label, by, returned.reason if returned else "",
                task.due_on if returned else None,
            )
        )  # fmt: skip
    return found

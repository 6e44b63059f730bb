"""A unit's month filled in offline: written as a workbook, tried row by row without a change, then reported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deeds.filing import unit_month
from deeds.typed_report import report, sheet_of, typed_command
from documents.offline_form import OfflineLine, OfflineRow, write_offline
from models.errors import BadInput, DubanError
from models.language import _
from models.times import local_date

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.filing import UnitMonth
    from deeds.typed_report import Sheet
    from workflow.actions import Command


@dataclass(frozen=True, slots=True)
class Tried:
    """How a row would end, or ended: its clause, its refusal, or that it was left out."""

    row: OfflineRow
    clause: str = ""
    refusal: DubanError | None = None
    left_out: bool = False

    @property
    def fine(self) -> bool:
        """Whether it can be reported."""
        return self.refusal is None and not self.left_out


def offline_book(desk: Desk, month: str, unit: str) -> tuple[bytes, UnitMonth]:
    """The workbook of what the person may report on in a month, begun with their drafts and what was returned."""

    def work(connection: Connection) -> tuple[list[OfflineLine], UnitMonth]:
        told = unit_month(connection, desk, month, unit)
        return [_line(sheet_of(connection, line)) for line in told.fillable], told

    lines, told = desk.look_up("form.print", work)
    return write_offline(told.unit, told.month, lines, local_date(desk.now())), told


def _line(sheet: Sheet) -> OfflineLine:
    begun = sheet.fields if sheet.source in {"draft", "own"} else {}
    asked = tuple((one.number, one.name, one.target, one.unit, one.last) for one in sheet.asked)
    task = sheet.task
    row = OfflineRow(task.id, task.version, dict(begun))
    percent = "" if sheet.last_percent is None else str(sheet.last_percent)
    return OfflineLine(row, task.clause_number, sheet.line.text, task.due_on, sheet.last_words, percent, asked)


def try_rows(desk: Desk, month: str, unit: str, rows: Sequence[OfflineRow]) -> list[Tried]:
    """How each row would end; nothing is changed."""
    from workflow.actions import act_on_many

    told = desk.look_up("form.print", lambda c: unit_month(c, desk, month, unit))
    ours = {line.task.id: line for line in told.lines}
    tried: list[Tried] = []
    commands: dict[int, Command] = {}
    for row in rows:
        line = ours.get(row.task)
        if line is None:
            tried.append(Tried(row, refusal=_not_ours(row, told)))
        elif row.empty:
            tried.append(Tried(row, line.task.clause_number, left_out=True))
        else:
            made = _prepared(desk, row)
            refusal = made if isinstance(made, DubanError) else None
            if not isinstance(made, DubanError):
                commands[row.task] = made
            tried.append(Tried(row, line.task.clause_number, refusal=refusal))
    outcomes = act_on_many(desk.database, desk.office_id, desk.actor, list(commands.values()), desk.now(), dry_run=True)
    refused = {outcome.task_id: outcome.refusal for outcome in outcomes}
    return [replace(one, refusal=one.refusal or refused.get(one.row.task)) for one in tried]


def _prepared(desk: Desk, row: OfflineRow) -> Command | DubanError:
    try:
        return desk.read(lambda c: typed_command(c, desk, row.task, row.fields, row.version, ""))
    except DubanError as refusal:
        return refusal


def _not_ours(row: OfflineRow, told: UnitMonth) -> BadInput:
    return BadInput(
        "E-H38",
        _("Task {id} is none of {unit} in {month}; this row was not taken.").format(
            id=row.task, unit=told.unit, month=told.month
        ),
        where=row.place,
        remedy=_("Upload each unit's spreadsheet on its own page, and leave the task numbers as they are."),
    )


def report_rows(
    desk: Desk, month: str, unit: str, rows: Sequence[OfflineRow], wanted: Collection[int], key: str
) -> list[Tried]:
    """Report the wanted rows, each for itself; the others are left out."""
    told = desk.look_up("form.print", lambda c: unit_month(c, desk, month, unit))
    ours = {line.task.id: line.task.clause_number for line in told.lines}
    done = []
    for row in rows:
        if row.task not in wanted or row.task not in ours or row.empty:
            continue
        try:
            report(desk, row.task, row.fields, row.version, f"{key}:{row.task}" if key else "")
            done.append(Tried(row, ours[row.task]))
        except DubanError as refusal:
            done.append(Tried(row, ours[row.task], refusal=refusal))
    return done

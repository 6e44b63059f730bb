"""A report as it is typed into a page: what its fields begin with, and what was typed as a command.

The fields of a task are texts by name: ``progress``, ``percent``, ``no_progress``, ``reason``, ``problems``,
``next_steps``, ``lower`` (the lower completion is meant), ``value-3`` and ``why-3`` for indicator 3.
"""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.filing import lines_of
from deeds.reporting import last_report
from documents.plain_text import figure, target
from models import tables as t
from models.errors import BadInput, DubanError
from models.language import _
from models.times import shown
from workflow import report_drafts
from workflow.actions import Command, Outcome, act, visible_task
from workflow.case import Given, ValueGiven
from workflow.cases import clause_indicators
from workflow.figures import read_figure
from workflow.given import about

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.filing import Line
    from workflow.case import TaskRow

TEXTS: Final = ("progress", "reason", "problems", "next_steps")
_NAMES: Final = (*TEXTS, "percent", "no_progress", "lower")


@dataclass(frozen=True, slots=True)
class Asked:
    """An indicator that the report must answer: its target, what it was last month, what stands in its fields."""

    number: int
    name: str
    unit: str
    target: str
    last: str
    value: str
    why: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One task's form: the fields as they begin, and where they come from (typed, draft, own, last or nothing)."""

    line: Line
    fields: Mapping[str, str]
    source: str
    asked: tuple[Asked, ...]
    #: the month before that has a report, and its completion; empty and None when there is none
    last_month: str = ""
    last_percent: int | None = None
    last_words: str = ""
    #: who acted since the draft was kept; empty = nobody
    changed_by: str = ""
    refusal: DubanError | None = None

    @property
    def task(self) -> TaskRow:
        """The task."""
        return self.line.task


def sheet(
    connection: Connection, desk: Desk, task_id: int, typed: Mapping[str, str] | None = None,
    refusal: DubanError | None = None,
) -> Sheet:  # fmt: skip
    """The form of one task of the actor's units; ``typed`` is what stood in a form that was refused. E-404."""
    task, _co_units = visible_task(connection, desk.office_id, desk.actor, task_id)
    if task.period_id is None or task.unit_id not in desk.actor.units():
        from workflow.permissions import not_there

        raise not_there(_("Task"), task_id)
    (line,) = lines_of(connection, desk.office_id, desk.actor, [task], desk.now())
    return sheet_of(connection, line, typed, refusal)


def sheet_of(
    connection: Connection, line: Line, typed: Mapping[str, str] | None = None, refusal: DubanError | None = None
) -> Sheet:
    """The form of one task: what was typed, else the draft, else the version in force, else last month's words."""
    task = line.task
    own, last = last_report(connection, task), last_report(connection, task, earlier=True)
    own = own if own and own["task_id"] == task.id else None
    source, begun = _begin(line, typed, own, last)
    fields = dict.fromkeys(_NAMES, "") | dict(begun)
    return Sheet(
        line, fields, source, tuple(_asked(connection, task, fields, last)),
        last["month"] if last else "", last["percent"] if last else None,
        last["progress"] if last else "",
        _changed_by(connection, line) if source == "draft" else "", refusal,
    )  # fmt: skip


def _begin(
    line: Line, typed: Mapping[str, str] | None, own: Mapping[str, Any] | None, last: Mapping[str, Any] | None
) -> tuple[str, Mapping[str, str]]:
    if typed is not None:
        return "typed", typed
    if line.draft is not None:
        return "draft", line.draft.fields
    if own is not None:
        return "own", _as_fields(own)
    if last is not None:
        return "last", {name: str(last[name]) for name in ("progress", "percent", "problems", "next_steps")}
    return "", {}


def _as_fields(report: Mapping[str, Any]) -> dict[str, str]:
    fields = {name: str(report[name]) for name in (*TEXTS, "percent")}
    fields |= {"no_progress": "1"} if report["no_progress"] else {}
    for value in report["values"]:
        number = value["indicator_id"]
        fields[f"value-{number}"] = "" if value["value"] is None else figure(value["value"])
        fields[f"why-{number}"] = value["reason"]
    return fields


def _asked(
    connection: Connection, task: TaskRow, fields: Mapping[str, str], last: Mapping[str, Any] | None
) -> Sequence[Asked]:
    i = t.indicator.c
    query = sa.select(i.id, i.name, i.unit, i.op, i.value).where(
        i.office_id == task.office_id, i.clause_id == task.clause_id
    )
    before = {value["indicator_id"]: value["value"] for value in (last["values"] if last else ())}
    return [
        Asked(
            row.id, row.name, row.unit, target(row.op, row.value, row.unit),
            "" if before.get(row.id) is None else f"{figure(before[row.id])}{row.unit}",
            fields.get(f"value-{row.id}", ""), fields.get(f"why-{row.id}", ""),
        )
        for row in connection.execute(query.order_by(i.id))
    ]  # fmt: skip


def _changed_by(connection: Connection, line: Line) -> str:
    """Who acted since the draft was begun, and when."""
    if line.draft is None or line.draft.version == line.task.version:
        return ""
    e = t.event.c
    query = (
        sa.select(e.actor_name, e.at, e.action)
        .where(e.office_id == line.task.office_id, e.object_type == "task", e.object_id == line.task.id)
        .where(e.version > line.draft.version, e.result == "done")
        .order_by(e.seq.desc())
        .limit(1)
    )
    found = connection.execute(query).first()
    label = line.task.flow.action_label(found.action) if found else ""
    return f"{found.actor_name} {shown(found.at)} {label}" if found else ""


def report(desk: Desk, task_id: int, fields: Mapping[str, str], version: int | None, key: str) -> Outcome:
    """Report what was typed; what is refused stays as the person's draft, what is taken needs none any more."""
    try:
        command = desk.look_up("task.report", lambda c: typed_command(c, desk, task_id, fields, version, key))
        outcome = act(desk.database, desk.office_id, desk.actor, command, desk.now())
    except DubanError:
        with suppress(DubanError):
            keep_draft(desk, task_id, fields, version or 0, late=True)
        raise
    discard_drafts(desk, [task_id])
    return outcome


def report_many(
    desk: Desk, typed: Mapping[int, Mapping[str, str]], versions: Mapping[int, int | None], key: str
) -> list[Outcome]:
    """Each of several forms for itself: what is right is kept, the others say why; a repeat is answered as the first time."""
    outcomes = []
    for task_id, fields in typed.items():
        try:
            outcomes.append(report(desk, task_id, fields, versions.get(task_id), f"{key}:{task_id}" if key else ""))
        except DubanError as refusal:
            outcomes.append(Outcome(task_id, "report", "", 0, refusal=refusal))
    return outcomes


def keep_draft(desk: Desk, task_id: int, fields: Mapping[str, str], version: int, *, late: bool = False) -> None:
    """Keep what was typed for this person; ``late``: somebody came first."""
    with desk.database.write(desk.office_id) as connection:
        report_drafts.keep(connection, desk.office_id, desk.actor, task_id, fields, version, desk.now(), late=late)


def kept(desk: Desk, command: Command, refusal: DubanError) -> DubanError:
    """The refusal of a report to whom somebody came first, with the draft in which its words are kept; else as it is."""
    if "by" not in refusal.fields:
        return refusal
    given = command.given
    values = [{"indicator_id": one.indicator_id, "value": one.value, "reason": one.reason} for one in given.values]
    percent = "" if given.percent is None else given.percent
    words = {name: getattr(given, name) for name in (*TEXTS, "no_progress")}
    try:
        keep_draft(desk, command.task_id, _as_fields({**words, "percent": percent, "values": values}), 0, late=True)
    except DubanError:
        return refusal
    remedy = _("What you wrote is kept as your draft. Look at the task; then: duban task report {id} --from-draft")
    where, fields = refusal.where, refusal.fields
    return type(refusal)(refusal.code, refusal.what, where=where, remedy=remedy.format(id=command.task_id), **fields)


def begun_with_draft(connection: Connection, desk: Desk, task_id: int) -> dict[str, Any]:
    """This person's draft as a report begins with it (``deeds.reporting.command_of``); E-S46 when there is none."""
    draft = report_drafts.find(connection, desk.office_id, desk.actor, [task_id]).get(task_id)
    if draft is None:
        raise BadInput(
            "E-S46",
            _("You have no draft of this task."),
            where=_("task {id}").format(id=task_id),
            remedy=_("Leave out --from-draft."),
        )
    fields = draft.fields
    numbers = sorted({int(name.partition("-")[2]) for name in fields if name.startswith(("value-", "why-"))})
    values = [
        {"indicator_id": one, "value": read_figure(text, str(one), ""), "reason": ""}
        if (text := fields.get(f"value-{one}", ""))
        else {"indicator_id": one, "value": None, "reason": fields[f"why-{one}"]}
        for one in numbers
    ]
    begun: dict[str, Any] = {name: fields.get(name, "") for name in TEXTS}
    begun |= {"percent": read_percent(fields.get("percent", "")), "no_progress": bool(fields.get("no_progress"))}
    return {**begun, "values": values}


def discard_drafts(desk: Desk, task_ids: Sequence[int]) -> None:
    """Throw this person's drafts of some tasks away; nothing is written where there is none."""
    if desk.read(lambda c: report_drafts.find(c, desk.office_id, desk.actor, task_ids)):
        with desk.database.write(desk.office_id) as connection:
            report_drafts.discard(connection, desk.office_id, desk.actor, task_ids)


def typed_command(
    connection: Connection, desk: Desk, task_id: int, fields: Mapping[str, str], version: int | None, key: str
) -> Command:
    """What was typed, as the command of the task's own flow; raises what cannot be read as a figure, and E-H32."""
    task, co_units = visible_task(connection, desk.office_id, desk.actor, task_id)
    step = report_drafts.reporting_step(desk.actor, task, co_units)
    percent = read_percent(fields.get("percent", ""))
    if not fields.get("lower"):
        _not_lowered(connection, task, percent)
    names = clause_indicators(connection, desk.office_id, task.clause_id) if task.clause_id is not None else ()
    given = Given(
        percent=percent,
        no_progress=bool(fields.get("no_progress")),
        values=tuple(_value(task, one, fields) for one in names),
        progress=fields.get("progress", ""),
        reason=fields.get("reason", "") if fields.get("no_progress") else "",
        problems=fields.get("problems", ""),
        next_steps=fields.get("next_steps", ""),
    )
    return Command(step.action if step else "report", task.id, version, given, key)


def read_percent(text: str) -> int | None:
    """A whole percentage as people write it: 40, 40%, ４０％; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("%").strip()
    plain = plain.removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 3 else None


def _not_lowered(connection: Connection, task: TaskRow, percent: int | None) -> None:
    """Completion never goes down by a slip of the hand: a lower one than last month's is said to be meant."""
    last = last_report(connection, task, earlier=True)
    if last is not None and percent is not None and percent < last["percent"]:
        raise BadInput(
            "E-H32",
            _("Completion goes down: {last}% last month ({month}), {now}% now.").format(
                last=last["percent"], month=last["month"], now=percent
            ),
            where=about(task),
            remedy=_("Correct it; if it is really lower, tick “the completion is really lower” and send again."),
        )


def _value(task: TaskRow, indicator: tuple[int, str, str], fields: Mapping[str, str]) -> ValueGiven:
    number, name, unit = indicator
    text, why = fields.get(f"value-{number}", ""), fields.get(f"why-{number}", "")
    if not text:
        return ValueGiven(number, None, why)
    try:
        return ValueGiven(number, read_figure(text, name, unit))
    except BadInput as refusal:
        raise BadInput(
            refusal.code,
            refusal.what,
            where=f"{about(task)} · {name}",
            remedy=_("Write the number alone, without its unit; if there is none, say why beside it."),
        ) from refusal

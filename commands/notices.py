"""Notices: read without an office, corrected as a table, adopted by the director, shown and compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER
from commands.forms import save
from commands.frame import Desk, answer, desk, table
from commands.noticefiles import FILE, office_draft, read_draft, write_new_table
from commands.periods import Month, say_opened
from commands.reviewing import review, say_doubts, standing
from models import doubts
from models.language import N_, _, listed
from models.times import shown

if TYPE_CHECKING:
    from datetime import datetime

    from models.drafts import ClauseDraft, NoticeDraft, WarningNote
    from workflow.periods import OpenedPeriod

#: of the remarks of one kind so many are said, and of the others so many lines
_MOST_REMARKS, _MOST_LINES = 3, 12
#: the verdicts of a plan as they are said
_VERDICTS = {
    "keep": N_("stays"),
    "change": N_("changes"),
    "add": N_("is new"),
    "withdraw": N_("is withdrawn"),
    "blocked": N_("is blocked"),
}


@click.group(
    "notice", help=_("Read, adopt, show and compare notices."), epilog="duban notice read 通知.docx --xlsx 分解表.xlsx"
)
def notice_command() -> None:
    """Notices and their decomposition."""


notice_command.add_command(review)


def _days(clause: ClauseDraft) -> list[str]:
    return [str(one.due_on or _("no date yet")) for one in clause.milestones]


def _say_read(draft: NoticeDraft) -> None:
    day = draft.reporting.day
    click.echo(draft.title)
    click.echo(_("Issued by {issuer} on {day}").format(issuer=draft.issuer or "—", day=draft.issued_on or "—"))
    click.echo(
        _("Reports are due by day {day} of the month.").format(day=day) if day else _("It names no reporting day.")
    )
    lines = [
        (c.id, c.text, "、".join(c.parties or c.units + c.groups) or _("nobody"), listed(_days(c)))
        for c in draft.clauses
    ]
    table([_("Clause"), _("Text"), _("Responsible, the lead first"), _("To be done by")], lines)
    click.echo(
        _("{items} items, {clauses} clauses, {units} units.").format(
            items=len(draft.items), clauses=len(draft.clauses), units=len({u for c in draft.clauses for u in c.units})
        )
    )


def _say_warnings(draft: NoticeDraft, file: str) -> None:
    """Each warning that must be decided in a line; of the remarks of one kind the first few, then where the others are."""
    more: dict[str, list[WarningNote]] = {}
    seen: Counter[str] = Counter()
    for note in draft.warnings:
        seen[note.code] += 1
        if seen[note.code] > _MOST_REMARKS and note.line and not doubts.weighs(note.code):
            more.setdefault(note.code, []).append(note)
            continue
        click.secho(_warning(note), fg="yellow")
        if note.code == "E-D01" and note.readings:  # the other notes say their readings themselves
            click.secho("  " + _("Perhaps: {readings}").format(readings=" / ".join(note.readings)), fg="yellow")
    for code, notes in more.items():
        lines = list(dict.fromkeys(str(note.line) for note in notes))
        where = "、".join(lines[:_MOST_LINES]) + ("…" if len(lines) > _MOST_LINES else "")
        said = _("! {count} more remarks of the kind {code}, in lines {lines}")
        click.secho(said.format(count=len(notes), code=code, lines=where), fg="yellow")
    if more:
        click.secho("  " + _("See them all: duban notice review {file} --list").format(file=file), fg="yellow")


def _warning(note: WarningNote) -> str:
    """A warning with its place and its words, as far as it has them."""
    if not note.line:
        return _("! {message}").format(message=note.message)
    if not note.quote:
        return _("! line {line}: {message}").format(line=note.line, message=note.message)
    return _("! line {line}: {message} “{quote}”").format(line=note.line, message=note.message, quote=note.quote)


@notice_command.command(
    "read",
    help=_("Read a notice; needs no office and no login."),
    epilog="duban notice read 通知.docx --xlsx 分解表.xlsx",
)
@click.argument("file", type=FILE)
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the decomposition table."))
@desk
def read(desk_: Desk, file: Path, xlsx: Path | None) -> None:
    """What it asks of whom, and what a person must look at; nothing is stored."""
    from documents.notice_json import to_json

    draft = read_draft(file)
    if xlsx is not None:
        write_new_table(draft, xlsx)

    def said() -> None:
        _say_read(draft)
        _say_warnings(draft, file.name)

    answer(desk_, to_json(draft), said)
    if xlsx is not None:
        click.echo(
            _("Table written: {file}. Correct it, then: duban notice adopt {file}").format(file=xlsx.name), err=True
        )


@notice_command.command(
    "adopt", help=_("Adopt a notice or its corrected table."), epilog="duban notice adopt 分解表.xlsx"
)
@click.argument("file", type=FILE)
@click.option("--revise", type=NUMBER, metavar="NOTICE", help=_("Bring this adopted notice to the table."))
@click.option("--open", "month", type=Month(), help=_("Open this month at once, too."))
@click.option("--flow", default="", metavar="NAME", help=_("The flow its tasks run in; else that of the month before."))
@click.option("--allow-past", is_flag=True, help=_("Deadlines before the notice are meant."))
@click.option("--accept-open", default="", metavar="REASON", help=_("Why what nobody has decided may stay as read."))
@desk
def adopt(
    desk_: Desk, file: Path, revise: int | None, month: str | None, flow: str, accept_open: str, *, allow_past: bool
) -> None:
    """By the director; adopting the same table twice changes nothing. With ``--open`` both happen or neither."""
    from deeds import notices

    if flow and not month:
        raise click.UsageError(_("--flow is for the month that --open opens."))
    desk_.demand("notice.adopt")
    read, now = office_draft(file), desk_.now()
    wanted = notices.Wanted(revise, month or "", flow, accept_open, allow_past)
    done = desk_.perform("notice.adopt", lambda connection: notices.adopt(connection, desk_, read, wanted, now))
    made, opened, standing = done.made, done.opened, done.standing
    data = {**asdict(made), "opened": opened and asdict(opened)}
    answer(desk_, data, lambda: _say_adopted(data, opened, standing, now))


def _say_adopted(data: dict[str, Any], opened: OpenedPeriod | None, standing: str, now: datetime) -> None:
    said = _("Notice {id}: {clauses} clauses, {count} responsibilities.").format(
        id=data["notice_id"], clauses=data["clauses"], count=data["responsibilities"]
    )
    if data["existed"]:
        click.echo(_("Adopted before; only what was missing is added."))
    click.echo(said)
    if data["new_units"]:
        click.echo(_("New in the register: {names}").format(names="、".join(data["new_units"])))
    if data["ended"]:
        click.echo(_("{count} responsibilities ended.").format(count=data["ended"]))
    if data["idle_tasks"]:
        numbers = "、".join(str(number) for number in data["idle_tasks"])
        said = _(
            "Tasks of the open month that the table asks for no more: {numbers}. Excuse each with: duban task waive"
        )
        click.secho(said.format(numbers=numbers), fg="yellow")
    if data["unchecked"]:
        said = _("{count} remarks of the reader are not ticked off; see them with: duban notice show {id}")
        click.echo(said.format(count=data["unchecked"], id=data["notice_id"]))
    for group in data["open_groups"]:
        click.secho(_("“{group}” has no roster: duban unit group set {group} UNIT…").format(group=group), fg="yellow")
    if opened is not None:
        return say_opened(opened, now)
    return _say_next(data, standing)


def _say_next(data: dict[str, Any], standing: str) -> None:
    """The command that opens a month, or adds to the open one what it has not yet."""
    number = data["notice_id"]
    if not standing:
        said = _("No month of it is open. Open one with: duban period open YYYY-MM --notice {number}")
        click.echo(said.format(number=number))
    elif data["responsibilities"]:
        said = _("Add the new tasks to the month that is open: duban period open {month} --notice {number}")
        click.echo(said.format(month=standing, number=number))


@notice_command.command("show", help=_("The adopted notices, or one of them."), epilog="duban notice show 1")
@click.argument("number", required=False, type=NUMBER)
@desk
def show(desk_: Desk, number: int | None) -> None:
    """Without a number: the list."""
    from deeds.notices import find_notices

    rows = desk_.look_up("notice.draft", lambda c: find_notices(c, desk_, number))
    if number is None:
        return answer(desk_, [_brief(row) for row in rows], lambda: _say_list(rows))
    from documents.notice_json import from_json

    chosen = rows[0]
    return answer(desk_, {**_brief(chosen), "draft": chosen["draft"]}, lambda: _say_kept(from_json(chosen["draft"])))


def _say_kept(draft: NoticeDraft) -> None:
    """An adopted notice, and what was said of each of the reader's warnings."""
    _say_read(draft)
    say_doubts(draft)
    if draft.warnings:
        click.echo(standing(draft))


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    names = (
        "id",
        "title",
        "issuer",
        "revision",
        "reporting_day",
        "adopted_by",
        "adopter",
        "adopted_at",
        "source_name",
        "source_sha256",
    )
    return {name: row[name] for name in names}


def _say_list(rows: list[dict[str, Any]]) -> None:
    lines = [
        (r["id"], r["title"], r["revision"], r["adopter"] or r["adopted_by"], shown(r["adopted_at"])) for r in rows
    ]
    table([_("No."), _("Title"), _("Revision"), _("Adopted by"), _("At")], lines)


@notice_command.command(
    "print",
    help=_("Write an adopted notice's decomposition table as a paper, .docx and .pdf."),
    epilog="duban notice print 1 --out 任务分解表",
)
@click.argument("number", type=NUMBER)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=_("The folder to write."))
@desk
def print_(desk_: Desk, number: int, out: Path) -> None:
    """The table as it is attached to the notice."""
    from deeds.notices import find_notices
    from documents.decomposition.paper import render_decomposition
    from documents.notice_json import from_json
    from models.times import local_date

    (row,) = desk_.look_up("notice.draft", lambda c: find_notices(c, desk_, number))
    made = render_decomposition(from_json(row["draft"]), local_date(row["adopted_at"]))
    name = _("decomposition")
    files = {kind: out / f"{name}-{number}.{kind}" for kind in made}
    for kind, file in files.items():
        save(file, made[kind])
    said = [_("Written: {files}").format(files=listed(map(str, files.values()))), *made.notes]
    answer(desk_, {"notice": number, "files": files, "notes": made.notes}, lambda: click.echo("\n".join(said)))


@notice_command.command(
    "diff", help=_("What a corrected table would change."), epilog="duban notice diff 1 分解表.xlsx"
)
@click.argument("number", type=NUMBER)
@click.argument("file", type=FILE)
@click.option("--all", "every", is_flag=True, help=_("Unchanged clauses, too."))
@desk
def diff(desk_: Desk, number: int, file: Path, *, every: bool) -> None:
    """The plan of a revision, clause by clause; nothing is stored."""
    from workflow import revision_plan

    desk_.demand("notice.draft")
    draft = office_draft(file)
    found = desk_.read(lambda c: revision_plan.plan_revision(c, desk_.office_id, number, draft))
    plan = [line for line in found if every or line.verdict != "keep"]
    data = [{"clause": line.clause, "verdict": line.verdict, "reason": line.reason} for line in plan]
    answer(desk_, data, lambda: _say_plan(data))


def _say_plan(data: list[dict[str, str]]) -> None:
    if not data:
        click.echo(_("Nothing would change."))
        return
    lines = [(line["clause"], _(_VERDICTS[line["verdict"]]), line["reason"]) for line in data]
    table([_("Clause"), _("What"), _("Why")], lines)

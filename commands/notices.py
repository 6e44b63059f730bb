"""Notices: read without an office, corrected as a table, adopted by the director, shown and compared."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, table
from models.errors import BadInput
from models.language import _
from models.times import shown

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from models.drafts import NoticeDraft

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    "notice", help=_("Read, adopt, show and compare notices."), epilog="duban notice read 通知.docx --xlsx 分解表.xlsx"
)
def notice_command() -> None:
    """Notices and their decomposition."""


def _draft(file: Path) -> NoticeDraft:
    """A notice in any form that is read, or the decomposition table a person corrected."""
    if file.suffix.lower() == ".xlsx":
        from documents.decomposition import read_table

        return read_table(file)
    from documents.reading.reader import read_notice

    return read_notice(file.read_bytes(), file.name)


def _kept(draft: NoticeDraft) -> tuple[dict[str, Any], str]:
    """The draft as it is kept with the notice, and the hash of that."""
    from documents.notice_json import to_json

    kept = to_json(draft)
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return kept, hashlib.sha256(text.encode()).hexdigest()


def _write_table(draft: NoticeDraft, target: Path) -> None:
    """Beside nothing else: a table somebody has corrected is never written over."""
    from documents.decomposition import write_table

    if target.exists():
        raise BadInput("E-F30", _("There is a file of this name already."), where=target.name)
    write_table(draft, target)


def _say_read(draft: NoticeDraft) -> None:
    day = draft.reporting.day
    click.echo(draft.title)
    click.echo(_("Issued by {issuer} on {day}").format(issuer=draft.issuer or "—", day=draft.issued_on or "—"))
    click.echo(
        _("Reports are due by day {day} of the month.").format(day=day) if day else _("It names no reporting day.")
    )
    lines = [(c.id, c.text, "、".join(c.parties or c.units + c.groups) or _("nobody")) for c in draft.clauses]
    table([_("Clause"), _("Text"), _("Responsible, the lead first")], lines)
    click.echo(
        _("{items} items, {clauses} clauses, {units} units.").format(
            items=len(draft.items), clauses=len(draft.clauses), units=len({u for c in draft.clauses for u in c.units})
        )
    )
    for note in draft.warnings:
        click.secho(
            _("! line {line}: {message} “{quote}”").format(line=note.line, message=note.message, quote=note.quote),
            fg="yellow",
        )


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

    draft = _draft(file)
    if xlsx is not None:
        _write_table(draft, xlsx)
    answer(desk_, to_json(draft), lambda: _say_read(draft))
    if xlsx is not None:
        click.echo(
            _("Table written: {file}. Correct it, then: duban notice adopt {file}").format(file=xlsx.name), err=True
        )


@notice_command.command(
    "adopt", help=_("Adopt a notice or its corrected table."), epilog="duban notice adopt 分解表.xlsx"
)
@click.argument("file", type=FILE)
@click.option("--revise", type=int, metavar="NOTICE", help=_("Bring this adopted notice to the table."))
@desk
def adopt(desk_: Desk, file: Path, revise: int | None) -> None:
    """By the director; adopting the same table twice changes nothing."""
    from workflow import adoption, revision

    draft, office, now = _draft(file), desk_.office_id, desk_.now()
    kept, digest = _kept(draft)

    def work(connection: Connection) -> adoption.Adopted:
        if revise is not None:
            return revision.revise(connection, office, desk_.actor, revise, draft, kept, digest, now)
        return adoption.adopt(connection, office, desk_.actor, draft, kept, digest, now)

    made = desk_.perform("notice.adopt", work)
    data = {
        name: getattr(made, name)
        for name in ("notice_id", "existed", "clauses", "responsibilities", "new_units", "open_groups")
    }
    answer(desk_, data, lambda: _say_adopted(data))


def _say_adopted(data: dict[str, Any]) -> None:
    said = _("Notice {id}: {clauses} clauses, {count} responsibilities.").format(
        id=data["notice_id"], clauses=data["clauses"], count=data["responsibilities"]
    )
    click.echo(_("Adopted before; only what was missing is added.") + " " + said if data["existed"] else said)
    if data["new_units"]:
        click.echo(_("New in the register: {names}").format(names="、".join(data["new_units"])))
    for group in data["open_groups"]:
        click.secho(_("“{group}” has no roster: duban unit group set {group} UNIT…").format(group=group), fg="yellow")


@notice_command.command("show", help=_("The adopted notices, or one of them."), epilog="duban notice show 1")
@click.argument("number", required=False, type=int)
@desk
def show(desk_: Desk, number: int | None) -> None:
    """Without a number: the list."""
    from workflow import permissions

    permissions.demand(desk_.actor, "notice.draft")
    rows = desk_.read(lambda c: _notices(c, desk_.office_id))
    if number is None:
        return answer(desk_, [_brief(row) for row in rows], lambda: _say_list(rows))
    from documents.notice_json import from_json

    chosen = next((row for row in rows if row["id"] == number), None)
    if chosen is None:
        raise permissions.not_there(_("Notice"), number)
    return answer(desk_, {**_brief(chosen), "draft": chosen["draft"]}, lambda: _say_read(from_json(chosen["draft"])))


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    names = (
        "id",
        "title",
        "issuer",
        "revision",
        "reporting_day",
        "adopted_by",
        "adopted_at",
        "source_name",
        "source_sha256",
    )
    return {name: row[name] for name in names}


def _say_list(rows: list[dict[str, Any]]) -> None:
    lines = [(r["id"], r["title"], r["revision"], r["adopted_by"], shown(r["adopted_at"])) for r in rows]
    table([_("No."), _("Title"), _("Revision"), _("Adopted by"), _("At")], lines)


def _notices(connection: Connection, office_id: int) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from models import tables as t

    query = sa.select(t.notice).where(t.notice.c.office_id == office_id).order_by(t.notice.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


@notice_command.command(
    "diff", help=_("What a corrected table would change."), epilog="duban notice diff 1 分解表.xlsx"
)
@click.argument("number", type=int)
@click.argument("file", type=FILE)
@click.option("--all", "every", is_flag=True, help=_("Unchanged clauses, too."))
@desk
def diff(desk_: Desk, number: int, file: Path, *, every: bool) -> None:
    """The plan of a revision, clause by clause; nothing is stored."""
    from workflow import adoption, permissions

    permissions.demand(desk_.actor, "notice.draft")
    draft = _draft(file)
    plan = desk_.read(lambda c: adoption.plan_revision(c, desk_.office_id, number, draft))
    lines = [(line.clause, line.verdict, line.reason) for line in plan if every or line.verdict != "keep"]
    data = [dict(zip(("clause", "verdict", "reason"), line, strict=True)) for line in lines]
    answer(desk_, data, lambda: table([_("Clause"), _("What"), _("Why")], lines))

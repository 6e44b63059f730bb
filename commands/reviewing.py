"""``duban notice review``: what is doubtful is decided at the terminal, or by a script, and kept in the table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, table
from commands.noticefiles import FILE, office_draft, refuse_no_table
from deeds.reviewing import Walk, no_such
from models import doubts
from models.doubts import Verdict
from models.errors import BadInput, DubanError, UsageRefused
from models.language import DEFAULT, _, current, speaking
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from documents.decomposition.saving import TableFile
    from models.doubts import Doubt
    from models.drafts import NoticeDraft


@click.command(
    "review",
    help=_("Decide what is doubtful in a notice, one place after the other."),
    epilog="duban notice review 分解表.xlsx",
)
@click.argument("file", type=FILE)
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help=_("The table to write, for a notice."))
@click.option("--list", "listing", is_flag=True, help=_("Only show the places and what was said of them."))
@click.option("--accept", multiple=True, metavar="KEY", help=_("Right as read; a code (W-N01) means all of its kind."))
@click.option("--take", multiple=True, metavar="KEY=N", help=_("Take this reading."))
@click.option("--set", "typed", multiple=True, metavar="KEY=VALUE", help=_("The right value."))
@click.option("--dismiss", multiple=True, metavar="KEY=NOTE", help=_("Not a problem, and why."))
@click.option("--remove", multiple=True, metavar="KEY", help=_("No task: take the clause out of the table."))
@desk
def review(desk_: Desk, file: Path, xlsx: Path | None, *, listing: bool, **given: Sequence[str]) -> None:
    """Works on a notice, and writes its table, or on the table; what was decided is saved, also when it breaks off."""
    kept = _table_of(file, xlsx)  # refusals are said in the reader's language, what is kept in the office's
    if current() != DEFAULT:
        with speaking(DEFAULT):
            kept = _table_of(file, xlsx)
    target = kept.path
    walk, unheld = _begin(desk_, _draft(file, kept))
    if listing or (desk_.as_json and not any(given.values())):
        return _answer(desk_, walk.draft, target, unheld)
    if any(given.values()):
        _script(walk, given)
        kept.save(walk.draft)
        return _answer(desk_, walk.draft, target, unheld)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageRefused(
            "E-N22",
            _("To go through the places one by one, this command needs a terminal."),
            remedy=_("In a script: --list, --accept KEY, --take KEY=N, --set KEY=VALUE, --dismiss KEY=NOTE"),
        )
    _say_unheld(unheld)
    _go_through(walk, kept)
    return _say_end(walk.draft, target)


def _table_of(file: Path, xlsx: Path | None) -> TableFile:
    """The table that keeps what is decided: the file itself, the one named, or one beside the notice."""
    from documents.decomposition.saving import TableFile

    if xlsx is None and file.suffix.lower() == ".xlsx":
        kept = TableFile(file)
        if kept.draft is not None:
            return kept
    target = xlsx or file.with_name(f"{file.stem}-分解表.xlsx")
    refuse_no_table(target)
    kept = TableFile(target)
    if kept.draft is None and target.exists():
        raise BadInput(
            "E-F30",
            _("There is a file of this name already."),
            where=target.name,
            remedy=_("Choose another name, or move that file away first."),
        )
    return kept


def _draft(file: Path, kept: TableFile) -> NoticeDraft:
    """What is to be reviewed: the table, or the notice, whose table goes on where it was left."""
    if kept.path == file and kept.draft is not None:
        return kept.draft
    read = office_draft(file)
    if kept.draft is None:
        return read
    if kept.draft.source_sha256 != read.source_sha256:
        raise BadInput(
            "E-N23",
            _("There is a table of this name already, of another notice or another edition of this one."),
            where=kept.path.name,
            remedy=_("Name another table with --xlsx, or go on with that one: duban notice review {file}").format(
                file=kept.path.name
            ),
        )
    return kept.draft


def _begin(desk_: Desk, draft: NoticeDraft) -> tuple[Walk, str]:
    """The walk over what is open, with the register when there is an office; else why it was not asked."""
    from deeds.notices import begin_walk

    try:
        return begin_walk(desk_, draft), ""
    except DubanError as reason:
        return Walk(draft, "", desk_.now, lambda same: same), reason.what


def _script(walk: Walk, given: dict[str, Any]) -> None:
    """What the options ask for, in their order; all of it or nothing."""
    for key in given["accept"]:
        walk.accept(*walk.of(key))
    for key in given["remove"]:
        for doubt in walk.of(key):
            walk.remove(doubt)
    ways: tuple[tuple[str, Callable[[Doubt, str], None]], ...] = (
        ("take", walk.take), ("typed", walk.type), ("dismiss", walk.dismiss),
    )  # fmt: skip
    for name, way in ways:
        for word in given[name]:
            key, equals, value = word.partition("=")
            if not equals:
                raise no_such(word)
            for doubt in walk.of(key):
                way(doubt, value)


def _go_through(walk: Walk, kept: TableFile) -> None:
    """At the terminal; what was done is in the file whatever ends it."""
    from commands.reviewscreen import go_through

    try:
        go_through(walk, lambda: kept.save(walk.draft))
    except click.Abort:
        kept.save(walk.draft)
        click.echo("\n" + _("What was decided so far is in {file}.").format(file=kept.path.name))
        raise
    finally:
        kept.save(walk.draft)


def _answer(desk_: Desk, draft: NoticeDraft, target: Path, unheld: str) -> None:
    found = doubts.listed(draft)
    data = {
        "table": target.name,
        "counts": dict(doubts.counts(found)),
        "register": unheld or "held",
        "doubts": [_as_data(doubt) for doubt in found],
    }
    answer(desk_, data, lambda: _say_list(draft, target, unheld))


def _as_data(doubt: Doubt) -> dict[str, Any]:
    note, said = doubt.note, doubt.decision
    return {
        "key": doubt.key, "code": note.code, "clause": note.clause, "line": note.line, "weighs": doubt.weighs,
        "message": note.message, "quote": note.quote, "context": note.context, "readings": list(note.readings),
        "verdict": said.verdict if said else None, "note": said.note if said else "", "by": said.by if said else "",
        "at": said.at.isoformat() if said and said.at else None,
    }  # fmt: skip


def _say_list(draft: NoticeDraft, target: Path, unheld: str) -> None:
    _say_unheld(unheld)
    say_doubts(draft)
    _say_end(draft, target)


def say_doubts(draft: NoticeDraft) -> None:
    """Every warning with what was said of it."""
    lines = []
    for doubt in doubts.listed(draft):
        said = doubt.decision
        verdict = Verdict(said.verdict).label if said else _("must be decided") if doubt.weighs else _("a remark")
        who = f"{said.by} {shown(said.at)}" if said and said.at else said.by if said else ""
        lines.append(
            (
                doubt.key,
                doubt.note.code,
                doubt.note.line or "",
                verdict,
                doubt.note.message,
                said.note if said else "",
                who,
            )
        )
    if lines:
        table([_("Mark"), _("Code"), _("Line"), _("State"), _("To be checked"), _("Note"), _("By whom")], lines)


def _say_unheld(unheld: str) -> None:
    if unheld:
        click.secho(_("The names were not held against a register: {why}").format(why=unheld), fg="yellow", err=True)


def _say_end(draft: NoticeDraft, target: Path) -> None:
    """How it stands, and what comes next."""
    click.echo(standing(draft))
    if doubts.still_open(draft):
        click.echo(_("Go on: duban notice review {file}").format(file=target.name))
    else:
        click.echo(_("Next: duban notice adopt {file}").format(file=target.name))


def standing(draft: NoticeDraft) -> str:
    """One line: how many are decided in which way, how many are open, how many of these weigh."""
    count = doubts.counts(doubts.listed(draft))
    done = "、".join(f"{one.label} {count[one.value]}" for one in Verdict if count[one.value])
    if not count["open"]:
        return _("All is decided: {done}.").format(done=done or "0")
    said = _("{open} open, {weighing} of them must be decided. Decided: {done}.")
    return said.format(open=count["open"], weighing=count["weighing"], done=done or "0")

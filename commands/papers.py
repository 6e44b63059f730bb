"""Urging notices, supervision notices, circulars: made from the data, numbered, printed, declared void."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER
from commands.forms import save
from commands.frame import answer, desk, table
from commands.periods import Month
from commands.pieces import paged, say_rest
from deeds.papers import InOwnWords
from models.language import _, listed
from models.states import PaperKind
from models.times import shown

if TYPE_CHECKING:
    from commands.frame import Desk
    from workflow.papers import IssuedPaper

#: working days that a paper may give
DAYS = click.IntRange(1, 60)
_BY_HAND = (PaperKind.URGING, PaperKind.SUPERVISION)


@click.group(
    "paper",
    help=_("Urging notices, supervision notices and circulars: make, list, print, declare void."),
    epilog="duban paper make urging --unit 市应急局 --month 2022-06 --out paper",
)
def paper_command() -> None:
    """What a person prints, has signed and stamped."""


@paper_command.command(
    "make",
    help=_(
        "Make an urging or a supervision notice about everything that a unit owes and is late with; it gets the next"
        " number and is frozen. A circular is made by issuing its draft."
    ),
    epilog="duban paper make supervision --unit 市应急局 --month 2022-06 --days 3 --out paper",
)
@click.argument("kind", type=click.Choice([kind.value for kind in _BY_HAND]))
@click.option("--unit", required=True, metavar="NAME", help=_("The unit it is addressed to."))
@click.option("--month", type=Month(), default=None, help=_("The month whose reports are late."))
@click.option("--problems", is_flag=True, help=_("About problems of the ledger instead of a month."))
@click.option("--days", type=DAYS, default=None, help=_("Working days it gives for an answer."))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=None, help=_("The folder to write."))
@desk
def make(
    desk_: Desk, kind: str, unit: str, month: str | None, days: int | None, out: Path | None, *, problems: bool
) -> None:
    """Make a paper to one unit."""
    from workflow import papers, units

    if bool(month) == problems:
        raise click.UsageError(_("Say what it is about: --month YYYY-MM, or --problems."))
    to = desk_.look_up(
        papers.DEEDS[PaperKind(kind)], lambda connection: units.unit_id(connection, desk_.office_id, unit)
    )
    place = (desk_.database, desk_.office_id, desk_.actor)
    render = InOwnWords(desk_, kind)
    made = papers.make(
        *place, PaperKind(kind), to, month or "", desk_.store, render, desk_.now(), working_days=days or 0
    )
    say_failures(render)
    files = written(desk_, made, out)
    answer(desk_, {**data_of(made), "written": files}, lambda: click.echo(said_of(made, files)))


@paper_command.command(
    "list", help=_("Every paper by kind and number, void ones too."), epilog="duban paper list --kind urging"
)
@click.option("--kind", type=click.Choice([kind.value for kind in PaperKind]), default=None, help=_("One kind only."))
@click.option("--year", type=click.IntRange(2000, 2100), default=None, help=_("One year only."))
@paged
@desk
def list_(desk_: Desk, kind: str | None, year: int | None, limit: int, page: int) -> None:
    """The register of papers."""
    from workflow import papers

    place = (desk_.office_id, desk_.actor)
    rows, total = desk_.look_up(
        "paper.read", lambda c: papers.list_papers(c, *place, kind=kind or "", year=year or 0, page=page, size=limit)
    )
    columns = [_("Paper"), _("Kind"), _("Number"), _("Units"), _("Issued"), _("Answer by"), _("Void")]
    answer(desk_, [_plain(row) for row in rows], lambda: table(columns, [_line(row) for row in rows]))
    say_rest(page, limit, total)


@paper_command.command("show", help=_("What a paper says, and its files."), epilog="duban paper show 3")
@click.argument("number", type=NUMBER)
@desk
def show(desk_: Desk, number: int) -> None:
    """One paper."""
    row = _found(desk_, number)
    answer(desk_, {**_plain(row), "facts": row["facts"]}, lambda: _tell(row))


@paper_command.command(
    "print", help=_("Write the files as they were frozen."), epilog="duban paper print 3 --out paper"
)
@click.argument("number", type=NUMBER)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=_("The folder to write."))
@desk
def print_(desk_: Desk, number: int, out: Path) -> None:
    """Write a paper's files."""
    row = _found(desk_, number)
    files = _write(desk_, row["kind"], row["year"], row["number"], row["files"], out)
    said = [_("Written: {files}").format(files=listed(files.values()))]
    if row["voided_at"] is not None:
        said.append(_("This paper is void: {reason}").format(reason=row["void_reason"]))
    answer(desk_, {"id": number, "files": files}, lambda: click.echo("\n".join(said)))


@paper_command.command(
    "void",
    help=_("Declare a paper void; it stays on record with its number and the reason."),
    epilog="duban paper void 3 --reason 对象有误",
)
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help=_("Why; kept in the trail."))
@desk
def void(desk_: Desk, number: int, reason: str) -> None:
    """Declare a paper void."""
    from workflow import papers

    now = desk_.now()
    cited = desk_.perform("paper.void", lambda c: papers.void(c, desk_.office_id, desk_.actor, number, reason, now))
    said = _("Paper {id} ({cited}) is void; its number is not given again.").format(id=number, cited=cited)
    answer(desk_, {"id": number, "cited": cited, "reason": reason}, lambda: click.echo(said))


def say_failures(render: InOwnWords) -> None:
    """On the screen's other stream."""
    for sentence in render.failures():
        click.echo(sentence, err=True)


def data_of(made: IssuedPaper) -> dict[str, Any]:
    """An issued paper for ``--json``."""
    return {
        "paper": made.paper_id,
        "kind": made.kind.value,
        "number": made.cited,
        "until": made.facts.until.isoformat(),
        "units": [unit.name for unit in made.facts.units],
        "files": made.files,
    }


def said_of(made: IssuedPaper, files: dict[str, str]) -> str:
    """An issued paper in two lines."""
    said = _("{kind} {number} (paper {id}): {count} matters of {units}, to be answered by {day}.").format(
        kind=made.kind.label,
        number=made.cited,
        id=made.paper_id,
        count=sum(len(unit.tasks) for unit in made.facts.units),
        units=_few([unit.name for unit in made.facts.units]),
        day=made.facts.until,
    )
    where = listed(files.values())
    return f"{said}\n" + (
        _("Written: {files}").format(files=where)
        if files
        else _("Print it with: duban paper print {id} --out FOLDER").format(id=made.paper_id)
    )


def written(desk_: Desk, made: IssuedPaper, out: Path | None) -> dict[str, str]:
    """The frozen files in a folder, where one was named: kind → path."""
    return {} if out is None else _write(desk_, made.kind.value, made.year, made.number, made.files, out)


def _write(desk_: Desk, kind: str, year: int, number: int, files: dict[str, str], out: Path) -> dict[str, str]:
    made, name = {}, PaperKind(kind).label.replace(" ", "-")
    for ending, sha in files.items():
        file = out / f"{name}-{year}-{number}.{ending}"
        save(file, desk_.store.get(sha))
        made[ending] = str(file)
    return made


def _found(desk_: Desk, number: int) -> dict[str, Any]:
    from workflow import papers

    return desk_.look_up("paper.read", lambda c: papers.find(c, desk_.office_id, desk_.actor, number))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    from workflow.papers import cited

    return {
        "id": row["id"],
        "kind": row["kind"],
        "number": cited(row["year"], row["number"]),
        "units": [unit["name"] for unit in row["facts"]["units"]],
        "month": row["facts"]["month"],
        "until": row["facts"]["until"],
        "issued_by": row["issued_by"],
        "issued_at": shown(row["issued_at"]),
        "void": row["void_reason"] or "",
        "voided_by": row["voided_by"] or "",
        "files": row["files"],
    }


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    plain = _plain(row)
    units = _few(plain["units"])
    kind = PaperKind(plain["kind"]).label
    return (plain["id"], kind, plain["number"], units, plain["issued_at"], plain["until"], plain["void"])


def _few(units: list[str]) -> str:
    """Some units by name; many are counted."""
    if len(units) <= 3:
        return listed(units)
    return _("{unit} and {count} more units").format(unit=units[0], count=len(units) - 1)


def _tell(row: dict[str, Any]) -> None:
    plain, facts = _plain(row), row["facts"]
    head = _("{kind} {number} · issued by {issued_by} on {issued_at} · answer by {until}")
    click.echo(head.format(**{**plain, "kind": PaperKind(plain["kind"]).label, "issued_by": facts["issued_by"]}))
    if plain["void"]:
        click.echo(_("This paper is void: {reason}").format(reason=plain["void"]))
    for unit in facts["units"]:
        click.echo("  ".join(part for part in (unit["name"], listed(unit["leaders"])) if part))
        for task in unit["tasks"]:
            late = _("{count} days late").format(count=task["days_late"])
            click.echo(f"  {task['number']} {task['title']} · {late}")
    for kind, sha in plain["files"].items():
        click.echo(f".{kind}  SHA-256 {sha}")

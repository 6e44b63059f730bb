"""Parcels between the levels: clauses handed down, months reported upward, how these were decided; made and taken."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, words
from commands.forms import save
from commands.frame import answer, desk, table
from commands.periods import Month, month_named
from models.errors import BadInput
from models.language import _, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from commands.frame import Desk
    from deeds.levels.making import Made
    from deeds.levels.taking import Taken
    from workflow.month_names import MonthName

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
#: read no more than this of a file; what may be taken is far less
_LARGEST = 64 * 1024 * 1024


def _out(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help=_("The file to write.")
    )(function)


@click.group(
    "parcel",
    help=_("Between the levels: hand clauses down, report a month upward, answer, take what came."),
    epilog="duban parcel hand-down 云溪县督查室 --notice 1 --out 下达.parcel · duban parcel take 上报.parcel",
)
def parcel_command() -> None:
    """Between the levels."""


@parcel_command.command(
    "hand-down",
    help=_("Hand clauses of a notice down to an office below: all in which it has a part, or some."),
    epilog="duban parcel hand-down 云溪县督查室 --notice 1 --out 下达.parcel",
)
@click.argument("office")
@click.option("--notice", type=NUMBER, required=True, help=_("The number of the notice."))
@click.option("--clause", "clauses", multiple=True, metavar="NUMBER", help=_("Only this clause; may be repeated."))
@_out
@desk
def hand_down(desk_: Desk, office: str, notice: int, clauses: tuple[str, ...], out: Path) -> None:
    """The office below divides them among its units by a notice of its own."""
    from deeds.levels import handing_down

    _say_made(desk_, handing_down.hand_down(desk_, office, notice, clauses), out)


@parcel_command.command(
    "report",
    help=_("Report an issued month upward: what its summary says of the clauses that were handed down."),
    epilog="duban parcel report 2022-06 --out 上报.parcel",
)
@click.argument("month", type=Month())
@_out
@desk
@month_named
def report(desk_: Desk, month: MonthName, out: Path) -> None:
    """The frozen summary goes along."""
    from deeds.levels import reporting_up

    _say_made(desk_, reporting_up.report_up(desk_, month), out)


@parcel_command.command(
    "correct",
    help=_("Correct a clause that the office above returned; the issued summary stays as it is."),
    epilog='duban parcel correct 3 1.1 --progress @更正.txt --reason "漏报一处" --out 更正.parcel',
)
@click.argument("answer_number", metavar="NUMBER", type=NUMBER)
@click.argument("clause")
@click.option("--progress", default="", help=_("What was done; text, @FILE or - for standard input."))
@click.option("--percent", type=int, help=_("Completion, 0 to 100."))
@click.option("--problems", default="", help=_("Problems; text, @FILE or -."))
@click.option("--next-steps", default="", help=_("Next steps; text, @FILE or -."))
@click.option(
    "--indicator",
    "indicators",
    multiple=True,
    metavar="NAME=VALUE",
    help=_("A figure of an indicator; may be repeated."),
)
@click.option("--reason", required=True, help=_("Why this differs from the issued summary."))
@_out
@desk
def correct(desk_: Desk, answer_number: int, clause: str, reason: str, out: Path, **said: Any) -> None:
    """By the director, by name; what is not said anew stays as it was reported."""
    from deeds.levels import correcting

    desk_.demand("parcel.report")
    changed: dict[str, Any] = {name: words(said[name]) for name in ("progress", "problems", "next_steps") if said[name]}
    if said["percent"] is not None:
        changed["percent"] = said["percent"]
    if said["indicators"]:
        changed["values"] = [_value(text) for text in said["indicators"]]
    _say_made(desk_, correcting.correct(desk_, answer_number, clause, changed, words(reason)), out)


def _value(text: str) -> Any:
    from models.parcels import ValueSaid
    from workflow.figures import read_figure

    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(_("An indicator is given as NAME=VALUE."))
    return ValueSaid(name.strip(), read_figure(value.strip(), name, ""))


@parcel_command.command(
    "answer",
    help=_("Answer an office below: how its report was decided, with the reason of what was returned."),
    epilog="duban parcel answer 2 --out 回复.parcel",
)
@click.argument("number", type=NUMBER)
@_out
@desk
def answer_(desk_: Desk, number: int, out: Path) -> None:
    """For the report that was taken under this number."""
    from deeds.levels import answering

    _say_made(desk_, answering.answer(desk_, number), out)


def _say_made(desk_: Desk, made: Made, out: Path) -> None:
    save(out, made.data)
    data = {"number": made.number, "sha256": made.sha256, "file": str(out), "clauses": list(made.clauses),
            "existed": made.existed, "left": [list(one) for one in made.left]}  # fmt: skip
    said = _("Parcel {number} with {count} clauses was written to {file}; SHA-256 {sha}")
    lines = [said.format(number=made.number, count=len(made.clauses), file=out.name, sha=made.sha256[:16])]
    if made.existed:
        lines.append(_("It is the one that was made before: nothing of it has changed since."))
    lines += [_("Not in it: {clause} ({why})").format(clause=clause, why=why) for clause, why in made.left]
    answer(desk_, data, lambda: click.echo("\n".join(lines)))


@parcel_command.command(
    "take",
    help=_("Take a parcel: clauses from above become a draft, a month from below the reports of its unit."),
    epilog="duban parcel take 下达.parcel --xlsx 分解表.xlsx",
)
@click.argument("file", type=FILE)
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the decomposition table."))
@desk
def take(desk_: Desk, file: Path, xlsx: Path | None) -> None:
    """Once; a second time it is said what was done the first time."""
    from deeds.levels import taking

    desk_.demand(taking.DEED)
    with file.open("rb") as opened:
        taken = taking.take(desk_, opened.read(_LARGEST), file.name)
    if xlsx is not None:
        _write_table(taken, xlsx)
    data = {**asdict(taken), "kind": taken.kind.value}
    data.pop("notice")
    answer(desk_, data, lambda: _say_taken(taken))


def _write_table(taken: Taken, target: Path) -> None:
    from commands.noticefiles import write_new_table

    if taken.notice is None:
        raise BadInput(
            "E-L22",
            _("This parcel brings no clauses to be divided, or their draft was adopted or dropped since."),
            where=target.name,
            remedy=_("What became of it is seen with: duban parcel list"),
        )
    write_new_table(taken.notice, target)


def _say_taken(taken: Taken) -> None:
    said = _("Parcel {number} of {office} ({kind}): {done}")
    if taken.existed:
        said = _("Parcel {number} of {office} ({kind}) was taken before: {done}. Nothing was done again.")
    click.echo(said.format(number=taken.number, office=taken.office, kind=taken.kind.label, done=taken.done))
    for line in taken.lines:
        click.echo(f"  {line.clause} {line.said}")
    for line in taken.left:
        click.secho("  " + _("Not taken: {clause} ({why})").format(clause=line.clause, why=line.said), fg="yellow")
    if taken.draft:
        click.echo(
            _(
                "It is worked on as draft {number}: say which units carry out each clause, then the director adopts it."
            ).format(number=taken.draft)
        )


@parcel_command.command(
    "check",
    help=_("Look at a parcel without taking it: who made it, whether it was altered, whether it would be taken."),
    epilog="duban parcel check 上报.parcel",
)
@click.argument("file", type=FILE)
@desk
def check(desk_: Desk, file: Path) -> None:
    """Nothing is kept."""
    from deeds.levels import taking
    from models.office_key import grouped
    from models.times import shown

    desk_.demand("parcel.read")
    with file.open("rb") as opened:
        parcel, against = taking.looked_at(desk_, opened.read(_LARGEST), file.name)
    if against is not None:
        raise against
    told = parcel.told
    data = {"kind": told.kind.value, "office": told.sender.office, "key": told.sender.key, "sha256": parcel.sha256,
            "made_at": shown(told.made_at), "made_by": told.made_by, "head": list(told.head)}  # fmt: skip
    said = _("{kind} of {office}, made by {who} at {when}; signed with the key {key}; head of its trail {seq}-{head}")
    line = said.format(
        kind=told.kind.label, office=told.sender.office, who=told.made_by, when=data["made_at"],
        key=grouped(told.sender.key), seq=told.head[0], head=told.head[1][:16],
    )  # fmt: skip
    answer(desk_, data, lambda: click.echo(line))


@parcel_command.command(
    "list", help=_("The parcels that were made and taken, and what came of them."), epilog="duban parcel list"
)
@desk
def list_(desk_: Desk) -> None:
    """The newest first."""
    from deeds.levels import standing

    rows = desk_.look_up(standing.DEED, lambda c: standing.listing(c, desk_))
    data = [{**asdict(row), "kind": row.kind.value} for row in rows]
    way = {True: _("from"), False: _("to")}
    lines = [
        (row.number, f"{way[row.inward]} {row.office}", row.kind.label, row.month or row.title, row.at, row.by,
         listed(f"{line.clause} {line.said}".strip() for line in row.lines))
        for row in rows
    ]  # fmt: skip
    columns = [_("No."), _("Office"), _("What"), _("About"), _("At"), _("By"), _("How it stands")]
    answer(desk_, data, lambda: table(columns, lines))


@parcel_command.command(
    "export", help=_("Write a parcel's file once more."), epilog="duban parcel export 2 --out 上报.parcel"
)
@click.argument("number", type=NUMBER)
@_out
@desk
def export(desk_: Desk, number: int, out: Path) -> None:
    """The bytes as they were sealed."""
    from deeds.levels import standing

    sha256, _name = desk_.look_up(standing.DEED, lambda c: standing.file_of(c, desk_, number))
    save(out, desk_.store.get(sha256))
    said = _("Written: {files}").format(files=out.name)
    answer(desk_, {"number": number, "sha256": sha256, "file": str(out)}, lambda: click.echo(said))

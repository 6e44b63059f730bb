"""The paper of a unit's month: print the form, attach it signed and stamped, list what was printed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import few, look_up
from commands.frame import answer, desk, table
from commands.periods import Month
from models.errors import BadInput, EnvironmentRefused
from models.language import _, listed
from models.states import EvidenceKind

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from models.facts import FormFacts
    from workflow.actions import Outcome
    from workflow.filings import PrintedForm, StoredFile

#: read no more than this of a file; the inspection refuses far less
_LARGEST = 64 * 1024 * 1024


@click.group(
    "form",
    help=_("Print a unit's form; attach the signed and stamped paper."),
    epilog="duban form print --month 2022-06 --unit 市水利局",
)
def form_command() -> None:
    """Print a unit's form; attach the signed and stamped paper."""


@form_command.command(
    "print",
    help=_("Print the form over all reports that wait for a signature."),
    epilog="duban form print --month 2022-06 --unit 市水利局 --out form.pdf",
)
@click.option("--month", type=Month(), required=True, help=_("Of this month."))
@click.option("--unit", required=True, metavar="NAME", help=_("Of this unit."))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_("The file to write: .pdf or .docx."))
@desk
def print_form(desk_: Desk, month: str, unit: str, out: Path | None) -> None:
    """Print the form."""
    file = out or Path(f"{month}-{unit.replace('/', '-')}.pdf")
    _check_ending(file)
    printed, facts = desk_.perform("form.print", lambda connection: _print(connection, desk_, month, unit))
    save(file, _rendered(facts, file))
    data = {**asdict(printed), "file": str(file)}
    answer(desk_, data, lambda: _say_printed(printed, file))


def _say_printed(printed: PrintedForm, file: Path) -> None:
    """What was written, and what to type once the paper is signed."""
    said = _("Form {code} over {count} tasks was written to {file}. Have it signed and stamped, then attach it.")
    click.echo(said.format(code=printed.check_code, count=len(printed.covers), file=file))
    click.echo(f"  duban form attach {printed.check_code} … --signer … --seal …")


def _check_ending(file: Path) -> None:
    if file.suffix.lower() not in {".pdf", ".docx"}:
        remedy = _("Choose such a name with --out.")
        raise BadInput("E-F12", _("The form is written as .pdf or .docx."), where=file.name, remedy=remedy)


def _print(connection: Connection, desk_: Desk, month: str, unit: str) -> tuple[PrintedForm, FormFacts]:
    from documents.form import check_code
    from workflow import filings, gathering
    from workflow.periods import find_period

    period, number = find_period(connection, desk_.office_id, month), _unit(connection, desk_.office_id, unit)
    printed = filings.print_form(connection, desk_.office_id, desk_.actor, period.id, number, check_code, desk_.now())
    return printed, gathering.form_facts(connection, desk_.office_id, printed.filing_id)


def _unit(connection: Connection, office_id: int, name: str) -> int:
    """The newest unit of that name: a closed one may still owe its paper."""
    import sqlalchemy as sa

    from models import tables as t
    from workflow.permissions import not_there

    u = t.unit.c
    query = sa.select(u.id).where(u.office_id == office_id, u.name == name).order_by(u.valid_from.desc()).limit(1)
    number = connection.scalar(query)
    if number is None:
        raise not_there(_("Unit"), name)
    return int(number)


def _rendered(facts: FormFacts, file: Path) -> bytes:
    from documents import form

    return form.form_docx(facts) if file.suffix.lower() == ".docx" else form.form_pdf(facts)


def save(file: Path, data: bytes) -> None:
    """Write a file, or say why it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise EnvironmentRefused(
            "E-507",
            _("The file {file} could not be written.").format(file=file),
            where=str(error.strerror or ""),
            remedy=_("Choose another folder with --out."),
        ) from error


@form_command.command(
    "attach",
    help=_("Attach the signed and stamped paper; every task on it is signed."),
    epilog="duban form attach K7QF-3M2X-9A scan.pdf --signer 李一 --seal 市水利局公章",
)
@click.argument("code")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--signer", required=True, metavar="NAME", help=_("Who signed."))
@click.option("--seal", required=True, metavar="NAME", help=_("Which seal was set."))
@click.option("--kind", type=click.Choice([kind.value for kind in EvidenceKind]), default=EvidenceKind.SCAN.value,
              show_default=True, help=_("A scan of the paper, or a digitally signed PDF."))  # fmt: skip
@click.option("--same-file", is_flag=True, help=_("The very same file is meant again."))
@desk
def attach(desk_: Desk, code: str, file: Path, signer: str, seal: str, kind: str, *, same_file: bool) -> None:
    """Attach the signed paper."""
    from workflow import filings

    stored, seen = _stored(desk_, file, kind)

    def work(connection: Connection) -> list[Outcome]:
        return filings.attach(
            connection, desk_.office_id, desk_.actor, code, stored, EvidenceKind(kind), signer, seal, desk_.now(),
            same_file_again=same_file,
        )  # fmt: skip

    outcomes = desk_.perform("form.attach", work)
    data = {"file": asdict(stored), "seen": seen, "outcomes": [outcome.as_dict() for outcome in outcomes]}
    answer(desk_, data, lambda: _say_attached(code, outcomes, seen))


def _stored(desk_: Desk, file: Path, kind: str) -> tuple[StoredFile, dict[str, Any]]:
    """Inspect the file and keep its bytes; only for someone who may attach at all."""
    from documents.scan import inspect_evidence
    from workflow import permissions
    from workflow.filings import StoredFile

    desk_.perform("form.attach", lambda _connection: permissions.demand(desk_.actor, "form.attach"))
    try:
        with file.open("rb") as opened:
            data = opened.read(_LARGEST)
    except OSError as error:
        raise BadInput(
            "E-F10",
            _("The file {file} could not be read.").format(file=file.name),
            where=error.strerror or "",
            remedy=_("Check its name and its folder."),
        ) from error
    seen = inspect_evidence(data, file.name)
    if kind == EvidenceKind.SIGNED_PDF and not seen.has_signature_field:
        raise BadInput(
            "E-F15",
            _("The file holds no digital signature."),
            where=seen.name,
            remedy=_("Attach it as a scan, or choose the signed PDF."),
        )
    stored = StoredFile(desk_.store.put(data), seen.name, seen.media_type, len(data))
    return stored, asdict(seen)


def _say_attached(code: str, outcomes: list[Outcome], seen: dict[str, Any]) -> None:
    click.echo(_("Form {code}: {count} tasks are signed and stamped.").format(code=code, count=len(outcomes)))
    click.echo(_("Tasks: {numbers}").format(numbers=listed(str(outcome.task_id) for outcome in outcomes)))
    click.echo(_("They wait for the office's review now."))
    if seen["has_signature_field"]:
        click.echo(_("The file holds a digital signature; it was stored, not verified."))


@form_command.command("list", help=_("List printed forms and their papers."), epilog="duban form list --month 2022-06")
@click.option("--month", type=Month(), default=None, help=_("Only of this month."))
@desk
def list_forms(desk_: Desk, month: str | None) -> None:
    """List forms."""
    rows = look_up(desk_, "task.read", lambda connection: _forms(connection, desk_, month))
    columns = [_("form"), _("month"), _("unit"), _("tasks"), _("printed"), _("paper"), _("signer"), _("seal")]
    answer(desk_, rows, lambda: table(columns, [_cells(row) for row in rows]))


def _forms(connection: Connection, desk_: Desk, month: str | None) -> list[dict[str, Any]]:
    """The forms of the actor's units, or all for the office; one line a paper."""
    import sqlalchemy as sa

    from models import tables as t
    from models.states import Role
    from models.times import shown
    from workflow import permissions

    f, e, actor = t.filing.c, t.evidence.c, desk_.actor
    permissions.demand(actor, "task.read")
    query = (
        sa.select(f.check_code, f.number, f.unit_id, f.covers, f.printed_at, t.period.c.month, t.unit.c.name,
                  e.kind, e.signer, e.seal)
        .join(t.period, sa.and_(t.period.c.office_id == f.office_id, t.period.c.id == f.period_id))
        .join(t.unit, sa.and_(t.unit.c.office_id == f.office_id, t.unit.c.id == f.unit_id))
        .outerjoin(t.evidence, sa.and_(e.office_id == f.office_id, e.filing_id == f.id))
        .where(f.office_id == desk_.office_id, *([t.period.c.month == month] if month else []))
        .order_by(f.id, e.id)
    )  # fmt: skip
    office = actor.holds(Role.REVIEWER, Role.DIRECTOR)
    return [
        {"code": row.check_code, "number": row.number, "month": row.month, "unit": row.name,
         "tasks": [item[0] for item in row.covers], "printed_at": shown(row.printed_at), "kind": row.kind or "",
         "signer": row.signer or "", "seal": row.seal or ""}
        for row in connection.execute(query)
        if office or row.unit_id in actor.units()
    ]  # fmt: skip


def _cells(row: dict[str, Any]) -> list[str]:
    kind = EvidenceKind(row["kind"]).label if row["kind"] else "–"
    return [
        row["code"],
        row["month"],
        row["unit"],
        few(row["tasks"]),
        row["printed_at"],
        kind,
        row["signer"],
        row["seal"],
    ]

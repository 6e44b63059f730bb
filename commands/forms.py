"""The paper of a unit's month: print the form, attach it signed and stamped, list what was printed."""

from __future__ import annotations

import errno
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.acting import few, words
from commands.evidence import paper_bytes, tell_form, tell_looked, tell_signatures, tell_verified
from commands.frame import answer, desk, table
from commands.periods import Month, month_named
from commands.pieces import paged, say_rest
from deeds import forms as printing
from deeds.evidence import form_story, forms_on, list_of_forms, look, ofd_text, seen_data, signed_files
from models.errors import BadInput, EnvironmentRefused
from models.evidence import SealHint, Verdict
from models.language import _, listed
from models.plain import to_plain
from models.states import EvidenceKind

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from documents.evidence.looking import Looked as LookedAt
    from models.facts import FormFacts
    from workflow.filings import Attached, PrintedForm
    from workflow.month_names import MonthName


#: what a person attaches; a parcel is taken, never attached
_ATTACHED = [kind.value for kind in EvidenceKind if kind is not EvidenceKind.PARCEL]


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
@month_named
def print_form(desk_: Desk, month: MonthName, unit: str, out: Path | None) -> None:
    """Print the form."""
    file = out or Path(f"{month}-{unit.replace('/', '-')}.pdf")
    _check_ending(file)
    printed, facts = printing.print_form(desk_, month, unit)
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


def _rendered(facts: FormFacts, file: Path) -> bytes:
    from documents import form

    return form.form_docx(facts) if file.suffix.lower() == ".docx" else form.form_pdf(facts)


def cause(error: OSError) -> str:
    """Why the system would not, as people say it; nothing where there is no such word."""
    return {
        errno.ENOSPC: _("the disk is full"),
        errno.EACCES: _("you have no right to this folder"),
        errno.EROFS: _("nothing can be written there"),
    }.get(error.errno or 0, "")


def save(file: Path, data: bytes) -> None:
    """Write a file, or say why it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise EnvironmentRefused(
            "E-507",
            _("The file {file} could not be written.").format(file=file),
            where=cause(error),
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
@click.option("--kind", type=click.Choice(_ATTACHED), default=None,
              help=_("What the file is; by default as its content shows."))  # fmt: skip
@click.option("--same-file", is_flag=True, help=_("The very same file is meant again."))
@click.option("--anyway", default="", metavar="REASON", help=_("Why the paper is right although it does not fit."))
@desk
def attach(
    desk_: Desk, code: str, file: Path, signer: str, seal: str, kind: str | None, *, same_file: bool, anyway: str
) -> None:
    """Attach the signed paper."""
    desk_.demand("form.attach")
    data = paper_bytes(file)
    taken = printing.attach(
        desk_, code, data, file.name,
        kind=kind, signer=signer, seal=seal, same_file=same_file, anyway=words(anyway),
    )  # fmt: skip
    attached = taken.attached
    told = {
        "file": asdict(taken.stored),
        "seen": seen_data(taken.looked),
        "code": attached.weighed.match.value,
        "remarks": [asdict(one) for one in attached.weighed.remarks],
        "outcomes": [outcome.as_dict() for outcome in attached.outcomes],
    }
    answer(desk_, told, lambda: _say_attached(code, attached, taken.looked))


def _say_attached(code: str, attached: Attached, looked: LookedAt) -> None:
    outcomes, weighed = attached.outcomes, attached.weighed
    click.echo(_("Form {code}: {count} tasks are signed and stamped.").format(code=code, count=len(outcomes)))
    click.echo(_("Tasks: {numbers}").format(numbers=listed(str(outcome.task_id) for outcome in outcomes)))
    click.echo(_("They wait for the office's review now."))
    click.echo(_("Seen on the scan: {code}; {seal} (a hint, no proof).").format(
        code=weighed.match.label, seal=looked.paper.seal.label))  # fmt: skip
    if looked.signatures.signatures:
        tell_signatures(looked.signatures)
    for remark in weighed.remarks:
        click.echo(f"! {remark.code} {remark.words}")


@form_command.command(
    "read",
    help=_("Show what is found on a scan or in a signed file; nothing is stored."),
    epilog="duban form read scan.pdf",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@desk
def read_paper(desk_: Desk, file: Path) -> None:
    """Look at a paper before it is attached."""
    desk_.demand("form.read")
    data = paper_bytes(file)
    looked = look(desk_, data, file.name)
    found = desk_.look_up("form.read", lambda connection: forms_on(connection, desk_, looked))
    text = ofd_text(data, looked)
    told = {"seen": seen_data(looked), "forms": {code: asdict(form) for code, form in found.items()}, "text": text}
    answer(desk_, told, lambda: tell_looked(looked, found, text))


@form_command.command(
    "show", help=_("Show a form and its papers: what is stored, what is attested, what is verified."),
    epilog="duban form show K7QF-3M2X-9A",
)  # fmt: skip
@click.argument("code")
@desk
def show_form(desk_: Desk, code: str) -> None:
    """Show one form."""
    told = desk_.look_up("form.read", lambda connection: form_story(connection, desk_, code))
    answer(desk_, told, lambda: tell_form(told))


@form_command.command(
    "verify",
    help=_("Verify the digital signatures of a form's file once more; the result is added to the earlier ones."),
    epilog="duban form verify K7QF-3M2X-9A",
)
@click.argument("code")
@desk
def verify(desk_: Desk, code: str) -> None:
    """Verify again, for instance after a certificate was added to the folder of trusted ones."""
    from workflow import filings

    desk_.demand("form.verify")
    told = desk_.look_up("form.verify", lambda connection: form_story(connection, desk_, code))
    results = [
        (file, look(desk_, desk_.store.get(file["sha256"]), file["file"], pages=False).signatures)
        for file in signed_files(told)
    ]

    def work(connection: Connection) -> None:
        for file, found in results:
            filings.verified(connection, desk_.office_id, desk_.actor, told["id"], file["sha256"], found, desk_.now())

    desk_.perform("form.verify", work)
    data = [{"file": file["file"], **to_plain(found)} for file, found in results]
    answer(desk_, data, lambda: tell_verified(results))


@form_command.command("list", help=_("List printed forms and their papers."), epilog="duban form list --month 2022-06")
@click.option("--month", type=Month(), default=None, help=_("Only of this month."))
@paged
@desk
def list_forms(desk_: Desk, month: str | None, limit: int, page: int) -> None:
    """List forms."""
    rows, total = desk_.look_up("form.read", lambda connection: list_of_forms(connection, desk_, month, page, limit))
    columns = [_("form"), _("month"), _("unit"), _("tasks"), _("printed"), _("paper stored"), _("attested"),
               _("digital signature")]  # fmt: skip
    answer(desk_, rows, lambda: table(columns, [_cells(row) for row in rows]))
    say_rest(page, limit, total)


def _cells(row: dict[str, Any]) -> list[str]:
    head = [row["code"], row["month"], row["unit"], few(row["tasks"]), row["printed_at"]]
    if not row["kind"]:
        return [*head, "–", "–", "–"]
    seal = SealHint(row["seal_hint"]).label
    said = _("{signer} signed, {seal} set: attested by {by}")
    if row["kind"] == EvidenceKind.PARCEL:
        said = _("{signer}; {seal}; taken by {by}")
    attested = said.format(signer=row["signer"], seal=row["seal"], by=row["attested_name"])
    return [*head, listed((EvidenceKind(row["kind"]).label, seal)), attested, Verdict(row["verdict"]).label]

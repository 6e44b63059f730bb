"""The archive of a month: taken out as folders that prove themselves, and checked wherever they lie."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.frame import answer, desk, progress
from commands.periods import Month, month_named
from models.errors import BadInput, Refused
from models.language import _, speaking
from models.times import shown

if TYPE_CHECKING:
    from commands.frame import Desk
    from documents.archive.checking import Checked, Found
    from workflow.archiving import Month as MonthFound
    from workflow.month_names import MonthName

#: so many findings are told; --json has them all
_TOLD = 20


@click.group(
    "archive", help=_("Take a month out for the archive; check what was taken out."),
    epilog="duban archive export 2022-06 --out 归档-2022-06 · duban archive verify 归档-2022-06",
)  # fmt: skip
def archive_command() -> None:
    """Take a month out for the archive; check what was taken out."""


@archive_command.command(
    "export",
    help=_("Write a month as one folder an item: text, papers, attachments, metadata, hashes."),
    epilog="duban archive export 2022-06 --out 归档-2022-06",
)
@click.argument("month", type=Month())
@click.option("--out", type=click.Path(path_type=Path), required=True, help=_("The folder to make."))
@desk
@month_named
def export(desk_: Desk, month: MonthName, out: Path) -> None:
    """Write a month's archive."""
    from workflow import archiving

    with speaking("zh"):  # an archive is read by those who come after, in the office's own language
        found = desk_.look_up("archive.export", lambda c: archiving.gather(c, desk_.office_id, desk_.actor, month))
    sha256 = _write(desk_, found, out)
    kinds = {item.kind.value for item in found.items}
    notes = [] if "summary" in kinds else [_("The summary of {month} is not issued yet.").format(month=month)]
    said = _("{count} items of {month} were written to {folder}; the hash of all of it stands in the trail: {sha}")
    told = said.format(count=len(found.items), month=month, folder=out.name, sha=sha256[:16])
    data = {"month": month.month, "items": len(found.items), "folder": str(out), "sha256": sha256, "notes": notes}
    answer(desk_, data, lambda: click.echo("\n".join([told, *notes])))


def _write(desk_: Desk, found: MonthFound, out: Path) -> str:
    """Beside its place, then into the trail, then into its place: an archive is there whole or not at all."""
    from documents.archive.writing import settle
    from workflow import archiving

    part = out.with_name(f"{out.name}.part")
    _refuse_taken(out, part)
    part.mkdir(parents=True, mode=0o700)
    try:
        sha256 = _fill(desk_, found, part)
        desk_.perform(
            archiving.EXPORTED,
            lambda c: archiving.record(c, desk_.office_id, desk_.actor, found, out.name, sha256, desk_.now()),
        )
        part.rename(out)
        settle(out.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return sha256


def _refuse_taken(out: Path, part: Path) -> None:
    if out.exists() or out.is_symlink():
        raise Refused(
            "E-R10",
            _("There is something of this name already; nothing was written."),
            where=out.name,
            remedy=_("Name a new folder: an archive never overwrites another one."),
        )
    if part.exists():
        raise Refused(
            "E-R11",
            _("An export that was broken off lies there."),
            where=part.name,
            remedy=_("See that no other export is running, remove that folder, and repeat."),
        )


def _fill(desk_: Desk, found: MonthFound, folder: Path) -> str:
    """Every item as a bag, then the index and the manifest over all."""
    from documents.archive import items as made
    from documents.archive.names import unused
    from documents.archive.writing import write_bag, write_top

    who = f"{desk_.actor.name} ({desk_.actor.login})"
    exported = {"month": found.month, "office": found.office, "at": shown(desk_.now()), "by": who}
    taken: set[str] = set()
    bags: dict[str, str] = {}
    rows = []
    with progress(len(found.items), _("Writing the archive")) as step, speaking("zh"):
        for number, item in enumerate(found.items, 1):
            name = unused(made.folder_name(number, item), taken)
            bag = made.bag_of(item, name, desk_.store.get, exported)
            bags[name] = write_bag(folder, bag)
            rows.append((name, item, bag.info[made.TITLE], len(bag.payload)))
            step()
    header = {"format": made.FORMAT, **exported, "items": len(rows), "head": [found.head.seq, found.head.hash]}
    files = {
        made.INDEX: made.index(rows),
        made.HEADER: (json.dumps(header, ensure_ascii=False, indent=1) + "\n").encode(),
    }
    return write_top(folder, files, bags)


@archive_command.command(
    "verify",
    help=_("Check an archive, without a database: every changed, missing or extra file is named."),
    epilog="duban archive verify 归档-2022-06 · duban archive verify 归档-2022-06 --against-office",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--against-office", is_flag=True, help=_("Ask this office's trail, too, whether it exported just this."))
@desk
def verify(desk_: Desk, folder: Path, *, against_office: bool) -> None:
    """Check an archive wherever it lies."""
    from documents.archive.checking import check_archive

    checked = check_archive(folder)
    found = [*checked.found, *_false_events(folder)]
    if found:
        raise _not_whole(folder, found)
    known = _known(desk_, folder, checked) if against_office else None
    said = [_("The archive is whole: {count} items, nothing changed, missing or added.").format(count=checked.items)]
    if known is not None:
        text = _("The office's trail knows it: event {seq}, {at}, exported by {by}.")
        said.append(text.format(seq=known["seq"], at=shown(known["at"]), by=known["by"]))
    else:
        said.append(_("Whether it is what the office exported is told by: --against-office"))
    data: dict[str, Any] = {
        "items": checked.items,
        "sha256": checked.sha256,
        "event": known["seq"] if known else None,
        "found": [],
    }
    answer(desk_, data, lambda: click.echo("\n".join(said)))


def _not_whole(folder: Path, found: list[Found]) -> BadInput:
    told = [f"{one.where}: {one.what}" for one in found[:_TOLD]]
    if len(found) > _TOLD:
        told.append(_("and {count} more; --json lists them all").format(count=len(found) - _TOLD))
    return BadInput(
        "E-R20",
        _("The archive is not as it was exported: {count} findings.").format(count=len(found))
        + "\n  "
        + "\n  ".join(told),
        where=folder.name,
        remedy=_("Take another copy, or export the month again."),
        found=[{"where": one.where, "what": one.what} for one in found],
    )


def _false_events(folder: Path) -> list[Found]:
    """Events of the trail that do not carry their own hash."""
    from documents.archive.checking import Found
    from documents.archive.items import TRAIL
    from workflow.audit import true_line

    found = []
    for file in sorted(folder.glob(f"*/data/{TRAIL}")):
        if file.is_symlink():
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if not true_line(line):
                where = f"{file.relative_to(folder).as_posix()}:{number}"
                found.append(Found(where, _("the event does not carry its own hash")))
    return found


def _known(desk_: Desk, folder: Path, checked: Checked) -> dict[str, Any]:
    """The event of this export, and its head, in the office's trail; E-R22, E-R23."""
    from documents.archive.items import HEADER
    from workflow import archiving

    office = desk_.office_id
    event = desk_.look_up("archive.verify", lambda c: archiving.export_of(c, office, desk_.actor, checked.sha256))
    if event is None:
        raise BadInput(
            "E-R22",
            _("This office never exported just this: its trail knows no such hash."),
            where=folder.name,
            remedy=_("The manifests were made anew, or it is another office's archive. Ask where it comes from."),
        )
    head = json.loads((folder / HEADER).read_text(encoding="utf-8"))["head"]
    if not desk_.read(lambda c: archiving.head_stands(c, office, head)):
        raise BadInput(
            "E-R23",
            _("The head of the trail that the archive names is not in this office's trail."),
            where=folder.name,
            remedy=_("The trail was changed, or the database restored: ask the audit administrator."),
        )
    return event

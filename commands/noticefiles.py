"""The files of a notice at the command line: read in any form, written as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from models.drafts import NoticeDraft

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
#: read no more than this of a file; the reader refuses far less
_LARGEST = 64 * 1024 * 1024


def read_draft(file: Path) -> NoticeDraft:
    """A notice in any form that is read, or the decomposition table a person corrected."""
    from documents.reading.reader import read_notice

    with file.open("rb") as opened:
        return read_notice(opened.read(_LARGEST), file.name)


def office_draft(file: Path) -> NoticeDraft:
    """As ``read_draft``, with its remarks in the office's language whatever the reader speaks; refusals in the reader's."""
    from deeds.notices import read_for_office

    with file.open("rb") as opened:
        return read_for_office(opened.read(_LARGEST), file.name)


def write_new_table(draft: NoticeDraft, target: Path) -> None:
    """Beside nothing else: a table somebody has corrected is never written over."""
    from documents.decomposition.workbook import write_table

    refuse_no_table(target)
    if target.exists():
        raise BadInput(
            "E-F30",
            _("There is a file of this name already."),
            where=target.name,
            remedy=_("Choose another name, or move that file away first."),
        )
    write_table(draft, target)


def refuse_no_table(target: Path) -> None:
    """Refuse a name that no workbook bears; E-F31."""
    if target.suffix.lower() != ".xlsx":
        raise BadInput(
            "E-F31",
            _("The table is a workbook, its name must end in .xlsx."),
            where=target.name,
            remedy=_("Choose another name."),
        )

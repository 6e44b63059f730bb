"""Pictures of problems: a file looked at by its content and put into the store; those that a table names beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import BadInput, DubanError
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commands.frame import Desk
    from models.drafts import ProblemDraft
    from workflow.filings import StoredFile

#: read no more than this of a file; what looks at it refuses far less
LARGEST = 64 * 1024 * 1024


def picture(desk_: Desk, file: Path, *, keep: bool = True) -> StoredFile:
    """The file as the store has it; without ``keep`` only looked at, as for a dry run."""
    from documents.scan import inspect_evidence
    from workflow.filings import StoredFile

    with file.open("rb") as opened:
        data = opened.read(LARGEST)
    seen = inspect_evidence(data, file.name)
    sha = desk_.store.put(data) if keep else hashlib.sha256(data).hexdigest()
    return StoredFile(sha, seen.name, seen.media_type, len(data))


def pictures(
    desk_: Desk, drafts: Iterable[ProblemDraft], folder: Path, *, keep: bool
) -> tuple[dict[int, list[StoredFile]], dict[int, DubanError]]:
    """The pictures that the rows of a table name, by row, from one folder; and why a row's could not be had."""
    found: dict[int, list[StoredFile]] = {}
    refused: dict[int, DubanError] = {}
    for draft in drafts:
        try:
            found[draft.row] = [picture(desk_, _beside(folder, name), keep=keep) for name in draft.photos]
        except DubanError as refusal:
            refused[draft.row] = refusal
    return found, refused


def _beside(folder: Path, name: str) -> Path:
    """A plain file name in the folder, and nothing outside it; E-K11."""
    file = folder / name
    if Path(name).name != name or not file.is_file():
        raise BadInput(
            "E-K11",
            _("The picture “{name}” is not beside the table.").format(name=name),
            where=folder.name,
            remedy=_("Put it into the same folder, or name the folder with --photos; or clear the cell."),
        )
    return file

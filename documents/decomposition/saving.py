"""Writing decisions into a table that lies on a disk: only the cells that change, whole or not at all.

The workbook stays a person's own: their formats, columns and sheets are left alone. It is written beside itself and
put in its place in one step, and refused when somebody changed it meanwhile or has it open.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from documents.decomposition import cells
from documents.decomposition.doubts import (
    CHECK,
    KEY,
    LIST,
    LIST_COLUMNS,
    REMARK,
    TICK,
    colour,
    of_rows,
    row_texts,
    say_list_row,
    write_list,
    write_list_row,
)
from documents.decomposition.reading import is_own
from documents.decomposition.rows import columns_of
from documents.decomposition.style import fill, say
from documents.decomposition.workbook import (
    CHECKED,
    COLUMNS,
    KEPT,
    NOTICE,
    TABLE,
    clause_texts,
    notice_texts,
    table_bytes,
    write_kept,
)
from documents.reading.reader import read_notice
from documents.workbook_opening import open_book
from models import doubts
from models.errors import Conflict, Refused
from models.language import _

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from models.doubts import Doubt
    from models.drafts import NoticeDraft

#: what spreadsheet programs lay beside a file while they have it open
_LOCKS: Final = (".~lock.{name}#", "~${name}", ".~{name}")


class TableFile:
    """A table on the disk as it was last read or written by this program."""

    def __init__(self, path: Path) -> None:
        """A file that is not there yet is made by the first ``save``."""
        self.path = path
        data = path.read_bytes() if path.exists() else b""
        self._seen = hashlib.sha256(data).hexdigest() if data else ""
        #: what the file holds; None where there is none, or a workbook that is no table of ours
        self.draft = _own(data, path.name) if data else None

    def save(self, after: NoticeDraft) -> None:
        """Bring the file to a draft; E-N18 when it was changed meanwhile, E-N19 when it is open."""
        if after == self.draft:
            return
        self._refuse_changed()
        data = changed_bytes(self.path, self.draft, after) if self.draft else table_bytes(after)
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=".duban-", suffix=".xlsx")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(self.path.stat().st_mode & 0o777 if self._seen else 0o644)
            self._refuse_changed()
            Path(temporary).replace(self.path)
        finally:
            with suppress(FileNotFoundError):
                Path(temporary).unlink()
        self._seen, self.draft = hashlib.sha256(data).hexdigest(), after

    def _refuse_changed(self) -> None:
        if _digest(self.path) != self._seen:
            raise Conflict(
                "E-N18",
                _("The table was changed by somebody else meanwhile; nothing was written over."),
                where=self.path.name,
                remedy=_("Run the command again: it goes on from the table as it is now."),
            )
        if any((self.path.parent / lock.format(name=self.path.name)).exists() for lock in _LOCKS):
            raise Refused(
                "E-N19",
                _("The table is open in a spreadsheet program; nothing was written over."),
                where=self.path.name,
                remedy=_("Save and close it there, then run the command again."),
            )


def _own(data: bytes, name: str) -> NoticeDraft | None:
    """The draft in a table of ours: read apart first, so that only what held there is opened here."""
    read = read_notice(data, name)
    return read if is_own(open_book(data, name)) else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def changed_bytes(path: Path, before: NoticeDraft, after: NoticeDraft) -> bytes:
    """The workbook with the cells changed that say something else after than before."""
    book = open_book(path.read_bytes(), path.name)
    _change_rows(book[TABLE], before, after)
    _change_notice(book, before, after)
    _change_list(book, after)
    del book[KEPT]
    write_kept(book.create_sheet(KEPT), after)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _all_texts(draft: NoticeDraft) -> dict[str, tuple[dict[str, str], list[Doubt]]]:
    beside = of_rows(draft)
    return {
        clause.id: (clause_texts(item, clause) | row_texts(beside.get(clause.id, [])), beside.get(clause.id, []))
        for item in draft.items
        for clause in item.clauses
    }


def _change_rows(sheet: Worksheet, before: NoticeDraft, after: NoticeDraft) -> None:
    first, columns = columns_of(sheet, [heading for heading, _width in COLUMNS], {"编号"})
    old, new = _all_texts(before), _all_texts(after)
    gone = set(old) - set(new)
    for row in range(sheet.max_row, first, -1):
        number = cells.unstored(sheet.cell(row, columns["编号"]).value).strip()
        if number in gone:
            _take_out(sheet, row)
        if number not in new:
            continue
        texts, mine = new[number]
        for heading, at in columns.items():
            cell: Any = sheet.cell(row, at)
            always = heading in {CHECK, TICK, REMARK}
            if texts[heading] != old[number][0][heading] or (always and _shows(cell) != cells.plain(texts[heading])):
                say(cell, texts[heading])
            if heading in CHECKED:
                fill(cell, colour(mine))


def _take_out(sheet: Worksheet, row: int) -> None:
    """Delete a row; the ones below keep their height."""
    for below in range(row, sheet.max_row):
        sheet.row_dimensions[below].height = sheet.row_dimensions[below + 1].height
    sheet.delete_rows(row)


def _shows(cell: Any) -> str:
    return cells.unstored(cell.value)


def _change_notice(book: Workbook, before: NoticeDraft, after: NoticeDraft) -> None:
    old, new = notice_texts(before), notice_texts(after)
    for row in book[NOTICE].iter_rows(max_col=2) if NOTICE in book.sheetnames else ():
        name = str(row[0].value or "").strip()
        if name in new and new[name] != old[name]:
            say(row[1], new[name])  # type: ignore[arg-type]


def _change_list(book: Workbook, after: NoticeDraft) -> None:
    """Each warning in the row it has, a new one below the last."""
    found = doubts.listed(after)
    if LIST not in book.sheetnames:
        write_list(book.create_sheet(LIST), found)
        return
    sheet = book[LIST]
    first, columns = columns_of(sheet, [heading for heading, _width in LIST_COLUMNS], {KEY})
    rows = {
        cells.unstored(sheet.cell(row, columns[KEY]).value).strip(): row for row in range(first + 1, sheet.max_row + 1)
    }
    kept = {doubt.key for doubt in found}
    for key in [key for key in rows if key and key not in kept]:  # a name that the register knows meanwhile
        sheet.delete_rows(rows[key])
        rows = {one: at - (at > rows[key]) for one, at in rows.items() if one != key}
    for doubt in found:
        if doubt.key in rows:
            say_list_row(sheet, rows[doubt.key], doubt, columns)
        else:
            write_list_row(sheet, sheet.max_row + 1, doubt, columns)

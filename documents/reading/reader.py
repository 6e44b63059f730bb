"""The notice reader: bytes in, a draft out that a person confirms (design, section 3)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from documents.reading.clauses import ClauseCutter, known_units
from documents.reading.covering import work_begins
from documents.reading.files import source
from documents.reading.flat_tables import flat_grids
from documents.reading.glued import unglued
from documents.reading.heading import read_head, year_of
from documents.reading.items import RawItem
from documents.reading.outline import outline
from documents.reading.places import placed
from documents.reading.plain_points import plain_begins, plain_points
from documents.reading.source import Notes
from documents.reading.spoilt import note_spoilt
from documents.reading.table_columns import is_heading_line
from documents.reading.tables import recognised, table_items
from models.drafts import ItemDraft
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.files import Source
    from documents.reading.source import Body, Line
    from documents.reading.tables import Table, TableItem
    from models.drafts import ClauseDraft, NoticeDraft

MOST_CLAUSES = 5_000


def read_text(data: bytes, name: str) -> str:
    """The plain text of a file in any form that a notice is read from, such as the yearly holiday notice."""
    return "\n".join(line.raw for line in source(data, name, Notes()).lines)


def read_notice(data: bytes, name: str) -> NoticeDraft:
    """Read a notice, or a decomposition table that duban exported, from the bytes of a file of this name.

    Nothing is guessed silently: every repair is among the draft's warnings, an ambiguous date is left open.
    Raises ``BadInput`` for a file that cannot be read (E-F…, E-T…) or is beyond the limits (E-N04).
    """
    notes = Notes()
    read = source(data, name, notes)
    if read.draft is not None:
        return read.draft
    tables = recognised(read.grids) or _flat_tables(read.lines, notes)
    taken = {number for table in tables for number in table.lines}
    lines = [line for line in read.lines if line.number not in taken]
    lines = unglued(lines, notes)
    start = work_begins(lines, tables[0].lines[0] if tables else None)
    start = plain_begins(lines) if start == len(lines) and not tables else start
    draft = read_head(lines[:start], notes, lines[start:])
    note_spoilt(read.lines, notes)
    items = _items(lines[start:], tables, draft, notes)
    _cells_run_together(read, tables, items, notes, name)
    _refuse_unread(items, read, tables, name)
    digest = hashlib.sha256(data).hexdigest()
    warnings = placed(notes.all(), read.lines, items)
    return replace(draft, items=items, warnings=warnings, source_name=name, source_sha256=digest)


def _flat_tables(lines: Sequence[Line], notes: Notes) -> tuple[Table, ...]:
    """The tables that lost their borders when the text was copied; each is said, because a cell may be misplaced."""
    found = recognised(flat_grids(lines))
    for table in found:
        said = _(
            "a table without its borders was put together again from its headings; compare each row with the paper"
        )
        notes.add("W-F20", (table.lines[0], 0), "、".join(table.columns.titles), said)
    return found


def _cells_run_together(
    read: Source, tables: Sequence[Table], items: tuple[ItemDraft, ...], notes: Notes, name: str
) -> None:
    """Say that a table of tasks lost its cells, as in a PDF; where nothing else was read, that is a refusal."""
    within = {number for grid in read.grids for number in range(grid.rows[0].line, grid.last + 1)}
    within |= {number for table in tables for number in table.lines}
    run_together = next((line for line in read.lines if line.number not in within and is_heading_line(line.norm)), None)
    if not items and run_together:
        raise BadInput(
            "E-F27",
            _("The tasks stand in a table whose cells cannot be told apart any more, as in a PDF."),
            where=name,
            remedy=_("Take the table as .docx, .xlsx or web page."),
        )
    if run_together is not None:
        said = _("a table begins here whose cells cannot be told apart any more; take it as .docx, .xlsx or web page")
        notes.add("W-F08", (run_together.number, run_together.column), run_together.raw, said)


def _refuse_unread(items: tuple[ItemDraft, ...], read: Source, tables: Sequence[Table], name: str) -> None:
    """Refuse a file that holds more clauses than a notice may, or none."""
    count = sum(len(item.clauses) for item in items)
    if count > MOST_CLAUSES:
        raise BadInput(
            "E-N04",
            _("The notice has {count} clauses; the limit is {limit}.").format(count=count, limit=MOST_CLAUSES),
            where=name,
            remedy=_("Split it into several notices."),
        )
    if not items and read.grids and not tables:
        raise BadInput(
            "E-F25",
            _("The table has no column that says what is to be done, or none that says by whom."),
            where=name,
            remedy=_("Give it headings such as {headings}.").format(
                headings="序号、主要任务、牵头单位、配合单位、完成时限"
            ),
        )
    if not items:
        raise BadInput(
            "E-N05",
            _("No numbered work item was found."),
            where=name,
            remedy=_("Check that the file holds the work points themselves, numbered 一、 (一) 1."),
        )


def _items(lines: Sequence[Line], tables: Sequence[Table], draft: NoticeDraft, notes: Notes) -> tuple[ItemDraft, ...]:
    """The items of the text, or those of its tables where the text names nobody; where both do, the tables are told."""
    aside = Notes()
    written = _from_text(lines, draft, aside)
    named = any(clause.parties for item in written for clause in item.clauses)
    if named or not tables:
        notes.take(aside)
        for table in tables:
            first, last = table.lines[0], table.lines[-1]
            said = _(
                "lines {first} to {last} hold a table of tasks; the text names the units, so the table was not used"
            )
            notes.add("W-F04", (first, 0), "", said.format(first=first, last=last))
        return written
    tabled = _from_tables(tables, draft, notes)
    if written:
        said = _("the text names no units; the tasks were read from the table from line {line} on")
        notes.add("W-F03", (tables[0].lines[0], 0), "", said.format(line=tables[0].lines[0]))
    return tabled


def _from_text(lines: Sequence[Line], draft: NoticeDraft, notes: Notes) -> tuple[ItemDraft, ...]:
    raw = plain_points(lines) or outline(lines, notes)
    cutter = _cutter([item.body for item in raw], draft, notes)
    return tuple(cutter.item(item) for item in raw)


def _cutter(bodies: list[Body], draft: NoticeDraft, notes: Notes) -> ClauseCutter:
    return ClauseCutter(known_units(bodies), draft.issued_on, year_of(draft), notes)


def _from_tables(tables: Sequence[Table], draft: NoticeDraft, notes: Notes) -> tuple[ItemDraft, ...]:
    found = table_items(tables, notes)
    cutter = _cutter([body for item in found for body in item.bodies], draft, notes)
    return tuple(_tabled(item, cutter) for item in found)


def _tabled(item: TableItem, cutter: ClauseCutter) -> ItemDraft:
    """An item whose clauses stand in rows of their own; they are numbered on from row to row."""
    clauses: list[ClauseDraft] = []
    for body in item.bodies:
        raw = RawItem(item.number, item.title, body, item.section, item.subsection)
        clauses += cutter.item(raw, len(clauses) + 1).clauses
    return ItemDraft(item.number, item.title, tuple(clauses), item.section, item.subsection)

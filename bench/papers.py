"""Goal 10: the month's summary of 600 tasks as .docx, beside bare python-docx writing the same paragraphs and tables."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

import docx

from bench.measure import interleaved, timed
from bench.month import MORNING
from bench.stock import FRAME, NUMBERS, TEXT, stocked
from documents.official_docx import official_document
from documents.summary.rendering import render_summary
from documents.summary.text import summary_paper
from simulation.scene import OFFICE_ID
from workflow import gathering

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.extent import Extent
    from bench.stock import Stock
    from bench.verdict import Figures
    from documents.paper import Paper, Table
    from models.facts import SummaryFacts

TASKS: Final = 600


def run(extent: Extent, figures: Figures) -> None:
    """The .docx beside the bare library; what else a summary takes."""
    rounds = extent.rounds
    with extent.room() as folder:
        stock = stocked(folder / "stock", 0, TASKS - FRAME.tasks)
        _reported(stock)
        with closing(stock.open()) as database, database.read() as connection:

            def gathered() -> SummaryFacts:
                return gathering.summary_facts(connection, OFFICE_ID, 1, number="1", head_short="1-0", now=MORNING)

            facts = gathered()
            paper = summary_paper(facts)
            contenders: dict[str, Callable[[], object]] = {
                "docx": lambda: official_document(summary_paper(facts)),
                "bare": lambda: bare(paper),
                "gathered": gathered,
                "whole": lambda: render_summary(facts),
            }
            made = interleaved({name: timed(work) for name, work in contenders.items()}, rounds)
    told = f"the summary of {TASKS} tasks as .docx, of bare python-docx's time"
    figures.add("10", told, made.of_floor("bare", "docx"), "×", most=3)
    figures.add("10", "the same by processor time", made.of_floor("bare", "docx", lambda cost: cost.cpu_each), "×")
    figures.add("10", "the .docx, milliseconds", made.each("docx").times(1000))
    figures.add("10", "its facts gathered from the database, milliseconds", made.each("gathered").times(1000))
    figures.add("10", "every file of it (.docx, .pdf, .xlsx, sources), milliseconds", made.each("whole").times(1000))


def _reported(stock: Stock) -> None:
    """Every task reported and approved."""
    with closing(sqlite3.connect(stock.file, isolation_level=None)) as connection:
        (kept,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'task_state_needs_event'").fetchone()
        connection.execute("DROP TRIGGER task_state_needs_event")
        connection.execute(
            "UPDATE task SET state = 'reviewed', stage = 'reviewed', report_number = 1, filed_at = entered_at,"
            " signed_at = entered_at, reviewed_at = entered_at"
        )
        connection.execute(kept)
        connection.execute(
            f"{NUMBERS.format(count=TASKS)} INSERT INTO report (office_id, id, task_id, number, round, progress, percent,"
            ' no_progress, reason, problems, next_steps, "values", filed_by, filed_at, content_sha256)'
            f" SELECT {OFFICE_ID}, 1 + i, 1 + i, 1, 1, '第' || i || '项：{TEXT}', 65, 0, '', '', '', '[]', 1,"
            " '2022-06-01 00:00:00.000000', lower(hex(randomblob(32))) FROM n"
        )


def bare(paper: Paper) -> bytes:
    """The same words through the library's own calls: a paragraph each, a table each."""
    document = docx.Document()
    document.add_heading(paper.title)
    for block in paper.blocks:
        if block.table is not None:
            _bare_table(document, block.table)
        else:
            document.add_paragraph(block.lead + block.text)
    for annex in paper.annexes:
        document.add_paragraph("")
        document.add_paragraph(annex.title)
        _bare_table(document, annex.table)
    document.add_paragraph(paper.signature)
    document.add_paragraph(paper.date_text)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _bare_table(document: docx.document.Document, table: Table) -> None:
    made = document.add_table(rows=0, cols=len(table.columns))
    cells = made.add_row().cells
    for cell, column in zip(cells, table.columns, strict=True):
        cell.text = column.name
    for row in table.rows:
        cells = made.add_row().cells
        for cell, words in zip(cells, row, strict=False):
            cell.text = words

"""The problem ledger 问题台账 as a workbook, and the empty table that offices fill in; ``problem_reading`` reads both."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from documents.ledger.columns import BLANK, BY_UNIT, EXAMPLE_MARK, FIELDS, GUIDE, LEDGER, SOURCES
from documents.plain_text import chinese_date, one_line
from documents.sheet import call, steady, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.facts import LedgerFacts, ProblemLine

Row = tuple[str | int | float | None, ...]

_A3: Final = 8
#: the import table says nothing of a day; any fixed one keeps its bytes the same
_BLANK_DATED: Final = date(2022, 1, 1)
#: so many rows of the import table offer the list of sources
_OFFERED: Final = 1_000
COLUMNS: Final = (
    ("序号", 6), ("问题来源", 10), ("来源说明", 20), ("问题", 26), ("地点", 18), ("问题描述", 34), ("对应事项", 9),
    ("牵头单位", 16), ("配合单位", 20), ("整改措施", 30), ("发现日期", 12), ("登记日期", 12), ("原定整改时限", 12),
    ("现整改时限", 12), ("状态", 12), ("逾期天数", 9), ("最新进展", 30), ("退回次数", 9), ("核查日期", 12),
    ("销号日期", 12), ("回头看日期", 12), ("反弹次数", 9),
)  # fmt: skip


def write_ledger(facts: LedgerFacts) -> bytes:
    """The ledger, one row a problem, and its figures by lead unit; the same facts give the same bytes."""
    book = Workbook(write_only=True)
    call(book, LEDGER, facts.office_name)
    head = f"　留痕 {facts.head_short}" if facts.head_short else ""
    top = (
        f"{one_line(facts.office_name)}{LEDGER}",
        f"截至{chinese_date(facts.made_on)}　共{len(facts.lines)}个问题{head}",
    )
    table(book, LEDGER, COLUMNS, (row_of(line) for line in facts.lines), top)
    book[LEDGER].page_setup.paperSize = _A3  # 22 columns cannot be read on A4
    columns = (("牵头单位", 26), ("总数", 8), ("逾期", 8), ("已销号", 8), ("反弹", 8))
    table(book, BY_UNIT, columns, _by_unit(facts.lines))
    return _saved(book, facts.made_on)


def row_of(line: ProblemLine) -> Row:
    """A problem under the headings of ``COLUMNS``."""
    return (
        line.number,
        line.source,
        line.source_ref,
        line.title,
        line.place,
        line.description,
        line.clause_number,
        lead_of(line),
        "、".join(line.units[1:]),
        line.measures,
        _day(line.found_on),
        _day(line.registered_on),
        _day(line.original_due_on),
        _day(line.due_on),
        line.state,
        line.days_late,
        line.progress,
        line.returns,
        _day(line.verified_on),
        _day(line.struck_off_on),
        _day(line.look_back_on),
        line.relapses,
    )


def lead_of(line: ProblemLine) -> str:
    """The unit that answers for a problem."""
    return line.units[0] if line.units else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _by_unit(lines: tuple[ProblemLine, ...]) -> Iterator[Row]:
    """Each lead unit's problems in figures, in the order of the ledger, and their sum."""
    for unit in dict.fromkeys(lead_of(line) for line in lines):
        yield (unit, *_counts([line for line in lines if lead_of(line) == unit]))
    yield ("合计", *_counts(lines))


def _counts(lines: list[ProblemLine] | tuple[ProblemLine, ...]) -> tuple[int, int, int, int]:
    return (
        len(lines),
        sum(line.days_late > 0 for line in lines),
        sum(line.struck_off_on is not None for line in lines),
        sum(line.relapses > 0 for line in lines),
    )


def write_blank() -> bytes:
    """The import table: an example row that the reader skips, a choice of sources, and what belongs into each column."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title = BLANK
    top = (BLANK, f"第一行为示例，导入时跳过，可以删除。各列怎样填写见“{GUIDE}”。")
    table(book, BLANK, [(field.heading, field.width) for field in FIELDS], [[field.example for field in FIELDS]], top)
    _prepare(book)
    columns = (("列", 14), ("是否必填", 10), ("怎样填写", 70), ("也可写作", 40))
    lines = [(field.heading, "必填" if field.needed else "选填", field.how, "、".join(field.also)) for field in FIELDS]
    table(book, GUIDE, columns, lines)
    return _saved(book, _BLANK_DATED)


def _prepare(book: Workbook) -> None:
    """Grey for the example, a list to choose the source from, and plain text where 2.10 must not become 2.1."""
    sheet = book[BLANK]
    first = next(row[0].row for row in sheet.iter_rows() if row[0].value == EXAMPLE_MARK)
    for cell in sheet[first]:
        cell.font = Font(italic=True, color="7F7F7F")
    letters = {field.key: get_column_letter(place) for place, field in enumerate(FIELDS, 1)}
    for key in ("clause", "found", "due"):
        sheet.column_dimensions[letters[key]].number_format = "@"
    choice = DataValidation(
        type="list", formula1=f'"{",".join(SOURCES.values())}"', allow_blank=True, showErrorMessage=True
    )
    choice.errorTitle, choice.error = "问题来源", f"请从列表中选一项：{'、'.join(SOURCES.values())}"
    choice.add(f"{letters['source']}{first}:{letters['source']}{first + _OFFERED}")
    sheet.add_data_validation(choice)


def _saved(book: Workbook, dated: date) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return steady(made.getvalue(), dated)

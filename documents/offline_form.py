"""A unit's month as a workbook to be filled in without a network, and the reader of what comes back.

The reader runs in a child process; it takes the columns by their headings, wherever they stand. Nothing is guessed: what a
cell says is handed on as text, and each row names its task and the version that was downloaded.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook

from documents.evidence.apart import serve, work_apart
from documents.scan import shown_name
from documents.sheet import call, from_cell, steady, table
from models import language
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

TASK, VERSION, NUMBER = "任务号", "版本", "指标号"
#: field → heading, as the report's fields are called on a page
WORDS: Final = {
    "progress": "本月进展",
    "percent": "完成进度（%）",
    "no_progress": "本月无进展（填“是”）",
    "reason": "无进展原因",
    "problems": "存在问题",
    "next_steps": "下步工作",
    "lower": "确实低于上月（填“是”）",
}
_VALUE, _WHY = "本月数值", "没有数的原因"
_YES: Final = frozenset({"是", "√", "✓", "1", "y", "yes"})
_TICKED: Final = frozenset({"no_progress", "lower"})
_MOST_ROWS, _MOST_COLUMNS, _MOST_HEAD, _LONGEST = 2_000, 40, 12, 20_000


@dataclass(frozen=True, slots=True)
class OfflineRow:
    """A task's row: its number, its version when it was downloaded, its fields as texts; ``place`` is where it stands."""

    task: int
    version: int | None
    fields: dict[str, str] = field(default_factory=dict)
    place: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in."""
        return not any(self.fields.values())


@dataclass(frozen=True, slots=True)
class OfflineLine:
    """What is written for a task: beside its row what the clerk must know of it, and its indicators."""

    row: OfflineRow
    clause: str
    text: str
    due: date
    last: str
    last_percent: str
    #: number, name, target, unit, last month's value
    indicators: tuple[tuple[int, str, str, str, str], ...]


def write_offline(unit: str, month: str, lines: Sequence[OfflineLine], made_on: date) -> bytes:
    """The workbook; the same content on the same day gives the same bytes."""
    book = Workbook(write_only=True)
    call(book, f"{unit} {month} 填报")
    top = (
        f"{unit} {month} 填报",
        "请填右边各列；任务号和版本不要改。没有填的行不会报送。填好后在网页“填报报送”中上传。",
    )
    columns = [(TASK, 8.0), (VERSION, 6.0), ("事项", 8.0), ("工作内容", 40.0), ("截止日期", 12.0), ("上月进展", 30.0),
               ("上月进度（%）", 10.0)]  # fmt: skip
    columns += [(heading, 36.0 if name == "progress" else 18.0) for name, heading in WORDS.items()]
    table(book, "填报", columns, (_cells(line) for line in lines), top)
    columns = [(TASK, 8.0), (NUMBER, 8.0), ("事项", 8.0), ("指标", 28.0), ("目标", 16.0), ("单位", 8.0), ("上月", 12.0),
               (_VALUE, 12.0), (_WHY, 28.0)]  # fmt: skip
    table(
        book,
        "指标",
        columns,
        (cells for line in lines for cells in _indicator_cells(line)),
        ("每个指标填数值，没有数的写原因。",),
    )
    made = io.BytesIO()
    book.save(made)
    return steady(made.getvalue(), made_on)


def _cells(line: OfflineLine) -> tuple[str | int | None, ...]:
    given = line.row.fields
    typed = [("是" if given.get(name) else "") if name in _TICKED else given.get(name, "") for name in WORDS]
    head = (line.row.task, line.row.version, line.clause, line.text, line.due.isoformat(), line.last, line.last_percent)
    return (*head, *typed)


def _indicator_cells(line: OfflineLine) -> Iterator[tuple[str | int | None, ...]]:
    given = line.row.fields
    for number, name, target, unit, last in line.indicators:
        value, why = given.get(f"value-{number}", ""), given.get(f"why-{number}", "")
        yield (line.row.task, number, line.clause, name, target, unit, last, value, why)


def read_offline(data: bytes, name: str) -> list[OfflineRow]:
    """The rows of a filled-in workbook; ``BadInput`` E-F01 to E-F09 for no workbook, E-H37 for another one."""
    order = {"name": shown_name(name), "language": language.current()}
    lines = work_apart("documents.offline_form", order, [data])
    if not lines:
        raise _another(name, _("it could not be read within the limits of time and memory"))
    if "refused" in lines[0]:
        raise BadInput(**lines[0]["refused"])
    return [OfflineRow(**row) for row in lines[0]["rows"]]


def _another(name: str, why: str) -> BadInput:
    return BadInput(
        "E-H37",
        _("This is not the spreadsheet of a unit's month: {why}.").format(why=why),
        where=name,
        remedy=_("Download the spreadsheet of your month anew, fill it in and upload that file."),
    )


def rows_of(data: bytes, name: str) -> list[OfflineRow]:
    """As ``read_offline``, in this very process: for the child."""
    from documents.workbook_opening import open_book

    book = open_book(data, name, values=True)
    found: dict[int, OfflineRow] = {}
    indicators: list[dict[str, str]] = []
    for sheet in book.worksheets:
        for place, cells in _rows(sheet):
            if NUMBER in cells:
                indicators.append(cells)
            elif WORDS["progress"] in cells:
                _take(found, cells, f"{sheet.title} {place}", name)
    if not found:
        raise _another(name, _("it has no row with a task number under the headings"))
    for cells in indicators:
        row, number = found.get(_whole(cells[TASK]) or 0), _whole(cells[NUMBER])
        if row is not None and number is not None:
            row.fields[f"value-{number}"] = cells.get(_VALUE, "")
            row.fields[f"why-{number}"] = cells.get(_WHY, "")
    return list(found.values())


def _take(found: dict[int, OfflineRow], cells: dict[str, str], place: str, name: str) -> None:
    task = _whole(cells[TASK])
    if task is None:
        raise _another(name, _("{place}: “{text}” is no task number").format(place=place, text=cells[TASK][:20]))
    if task in found:
        raise _another(name, _("task {id} stands there twice").format(id=task))
    fields = {key: cells.get(heading, "") for key, heading in WORDS.items()}
    for key in _TICKED:
        fields[key] = "1" if fields[key].lower() in _YES else ""
    found[task] = OfflineRow(task, _whole(cells.get(VERSION, "")), fields, place)


def _rows(sheet: Any) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows under the headings, those without a task left out; each cell by its heading."""
    headings: list[str] = []
    # openpyxl makes every cell that it is asked for, also where the sheet has none: half a second of them
    there = {"max_row": min(sheet.max_row, _MOST_ROWS), "max_col": min(sheet.max_column, _MOST_COLUMNS)}
    for place, row in enumerate(sheet.iter_rows(**there, values_only=True), 1):
        texts = [from_cell(value).strip()[:_LONGEST] for value in row]
        if not headings:
            if TASK in texts:
                headings = texts
            elif place > _MOST_HEAD:
                return
            continue
        cells = {heading: text for heading, text in zip(headings, texts, strict=False) if heading}
        if cells.get(TASK):
            yield place, cells


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _child(order: dict[str, Any], blobs: list[bytes], say: Callable[..., None]) -> None:
    language.set_language(order["language"])
    try:
        say(rows=[asdict(row) for row in rows_of(blobs[0], order["name"])])
    except BadInput as refusal:
        say(refused=refusal.as_dict())


if __name__ == "__main__":
    serve(_child)

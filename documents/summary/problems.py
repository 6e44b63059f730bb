"""The summary's part on the problem ledger: what is said of it, its annexes, and its lists for the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents.ledger.workbook import COLUMNS, lead_of, row_of
from documents.paper import Annex, Column, Table
from documents.plain_text import chinese_date, one_line, shortened
from documents.sheet import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openpyxl import Workbook

    from models.facts import ProblemLine, ProblemPart, ProblemUnitRow

    Row = tuple[str | int | float | None, ...]

TITLE: Final = "问题台账整改情况"
LISTED: Final = "逾期未整改和反弹问题清单"
#: so many problems fill a page of the report; of more, the rest stands in an annex
_NAMED: Final = 8
_TITLE_LENGTH: Final = 40
#: what a unit's problems are counted as, and the width of the column in millimetres
_COUNTED: Final = (("本月新增", 18), ("完成整改", 18), ("销号", 14), ("反弹", 14), ("逾期未整改", 22), ("期末在册", 18))


def figures(part: ProblemPart) -> dict[str, int]:
    """The month of the ledger in figures; each is the length of the list that the workbook shows."""
    return {
        "new": len(part.new),
        "rectified": len(part.rectified),
        "struck_off": len(part.struck_off),
        "relapsed": len(part.relapsed),
        "overdue": len(part.overdue),
        "standing": part.standing,
    }


def overdue(part: ProblemPart) -> dict[str, Any]:
    """The overdue problems to be named: all where they fit on a page, else those that are longest overdue."""
    return _named(part.overdue, lambda line: -line.days_late)


def relapsed(part: ProblemPart) -> dict[str, Any]:
    """The relapsed problems to be named: all where they fit on a page, else those that came back most often."""
    return _named(part.relapsed, lambda line: -line.relapses)


def _named(lines: tuple[ProblemLine, ...], worst_first: Callable[[ProblemLine], int]) -> dict[str, Any]:
    shown = lines if len(lines) <= _NAMED else sorted(lines, key=worst_first)[:_NAMED]
    return {"all": len(lines), "shown": [_problem(line) for line in shown], "listed": LISTED}


def _problem(line: ProblemLine) -> dict[str, Any]:
    title = shortened(line.title, _TITLE_LENGTH)
    return {
        "unit": one_line(lead_of(line)),
        "title": one_line(title).rstrip("。；;"),
        "due": chinese_date(line.due_on),
        "days": line.days_late,
        "relapses": line.relapses,
    }


def problem_annexes(part: ProblemPart) -> tuple[Annex, ...]:
    """Each lead unit in figures; and, where the report names only some of them, every overdue and relapsed problem."""
    made = [_units(part)] if part.units else []
    if max(len(part.overdue), len(part.relapsed)) > _NAMED:
        made.append(_listed(part))
    return tuple(made)


def _units(part: ProblemPart) -> Annex:
    counts = [_counts(row) for row in part.units]
    rows = [(one_line(row.unit), *map(str, line)) for row, line in zip(part.units, counts, strict=True)]
    rows.append(("合计", *(str(sum(column)) for column in zip(*counts, strict=True))))
    columns = (Column("牵头单位", 52, "left"), *(Column(name, width) for name, width in _COUNTED))
    return Annex("各牵头单位问题整改情况表", Table(columns, tuple(rows)))


def _counts(row: ProblemUnitRow) -> tuple[int, ...]:
    """A unit's figures in the order of ``_COUNTED``."""
    return row.new, row.rectified, row.struck_off, row.relapsed, row.overdue, row.standing


def _listed(part: ProblemPart) -> Annex:
    columns = (
        Column("牵头单位", 34, "left"),
        Column("问题", 66, "left"),
        Column("整改时限", 32),
        Column("情况", 24),
    )
    late = [_listed_row(line, f"逾期{line.days_late}天") for line in part.overdue]
    again = [_listed_row(line, f"第{line.relapses}次反弹") for line in part.relapsed]
    rows: list[tuple[str, ...]] = []
    for name, lines in (("逾期未整改", late), ("销号后反弹", again)):
        rows += [(f"{name}（{len(lines)}个）",), *lines] if lines else []
    return Annex(LISTED, Table(columns, tuple(rows)))


def _listed_row(line: ProblemLine, standing: str) -> tuple[str, ...]:
    return one_line(lead_of(line)), one_line(line.title), chinese_date(line.due_on), standing


def problem_sheets(book: Workbook, part: ProblemPart) -> None:
    """Every problem that the month's figures count, under what it counts as; and the figures of each lead unit."""
    table(book, "问题台账", (("类别", 12), *COLUMNS), _rows(part))
    rows: list[Row] = [(row.unit, *_counts(row)) for row in part.units]
    table(book, "问题按单位", (("牵头单位", 26), *((name, 11) for name, _width in _COUNTED)), rows)


def _rows(part: ProblemPart) -> Iterator[Row]:
    kinds = (
        ("本月新增", part.new),
        ("完成整改", part.rectified),
        ("销号", part.struck_off),
        ("反弹", part.relapsed),
        ("逾期未整改", part.overdue),
    )
    return ((kind, *row_of(line)) for kind, lines in kinds for line in lines)

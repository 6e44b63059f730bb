"""What is to be checked, in the workbook: beside the row it belongs to, and all of it on a sheet of its own.

A tick on a row goes for everything to be checked in that row; a tick on the sheet for that one thing, and it comes
first. The words are those of the workbook, whatever language the reader speaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from documents.decomposition.style import BORDER, fill, head, put, say
from models.doubts import Verdict, listed
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from models.doubts import Doubt
    from models.drafts import NoticeDraft

LIST: Final = "存疑清单"
CHECK, TICK, REMARK, KEY = "核对", "处理", "说明", "标识"
#: the words of a tick
TICKS: Final = {Verdict.ACCEPTED: "已核对", Verdict.CORRECTED: "已改正", Verdict.DISMISSED: "不是问题"}
#: said of a row whose things were ticked differently, on their sheet
APART: Final = "分别处理"
WEIGHS, HINT, DONE = "【须核定】", "【提示】", "【已处理】"
#: heading, width in characters
LIST_COLUMNS: Final = (
    ("条款", 8), ("行", 6), ("核对", 46), ("原文", 40), ("可能的读法", 30), (TICK, 11), (REMARK, 26), ("原文所在", 46),
    ("核对人", 10), ("核对时间", 16), ("代码", 9), ("列", 6), (KEY, 12),
)  # fmt: skip
#: what must be decided, what may be looked at, what is done
RED, YELLOW, GREEN = "F8CBAD", "FFF2CC", "E2EFDA"
_CENTRED: Final = frozenset({"条款", "行", TICK, "核对人", "核对时间", "代码", "列", KEY})
#: rows below the last one that offer the choice too, for rows that a person adds
SPARE: Final = 200


def of_rows(draft: NoticeDraft) -> dict[str, list[Doubt]]:
    """The warnings that stand beside each clause's row; those of an item stand beside its first clause."""
    first = {str(item.number): item.clauses[0].id for item in draft.items if item.clauses}
    clauses = {clause.id for clause in draft.clauses}
    found: dict[str, list[Doubt]] = {}
    for doubt in listed(draft):
        place = first.get(doubt.note.clause, doubt.note.clause)
        if place in clauses:
            found.setdefault(place, []).append(doubt)
    return found


def tick_of(doubt: Doubt) -> str:
    """The tick that stands for what was said of a warning."""
    return TICKS[Verdict(doubt.decision.verdict)] if doubt.decision else ""


def note_of(doubt: Doubt) -> str:
    """What was noted beside the tick."""
    return doubt.decision.note if doubt.decision else ""


def row_texts(doubts: Sequence[Doubt]) -> dict[str, str]:
    """What the columns of checking say beside a clause."""
    ticks = {tick_of(doubt) for doubt in doubts}
    notes = {note_of(doubt) for doubt in doubts}
    tick = ticks.pop() if len(ticks) == 1 else "" if "" in ticks or not ticks else APART
    return {
        CHECK: "\n".join(_to_check(doubt) for doubt in doubts),
        TICK: tick,
        REMARK: notes.pop() if len(notes) == 1 else "",
    }


def list_texts(doubt: Doubt) -> dict[str, str]:
    """What the sheet says of one warning."""
    note, decision = doubt.note, doubt.decision
    return {
        "条款": note.clause,
        "行": str(note.line or ""),
        "核对": f"{mark(doubt)}{note.message}",
        "原文": note.quote,
        "可能的读法": "\n".join(note.readings),
        TICK: tick_of(doubt),
        REMARK: note_of(doubt),
        "原文所在": note.context,
        "核对人": decision.by if decision else "",
        "核对时间": shown(decision.at) if decision and decision.at else "",
        "代码": note.code,
        "列": str(note.column or ""),
        KEY: doubt.key,
    }


def mark(doubt: Doubt) -> str:
    """How much it weighs, in words."""
    return DONE if not doubt.open else WEIGHS if doubt.weighs else HINT


def colour(doubts: Iterable[Doubt]) -> str:
    """Red while something must be decided, yellow while something may be looked at, green when all is ticked off."""
    found = list(doubts)
    if any(doubt.open and doubt.weighs for doubt in found):
        return RED
    if any(doubt.open for doubt in found):
        return YELLOW
    return GREEN if found else ""


def _to_check(doubt: Doubt) -> str:
    readings = " / ".join(doubt.note.readings)
    told = f"（可能：{readings}）" if readings and doubt.note.code == "E-D01" else ""
    return f"{mark(doubt)}{doubt.note.message}{told}"


def write_list(sheet: Worksheet, doubts: Sequence[Doubt]) -> None:
    """The sheet of everything to be checked, with the choice of ticks."""
    for column, (heading, width) in enumerate(LIST_COLUMNS, 1):
        head(sheet, 1, column, heading)
        sheet.column_dimensions[get_column_letter(column)].width = width
    columns = {heading: at for at, (heading, _width) in enumerate(LIST_COLUMNS, 1)}
    for row, doubt in enumerate(doubts, 2):
        write_list_row(sheet, row, doubt, columns)
    last = max(len(doubts) + 1, 1)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(LIST_COLUMNS))}{last}"
    tick = get_column_letter([heading for heading, _width in LIST_COLUMNS].index(TICK) + 1)
    offer_ticks(sheet, tick, 2, last)
    turn_green(sheet, f"C{tick}", tick, 2, last)
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_area = (
        f"A1:{get_column_letter([heading for heading, _width in LIST_COLUMNS].index('原文所在') + 1)}{last}"
    )


def write_list_row(sheet: Worksheet, row: int, doubt: Doubt, columns: dict[str, int]) -> None:
    """A new row of the sheet, as high as its texts need."""
    lines = 1
    for heading, width in LIST_COLUMNS:
        if heading not in columns:
            continue
        cell = put(sheet, row, columns[heading], "")
        cell.border = BORDER
        if heading in _CENTRED:
            cell.alignment = Alignment(horizontal="center", vertical="top", wrap_text=True)
            cell.number_format = "@"
        lines = max(lines, sum(1 + len(line) * 2 // width for line in list_texts(doubt)[heading].split("\n")))
    sheet.row_dimensions[row].height = min(15.5 * lines, 200)
    say_list_row(sheet, row, doubt, columns)


def say_list_row(sheet: Worksheet, row: int, doubt: Doubt, columns: dict[str, int]) -> None:
    """One row of the sheet, as it stands now."""
    for heading, text in list_texts(doubt).items():
        if heading in columns:
            cell: Cell = sheet.cell(row, columns[heading])  # type: ignore[assignment]
            say(cell, text)
            if heading in {"核对", TICK}:
                fill(cell, colour([doubt]))


def offer_ticks(sheet: Worksheet, letter: str, first: int, last: int) -> None:
    """Let a column choose among the ticks."""
    choice = DataValidation(type="list", formula1=f'"{",".join(TICKS.values())}"', allow_blank=True)
    choice.showErrorMessage = True
    choice.errorTitle, choice.error = TICK, f"请选择：{'、'.join(TICKS.values())}；未核对的留空。"
    choice.add(f"{letter}{first}:{letter}{last + SPARE}")
    sheet.add_data_validation(choice)


def turn_green(sheet: Worksheet, columns: str, letter: str, first: int, last: int) -> None:
    """Let cells turn green as soon as there is a tick in their row; ``columns`` are letters."""
    done = PatternFill(bgColor=GREEN, fill_type="solid")
    for column in columns:
        rule = FormulaRule(formula=[f"LEN(TRIM(${letter}{first}))>0"], fill=done)  # type: ignore[no-untyped-call]
        sheet.conditional_formatting.add(f"{column}{first}:{column}{max(last, first)}", rule)

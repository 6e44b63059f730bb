"""The decomposition table 任务分解表 as a workbook that a person edits; ``reading.py`` takes it back.

One row for each clause, with what is to be checked in it; a sheet for the notice itself; a sheet of everything to be
checked (``doubts.py``). A hidden sheet keeps the draft as it was written out: a cell that was not touched means
what it meant, down to remarks no cell shows, and a cell that was touched means what it says. Without the hidden sheet
everything is read from the cells.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from documents.decomposition import cells
from documents.decomposition.doubts import (
    CHECK,
    LIST,
    REMARK,
    SPARE,
    TICK,
    colour,
    of_rows,
    offer_ticks,
    row_texts,
    turn_green,
    write_list,
)
from documents.decomposition.style import BORDER, FACE, GREY, fill, head, put
from documents.notice_json import to_json
from models.doubts import listed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from models.doubts import Doubt
    from models.drafts import ClauseDraft, ItemDraft, NoticeDraft

TABLE, NOTICE, KEPT = "任务分解表", "通知", "_duban"
KEPT_MARK: Final = "duban draft 1"
KEPT_CHUNK: Final = 30_000
#: heading, width in characters
COLUMNS: Final = (
    ("序号", 6), ("部分", 12), ("小节", 12), ("任务", 16), ("编号", 7), (CHECK, 40), (TICK, 10), (REMARK, 16), ("内容", 56),
    ("牵头单位", 16), ("配合单位", 28), ("单位组", 16), ("时限", 24), ("量化指标", 28), ("谁报送", 12), ("主题", 16),
    ("原文括号", 36), ("原文行", 7), ("存疑", 36),
)  # fmt: skip
HEADER_ROW: Final = 3
#: columns that say where a row came from rather than what to do: shown grey
_GREY: Final = frozenset({"主题", "原文括号", "原文行", "存疑"})
#: coloured while there is something to check in the row
CHECKED: Final = ("编号", CHECK, TICK)
_CENTRED: Final = frozenset({"序号", "编号", "谁报送", TICK, "原文行"})
_HINT: Final = "可修改、增删、排序。配合单位、单位组用顿号分开；时限每行一个，如 2022-06-30（原文）；量化指标每行一个，如 新增企业 ≥ 30 家（原文）。"
_TICK_HINT: Final = "照原件核对，在“处理”里选 已核对、已改正、不是问题。红色须核定，黄色是提示。一行里几处不同的，到“存疑清单”逐处选，以清单为准。改完保存后导入。"


def write_table(draft: NoticeDraft, path: Path) -> None:
    """Write the draft as an .xlsx workbook for a person to check and edit."""
    path.write_bytes(table_bytes(draft))


def table_bytes(draft: NoticeDraft) -> bytes:
    """The draft as an .xlsx workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = TABLE
    _write_clauses(sheet, draft)
    write_list(book.create_sheet(LIST), listed(draft))
    _write_pairs(book.create_sheet(NOTICE), notice_texts(draft))
    write_kept(book.create_sheet(KEPT), draft)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def clause_texts(item: ItemDraft, clause: ClauseDraft) -> dict[str, str]:
    """What each column of a clause's row says."""
    return {
        "序号": str(item.number),
        "部分": str(item.section or ""),
        "小节": str(item.subsection or ""),
        "任务": item.title,
        "编号": clause.id,
        "内容": clause.text,
        "牵头单位": clause.lead,
        "配合单位": "、".join(unit for unit in clause.units if unit != clause.lead),
        "单位组": "、".join(clause.groups),
        "时限": cells.milestones_text(clause.milestones),
        "量化指标": cells.indicators_text(clause.indicators),
        "谁报送": cells.reporter_text(clause.report_policy),
        "存疑": "\n".join(clause.damage),
        "主题": clause.topic,
        "原文括号": clause.bracket,
        "原文行": str(clause.source_line or ""),
    }


def notice_texts(draft: NoticeDraft) -> dict[str, str]:
    """What the sheet of the notice says, line by line."""
    rule = draft.reporting
    return {
        "标题": draft.title,
        "附件标题": draft.attachment_title,
        "发文单位": draft.issuer,
        "办公室简称": draft.issuer_short,
        "文号": draft.document_number,
        "成文日期": cells.day_text(draft.issued_on),
        "成文日期原文": draft.issued_on_quote,
        "发布日期": cells.day_text(draft.published_on),
        "发布科室": draft.published_by,
        "主送": draft.recipients,
        "主送单位": "、".join(draft.recipients_list),
        "附件": "\n".join(draft.attachments),
        "报送周期": cells.CYCLES.get(rule.cycle, ""),
        "报送日": str(rule.day or ""),
        "谁报送": cells.REPORTERS.get(rule.who_reports, cells.REPORTERS["every"]),
        "报送内容": rule.what,
        "报送至": rule.to,
        "签章要求": rule.needs_quote,
        "报送要求原文": rule.quote,
        "来源文件": draft.source_name,
        "来源文件SHA-256": draft.source_sha256,
    }


def _write_clauses(sheet: Worksheet, draft: NoticeDraft) -> None:
    title = put(sheet, 1, 1, f"{draft.attachment_title or draft.title} 任务分解表")
    title.font = Font(name="方正小标宋简体", size=18)
    title.alignment = Alignment(horizontal="left", vertical="center")
    for first, last, text in (("A", _letter(REMARK), _TICK_HINT), (_letter("内容"), _letter("谁报送"), _HINT)):
        hint = put(sheet, 2, column_index_from_string(first), text)
        hint.font = Font(name=FACE, size=10, color=GREY)
        hint.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
        sheet.merge_cells(f"{first}2:{last}2")
    sheet.row_dimensions[2].height = 30
    sheet.row_dimensions[1].height = 32
    for column, (heading, width) in enumerate(COLUMNS, 1):
        head(sheet, HEADER_ROW, column, heading)
        sheet.column_dimensions[get_column_letter(column)].width = width
    row, doubts = HEADER_ROW, of_rows(draft)
    for item in draft.items:
        for clause in item.clauses:
            row += 1
            mine = doubts.get(clause.id, [])
            _write_row(sheet, row, clause_texts(item, clause) | row_texts(mine), mine)
    _finish(sheet, row)


def _write_row(sheet: Worksheet, row: int, texts: dict[str, str], doubts: Sequence[Doubt]) -> None:
    lines = 1
    for column, (heading, width) in enumerate(COLUMNS, 1):
        text = texts[heading]
        cell = put(sheet, row, column, text)
        cell.border = BORDER
        if heading in _CENTRED:
            cell.alignment = Alignment(horizontal="center", vertical="top")
            cell.number_format = "@"
        if heading in _GREY:
            cell.font = Font(name=FACE, size=10, color=GREY)
        if heading in CHECKED:
            fill(cell, colour(doubts))
        lines = max(lines, sum(1 + len(line) * 2 // width for line in text.split("\n")))
    sheet.row_dimensions[row].height = min(15.5 * lines, 400)


def _finish(sheet: Worksheet, last: int) -> None:
    """Freeze the headings, offer a choice where there is one, and print on wide paper with the headings repeated."""
    sheet.freeze_panes = f"F{HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(COLUMNS))}{max(last, HEADER_ROW)}"
    choices = ",".join((cells.BY_NOTICE, *cells.REPORTERS.values()))
    choice = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
    letter = _letter("谁报送")
    choice.add(f"{letter}{HEADER_ROW + 1}:{letter}{last + SPARE}")
    sheet.add_data_validation(choice)
    offer_ticks(sheet, _letter(TICK), HEADER_ROW + 1, last)
    turn_green(sheet, "".join(_letter(one) for one in CHECKED), _letter(TICK), HEADER_ROW + 1, last)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.print_area = f"A1:{_letter('谁报送')}{max(last, HEADER_ROW)}"  # where a row came from stays on the screen
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _place(heading: str) -> int:
    return [name for name, _width in COLUMNS].index(heading) + 1


def _letter(heading: str) -> str:
    return get_column_letter(_place(heading))


def _write_pairs(sheet: Worksheet, texts: dict[str, str]) -> None:
    head(sheet, 1, 1, "项目")
    head(sheet, 1, 2, "内容")
    for row, (name, text) in enumerate(texts.items(), 2):
        put(sheet, row, 1, name).border = BORDER
        cell = put(sheet, row, 2, text)
        cell.border = BORDER
        cell.number_format = "@"
    sheet.column_dimensions["A"].width = 18
    sheet.column_dimensions["B"].width = 90
    sheet.freeze_panes = "A2"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def write_kept(sheet: Worksheet, draft: NoticeDraft) -> None:
    """The hidden sheet: the draft as it was, in plain ASCII, in pieces that fit a cell."""
    text = json.dumps(to_json(draft), ensure_ascii=True, separators=(",", ":")).replace("_", "\\u005f")
    sheet.cell(1, 1, KEPT_MARK)
    for row, start in enumerate(range(0, len(text), KEPT_CHUNK), 2):
        cell = sheet.cell(row, 1, "|" + text[start : start + KEPT_CHUNK])
        cell.data_type = "s"
    sheet.sheet_state = "hidden"

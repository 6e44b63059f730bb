"""Ticks in the workbook: beside the row and on the sheet, read back whole, refused by cell; and decisions put into it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from documents.decomposition import correction
from documents.decomposition.cells import BadCell
from documents.decomposition.doubts import CHECK, KEY, LIST, REMARK, TICK
from documents.decomposition.reading import read_table
from documents.decomposition.saving import TableFile
from documents.decomposition.workbook import HEADER_ROW, KEPT, NOTICE, TABLE, write_table
from documents.reading.reader import read_notice
from kit.notice import notice, real
from models import doubts
from models.doubts import Verdict
from models.drafts import Decision, MilestoneDraft
from models.errors import BadInput, Conflict, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from models.drafts import NoticeDraft, WarningNote

BODY = """1.做好甲事。2022111日前完成甲(市水利局、市公安局,有关县市区
2.做好乙事。新增企业30家以上。(市商务局、沿线各段)6月31日前再做乙(市水利局,各有关单位)
"""
NOW = datetime(2022, 6, 1, 9, tzinfo=UTC)


@pytest.fixture
def draft() -> NoticeDraft:
    return notice(BODY)


@pytest.fixture
def table(draft: NoticeDraft, tmp_path: Path) -> Path:
    path = tmp_path / "分解表.xlsx"
    write_table(draft, path)
    return path


def edit(path: Path, work: Callable[[Workbook], Any]) -> NoticeDraft:
    book = load_workbook(path)
    work(book)
    book.save(path)
    return read_table(path)


def columns(sheet: Worksheet) -> dict[str, int]:
    first = HEADER_ROW if sheet.title == TABLE else 1
    return {str(cell.value): int(cell.column or 0) for cell in sheet[first]}


def row_of(sheet: Worksheet, heading: str, value: str) -> int:
    at = columns(sheet)[heading]
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, at).value == value)


def beside(book: Workbook, clause: str, heading: str) -> Any:
    sheet = book[TABLE]
    return sheet.cell(row_of(sheet, "编号", clause), columns(sheet)[heading])


def in_list(book: Workbook, code: str, heading: str) -> Any:
    sheet = book[LIST]
    return sheet.cell(row_of(sheet, "代码", code), columns(sheet)[heading])


def said(draft: NoticeDraft) -> dict[str, tuple[str, str]]:
    """What is said of each warning by its code."""
    return {one.note.code: (one.decision.verdict, one.decision.note) for one in doubts.listed(draft) if one.decision}


def note_of(draft: NoticeDraft, code: str) -> WarningNote:
    return next(note for note in draft.warnings if note.code == code)


def test_row_says_what_is_to_be_checked_in_words_and_colour(table: Path) -> None:
    book = load_workbook(table)
    check = beside(book, "1.1", CHECK)
    assert str(check.value).startswith("【须核定】第 1.1 条“2022111日前”")
    assert "【提示】第 1.1 条括号未闭合" in str(check.value)
    assert (check.fill.fgColor.rgb, beside(book, "1.1", "编号").fill.fgColor.rgb) == ("00F8CBAD", "00F8CBAD")
    (choice,) = [one for one in book[TABLE].data_validations.dataValidation if "已核对" in one.formula1]
    assert beside(book, "1.1", TICK).coordinate in choice.sqref
    assert "已核对,已改正,不是问题" in choice.formula1


def test_tick_on_a_row_goes_for_all_of_it_and_one_on_the_sheet_comes_first(draft: NoticeDraft, table: Path) -> None:
    def work(book: Workbook) -> None:
        beside(book, "1.1", TICK).value, beside(book, "1.1", REMARK).value = "已核对", "照原件"
        in_list(book, "W-N01", TICK).value, in_list(book, "W-N01", REMARK).value = "不是问题", "原件无括号"
        in_list(book, "W-N03", TICK).value = " 已改正 "

    read = edit(table, work)
    assert said(read) == {
        "W-D03": ("accepted", "照原件"), "W-N01": ("dismissed", "原件无括号"), "W-N03": ("corrected", ""),
    }  # fmt: skip
    assert replace(read, decisions=()) == draft


def test_ticks_that_were_signed_stay_signed_until_they_are_touched(draft: NoticeDraft, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    keys = [doubt.key for doubt in doubts.listed(draft)]
    signed = doubts.decided(draft, *(Decision(key, "accepted", "好", "li", NOW) for key in keys))
    write_table(signed, path)
    assert read_table(path) == signed

    def work(book: Workbook) -> None:
        in_list(book, "W-N03", TICK).value = "不是问题"
        beside(book, "2.2", TICK).value, beside(book, "2.2", REMARK).value = None, None

    read = edit(path, work)
    by_code = {one.note.code: one.decision for one in doubts.listed(read)}
    assert (by_code["W-N03"], by_code["E-D01"]) == (
        Decision(by_code["W-N03"].key, "dismissed", "好"), None,  # type: ignore[union-attr]
    )  # fmt: skip
    assert by_code["W-D03"].by == "li"  # type: ignore[union-attr]


def test_rows_sorted_filtered_and_put_in_lose_no_tick(table: Path) -> None:
    def work(book: Workbook) -> None:
        in_list(book, "W-N03", TICK).value = "已核对"
        for name in (LIST, TABLE):
            sheet = book[name]
            first = (HEADER_ROW if name == TABLE else 1) + 1
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]
            sheet.delete_rows(first, len(rows))
            for row in reversed(rows):
                sheet.append(row)
            sheet.row_dimensions[first].hidden = True
            sheet.insert_rows(first + 1)
        beside(book, "1.1", TICK).value = "已核对"

    assert set(said(edit(table, work))) >= {"W-N03", "W-D03", "W-N01"}


def test_without_the_hidden_sheet_the_list_says_it_all(draft: NoticeDraft, table: Path) -> None:
    def work(book: Workbook) -> None:
        book.remove(book[KEPT])
        in_list(book, "W-N03", TICK).value = "已核对"

    read = edit(table, work)
    assert read.warnings == draft.warnings
    assert said(read) == {"W-N03": ("accepted", "")}


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        (TICK, "看过了", "E-X02"),
        (TICK, "=1+1", "E-X02"),
        (REMARK, "只有说明", "E-X02"),
        (KEY, "deadbeef", "E-X02"),
        (KEY, None, "E-X02"),
    ],
)
def test_list_cell_that_says_nothing_a_tick_can_say_is_named(heading: str, value: Any, code: str, table: Path) -> None:
    def work(book: Workbook) -> None:
        in_list(book, "W-N03", heading).value = value

    with pytest.raises(BadInput) as caught:
        edit(table, work)
    assert caught.value.code == code
    assert f"{LIST}!" in caught.value.where


def test_what_a_tick_in_the_table_cannot_say_is_named(table: Path) -> None:
    kept = table.read_bytes()
    for clause, heading, value in (("1.1", TICK, "分别处理"), ("1.1", TICK, "好"), ("2.1", REMARK, "只有说明")):
        table.write_bytes(kept)

        def work(book: Workbook, place: tuple[str, str] = (clause, heading), what: str = value) -> None:
            beside(book, *place).value = what

        with pytest.raises(BadInput) as caught:
            edit(table, work)
        assert (caught.value.code, f"{TABLE}!" in caught.value.where) == ("E-X02", True)


def test_copied_row_that_says_something_else_is_refused_and_the_same_is_one(table: Path) -> None:
    def copy(book: Workbook, tick: str) -> None:
        sheet = book[LIST]
        values = [cell.value for cell in sheet[row_of(sheet, "代码", "W-N03")]]
        sheet.append(values)
        sheet.cell(sheet.max_row, columns(sheet)[TICK]).value = tick or None

    kept = table.read_bytes()
    with pytest.raises(BadInput):
        edit(table, lambda book: copy(book, "已核对"))
    table.write_bytes(kept)
    assert said(edit(table, lambda book: copy(book, ""))) == {}


@pytest.mark.parametrize(("old", "new", "code"), [(TICK, "处里", "E-N21"), ("主题", TICK, "E-N20")])
def test_heading_that_was_renamed_or_doubled_is_refused_by_cell(old: str, new: str, code: str, table: Path) -> None:
    def work(book: Workbook) -> None:
        sheet = book[TABLE]
        sheet.cell(HEADER_ROW, columns(sheet)[old]).value = new

    with pytest.raises(BadInput) as caught:
        edit(table, work)
    assert (caught.value.code, caught.value.where.startswith(f"{TABLE}!")) == (code, True)


def test_columns_and_sheets_of_ones_own_are_let_be_and_merged_cells_say_the_same_for_all(
    draft: NoticeDraft, table: Path
) -> None:
    def work(book: Workbook) -> None:
        sheet = book[TABLE]
        sheet.cell(HEADER_ROW, sheet.max_column + 1).value = "我的备注"
        book.create_sheet("我的页")
        for heading in ("任务", "部分"):
            at = columns(sheet)[heading]
            sheet.merge_cells(start_row=5, end_row=6, start_column=at, end_column=at)

    assert edit(table, work) == draft


def test_cell_mended_without_a_tick_counts_as_corrected_and_the_rest_stays_open(table: Path) -> None:
    def work(book: Workbook) -> None:
        beside(book, "1.1", "时限").value = "2022-11-01（2022111日前）"
        beside(book, "2.1", "牵头单位").value, beside(book, "2.1", "配合单位").value = "市商务局", "市财政局"

    assert said(edit(table, work)) == {"W-D03": ("corrected", "表中已改"), "W-N03": ("corrected", "表中已改")}


def test_deadline_changed_elsewhere_in_the_cell_leaves_the_doubt_open(draft: NoticeDraft, table: Path) -> None:
    def work(book: Workbook) -> None:
        cell = beside(book, "1.1", "时限")
        cell.value = f"{cell.value}\n2022-12-31（年底）"

    assert said(edit(table, work)) == {}


def test_row_that_is_gone_is_asked_about_once(draft: NoticeDraft, table: Path) -> None:
    read = edit(table, lambda book: book[TABLE].delete_rows(row_of(book[TABLE], "编号", "2.2")))
    (gone,) = [one for one in doubts.listed(read) if one.note.code == "W-N31"]
    assert (gone.open, gone.weighs, "2.2" in gone.note.message) == (True, True, True)
    assert said(read) == {"E-D01": ("corrected", "该行已删")}
    kept = TableFile(table)
    kept.save(doubts.decided(read, Decision(gone.key, "accepted", "", "li", NOW)))
    again = read_table(table)
    assert [one.open for one in doubts.listed(again) if one.note.code == "W-N31"] == [False]


def test_decision_goes_into_the_cells_it_changes_and_leaves_the_rest_alone(draft: NoticeDraft, table: Path) -> None:
    def own(book: Workbook) -> None:
        sheet = book[TABLE]
        sheet.cell(HEADER_ROW, sheet.max_column + 1).value = "我的备注"
        sheet.cell(HEADER_ROW + 1, sheet.max_column).value = "记一笔"
        beside(book, "2.1", "内容").value = "改过的内容"
        book.create_sheet("我的页")["A1"] = "留着"

    edit(table, own)
    kept = TableFile(table)
    assert kept.draft is not None
    note = note_of(draft, "W-D03")
    (doubt,) = [one for one in doubts.listed(kept.draft) if one.note.code == "W-D03"]
    after = correction.take(kept.draft, note, "2022-11-01")
    after = doubts.decided(after, Decision(doubt.key, "corrected", "待定 → 2022-11-01", "li", NOW))
    kept.save(after)
    assert read_table(table) == after
    book = load_workbook(table)
    assert (beside(book, "1.1", "时限").value, in_list(book, "W-D03", TICK).value) == (
        "2022-11-01（2022111日前）", "已改正",
    )  # fmt: skip
    assert in_list(book, "W-D03", "核对人").value == "li"
    assert (beside(book, "1.1", TICK).value, beside(book, "2.1", "内容").value) == (None, "改过的内容")
    assert (beside(book, "1.1", "我的备注").value, book["我的页"]["A1"].value) == ("记一笔", "留着")


def test_table_changed_meanwhile_or_open_elsewhere_is_not_written_over(draft: NoticeDraft, table: Path) -> None:
    kept = TableFile(table)
    decided = doubts.decided(draft, Decision(doubts.listed(draft)[0].key, "accepted"))
    lock = table.with_name(f".~lock.{table.name}#")
    lock.touch()
    with pytest.raises(Refused) as caught:
        kept.save(decided)
    assert caught.value.code == "E-N19"
    lock.unlink()
    edit(table, lambda book: book[NOTICE].append(["别的", "改了"]))
    before = table.read_bytes()
    with pytest.raises(Conflict) as clash:
        kept.save(decided)
    assert (clash.value.code, table.read_bytes() == before) == ("E-N18", True)
    assert [path.name for path in table.parent.iterdir()] == [table.name]


def test_reading_is_taken_where_it_changes_something_and_what_is_typed_must_be_understood(draft: NoticeDraft) -> None:
    date_note, odd, impossible = (note_of(draft, code) for code in ("W-D03", "W-N03", "E-D01"))
    taken = correction.take(draft, date_note, date_note.readings[0])
    assert taken.clauses[0].milestones == (MilestoneDraft(date_note.quote, date(2022, 1, 11)),)
    near = correction.take(draft, impossible, impossible.readings[0])
    assert near.clauses[2].milestones[0].due_on == date(2022, 6, 30)
    named = correction.typed(draft, odd, "市商务局、市财政局,有关县市区")
    assert (named.clauses[1].units, named.clauses[1].groups) == (("市商务局", "市财政局"), ("有关县市区",))
    assert correction.take(draft, note_of(draft, "W-N01"), note_of(draft, "W-N01").readings[0]) == draft
    for note, text in ((date_note, "六月"), (date_note, ""), (odd, " ")):
        with pytest.raises(BadCell):
            correction.typed(draft, note, text)
    led = correction.take(draft, replace(odd, code="W-N11", readings=("沿线各段",)), "沿线各段")
    assert (led.clauses[1].lead, led.clauses[1].units) == ("沿线各段", ("沿线各段", "市商务局"))
    unread = replace(date_note, code="W-D05", quote="长期")
    assert correction.typed(draft, unread, "2022-12-31").clauses[0].milestones[-1].quote == "长期"


def test_ticks_survive_another_spreadsheet_program(tmp_path: Path) -> None:
    """LibreOffice opens and saves the table; it stands for any program that is not ours."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed here")
    name = "zhuzhou-2022.txt"
    draft = read_notice(real(name).read_bytes(), name)
    keys = [one.key for one in doubts.listed(draft)]
    verdicts = list(Verdict)
    ticked = doubts.decided(
        draft, *(Decision(key, verdicts[at % 3].value, "=注", "li", NOW) for at, key in enumerate(keys) if at % 4)
    )
    source, target = tmp_path / "t.xlsx", tmp_path / "out"
    write_table(ticked, source)
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    command += ["xlsx:Calc MS Excel 2007 XML", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert read_table(target / "t.xlsx") == ticked

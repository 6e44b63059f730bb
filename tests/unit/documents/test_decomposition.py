"""The decomposition table: written, edited in a spreadsheet, read back, and nothing lost that a person did not touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from documents.decomposition import cells
from documents.decomposition.doubts import LIST, LIST_COLUMNS
from documents.decomposition.reading import read_table
from documents.decomposition.rows import columns_of
from documents.decomposition.workbook import HEADER_ROW, KEPT, NOTICE, TABLE, write_table
from documents.notice_json import from_json, to_json
from documents.reading.reader import read_notice
from kit.notice import notice, real
from models.drafts import ClauseDraft, IndicatorDraft, ItemDraft, MilestoneDraft, NoticeDraft
from models.errors import BadInput
from models.states import ReportPolicy
from simulation.example import example_notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

BODY = """(一)抓水
1.甲事。2022年6月底前完成甲(市水利局、市公安局,有关县市区
2.乙事。新增企业30家以上。(市商务局)再做乙(市水利局,各有关单位)
"""


@pytest.fixture
def draft() -> NoticeDraft:
    return notice(BODY)


@pytest.fixture
def table(draft: NoticeDraft, tmp_path: Path) -> Path:
    path = tmp_path / "分解表.xlsx"
    write_table(draft, path)
    return path


def edit(path: Path, work: Callable[[Workbook], Any]) -> NoticeDraft:
    """What a person makes of the table in a spreadsheet program, read back."""
    book = load_workbook(path)
    work(book)
    book.save(path)
    return read_table(path)


def cell(book: Workbook, clause: str, heading: str) -> Any:
    sheet = book[TABLE]
    columns = {str(sheet.cell(HEADER_ROW, at).value): at for at in range(1, sheet.max_column + 1)}
    rows = {sheet.cell(at, columns["编号"]).value: at for at in range(HEADER_ROW + 1, sheet.max_row + 1)}
    return sheet.cell(rows[clause], columns[heading])


def put(path: Path, clause: str, heading: str, value: Any) -> NoticeDraft:
    def work(book: Workbook) -> None:
        cell(book, clause, heading).value = value

    return edit(path, work)


def by_id(draft: NoticeDraft) -> dict[str, ClauseDraft]:
    return {clause.id: clause for clause in draft.clauses}


def refusal(path: Path, work: Callable[[Workbook], Any]) -> BadInput:
    with pytest.raises(BadInput) as caught:
        edit(path, work)
    return caught.value


def test_table_that_nobody_touched_is_the_draft(draft: NoticeDraft, table: Path) -> None:
    assert read_table(table) == draft


@pytest.mark.parametrize("name", ["zhuzhou-2022.txt", "guofa-2018-38.txt", "guangzhou-2012-rencai.txt"])
def test_real_notices_come_back_whole(name: str, tmp_path: Path) -> None:
    read = read_notice(real(name).read_bytes(), name)
    write_table(read, tmp_path / "t.xlsx")
    assert edit(tmp_path / "t.xlsx", lambda book: book) == read
    assert from_json(to_json(read)) == read


def test_table_without_the_hidden_sheet_says_everything_but_the_remarks(tmp_path: Path) -> None:
    read = read_notice(*example_notice())
    write_table(read, tmp_path / "t.xlsx")
    again = edit(tmp_path / "t.xlsx", lambda book: book.remove(book[KEPT]))
    assert (again.title, again.issued_on, again.reporting.day, again.source_sha256) == (
        read.title, read.issued_on, 25, read.source_sha256,
    )  # fmt: skip
    for old, new in zip(read.items, again.items, strict=True):
        assert (str(old.section), str(old.subsection), old.title) == (str(new.section), str(new.subsection), new.title)
    for before, after in zip(read.clauses, again.clauses, strict=True):
        bare = replace(
            before, milestones=tuple(replace(one, note="") for one in before.milestones),
            indicators=tuple(replace(one, note="") for one in before.indicators),
        )  # fmt: skip
        assert replace(after, parties=before.parties) == bare


def test_each_touched_cell_changes_its_field_and_no_other(draft: NoticeDraft, table: Path) -> None:
    old = by_id(draft)["1.1"]
    typed = {
        "内容": "完成新的甲", "牵头单位": "市公安局", "配合单位": "市水利局，市财政局", "单位组": None,
        "时限": "2022年7月15日（改为七月）\n待定（另行通知）", "量化指标": "新增企业 ≥ 1,200.5 家（原文）\n比例 <= 5 %",
        "谁报送": "仅牵头单位",
    }  # fmt: skip

    def work(book: Workbook) -> None:
        for heading, value in typed.items():
            cell(book, "1.1", heading).value = value

    changed = by_id(edit(table, work))
    assert changed["1.1"] == replace(
        old, text="完成新的甲", units=("市公安局", "市水利局", "市财政局"), groups=(), lead="市公安局",
        parties=("市公安局", "市水利局", "市财政局"), report_policy=ReportPolicy.LEAD.value,
        milestones=(MilestoneDraft("改为七月", date(2022, 7, 15)), MilestoneDraft("另行通知", None)),
        indicators=(
            IndicatorDraft("原文", "新增企业", ">=", 1200.5, "家"), IndicatorDraft("比例 <= 5 %", "比例", "<=", 5, "%"),
        ),
    )  # fmt: skip
    assert {number: clause for number, clause in changed.items() if number != "1.1"} == {
        number: clause for number, clause in by_id(draft).items() if number != "1.1"
    }


def test_remark_stays_with_the_deadline_it_belongs_to(draft: NoticeDraft, table: Path) -> None:
    old = by_id(draft)["1.1"].milestones[0]
    assert old.note
    changed = put(table, "1.1", "时限", f"2022-06-30（{old.quote}）\n2022-09-30（新增）")
    assert by_id(changed)["1.1"].milestones == (old, MilestoneDraft("新增", date(2022, 9, 30)))


def test_date_typed_as_a_spreadsheets_own_date_is_a_date(table: Path) -> None:
    changed = put(table, "2.1", "时限", date(2022, 8, 1))
    assert by_id(changed)["2.1"].milestones == (MilestoneDraft("2022-08-01", date(2022, 8, 1)),)


def test_name_of_an_item_changed_on_one_row_changes_the_item(table: Path) -> None:
    changed = put(table, "2.2", "任务", "新的乙事")
    assert [item.title for item in changed.items] == ["甲事", "新的乙事"]
    moved = put(table, "2.1", "部分", "二、保障")
    assert [str(item.section) for item in moved.items] == ["一、抓好工作", "二、保障"]


def test_row_may_be_added_and_removed(draft: NoticeDraft, table: Path) -> None:
    def work(book: Workbook) -> None:
        sheet = book[TABLE]
        sheet.delete_rows(cell(book, "1.1", "编号").row)
        sheet.append([2, None, None, "乙事", "2.3", None, None, None, "再做丙", "市财政局", None, "有关县市区"])

    changed = edit(table, work)
    assert [clause.id for clause in changed.clauses] == ["2.1", "2.2", "2.3"]
    assert changed.clauses[:2] == draft.clauses[1:]
    assert changed.clauses[2] == ClauseDraft(
        "2.3",
        "再做丙",
        units=("市财政局",),
        groups=("有关县市区",),
        parties=("市财政局", "有关县市区"),
        lead="市财政局",
    )


def test_sheet_of_the_notice_is_read_line_by_line(draft: NoticeDraft, table: Path) -> None:
    def work(book: Workbook) -> None:
        wanted = {
            "标题": "新标题",
            "报送日": 28,
            "谁报送": "仅牵头单位",
            "成文日期": "2022年5月8日",
            "文号": "甲〔2022〕3号",
        }
        for row in book[NOTICE].iter_rows(min_row=2, max_col=2):
            if row[0].value in wanted:
                row[1].value = wanted[str(row[0].value)]

    assert edit(table, work) == replace(
        draft, title="新标题", issued_on=date(2022, 5, 8), document_number="甲〔2022〕3号",
        reporting=replace(draft.reporting, day=28, who_reports="lead"),
    )  # fmt: skip


def test_warnings_stand_on_a_sheet_of_their_own_with_clause_line_and_quote(draft: NoticeDraft, table: Path) -> None:
    headings = [heading for heading, _width in LIST_COLUMNS]
    rows = [
        dict(zip(headings, row, strict=True))
        for row in load_workbook(table)[LIST].iter_rows(min_row=2, values_only=True)
    ]
    assert [(row["代码"], row["条款"] or "", row["行"], str(row["原文"])) for row in rows] == [
        (note.code, note.clause, str(note.line), note.quote) for note in draft.warnings
    ]


HOSTILE = [
    '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "'quoted'", "''", "=", "_x0041_", "甲\n=乙", "甲\r\n乙",
    "甲\x07乙", "很长" * 20_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_text_that_looks_like_a_formula_stays_text_and_comes_back(
    text: str, draft: NoticeDraft, tmp_path: Path
) -> None:
    first, second = draft.items
    clause = replace(first.clauses[0], text=f"{text}", topic=text[:30])
    hostile = replace(draft, title=text, items=(replace(first, title=text, clauses=(clause,)), second))
    path = tmp_path / "t.xlsx"
    write_table(hostile, path)
    book = load_workbook(path)
    assert [one.coordinate for sheet in book for row in sheet.iter_rows() for one in row if one.data_type == "f"] == []
    shown = str(cell(book, "1.1", "内容").value)
    assert not shown.startswith(("=", "+", "-", "@", "\t"))
    assert read_table(path) == hostile


@given(st.text(max_size=60))
def test_any_text_comes_out_of_a_cell_as_it_went_in_but_for_what_no_cell_holds(text: str) -> None:
    stored = cells.stored(text)
    assert not stored.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cells.unstored(stored) == cells.plain(text)


@given(st.lists(st.sampled_from(["市水利局", "市公安局", " 市财政局 "]), min_size=1, max_size=6))
def test_names_in_a_list_are_each_taken_once_in_order(names: list[str]) -> None:
    wanted = tuple(dict.fromkeys(name.strip() for name in names))
    assert cells.names("、".join(names)) == cells.names("\n".join(names)) == wanted


@pytest.mark.parametrize(
    ("clause", "heading", "value", "place"),
    [
        ("1.1", "内容", "=1+1", "I4"), ("1.1", "内容", "", "I4"), ("1.1", "内容", "#REF!", "I4"),
        ("1.1", "内容", True, "I4"),
        ("1.1", "牵头单位", "", "J4"), ("1.1", "配合单位", "市水利局", "K4"), ("1.1", "单位组", "市水利局", "K4"),
        ("1.1", "配合单位", "局" * 61, "K4"), ("1.1", "时限", "六月底", "M4"), ("1.1", "时限", "2022-06-31", "M4"),
        ("1.1", "时限", "2022-13-01", "M4"), ("2.1", "量化指标", "三十家", "N5"), ("2.1", "量化指标", "企业 > 三 家", "N5"),
        ("2.1", "谁报送", "都报", "O5"), ("2.1", "序号", "〇", "A5"), ("2.1", "序号", 0, "A5"), ("2.2", "编号", "2.1", "E6"),
        ("2.2", "编号", "3.1", "E6"), ("2.2", "编号", "2.x", "E6"), ("2.1", "任务", "", "D5"), ("1.1", "原文行", "甲", "R4"),
    ],
)  # fmt: skip
def test_cell_that_cannot_be_understood_is_named(
    clause: str, heading: str, value: Any, place: str, table: Path
) -> None:
    def work(book: Workbook) -> None:
        sheet = book[TABLE]
        target = cell(book, clause, heading)
        target.value = value
        if heading == "任务":
            for row in range(target.row, sheet.max_row + 1):
                sheet.cell(row, target.column).value = value

    refused = refusal(table, work)
    assert refused.code == "E-X02"
    assert refused.where.startswith(f"{TABLE}!{place}（")


def test_rows_of_one_item_that_disagree_are_refused(table: Path) -> None:
    def disagree(book: Workbook) -> None:
        cell(book, "2.1", "任务").value, cell(book, "2.2", "任务").value = "一个名字", "另一个名字"

    assert refusal(table, disagree).code == "E-X02"


def test_rows_may_be_sorted_and_a_row_put_in_at_the_end_goes_to_its_item(draft: NoticeDraft, table: Path) -> None:
    def work(book: Workbook) -> None:
        sheet: Worksheet = book[TABLE]
        rows = [[one.value for one in row] for row in sheet.iter_rows(min_row=HEADER_ROW + 1)]
        sheet.delete_rows(HEADER_ROW + 1, len(rows))
        for row in reversed(rows):
            sheet.append(row)
        sheet.append([1, None, None, None, "1.2", None, None, None, "再做", "市水利局"])

    again = edit(table, work)
    assert [clause.id for clause in again.clauses] == ["1.1", "1.2", "2.1", "2.2"]
    assert [str(item.section) for item in again.items] == [str(item.section) for item in draft.items]
    assert again.clauses[2:] == draft.clauses[1:]


def test_book_without_its_sheet_headings_or_rows_is_refused(table: Path, tmp_path: Path) -> None:
    def rename(book: Workbook) -> None:
        book[TABLE].title = "别的"

    kept = table.read_bytes()
    assert refusal(table, rename).code == "E-X01"
    table.write_bytes(kept)
    assert refusal(table, lambda book: book[TABLE].delete_rows(HEADER_ROW)).code == "E-X01"
    table.write_bytes(kept)
    assert refusal(table, lambda book: book[TABLE].delete_rows(HEADER_ROW + 1, 9)).code == "E-X01"
    for data, code in ((b"", "E-F01"), (b"\xd0\xcf\x11\xe0", "E-F09"), (b"text", "E-F03"), (b"PK\x03\x04", "E-F08")):
        path = tmp_path / "x.xlsx"
        path.write_bytes(data)
        with pytest.raises(BadInput) as caught:
            read_table(path)
        assert (caught.value.code, caught.value.where) == (code, "x.xlsx")


def test_hidden_sheet_that_was_meddled_with_is_not_believed(draft: NoticeDraft, table: Path) -> None:
    def work(book: Workbook) -> None:
        book[KEPT]["A2"].value = "|{" + "x" * 30

    again = edit(table, work)
    assert [clause.text for clause in again.clauses] == [clause.text for clause in draft.clauses]


def test_json_that_is_no_draft_is_refused(draft: NoticeDraft) -> None:
    for broken in ({}, {**to_json(draft), "sections": 3}, {**to_json(draft), "issued_on": "gestern"}):
        with pytest.raises(BadInput) as caught:
            from_json(broken)
        assert caught.value.code == "E-N06"


def test_headings_are_told_apart_by_their_numbers() -> None:
    item = ItemDraft(1, "甲", (), cells.heading_of("十二、抓好"), cells.heading_of("（三）抓水"))
    assert (str(item.section), str(item.subsection)) == ("十二、抓好", "（三）抓水")
    assert cells.heading_of(" ") is None
    assert str(cells.heading_of("没有号")) == "没有号"


def test_headings_are_looked_for_as_far_as_the_sheet_goes() -> None:
    """Openpyxl makes each cell that it is asked for: ten thousand rows of them take two seconds."""
    sheet = Workbook().worksheets[0]
    sheet.append(["序号", "内容"])
    assert columns_of(sheet, ["编号"], ["编号"]) == (0, {})
    assert (sheet.max_row, sheet.max_column) == (1, 2)

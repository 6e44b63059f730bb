"""Tables of problems as offices write them: read whole, or refused by the cell, and nothing guessed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from documents.ledger.reading import MOST_ROWS, ProblemsRead, problems_in, read_problems
from models.drafts import ProblemDraft
from models.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEAD = ("序号", "问题来源", "问题", "牵头单位", "配合单位", "发现日期", "整改时限", "问题描述")
ROW = (1, "警示片", "污水直排", "市水利局", "市住建局、某河段政府", "2022-06-01", "2022-09-30", "雨污错接")
DRAFT = ProblemDraft(
    "film", "污水直排", date(2022, 6, 1), date(2022, 9, 30), ("市水利局", "市住建局", "某河段政府"), description="雨污错接", row=2
)  # fmt: skip


def saved(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def file(*rows: Sequence[Any], work: Callable[[Any], Any] | None = None) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "清单"
    for row in rows:
        sheet.append(row)
    if work:
        work(sheet)
    return saved(book)


def read(*rows: Sequence[Any], work: Callable[[Any], Any] | None = None) -> ProblemsRead:
    return problems_in(file(*rows, work=work), "清单.xlsx")


def said(read: ProblemsRead) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in read.refusals]


def row(**changes: Any) -> list[Any]:
    """The row with other cells under some headings."""
    return [changes.get(heading, value) for heading, value in zip(HEAD, ROW, strict=True)]


def whole(data: bytes) -> BadInput:
    """The refusal of a file as a whole."""
    with pytest.raises(BadInput) as caught:
        problems_in(data, "清单.xlsx")
    assert caught.value.remedy or caught.value.code == "E-F02"
    return caught.value


def test_row_becomes_a_draft() -> None:
    assert read(HEAD, ROW) == ProblemsRead((DRAFT,), ())


def test_every_column_is_known_by_the_names_that_offices_use() -> None:
    head = (
        "来源", "来源名称", "存在问题", "点位", "描述", "对应条款", "责任单位", "配合单位", "措施", "发现时间", "完成时限", "照片", "备注",
    )  # fmt: skip
    line = (
        "自查",
        "6月自查",
        "垃圾乱堆",
        "河口",
        "约 3 吨",
        2.1,
        "市水利局",
        None,
        "清运",
        "2022-06-01",
        "2022-06-30",
        "a b.jpg、c.jpg",
        "x",
    )
    assert read(head, line).drafts == (
        ProblemDraft(
            "self_check", "垃圾乱堆", date(2022, 6, 1), date(2022, 6, 30), ("市水利局",), "6月自查", "河口", "约 3 吨", "2.1", "清运",
            ("a b.jpg", "c.jpg"), 2,
        ),
    )  # fmt: skip
    for other in ("位置", "地点"):
        assert read((*HEAD, other), (*ROW, "河口")).drafts == (replace(DRAFT, place="河口"),)
    for other in ("问题名称", "问题 *", " 问\n题 ", "问题（必填）"):
        assert read([other if name == "问题" else name for name in HEAD], ROW).drafts == (DRAFT,)
    assert read([*HEAD[:-2], "时限（年月日）：", HEAD[-1]], ROW).drafts == (DRAFT,)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("警示片", "film"), ("督查检查", "inspection"), ("自查", "self_check"), ("群众反映", "public"), ("film", "film"),
        ("self_check", "self_check"), ("self-check", "self_check"), (" 警示片 ", "film"),
    ],
)  # fmt: skip
def test_source_is_taken_by_its_word_or_its_code(text: str, source: str) -> None:
    assert read(HEAD, row(问题来源=text)) == ProblemsRead((replace(DRAFT, source=source),), ())


@pytest.mark.parametrize(
    "typed",
    [
        date(2022, 6, 30), datetime(2022, 6, 30, 15, 20), "2022-06-30", "2022.6.30", "2022年6月30日", "2022/6/30",
        " 2022 年 6 月 30 日 ", "２０２２．６．３０", "2022年6月30日前", "2022年6月底", "2022年6月底前", "2022年6月30日之前",
    ],
)  # fmt: skip
def test_time_limit_is_read_as_it_is_written(typed: Any) -> None:
    assert read(HEAD, row(整改时限=typed)) == ProblemsRead((replace(DRAFT, due_on=date(2022, 6, 30)),), ())


@pytest.mark.parametrize("typed", [date(2022, 6, 1), "2022.6.1", "2022年6月1日", "2022/6/1"])
def test_day_of_finding_is_read_as_it_is_written(typed: Any) -> None:
    assert read(HEAD, row(发现日期=typed)) == ProblemsRead((DRAFT,), ())


@pytest.mark.parametrize(
    ("heading", "typed"),
    [
        *[("整改时限", text) for text in ("六月底", "2022年6月", "2022-06", "2022-06-31", "2022-13-01", "长期", 44742, "立行立改")],
        *[("发现日期", text) for text in ("2022年6月", "2022年6月底", "2022年6月1日前", "6月1日", date(1900, 1, 5), "2202-06-01")],
        ("整改时限", "2022-06-01至2022-06-30"), ("整改时限", "底"), ("整改时限", "前"),
    ],
)  # fmt: skip
def test_date_that_is_none_or_is_only_half_said_is_refused(heading: str, typed: Any) -> None:
    cell = "F2" if heading == "发现日期" else "G2"
    found = read(HEAD, row(**{heading: typed}))
    assert (found.drafts, said(found)) == ((), [("E-P05", f"清单!{cell}（{heading}）")])


@pytest.mark.parametrize("text", ["市水利局、市住建局", "市水利局,市住建局", "市水利局，市住建局", "市水利局；市住建局", "市水利局　市住建局",
                                  "市水利局 市住建局", "市水利局\n市住建局", "市水利局、市住建局、市水利局、"])  # fmt: skip
def test_first_of_several_units_leads(text: str) -> None:
    found = read(HEAD, row(牵头单位=text, 配合单位="某河段政府 市住建局"))
    assert found == ProblemsRead((DRAFT,), ())


@pytest.mark.parametrize(
    ("changes", "code", "cell"),
    [
        ({"问题来源": None}, "E-P03", "B2（问题来源）"), ({"问题": "  "}, "E-P03", "C2（问题）"),
        ({"牵头单位": None}, "E-P03", "D2（牵头单位）"), ({"牵头单位": "、"}, "E-P03", "D2（牵头单位）"),
        ({"发现日期": None}, "E-P03", "F2（发现日期）"), ({"整改时限": ""}, "E-P03", "G2（整改时限）"),
        ({"问题来源": "信访件"}, "E-P04", "B2（问题来源）"), ({"问题来源": "警示片、自查"}, "E-P04", "B2（问题来源）"),
        ({"整改时限": "2022-05-31"}, "E-P06", "G2（整改时限）"),
        ({"问题": "=A1"}, "E-P08", "C2（问题）"), ({"整改时限": "=TODAY()"}, "E-P08", "G2（整改时限）"),
        ({"问题描述": "#REF!"}, "E-P08", "H2（问题描述）"), ({"问题描述": True}, "E-P08", "H2（问题描述）"),
        ({"牵头单位": "局" * 61}, "E-P08", "D2（牵头单位）"), ({"配合单位": "局" * 61}, "E-P08", "E2（配合单位）"),
        ({"序号": "示例"}, "E-P08", "A2（序号）"),
    ],
)  # fmt: skip
def test_cell_that_cannot_be_taken_is_named_and_its_row_is_no_draft(
    changes: dict[str, Any], code: str, cell: str
) -> None:
    good = row(问题="别的问题")
    found = read(HEAD, row(**changes), good)
    assert said(found) == [(code, f"清单!{cell}")]
    assert found.drafts == (replace(DRAFT, title="别的问题", row=3),)
    assert all(one.what and one.remedy for one in found.refusals)


def test_each_wrong_cell_of_a_row_is_named_once() -> None:
    found = read(HEAD, (1, None, None, None, None, "昨天", "=1", None))
    assert said(found) == [
        ("E-P08", "清单!G2（整改时限）"), ("E-P03", "清单!B2（问题来源）"), ("E-P03", "清单!C2（问题）"),
        ("E-P03", "清单!D2（牵头单位）"), ("E-P05", "清单!F2（发现日期）"),
    ]  # fmt: skip


def test_time_limit_on_the_day_of_finding_is_allowed() -> None:
    assert read(HEAD, row(整改时限="2022-06-01")).drafts == (replace(DRAFT, due_on=date(2022, 6, 1)),)


def test_same_problem_twice_is_refused_and_says_where_it_stands() -> None:
    found = read(
        HEAD, ROW, row(序号=2, 整改时限="2022-10-31"), row(序号=3, 牵头单位="市住建局"), row(序号=4, 问题描述="另一处")
    )
    assert said(found) == [("E-P07", "清单!C3（问题）")]
    assert "清单!C2（问题）" in found.refusals[0].what
    assert found.drafts == (
        DRAFT,
        replace(DRAFT, units=("市住建局", "某河段政府"), row=4),
        replace(DRAFT, description="另一处", row=5),
    )


def test_titles_above_and_notes_below_and_numbered_empty_rows_are_no_problems() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:H1")
        sheet.merge_cells("A5:H5")
        sheet.merge_cells("B8:H8")

    found = read(
        ("附件1　问题清单",), ("填报单位：市水利局", None, "时限"), HEAD, ROW, ("二、自查发现的问题",), (2,), (), (None, "注：以上属实"), work=merge
    )  # fmt: skip
    assert found == ProblemsRead((replace(DRAFT, row=4),), ())


def test_note_that_stands_in_a_column_unmerged_is_refused_not_dropped() -> None:
    found = read(HEAD, ROW, (None, "注：以上属实"))
    assert [code for code, _where in said(found)] == ["E-P03", "E-P03", "E-P03", "E-P03", "E-P04"]
    assert {where[:5] for _code, where in said(found)} == {f"清单!{letter}3" for letter in "BCDFG"}


def test_cell_merged_downwards_counts_for_all_its_rows() -> None:
    found = read(HEAD, ROW, row(问题来源=None, 问题="第二个", 牵头单位=None), work=lambda sheet: [
        sheet.merge_cells("B2:B3"), sheet.merge_cells("D2:D3"), sheet.merge_cells("A2:A4"),
    ])  # fmt: skip
    assert found == ProblemsRead((DRAFT, replace(DRAFT, title="第二个", row=3)), ())


def test_several_merged_cells_in_a_column_are_kept_apart() -> None:
    names = ("警示片", None, "自查", "督查检查", None)
    rows = [row(问题来源=name, 问题=f"第{at}个") for at, name in enumerate(names)]
    found = read(HEAD, *rows, work=lambda sheet: [sheet.merge_cells("B5:B6"), sheet.merge_cells("B2:B3")])
    assert [(draft.source, draft.row) for draft in found.drafts] == [
        ("film", 2), ("film", 3), ("self_check", 4), ("inspection", 5), ("inspection", 6),
    ]  # fmt: skip


def test_problem_merged_over_several_rows_is_refused() -> None:
    found = read(HEAD, ROW, row(问题=None, 牵头单位="市住建局"), work=lambda sheet: sheet.merge_cells("C2:C3"))
    assert (found.drafts, said(found)) == ((DRAFT,), [("E-P08", "清单!C3（问题）")])


def test_headings_in_two_merged_lines_are_understood() -> None:
    upper = ("序号", "问题来源", "问题", "责任单位", None, "时间", None, "问题描述")
    lower = (None, None, None, "牵头单位", "配合单位", "发现日期", "整改时限", None)

    def merge(sheet: Any) -> None:
        for span in ("A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:H3"):
            sheet.merge_cells(span)

    assert read(("问题清单",), upper, lower, ROW, work=merge).drafts == (replace(DRAFT, row=4),)


def test_every_sheet_with_headings_is_read_and_a_hidden_one_is_named() -> None:
    book = Workbook()
    first = book.worksheets[0]
    first.title = "说明"
    first.append(["本表每月25日前报送。"])
    for title, state, name in (("天元区", "visible", "甲"), ("某河段", "visible", "乙"), ("旧", "hidden", "丙")):
        sheet = book.create_sheet(title)
        sheet.append(HEAD)
        sheet.append(row(问题=name))
        sheet.sheet_state = state
    found = problems_in(saved(book), "清单.xlsx")
    assert found.drafts == (replace(DRAFT, title="甲"), replace(DRAFT, title="乙"))
    assert said(found) == [("E-P09", "旧")]


@pytest.mark.parametrize(
    "head",
    [
        ("甲", "乙", "丙"), ("问题", "备注"), HEAD[:-3], [name for name in HEAD if name != "问题"], (*HEAD, "责任单位"),
        (*HEAD, "完成时限"), [name.replace("牵头", "负责") for name in HEAD],
    ],
    ids=range(7),
)  # fmt: skip
def test_table_whose_headings_are_not_clear_is_refused(head: Sequence[str]) -> None:
    assert whole(file(head, ROW)).code == "E-P09"


def test_refused_headings_are_named() -> None:
    assert "整改时限" in whole(file(HEAD[:-2], ROW)).what
    twice = whole(file((*HEAD, "责任单位"), ROW))
    assert ("牵头单位" in twice.what, "责任单位" in twice.what, twice.where) == (True, True, "清单")


def test_table_without_a_row_is_refused() -> None:
    assert whole(file(HEAD)).code == "E-P09"
    assert whole(file(HEAD, (1,), (2,))).code == "E-P09"


def test_file_that_is_no_workbook_is_refused() -> None:
    for data, code in (
        (b"", "E-F01"), (b"\xd0\xcf\x11\xe0" + b"x" * 600, "E-F09"), (b"a,b\n1,2\n", "E-F03"), (b"PK\x03\x04", "E-F08"),
        (b"PK" + b"\0" * (20 * 1024 * 1024), "E-F02"), (file(HEAD, ROW)[:-30], "E-F08"),
    ):  # fmt: skip
        assert (whole(data).code, whole(data).where) == (code, "清单.xlsx")


def repacked(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return made.getvalue()


def test_workbook_that_would_swell_is_refused_before_it_is_opened() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    good = file(HEAD, ROW)
    bomb = repacked(good, sheet, lambda xml: xml + b" " * (30 * 1024 * 1024))
    assert whole(bomb).code == "E-F07"
    spans = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    merged = repacked(good, sheet, lambda xml: xml.replace(b"</worksheet>", spans))
    assert whole(merged).code == "E-F08"


def test_more_rows_than_a_person_could_look_at_are_refused() -> None:
    rows = [row(问题=f"问题{number}") for number in range(MOST_ROWS)]
    assert len(read(HEAD, *rows).drafts) == MOST_ROWS
    many = whole(file(HEAD, *rows, row(问题="再一个")))
    assert (many.code, many.where) == ("E-N04", "清单")
    far = whole(file(HEAD, ROW, work=lambda sheet: sheet.cell(1_000_000, 3, "远处")))
    assert (far.code, far.where) == ("E-N04", "清单")


def test_table_that_an_office_program_saved_again_reads_the_same() -> None:
    data = file(HEAD, ROW)
    again = saved(load_workbook(io.BytesIO(data)))
    assert problems_in(again, "清单.xlsx") == problems_in(data, "清单.xlsx")
    returned = read(HEAD, row(问题描述="第一行_x000D_\n第二行"))
    assert returned.drafts == (replace(DRAFT, description="第一行\n第二行"),)


def test_another_process_opens_the_workbook_and_hands_over_the_same() -> None:
    wrong = row(整改时限="2022-02-30", 问题="别的")
    data = file(HEAD, ROW, wrong)
    apart, here = read_problems(data, "清单.xlsx"), problems_in(data, "清单.xlsx")
    assert (apart.drafts, said(apart)) == (here.drafts, said(here))
    assert [str(one) for one in apart.refusals] == [str(one) for one in here.refusals]
    with pytest.raises(BadInput) as caught:
        read_problems(b"", "清单.xlsx")
    assert caught.value.code == "E-F01"

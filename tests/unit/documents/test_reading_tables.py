"""A decomposition table in Word, a spreadsheet or a web page gives the draft that running text gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from documents.foreign.content import Cell, Grid, Row
from documents.reading.reader import read_notice
from documents.reading.table_columns import columns_of, role_of
from kit import table
from kit.files import in_process  # noqa: F401 - a fixture
from kit.notice import HEAD, codes
from models.errors import BadInput

pytestmark = pytest.mark.usefixtures("in_process")

if TYPE_CHECKING:
    from models.drafts import NoticeDraft

COVER = [*HEAD.strip().split("\n")[:-1], "附件", "甲市2022年工作要点任务分解表"]
HEADING = [
    ["序号", "类别", "主要任务", "工作内容", "责任单位", "", "完成时限", "牵头领导"],
    ["", "", "", "", "牵头单位", "配合单位", "", ""],
]
MERGED_HEADING = [(0, 4, 0, 5), *((0, column, 1, column) for column in (0, 1, 2, 3, 6, 7))]
ROWS = [
    *HEADING,
    ["1", "一、产业", "建设码头", "完成投资3亿元。", "市水利局", "市公安局、市财政局\n有关县市区", "2022年6月底前", "张三"],
    ["", "", "", "新增泊位5个以上；", "市交通局", "", "2022-12-31", "李四"],
    ["2", "", "治理水环境", "水质优良率达到95%", "市生态环境局", "市水利局", "", ""],
    [*HEADING[0][:4], "牵头单位", "配合单位", *HEADING[0][6:]],
    ["3", "二、保障", "抓宣传", "每月报道不少于2次", "市委宣传部", "各成员单位", "", ""],
]  # fmt: skip
MERGED = [*MERGED_HEADING, (2, 0, 3, 0), (2, 1, 4, 1), (2, 2, 3, 2)]
KINDS = {"通知.docx": table.word, "通知.xlsx": table.spreadsheet, "通知.html": table.page}


def said(draft: NoticeDraft) -> list[tuple[str, str, str, tuple[str, ...], str]]:
    return [
        (f"{item.section} {item.title}", clause.id, clause.text, clause.parties, clause.lead)
        for item in draft.items
        for clause in item.clauses
    ]


def rows(*texts: str, name: str = "表.xlsx") -> NoticeDraft:
    """The draft of a spreadsheet with these rows, their cells parted by bars."""
    return read_notice(table.spreadsheet(COVER, [text.split("|") for text in texts], []), name)


@pytest.mark.parametrize("name", KINDS)
def test_table_with_merged_cells_gives_the_clauses_of_a_notice(name: str) -> None:
    draft = read_notice(KINDS[name](COVER, ROWS, MERGED), name)
    assert said(draft) == [
        ("一、产业 建设码头", "1.1", "完成投资3亿元", ("市水利局", "市公安局", "市财政局", "有关县市区"), "市水利局"),
        ("一、产业 建设码头", "1.2", "新增泊位5个以上", ("市交通局",), "市交通局"),
        ("一、产业 治理水环境", "2.1", "水质优良率达到95%", ("市生态环境局", "市水利局"), "市生态环境局"),
        ("二、保障 抓宣传", "3.1", "每月报道不少于2次", ("市委宣传部", "各成员单位"), "市委宣传部"),
    ]
    assert (draft.title, draft.reporting.day) == ("关于印发《甲市2022年工作要点》的通知", 25)
    first = draft.clauses[0]
    assert first.groups == ("有关县市区",)
    assert [one.name for one in draft.clauses[1].indicators]
    assert "完成时限：2022年6月底前" in first.bracket
    assert "完成时限：2022年12月31日" in draft.clauses[1].bracket
    assert [note.quote for note in draft.warnings if note.code == "W-F05"] == ["牵头领导"]
    if name != "通知.html":  # a cell of a page may hold several lines
        assert first.source_line == len(COVER) + 3


def test_table_says_the_same_as_the_bracket_behind_the_text() -> None:
    text = "1.建设码头。完成投资3亿元（牵头单位：市水利局；配合单位：市公安局、市财政局、有关县市区；完成时限：2022年6月底前）\n"
    (written,) = read_notice((HEAD + text).encode(), "通知.txt").clauses
    tabled = read_notice(table.word(COVER, ROWS[:3], MERGED_HEADING), "通知.docx").clauses[0]
    for name in ("text", "units", "groups", "parties", "lead", "milestones", "indicators", "bracket"):
        assert getattr(tabled, name) == getattr(written, name), name


def test_numbers_that_count_the_rows_of_one_task_make_an_item_of_each() -> None:
    made = [
        ["序号", "主要任务", "细化措施", "责任单位"],
        ["1", "抓水", "修堤坝", "市水利局"],
        ["2", "", "清河道", "市水利局"],
        ["3", "抓气", "治扬尘", "市住建局"],
    ]
    draft = read_notice(table.spreadsheet(COVER, made, [(1, 1, 2, 1)]), "表.xlsx")
    assert [(str(item.section), item.number, item.title) for item in draft.items] == [
        ("抓水", 1, "修堤坝"), ("抓水", 2, "清河道"), ("抓气", 3, "治扬尘"),
    ]  # fmt: skip


def test_four_columns_of_what_is_to_be_done_are_section_subsection_item_and_clause() -> None:
    draft = rows(
        "序号|类别|主要任务|工作内容|细化措施|牵头单位",
        "1|产业|抓水|修堤坝|完成甲|市水利局",
        "1|产业|抓水|修堤坝|完成乙|市交通局",
    )
    (item,) = draft.items
    assert (str(item.section), str(item.subsection), item.title) == ("产业", "抓水", "修堤坝")
    assert [clause.text for clause in item.clauses] == ["完成甲", "完成乙"]


def test_row_over_the_whole_width_is_a_heading_of_those_below() -> None:
    made = [
        ["序号", "工作任务", "责任单位"],
        ["一、抓产业", "", ""],
        ["1", "修堤坝。完成甲", "市水利局"],
        ["（一）抓气", "", ""],
        ["2", "治扬尘", "市住建局"],
        ["注：本表自印发之日起执行", "", ""],
    ]
    draft = read_notice(table.spreadsheet(COVER, made, [(1, 0, 1, 2), (3, 0, 3, 2), (5, 0, 5, 2)]), "表.xlsx")
    assert [(str(item.section), str(item.subsection), item.title) for item in draft.items] == [
        ("一、抓产业", "None", "修堤坝"), ("一、抓产业", "(一)抓气", "治扬尘"),
    ]  # fmt: skip
    assert [note.quote for note in draft.warnings if note.code == "W-F09"] == ["注：本表自印发之日起执行"]


def test_section_with_a_chinese_number_in_the_number_column_is_a_heading() -> None:
    draft = rows("序号|工作任务|责任单位", "一|抓产业|", "1|修堤坝|市水利局", "二|抓气|", "2|治扬尘|市住建局")
    assert [(str(item.section), item.title) for item in draft.items] == [
        ("一、抓产业", "修堤坝"),
        ("二、抓气", "治扬尘"),
    ]


def test_numbers_that_begin_again_in_each_section_are_counted_through_and_told() -> None:
    draft = rows("序号|类别|工作任务|责任单位", "1|甲类|修堤坝|市水利局", "1|乙类|治扬尘|市住建局")
    assert [item.number for item in draft.items] == [1, 2]
    assert "W-O03" in codes(draft)


def test_text_merged_over_several_rows_is_one_clause_with_all_their_units() -> None:
    made = [
        ["序号", "主要任务", "工作内容", "牵头单位", "配合单位"],
        ["1", "抓水", "修堤坝", "市水利局", "市财政局"],
        ["", "", "", "", "市公安局"],
    ]
    draft = read_notice(
        table.spreadsheet(COVER, made, [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 2, 3)]), "表.xlsx"
    )
    (clause,) = draft.clauses
    assert clause.parties == ("市水利局", "市财政局", "市公安局")


def test_row_without_units_stays_a_clause_of_its_own_and_is_told() -> None:
    draft = rows("序号|主要任务|工作内容|责任单位", "1|抓水|修堤坝|", "1|抓水|清河道|市水利局")
    assert [(clause.id, clause.text, clause.units) for clause in draft.clauses] == [
        ("1.1", "修堤坝", ()),
        ("1.2", "清河道", ("市水利局",)),
    ]
    assert "W-N02" in codes(draft)


def test_labels_within_one_cell_are_kept() -> None:
    draft = rows("序号|工作任务|责任单位", "1|修堤坝|牵头单位：市水利局\n配合单位：市公安局、市财政局")
    assert draft.clauses[0].parties == ("市水利局", "市公安局", "市财政局")


def test_table_that_goes_on_without_its_heading_is_read_on() -> None:
    first, second = [["1", "修堤坝", "市水利局"]], [["2", "治扬尘", "市住建局"], ["3", "抓宣传", "市委宣传部"]]
    page = table.page(COVER, [["序号", "工作任务", "责任单位"], *first], []).decode().replace("</body></html>", "")
    draft = read_notice((page + table.page([], second, []).decode().partition("<body>")[2]).encode(), "通知.html")
    assert [item.title for item in draft.items] == ["修堤坝", "治扬尘", "抓宣传"]


def test_table_is_used_where_the_text_names_nobody() -> None:
    head = [*COVER[:-2], "一、抓好工作", "1.全面推进各项工作。", "2.加强领导。", "附件"]
    draft = read_notice(table.word(head, ROWS, MERGED), "通知.docx")
    assert [item.title for item in draft.items] == ["建设码头", "治理水环境", "抓宣传"]
    assert codes(draft).count("W-F03") == 1
    assert "W-N02" not in codes(draft)


def test_where_text_and_table_both_name_units_the_text_is_read_and_the_table_told() -> None:
    head = [*COVER[:-2], "一、抓好工作", "1.甲事。完成甲（市水利局）。", "附件"]
    draft = read_notice(table.word(head, ROWS, MERGED), "通知.docx")
    assert [clause.text for clause in draft.clauses] == ["完成甲"]
    assert codes(draft).count("W-F04") == 1


def test_table_of_something_else_stays_text() -> None:
    draft = read_notice(
        table.word([*HEAD.strip().split("\n"), "1.甲事。完成甲（市水利局）。"], [["指标", "数值"], ["产量", "3"]], []),
        "通知.docx",
    )
    assert [clause.text for clause in draft.clauses] == ["完成甲"]


def test_workbook_without_such_a_table_is_refused_with_the_headings_it_needs() -> None:
    with pytest.raises(BadInput) as caught:
        rows("姓名|电话", "张三|1")
    assert caught.value.code == "E-F25"
    assert "主要任务" in caught.value.remedy


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("牵头单位", "lead"), ("市级牵头单位", "lead"), ("牵头单位（第一个为牵头）", "lead"), ("责 任 单 位", "bearers"), ("参与单位", "support"),
        ("2022年工作目标", "target"), ("办结时限", "deadline"), ("序号", "number"), ("牵头领导", "person"), ("备注", ""), ("", ""),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_headings(title: str, role: str) -> None:
    assert role_of(title) == role


def test_title_above_the_heading_is_no_heading() -> None:
    def row(at: int, *texts: str) -> Row:
        return Row(at + 1, tuple(Cell(text, at, column) for column, text in enumerate(texts)))

    title = Row(1, (Cell("任务分解表", 0, 0),) * 2)
    found = columns_of(Grid((title, row(1, "工作任务", "责任单位"), row(2, "甲", "乙")), 3))
    assert found is not None
    assert (found.first, found.below, found.titles) == (1, 2, ("工作任务", "责任单位"))


def test_heading_between_rows_is_no_second_row_of_headings() -> None:
    assert role_of("一、主要预期目标") == ""
    draft = rows(
        "序号|目标与任务|责任单位", "一、主要预期目标||", "(1)|产值增长6%。|市发改局", "(2)|投资增长5%。|市工信局"
    )
    assert [(item.number, item.section and item.section.title) for item in draft.items] == [
        (1, "主要预期目标"),
        (2, "主要预期目标"),
    ]


def test_row_numbered_otherwise_that_names_nobody_is_a_heading() -> None:
    draft = rows("序号|任务|责任单位", "1|抓好消费。|", "(1)|发放消费券。|市商务局", "(2)|举办活动。|市文旅局")
    assert [(item.number, item.subsection and item.subsection.title) for item in draft.items] == [
        (1, "抓好消费。"),
        (2, "抓好消费。"),
    ]
    draft = rows("序号|任务|责任单位", "1|抓好消费。|", "2|举办活动。|市文旅局")
    assert [clause.parties for clause in draft.clauses] == [(), ("市文旅局",)]

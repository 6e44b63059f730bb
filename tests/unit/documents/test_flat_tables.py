"""Tables whose borders were lost in copying are put together again from the words of their heading and their numbers."""

from __future__ import annotations

import pytest

from documents.reading import flat_tables
from documents.reading.flat_tables import flat_grids
from documents.reading.reader import read_notice
from documents.reading.source import lines_of
from documents.reading.table_columns import role_of


def rows(text: str) -> list[list[str]]:
    """The words of each row below the heading of the only table."""
    (grid,) = flat_grids(lines_of(text))
    return [[cell.text for cell in row.cells] for row in grid.rows[1:]]


ONE_CELL_A_LINE = """任务分解表

序号

工 作 任 务

牵头单位

配合单位

1

新建口袋公园 12 个

县园林局

县财政局、
县水务局

2

整治背街小巷 30 条，
6 月底前完工

县城管局

县住建局

（此件公开发布）
"""


def test_cells_one_a_line() -> None:
    assert rows(ONE_CELL_A_LINE) == [
        ["1", "新建口袋公园 12 个", "县园林局", "县财政局、县水务局"],
        ["2", "整治背街小巷 30 条，6 月底前完工", "县城管局", "县住建局"],
    ]


@pytest.mark.parametrize("apart", ["\t", "|", "   ", " "])
def test_a_row_a_line(apart: str) -> None:
    text = "\n".join(
        apart.join(cells)
        for cells in (
            ("序号", "主要任务", "细化措施", "责任单位"),
            ("1", "守住水源", "年底前完成 3 处水源地整治，水质达标。".replace(" ", ""), "县水务局"),
            ("2", "管好排口", "排查入河排口，逐一登记造册。", "县生态环境分局、各乡镇"),
        )
    )
    assert rows(text) == [
        ["1", "守住水源", "年底前完成3处水源地整治，水质达标。", "县水务局"],
        ["2", "管好排口", "排查入河排口，逐一登记造册。", "县生态环境分局、各乡镇"],
    ]


def test_blanks_inside_a_name_do_not_move_the_units() -> None:
    text = (
        "序号 主要任务 细化措施 牵头单位 责任单位\n1 守住 水源 红线 年底前完成整治，水质全部达标。 县水务局 各乡镇\n"
        "2 抓好日常巡查，逐月通报结果。 县河长办 各乡镇"
    )
    assert rows(text) == [
        ["1", "守住水源红线", "年底前完成整治，水质全部达标。", "县水务局", "各乡镇"],
        ["2", "守住水源红线", "抓好日常巡查，逐月通报结果。", "县河长办", "各乡镇"],
    ]


def test_heading_between_rows_runs_over_the_whole_width() -> None:
    text = "序号\n任务\n责任单位\n一、城建\n1\n修路\n县交通局\n二、农业\n2\n修渠\n县水务局"
    assert rows(text) == [
        ["一、城建"] * 3,
        ["1", "修路", "县交通局"],
        ["二、农业"] * 3,
        ["2", "修渠", "县水务局"],
    ]


def test_two_tables_end_where_the_next_attachment_begins() -> None:
    text = (
        "序号\n任务\n责任单位\n1\n修路\n县交通局\n附件2\n表二\n序号\n任务\n牵头单位\n1\n修渠\n县水务局\n联系人：办公室"
    )
    grids = flat_grids(lines_of(text))
    assert [[cell.text for cell in grid.rows[-1].cells] for grid in grids] == [
        ["1", "修路", "县交通局"],
        ["1", "修渠", "县水务局"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "序号\n名称\n电话\n1\n办公室\n100",  # says nothing of tasks and units
        "1．任务、责任单位\n序号",
        "一、总体要求\n（一）任务。（责任单位：县水务局）\n1\n2",
        "序号 任务 责任单位",  # a heading without a row
    ],
)
def test_what_is_no_decomposition_table_is_left_alone(text: str) -> None:
    assert flat_grids(lines_of(text)) == ()


def test_lines_that_all_begin_a_heading_cost_no_more_each_where_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [0]

    def counted(title: str) -> str:
        asked[0] += 1
        return role_of(title)

    monkeypatch.setattr(flat_tables, "role_of", counted)
    for many in (500, 5_000):
        asked[0] = 0
        assert flat_grids(lines_of("序号\n" * many)) == ()
        assert asked[0] < 60 * many
    assert flat_grids(lines_of("序号 " * 200_000)) == ()


NOTICE = """关于印发某区年度目标任务的通知

各镇人民政府，区级各部门：

现将年度目标任务印发给你们，请于每月25日前报送进展。

某区人民政府办公室
2024年3月4日

附件1
预期目标任务分解表
序号
2024年预期目标
责任单位
1
新增就业 3000 人以上
区人社局
附件2
重点工作任务分解表
序号
目  标  任  务
牵头单位
配合单位
一、基础设施
1
新建公路 12 公里，10月底前完工
区交通局
区财政局、各镇
"""


def test_notice_with_flat_tables_is_read_and_says_so() -> None:
    draft = read_notice(NOTICE.encode(), "notice.txt")
    assert [(clause.text, clause.units, clause.groups) for clause in draft.clauses] == [
        ("新增就业 3000 人以上", ("区人社局",), ()),
        ("新建公路 12 公里，10月底前完工", ("区交通局", "区财政局"), ("各镇",)),
    ]
    assert str(draft.items[1].section) == "一、基础设施"
    assert [note.line for note in draft.warnings if note.code == "W-F20"] == [12, 20]


BARS = """关于分解任务的通知
序号 | 目标与任务 | 牵头责任单位 | 责任单位 |
一、主要预期目标 | |||
(7) | 产值增长6%以上。 | 县发改局 | 各乡镇政府 |
二、重点工作 | |||
1 | 抓好消费。 | ||
(8) | 发放消费券。 | 县商务局 | 县财政局、县工信局 |
"""


def test_bars_part_rows_however_they_are_numbered() -> None:
    first, second = read_notice(BARS.encode(), "通知.txt").items
    assert (first.number, first.section.title if first.section else "") == (7, "主要预期目标")
    assert first.clauses[0].parties == ("县发改局", "各乡镇政府")
    assert (second.number, second.section.title if second.section else "") == (8, "重点工作")
    assert (second.subsection.title if second.subsection else "", second.clauses[0].lead) == ("抓好消费。", "县商务局")


@pytest.mark.parametrize("bars", ["|\n{cell}\n|", "{cell} |", "{cell}"])
def test_cells_one_a_line_keep_their_places_with_bars_round_them(bars: str) -> None:
    cells = [
        "序号",
        "工作任务",
        "负责部门",
        "时间进度",
        "80",
        "新建天桥2座",
        "县住建局",
        "6月底前",
        "81",
        "整治街巷",
        "县城管局",
        "常态工作",
    ]
    assert rows("\n".join(bars.format(cell=cell) for cell in cells)) == [cells[4:8], cells[8:]]


def test_names_one_below_the_other_are_one_list() -> None:
    cells = [
        "序号",
        "民生实事",
        "责任单位",
        "完成时限",
        "1",
        "建成公园",
        "县水务局",
        "县住建局",
        "12月底前",
        "2",
        "建成天桥",
        "县住建局",
        "6月底前",
        "分享到：",
    ]
    assert rows("\n".join(cells)) == [["1", "建成公园", "县水务局、县住建局", "12月底前"], cells[9:13]]


def test_two_tasks_in_one_row_leave_the_units_to_a_person() -> None:
    cells = [
        "序号",
        "民生实事",
        "责任单位",
        "完成时限",
        "1",
        "建成公园",
        "县水务局",
        "5月底前",
        "修好步道",
        "12月底前",
        "2",
        "建成天桥",
        "县住建局",
        "6月底前",
    ]
    assert rows("\n".join(cells))[0][2] == ""


def test_titles_broken_over_lines_and_wider_names_left_out() -> None:
    cells = ["序号", "项目", "类别", "具体内容", "牵头", "部门", "相关责任部门", "完成", "时间"]
    first = ["108", "推进素质教育", "县教育局", "13个街道、镇", "2022年"]
    second = ["109", "加强幼儿教育", "县教育局", "县卫健局等相关部门,13个街道、镇", "2022年"]
    assert rows("\n".join([*cells, *first, *second])) == [
        ["108", "", "", *first[1:]],
        ["109", "", "", *second[1:]],
    ]


def standing(*cells: str) -> str:
    """A row of a table as a page's text leaves it: a bar on a line of its own round each cell."""
    return "|\n" + "\n|\n".join(cells) + "\n|"


def test_bars_on_lines_of_their_own_tell_rows_without_numbers() -> None:
    table = [
        standing("工作任务", "具体内容", "责任部门"),
        standing("推进公开", "公开就业、住房信息。", "财政所、便民中心等"),
        standing("探索线下公开渠道，\n发布成果。", "便民中心"),
        standing("强化解读", "开展宣讲。", "党政办公室"),
    ]
    first, second = read_notice("\n".join([*table, "打印本页"]).encode(), "通知.txt").items
    assert (first.title, [clause.parties for clause in first.clauses]) == (
        "推进公开",
        [("财政所", "便民中心"), ("便民中心",)],
    )
    assert (second.title, second.clauses[0].parties) == ("强化解读", ("党政办公室",))


def test_rows_that_could_be_parted_in_two_ways_are_left_alone() -> None:
    table = [standing("工作任务", "具体内容", "责任部门"), standing("推进公开", "公开就业信息。")]
    assert flat_grids(lines_of("\n".join(table))) == ()

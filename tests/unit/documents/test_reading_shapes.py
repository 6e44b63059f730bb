"""Whole notices in every shape of outline: what is an item, what its text is, and who does it. Places are invented."""

from __future__ import annotations

import pytest

from documents.reading.reader import read_notice
from kit.notice import codes

LETTER = """关于做好2022年河湖工作的通知
各区人民政府，市直各单位：
现将有关事项通知如下。
"""
SIGNED = """
青岚市人民政府办公室
2022年5月7日
（此件公开发布）
"""

#: the body, and a line for each clause: item number, heading above it, title: text → parties
SHAPES: dict[str, tuple[str, list[str]]] = {
    "prose above and below is no task, unless it names units": (
        """一、总体要求
全面落实河湖工作要求。
二、重点任务
（一）加快码头建设。完成码头一期。（责任单位：市水利局、市公安局）
（二）推进河道治理。
3．完成摸底。（市生态环境局牵头）
三、组织保障
（一）加强领导。各单位要高度重视。
（四）强化督查。市政府督查室每月督查。（责任单位：市政府督查室）""",
        [
            "1 二、重点任务 加快码头建设: 完成码头一期。 → 市水利局、市公安局",
            "3 (二)推进河道治理。 完成摸底: 完成摸底。 → 市生态环境局",
            "4 三、组织保障 强化督查: 市政府督查室每月督查。 → 市政府督查室",
        ],
    ),
    "headings are items themselves": (
        """一、加快码头建设。完成码头一期。（责任单位：市水利局）
二、推进河道治理。完成清淤。（责任单位：市公安局）
三、做好宣传。""",
        [
            "1 加快码头建设: 完成码头一期。 → 市水利局",
            "2 推进河道治理: 完成清淤。 → 市公安局",
            "3 做好宣传: 做好宣传。 → ",
        ],
    ),
    "headings with paragraphs and lines of units": (
        """一、加快码头建设
完成码头一期。
完成码头二期。
责任单位：市水利局
配合单位：市公安局
完成时限：2022年6月底
二、推进河道治理
2．完成清淤。
牵头单位：市公安局  配合单位：市教育局、市财政局  完成时限：2022年9月
3．完成绿化。
牵头单位：市公安局
牵头领导：李明""",
        [
            "1 加快码头建设: 完成码头一期。完成码头二期。 → 市水利局、市公安局",
            "2 二、推进河道治理 完成清淤: 完成清淤。 → 市公安局、市教育局、市财政局",
            "3 二、推进河道治理 完成绿化: 完成绿化。 → 市公安局",
        ],
    ),
    "units above hold for what stands below": (
        """一、加快码头建设（责任单位：市水利局）
1．完成码头一期。
2．完成码头二期。
二、推进河道治理（市公安局牵头，市教育局配合）
完成清淤。""",
        [
            "1 加快码头建设: 1．完成码头一期。2．完成码头二期。 → 市水利局",
            "2 推进河道治理: 完成清淤。 → 市公安局、市教育局",
        ],
    ),
    "points of every kind": (
        """1．推进河道治理。
（1）完成清淤。（市公安局）
（2）完成绿化。（市教育局）
①完成步道；
②完成护栏。
（市财政局）
2．做好宣传。一是进学校（市教育局）；二是进社区（市民政局）。""",
        [
            "1 推进河道治理: （1）完成清淤。 → 市公安局",
            "1 推进河道治理: （2）完成绿化。 → 市教育局",
            "1 推进河道治理: ①完成步道；②完成护栏。 → 市财政局",
            "2 做好宣传: 一是进学校 → 市教育局",
            "2 做好宣传: 二是进社区 → 市民政局",
        ],
    ),
    "articles under chapters": (
        """第一章 总则
第一条 市水利局统筹河湖工作。（责任单位：市水利局）
第二章 治理
第二条 完成清淤。（责任单位：市公安局）""",
        [
            "1 第一章 总则 市水利局统筹河湖工作: 市水利局统筹河湖工作。 → 市水利局",
            "2 第二章 治理 完成清淤: 完成清淤。 → 市公安局",
        ],
    ),
    "glued on one line": (
        "一、加快码头建设。完成码头。（责任单位：市水利局）二、推进河道治理。完成清淤。（责任单位：市公安局）",
        ["1 加快码头建设: 完成码头。 → 市水利局", "2 推进河道治理: 完成清淤。 → 市公安局"],
    ),
    "who does it in a sentence of its own": (
        """1．加快码头建设。完成码头一期。由市水利局牵头，市公安局配合，2022年6月底前完成。
2．推进河道治理。完成清淤。市水利局负责。""",
        [
            "1 加快码头建设: 完成码头一期。 → 市水利局、市公安局",
            "2 推进河道治理: 完成清淤。 → 市水利局",
        ],
    ),
    "units on lines below several points": (
        """一、民生工程
（一）健康工程
1.完成医院迁建。
2.免费体检2万人次。
牵头领导：李明
牵头单位：市卫健委
责任单位：市财政局
（二）供水工程
完成管网改造。
牵头单位：市水利局""",
        [
            "1 一、民生工程 健康工程: 1.完成医院迁建。2.免费体检2万人次。 → 市卫健委、市财政局",
            "2 一、民生工程 供水工程: 完成管网改造。 → 市水利局",
        ],
    ),
    "numbers with their section in front": (
        """第一部分 责任
1.1  召开会议。每季度召开会议。
责任部门：应急办
1.2  签订责任书。与企业签订责任书。
责任部门：城建办
第二部分 整治
2.1 燃气整治。安装报警器。
责任部门：城建办（牵头）、各村（社区）""",
        [
            "1 第一部分 责任 召开会议: 每季度召开会议。 → 应急办",
            "2 第一部分 责任 签订责任书: 与企业签订责任书。 → 城建办",
            "3 第二部分 整治 燃气整治: 安装报警器。 → 城建办、各村（社区）",
        ],
    ),
    "tasks that are called so, with units in the same line": (
        """★任务1：人居整治。完成改厕。牵头单位：市农业农村局；配合单位：市财政局；责任主体：各县（市、区）人民政府。
★任务2：公路提档。完成改造。牵头单位：市交通运输局。
请各牵头单位于每月底前将进展情况报送市委农办。""",
        [
            "1 人居整治: 完成改厕。 → 市农业农村局、市财政局、各县（市、区）人民政府",
            "2 公路提档: 完成改造。 → 市交通运输局",
        ],
    ),
    "a list of faults with their terms and measures": (
        """一、关于污水直排问题。北河沿岸排口直排。
整改时限：2022年6月30日
整改措施：完成截污纳管；新建管网
牵头督办单位：市水务局
责任单位：青云区党委、政府
二、关于扬尘问题。工地管控不力。
整改时限：立行立改，长期坚持
责任单位：市住建局""",
        [
            "1 关于污水直排问题: 北河沿岸排口直排。 整改时限：2022年6月30日 整改措施：完成截污纳管；新建管网 → 市水务局、青云区党委",
            "2 关于扬尘问题: 工地管控不力。 → 市住建局",
        ],
    ),
    "goals under a short heading are sentences, not headings": (
        """一、工作目标
（一）单位能耗同比下降3%。
二、重点任务
（二）货运。（市交通局牵头）铁路运输比例提高。""",
        [
            "1 一、工作目标 单位能耗同比下降3%: 单位能耗同比下降3%。 → ",
            "2 二、重点任务 货运: 铁路运输比例提高。 → 市交通局",
        ],
    ),
    "points that end sentences": (
        """1、治理河道,打造"一站式"步道.(市水利局牵头,各区政府落实)
2、改造老旧小区.责任单位:市住建局,各区政府""",
        [
            '1 治理河道,打造"一站式"步道: 治理河道,打造"一站式"步道. → 市水利局、各区政府',
            "2 改造老旧小区: 改造老旧小区. → 市住建局、各区政府",
        ],
    ),
    "how long it is in force": (
        """1．治理河道。完成清淤。（市水利局）
本方案自2022年6月1日起施行，有效期至2025年12月31日。""",
        ["1 治理河道: 完成清淤。 → 市水利局"],
    ),
    "what stands below the work": (
        """1．加快码头建设。完成码头一期。（市水利局）
附件：1．河湖工作分工表
      2．河湖工作进度表""",
        ["1 加快码头建设: 完成码头一期。 → 市水利局"],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_outline_gives_its_items(shape: str) -> None:
    body, wanted = SHAPES[shape]
    draft = read_notice(f"{LETTER}{body}{SIGNED}".encode(), "通知.txt")
    told = [
        f"{item.number} {f'{item.subsection or item.section} ' if item.subsection or item.section else ''}"
        f"{item.title}: {clause.text} → {'、'.join(clause.parties)}"
        for item in draft.items
        for clause in item.clauses
    ]
    assert told == wanted
    assert (draft.issuer, str(draft.issued_on)) == ("青岚市人民政府办公室", "2022-05-07")
    assert draft.recipients_list == ("各区人民政府", "市直各单位")
    assert "W-T03" not in codes(draft)


def test_notice_that_lost_all_its_lines_is_cut_at_its_numbers_and_told() -> None:
    glued = " ".join(
        f"{LETTER}一、加快码头建设。完成码头。（责任单位：市水利局）\n二、推进河道治理\n1．完成清淤。（市公安局）\n2．完成绿化。（市教育局）{SIGNED}".split()
    )
    draft = read_notice(glued.encode(), "通知.txt")
    assert [(clause.text, clause.parties) for clause in draft.clauses] == [
        ("完成码头。", ("市水利局",)),
        ("完成清淤。", ("市公安局",)),
        ("完成绿化。", ("市教育局",)),
    ]
    assert (draft.issuer, str(draft.issued_on)) == ("青岚市人民政府办公室", "2022-05-07")
    assert "W-N18" in codes(draft)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("总体要求", "W-N09"),
        ("工作要求", "W-N09"),
        ("组织保障", "W-N09"),
        ("发展目标", "W-N02"),
        ("加强河道治理", "W-N02"),
    ],
)
def test_prose_is_told_and_goals_stay_tasks(title: str, code: str) -> None:
    draft = read_notice(
        f"{LETTER}一、{title}\n做好各项工作。\n二、治理\n1．完成清淤。（市水利局）{SIGNED}".encode(), "通知.txt"
    )
    assert code in codes(draft)


def test_text_that_speaks_of_a_unit_without_brackets_says_so() -> None:
    draft = read_notice(f"{LETTER}1．治理河道。市水利局要会同各区政府完成清淤。{SIGNED}".encode(), "通知.txt")
    (note,) = [note for note in draft.warnings if note.code == "W-N02"]
    assert "市水利局" in note.message
    assert draft.clauses[0].parties == ()


def test_red_line_and_number_above_are_no_part_of_the_title() -> None:
    head = "青岚市人民政府办公室文件\n青政办发〔2022〕17号\n青岚市人民政府办公室\n关于做好河湖工作的通知\n各区人民政府（街道办事处），市政府各部门：\n请抓好落实。\n2022年5月7日\n"
    draft = read_notice(f"{head}1．治理河道。完成清淤。（市水利局）".encode(), "通知.txt")
    assert (draft.title, draft.issuer) == ("青岚市人民政府办公室关于做好河湖工作的通知", "青岚市人民政府办公室")
    assert draft.document_number == "青政办发〔2022〕17号"
    assert draft.recipients_list == ("各区人民政府（街道办事处）", "市政府各部门")
    assert codes(draft) == ["W-H04"]


def test_year_of_the_document_number_serves_where_no_date_is_found() -> None:
    head = "青政办发〔2022〕17号\n关于做好河湖工作的通知\n各区人民政府：\n请抓好落实。\n"
    draft = read_notice(f"{head}1．治理河道。6月底前完成清淤。（市水利局）".encode(), "通知.txt")
    assert [str(one.due_on) for one in draft.clauses[0].milestones] == ["2022-06-30"]


def test_heading_with_nothing_below_it_is_told() -> None:
    draft = read_notice(
        f"{LETTER}一、治理\n1．治理河道。完成清淤。（市水利局）\n二、其他事项{SIGNED}".encode(), "通知.txt"
    )
    assert [(note.code, note.quote) for note in draft.warnings if note.code == "W-T03"] == [("W-T03", "二、其他事项")]


def test_seal_that_stands_for_the_issuers_is_not_the_issuer() -> None:
    text = f"{LETTER}1．治理河道。完成清淤。（市水利局）{SIGNED}".replace("2022年5月7日", "（代章）\n2022年5月7日")
    draft = read_notice(text.encode(), "通知.txt")
    assert (draft.issuer, str(draft.issued_on)) == ("青岚市人民政府办公室", "2022-05-07")


@pytest.mark.parametrize("units", ["（市水利局）。", "\n责任单位：市水利局", "责任单位：市水利局。"])
def test_title_that_is_all_the_text_keeps_its_deadline_and_target(units: str) -> None:
    draft = read_notice(f"{LETTER}一、治理\n1．6月底前新建泵站3座。{units}{SIGNED}".encode(), "通知.txt")
    (clause,) = draft.clauses
    assert (clause.text.strip("。"), clause.units) == ("6月底前新建泵站3座", ("市水利局",))
    assert [str(one.due_on) for one in clause.milestones] == ["2022-06-30"]
    assert [one.value for one in clause.indicators] == [3]

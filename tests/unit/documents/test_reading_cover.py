"""What stands above the work: the title among a page's fields, and a covering letter with points of its own."""

from __future__ import annotations

import pytest

from documents.reading.reader import read_notice


def title(text: str) -> str:
    return read_notice(f"{text}\n各镇人民政府：\n1.修路。（责任单位：县交通局）\n".encode(), "notice.txt").title


@pytest.mark.parametrize(
    "above",
    [
        "某县人民政府办公室关于印发年度要点的通知",
        "某县人民政府办公室\n关于印发年度要点的通知",
        "某县人民政府办公室\n\n关于印发\n年度要点的通知",
        "某县人民政府文件\n某政发〔2024〕2号\n某县人民政府办公室关于印发年度要点的通知",
        "首页\n> 政务公开 > 文件\n索引号: 0012/2024-1\n某县人民政府办公室关于印发年度要点的通知\n发布日期:2024-03-03 09:37",
        "政策文件\n某县人民政府办公室关于印发年度要点的通知",
    ],
)
def test_title_is_found_among_what_a_page_says_of_itself(above: str) -> None:
    assert title(above) == "某县人民政府办公室关于印发年度要点的通知"


COVER = """某县人民政府办公室关于印发任务分解方案的通知

各镇人民政府：

方案已经县政府同意，现印发给你们。

一、各责任单位要高度重视，明确责任。

二、各责任单位要于每月25日前报送进展。

某县人民政府办公室

2024年1月3日
"""
PLAN = """
任务分解方案

一、主要目标

（一）新增就业 3000 人以上

责任单位：县人社局
"""
TABLE = """
任务分解表
序号 任务 责任单位
1 新增就业3000人以上 县人社局
"""


@pytest.mark.parametrize("below", [PLAN, TABLE])
def test_points_of_a_covering_letter_are_no_tasks(below: str) -> None:
    draft = read_notice((COVER + below).encode(), "notice.txt")
    assert [clause.units for clause in draft.clauses] == [("县人社局",)]
    assert (draft.issuer, str(draft.issued_on), draft.reporting.day) == ("某县人民政府办公室", "2024-01-03", 25)


def test_points_that_name_units_are_tasks_wherever_the_notice_is_signed() -> None:
    cover = COVER.replace("明确责任。", "明确责任。（责任单位：县教育局）")
    assert next(clause.units for clause in read_notice(cover.encode(), "notice.txt").clauses) == ("县教育局",)
    drafts = read_notice((cover + PLAN).encode(), "notice.txt")
    assert [units for clause in drafts.clauses if (units := clause.units)] == [("县教育局",), ("县人社局",)]


def test_heading_that_is_the_whole_task_keeps_its_line_its_targets_and_its_deadline() -> None:
    text = "关于年度任务的通知\n各镇：\n1.污水治理率达到45%以上，6月底前完成。\n责任单位：县住建局\n某县政府\n2024年1月3日\n"
    (clause,) = read_notice(text.encode(), "notice.txt").clauses
    assert (clause.source_line, clause.units) == (3, ("县住建局",))
    assert [(one.op, one.value, one.unit) for one in clause.indicators] == [(">=", 45, "%")]
    assert [str(one.due_on) for one in clause.milestones] == ["2024-06-30"]


@pytest.mark.parametrize(
    ("said", "targets"),
    [
        ("水质达标率＞90%", [(">=", 90.0, "%")]),
        ("能耗强度≤0.5吨", [("<=", 0.5, "吨")]),
        ("开工建设新院区（总投资约7.8亿元）", []),
        ("对小微企业160千瓦及以下用电实行零投资", []),
        ("新建160千瓦及以上的充电站", [(">=", 160.0, "千瓦")]),
    ],
)
def test_signs_are_bounds_and_what_only_describes_is_no_target(
    said: str, targets: list[tuple[str, float, str]]
) -> None:
    text = f"关于年度任务的通知\n各镇：\n1.加快建设。{said}。（责任单位：县住建局）\n"
    (clause,) = read_notice(text.encode(), "notice.txt").clauses
    assert [(one.op, one.value, one.unit) for one in clause.indicators] == targets


def test_how_long_something_holds_is_no_deadline() -> None:
    text = "关于年度任务的通知\n各镇：\n1.加大支持。将优惠政策延续至2027年12月31日，延长到明年年底。（责任单位：县财政局）\n县政府\n2024年1月3日\n"
    (clause,) = read_notice(text.encode(), "notice.txt").clauses
    assert clause.milestones == ()


def test_a_sign_inside_a_name_does_not_part_it() -> None:
    text = "关于年度任务的通知\n各镇：\n1.加大支持，年底见效。牵头单位：县工信局；配合单位：县工商联、县商务局、各县（区）。\n"
    (clause,) = read_notice(text.encode(), "notice.txt").clauses
    assert (clause.text, clause.parties) == ("加大支持，年底见效。", ("县工信局", "县工商联", "县商务局", "各县（区）"))


def test_label_without_its_opening_bracket_is_told_and_is_no_text() -> None:
    text = "关于年度任务的通知\n各镇：\n1.整治。清理岸线。责任单位：县水利局、县住建局）\n2.绿化。种树。（责任单位：县水利局，县住建局）\n"
    draft = read_notice(text.encode(), "notice.txt")
    assert (draft.clauses[0].text, draft.clauses[0].units) == ("清理岸线。", ("县水利局", "县住建局"))
    assert [note.line for note in draft.warnings if note.code == "W-N01"] == [3]


def test_committee_and_government_of_a_place_answer_together() -> None:
    text = "关于年度任务的通知\n各镇：\n1.整治。清理岸线。（牵头单位：市水利局；责任单位：各县（市、区）党委和人民政府，高新区党工委和管委会）\n"
    (clause,) = read_notice(text.encode(), "notice.txt").clauses
    assert clause.parties == ("市水利局", "各县（市、区）党委和人民政府", "高新区党工委和管委会")
    assert clause.groups == ("各县（市、区）党委和人民政府",)

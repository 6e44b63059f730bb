"""Which brackets name units, where each list begins and ends, and that every lost sign is said with its place."""

from __future__ import annotations

import pytest

from documents.reading import units
from kit.notice import clauses, codes, notice


def parties(text: str) -> list[tuple[str, ...]]:
    return [clause.parties for clause in clauses(text)]


def test_bracket_ends_a_clause_and_its_first_unit_leads() -> None:
    first, second = clauses("完成甲。(市水利局、市公安局,有关县市区)完成乙(市公安局)。")
    assert (first.id, first.text, first.bracket) == ("1.1", "完成甲。", "(市水利局、市公安局,有关县市区)")
    assert (first.lead, first.units, first.groups) == ("市水利局", ("市水利局", "市公安局"), ("有关县市区",))
    assert (second.id, second.text, second.lead, second.damage) == ("1.2", "完成乙", "市公安局", ())


def test_full_width_signs_are_the_same_signs_and_stay_in_the_text() -> None:
    (clause,) = clauses("完成甲，乙（市水利局，市公安局）。")
    assert (clause.text, clause.bracket, clause.units) == (
        "完成甲，乙",
        "（市水利局，市公安局）",
        ("市水利局", "市公安局"),
    )


@pytest.mark.parametrize(
    "bracket",
    [
        "河(湖)长制", "四乱(乱占、乱采、乱堆、乱建)", "方案(2022-2025年)", "材料(签字盖章)", "湘江(甲段)", "全部(含社会)",
        "《意见(试行)》", "十大(中心)工程", "()",
    ],
)  # fmt: skip
def test_bracket_that_explains_a_word_stays_in_the_text(bracket: str) -> None:
    (clause,) = clauses(f"落实{bracket}要求(市水利局)")
    assert (clause.text, clause.units) == (f"落实{bracket}要求", ("市水利局",))


@pytest.mark.parametrize(
    "name",
    [
        "天元区政府", "株洲海关", "国网株洲供电分公司", "人民银行株洲市中心支行", "市中级人民法院", "市委宣传部", "市供销社",
        "市长株潭一体化中心", "市市场监管局", "市突改办", "市发展改革委", "团市委", "市残联", "市水\ue000局",
    ],
)  # fmt: skip
def test_units_are_known_by_their_shape_not_by_a_list(name: str) -> None:
    assert parties(f"完成甲(市水利局、{name})") == [("市水利局", name)]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("有关县市区", True), ("各县(市、区)政府", True), ("领导小组各成员单位", True), ("市直各部门", True),
        ("各有关单位", True), ("有关部门", True), ("市水利局", False), ("甲区政府", False),
    ],
)  # fmt: skip
def test_collective_names_are_told_from_units(name: str, group: bool) -> None:
    assert units.is_group(units.masked(name.replace("（", "("))) is group
    (clause,) = clauses(f"完成甲(市公安局、{name})")
    assert (name in clause.groups, name in clause.units) == (group, not group)


@pytest.mark.parametrize(
    ("text", "told", "whole"),
    [
        ("完成甲(市水利局,有关县市区\n2.乙事。丙(市水利局)", "未闭合", "(市水利局,有关县市区)"),
        ("完成甲市水利局、市公安局)。完成乙(市水利局)", "前括号丢失", "(市水利局、市公安局)"),
        ("完成乙(市水利局)完成甲。市水利局、有关县市区再做丙(市水利局)", "前后括号均丢失", "(市水利局、有关县市区)"),
    ],
)
def test_lost_sign_of_a_bracket_is_told_with_line_column_and_reading(text: str, told: str, whole: str) -> None:
    draft = notice(f"1.做好甲事。{text}")
    note = next(note for note in draft.warnings if note.code == "W-N01")
    line = f"1.做好甲事。{text}".split("\n")[0]
    assert (note.line, note.quote in line, note.readings) == (7, True, (whole,))
    assert line[note.column - 1 :].startswith(note.quote)
    assert told in note.message
    clause = next(clause for clause in draft.clauses if note.message in clause.damage)
    assert clause.parties == tuple(whole.strip("()").replace(",", "、").split("、"))
    assert (clause.bracket_open, clause.bracket_close) == (note.quote[0] == "(", note.quote[-1] == ")")


@pytest.mark.parametrize("between", ["", "。"])
def test_clause_glued_on_behind_a_collective_name_is_cut_off_and_told(between: str) -> None:
    draft = notice(f"1.做好甲事。完成甲(市水利局,有关县市区{between}加强乙工作(市公安局)")
    assert [(clause.text, clause.parties) for clause in draft.clauses] == [
        ("完成甲", ("市水利局", "有关县市区")),
        ("加强乙工作", ("市公安局",)),
    ]
    note = next(note for note in draft.warnings if note.code == "W-N08")
    assert note.quote.startswith(f"有关县市区{between}加强乙工作")
    assert note.message in draft.clauses[0].damage


def test_clause_on_the_next_line_is_not_called_glued() -> None:
    assert codes(notice("1.做好甲事。完成甲(市水利局,有关县市区\n加强乙(市公安局)")) == ["W-N01"]


def test_list_that_may_have_lost_its_brackets_is_left_in_the_text_and_told() -> None:
    draft = notice("1.做好甲事。市水利局、市公安局,有关县市区做好防汛。(市水利局)")
    assert [(c.text, c.units) for c in draft.clauses] == [("市水利局、市公安局,有关县市区做好防汛。", ("市水利局",))]
    assert codes(draft) == ["W-N04"]


def test_remark_behind_a_unit_is_told_and_takes_no_unit_away() -> None:
    draft = notice("1.做好甲事。完成甲(市水利局(牵头)、市公安局,有关县市区)。")
    assert draft.clauses[0].parties == ("市水利局", "市公安局", "有关县市区")
    assert [(note.code, note.quote) for note in draft.warnings] == [("W-N07", "(牵头)")]


def test_two_brackets_one_behind_the_other_are_one_clause() -> None:
    (clause,) = clauses("完成甲(市水利局)(市公安局,有关县市区)。")
    assert (clause.text, clause.parties) == ("完成甲", ("市水利局", "市公安局", "有关县市区"))
    assert clause.bracket == "(市水利局)(市公安局,有关县市区)"


def test_unit_named_twice_counts_once_and_is_told() -> None:
    draft = notice("1.做好甲事。完成甲(市水利局、市公安局、市水利局)")
    assert draft.clauses[0].units == ("市水利局", "市公安局")
    assert [(note.code, note.quote) for note in draft.warnings] == [("W-N05", "市水利局")]


def test_clause_without_units_is_told_and_not_dropped() -> None:
    draft = notice("1.做好甲事。完成甲(市水利局)再做一件没有单位的事。")
    assert [(c.id, c.text, c.units) for c in draft.clauses][1] == ("1.2", "再做一件没有单位的事。", ())
    assert codes(draft) == ["W-N02"]


def test_name_that_looks_like_no_unit_is_kept_and_told() -> None:
    draft = notice("1.做好甲事。完成甲(市水利局、张三,有关县市区)")
    assert draft.clauses[0].parties == ("市水利局", "张三", "有关县市区")
    assert [(note.code, note.quote) for note in draft.warnings] == [("W-N03", "张三")]


@pytest.mark.parametrize("hidden", ["\u200b", "\ufeff", "\x07", "\u00ad", "\u202e"])
def test_sign_that_nobody_sees_hides_no_unit_and_is_told_with_its_place(hidden: str) -> None:
    draft = notice(f"1.做好甲事。完成甲(市{hidden}水利局,有关县市区)再做(市水利局,有关县市区\n2.乙。丙(市水利局)")
    assert [clause.parties for clause in draft.clauses][:2] == [("市水利局", "有关县市区")] * 2
    assert [(note.code, note.line, note.column) for note in draft.warnings] == [("W-T01", 7, 13), ("W-N01", 7, 26)]


def test_long_lines_without_an_end_are_read_in_time_that_grows_with_their_length() -> None:
    made = (
        "(市水利局、",
        "12个",
        "(",
        "2022年",
        "\u200b\ue000",
        "。责任单位:市水利局",
        "(责任单位:市水利局(",
        "一、甲。1.",
        "市水利局负责。",
    )
    for text in (one * (16_000 // len(one)) for one in made):
        assert len(clauses(text)) >= 1


@pytest.mark.parametrize("tail", ["等部门", "等有关部门", "等单位", "等部门负责"])
def test_open_end_of_a_list_is_no_part_of_a_name(tail: str) -> None:
    (clause,) = clauses(f"完成甲(市水利局、市公安局{tail})。")
    assert (clause.units, clause.groups) == (("市水利局", "市公安局"), ())


@pytest.mark.parametrize("group", ["各区、县级市", "各有关区、县级市", "有关县、区", "各项目牵头单位"])
def test_level_behind_a_collective_name_belongs_to_it(group: str) -> None:
    (clause,) = clauses(f"完成甲(市水利局、{group})。")
    assert (clause.units, clause.groups) == (("市水利局",), tuple(group.split("、")))

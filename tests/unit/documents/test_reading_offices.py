"""Ways of offices that the reader had not met: other characters, other labels, what stands round the work; invented."""

from __future__ import annotations

import pytest

from documents.reading.reader import read_notice
from kit.notice import clauses, codes, notice
from models.errors import BadInput

LETTER = """关于印发《甲市2022年工作方案》的通知
各县（市、区）人民政府，市政府各部门、各直属机构：
现将《甲市2022年工作方案》印发给你们，请于每月25日前将进展情况报市督办室。
甲市人民政府
2022年5月7日
"""


def test_traditional_characters_are_read_as_simplified_ones_and_kept_as_they_stand() -> None:
    draft = notice(
        "1.做好甲事。完成甲。(牽頭單位:市水務局;配合單位:市財政局、各縣(市、區)人民政府;完成時限:2022年11月底前)\n"
        "2.做好乙事。完成乙。(市教育廳牽頭,市級各有關部門按職責分工負責)"
    )
    first, second = draft.clauses
    assert first.parties == ("市水務局", "市財政局", "各縣(市、區)人民政府")
    assert (first.lead, first.groups) == ("市水務局", ("各縣(市、區)人民政府",))
    assert [str(one.due_on) for one in first.milestones] == ["2022-11-30"]
    assert second.parties == ("市教育廳", "市級各有關部門")
    assert codes(draft) == []


def test_head_in_traditional_characters_is_found() -> None:
    text = (
        "甲市人民政府辦公室關於印發《甲市2022年工作方案》的通知\n甲政辦發〔2022〕5號\n各縣人民政府:\n"
        "現將方案印發給你們,請各牽頭單位於每月28日前將進展情況報送市督辦室。\n甲市人民政府辦公室\n2022年5月7日\n"
        "一、抓好工作\n1.做好甲事。完成甲。(責任單位:市水務局)\n"
    )
    draft = read_notice(text.encode(), "通知.txt")
    assert draft.title == "甲市人民政府辦公室關於印發《甲市2022年工作方案》的通知"
    assert (draft.document_number, draft.issuer) == ("甲政辦發〔2022〕5號", "甲市人民政府辦公室")
    assert (draft.reporting.day, draft.reporting.to, draft.reporting.who_reports) == (28, "市督辦室", "lead")


def test_clean_notice_with_levels_and_commas_among_its_recipients_raises_no_warning() -> None:
    draft = read_notice((LETTER + "一、抓好工作\n1.做好甲事。完成甲。（市水利局）\n").encode(), "通知.txt")
    assert draft.recipients_list == ("各县（市、区）人民政府", "市政府各部门", "各直属机构")
    assert codes(draft) == []


@pytest.mark.parametrize(
    ("said", "parties", "lead"),
    [
        ("部门分工:市水利局牵头,各地、各部门配合。", ("市水利局", "各地", "各部门"), "市水利局"),
        ("责任分工:市水利局、市财政局", ("市水利局", "市财政局"), "市水利局"),
        ("牵头单位:市水利局;责任(配合)单位:市财政局", ("市水利局", "市财政局"), "市水利局"),
        ("市水利局按职责分工负责,各县政府结合实际落实", ("市水利局", "各县政府"), "市水利局"),
    ],
)
def test_division_of_work_under_other_labels_is_read(said: str, parties: tuple[str, ...], lead: str) -> None:
    (clause,) = clauses(f"完成甲({said.rstrip('。')})。")
    assert (clause.parties, clause.lead) == (parties, lead)


def test_division_of_work_stands_on_a_line_of_its_own_below_the_leader() -> None:
    draft = notice("1.做好甲事增长6%以上。\n分管市领导:李明\n部门分工:市水利局牵头,各地、各部门配合。")
    assert draft.clauses[0].parties == ("市水利局", "各地", "各部门")


def test_sentence_behind_the_names_is_a_rule_and_names_nobody() -> None:
    draft = notice(
        "1.做好甲事。完成甲。〔责任单位:市水利局、市财政局按职责分工负责。任务均涉及各县区,不再列出,下同。〕"
    )
    (clause,) = draft.clauses
    assert clause.parties == ("市水利局", "市财政局")
    assert codes(draft) == ["W-N07"]


def test_dates_in_a_list_share_the_end_that_the_last_one_says() -> None:
    (clause,) = clauses("6月、9月底前各完成一次(市水利局)。")
    assert [str(one.due_on) for one in clause.milestones] == ["2022-06-30", "2022-09-30"]
    (clause,) = clauses("完成甲(责任单位:市水利局;完成时限:6月30日、12月31日前)。")
    assert [str(one.due_on) for one in clause.milestones] == ["2022-06-30", "2022-12-31"]


def test_years_of_a_span_end_with_the_last() -> None:
    (clause,) = clauses("完成甲(责任单位:市水利局;完成时限:2022—2023年底前)。")
    assert [str(one.due_on) for one in clause.milestones] == ["2023-12-31"]


def test_work_that_is_always_done_has_no_day_and_raises_no_doubt() -> None:
    draft = notice("1.做好甲事。完成甲(责任单位:市水利局;完成时限:常态工作)。")
    assert (draft.clauses[0].milestones, codes(draft)) == ((), [])


def test_what_somebody_is_given_is_no_target() -> None:
    (clause,) = clauses("对年纳税2亿元或投资5000万元以上的企业,最高给予100万元,新建车间3座(市财政局)。")
    assert [(one.value, one.unit) for one in clause.indicators] == [(3, "座")]


def test_explaining_bracket_in_the_text_is_no_damaged_list() -> None:
    draft = notice("1.做好甲事。不再新建机房(包括市算力中心、县算力中心),完成甲(市水利局)。")
    assert codes(draft) == []


PLAIN = """关于做好甲事的通知
各镇（街道），县直有关单位：
为做好甲事，现将有关任务分工如下：
县林业局负责统筹全县甲事，10月底前完成物资储备。
县应急局、县气象局：负责值班值守。
各镇（街道）负责宣传。
请各单位于6月30日、12月31日前将工作落实情况报县甲事办公室。
县甲事指挥部
2022年5月20日
"""


def test_division_of_work_in_plain_paragraphs_is_read() -> None:
    draft = read_notice(PLAIN.encode(), "通知.txt")
    first, second, third = draft.clauses
    assert (first.text, first.units, str(first.milestones[0].due_on)) == (
        "统筹全县甲事，10月底前完成物资储备。",
        ("县林业局",),
        "2022-10-31",
    )
    assert (second.units, second.lead, second.source_line) == (("县应急局", "县气象局"), "县应急局", 5)
    assert (third.groups, third.units) == (("各镇（街道）",), ())
    assert (draft.issuer, codes(draft)) == ("县甲事指挥部", ["W-D04", "W-D08"])


def test_reports_on_fixed_dates_are_told_with_both_and_to_whom() -> None:
    rule = read_notice(PLAIN.encode(), "通知.txt").reporting
    assert (rule.day, rule.cycle, rule.to) == (None, "", "县甲事办公室")
    assert "6月30日、12月31日前" in rule.quote


def test_paragraphs_that_nothing_announces_are_no_division_of_work() -> None:
    with pytest.raises(BadInput, match="E-N05"):
        read_notice(PLAIN.replace("，现将有关任务分工如下：", "。").encode(), "通知.txt")


def test_day_in_the_first_month_of_a_quarter_is_read() -> None:
    text = LETTER.replace("每月25日前", "每个季度第1个月的20日前")
    draft = read_notice((text + "一、抓好工作\n1.做好甲事。完成甲。（市水利局）\n").encode(), "通知.txt")
    assert (draft.reporting.cycle, draft.reporting.day) == ("quarterly", 20)


def test_date_said_twice_leaves_the_issuer_above_both() -> None:
    text = LETTER.replace("2022年5月7日", "2022年5月7日\n2022年5月7日")
    draft = read_notice((text + "一、抓好工作\n1.做好甲事。完成甲。(市水利局)\n").encode(), "通知.txt")
    assert (draft.issuer, str(draft.issued_on)) == ("甲市人民政府", "2022-05-07")


def test_date_of_issue_that_lost_all_its_words_is_read_and_told() -> None:
    text = LETTER.replace("2022年5月7日", "2022527")
    draft = read_notice((text + "一、抓好工作\n1.做好甲事。完成甲。(市水利局)\n").encode(), "通知.txt")
    assert str(draft.issued_on) == "2022-05-27"
    assert codes(draft) == ["W-D02"]


def test_plan_behind_the_signed_letter_gives_its_title_without_a_caption() -> None:
    text = f"{LETTER}(此件公开发布)\n甲市2022年\n工作方案\n为做好工作，制定本方案。\n一、抓好工作\n1.做好甲事。完成甲。（市水利局）\n"
    assert read_notice(text.encode(), "通知.txt").attachment_title == "甲市2022年工作方案"


def test_remark_on_the_paper_is_no_part_of_an_attachments_name() -> None:
    head = (
        LETTER.replace("甲市人民政府\n2022", "附件：任务分解表\n甲市人民政府\n2022")
        + "(此件公开发布)\n\n附件\n任务分解表\n"
    )
    draft = read_notice((head + "一、抓好工作\n1.做好甲事。完成甲。（市水利局）\n").encode(), "通知.txt")
    assert draft.attachments == ("任务分解表",)
    assert codes(draft) == []


def test_attachments_below_the_work_of_a_short_notice_are_found() -> None:
    text = (
        "关于做好甲事的通知\n各县人民政府:\n现就有关事项通知如下:\n1.做好甲事。完成甲。(市水利局)\n"
        "附件:1.任务分解表\n2.进展情况表\n甲市人民政府\n2022年5月7日\n(此件公开发布)\n"
    )
    draft = read_notice(text.encode(), "通知.txt")
    assert draft.attachments == ("任务分解表", "进展情况表")
    assert draft.issuer == "甲市人民政府"


def test_numbered_points_that_begin_with_those_who_bear_them_are_read() -> None:
    draft = notice(
        "(一)市水利局:负责统筹协调,6月底前制定细则。\n(二)市财政局、市审计局负责资金监管。\n(三)各街道(镇):负责组织实施。"
    )
    first, second, third = draft.clauses
    assert (first.text, first.lead) == ("统筹协调,6月底前制定细则。", "市水利局")
    assert str(first.milestones[0].due_on) == "2022-06-30"
    assert (second.parties, third.groups) == (("市财政局", "市审计局"), ("各街道(镇)",))
    assert codes(draft) == ["W-D04"]


@pytest.mark.parametrize(
    "text",
    [
        "1.市督查室负责对落实情况进行检查。\n2.市监察局负责督促整改。",  # whoever watches over it does not do it
        "1.市水利局负责统筹协调。\n2.做好乙事。完成乙。",  # one alone is running text
        "1.市水利局负责人要亲自抓。\n2.市财政局负责的项目要提速。",
    ],
)
def test_other_sentences_with_a_unit_in_front_are_told_and_not_cut(text: str) -> None:
    assert [clause.parties for clause in notice(text).clauses] == [(), ()]


def test_units_between_the_title_and_the_text_hold_for_the_text() -> None:
    draft = notice("1.消防安全专项整治,由市公安局负责,有关部门配合。坚决整治火灾隐患。")
    (clause,) = draft.clauses
    assert (clause.text, clause.parties, clause.lead) == ("坚决整治火灾隐患。", ("市公安局", "有关部门"), "市公安局")
    assert draft.items[0].title == "消防安全专项整治"
    assert codes(draft) == ["W-N15"]


@pytest.mark.parametrize("name", ["各县市人民政府", "州直相关单位", "各乡镇办场", "各地", "各街道(镇)"])
def test_further_collective_names_are_known(name: str) -> None:
    (clause,) = clauses(f"完成甲(牵头单位:市水利局;责任单位:市财政局及{name})。")
    assert (clause.parties, clause.groups) == (("市水利局", "市财政局", name), (name,))


@pytest.mark.parametrize(
    ("inside", "parties"),
    [
        ("市水利局、市财政局等市有关部门和各县政府按职责分工负责", ("市水利局", "市财政局", "各县政府")),
        ("省水利厅、能源局等省有关部门和各地级以上市人民政府负责", ("省水利厅", "能源局", "各地级以上市人民政府")),
        ("责任单位:省水利厅,各市〔州〕、县〔市、区〕人民政府", ("省水利厅", "各市〔州〕、县〔市、区〕人民政府")),
        ("责任单位:省水利厅,省直其他有关部门和单位", ("省水利厅", "省直其他有关部门和单位")),
    ],
)
def test_open_ends_and_levels_of_a_list_are_read_whole(inside: str, parties: tuple[str, ...]) -> None:
    (clause,) = clauses(f"完成甲({inside})。")
    assert clause.parties == parties


def test_two_that_sign_together_and_a_remark_beside_the_date_are_read() -> None:
    text = LETTER.replace(
        "甲市人民政府\n2022年5月7日", "中共甲市委办公室\n甲市人民政府办公室\n\n(此件发至县)      2022年5月7日"
    )
    draft = read_notice((text + "一、抓好工作\n1.做好甲事。完成甲。(市水利局)\n").encode(), "通知.txt")
    assert (draft.issuer, str(draft.issued_on)) == ("中共甲市委办公室 甲市人民政府办公室", "2022-05-07")


def test_last_word_of_a_title_that_was_set_wide_belongs_to_it() -> None:
    text = LETTER.replace(
        "关于印发《甲市2022年工作方案》的通知", "甲市人民政府\n关于印发《甲市2022年工作方案》的\n通  知"
    )
    draft = read_notice((text + "一、抓好工作\n1.做好甲事。完成甲。(市水利局)\n").encode(), "通知.txt")
    assert draft.title == "甲市人民政府关于印发《甲市2022年工作方案》的通知"


@pytest.mark.parametrize("kind", ["多个部门", "主管部门", "职能部门", "执法部门", "公安部门"])
def test_departments_of_which_kind_is_not_said_are_nobody(kind: str) -> None:
    (clause,) = clauses(f"完成甲(涉及{kind})。")
    assert clause.parties == ()


@pytest.mark.parametrize("name", ["公安部门", "建设部门", "税务部门", "城管部门"])
def test_department_that_is_named_by_its_kind_is_read(name: str) -> None:
    draft = notice(f"1.做好甲项整治,由{name}负责,有关部门配合。完成甲。")
    assert draft.clauses[0].parties == (name, "有关部门")

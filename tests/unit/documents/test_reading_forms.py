"""Each form in which units are named, in every kind of sign and place: one table, so that a new form is one line."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest

from documents.reading.reader import read_notice
from kit.notice import HEAD, clauses, codes, notice
from kit.notice_forms import DATES, EXPLAINED, FIGURES, LABELLED, RULES, TOLD, Form

if TYPE_CHECKING:
    from models.drafts import ClauseDraft

FULL = str.maketrans({",": "，", ";": "；", ":": "：", "(": "（", ")": "）"})
#: how the signs of a form are written: half-width, full-width, mixed, and in other brackets
SIGNS = {
    "half": lambda inside: f"({inside})",
    "full": lambda inside: f"（{inside.translate(FULL)}）",
    "mixed": lambda inside: f"（{inside})".replace(":", "："),
    "ratio": lambda inside: f"({inside})".replace(":", "∶"),
    "lenticular": lambda inside: f"【{inside.translate(FULL)}】",
    "tortoise": lambda inside: f"〔{inside.translate(FULL)}〕",
    "square": lambda inside: f"[{inside}]",
    "angle": lambda inside: f"〈{inside.translate(FULL)}〉",
}
FORMS = LABELLED + TOLD


def plain(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.replace("（", "(").replace("）", ")").replace("，", ",") for name in names)


def as_read(form: Form, clause: ClauseDraft) -> None:
    assert plain(clause.parties) == form.names
    assert plain(clause.groups) == form.groups
    assert plain((clause.lead,)) == (form.leads,)
    assert tuple(one.due_on.isoformat() if one.due_on else None for one in clause.milestones) == form.days


@pytest.mark.parametrize("form", FORMS, ids=[form.inside for form in FORMS])
def test_form_is_read_in_every_kind_of_sign(form: Form) -> None:
    for written in SIGNS.values():
        draft = notice(f"1.做好甲事。完成甲{written(form.inside)}。再做乙事（市教育局）。")
        first, second = draft.clauses
        assert (first.text, second.text, second.units) == ("完成甲", "再做乙事", ("市教育局",))
        as_read(form, first)
        assert tuple(codes(draft)) == form.codes


#: without its colon a line of its own is a sentence
LINES = [form for form in LABELLED if ":" in form.inside]


@pytest.mark.parametrize("form", LINES, ids=[form.inside for form in LINES])
def test_labelled_form_may_stand_on_a_line_of_its_own(form: Form) -> None:
    lines = f"1.做好甲事。完成甲。\n{form.inside}\n2.做好乙事。完成乙。\n责任单位：市教育局"
    first, second = notice(lines).clauses
    assert (first.text, second.text, second.units) == ("完成甲。", "完成乙。", ("市教育局",))
    as_read(form, first)


#: what may stand above an item, and how the item is numbered
STANDING = (
    *product(("",), ("1．", "1、", "（一）", "一、", "第一条　")),
    *product(("一、抓好工作\n",), ("1．", "（一）", "第一条 ")),
    *product(("一、抓好工作\n（一）抓水\n",), ("1.", "1、")),
)


@pytest.mark.parametrize("form", FORMS, ids=[form.inside for form in FORMS])
def test_form_is_read_with_and_without_headings(form: Form) -> None:
    for head, number in STANDING:
        top = HEAD.replace("一、抓好工作\n", head)
        (clause,) = read_notice(f"{top}{number}做好甲事。完成甲（{form.inside}）。".encode(), "通知.txt").clauses
        as_read(form, clause)


def test_forms_glued_on_one_line_are_cut_apart() -> None:
    for one, other in pairwise(FORMS):
        first, second = clauses(f"完成甲({one.inside})完成乙（{other.inside}）")
        assert (first.text, second.text) == ("完成甲", "完成乙")
        as_read(one, first)
        as_read(other, second)


@pytest.mark.parametrize("inside", EXPLAINED)
@pytest.mark.parametrize("signs", ["half", "full"])
def test_bracket_that_explains_names_no_unit(inside: str, signs: str) -> None:
    bracket = SIGNS[signs](inside)
    (clause,) = clauses(f"落实甲{bracket}要求,做好乙{bracket}。再做丙（市水利局）。")
    assert (plain((clause.text,)), clause.units) == (
        plain((f"落实甲{bracket}要求,做好乙{bracket}。再做丙",)),
        ("市水利局",),
    )


@pytest.mark.parametrize(("text", "found"), DATES, ids=[text for text, _found in DATES])
def test_deadline_of_every_kind_is_read_with_its_words(text: str, found: list[tuple[str, str | None]]) -> None:
    (clause,) = clauses(f"{text}甲工作（市水利局）。")
    assert [(one.quote, one.due_on.isoformat() if one.due_on else None) for one in clause.milestones] == [
        (quote if not quote.endswith(("成", "工")) else f"{quote}甲工作", day) for quote, day in found
    ]


def test_month_that_is_over_offers_this_year_and_the_next() -> None:
    (note,) = notice("1.做好甲事。3月底前完成甲（市水利局）。").warnings
    assert (note.code, note.quote, note.readings) == ("W-D03", "3月底前", ("2022-03-31", "2023-03-31"))


@pytest.mark.parametrize(("text", "code"), [("明年6月底前", "W-D06"), ("汛期前", "W-D07"), ("年底前", "W-D04")])
def test_date_that_says_no_year_or_day_is_told(text: str, code: str) -> None:
    assert codes(notice(f"1.做好甲事。{text}完成甲（市水利局）。")) == [code]


def test_time_limit_without_a_day_is_told() -> None:
    (clause,) = clauses("完成甲（责任单位：市水利局；完成时限：尽快）。")
    assert clause.milestones == ()
    assert codes(notice("1.做好甲事。完成甲（责任单位：市水利局；完成时限：尽快）。")) == ["W-D05"]


@pytest.mark.parametrize(("text", "wanted"), FIGURES, ids=[text for text, _wanted in FIGURES])
def test_target_of_every_kind_is_read(text: str, wanted: tuple[str, str, float, str] | None) -> None:
    (clause,) = clauses(f"{text}（市水利局）。")
    assert [(one.name, one.op, one.value, one.unit) for one in clause.indicators] == ([wanted] if wanted else [])
    assert all(one.quote in clause.text for one in clause.indicators)


@pytest.mark.parametrize(("sentence", "wanted"), RULES, ids=[sentence for sentence, _wanted in RULES])
def test_reporting_rule_is_read_in_the_letter_and_below_the_work(
    sentence: str, wanted: tuple[int | None, str, str, str, str, str, tuple[str, ...]]
) -> None:
    lines = HEAD.split("\n")
    lines[2] = sentence
    for draft in (
        notice("1.甲事。乙(市水利局)", "\n".join(lines)),
        notice(f"1.甲事。乙(市水利局)\n二、工作要求\n各单位要高度重视。{sentence}", HEAD.replace("每月25日前", "")),
    ):
        rule = draft.reporting
        found = (rule.day, rule.cycle, rule.who_reports, rule.what, rule.to, rule.needs)
        assert found == wanted[:-1]
        assert tuple(code for code in codes(draft) if code != "W-N09") == wanted[-1]

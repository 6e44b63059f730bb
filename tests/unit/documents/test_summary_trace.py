"""Each paragraph of a summary names its sources, and nothing stands in the text that no source says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from documents.summary.text import summary_paper
from documents.summary.trace import narrowed, read_trace
from kit.backing import unbacked
from kit.facts import DONE, large_summary, summary_facts
from models.errors import BadInput

if TYPE_CHECKING:
    from models.facts import SummaryFacts


def traced(facts: SummaryFacts) -> dict[str, Any]:
    return read_trace(facts, None)


def empty(facts: SummaryFacts) -> SummaryFacts:
    return replace(
        facts, sections=(), indicators=(), missing=(), late=(), returned=(), returns=(), requests=(), units=(),
        sources=(), history=(), counts=(),
    )  # fmt: skip


def test_every_number_and_every_unit_is_backed_by_what_is_traced() -> None:
    facts = summary_facts()
    assert unbacked(facts, traced(facts)) == []


def test_month_as_large_as_the_real_notice_is_backed() -> None:
    facts = replace(large_summary(), missing=(), late=(), returned=(), returns=(), requests=(), indicators=())
    assert unbacked(facts, traced(facts)) == []


def test_a_number_or_a_unit_from_nowhere_is_found_out() -> None:
    facts = summary_facts()
    found = traced(facts)
    found["paragraphs"][1]["text"] += "另有77项。"
    found["paragraphs"][2]["text"] += "天元区政府已完成。"
    found["paragraphs"][3]["reckoned"].append({"what": "审核通过", "said": "9", "tasks": [1]})
    named = [(place, what) for place, what in unbacked(facts, found)]
    assert (2, "77") in named
    assert any(place == 4 and what.startswith("figure") for place, what in named)


def test_paragraph_that_quotes_names_the_filing_behind_it_and_one_that_counts_its_tasks() -> None:
    found = traced(summary_facts())
    overall, first = found["paragraphs"][1], found["paragraphs"][2]
    counted = {one["what"]: (one["said"], one.get("tasks")) for one in overall["reckoned"]}
    assert counted["按时报送"] == ("2", [1, 5])
    assert counted["逾期报送"] == ("1", [2])
    assert counted["尚未报送"] == ("2", [3, 7])
    assert {"what": "上月审核通过", "said": "5", "months": ["2022-05"]} in overall["reckoned"]
    assert first["quoted"] == [1, 2]
    behind = {one["task_id"]: one for one in found["tasks"]}[1]
    assert (behind["unit"], behind["clause_number"], behind["version"]) == ("市生态环境局", "1.1", 1)
    assert (behind["check_code"], behind["signed_by"], behind["evidence_sha256"]) == (
        "K7QF-3M2X-01", "李建国", f"{101:064x}",
    )  # fmt: skip
    assert (behind["reviewed_by"], behind["reviewed_at"]) == ("郑审核", "2022-06-26 10:00")


def test_trace_has_every_paragraph_of_the_paper_in_its_order() -> None:
    facts = summary_facts()
    told = [one["text"] for one in traced(facts)["paragraphs"]]
    assert told == [
        block.lead + block.text for block in summary_paper(facts).blocks if block.kind == "text" and block.text
    ]
    assert [one["number"] for one in traced(facts)["paragraphs"]] == list(range(1, len(told) + 1))


def test_frozen_trace_is_read_as_it_was_whatever_the_facts_say_now() -> None:
    facts = summary_facts()
    frozen = json.dumps({**traced(facts), "number": "原件"}, ensure_ascii=False).encode()
    assert read_trace(replace(facts, number="改过"), frozen)["number"] == "原件"


def test_one_paragraph_comes_with_its_tasks_alone() -> None:
    found = narrowed(traced(summary_facts()), 3)
    assert [one["number"] for one in found["paragraphs"]] == [3]
    assert {one["task_id"] for one in found["tasks"]} == {1, 2, 3, 4}


def test_paragraph_that_is_not_there_is_refused_with_how_many_there_are() -> None:
    with pytest.raises(BadInput) as refusal:
        narrowed(traced(summary_facts()), 99)
    assert refusal.value.code == "E-S60"


def test_month_without_any_task_reads_sensibly() -> None:
    facts = empty(summary_facts())
    said = "\n".join(block.text for block in summary_paper(facts).blocks)
    assert "本月涉及责任单位0个、工作任务0项、分解事项0项，无应报送任务。" in said
    assert "本月无应报送任务。" in said
    assert "各责任单位均已报送" not in said
    assert unbacked(facts, traced(facts)) == []


def test_month_with_everything_late_and_nothing_filed_says_so() -> None:
    facts = summary_facts()
    section = facts.sections[0]
    part = section.subsections[0]
    clause = part.items[0].clauses[0]
    lines = tuple(replace(line, state="assigned", late_days=3, version=0, round=1) for line in clause.lines)
    item = replace(part.items[0], clauses=(replace(clause, lines=lines),))
    late = tuple(replace(facts.late[1], unit=line.unit, task_id=line.task_id) for line in lines)
    units = tuple(replace(row, due=1, on_time=0, late=0, missing=1, returned=0, waived=0) for row in facts.units)
    facts = replace(
        empty(facts), sections=(replace(section, subsections=(replace(part, items=(item,)),)),),
        missing=late, late=late, units=units,
    )  # fmt: skip
    said = "\n".join(block.lead + block.text for block in summary_paper(facts).blocks)
    assert "应报送任务4项，报送截止日期为6月25日。截至6月28日，各责任单位均未报送；尚无审核通过的。" in said
    assert "应报送的4项全部逾期（其中尚未报送的4项）" in said
    assert "1.加强城镇污水垃圾处理。市生态环境局牵头，未报送。配合单位市水利局、市应急局、天元区政府均未报送。" in said
    assert "本月未报送任何任务的：市生态环境局（1项）、市水利局（1项）、市应急局（1项）、天元区政府（1项）。" in said
    assert unbacked(facts, traced(facts)) == []


def test_office_of_one_unit_reads_sensibly() -> None:
    facts = summary_facts()
    section = facts.sections[1]
    line = replace(section.subsections[0].items[0].clauses[0].lines[0], state="reviewed", percent=100, late_days=0,
                   progress="已办培训2期。", version=1, task_id=1)  # fmt: skip
    clause = replace(section.subsections[0].items[0].clauses[0], lines=(line,))
    item = replace(section.subsections[0].items[0], clauses=(clause,))
    facts = replace(
        empty(facts), sections=(replace(section, subsections=(replace(section.subsections[0], items=(item,)),)),),
        units=(replace(facts.units[0], unit=line.unit, due=1, on_time=1),), sources=facts.sources[:1],
    )  # fmt: skip
    said = "\n".join(block.lead + block.text for block in summary_paper(facts).blocks)
    assert (
        "责任单位1个、工作任务1项、分解事项1项，应报送任务1项，报送截止日期为6月25日。截至6月28日，全部按时报送；"
        in said
    )
    assert "审核通过1项，占100%，平均进度100%，已完成。" in said
    assert "2.加强宣传培训。市应急局牵头，进度100%。已办培训2期。\n" in said
    assert "各责任单位均已报送，无缺报。\n无逾期报送。\n本月无审核退回。\n" in said
    assert "下一步工作\n组织各责任单位于7月25日前报送7月工作进展情况。\n特此报告。" in said
    assert unbacked(facts, traced(facts)) == []


def test_words_of_a_report_are_condensed_to_whole_sentences_and_never_changed() -> None:
    long = "高度重视，迅速部署。" + DONE + "各项工作有序推进，取得阶段性成效。" * 8
    said = "\n".join(block.text for block in summary_paper(summary_facts(long)).blocks)
    assert DONE in said
    assert said.count("取得阶段性成效") == 2 * 4  # of eight sentences four fit, in each of the two clauses

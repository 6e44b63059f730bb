"""The papers of a month in the summary: three facts in columns of their own, and none in the words of another."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl

from documents.summary.annexes import annexes
from documents.summary.papers import paper_annex
from documents.summary.workbook import workbook
from kit.facts import summary_facts
from models.evidence import CodeMatch, SealHint, Verdict
from models.facts import SummaryFacts
from models.plain import from_plain, to_plain
from models.sealed import PaperFact
from models.states import EvidenceKind

NOON = datetime(2022, 6, 23, 4, 0, tzinfo=UTC)
PAPER = PaperFact(
    "市生态环境局",
    "K7QF-3M2X-9A",
    3,
    "scan",
    "a" * 64,
    NOON,
    "same",
    "seen",
    "",
    "李一",
    "市生态环境局公章",
    "赵经办",
    NOON,
)
SIGNED = replace(
    PAPER, unit="市水利局", kind="signed_pdf", hint="grey", code="other", anyway="=两张表扫在一起", verdict="untrusted",
    certificates=("王二", "市水利局"),
)  # fmt: skip


def test_annex_says_the_three_facts_apart() -> None:
    first, second = paper_annex((PAPER, SIGNED)).table.rows
    assert first == (
        "市生态环境局", "K7QF-3M2X-9A\n3项", "扫描件；校验码相符；似有红章", "赵经办称由李一签字、盖市生态环境局公章", "无",
    )  # fmt: skip
    assert second[2:] == (
        "签名PDF；混有别的表；无颜色，红章不明", "赵经办称由李一签字、盖市生态环境局公章", "未通过：颁发者不受信任（证书：王二、市水利局）",
    )  # fmt: skip


def test_every_word_that_can_be_stored_has_its_word_on_paper() -> None:
    for match in CodeMatch:
        for hint in SealHint:
            for verdict in Verdict:
                for kind in EvidenceKind:
                    (row,) = paper_annex(
                        (replace(PAPER, code=match, hint=hint, verdict=verdict, kind=kind),)
                    ).table.rows
                    assert all(row)


def test_summary_lists_papers_where_there_are_any_and_keeps_them_with_its_facts() -> None:
    bare = summary_facts()
    facts = replace(bare, papers=(PAPER, SIGNED))
    assert [one.title for one in annexes(facts) if one not in annexes(bare)] == ["签章件登记表"]
    assert from_plain(SummaryFacts, to_plain(facts)) == facts
    book = openpyxl.load_workbook(io.BytesIO(workbook(facts)))
    assert "签章件" not in openpyxl.load_workbook(io.BytesIO(workbook(bare))).sheetnames
    head, first, second = list(book["签章件"].iter_rows(values_only=True))[-3:]
    told = dict(zip(head, second, strict=True))
    assert (told["存件时间"], told["声明人"], told["数字签名：证书"]) == (
        "2022-06-23 12:00",
        "赵经办",
        "王二、市水利局",
    )
    assert first[head.index("数字签名")] == "无"
    cell = book["签章件"].cell(book["签章件"].max_row, head.index("对不上仍收的理由") + 1)
    assert (cell.value.lstrip("'"), cell.data_type) == ("=两张表扫在一起", "s")

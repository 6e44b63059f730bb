"""The summary's tables as a workbook: everything the report counts or names, one row each, to be filtered."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

from openpyxl import Workbook

from documents.plain_text import chinese_month, inner_title, target
from documents.sheet import call, steady, table
from documents.summary.annexes import MONTH_COLUMNS
from documents.summary.charts import months_of, progress
from documents.summary.indicators import completion, gap
from documents.summary.papers import paper_sheet
from documents.summary.problems import problem_sheets
from documents.summary.tasks import items
from documents.wording import DECISIONS, REQUESTS, SHARES, STANDINGS, is_approved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.facts import NamedTask, SummaryFacts

    Row = tuple[str | int | float | None, ...]


def workbook(facts: SummaryFacts) -> bytes:
    """The workbook; the same facts give the same bytes. User text is always a string cell, figures are numbers."""
    book = Workbook(write_only=True)
    call(book, inner_title(facts.notice_title), facts.office_name)
    top = (
        f"{inner_title(facts.notice_title)}　{chinese_month(facts.month)}　{facts.number}",
        f"留痕 {facts.head_short}",
    )
    _overview(book, facts, top)
    _units(book, facts)
    _details(book, facts)
    _items(book, facts)
    _months(book, facts)
    _indicators(book, facts)
    _named(book, facts)
    _requests(book, facts)
    if facts.papers:
        paper_sheet(book, facts.papers, top)
    if facts.problems:
        problem_sheets(book, facts.problems)
    made = io.BytesIO()
    book.save(made)
    return steady(made.getvalue(), facts.issued_on)


def _overview(book: Workbook, facts: SummaryFacts, top: Sequence[str]) -> None:
    standing: Counter[str] = Counter()
    for one in facts.counts:
        standing[STANDINGS.get(one.state, one.state)] += one.number
    rows: list[Row] = [*standing.items(), ("合计", standing.total())]
    table(book, "总体情况", (("办理情况", 24), ("项数", 10)), rows, top)


def _details(book: Workbook, facts: SummaryFacts) -> None:
    columns = (
        ("事项", 8), ("分解事项", 40), ("责任单位", 22), ("责任", 8), ("办理情况", 16), ("上月", 8), ("进度", 8), ("进展情况", 50),
        ("无进展原因", 24), ("存在问题", 30), ("下一步", 30), ("迟报天数", 10), ("轮次", 8), ("版本", 8), ("签字人", 12),
    )  # fmt: skip
    table(book, "进展明细", columns, _detail_rows(facts))


def _detail_rows(facts: SummaryFacts) -> Iterator[Row]:
    items = (item for section in facts.sections for part in section.subsections for item in part.items)
    for clause in (clause for item in items for clause in item.clauses):
        for line in clause.lines:
            said = is_approved(line)
            yield (
                clause.number,
                clause.text,
                line.unit,
                SHARES.get(line.share, line.share),
                STANDINGS.get(line.state, line.state),
                line.before,
                line.percent if said else None,
                line.progress if said else "",
                line.reason if said and line.no_progress else "",
                line.problems if said else "",
                line.next_steps if said else "",
                line.late_days,
                line.round,
                line.version,
                line.signed_by,
            )


def _items(book: Workbook, facts: SummaryFacts) -> None:
    rows: list[Row] = []
    for item in items(facts):
        now, before = progress(item)
        tasks = sum(len(clause.lines) for clause in item.clauses)
        rows.append((item.number, item.title, len(item.clauses), tasks, before, now))
    names = (("事项", 8), ("工作任务", 40), ("分解事项", 10), ("任务", 8), ("上月平均进度", 14), ("平均进度", 10))
    table(book, "各项进度", names, rows)


def _months(book: Workbook, facts: SummaryFacts) -> None:
    rows: list[Row] = [
        (
            one.month, one.due, one.on_time, one.filed_late, one.missing, one.returned, one.approved, one.average,
        )
        for one in months_of(facts)
    ]  # fmt: skip
    table(book, "各月情况", MONTH_COLUMNS, rows)


def _indicators(book: Workbook, facts: SummaryFacts) -> None:
    columns = (
        ("事项", 8), ("量化指标", 30), ("目标", 18), ("上月值", 12), ("当前值", 12), ("单位", 8), ("差距", 18), ("完成率", 10), ("报送单位", 20),
        ("未填原因", 30),
    )  # fmt: skip
    rows = (
        (
            one.clause_number,
            one.name,
            target(one.op, one.target, one.unit),
            None if one.before is None else float(one.before),
            None if one.value is None else float(one.value),
            one.unit,
            gap(one),
            completion(one),
            one.reported_by,
            one.reason,
        )
        for one in facts.indicators
    )
    table(book, "量化指标", columns, rows)


def _named(book: Workbook, facts: SummaryFacts) -> None:
    columns = (
        ("类别", 10),
        ("责任单位", 22),
        ("事项", 8),
        ("工作任务", 34),
        ("截止日期", 12),
        ("实际报送", 12),
        ("迟天数", 8),
        ("退回次数", 8),
        ("原因", 40),
    )
    kinds = (("未报送", facts.missing), ("逾期", facts.late), ("审核退回", facts.returns))
    table(book, "未报逾期退回", columns, (_named_row(kind, task) for kind, tasks in kinds for task in tasks))


def _named_row(kind: str, task: NamedTask) -> Row:
    due, filed = task.due_on.isoformat(), task.filed_on.isoformat() if task.filed_on else ""
    told = (kind, task.unit, task.clause_number, task.item_title, due, filed)
    return (*told, task.late_days, task.round - 1, task.reason)


def _units(book: Workbook, facts: SummaryFacts) -> None:
    names = ("应报", "按时", "逾期", "未报", "退回", "免报")
    rows = ((row.unit, row.due, row.on_time, row.late, row.missing, row.returned, row.waived) for row in facts.units)
    table(book, "各单位报送", (("责任单位", 26), *((name, 8) for name in names)), rows)


def _requests(book: Workbook, facts: SummaryFacts) -> None:
    columns = (
        ("申请", 12), ("责任单位", 22), ("事项", 8), ("理由", 40), ("拟延至", 12), ("拟转单位", 20), ("批复", 10),
        ("批复延至", 12), ("批复理由", 40),
    )  # fmt: skip
    rows = (
        (
            REQUESTS.get(one.kind, one.kind),
            one.unit,
            one.clause_number,
            one.reason,
            one.wanted_due_on.isoformat() if one.wanted_due_on else "",
            one.wanted_unit,
            DECISIONS.get(one.decision, one.decision),
            one.granted_due_on.isoformat() if one.granted_due_on else "",
            one.decision_reason,
        )
        for one in facts.requests
    )
    table(book, "申请", columns, rows)

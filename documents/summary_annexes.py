"""The summary's annexes: indicators against targets, each unit's tasks in figures, every report of the month."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from documents.paper import Annex, Bar, Chart, Column, Table
from documents.plain_text import figure, one_line, sentence, shortened, target
from documents.summary_indicators import gap
from documents.summary_problems import problem_annexes
from documents.wording import SHARES, STANDINGS, is_approved

if TYPE_CHECKING:
    from models.facts import SummaryClause, SummaryFacts, SummaryIndicator, UnitLine

_CLAUSE_IN_TABLE: Final = 70


def annexes(facts: SummaryFacts) -> tuple[Annex, ...]:
    """The annexes in the order of the report; without problems or indicators there is no annex of them."""
    problems = problem_annexes(facts.problems) if facts.problems else ()
    indicators = (_indicators(facts),) if facts.indicators else ()
    return (*problems, *indicators, _units(facts), _details(facts))


def said_by(line: UnitLine) -> str:
    """What an approved report says, in one text; nothing of a report that is not approved."""
    if not is_approved(line):
        return ""
    idle = f"本月无进展，原因：{sentence(line.reason)}" if line.no_progress else ""
    problems = f"存在问题：{sentence(line.problems)}" if line.problems.strip() else ""
    following = f"下一步：{sentence(line.next_steps)}" if line.next_steps.strip() else ""
    return f"{idle}{sentence(line.progress)}{problems}{following}"


def _indicators(facts: SummaryFacts) -> Annex:
    columns = (
        Column("事项", 14),
        Column("量化指标", 46, "left"),
        Column("目标", 30),
        Column("当前值", 22),
        Column("差距", 24),
        Column("报送单位", 20),
    )
    rows = tuple(
        (
            one.clause_number,
            one_line(one.name),
            target(one.op, one.target, one.unit),
            "—" if one.value is None else f"{figure(one.value)}{one.unit}",
            gap(one),
            one_line(one.reported_by) or "—",
        )
        for one in facts.indicators
    )
    bars = tuple(_progress_bar(one) for one in facts.indicators if one.op in {">=", ">"} and one.target > 0)
    chart = Chart("当前值占目标的比例", bars) if bars else None
    return Annex("量化指标完成情况表", Table(columns, rows), chart)


def _progress_bar(one: SummaryIndicator) -> Bar:
    label = f"{one.clause_number}　{shortened(one.name, 14)}"
    if one.value is None:
        return Bar(label, 0, "暂无数据")
    return Bar(label, max(0.0, min(1.0, one.value / one.target)), f"{figure(round(100 * one.value / one.target, 1))}%")


def _units(facts: SummaryFacts) -> Annex:
    names = ("应报", "按时", "逾期", "待签章", "退回", "免报")
    columns = (Column("责任单位", 60, "left"), *(Column(name, 16) for name in names))
    figures = [(row.due, row.on_time, row.late, row.missing, row.returned, row.waived) for row in facts.units]
    rows = [(one_line(row.unit), *map(str, line)) for row, line in zip(facts.units, figures, strict=True)]
    if rows:
        rows.append(("合计", *(str(sum(column)) for column in zip(*figures, strict=True))))
    return Annex("各责任单位报送情况表", Table(columns, tuple(rows)), _state_chart(facts))


def _state_chart(facts: SummaryFacts) -> Chart | None:
    counted: Counter[str] = Counter()
    for one in facts.counts:
        counted[STANDINGS.get(one.state, one.state)] += one.number
    total = sum(counted.values())
    bars = tuple(Bar(name, number / total, f"{number}项") for name, number in counted.items() if number)
    return Chart(f"任务按办理情况（共{total}项）", bars) if bars else None


def _details(facts: SummaryFacts) -> Annex:
    columns = (
        Column("责任单位", 32, "left"),
        Column("责任", 12),
        Column("办理情况", 22),
        Column("进度", 14),
        Column("进展情况", 76, "left"),
    )
    rows: list[tuple[str, ...]] = []
    for section in facts.sections:
        for part in section.subsections:
            for item in part.items:
                for clause in item.clauses:
                    rows += _clause_rows(clause)
    return Annex("分解事项进展明细表", Table(columns, tuple(rows)))


def _clause_rows(clause: SummaryClause) -> list[tuple[str, ...]]:
    return [(f"{clause.number}　{shortened(clause.text, _CLAUSE_IN_TABLE)}",), *(_line(line) for line in clause.lines)]


def _line(line: UnitLine) -> tuple[str, ...]:
    standing = STANDINGS.get(line.state, line.state)
    late = f"\n迟{line.late_days}天" if line.late_days else ""
    percent = f"{line.percent}%" if is_approved(line) else "—"
    share = SHARES.get(line.share, line.share)
    return one_line(line.unit), share, f"{standing}{late}", percent, said_by(line) or "—"

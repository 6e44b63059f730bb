"""The summary's annexes: each unit in figures, every report by item, the charts, indicators against targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from documents.paper import Annex, Column, Table
from documents.plain_text import chinese_month, figure, one_line, sentence, shortened, target, typeset
from documents.summary.charts import months_of, pictures
from documents.summary.indicators import gap
from documents.summary.papers import paper_annex
from documents.summary.problems import problem_annexes
from documents.wording import SHARES, STANDINGS, is_approved

if TYPE_CHECKING:
    from models.facts import SummaryClause, SummaryFacts, UnitLine
    from models.sealed import MonthFigures

_CLAUSE_IN_TABLE: Final = 70


def annexes(facts: SummaryFacts) -> tuple[Annex, ...]:
    """The annexes in the order of the report: by unit, by item, drawn; then indicators, papers and problems where there are any."""
    indicators = (_indicators(facts),) if facts.indicators else ()
    problems = problem_annexes(facts.problems) if facts.problems else ()
    papers = (paper_annex(facts.papers),) if facts.papers else ()
    return (_units(facts), _details(facts), _charts(facts), *indicators, *papers, *problems)


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
    return Annex("量化指标完成情况表", Table(columns, rows))


def _units(facts: SummaryFacts) -> Annex:
    names = ("应报", "按时", "逾期", "未报", "退回", "免报")
    columns = (Column("责任单位", 60, "left"), *(Column(name, 16) for name in names))
    figures = [(row.due, row.on_time, row.late, row.missing, row.returned, row.waived) for row in facts.units]
    rows = [(one_line(row.unit), *map(str, line)) for row, line in zip(facts.units, figures, strict=True)]
    if rows:
        rows.append(("合计", *(str(sum(column)) for column in zip(*figures, strict=True))))
    return Annex("各责任单位报送情况表", Table(columns, tuple(rows)))


def _details(facts: SummaryFacts) -> Annex:
    columns = (
        Column("责任单位", 36, "left"),
        Column("责任", 14),
        Column("办理情况", 24),
        Column("上月", 15),
        Column("本月", 15),
        Column("进展情况", 121, "left"),
    )
    rows: list[tuple[str, ...]] = []
    for section in facts.sections:
        for part in section.subsections:
            for item in part.items:
                for clause in item.clauses:
                    rows += _clause_rows(clause)
    return Annex("分解事项进展明细表", Table(columns, tuple(rows)), landscape=True)


def _clause_rows(clause: SummaryClause) -> list[tuple[str, ...]]:
    return [
        (f"{clause.number}　{shortened(typeset(clause.text), _CLAUSE_IN_TABLE)}",),
        *(_line(line) for line in clause.lines),
    ]


def _line(line: UnitLine) -> tuple[str, ...]:
    standing = STANDINGS.get(line.state, line.state)
    late = f"\n迟{line.late_days}天" if line.late_days else ""
    percent = f"{line.percent}%" if is_approved(line) else "—"
    share = SHARES.get(line.share, line.share)
    before = "—" if line.before is None else f"{line.before}%"
    return one_line(line.unit), share, f"{standing}{late}", before, percent, said_by(line) or "—"


def _charts(facts: SummaryFacts) -> Annex:
    """The charts, and the figures of the months that they draw."""
    names = [name for name, _width in MONTH_COLUMNS]
    columns = (Column(names[0], 23), *(Column(name, 19) for name in names[1:]))
    rows = tuple((chinese_month(month.month), *month_cells(month)) for month in months_of(facts))
    return Annex("进展情况图表", Table(columns, rows), pictures(facts))


#: what a month is told in, and the width of its column in a sheet
MONTH_COLUMNS: Final = (
    ("月份", 14), ("应报", 10), ("按时", 10), ("逾期", 10), ("未报", 10), ("退回", 10), ("审核通过", 10), ("平均进度", 10),
)  # fmt: skip


def month_cells(month: MonthFigures) -> tuple[str, ...]:
    """A month's figures in the order of ``MONTH_COLUMNS``, without its name."""
    counts = (month.due, month.on_time, month.filed_late, month.missing, month.returned, month.approved)
    return (*map(str, counts), "—" if month.average is None else f"{month.average}%")

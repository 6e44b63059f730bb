"""The summary's charts: each item's progress, how the units filed month by month, the average progress over the months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from documents import charts
from documents.paper import Bar, Picture
from documents.plain_text import chinese_month, figure, one_line, typeset
from documents.summary.indicators import share_of
from documents.summary.tasks import items
from documents.wording import is_approved

if TYPE_CHECKING:
    from models.facts import SummaryFacts, SummaryIndicator, SummaryItem
    from models.sealed import MonthFigures

#: so many bars fill a page; more items go on in another chart
_BARS: Final = 18
_FILED: Final = ("按时报送", "逾期报送", "尚未报送或退回未重报")


def pictures(facts: SummaryFacts) -> tuple[Picture, ...]:
    """The charts in the order of the annex; none without tasks."""
    month = chinese_month(facts.month)
    rows = [charts.Row(f"{item.number}.{typeset(item.title)}", *progress(item)) for item in items(facts)]
    made = _bars("progress", f"各项工作任务平均进度（{month}）", rows)
    targets = [_target(one) for one in facts.indicators if one.op in {">=", ">", "="} and one.target > 0]
    made += _bars("indicators", f"量化指标完成率（{month}）", targets)
    months = months_of(facts)
    if rows and months:
        stacks = [charts.Stack(_short(one, months), filed(one)) for one in months]
        made.append(_picture("punctuality", "各月报送情况（项）", charts.columns(stacks, _FILED)))
    if rows and len(months) > 1:
        averages = [(_short(one, months), one.average) for one in months]
        made.append(_picture("average", "各月审核通过任务平均进度", charts.line(averages)))
    return tuple(made)


def _bars(name: str, title: str, rows: list[charts.Row]) -> list[Picture]:
    """As many charts of bars as fill a page each."""
    parts = [rows[start : start + _BARS] for start in range(0, len(rows), _BARS)]
    return [
        _picture(
            f"{name}{place if len(parts) > 1 else ''}",
            title if place == 1 else f"{title}（续）",
            charts.bars(part),
            tuple(_bar(row) for row in part),
        )
        for place, part in enumerate(parts, 1)
    ]


def _bar(row: charts.Row) -> Bar:
    """The same as a table shows it."""
    share = max(0.0, min(1.0, (row.value or 0) / 100))
    return Bar(row.label, share, "暂无数据" if row.value is None else f"{figure(row.value)}%")


def _target(one: SummaryIndicator) -> charts.Row:
    value, before = (None if said is None else float(share_of(said, one.target)) for said in (one.value, one.before))
    return charts.Row(f"{one.clause_number}　{one_line(one.name)}", value, before)


def months_of(facts: SummaryFacts) -> tuple[MonthFigures, ...]:
    """The months behind the charts, this one last."""
    return (*facts.history, *([facts.figures] if facts.figures else []))


def progress(item: SummaryItem) -> tuple[float | None, float | None]:
    """The average percent of an item's approved reports, now and the month before."""
    found = [line for clause in item.clauses for line in clause.lines]
    before = [line.before for line in found if line.before is not None]
    return _mean([line.percent for line in found if is_approved(line)]), _mean(before)


def filed(month: MonthFigures) -> tuple[int, int, int]:
    """What came in time, what came late, what is not there."""
    return month.on_time, month.filed_late, month.missing + month.returned


def _mean(percents: list[int]) -> float | None:
    return round(sum(percents) / len(percents)) if percents else None


def _short(one: MonthFigures, months: tuple[MonthFigures, ...]) -> str:
    """6月; where the months are of several years, with its year below the first of each."""
    year, month = chinese_month(one.month).split("年")
    first = min(other.month for other in months if other.month[:4] == one.month[:4])
    several = len({other.month[:4] for other in months}) > 1
    return f"{month}\n{year}年" if several and one.month == first else month


def _picture(name: str, title: str, svg: str, bars: tuple[Bar, ...] = ()) -> Picture:
    return Picture(name, title, svg, charts.WIDTH, charts.height_of(svg), bars)

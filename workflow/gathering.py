"""A month's rows gathered into the plain facts of a paper: the order of the notice, nothing invented.

Counts equal the lists behind them: each figure here is the length of something that is also named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.facts import (
    Count,
    FormFacts,
    FormRow,
    IndicatorFact,
    MilestoneFact,
    RequestFact,
    SummaryClause,
    SummaryFacts,
    SummaryIndicator,
    SummaryItem,
    SummarySection,
    SummarySubsection,
    UnitLine,
    UnitRow,
)
from models.states import APPROVED, HANDED_IN, Stage
from models.times import local_date, months_later
from workflow import evidence, lateness, ledger
from workflow.calendar import day_of_month
from workflow.comparison import month_figures, months_before
from workflow.lateness import late_days
from workflow.month_deeds import read_deeds, task_sources
from workflow.month_rows import MonthRows, on, read_month

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

S = Stage


_FILING: Final = (
    sa.select(t.filing, t.unit.c.name.label("unit_name"), t.office.c.short_name)
    .join(t.unit, on(t.filing, "unit_id", t.unit))
    .join(t.office, t.office.c.id == t.filing.c.office_id)
    .where(t.filing.c.office_id == sa.bindparam("office"), t.filing.c.id == sa.bindparam("filing"))
)
_REPORTS: Final = sa.select(t.report).where(
    t.report.c.office_id == sa.bindparam("office"), t.report.c.task_id.in_(sa.bindparam("tasks", expanding=True))
)


def form_facts(connection: Connection, office_id: int, filing_id: int) -> FormFacts:
    """What is printed on a unit's form: exactly the report versions that the form covers."""
    filing = connection.execute(_FILING, {"office": office_id, "filing": filing_id}).one()
    covered = {task: version for task, version, _sha in filing.covers}
    month = read_month(connection, office_id, filing.period_id, only=covered)
    versions = _versions(connection, office_id, covered)
    rows = tuple(
        _form_row(task, versions[task["id"]], month.indicators[task["clause_id"]])
        for task in month.tasks
        if task["id"] in covered
    )
    return FormFacts(
        office_name=filing.short_name,
        unit_name=filing.unit_name,
        month=month.period.month,
        due_on=month.period.due_on,
        check_code=filing.check_code,
        printed_on=local_date(filing.printed_at),
        filing_number=filing.number,
        rows=rows,
        notice_title=month.period.notice_title,
        office_id=office_id,
        unit_id=filing.unit_id,
        filing_id=filing_id,
    )


def _versions(connection: Connection, office_id: int, covered: dict[int, int]) -> dict[int, RowMapping]:
    rows = connection.execute(_REPORTS, {"office": office_id, "tasks": [*covered]}).mappings()
    return {row["task_id"]: row for row in rows if row["number"] == covered[row["task_id"]]}


def _form_row(task: RowMapping, report: RowMapping, indicators: Iterable[Any]) -> FormRow:
    return FormRow(
        task_id=task["id"],
        clause_number=task["clause_number"],
        item_title=task["item_title"],
        clause_text=task["clause_text"],
        share=task["share"],
        version=report["number"],
        progress=report["progress"],
        percent=report["percent"],
        no_progress=report["no_progress"],
        reason=report["reason"],
        problems=report["problems"],
        next_steps=report["next_steps"],
        indicators=_values(report["values"], indicators),
    )


def _values(values: Iterable[dict[str, Any]], indicators: Iterable[Any]) -> tuple[IndicatorFact, ...]:
    given = {value["indicator_id"]: value for value in values}
    return tuple(
        IndicatorFact(
            name=row.name,
            op=row.op,
            target=row.value,
            value=given.get(row.id, {}).get("value"),
            unit=row.unit,
            reason=given.get(row.id, {}).get("reason", ""),
        )
        for row in indicators
    )


def summary_facts(
    connection: Connection, office_id: int, period_id: int, *, number: str, head_short: str, now: datetime
) -> SummaryFacts:
    """A month as it is reported to the government, on the day of ``now``."""
    office = connection.execute(sa.select(t.office).where(t.office.c.id == office_id)).one()
    month = read_month(connection, office_id, period_id)
    today = local_date(now)
    counted = Counter(task["stage"] for task in month.tasks)
    history = months_before(connection, office_id, month.period, today)
    deeds = read_deeds(connection, office_id, month)
    requests = _requests(connection, office_id, period_id)
    return SummaryFacts(
        office_name=office.name,
        recipient=office.recipient,
        notice_title=month.period.notice_title,
        month=month.period.month,
        number=number,
        issued_on=today,
        head_short=head_short,
        due_on=month.period.due_on,
        counts=tuple(Count(state.value, counted[state.value]) for state in Stage),
        sections=_sections(month, today, dict(history[-1].percents) if history else {}),
        indicators=indicator_facts(month, dict(history[-1].values) if history else {}),
        missing=lateness.missing(month.tasks, today),
        late=lateness.late(month.tasks, today, deeds, requests),
        returned=lateness.returned(month.tasks, today, deeds),
        units=_unit_rows(month, today),
        returns=lateness.returns(month.tasks, today, deeds),
        requests=requests,
        figures=month_figures(month.period.month, month.tasks, today),
        history=history,
        next_due_on=_next_due(connection, office_id, month.period),
        sources=task_sources(connection, office_id, month, deeds),
        papers=evidence.month_papers(connection, office_id, period_id),
        problems=ledger.month_part(connection, office_id, month.period.month, now),
    )


def _next_due(connection: Connection, office_id: int, period: Any) -> date:
    """When the next month is due: as it was opened, else on the day of the month that the notice names."""
    p = t.period.c
    following = months_later(date.fromisoformat(f"{period.month}-01"), 1).isoformat()[:7]
    ours = (p.office_id == office_id, p.notice_id == period.notice_id)
    opened: date | None = connection.scalar(sa.select(p.due_on).where(*ours, p.month == following))
    if opened is not None:
        return opened
    n = t.notice.c
    day = connection.execute(sa.select(n.reporting_day).where(n.office_id == office_id, n.id == period.notice_id))
    return day_of_month(following, day.scalar_one())


def _sections(month: MonthRows, today: date, before: dict[int, int]) -> tuple[SummarySection, ...]:
    return tuple(
        SummarySection(
            title,
            tuple(
                SummarySubsection(
                    sub,
                    tuple(
                        SummaryItem(number, rows[0]["item_title"], _clauses(month, rows, today, before))
                        for number, rows in _runs(in_sub, "item_number")
                    ),
                )
                for sub, in_sub in _runs(in_section, "subsection")
            ),
        )
        for title, in_section in _runs(month.tasks, "section")
    )


def _runs(tasks: Iterable[RowMapping], key: str) -> list[tuple[Any, list[RowMapping]]]:
    return [(value, list(rows)) for value, rows in groupby(tasks, key=lambda task: task[key])]


def _clauses(
    month: MonthRows, tasks: list[RowMapping], today: date, before: dict[int, int]
) -> tuple[SummaryClause, ...]:
    return tuple(
        SummaryClause(
            number=number,
            text=rows[0]["clause_text"],
            lines=tuple(_line(month, task, today, before) for task in rows),
            milestones=tuple(MilestoneFact(row.due_on, row.quote) for row in month.milestones[rows[0]["clause_id"]]),
        )
        for number, rows in _runs(tasks, "clause_number")
    )


def _line(month: MonthRows, task: RowMapping, today: date, before: dict[int, int]) -> UnitLine:
    approved = task["stage"] in APPROVED
    return UnitLine(
        unit=task["unit_name"],
        share=task["share"],
        state=task["stage"],
        progress=(task["r_progress"] or "") if approved else "",
        percent=(task["r_percent"] or 0) if approved else 0,
        late_days=late_days(task, today),
        round=task["round"],
        version=task["report_number"],
        signed_by=month.signers.get((task["id"], task["report_number"]), "") if approved else "",
        no_progress=bool(task["r_no_progress"]) if approved else False,
        reason=(task["r_reason"] or "") if approved else "",
        problems=(task["r_problems"] or "") if approved else "",
        next_steps=(task["r_next_steps"] or "") if approved else "",
        task_id=task["id"],
        before=before.get(task["responsibility_id"]),
    )


def indicator_facts(month: MonthRows, before: dict[int, float] | None = None) -> tuple[SummaryIndicator, ...]:
    """Each indicator with the value that an approved report gives: the lead's, else the first that has one."""
    made = []
    for clause_id, rows in _runs(month.tasks, "clause_id"):
        for place, indicator in enumerate(month.indicators[clause_id]):
            best = _best(rows, month.indicators[clause_id], place)
            made.append(
                SummaryIndicator(
                    clause_number=rows[0]["clause_number"],
                    name=indicator.name,
                    op=indicator.op,
                    target=indicator.value,
                    value=best[1].value if best else None,
                    unit=indicator.unit,
                    reported_by=best[0]["unit_name"] if best else "",
                    reason=best[1].reason if best else "",
                    task_id=best[0]["id"] if best else 0,
                    before=(before or {}).get(indicator.id),
                )
            )
    return tuple(made)


def _best(rows: Iterable[RowMapping], indicators: list[Any], place: int) -> tuple[RowMapping, IndicatorFact] | None:
    without: tuple[RowMapping, IndicatorFact] | None = None
    for task in rows:
        if task["stage"] not in APPROVED or task["r_values"] is None:
            continue
        fact = _values(task["r_values"], indicators)[place]
        if fact.value is not None:
            return task, fact
        without = without or (task, fact)
    return without


def _unit_rows(month: MonthRows, today: date) -> tuple[UnitRow, ...]:
    by_unit: dict[str, list[RowMapping]] = defaultdict(list)
    for task in month.tasks:
        by_unit[task["unit_name"]].append(task)
    return tuple(_unit_row(unit, tasks, today) for unit, tasks in by_unit.items())


def _unit_row(unit: str, tasks: list[RowMapping], today: date) -> UnitRow:
    states = Counter(task["stage"] for task in tasks)
    handed_in = [task for task in tasks if task["stage"] in HANDED_IN]
    late = sum(late_days(task, today) > 0 for task in handed_in)
    return UnitRow(
        unit=unit,
        due=len(tasks) - states[S.WAIVED],
        on_time=len(handed_in) - late,
        late=late,
        missing=states[S.ASSIGNED] + states[S.REPORTED],
        returned=states[S.RETURNED],
        waived=states[S.WAIVED],
    )


def _requests(connection: Connection, office_id: int, period_id: int) -> tuple[RequestFact, ...]:
    wanted = t.unit.alias("wanted")
    query = (
        sa.select(
            t.request,
            t.unit.c.name.label("unit_name"),
            t.clause.c.number.label("clause_number"),
            sa.func.coalesce(wanted.c.name, "").label("wanted_unit"),
        )
        .join(t.task, on(t.request, "task_id", t.task))
        .join(t.unit, on(t.task, "unit_id", t.unit))
        .join(t.clause, on(t.task, "clause_id", t.clause))
        .outerjoin(
            wanted,
            sa.and_(wanted.c.office_id == t.request.c.office_id, wanted.c.id == t.request.c.wanted_unit_id),
        )
        .where(t.request.c.office_id == office_id, t.task.c.period_id == period_id)
        .order_by(t.request.c.id)
    )
    return tuple(
        RequestFact(
            kind=row.kind,
            unit=row.unit_name,
            clause_number=row.clause_number,
            reason=row.reason,
            decision=row.decision,
            wanted_due_on=row.wanted_due_on,
            granted_due_on=row.granted_due_on,
            decision_reason=row.decision_reason,
            wanted_unit=row.wanted_unit,
            task_id=row.task_id,
        )
        for row in connection.execute(query)
    )

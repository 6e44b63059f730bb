"""Months to try the summary's words on: an ordinary one, one in which nothing happened, the longest words, many units."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from documents.summary.text import summary_paper
from models.facts import (
    Count,
    MilestoneFact,
    NamedTask,
    ProblemLine,
    ProblemPart,
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
from models.sealed import MonthFigures

if TYPE_CHECKING:
    from collections.abc import Callable

_DUE: Final = date(2022, 6, 25)
_CLAUSE: Final = "排查整治河道两岸排污口，建立台账，逐一整改。"
_MANY: Final = 60
_LONG: Final = "已完成排查点位并逐一登记造册，对发现的问题制定整改方案、明确责任单位和完成时限。" * 12
_STATES: Final = ("reviewed", "reviewed", "assigned", "reported", "signed_stamped", "returned", "waived")


def cases() -> dict[str, Callable[[], object]]:
    """Case → making the summary of it."""
    found = {"ordinary": _month(), "empty": _empty(), "longest": _month(words=_LONG), "many": _month(units=_MANY)}
    return {name: lambda facts=facts: summary_paper(facts) for name, facts in found.items()}  # type: ignore[misc]


def _empty() -> SummaryFacts:
    """A month without any task: the paper still has to be written."""
    bare = _month()
    return replace(
        bare, sections=(), counts=(), indicators=(), missing=(), late=(), returned=(), units=(), requests=(),
        returns=(), figures=MonthFigures("2022-06", 0, 0), history=(), problems=None,
    )  # fmt: skip


def _month(units: int = 7, words: str = "已完成排查点位132个，发现问题14个，其中9个已整改。") -> SummaryFacts:
    names = [f"第{number}责任单位" for number in range(1, units + 1)]
    lines = tuple(_line(number, name, words) for number, name in enumerate(names))
    clause = SummaryClause("1.1", _CLAUSE, lines, (MilestoneFact(date(2022, 6, 30), "2022年6月底前"),))
    items = (SummaryItem(1, "排污口整治", (clause, replace(clause, number="1.2", milestones=()))),)
    named = tuple(
        NamedTask(name, "1.1", "排污口整治", _DUE, 2, words, 2, number) for number, name in enumerate(names, 1)
    )
    return SummaryFacts(
        office_name="清溪市河道治理领导小组办公室",
        recipient="市人民政府",
        notice_title="关于印发《清溪市2022年河道治理工作要点》的通知",
        month="2022-06",
        number="清河办〔2022〕6号",
        issued_on=date(2022, 6, 28),
        head_short="120-9f3a77c2",
        due_on=_DUE,
        counts=tuple(Count(state, units) for state in dict.fromkeys(_STATES)),
        sections=(SummarySection("一、整治排污口", (SummarySubsection("（一）入河排污口", items),)),),
        indicators=_indicators(names[0], words),
        missing=named,
        late=named,
        returned=named,
        units=tuple(UnitRow(name, 2, 1, 0, 1, 0, 0) for name in names),
        requests=(
            RequestFact("extension", names[0], "1.1", words, "granted", date(2022, 7, 5), date(2022, 7, 5)),
            RequestFact("transfer", names[1], "1.2", words, "pending", wanted_unit=names[2]),
        ),
        returns=named,
        figures=_figures("2022-06", units, 60),
        history=(_figures("2022-05", units, 45),),
        next_due_on=date(2022, 7, 25),
        problems=_ledger(_problem(words), units),
    )


def _indicators(unit: str, words: str) -> tuple[SummaryIndicator, ...]:
    return (
        SummaryIndicator("1.1", "整治排污口", ">=", 100, 91, "个", unit),
        SummaryIndicator("1.1", "新建泵站", ">=", 3, 4, "座", unit),
        SummaryIndicator("1.2", "水质达标率", ">=", 90, None, "%", reason=words),
    )


def _figures(month: str, units: int, percent: int) -> MonthFigures:
    return MonthFigures(
        month, 5 * units, 2 * units, units, units, 2 * units, units, units, units, units, percents=((1, percent),)
    )


def _ledger(problem: ProblemLine, units: int) -> ProblemPart:
    one = (problem,)
    return ProblemPart(2, new=one, rectified=one, overdue=one * units, struck_off=one, relapsed=one)


def _line(number: int, name: str, words: str) -> UnitLine:
    state, idle = _STATES[number % len(_STATES)], number % 2 == 1
    return UnitLine(
        name, "support" if number else "lead", state, "" if idle else words, 0 if idle else 60, 0, 1, 1, "李某",
        no_progress=idle, before=45, reason=words if idle else "", problems="" if idle else words,
        next_steps="" if idle else words, task_id=number + 1,
    )  # fmt: skip


def _problem(words: str) -> ProblemLine:
    return ProblemLine(
        number=1, title="排污口直排", source="检查", source_ref="", place="北岸", description=words, clause_number="1.1",
        units=("第1责任单位",), measures=words, state="整改中", found_on=date(2022, 5, 10),
        registered_on=date(2022, 5, 11), original_due_on=date(2022, 6, 10), due_on=date(2022, 6, 10), days_late=18,
        relapses=1,
    )  # fmt: skip

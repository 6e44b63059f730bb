"""What comes next: the next due date, deadlines within sixty days, and what the office will urge. Verbs first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from documents.paper import Reckoned
from documents.plain_text import chinese_date, chinese_month, day_of_year, one_line
from documents.summary.indicators import groups
from documents.summary.tasks import average, clauses, counted, leads, numbers, paragraph, say
from documents.wording import is_approved

if TYPE_CHECKING:
    from documents.paper import Block
    from models.facts import NamedTask, SummaryClause, SummaryFacts

_NEAR: Final = timedelta(days=60)
#: so many deadlines are named; of more, the nearest
_DEADLINES: Final = 8
#: so many units are named; of more, how many there are
_UNITS: Final = 6
_DONE: Final = 100


def outlook(facts: SummaryFacts) -> Block:
    """The steps as 一是…二是…, each with the tasks it is about."""
    near, past = _deadlines(facts)
    unmet = groups(facts.indicators)["unmet"]
    waiting = len(facts.problems.overdue) if facts.problems else 0
    fields = {
        "missing": _urged(facts.missing),
        "returned": _urged(facts.returned),
        "past": [_deadline(one) for one in past],
        "near": [_deadline(one) for one in near],
        "unmet": len(unmet),
        "lead_units": _names(list(dict.fromkeys(one_line(one.reported_by) for one in unmet if one.reported_by))),
        "overdue_problems": waiting,
        "next": _next(facts),
    }
    said = [text for name in _STEPS if (text := say(name, fields))]
    tasks = [line.task_id for clause, _day in (*near, *past) for line in leads(clause)]
    reckoned = [
        counted("尚未报送", facts.missing),
        counted("退回后尚未重报", facts.returned),
        *(
            Reckoned(name, str(len(found)), _of(found))
            for name, found in (("已到期未完成", past), ("六十日内到期", near))
        ),
        Reckoned("未达到目标的指标", str(len(unmet)), tuple(dict.fromkeys(one.task_id for one in unmet))),
    ]
    if facts.problems and waiting:
        overdue = tuple(line.number for line in facts.problems.overdue)
        reckoned.append(Reckoned("逾期未整改问题", str(waiting), problems=overdue))
    return paragraph(say("outlook", said), tasks, reckoned)


_STEPS: Final = (
    "step_missing",
    "step_returned",
    "step_past",
    "step_near",
    "step_indicators",
    "step_problems",
    "step_next",
)


def _of(found: list[tuple[SummaryClause, date]]) -> tuple[int, ...]:
    return numbers(line for clause, _day in found for line in clause.lines)


def _next(facts: SummaryFacts) -> dict[str, str]:
    first = date.fromisoformat(f"{facts.month}-01")
    following = (first + timedelta(days=31)).isoformat()[:7]
    return {
        "month": chinese_month(following).split("年")[1]
        if following[:4] == facts.month[:4]
        else chinese_month(following),
        "due": day_of_year(facts.next_due_on) if facts.next_due_on else "",
    }


def _urged(tasks: tuple[NamedTask, ...]) -> dict[str, Any]:
    return {"number": len(tasks), "units": _names(list(dict.fromkeys(one_line(task.unit) for task in tasks)))}


def _names(units: list[str]) -> str:
    """The units by name; of many the first and how many there are."""
    return "、".join(units) if len(units) <= _UNITS else f"{'、'.join(units[:3])}等{len(units)}个单位"


def _deadlines(
    facts: SummaryFacts,
) -> tuple[list[tuple[SummaryClause, date]], list[tuple[SummaryClause, date]]]:
    """(clause, day) of the deadlines of the next sixty days, and of those past; what is done is left out."""
    found = [
        (clause, milestone.due_on)
        for clause in clauses(facts)
        if not _is_done(clause)
        for milestone in clause.milestones
        if milestone.due_on is not None
    ]
    unique = sorted(dict.fromkeys((day, place) for place, (_clause, day) in enumerate(found)))
    ordered = [(found[place][0], day) for day, place in unique]
    near = [(clause, day) for clause, day in ordered if facts.issued_on <= day <= facts.issued_on + _NEAR]
    past = [(clause, day) for clause, day in ordered if day < facts.issued_on]
    return _once(near)[:_DEADLINES], _once(past)[:_DEADLINES]


def _once(found: list[tuple[SummaryClause, date]]) -> list[tuple[SummaryClause, date]]:
    """Each clause with its first day."""
    return list({clause.number: (clause, day) for clause, day in reversed(found)}.values())[::-1]


def _is_done(clause: SummaryClause) -> bool:
    first = leads(clause)
    return bool(first) and all(is_approved(line) and line.percent >= _DONE for line in first)


def _deadline(one: tuple[SummaryClause, date]) -> dict[str, Any]:
    clause, day = one
    first = leads(clause)
    approved = [line for line in first if is_approved(line)]
    return {
        "clause": clause.number,
        "units": "、".join(one_line(line.unit) for line in first),
        "day": chinese_date(day),
        "percent": average(approved),
    }

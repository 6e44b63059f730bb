"""How the units filed: what is missing, what is late and why, what was returned and how often, what was asked for."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from documents.paper import Reckoned
from documents.plain_text import chinese_date, condensed, day_of_year, one_line
from documents.summary.tasks import NOT_HANDED_IN, counted, lines, numbers, paragraph, say
from documents.wording import DECISIONS, REQUESTS, STANDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from documents.paper import Block
    from models.facts import NamedTask, RequestFact, SummaryFacts

#: so many clauses of a unit are named by number; of more, how many there are
_NAMED: Final = 6
_REASON: Final = 60


def filing_blocks(facts: SummaryFacts) -> Iterator[Block]:
    """The paragraphs of the part; each says also when there is nothing to say."""
    yield _missing(facts)
    yield _late(facts)
    yield _returns(facts)
    if facts.requests:
        yield paragraph(
            say("requests", [_request(one) for one in facts.requests]),
            (one.task_id for one in facts.requests),
            [Reckoned("申请", str(len(facts.requests)), tuple(one.task_id for one in facts.requests))],
        )


def silent_units(facts: SummaryFacts) -> list[str]:
    """The units that filed nothing at all of what they owe."""
    return [one_line(row.unit) for row in facts.units if row.due and row.missing == row.due]


def _missing(facts: SummaryFacts) -> Block:
    by_unit = _grouped(facts.missing, lambda task: task.unit)
    owed = {one_line(row.unit): row.due for row in facts.units}
    drafted = [line for line in lines(facts) if line.state == NOT_HANDED_IN[1]]
    silent = silent_units(facts)
    some = [(unit, tasks) for unit, tasks in by_unit if unit not in silent]
    fields = {
        "issued": day_of_year(facts.issued_on),
        "all": len(facts.missing),
        "owed": sum(owed.values()),
        "units": len(by_unit),
        "silent": [(unit, owed[unit]) for unit in silent],
        "some": [(unit, len(tasks), _clauses(tasks)) for unit, tasks in some],
        "drafted": len(drafted),
    }
    everyone = lines(facts)
    reckoned = [
        counted("尚未报送", facts.missing),
        Reckoned("尚未报送单位", str(len(by_unit)), numbers(facts.missing)),
        *(counted(f"{unit}尚未报送", tasks) for unit, tasks in by_unit),
        counted("已填报未报出", drafted),
        counted("应报送", [line for line in everyone if line.state != "waived"]),
    ]
    return paragraph(say("missing", fields), (), reckoned)


def _late(facts: SummaryFacts) -> Block:
    owed = [task for task in facts.late if task.filed_on is None]
    by_unit = _grouped(facts.late, lambda task: task.unit)
    units = [
        (unit, len(tasks), [_late_fields(same) for _key, same in _grouped(tasks, _same_lateness)])
        for unit, tasks in by_unit
    ]
    whole = len(facts.late) == sum(row.due for row in facts.units)
    days = {task.due_on for task in facts.late}
    back = {task.task_id for task in facts.returned}
    fields = {
        "all": len(facts.late),
        "owed": len(owed),
        "back": any(task.task_id in back for task in owed),
        "units": units,
        "whole": whole and bool(facts.late),
        "due": day_of_year(min(days)) if len(days) == 1 else "",
    }
    reckoned = [
        counted("逾期", facts.late),
        counted("逾期且尚未报送", owed),
        *(counted(f"{unit}逾期", tasks) for unit, tasks in by_unit),
        *(
            Reckoned(f"{task.unit}{task.clause_number}迟报天数", str(task.late_days), (task.task_id,))
            for task in facts.late
        ),
    ]
    asked = {one.task_id for one in facts.requests}
    return paragraph(
        say("late", fields), [task.task_id for task in facts.late if task.reason or task.task_id in asked], reckoned
    )


def _same_lateness(task: NamedTask) -> Hashable:
    return task.due_on, task.filed_on, task.reason


def _late_fields(tasks: Sequence[NamedTask]) -> dict[str, Any]:
    first = tasks[0]
    return {
        "clauses": _clauses(tasks),
        "number": len(tasks),
        "due": day_of_year(first.due_on),
        "filed": day_of_year(first.filed_on) if first.filed_on else "",
        "days": first.late_days,
        "reason": condensed(first.reason, _REASON).rstrip("。"),
    }


def _returns(facts: SummaryFacts) -> Block:
    by_unit = _grouped(facts.returns, lambda task: task.unit)
    open_ones = {task.task_id for task in facts.returned}
    standing = {line.task_id: line.state for line in lines(facts)}
    units = [
        (unit, [_return_fields(same, standing) for _key, same in _grouped(tasks, _same_return)])
        for unit, tasks in by_unit
    ]
    times = sum(task.round - 1 for task in facts.returns)
    fields = {"all": len(facts.returns), "times": times, "units": units, "open": len(open_ones)}
    reckoned = [
        counted("退回", facts.returns),
        Reckoned("退回次数", str(times), numbers(facts.returns)),
        counted("退回后尚未重报", facts.returned),
        *(counted(f"{unit}退回", tasks) for unit, tasks in by_unit),
        *(
            Reckoned(f"{task.unit}{task.clause_number}退回次数", str(task.round - 1), (task.task_id,))
            for task in facts.returns
        ),
    ]
    return paragraph(say("returns", fields), (), reckoned)


def _same_return(task: NamedTask) -> Hashable:
    return task.round, task.reason, task.due_on


def _return_fields(tasks: Sequence[NamedTask], standing: dict[int, str]) -> dict[str, Any]:
    first = tasks[0]
    now = list(dict.fromkeys(STANDINGS.get(standing.get(task.task_id, ""), "") for task in tasks))
    still = any(standing.get(task.task_id) == "returned" for task in tasks)
    return {
        "clauses": _clauses(tasks),
        "number": len(tasks),
        "times": first.round - 1,
        "reason": condensed(first.reason, _REASON).rstrip("。") or "未注明理由",
        "due": day_of_year(first.due_on) if still else "",
        "now": "、".join(name for name in now if name),
    }


def _clauses(tasks: Sequence[NamedTask]) -> str:
    """The clauses by number; of many, only how many there are: the annex names them."""
    found = list(dict.fromkeys(task.clause_number for task in tasks))
    return "、".join(found) if len(found) <= _NAMED else f"{len(found)}项"


def _grouped(tasks: Sequence[NamedTask], key: Callable[[NamedTask], Any]) -> list[tuple[Any, list[NamedTask]]]:
    """The tasks by a key, groups in the order in which they first appear; a unit's name is printed on one line."""
    order = {value: place for place, value in enumerate(dict.fromkeys(map(key, tasks)))}
    ordered = sorted(tasks, key=lambda task: order[key(task)])
    return [
        (one_line(value) if isinstance(value, str) else value, list(group)) for value, group in groupby(ordered, key)
    ]


def _request(one: RequestFact) -> dict[str, str]:
    wanted = (
        f"转{one_line(one.wanted_unit)}"
        if one.wanted_unit
        else (f"至{chinese_date(one.wanted_due_on)}" if one.wanted_due_on else "")
    )
    decided = DECISIONS.get(one.decision, one.decision)
    if one.granted_due_on:
        decided += f"至{chinese_date(one.granted_due_on)}"
    if one.decision_reason:
        decided += f"（{one_line(one.decision_reason).rstrip('。')}）"
    kind = REQUESTS.get(one.kind, one.kind)
    fields = {"unit": one_line(one.unit), "clause": one.clause_number, "kind": kind, "wanted": wanted}
    return {**fields, "reason": one_line(one.reason).rstrip("。"), "decision": decided}

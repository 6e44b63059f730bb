"""Holds a summary's text against its own trace: every number and every unit in it must come from somewhere.

Independent of how the text is made: it reads the frozen trace and the facts, and reckons anew what the trace says was
reckoned from its tasks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from documents.plain_text import chinese_date, figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from models.facts import SummaryFacts, SummaryIndicator, UnitLine

NUMBER = re.compile(r"\d+(?:\.\d+)?")
APPROVED = {"reviewed", "aggregated"}
#: the sixty days ahead that the office looks
FIXED = {"60"}


def unbacked(facts: SummaryFacts, trace: dict[str, Any]) -> list[tuple[int, str]]:
    """(paragraph, what) for every number, unit or figure of the text that nothing behind it says."""
    lines = _lines(facts)
    found: list[tuple[int, str]] = []
    for paragraph in trace["paragraphs"]:
        place = paragraph["number"]
        found += [(place, f"figure {one}") for one in paragraph["reckoned"] if not _holds(one, facts, lines)]
        allowed = _numbers_behind(paragraph, facts, lines) | _numbers(_notice(facts)) | FIXED
        named = {lines[task][1].unit for task in _tasks(paragraph)} | {
            word for one in facts.requests if one.task_id in paragraph["quoted"] for word in (one.wanted_unit,)
        }
        named |= (
            {line.units[0] for line in facts.problems.overdue + facts.problems.relapsed} if facts.problems else set()
        )
        others = {line.unit for _clause, line in lines.values()} - named
        text = paragraph["text"]
        for unit in sorted(named, key=len, reverse=True):
            text = text.replace(unit, "") if unit else text
        found += [(place, number) for number in NUMBER.findall(text) if number not in allowed]
        found += [(place, unit) for unit in others if unit in text]
    return found


def _lines(facts: SummaryFacts) -> dict[int, tuple[Any, UnitLine]]:
    return {line.task_id: (clause, line) for _item, clause in _clauses(facts) for line in clause.lines}


def _clauses(facts: SummaryFacts) -> Iterator[tuple[Any, Any]]:
    for section in facts.sections:
        for part in section.subsections:
            for item in part.items:
                for clause in item.clauses:
                    yield item, clause


def _tasks(paragraph: dict[str, Any]) -> set[int]:
    return {*paragraph["quoted"], *(task for one in paragraph["reckoned"] for task in one.get("tasks", ()))}


def _notice(facts: SummaryFacts) -> str:
    """What the notice and the calendar say themselves."""
    said = [facts.notice_title, facts.month.replace("-0", "-"), _day(facts.due_on), _day(facts.issued_on)]
    said += [_day(facts.next_due_on)] if facts.next_due_on else []
    for place, (item, clause) in enumerate(_clauses(facts), 1):
        said += [str(place), f"{item.number} {item.title} {clause.number} {clause.text}"]
        said += [f"{milestone.quote} {_day(milestone.due_on)}" for milestone in clause.milestones]
    return " ".join(said)


def _day(day: date | None) -> str:
    return chinese_date(day) if day else ""


def _numbers(text: str) -> set[str]:
    return set(NUMBER.findall(text))


def _numbers_behind(paragraph: dict[str, Any], facts: SummaryFacts, lines: dict[int, Any]) -> set[str]:
    behind = _tasks(paragraph)
    said = [f"{one['what']} {one['said']} {' '.join(one.get('months', ()))}" for one in paragraph["reckoned"]]
    said += [month.replace("-0", "-") for one in paragraph["reckoned"] for month in one.get("months", ())]
    for task in paragraph["quoted"]:
        line = lines[task][1]
        assert line.state in APPROVED or task in {one.task_id for one in (*facts.requests, *facts.late)}
        said += [line.progress, line.reason, line.problems, line.next_steps, str(line.percent)]
        said += [str(abs(line.percent - line.before))] if line.before is not None else []
    for one in facts.indicators:
        if one.task_id in behind or not one.task_id:
            said.append(_indicator(one))
    for named in (*facts.late, *facts.returned, *facts.returns, *facts.missing):
        if named.task_id in behind:
            said += [named.reason, str(named.late_days), str(named.round - 1), _day(named.due_on), _day(named.filed_on)]
    for asked in facts.requests:
        if asked.task_id in behind:
            said += [asked.reason, asked.decision_reason, _day(asked.wanted_due_on), _day(asked.granted_due_on)]
    for line in (facts.problems.overdue + facts.problems.relapsed) if facts.problems else ():
        said += [line.title, _day(line.due_on), str(line.days_late), str(line.relapses)]
    return _numbers(" ".join(said))


def _indicator(one: SummaryIndicator) -> str:
    said = [one.name, figure(one.target), one.unit, one.reason]
    if one.value is not None:
        said += [figure(one.value), figure(round(abs(one.target - one.value), 4))]
        said += [figure(round(abs(one.value - one.before), 4))] if one.before is not None else []
    return " ".join(said)


def _holds(one: dict[str, Any], facts: SummaryFacts, lines: dict[int, Any]) -> bool:
    """Whether a figure is what its tasks, months or problems give when they are reckoned again."""
    tasks = [lines[task][1] for task in one.get("tasks", ())]
    if "months" in one:
        months = {month.month: month for month in facts.history}
        return all(one["said"] in {str(value) for value in _month_values(months[name])} for name in one["months"])
    if "problems" in one:
        return one["said"] == str(len(one["problems"]))
    for name, reckon in _RECKONED.items():
        if one["what"].endswith(name):
            return bool(one["said"] == reckon(one.get("tasks", ()), facts, lines))
    return bool(one["said"] == str(len(tasks)))


def _month_values(month: Any) -> list[Any]:
    return [month.on_time, month.filed_late, month.missing, month.approved, f"{month.average}%"]


def _mean(tasks: Any, lines: dict[int, Any]) -> str:
    percents = [lines[task][1].percent for task in tasks]
    return f"{round(sum(percents) / len(percents))}%"


def _distinct(tasks: Any, facts: SummaryFacts, key: Callable[[Any, Any, Any], Any]) -> str:
    wanted = set(tasks)
    pairs = [(item, clause, line) for item, clause in _clauses(facts) for line in clause.lines]
    return str(len({key(*one) for one in pairs if one[2].task_id in wanted}))


def _approved_share(tasks: Any, lines: dict[int, Any]) -> str:
    done = sum(lines[task][1].state in APPROVED for task in tasks)
    return f"{figure(round(100 * done / len(tasks), 1)) if tasks else 0}%"


def _of_indicators(one: str, facts: SummaryFacts) -> str:
    kinds = {"met": 0, "unmet": 0, "unknown": 0}
    for indicator in facts.indicators:
        value, goal = indicator.value, indicator.target
        reached = value is not None and {
            ">=": value >= goal, "<=": value <= goal, ">": value > goal, "<": value < goal,
        }.get(indicator.op, value == goal)  # fmt: skip
        kinds["unknown" if value is None else "met" if reached else "unmet"] += 1
    return str(kinds[one])


def _of_one_indicator(tasks: Any, facts: SummaryFacts, reckon: Callable[[Any], str]) -> set[str]:
    return {reckon(one) for one in facts.indicators if one.task_id in tasks and one.value is not None}


class _Any(str):
    """Equal to each of several texts: a task may report on several indicators."""

    __slots__ = ("texts",)

    def __new__(cls, texts: set[str]) -> Self:
        made = super().__new__(cls, "")
        made.texts = texts
        return made

    def __eq__(self, other: object) -> bool:
        return other in self.texts

    __hash__ = str.__hash__


def _gap(one: SummaryIndicator) -> str:
    assert one.value is not None
    difference = f"{figure(round(abs(one.target - one.value), 4))}{'个百分点' if one.unit == '%' else one.unit}"
    reached = {">=": one.value >= one.target, "<=": one.value <= one.target}.get(one.op, one.value == one.target)
    return "已达到" if reached else f"{'超出' if one.value > one.target else '还差'}{difference}"


def _completion(one: SummaryIndicator) -> str:
    assert one.value is not None
    return f"{figure(round(100 * one.value / one.target, 1))}%" if one.target else ""


_RECKONED: dict[str, Callable[[Any, SummaryFacts, dict[int, Any]], str]] = {
    "尚未报送单位": lambda tasks, facts, _lines: _distinct(tasks, facts, lambda _i, _c, line: line.unit),
    "责任单位": lambda tasks, facts, _lines: _distinct(tasks, facts, lambda _i, _c, line: line.unit),
    "工作任务": lambda tasks, facts, _lines: _distinct(tasks, facts, lambda item, _c, _l: item.number),
    "分解事项": lambda tasks, facts, _lines: _distinct(tasks, facts, lambda _i, clause, _l: clause.number),
    "到期未完成": lambda tasks, facts, _lines: _distinct(tasks, facts, lambda _i, clause, _l: clause.number),
    "十日内到期": lambda tasks, facts, _lines: _distinct(tasks, facts, lambda _i, clause, _l: clause.number),
    "占应报送": lambda tasks, _facts, lines: _approved_share(tasks, lines),
    "平均进度": lambda tasks, _facts, lines: _mean(tasks, lines),
    "退回次数": lambda tasks, _facts, lines: str(sum(lines[task][1].round - 1 for task in tasks)),
    "迟报天数": lambda tasks, _facts, lines: str(lines[tasks[0]][1].late_days),
    "量化指标": lambda _tasks, facts, _lines: str(len(facts.indicators)),
    "未达到目标": lambda _tasks, facts, _lines: _of_indicators("unmet", facts),
    "未达到目标的指标": lambda _tasks, facts, _lines: _of_indicators("unmet", facts),
    "达到目标": lambda _tasks, facts, _lines: _of_indicators("met", facts),
    "达到目标的指标": lambda _tasks, facts, _lines: _of_indicators("met", facts),
    "暂无数据": lambda _tasks, facts, _lines: _of_indicators("unknown", facts),
    "暂无数据的指标": lambda _tasks, facts, _lines: _of_indicators("unknown", facts),
    "差距": lambda tasks, facts, _lines: _Any(_of_one_indicator(tasks, facts, _gap)),
    "完成率": lambda tasks, facts, _lines: _Any(_of_one_indicator(tasks, facts, _completion)),
    "期末在册": lambda _tasks, facts, _lines: str(facts.problems.standing) if facts.problems else "0",
    "申请": lambda _tasks, facts, _lines: str(len(facts.requests)),
}

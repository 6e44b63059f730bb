"""The monthly summary in words: from facts to one list of blocks, in the order of the notice, for .docx and PDF.

The sentences stand in ``templates/summary_words.jinja``. Only approved reports are quoted; of every other task its
standing is said. Figures are the lengths of the lists that are named.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from documents.paper import SECTION, SUBSECTION, TEXT, Block, Paper
from documents.plain_text import (
    chinese_date,
    chinese_month,
    chinese_numeral,
    day_of_year,
    figure,
    inner_title,
    met,
    one_line,
    shortened,
    target,
    unnumbered,
)
from documents.summary_annexes import annexes
from documents.summary_problems import TITLE, figures, overdue, relapsed
from documents.wording import APPROVED, DECISIONS, REQUESTS, STANDINGS, amount, is_approved
from documents.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from models.facts import (
        MilestoneFact,
        NamedTask,
        ProblemPart,
        RequestFact,
        SummaryClause,
        SummaryFacts,
        SummaryIndicator,
        SummaryItem,
        UnitLine,
    )

_WAIVED: Final = "waived"
_CLAUSE_HEADING: Final = 40
#: up to so many clauses are named even where a unit has reported none; beyond, “all of them” says it
_NAMED: Final = 3
#: a year run together with what follows, as the published text has it
_DAMAGED: Final = re.compile(r"\d{5}")


def say(macro: str, *values: Any) -> str:
    """One paragraph of the summary."""
    return words("summary").say(macro, *values)


def summary_paper(facts: SummaryFacts) -> Paper:
    """The summary as blocks, annexes and the furniture of an official document."""
    heading = {"notice": inner_title(facts.notice_title), "month": chinese_month(facts.month)}
    return Paper(
        mark=one_line(facts.office_name),
        number=one_line(facts.number) or f"〔{facts.issued_on.year}〕　　号",
        title=say("title", heading),
        addressee=f"{one_line(facts.recipient).rstrip('：:')}：",
        blocks=tuple(_blocks(facts)),
        annexes=annexes(facts),
        signature=one_line(facts.office_name),
        dated=facts.issued_on,
        date_text=chinese_date(facts.issued_on),
        imprint=one_line(facts.office_name),
        head=facts.head_short,
    )


def _blocks(facts: SummaryFacts) -> Iterator[Block]:
    yield Block(TEXT, say("opening", _figures(facts)))
    number = 0
    for section in facts.sections:
        if section.title:
            number += 1
            yield Block(SECTION, f"{chinese_numeral(number)}、{one_line(unnumbered(section.title))}")
        for place, part in enumerate(section.subsections, 1):
            if part.title:
                yield Block(SUBSECTION, f"（{chinese_numeral(place)}）{one_line(unnumbered(part.title))}")
            for item in part.items:
                yield from _item(item)
    problems = [(TITLE, _problem_paragraphs(facts.problems))] if facts.problems else []
    for title, paragraphs in (
        *problems,
        ("量化指标完成情况", [say("indicators", _indicators(facts.indicators))]),
        ("报送情况", _filing_paragraphs(facts)),
        ("下一步工作", [say("next_steps", _outlook(facts))]),
    ):
        number += 1
        yield Block(SECTION, f"{chinese_numeral(number)}、{title}")
        yield from (Block(TEXT, text) for text in paragraphs)


def _figures(facts: SummaryFacts) -> dict[str, Any]:
    count = {one.state: one.number for one in facts.counts}
    approved = sum(count.get(state, 0) for state in APPROVED)
    owed = sum(count.values()) - count.get(_WAIVED, 0)
    clauses = [clause for item in _items(facts) for clause in item.clauses]
    known = [one for one in facts.indicators if one.value is not None]
    reached = sum(1 for one in known if _met(one))
    before = facts.previous
    return {
        "notice": inner_title(facts.notice_title),
        "month": chinese_month(facts.month),
        "due": day_of_year(facts.due_on),
        "issued": day_of_year(facts.issued_on),
        "units": len(facts.units),
        "work_items": len(list(_items(facts))),
        "clauses": len(clauses),
        "owed": owed,
        "approved": approved,
        "approved_share": figure(round(100 * approved / owed, 1)) if owed else "0",
        "open": [(name, count[state]) for state, name in STANDINGS.items() if _open(state) and count.get(state)],
        "waived": count.get(_WAIVED, 0),
        "late": len(facts.late),
        "missing": len(facts.missing),
        "indicators": len(facts.indicators),
        "met": reached,
        "unmet": len(known) - reached,
        "unknown": len(facts.indicators) - len(known),
        "previous": before
        and {
            "month": chinese_month(before.month),
            "approved": before.approved,
            "late": before.late,
            "missing": before.missing,
        },
    }


def _open(state: str) -> bool:
    return state not in APPROVED and state != _WAIVED


def _items(facts: SummaryFacts) -> Iterator[SummaryItem]:
    return (item for section in facts.sections for part in section.subsections for item in part.items)


def _item(item: SummaryItem) -> Iterator[Block]:
    heading = f"{item.number}.{one_line(item.title).rstrip('。')}。"
    if len(item.clauses) == 1:
        yield Block(TEXT, _clause(item.clauses[0]), heading)
        return
    yield Block(TEXT, "", heading)
    for place, clause in enumerate(item.clauses, 1):
        heading = shortened(clause.text, _CLAUSE_HEADING)
        stop = "" if heading.endswith("…") else "。"
        yield Block(TEXT, f"（{place}）{heading}{stop}{_clause(clause)}")


def _clause(clause: SummaryClause) -> str:
    leads = [line for line in clause.lines if line.share == "lead"]
    others = [line for line in clause.lines if line.share != "lead"]
    said = [say("lead", _line(line)) for line in leads]
    if others:
        said.append(say("support", _support(others)))
    quotes = list(dict.fromkeys(_deadline(milestone) for milestone in clause.milestones))
    if quotes:
        said.append(say("milestones", quotes))
    return "".join(said)


def _deadline(milestone: MilestoneFact) -> str:
    """The notice's own words; the date they were read as where 年 or 月 was lost in them (20226月底前)."""
    if milestone.due_on is not None and _DAMAGED.search(milestone.quote):
        return chinese_date(milestone.due_on)
    return one_line(milestone.quote)


def _line(line: UnitLine) -> dict[str, Any]:
    return {
        "unit": one_line(line.unit),
        "approved": is_approved(line),
        "standing": STANDINGS.get(line.state, line.state),
        "percent": line.percent,
        "progress": one_line(line.progress),
        "no_progress": line.no_progress,
        "reason": one_line(line.reason),
        "problems": one_line(line.problems),
        "next_steps": one_line(line.next_steps),
    }


def _support(lines: Sequence[UnitLine]) -> dict[str, Any]:
    approved = [line for line in lines if is_approved(line)]
    standing = {state: [one_line(line.unit) for line in lines if line.state == state] for state in STANDINGS}
    return {
        "total": len(lines),
        "approved": len(approved),
        "average": figure(round(sum(line.percent for line in approved) / len(approved))) if approved else "",
        "open": [(STANDINGS[state], units) for state, units in standing.items() if units and state not in APPROVED],
        "idle": [(one_line(line.unit), line.reason) for line in approved if line.no_progress],
    }


def _met(one: SummaryIndicator) -> bool:
    return one.value is not None and met(one.op, one.value, one.target)


def _indicators(all_of_them: Iterable[SummaryIndicator]) -> dict[str, Any]:
    groups: dict[str, list[dict[str, str]]] = {"met": [], "unmet": [], "unknown": []}
    for one in all_of_them:
        group = "unknown" if one.value is None else "met" if _met(one) else "unmet"
        value = "" if one.value is None else f"{figure(one.value)}{one.unit}"
        gap = "" if one.value is None else f"相差{amount(one.target - one.value, one.unit)}"
        said = {"name": one_line(one.name), "target": target(one.op, one.target, one.unit), "value": value, "gap": gap}
        groups[group].append({**said, "reason": one_line(one.reason)})
    return {"all": sum(len(group) for group in groups.values()), **groups}


def _filing_paragraphs(facts: SummaryFacts) -> list[str]:
    owed = {one_line(row.unit): row.due for row in facts.units}
    missing = [
        (unit, tasks, len(tasks) > _NAMED and owed.get(unit) == len(tasks)) for unit, tasks in _by_unit(facts.missing)
    ]
    said = [say("missing", missing), *(say(name, _by_unit(getattr(facts, name))) for name in ("late", "returned"))]
    if facts.requests:
        said.append(say("requests", [_request(one) for one in facts.requests]))
    return said


def _by_unit(tasks: Sequence[NamedTask]) -> list[tuple[str, list[dict[str, Any]]]]:
    order = {unit: place for place, unit in enumerate(dict.fromkeys(task.unit for task in tasks))}
    ordered = sorted(tasks, key=lambda task: order[task.unit])
    return [
        (one_line(unit), [_named(task) for task in group]) for unit, group in groupby(ordered, lambda task: task.unit)
    ]


def _named(task: NamedTask) -> dict[str, Any]:
    reason = one_line(task.reason).rstrip("。") or "未注明理由"
    return {"clause": task.clause_number, "days": task.late_days, "reason": reason, "due": day_of_year(task.due_on)}


def _problem_paragraphs(part: ProblemPart) -> list[str]:
    return [
        say("problems", figures(part)),
        say("problems_overdue", overdue(part)),
        say("problems_relapsed", relapsed(part)),
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
        decided += f"（{one_line(one.decision_reason)}）"
    kind = REQUESTS.get(one.kind, one.kind)
    fields = {"unit": one_line(one.unit), "clause": one.clause_number, "kind": kind, "wanted": wanted}
    return {**fields, "reason": one_line(one.reason).rstrip("。"), "decision": decided}


def _outlook(facts: SummaryFacts) -> dict[str, int]:
    return {
        "missing": len({task.unit for task in facts.missing}),
        "returned": len({task.unit for task in facts.returned}),
        "unmet": sum(1 for one in facts.indicators if one.value is not None and not _met(one)),
        "overdue_problems": len(facts.problems.overdue) if facts.problems else 0,
    }

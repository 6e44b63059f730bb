"""The notice's items: for each what moved this month in the units' own words, the lead first; what did not, in a line.

Only approved reports are quoted; of every other task its standing is said. Long reports are condensed to whole
sentences; they stand in full in the annex.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from documents.paper import Reckoned
from documents.plain_text import chinese_date, condensed, one_line, shortened, typeset
from documents.summary.tasks import WAIVED, average, counted, leads, moves, numbers, paragraph, say
from documents.wording import APPROVED, STANDINGS, is_approved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from documents.paper import Block
    from models.facts import MilestoneFact, SummaryClause, SummaryItem, UnitLine

_HEADING: Final = 40
#: how many characters of a report are quoted: of the lead's progress, of its problems and next steps, of a support's
_LEAD, _REST, _SUPPORT = 140, 60, 50
#: so many units that stand alike are named; more are counted
_FEW: Final = 3
#: so many supporting units are quoted beside the lead
_QUOTED: Final = 1
#: a year run together with what follows, as the published text has it
_DAMAGED: Final = re.compile(r"\d{5}")


def item_blocks(item: SummaryItem) -> Iterator[Block]:
    """An item: each clause that moved, then those that did not in one sentence."""
    heading = f"{item.number}.{typeset(item.title).rstrip('。')}。"
    if len(item.clauses) == 1:
        yield _clause(item.clauses[0], lead=heading)
        return
    yield paragraph("", lead=heading)
    idle = []
    for place, clause in enumerate(item.clauses, 1):
        if any(moves(line) for line in clause.lines):
            yield _clause(clause, start=f"（{place}）{heading_of(clause)}")
        else:
            idle.append((place, clause))
    if idle:
        yield _idle(idle, everything=len(idle) == len(item.clauses))


def heading_of(clause: SummaryClause) -> str:
    """The clause's first sentence as a heading, with its stop."""
    heading = shortened(typeset(clause.text), _HEADING)
    return heading if heading.endswith("…") else f"{heading}。"


def _clause(clause: SummaryClause, *, start: str = "", lead: str = "") -> Block:
    first = leads(clause)
    others = [line for line in clause.lines if line.share != "lead"]
    quoted = [line for line in first if is_approved(line)]
    reckoned: list[Reckoned] = []
    said = [say("lead", _fields(line, _LEAD)) for line in first]
    if others:
        shown = _worth_quoting(others)
        idle = [line for line in others if is_approved(line) and line.no_progress]
        said.append(say("support", _support(others, shown, idle)))
        quoted += [*shown, *idle]
        reckoned = _support_figures(others)
    quotes = list(dict.fromkeys(deadline(milestone) for milestone in clause.milestones))
    if quotes:
        said.append(say("milestones", quotes))
    return paragraph(start + "".join(said), numbers(quoted), [*_standings(first), *reckoned], lead=lead)


def _worth_quoting(lines: Sequence[UnitLine]) -> list[UnitLine]:
    """The supporting units with something to tell: those that moved most, in the notice's order."""
    moving = [line for line in lines if moves(line) and one_line(line.progress)]
    most = sorted(moving, key=lambda line: (line.before or 0) - line.percent)[:_QUOTED]
    return [line for line in moving if line in most]


def _fields(line: UnitLine, limit: int) -> dict[str, Any]:
    change = None if line.before is None or not is_approved(line) else line.percent - line.before
    return {
        "unit": one_line(line.unit),
        "approved": is_approved(line),
        "standing": STANDINGS.get(line.state, line.state),
        "percent": line.percent,
        "change": change,
        "progress": condensed(line.progress, limit),
        "no_progress": line.no_progress,
        "reason": condensed(line.reason, _REST),
        "problems": condensed(line.problems, _REST),
        "next_steps": condensed(line.next_steps, _REST),
    }


def _support(lines: Sequence[UnitLine], shown: list[UnitLine], idle: list[UnitLine]) -> dict[str, Any]:
    approved = [line for line in lines if is_approved(line)]
    waived = [line for line in lines if line.state == WAIVED]
    kinds = _open(lines)
    return {
        "total": len(lines) - len(waived),
        "alike": kinds[0][0] if len(kinds) == 1 and not approved else "",
        "names": [one_line(line.unit) for line in kinds[0][1]] if kinds and len(kinds[0][1]) <= _FEW else [],
        "waived": [one_line(line.unit) for line in waived],
        "approved": len(approved),
        "average": average(approved),
        "shown": [_fields(line, _SUPPORT) for line in shown],
        "open": [(name, [one_line(line.unit) for line in some]) for name, some in kinds],
        "idle": [_fields(line, _SUPPORT) for line in idle],
    }


def _open(lines: Sequence[UnitLine]) -> list[tuple[str, list[UnitLine]]]:
    """What is not approved, by its standing in the order of the work."""
    found = [(name, [line for line in lines if line.state == state]) for state, name in STANDINGS.items()]
    return [(name, some) for name, some in found if some and some[0].state not in {*APPROVED, WAIVED}]


def _support_figures(lines: Sequence[UnitLine]) -> list[Reckoned]:
    approved = [line for line in lines if is_approved(line)]
    mean = [Reckoned("配合单位平均进度", f"{average(approved)}%", numbers(approved))] if approved else []
    owed = [line for line in lines if line.state != WAIVED]
    waived = [line for line in lines if line.state == WAIVED]
    free = [counted("免报", waived)] if waived else []
    return [*free, counted("配合单位", owed), counted("配合单位审核通过", approved), *mean, *_standings(lines)]


def _standings(lines: Sequence[UnitLine]) -> list[Reckoned]:
    return [counted(name, some) for name, some in _open(lines)]


def _idle(found: list[tuple[int, SummaryClause]], *, everything: bool) -> Block:
    """The clauses without movement in one sentence, each with its lead and why."""
    said = []
    lines: list[UnitLine] = []
    for place, clause in found:
        first = leads(clause) or list(clause.lines)
        lines += first
        name = shortened(typeset(clause.text), _HEADING).rstrip("…。")
        said.append({"place": place, "name": name, "leads": [_fields(line, _LEAD) for line in first]})
    tasks = tuple(line.task_id for _place, clause in found for line in clause.lines)
    approved = [line for line in lines if is_approved(line)]
    kinds = 2 * bool(approved) + (len(approved) < len(lines))  # 1: nothing approved; 2: no progress; 3: either
    text = say("idle", {"all": everything, "clauses": said, "kinds": kinds})
    return paragraph(text, numbers(approved), [Reckoned("无进展分解事项", str(len(found)), tasks), *_standings(lines)])


def deadline(milestone: MilestoneFact) -> str:
    """The notice's own words; the date they were read as where 年 or 月 was lost in them (20226月底前)."""
    if milestone.due_on is not None and _DAMAGED.search(milestone.quote):
        return chinese_date(milestone.due_on)
    return one_line(milestone.quote)

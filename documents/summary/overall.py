"""The overall picture: one paragraph with the month's figures, compared with the month before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from documents.paper import Reckoned
from documents.plain_text import chinese_month, day_of_year
from documents.summary.indicators import groups
from documents.summary.tasks import (
    HANDED_IN,
    NOT_HANDED_IN,
    RETURNED,
    WAITING,
    WAIVED,
    average,
    clauses,
    counted,
    items,
    lines,
    numbers,
    paragraph,
    say,
    share,
)
from documents.wording import is_approved

if TYPE_CHECKING:
    from documents.paper import Block
    from models.facts import SummaryFacts, UnitLine
    from models.sealed import MonthFigures


def overall(facts: SummaryFacts) -> Block:
    """The paragraph with every figure's tasks."""
    tasks = lines(facts)
    kinds = _kinds(tasks)
    returned = sum(task.round - 1 for task in facts.returns)
    shares = Reckoned(
        "审核通过占应报送", f"{share(len(kinds['approved']), len(kinds['owed']))}%", numbers(kinds["owed"])
    )
    mean = Reckoned("平均进度", f"{average(kinds['approved'])}%", numbers(kinds["approved"]))
    fields = {
        **{name: len(found) for name, found in kinds.items()},
        "due": day_of_year(facts.due_on),
        "issued": day_of_year(facts.issued_on),
        "units": len(facts.units),
        "work_items": len(list(items(facts))),
        "clauses": len(list(clauses(facts))),
        "share": shares.said,
        "returned": len(facts.returns),
        "times": returned,
        "average": mean.said,
        "indicators": {name: len(found) for name, found in groups(facts.indicators).items()},
        "targets": len(facts.indicators),
        "previous": chinese_month(facts.previous.month) if facts.previous else "",
        "changes": _changes(facts.figures, facts.previous) if facts.figures and facts.previous else [],
    }
    whole = numbers(tasks)
    reckoned = [
        Reckoned("责任单位", str(fields["units"]), whole),
        Reckoned("工作任务", str(fields["work_items"]), whole),
        Reckoned("分解事项", str(fields["clauses"]), whole),
        *(counted(_NAMES[name], found) for name, found in kinds.items()),
        shares,
        counted("审核退回", facts.returns),
        Reckoned("审核退回次数", str(returned), numbers(facts.returns)),
        *([mean] if kinds["approved"] else []),
        *_targets(facts),
        *_before(facts),
    ]
    return paragraph(say("overall", fields), (), reckoned)


_NAMES = {
    "owed": "应报送",
    "waived": "免报",
    "on_time": "按时报送",
    "filed_late": "逾期报送",
    "missing": "尚未报送",
    "back": "退回后尚未重报",
    "waiting": "待审核",
    "approved": "审核通过",
    "done": "已完成",
}


def _kinds(tasks: list[UnitLine]) -> dict[str, list[UnitLine]]:
    """The tasks by what the paragraph counts; on time, late, missing and back make up what is owed."""
    handed_in = [line for line in tasks if line.state in HANDED_IN]
    approved = [line for line in tasks if is_approved(line)]
    return {
        "owed": [line for line in tasks if line.state != WAIVED],
        "waived": [line for line in tasks if line.state == WAIVED],
        "on_time": [line for line in handed_in if not line.late_days],
        "filed_late": [line for line in handed_in if line.late_days],
        "missing": [line for line in tasks if line.state in NOT_HANDED_IN],
        "back": [line for line in tasks if line.state == RETURNED],
        "waiting": [line for line in tasks if line.state == WAITING],
        "approved": approved,
        "done": [line for line in approved if line.percent >= 100],
    }


def _changes(now: MonthFigures, before: MonthFigures) -> list[str]:
    """What moved since the month before, the share of what came in time first."""
    pairs = (
        ("按时报送", before.on_time, now.on_time, "项"),
        ("逾期报送", before.filed_late, now.filed_late, "项"),
        ("尚未报送", before.missing, now.missing, "项"),
        ("审核通过", before.approved, now.approved, "项"),
        ("平均进度", before.average, now.average, "%"),
    )
    known = [(name, old, new, unit) for name, old, new, unit in pairs if old is not None and new is not None]
    same = [name for name, old, new, _unit in known if old == new]
    changed = [say("change", *one) for one in known if one[0] not in same]
    return [*changed, *([say("unchanged", same)] if same else [])]


def _targets(facts: SummaryFacts) -> list[Reckoned]:
    names = {"met": "达到目标的指标", "unmet": "未达到目标的指标", "unknown": "暂无数据的指标"}
    found = groups(facts.indicators)
    return [
        Reckoned("量化指标", str(len(facts.indicators)), tuple(one.task_id for one in facts.indicators if one.task_id)),
        *(
            Reckoned(names[name], str(len(some)), tuple(one.task_id for one in some if one.task_id))
            for name, some in found.items()
        ),
    ]


def _before(facts: SummaryFacts) -> list[Reckoned]:
    """The figures of the month before, from the summary that issued them."""
    before = facts.previous
    if before is None:
        return []
    said: dict[str, Any] = {
        "上月按时报送": before.on_time,
        "上月逾期报送": before.filed_late,
        "上月尚未报送": before.missing,
        "上月审核通过": before.approved,
        **({"上月平均进度": f"{before.average}%"} if before.average is not None else {}),
    }
    return [Reckoned(what, str(value), months=(before.month,)) for what, value in said.items()]

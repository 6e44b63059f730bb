"""Indicators against their targets: what is reached, how much is missing, what has no figure and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from documents.paper import Reckoned
from documents.plain_text import figure, met, one_line, target
from documents.summary.tasks import paragraph, say
from documents.wording import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from documents.paper import Block
    from models.facts import SummaryIndicator

#: names of what there is rather than of what is done
_STANDING: Final = re.compile("(?:数|数量|总量|总数|规模|余额|人口|面积|率)$")


def groups(all_of_them: Iterable[SummaryIndicator]) -> dict[str, list[SummaryIndicator]]:
    """The indicators that reach their target, that do not, and that have no figure, each in the notice's order."""
    found: dict[str, list[SummaryIndicator]] = {"met": [], "unmet": [], "unknown": []}
    for one in all_of_them:
        found["unknown" if one.value is None else "met" if is_met(one) else "unmet"].append(one)
    return found


def is_met(one: SummaryIndicator) -> bool:
    """Whether a value was reported that reaches the target."""
    return one.value is not None and met(one.op, one.value, one.target)


def is_ceiling(one: SummaryIndicator) -> bool:
    """Whether the target is not to be exceeded."""
    return one.op in {"<=", "<"}


def completion(one: SummaryIndicator) -> str:
    """The value in percent of a target that is to be reached, for example 79.2%; empty where that says nothing."""
    if one.value is None or is_ceiling(one) or one.unit == "%" or one.target <= 0 or one.value > one.target:
        return ""
    return f"{share_of(one.value, one.target)}%"


def share_of(value: float, goal: float) -> str:
    """A value in percent of its target with at most one decimal, never rounded up to the whole."""
    percent = round(100 * value / goal, 1)
    return figure(min(percent, 99.9) if value < goal else percent)


def gap(one: SummaryIndicator) -> str:
    """What is missing to the target, in the few words of a table."""
    if one.value is None:
        return "暂无数据"
    if is_met(one):
        return "已达到"
    difference = amount(one.target - one.value, one.unit)
    return f"{'超出' if one.value > one.target else '还差'}{difference}"


def paragraphs(all_of_them: tuple[SummaryIndicator, ...]) -> Iterator[Block]:
    """How many there are; then those reached, those that are not, those without a figure."""
    found = groups(all_of_them)
    names = {"met": "达到目标", "unmet": "未达到目标", "unknown": "暂无数据"}
    reckoned = [
        Reckoned("量化指标", str(len(all_of_them)), _tasks(all_of_them)),
        *(Reckoned(names[name], str(len(some)), _tasks(some)) for name, some in found.items()),
    ]
    fields = {"all": len(all_of_them), **{name: len(some) for name, some in found.items()}}
    yield paragraph(say("indicators", fields), (), reckoned)
    for name, some in found.items():
        if some:
            said = say(f"indicators_{name}", [_fields(one) for one in some])
            yield paragraph(said, _tasks(some), [Reckoned(names[name], str(len(some)), _tasks(some)), *_figures(some)])


def _tasks(some: Iterable[SummaryIndicator]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(one.task_id for one in some if one.task_id))


def _figures(some: Iterable[SummaryIndicator]) -> list[Reckoned]:
    """What is reckoned from a value and its target: the gap and the completion."""
    made = []
    for one in some:
        made += [Reckoned(f"{one.clause_number}差距", gap(one), _tasks([one]))] if one.value is not None else []
        made += [Reckoned(f"{one.clause_number}完成率", completion(one), _tasks([one]))] if completion(one) else []
    return made


def _fields(one: SummaryIndicator) -> dict[str, Any]:
    value = "" if one.value is None else f"{figure(one.value)}{one.unit}"
    moved = one.value is not None and one.before is not None and one.value != one.before
    return {
        "clause": one.clause_number,
        "name": one_line(one.name),
        "unit": one_line(one.reported_by),
        "value": value,
        "ceiling": is_ceiling(one),
        "rate": one.unit == "%",
        "target": target(one.op, one.target, one.unit),
        "goal": f"{figure(one.target)}{one.unit}",
        "verb": "现为" if one.unit == "%" or _STANDING.search(one.name) else "已完成",
        "at": one.value == one.target,
        "over": one.value is not None and one.value > one.target,
        "gap": "" if one.value is None else amount(one.target - one.value, one.unit),
        "completion": completion(one),
        "more": one.value is not None and one.before is not None and one.value > one.before,
        "moved": amount(one.value - one.before, one.unit)
        if moved and one.value is not None and one.before is not None
        else "",
        "reason": one_line(one.reason).rstrip("。；;，, "),
    }

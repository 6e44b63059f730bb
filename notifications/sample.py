"""The fields every template gets, what each says, and examples of all of them to try a template on."""

from __future__ import annotations

from typing import Any, Final

from models.language import N_

#: field → what it says; ``workflow/wording.py`` fills all but the recipient, who is settled at send time
FIELDS: Final = {
    "office_name": N_("the office, by its short name"),
    "recipient_name": N_("who is written to"),
    "unit_name": N_("the units of the tasks, joined by 、"),
    "period_month": N_("the month: 2022年6月, or empty"),
    "due_on": N_("the earliest due date of the tasks: 6月25日, or empty"),
    "today": N_("the date of the message: 6月20日"),
    "number": N_("the number of the document, or empty"),
    "tasks": N_("the tasks, a list to loop over with for; the fields of an entry are named task.…"),
    "actor_name": N_("who acted; in an urging or supervision notice the responsible person"),
    "reason": N_("why, in the words of the person who decided; or empty"),
    "new_due_on": N_("the new date of an extension, a re-filing or a final time limit, or empty"),
    "old_due_on": N_("the date before, or empty"),
    "detail": N_("what this event says beyond the rest: a code, a head of the trail, a list"),
}
#: field of an entry of ``tasks`` → what it says
TASK_FIELDS: Final = {
    "task_id": N_("the number of the task"),
    "clause_number": N_("the number of the clause: 2.1"),
    "clause_text": N_("the clause, shortened"),
    "unit_name": N_("the unit of this task"),
    "state_label": N_("the state, as people read it"),
    "due_on": N_("the due date of this task: 6月25日"),
    "days_late": N_("days past due, 0 when not late"),
    "reason": N_("a reason of this task, or empty"),
    "round": N_("1, and one more with each return"),
    "title": N_("the title of the work item"),
}
#: what every message has
_NEVER_EMPTY: Final = ("office_name", "recipient_name", "today")
#: the longest words are so many times the ordinary ones
_LONGER: Final = 40
#: more tasks than a unit has, so that loops within loops show
_TRIED_WITH: Final = 60


def sample_task(number: int = 1) -> dict[str, Any]:
    """One entry of ``tasks``; every second one is late and in its second round."""
    late = number % 2 == 0
    return {
        "task_id": number,
        "clause_number": f"{number}.1",
        "clause_text": "推进长江干流株洲段岸线清理整治，完成年度任务。",
        "unit_name": "市水利局",
        "state_label": "已交办",
        "due_on": "6月25日",
        "days_late": 3 if late else 0,
        "reason": "进展不具体，请补充数据。" if late else "",
        "round": 2 if late else 1,
        "title": "岸线整治",
    }


def sample_fields(tasks: int = _TRIED_WITH) -> dict[str, Any]:
    """All fields, none of them empty."""
    return {
        "office_name": "市长江办",
        "recipient_name": "张三",
        "unit_name": "市水利局",
        "period_month": "2022年6月",
        "due_on": "6月25日",
        "today": "6月28日",
        "number": "株长江办督〔2022〕3号",
        "tasks": [sample_task(number) for number in range(1, tasks + 1)],
        "actor_name": "李四",
        "reason": "主汛期无法施工。",
        "new_due_on": "7月10日",
        "old_due_on": "6月25日",
        "detail": "详情如下。",
    }


def samples() -> dict[str, dict[str, Any]]:
    """What a template has to stand: an ordinary message, one with nothing in it, the longest words, many tasks."""
    ordinary = sample_fields(3)
    empty = {name: [] if name == "tasks" else "" for name in FIELDS}
    wordless = {**sample_task(1), **dict.fromkeys(("clause_number", "clause_text", "due_on", "reason", "title"), "")}
    return {
        "ordinary": ordinary,
        "empty": empty | {name: ordinary[name] for name in _NEVER_EMPTY},
        "wordless": ordinary | {"tasks": [wordless]},
        "longest": {name: _long(value) for name, value in ordinary.items()},
        "many": sample_fields(),
    }


def _long(value: Any) -> Any:
    if isinstance(value, list):
        return [{name: _long(one) for name, one in entry.items()} for entry in value]
    return value * _LONGER if isinstance(value, str) else value

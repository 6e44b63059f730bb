"""The form of a step: which of a story's actions a page has fields for, what was typed, and the command that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deeds.deciding import with_phrase
from deeds.evidence import facts_in_words
from documents.picture_sizes import JPEG, PNG
from models.language import _
from web.frame.given import seen_version
from workflow.actions import Command
from workflow.case import Given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.frame.posted import Posted
    from workflow.actions import Outcome
    from workflow.case import TaskRow

#: so many pages of a paper are shown; a form has a page for every three or four tasks
MAX_PAGES: Final = 60
#: what there are fields for; an action that asks for more has a page of its own
_FIELDS: Final = frozenset({"reason", "refiling_date", "people", "one_person"})


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form of an action, to stand there again when it was refused."""

    action: str = ""
    reason: str = ""
    refile_on: str = ""
    to_state: str = ""
    straight_back: bool = False
    people: tuple[str, ...] = ()


def typed(form: Posted) -> Typed:
    """The fields of the form; a phrase that was only chosen, not inserted, is put behind what was typed."""
    return Typed(
        form.text("action"),
        with_phrase(form.text("reason"), form.text("phrase")),
        form.text("refile_on"),
        form.text("to_state"),
        form.flag("straight_back"),
        tuple(dict.fromkeys(name for name in form.many("people") if name)),
    )


def command(form: Posted, task_id: int) -> Command:
    """What the person asks for, on the task as they saw it."""
    given = typed(form)
    return Command(
        given.action,
        task_id,
        seen_version(form),
        Given(
            reason=given.reason,
            refile_on=form.day("refile_on"),
            to_state=given.to_state,
            straight_back=given.straight_back,
            people=given.people,
        ),
        form.text("key"),
    )


def done_words(outcome: Outcome) -> str:
    """What was done, and how the task stands now."""
    return _("Done: {action}, now “{state}”.").format(action=outcome.action_label, state=outcome.state_label)


def offered_here(told: Mapping[str, Any], task: TaskRow) -> list[dict[str, Any]]:
    """The actions of a story that there are fields for; ``onward`` where one moves the task on."""
    moving = {step.action for step in task.flow.onward(task.state)}
    labels = task.flow.state_label
    return [
        {
            **one,
            "onward": one["action"] in moving,
            "to": [(state, labels(state)) for state in dict.fromkeys(one["may"]["to_state"])],
        }
        for one in told["offered"]
        if set(one["asks"]) <= _FIELDS
    ]


def papers_shown(told: Mapping[str, Any], task: TaskRow) -> list[dict[str, Any]]:
    """The papers over the version in force, the newest first, each with its three facts in words."""
    mine = [one for one in reversed(told["papers"]) if one["version"] == task.report_number]
    return [{**one, "words": facts_in_words(one), "pages": _addresses(task.id, one["stored"])} for one in mine]


def _addresses(task_id: int, stored: Mapping[str, Any]) -> list[str]:
    """Where the pages of a stored paper are shown; a paper whose pages were not counted has one."""
    shown = 1 if stored["media_type"] in {JPEG, PNG} else min(max(stored["pages"], 1), MAX_PAGES)
    return [f"/viewer/{task_id}/{stored['sha256']}/{number}" for number in range(1, shown + 1)]

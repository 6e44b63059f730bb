"""Every shipped flow walked at the desk to its end: each step by the form that its page makes of the flow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from kit.desk import DeskOf, desk_of
from kit.flows import Walker, walker
from kit.world import NOON
from models.states import Result

if TYPE_CHECKING:
    from pathlib import Path

    from workflow.actions import Outcome

#: done by the pages of forms and of summaries
ELSEWHERE = {"sign_stamp", "aggregate"}


@dataclass
class AtTheDesk(Walker):
    """Takes each step as a person at a browser does: open the task, fill in what its form asks for, send it."""

    desk: DeskOf

    def take(self, action: str, login: str, **given: Any) -> Outcome:
        """The same step through the page."""
        if action in ELSEWHERE:
            return super().take(action, login, **given)
        browser, path = self.desk.person(login), f"/tasks/{self.task_id}"
        fields = fields_of(browser.get(path).text, action)
        values = {**self.given(action), **given}
        sent = {name: said(values[name]) for name in fields & set(values)}
        answer = browser.post(path, action=action, version=str(self.task.version), key="", **sent)
        assert answer.status_code == 303, (action, fields, answer.text)
        return None  # type: ignore[return-value]


def fields_of(page: str, action: str) -> set[str]:
    """The names of the fields in an action's form; a report's stand on a page of its own."""
    for form in page.split("<form ")[1:]:
        inside = form.partition("</form>")[0]
        if f'name="action" value="{action}"' in inside:
            return set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', inside))
    assert 'href="/filing/' in page, action
    return {"progress", "percent", "reason"}


def said(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else str(value)


def at_the_desk(folder: Path, flow: str) -> AtTheDesk:
    walk = walker(folder, flow)
    return AtTheDesk(walk.world, walk.flow, walk.task_id, desk_of(walk.world, NOON))


@pytest.mark.parametrize(
    ("flow", "state"),
    [
        ("monthly_report", "reviewed"),
        ("co_signed_report", "reviewed"),
        ("internal_report", "reviewed"),
        ("problem_ledger", "closed"),
    ],
)
def test_a_flow_is_walked_to_its_end(tmp_path: Path, flow: str, state: str) -> None:
    walk = at_the_desk(tmp_path, flow)
    walk.go(state)
    done = walk.world.rows("event", object_id=walk.task_id, object_type="task", result=Result.DONE.value)
    assert {row["source"] for row in done if row["action"] not in ELSEWHERE} == {"web"}


def test_ways_back_are_chosen_and_people_named(tmp_path: Path) -> None:
    walk = at_the_desk(tmp_path, "internal_report")
    walk.go("second_review")
    page = walk.desk.person("director").get(f"/tasks/{walk.task_id}").text
    assert {"to_state", "straight_back", "reason", "refile_on"} <= fields_of(page, "return")
    walk.take("return", "director", to_state="confirmed")
    assert walk.task.state == "confirmed"
    walk.take("forward", "reviewer", people=("reviewer2",))
    assert walk.task.handler_id == walk.world.people["reviewer2"]
    walk.take("copy", "reviewer", people=("clerk3",))
    assert [row["person_id"] for row in walk.world.rows("copy")] == [walk.world.people["clerk3"]]
    assert "抄送" in walk.desk.person("clerk3").get("/tasks?copied=1").text
    walk.take("return", "reviewer2", to_state="returned", straight_back="1")
    assert (walk.task.state, walk.task.back_to) == ("returned", "confirmed")


def test_a_problem_relapses_at_the_desk(tmp_path: Path) -> None:
    walk = at_the_desk(tmp_path, "problem_ledger")
    walk.go("struck_off")
    walk.take("relapse", "reviewer")
    assert (walk.task.state, walk.task.round) == ("rectifying", 2)
    page = walk.desk.person("clerk1").get("/tasks").text
    assert "问题台账" in page

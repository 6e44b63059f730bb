"""What is printed for people: short where the data is long, every code in words, the next step last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from commands import periods, taskstory
from commands.acting import few
from models.language import listed, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with speaking("en"):
        yield


def owed(unit: str, clause: str, light: str) -> dict[str, Any]:
    return {"unit": unit, "clause": clause, "light": light}


def answer(unit: str, value: float | None, reason: str = "") -> dict[str, Any]:
    return {
        "clause": "1.1", "name": "岸线", "target": ">= 10 公里", "unit_name": unit, "value": value, "reason": reason,
    }  # fmt: skip


def test_missing_reports_take_one_line_a_unit() -> None:
    rows = [owed("市水利局", "1.1", "red"), owed("市发改委", "1.1", "yellow"), owed("市水利局", "2.1", "green")]
    assert periods._missing_by_unit(rows) == [["市水利局", 2, 1, "1.1, 2.1"], ["市发改委", 1, 0, "1.1"]]


@pytest.mark.parametrize(
    ("answers", "line"),
    [
        ([answer("甲", None), answer("乙", None)], ["1.1", "岸线", "≥ 10 公里", "–", "–", "0/2"]),
        ([answer("甲", None, "未统计"), answer("乙", None)], ["1.1", "岸线", "≥ 10 公里", "未统计", "甲", "1/2"]),
        ([answer("甲", None, "未统计"), answer("乙", 4.5)], ["1.1", "岸线", "≥ 10 公里", "4.5", "乙", "2/2"]),
        ([answer("甲", 6.0), answer("乙", 4.5)], ["1.1", "岸线", "≥ 10 公里", "6", "甲", "2/2"]),
        ([answer("甲", 1234567.5)], ["1.1", "岸线", "≥ 10 公里", "1234567.5", "甲", "1/1"]),
    ],
)
def test_indicator_takes_one_line_with_the_first_value_and_how_many_answered(
    answers: list[dict[str, Any]], line: list[str]
) -> None:
    assert periods._indicator_lines(answers) == [line]


def test_many_tasks_are_counted_and_few_are_named() -> None:
    assert few((3, 5)) == "3, 5"
    assert few(tuple(range(10, 600))) == "590 tasks from 10"


def test_names_are_set_apart_as_the_language_does() -> None:
    assert listed(["甲", "乙"]) == "甲, 乙"
    with speaking("zh"):
        assert listed(["甲", "乙"]) == "甲、乙"
        assert listed([]) == ""


def story(**changed: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": 7, "problem": None, "month": "2022-06", "clause": "1.1", "unit": "市水利局", "title": "岸线整治", "text": "清理岸线。",
        "state": "returned", "state_label": "returned", "round": 2, "version": 5, "due_on": "2022-06-30", "cause": "5 days left",
        "indicators": [{"id": 3, "name": "岸线", "op": ">=", "target": 10.0, "unit": "公里"}],
        "reports": [
            {"number": 1, "round": 1, "filed_at": "2022-06-20 09:00", "percent": 40, "progress": "清理三公里。", "reason": "",
             "problems": "资金不足", "next_steps": "", "values": [{"indicator_id": 3, "value": 3.0, "reason": ""}]},
            {"number": 2, "round": 2, "filed_at": "2022-06-21 09:00", "percent": 0, "progress": "", "reason": "汛期停工",
             "problems": "", "next_steps": "", "values": [{"indicator_id": 3, "value": None, "reason": "停工"}]},
        ],
        "events": [{"at": "2022-06-21 10:00", "actor_name": "周代办", "acting_for": "赵一", "action": "report", "label": "report",
                    "reason": ""}],
        "messages": [{"id": 4, "recipient": "李一", "event": "urging", "state": "sent", "created_at": "2022-06-27 09:00"}],
        "offered": [{"action": "report", "label": "report", "asks": ["progress", "percent"],
                     "may": {"to_state": [], "straight_back": False, "signers": False}}],
        "seats": [], "one_signature": False, "looks_back": False, "handler": "", "papers": [], "origins": [], "copies": [],
        "flow_title": "monthly report", "flow_version": "3836c2ed",
    }  # fmt: skip
    return told | changed


def test_story_says_what_is_asked_what_was_filed_and_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    taskstory.tell(story())
    said = capsys.readouterr().out
    for words in (
        "岸线 ≥ 10公里",
        "40% 清理三公里。",
        "资金不足",
        "岸线: 3公里",
        "0% No progress this month: 汛期停工",
        "岸线: – (停工)",
        "周代办 (赵一)  report",
        "urging notice, sent",
    ):
        assert words in said
    assert said.splitlines()[-1].strip() == 'duban task report 7 --progress "…" --percent … --indicator "岸线=…"'


def test_story_without_a_step_offers_none(capsys: pytest.CaptureFixture[str]) -> None:
    taskstory.tell(story(offered=[], indicators=[], reports=[], events=[], messages=[]))
    assert capsys.readouterr().out.splitlines()[-1] == "You may now: –"


def test_action_without_a_command_of_its_own_is_typed_with_what_it_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {
        "action": "verify",
        "label": "verify on site",
        "asks": ["visit"],
        "may": {"to_state": [], "straight_back": False, "signers": False},
    }
    taskstory.tell(story(offered=[asked], month="", clause="problem 3", indicators=[], problem=3))
    said = capsys.readouterr().out.splitlines()
    assert said[-1].strip() == 'duban problem verify 3 --visited-on … --found "…"'
    taskstory.tell(story(offered=[{**asked, "action": "inspect"}], month="", clause="problem 3", problem=3))
    assert capsys.readouterr().out.splitlines()[-1].strip() == 'duban task do inspect 7 --visited-on … --found "…"'
    assert said[0] == "Task 7 · problem 3 · 市水利局"


def test_story_says_who_has_it_who_signs_and_who_was_shown_it(capsys: pytest.CaptureFixture[str]) -> None:
    seats = [{"name": "李一", "signed": True}, {"name": "周二", "signed": False}]
    copies = [{"name": "钱二", "read_at": "2022-06-21 10:00"}, {"name": "孙三", "read_at": ""}]
    taskstory.tell(story(handler="郑审核", seats=seats, copies=copies))
    said = capsys.readouterr().out.splitlines()
    assert "Forwarded to: 郑审核" in said
    assert "Signatures: 李一 (signed), 周二 (not signed yet)" in said
    assert "Flow: monthly report (3836c2ed)" in said
    taskstory.tell(story(seats=seats, one_signature=True))
    assert "One of these signs: 李一 (signed), 周二 (not signed yet)" in capsys.readouterr().out.splitlines()
    assert "Copies: 钱二 (2022-06-21 10:00), 孙三 (not read yet)" in said


def test_what_may_be_added_to_an_action_stands_in_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    may = {"to_state": ["returned", "reported"], "straight_back": True, "signers": False}
    back = {"action": "return", "label": "return", "asks": ["reason"], "may": may}
    taskstory.tell(story(offered=[back]))
    wanted = 'duban task do return 7 --reason "…" [--to-state returned|reported] [--straight-back]'
    assert capsys.readouterr().out.splitlines()[-1].strip() == wanted
    named = {"action": "approve", "label": "approve", "asks": [], "may": {**may, "to_state": [], "straight_back": False,
             "signers": True}}  # fmt: skip
    taskstory.tell(story(offered=[named]))
    assert capsys.readouterr().out.splitlines()[-1].strip() == "duban task do approve 7 [--to LOGIN …]"


def test_every_option_that_an_action_can_ask_for_has_its_words() -> None:
    from workflow.flow_store import SHIPPED, shipped

    asked = {name for flow in SHIPPED for step in shipped(flow).steps for name in step.gives}
    own = {"indicators", "reason_for_no_progress", "filing", "evidence", "signer_and_seal", "summary"}
    assert asked - own == set(taskstory._OPTIONS)


def test_every_action_that_can_be_offered_has_its_command() -> None:
    from models.states import Action

    assert set(Action) - set(taskstory._TYPED) == {Action.AGGREGATE}

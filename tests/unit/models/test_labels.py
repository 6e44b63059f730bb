"""Every stored code that people are shown has a name."""

from __future__ import annotations

from pathlib import Path

import pytest

import notifications
from models import labels
from models.language import speaking
from models.states import Action, Stage
from schedules.rules import ladder_of
from workflow.authorisation import MATRIX
from workflow.flow_store import SHIPPED, shipped

TEMPLATES = Path(notifications.__file__).parent / "templates"


def test_every_deed_that_is_granted_has_a_name() -> None:
    assert set(MATRIX) - set(labels.DEEDS) == set()


def test_every_message_and_every_rule_has_a_name() -> None:
    templates = {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir() and not folder.name.startswith("_")}
    rules = {rule.name for name in SHIPPED for rule in ladder_of(shipped(name))}
    assert (templates | rules) - set(labels.MESSAGES) == set()


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        (labels.deed, "task.report", "report"),
        (labels.deed, "report", "report"),
        (labels.deed, "summary.issue", "issue the summary"),
        (labels.deed, "never.heard.of", "never.heard.of"),
        (labels.message, "urging", "urging notice"),
        (labels.message, "our_own_rule", "our_own_rule"),
        (labels.thing, "filing", "Form"),
        (labels.thing, "whatever", "whatever"),
    ],
)
def test_code_is_said_in_words_and_an_unknown_one_as_it_is(name: object, code: str, said: str) -> None:
    assert callable(name)
    with speaking("en"):
        assert name(code) == said


def test_monthly_report_says_of_its_states_and_actions_what_everybody_says() -> None:
    flow = shipped("monthly_report")
    for language in ("zh", "en"):
        with speaking(language):
            assert {labels.deed(action.value) for action in Action} == {action.label for action in Action}
            said = {name: flow.action_label(name) for name in flow.actions}
            assert said.pop("send_back") in {"退经办人", "send back to the clerk"}  # no command of its own
            assert said == {one.value: one.label for one in Action}
            assert {name: flow.state_label(name) for name in flow.by_name} == {one.value: one.label for one in Stage}

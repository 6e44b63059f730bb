"""Every stored code that people are shown has a name."""

from __future__ import annotations

from pathlib import Path

import pytest

import notifications
from models import labels
from models.language import speaking
from models.states import Action, TaskState
from schedules.rules import DEFAULT_RULES, load_rules
from workflow.permissions import DEEDS

TEMPLATES = Path(notifications.__file__).parent / "templates"


def test_every_deed_that_is_granted_has_a_name() -> None:
    assert set(DEEDS) - set(labels.DEEDS) == set()


def test_every_message_and_every_rule_has_a_name() -> None:
    templates = {folder.name for folder in TEMPLATES.iterdir() if folder.is_dir() and not folder.name.startswith("_")}
    rules = {rule.name for rule in load_rules(DEFAULT_RULES)}
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
        (labels.state, "returned", "returned"),
        (labels.state, "", ""),
    ],
)
def test_code_is_said_in_words_and_an_unknown_one_as_it_is(name: object, code: str, said: str) -> None:
    assert callable(name)
    with speaking("en"):
        assert name(code) == said


def test_actions_and_states_keep_the_words_of_the_law() -> None:
    assert {labels.deed(action.value) for action in Action} == {action.label for action in Action}
    assert {labels.state(state.value) for state in TaskState} == {state.label for state in TaskState}

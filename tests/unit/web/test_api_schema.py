"""The interface held against its own schema: whatever is sent, no fault, and every answer as it is described.

Most of what is drawn is nonsense; where it is well formed it is bent to things that exist, so that rules are met, too.
``DUBAN_TEST_SEED`` sets another seed than the usual one; it is printed when a test fails.
"""

from __future__ import annotations

import os
import re
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from kit.api import new_token
from kit.desk import desk_of
from kit.office import small_office
from models.settings import WebSettings
from web.api.app import schema
from web.api.shapes import MONTH
from web.frame.addresses import HIGHEST

if TYPE_CHECKING:
    from schemathesis import BaseSchema, Case

SEED = int(os.environ.get("DUBAN_TEST_SEED", "20220625"))
ACTIONS = ("receive", "report", "withdraw", "sign_stamp", "approve", "return", "reopen", "waive", "aggregate")
OPERATIONS = tuple(one["operationId"] for methods in schema()["paths"].values() for one in methods.values())
_tokens: dict[str, Any] = {}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> BaseSchema:
    """The schema of a small office in which something was reported and signed."""
    import schemathesis

    known_as = WebSettings(public_url="http://testserver")  # as the tool calls what it asks
    desk = desk_of(small_office(tmp_path_factory.mktemp("office")), web=known_as)
    office, now = desk.office, desk.clock.now
    office.report(office.tasks["1.1", "市发改委"], now)
    office.report(office.tasks["1.2", "市水利局"], now)
    office.sign(office.tasks["1.2", "市水利局"], now)
    mine = (new_token(desk, "clerk1", "read", "file"), new_token(desk, "reviewer", "read", "review"))
    _tokens["turn"] = cycle(mine)
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", desk.app)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_answer_is_as_the_schema_describes_it(described: BaseSchema, name: str, mode: str) -> None:
    # here, for importing it takes each process of the tests a second, and one needs it
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    print("seed", SEED)
    operation = described.find_operation_by_id(name)
    drawn = operation.as_strategy(generation_mode=GenerationMode(mode))

    @seed(SEED)
    @settings(
        max_examples=7, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=drawn)
    def check(case: Case) -> None:
        _bend(case)
        headers = {"Authorization": f"Bearer {next(_tokens['turn'])}"}
        # a schema cannot say which cursors there are, nor which report a rule lets pass
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    check()


def _bend(case: Case) -> None:
    """Well formed numbers, months, actions and versions become ones that exist."""
    for sent in (case.path_parameters, case.query, *_bodies(case.body)):
        for name, value in list(sent.items()):
            if name == "task_id" and _number(value):
                sent[name] = 1 + value % 8
            elif name == "version" and _number(value):
                sent[name] = 1 + value % 3
            elif name == "month" and isinstance(value, str) and re.fullmatch(MONTH, value) and value > "1950":
                sent[name] = "2022-06"
            elif name == "action" and isinstance(value, str) and re.fullmatch(r"[a-z][a-z_]{0,47}", value):
                sent[name] = ACTIONS[len(value) % len(ACTIONS)]


def _bodies(body: Any) -> list[dict[str, Any]]:
    if not isinstance(body, dict):
        return []
    items = body.get("items")
    return [body, *(item for item in items if isinstance(item, dict))] if isinstance(items, list) else [body]


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= HIGHEST

"""What a monitor is told: figures as they stand, behind a token, and nothing that names anybody."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped] # it has no types here
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from kit.desk import DeskOf, desk_of
from kit.office import UNITS, at, small_office
from schedules.runner import beat
from workflow.gauges import MUST_BE_ZERO

if TYPE_CHECKING:
    from collections.abc import Mapping

NOON = at("2022-06-20 12:00")
TOKEN = "a-token-for-the-monitor"
DEPLOY = Path(__file__).parents[3] / "deploy" / "monitoring"


@pytest.fixture
def desk(tmp_path: Path) -> DeskOf:
    office = small_office(tmp_path)
    office.report(office.tasks["1.1", UNITS[1]], NOON)
    return desk_of(office, NOON, metrics_token=SecretStr(TOKEN))


def told(desk: DeskOf) -> dict[str, dict[tuple[str, ...], float]]:
    """Name → the values of its labels but for office and node → the figure."""
    answer = desk.nobody().client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[_own(sample.labels)] = sample.value
    return found


def _own(labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(value for name, value in labels.items() if name not in {"office", "node"})


def test_the_figures_are_those_of_the_office(desk: DeskOf) -> None:
    beat(desk.office.database, 1, "sweep", NOON, 60, "一号机")
    found = told(desk)
    assert found["duban_tasks"][("reported",)] == 1
    assert sum(found["duban_tasks"].values()) == len(desk.office.tasks)
    assert found["duban_trail_events"][()] == len(desk.office.rows("event"))
    assert found["duban_loop_age_seconds"][("sweep",)] == 0
    assert found["duban_messages"][("due",)] == len(desk.office.rows("message", state="due"))
    assert found["duban_disk_free_bytes"][()] > 0
    assert {what for (what,) in found["duban_must_be_zero"]} == set(MUST_BE_ZERO)
    assert set(found["duban_must_be_zero"].values()) == {0}


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("sends_held", "UPDATE watermark SET held_reason = 'why'"),
        ("dead_messages", "UPDATE message SET state = 'dead'"),
        ("late_loops", "UPDATE heartbeat SET next_at = '2022-06-20 03:00:00.000000'"),
        ("clock_behind", "UPDATE watermark SET at = '2022-06-21 04:00:00.000000'"),
    ],
)
def test_what_must_be_zero_is_not_when_it_is_wrong(desk: DeskOf, what: str, statement: str) -> None:
    beat(desk.office.database, 1, "sweep", NOON, 60)
    with desk.office.database.write(1) as connection:
        connection.exec_driver_sql(
            "INSERT INTO watermark (office_id, at, held_reason) VALUES (1, '2022-06-20 03:00', '')"
        )
        connection.exec_driver_sql(statement)
    zero = told(desk)["duban_must_be_zero"]
    assert {name for (name,), figure in zero.items() if figure} == {what}


def test_answers_are_counted_by_route_and_never_by_what_was_typed(desk: DeskOf) -> None:
    clerk = desk.person("clerk1")
    clerk.get(f"/tasks/{desk.office.tasks['1.1', UNITS[1]]}")
    desk.nobody().client.get("/such-a-page-is-not-there")
    text = desk.nobody().client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    found = told(desk)["duban_requests_total"]
    assert found[("GET", "/tasks/{task_id}", "200")] == 1
    assert "such-a-page" not in text
    for unit in UNITS:
        assert unit not in text


def test_without_the_token_it_is_not_there(desk: DeskOf, tmp_path: Path) -> None:
    unknown = re.sub(r"such-a-page", "metrics", desk.nobody().client.get("/such-a-page").text)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
        answer = desk.nobody().client.get("/metrics", headers=headers)
        assert (answer.status_code, answer.text) == (404, unknown)
    closed = desk_of(desk.office, NOON)
    assert closed.nobody().client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_every_alarm_and_picture_asks_for_figures_that_are_told(desk: DeskOf) -> None:
    beat(desk.office.database, 1, "sweep", NOON, 60)
    told(desk)  # the first answer is counted once it is given
    known = set(told(desk)) | {"up"}
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    board = (DEPLOY / "grafana.json").read_text(encoding="utf-8")
    asked = set(
        re.findall(r"\b(duban_\w+|up|process_\w+)\b(?=[{\[ )>])", " ".join([*(rule["expr"] for rule in rules), board]))
    )
    assert asked
    assert asked <= known
    assert {rule["labels"]["what"] for rule in rules if "what" in rule["labels"]} == set(MUST_BE_ZERO)


@pytest.mark.parametrize(("language", "words"), [("zh", "留痕的条数。"), ("en", "Events in the trail.")])
def test_each_figure_is_explained_in_the_offices_language(tmp_path: Path, language: str, words: str) -> None:
    made = desk_of(small_office(tmp_path), NOON, metrics_token=SecretStr(TOKEN), language=language)
    text = made.nobody().client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    explained = dict(line.split(" ", 3)[2:] for line in text.splitlines() if line.startswith("# HELP duban_"))
    assert explained["duban_trail_events"] == words
    han = [name for name, said in explained.items() if re.search(r"[\u4e00-\u9fff]", said)]
    assert han == (list(explained) if language == "zh" else [])

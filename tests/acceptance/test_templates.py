"""An office's own words: tried before they are saved, kept in every version, and never a reason that a month stops."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from documents.samples import CASES, SAMPLES, check_words, fields, meaning
from documents.words import papers, source
from kit.door import MORNING, must_refuse
from kit.world import NOON
from models import tables as t
from models.adding import insert
from models.states import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from kit.door import Door

TITLE = "{% macro title(f) %}{{ f.month }}工作进展报告{% endmacro %}"


def written(door: Door, text: str, name: str = "own.txt") -> Path:
    file = door.world.folder / name
    file.write_text(text, encoding="utf-8")
    return file


def replace(door: Door, name: str, text: str) -> None:
    assert door.data("director", "template", "install", written(door, text), "--as", name)["installed"]


def put_in_unchecked(door: Door, name: str, text: str) -> None:
    """As if the template had been good for an earlier program."""
    with door.world.database.write(1) as connection:
        insert(connection, t.template, 1, name=name, sha256="e" * 64, text=text, installed_by="director",
               installed_at=NOON)  # fmt: skip


@pytest.mark.parametrize("paper", papers())
def test_words_of_every_paper_can_be_tried(paper: str) -> None:
    """A new paper is entered in ``documents/samples.py``, with every case."""
    assert paper in SAMPLES
    assert set(SAMPLES[paper].cases()) >= set(CASES)
    check_words(paper, source(paper))


@pytest.mark.parametrize("paper", papers())
def test_fields_of_a_paper_are_explained(paper: str) -> None:
    """Write what is missing into ``documents/templates/fields.toml``; a new field or two may wait for its words."""
    missing = [field for field in fields(paper) if not meaning(field)]
    assert len(missing) * 20 < len(fields(paper)), missing


def test_own_template_is_used_kept_and_taken_back(door: Door) -> None:
    replace(door, "returned/subject", "【请重报】{{ unit_name }}")
    assert not door.data("director", "template", "install", written(door, "【请重报】{{ unit_name }}"), "--as",
                         "returned/subject")["installed"]  # fmt: skip
    (row,) = door.data("system", "template", "list", "--own")
    assert (row["name"], row["by"], row["state"]) == ("returned/subject", "director", "own")
    assert "+【请重报】{{ unit_name }}" in door.data("director", "template", "diff", "returned/subject")["diff"]
    replace(door, "returned/subject", "【重报】{{ unit_name }}")
    first = door.data("director", "template", "show", "returned/subject", "--history")[0]["version"]
    old = door.data("director", "template", "show", "returned/subject", "--version", first[:8])
    assert old["text"] == "【请重报】{{ unit_name }}"
    door.data("director", "template", "remove", "returned/subject")
    assert not door.data("director", "template", "diff", "returned/subject")["differs"]
    door.refuses(1, "E-J05", "director", "template", "remove", "returned/subject")
    actions = [event["action"] for event in door.world.events() if event["object_type"] == "template"]
    assert actions == ["template.install", "template.install", "template.remove"]


@pytest.mark.parametrize("login", ["clerk1", "reviewer", "security", "system"])
def test_only_a_director_replaces_a_template(door: Door, login: str) -> None:
    door.refuses(1, "E-403", login, "template", "install", written(door, "x"), "--as", "returned/subject")
    assert door.world.rows("template") == []


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("returned", "x", "E-J03"),
        ("paper/nothing", "x", "E-J03"),
        ("paper/body", "x", "E-J03"),
        ("returned/body", " \n", "E-J06"),
        ("returned/body", "长" * 30_000, "E-J04"),
        ("paper/summary", "{% macro titel(f) %}x{% endmacro %}", "E-J02"),
        ("paper/summary", "{% macro title(f) %}{{ f.单位名 }}{% endmacro %}", "E-J01"),
        ("paper/summary", "{% macro title() %}x{% endmacro %}", "E-J01"),
        ("paper/summary", "{% macro opening(f) %}{{ f.单位名 }}{% endmacro %}", "E-J01"),
    ],
)
def test_file_that_cannot_be_a_template_is_refused(door: Door, name: str, text: str, code: str) -> None:
    around = door.around("director", MORNING)
    must_refuse(1, code, "template", "check", written(door, text), "--as", name, **around)


def test_message_goes_out_in_the_shipped_words_when_the_own_ones_fail(door: Door) -> None:
    """Once a version in the trail, however many messages it was; the doctor names it."""
    put_in_unchecked(door, "approved/subject", "{{ gone }}")
    for task in (door.world.task, door.world.tasks["1.2", "市水利局"]):
        door.world.bring_to(task, Stage.REVIEWED)
    door.data("system", "scheduler", "tick", "--at", "2022-06-20T12:30")
    told = door.world.rows("message", event="approved")
    assert [(one["state"], one["subject"][:1]) for one in told] == [("sent", "【")] * 2
    assert [event["detail"]["name"] for event in door.world.events() if event["action"] == "template.failed"] == [
        "approved/subject"
    ]
    said = [
        row["said"] for row in json.loads(door.run("system", "doctor", "--json").out) if row["check"] == "Own templates"
    ]
    assert len(said) == 2
    assert all("approved/subject" in one for one in said)


def test_issued_summary_names_the_words_it_was_issued_in(door: Door) -> None:
    replace(door, "paper/summary", TITLE)
    used = door.data("director", "template", "list", "--own")[0]["version"]
    door.world.bring_to(door.world.task, Stage.REVIEWED)
    door.data("director", "summary", "issue", "2022-06", "--number", "清河办〔2022〕6号")
    door.data("director", "template", "remove", "paper/summary")
    assert door.data("director", "summary", "show", "2022-06")["words"] == used


def test_summary_is_issued_in_the_shipped_words_when_the_own_ones_fail(door: Door) -> None:
    put_in_unchecked(door, "paper/summary", "{% macro title(f) %}{{ f.gone }}{% endmacro %}")
    door.world.bring_to(door.world.task, Stage.REVIEWED)
    said = door.run("director", "summary", "issue", "2022-06", "--number", "清河办〔2022〕6号")
    assert said.code == 0
    assert "paper/summary" in said.err
    with door.world.database.read() as connection:
        assert connection.scalar(sa.select(t.summary.c.words_sha256)) != "e" * 64
    assert [event["action"] for event in door.world.events() if event["object_type"] == "template"] == [
        "template.failed"
    ]

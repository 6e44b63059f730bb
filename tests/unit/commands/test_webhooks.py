"""Events for other programs at the terminal: set up in the settings, sent by a tick, looked after by the administrator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kit.door import Door
from kit.office import BEGIN

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "a-secret-of-the-platform"


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """An office with an endpoint that nobody listens at, and one step that it was not told of."""
    made = Door.of(tmp_path)
    (tmp_path / "platform.secret").write_text(SECRET, "utf-8")
    (tmp_path / "platform.secret").chmod(0o600)
    group = 'name = "platform"\nurl = "http://127.0.0.1:9/hook"\nsecret_file = "platform.secret"\nallow_hosts = ["127.0.0.1"]'
    (tmp_path / "duban.toml").write_text(f"rehearsal = true\n[[webhooks]]\n{group}\n", "utf-8")
    assert made.run("system", "scheduler", "tick").code == 0
    made.world.report(made.world.tasks["1.1", "市发改委"], BEGIN)
    assert made.run("system", "scheduler", "tick").code == 0
    return made


def test_what_a_program_did_not_take_is_shown_and_sent_again_by_who_looks_after_it(door: Door) -> None:
    rows = door.data("system", "webhook", "list")
    assert [(row["endpoint"], row["payload"]["type"], row["state"]) for row in rows] == [
        ("platform", "task.report", "retry")
    ]
    door.world.change("webhookdelivery", 1, state="dead", attempts=8)
    assert "duban webhook list --state dead" in door.run("system", "doctor").out
    assert door.run("system", "webhook", "retry", 1).code == 0
    assert door.data("system", "webhook", "list", "--state", "due")[0]["reason"] == ""
    event = door.world.rows("event")[-1]
    assert (event["action"], event["object_type"], event["actor"]) == ("webhook.retry", "webhook", "system")


def test_who_may_not_look_after_messages_may_not_look_after_these(door: Door) -> None:
    door.refuses(1, "E-403", "clerk1", "webhook", "list")
    assert door.run("clerk1", "webhook", "retry", 1).code == 1
    assert door.run("system", "webhook", "retry", 9).code == 4


def test_one_that_was_sent_is_not_sent_again(door: Door) -> None:
    door.world.change("webhookdelivery", 1, state="sent")
    said = door.run("system", "webhook", "retry", 1)
    assert (said.code, "E-H87" in said.err) == (1, True)


def test_the_settings_in_force_show_no_secret(door: Door) -> None:
    shown = json.dumps(door.data("system", "settings"))
    assert "platform" in shown
    assert "127.0.0.1:9" not in shown
    assert SECRET not in shown


def test_an_endpoint_that_cannot_be_used_is_said_before_anything_runs(door: Door) -> None:
    file = door.world.folder / "duban.toml"
    file.write_text(file.read_text("utf-8").replace('allow_hosts = ["127.0.0.1"]', ""), "utf-8")
    said = door.run("system", "scheduler", "tick")
    assert (said.code, "E-C10" in said.err, "webhooks.0" in said.err) == (5, True, True)

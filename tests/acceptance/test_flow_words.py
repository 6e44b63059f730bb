"""An office's own flow with messages of its own: one file, two templates, and they go out as written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.door import speak
from workflow.flow_store import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from kit.door import Door

#: the shipped month, in which the clerk is thanked in the office's own words
THANKING = shipped("monthly_report").text.replace('tells = { clerk = "approved" }', 'tells = { clerk = "thanks" }')


def test_own_flow_speaks_in_the_offices_own_words(door: Door) -> None:
    home = door.world.folder
    file = home / "own.toml"
    file.write_text(THANKING, "utf-8")
    door.refuses(1, "E-W04", "director", "flow", "install", file)
    subject, body = home / "subject.txt", home / "body.txt"
    subject.write_text("报送已采用", "utf-8")
    body.write_text("{{ recipient_name }}同志：\n谢谢，{{ tasks | length }}项已采用。\n", "utf-8")
    assert door.data("director", "template", "install", subject, "--as", "thanks/subject")["installed"]
    door.refuses(1, "E-W04", "director", "flow", "install", file)  # half a message is none
    assert door.data("director", "template", "install", body, "--as", "thanks/body")["installed"]
    assert door.run("director", "flow", "check", file).code == 0
    assert door.data("director", "flow", "install", file)["installed"]
    plan = door.data("director", "flow", "migrate", "monthly_report", "--plan")
    door.data("director", "flow", "migrate", "monthly_report", "--yes", plan["digest"])
    task = door.world.task
    door.world.bring_to(task, "reviewed")
    door.data("system", "scheduler", "tick", "--at", "2022-06-20T12:30")
    (told,) = door.world.rows("message", event="thanks")
    assert (told["state"], told["subject"], told["body"]) == ("sent", "报送已采用", "赵一同志：\n谢谢，1项已采用。\n")
    door.refuses(1, "E-J09", "director", "template", "remove", "thanks/body")


def test_flow_is_checked_where_no_office_is(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(shipped("monthly_report").text, "utf-8")
    assert speak("flow", "check", file, DUBAN_HOME=str(tmp_path / "none")).code == 0

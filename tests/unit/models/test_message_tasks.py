"""The index of a task's messages is what the messages say they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.office import UNITS, at, small_office

if TYPE_CHECKING:
    from pathlib import Path

NOON = at("2022-06-20 12:00")


def test_a_message_is_found_by_each_of_its_tasks_and_by_those_it_grows_by(tmp_path: Path) -> None:
    office = small_office(tmp_path)
    one, two, three = (office.tasks[task] for task in (("1.1", UNITS[0]), ("1.1", UNITS[1]), ("2.2", UNITS[2])))
    given = {
        "event": "due_soon", "recipient_id": office.people["clerk1"], "channel": "file", "fields": {},
        "while_states": [], "state": "due", "created_at": NOON, "next_at": NOON, "attempts": 0,
    }  # fmt: skip
    before = len(office.rows("message_task"))
    many = office.add("message", **given, dedupe_key="a", message_id="a", about=[[one, 1, 1], [two, 1, 1], [one, 2, 1]])
    office.add("message", **given, dedupe_key="b", message_id="b", about=[])
    assert len(office.rows("message_task")) == before + 2
    office.change("message", many, about=[[one, 1, 1], [two, 1, 1], [one, 2, 1], [three, 1, 1]])
    assert {row["task_id"] for row in office.rows("message_task", message_id=many)} == {one, two, three}

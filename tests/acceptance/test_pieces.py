"""Lists that grow come in pages: every row on one of them, and a word on what is left, beside the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.door import Door

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door.of(tmp_path)


def test_every_task_is_on_one_page_and_what_is_left_is_told_beside(door: Door) -> None:
    whole = [row["id"] for row in door.data("director", "task", "list")]
    pages = [door.run("director", "task", "list", "--limit", 4, "--page", page, "--json") for page in (1, 2)]
    assert [row["id"] for page in pages for row in page.data] == whole
    assert [page.err for page in pages] == [
        "Page 1, 4 a page, of 6 in all. The next ones: --page 2\n", "Page 2, 4 a page, of 6 in all.\n",
    ]  # fmt: skip
    assert door.run("director", "task", "list", "--json").err == ""


def test_a_closed_months_tasks_are_listed_when_they_are_asked_for(door: Door) -> None:
    whole = [row["id"] for row in door.data("director", "task", "list")]
    with door.world.database.write(1) as connection:
        connection.exec_driver_sql("UPDATE period SET state = 'closed'")
    assert door.data("director", "task", "list") == []
    newest_first = [row["id"] for row in door.data("director", "task", "list", "--every-month")]
    assert newest_first == sorted(whole, reverse=True)
    assert len(door.data("director", "task", "list", "--month", "2022-06")) == 6
    late = door.run("director", "task", "list", "--every-month", "--late", "--json", now="2022-07-20T09:00")
    assert {row["id"] for row in late.data} == set(whole)


def test_messages_of_every_state_come_with_the_newest_first(door: Door) -> None:
    model = {
        "event": "returned", "recipient_id": 1, "channel": "file", "fields": {}, "message_id": "", "subject": "x",
        "created_at": door.world.row("login", 1)["created_at"], "next_at": door.world.row("login", 1)["created_at"],
    }  # fmt: skip
    for number, state in enumerate(("sent", "dead", "sent", "held", "sent"), 1):
        door.world.add("message", dedupe_key=f"k{number}", state=state, **model)
    told = {
        state: [row["id"] for row in door.data("director", "message", "list", "--state", state)]
        for state in ("sent", "dead")
    }
    assert told["sent"] == sorted(told["sent"], reverse=True)
    assert (len(told["sent"]), len(told["dead"])) == (3, 1)
    second = door.run("director", "message", "list", "--limit", 2, "--page", 2, "--json")
    assert len(second.data) == 2
    assert second.err.startswith("Page 2, 2 a page, of 5 in all.")

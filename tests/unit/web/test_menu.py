"""The menu: under headings where it is long, the page that is open marked, nothing that is not one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.desk import desk_of
from kit.office import small_office
from models.states import Role
from web.frame.menu import menu_for
from workflow.case import Actor, Post

if TYPE_CHECKING:
    from pathlib import Path


def somebody(*roles: Role) -> Actor:
    return Actor(1, "login", "name", tuple(Post(role, None) for role in roles))


def test_a_short_menu_has_no_headings_and_a_long_one_has() -> None:
    assert [group.heading for group in menu_for(somebody(Role.CLERK), "/")] == ["", ""]
    assert all(group.heading for group in menu_for(somebody(Role.DIRECTOR), "/"))


@pytest.mark.parametrize(
    ("path", "here"),
    [
        ("/", "/"),
        ("/tasks/12", "/tasks"),
        ("/duties/absences", "/duties/absences"),
        ("/duties/new", "/duties"),
        ("/inbox", None),
    ],
)
def test_the_page_that_is_open_is_marked_once(path: str, here: str | None) -> None:
    shown = [entry for group in menu_for(somebody(*Role), path) for entry in group.entries]
    assert [entry.path for entry in shown if entry.here] == ([here] if here else [])


def test_nobody_without_a_duty_is_offered_more_than_the_first_page() -> None:
    assert [entry.path for group in menu_for(somebody(), "/") for entry in group.entries] == ["/"]


def test_every_entry_leads_to_a_page(tmp_path: Path) -> None:
    desk = desk_of(small_office(tmp_path))
    for login, own in (("director", Role.DIRECTOR), ("clerk1", Role.CLERK), ("security", Role.SECURITY)):
        person = desk.person(login)
        for group in menu_for(somebody(own), "/"):
            for entry in group.entries:
                assert person.get(entry.path).status_code == 200, (login, entry.path)

"""What things cost, by counting and not by the clock: statements of a step and of a page, modules of a command."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import cli
from kit.costs import FLOWS, measured, statements, written
from kit.desk import DeskOf, desk_of
from kit.door import Door
from kit.flows import walker
from kit.office import at
from kit.years import grown_office
from models.states import Role
from workflow import telling
from workflow.flow_store import MONTHLY

if TYPE_CHECKING:
    from pathlib import Path

NOW = at("2022-06-24 09:00")
PAGES = {
    "director": ("/", "/tasks", "/tasks/2", "/months/2022-06"),
    "reviewer": ("/review",),
    "clerk1": ("/",),
    "audit": ("/trail",),
}
#: what neither a list of commands nor a completion needs
HEAVY = {"sqlalchemy", "sqlmodel", "pydantic", "alembic", "jinja2", "rich", "docx", "openpyxl", "numpy", "asyncio"}
#: commands that load some of it to know their own words and options
LADEN = {
    "drafts",
    "forms",
    "inspections",
    "notices",
    "papers",
    "problems",
    "rehearse",
    "running",
    "summaries",
    "templates",
}
#: what no step on one task needs
IDLE = {
    "alembic",
    "apscheduler",
    "jinja2",
    "docx",
    "openpyxl",
    "numpy",
    "PIL",
    "typst",
    "lxml",
    "fastapi",
    "pypdf",
    "argon2",
    "sqlmodel",
    "sqlalchemy.orm",
    "models.rows",
    "models.facts",
}


@pytest.mark.parametrize("flow", FLOWS)
def test_an_action_takes_no_more_statements_than_it_did(tmp_path: Path, flow: str) -> None:
    world = walker(tmp_path, flow).world
    found = measured(world, flow)
    world.database.close()
    allowed = written()[flow]
    grown = {action: (allowed.get(action), count) for action, count in found.items() if count > allowed.get(action, 0)}
    assert grown == {}, "(allowed, found); if it must be so: cd tests && ../.venv/bin/python -m kit.costs"


def test_a_page_asks_no_more_for_more_tasks(tmp_path: Path) -> None:
    few, many = (
        desk_of(grown_office(tmp_path / f"{clauses}", units=1, clauses=clauses, months=1), NOW) for clauses in (1, 14)
    )
    assert len(many.office.rows("task")) > 3 * len(few.office.rows("task"))
    for login, pages in PAGES.items():
        assert asked(many, login, pages) == asked(few, login, pages)


def test_whom_a_step_tells_is_found_by_the_duty_and_not_among_all_people(tmp_path: Path) -> None:
    """The office's reviewers, a unit's leader: a step costs the same in an office of a thousand people."""
    world = walker(tmp_path, MONTHLY).world
    with world.database.read() as connection:
        for role, unit in ((Role.REVIEWER, None), (Role.LEADER, 1)):
            with statements(world.database) as texts:
                telling.people_with(connection, world.office_id, (role,), NOW.date(), unit_id=unit)
            (text,) = texts
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?")).scalars(3)
            assert [step for step in plan if " duty " in step] == [
                "SEARCH duty USING INDEX ix_duty_unit (office_id=? AND unit_id=? AND role=?)"
            ]
    world.database.close()


def asked(desk: DeskOf, login: str, pages: tuple[str, ...]) -> dict[str, int]:
    """How many statements each page takes, the second time it is opened."""
    browser, found = desk.person(login), {}
    for page in pages:
        assert browser.get(page).status_code == 200, page
        desk.site.seen.settle()
        with statements(desk.site.database) as texts:
            browser.get(page)
        found[page] = len(texts)
    return found


def test_commands_know_their_words_without_a_database() -> None:
    """So that a completion is there at once."""
    light = sorted({module for module, _help in cli.COMMANDS.values()} - {f"commands.{name}" for name in LADEN})
    script = f"import sys, importlib\nfor name in {light}:\n    importlib.import_module(name)\n"
    script += f"    assert not {HEAVY} & sys.modules.keys(), (name, {HEAVY} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_command_on_one_task_loads_what_it_needs(tmp_path: Path) -> None:
    around = {**os.environ, **Door.of(tmp_path).around("clerk1", "2022-06-10T09:00")}
    for words in (["task", "receive", "1"], ["task", "list"]):
        script = (
            f"import sys, cli\ntry:\n    cli.main({words})\nfinally:\n"
            "    print(*sys.modules, sep='\\n', file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", script], env=around, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert IDLE & set(done.stderr.splitlines()) == set(), words

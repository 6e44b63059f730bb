"""Every door of the program leads past the matrix: no address and no command is there that asks nothing.

Each command is run as it stands in its help by everybody whose duty is not granted what is behind it: it is refused
before anything else is said, nothing is changed, and the attempt stands in the trail. The addresses of the desk are
tried in ``tests/unit/web/test_every_address.py``.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from kit.desk import desk_of
from kit.doors import COMMANDS, KINDS, doors, given, routes
from kit.office import small_office
from kit.stage import Seat, Stage, make_stage
from models.errors import Denied, DubanError
from models.states import Role
from workflow.authorisation import MATRIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: asked further in, behind a door at which something else is asked, or nothing
WITHIN = {
    "report.read": "GET /tasks/{task_id}", "paper.supervise": "POST /papers/new",
    "token.manage": "POST /tokens/{number}/revoke", "archive.verify": "duban archive verify",
}  # fmt: skip
#: one of each duty, of a unit to which nothing in the examples belongs; and somebody without one
TRYING = {
    "clerk3": Role.CLERK, "leader3": Role.LEADER, "reviewer": Role.REVIEWER, "director": Role.DIRECTOR,
    "reader": Role.READER, "system": Role.SYSTEM, "security": Role.SECURITY, "audit": Role.AUDIT, "idle": None,
}  # fmt: skip


def test_every_address_and_every_command_is_bound_to_what_is_asked_behind_it(tmp_path: Path) -> None:
    addresses = routes(desk_of(small_office(tmp_path)).app.routes)
    there = {f"{method} {path}" for path, route in addresses for method in route.methods} | set(COMMANDS)
    assert (there - set(doors()), set(doors()) - there) == (set(), set()), (
        "new doors, and doors that are gone: kit/doors.txt"
    )
    assert set(doors().values()) <= {*MATRIX, *KINDS}


def test_every_deed_has_a_door() -> None:
    assert set(MATRIX) - set(doors().values()) == set(WITHIN)
    assert set(WITHIN.values()) <= set(doors())


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = make_stage(tmp_path_factory.mktemp("doors"))
    (made.world.folder / "duban.toml").touch()
    yield made
    made.world.database.close()


@pytest.fixture(scope="module")
def untouched(stage: Stage) -> dict[str, Any]:
    return stage.world.picture()


GUARDED = [path for path in COMMANDS if doors().get(path, "open") not in {"open", "login", "host"}]


@pytest.mark.parametrize("path", GUARDED)
def test_a_command_refuses_whoever_is_not_granted_it_before_anything_else(
    stage: Stage, untouched: dict[str, Any], tmp_path: Path, path: str
) -> None:
    command, deed, wrong = COMMANDS[path], doors()[path], list[tuple[Any, ...]]()
    words = given(path, command, tmp_path)
    for login, role in TRYING.items():
        if role in (MATRIX[deed] if deed in MATRIX else set(Role) - {Role.SYSTEM, Role.SECURITY, Role.AUDIT}):
            continue
        head, actor = stage.head(), stage.actor(login)
        try:
            inspect.unwrap(command.callback)(Seat(stage, actor), **words)  # type: ignore[arg-type]
            end = "done"
        except DubanError as refusal:
            end = refusal.code if isinstance(refusal, Denied) or refusal.exit_code == 4 else f"{refusal}"
        codes = [row.detail.get("code") for row in stage.events(head) if (row.actor, row.result) == (login, "denied")]
        # tasks of a batch are refused one by one, which the outcome tells
        if not codes or end not in {"done", *codes[:1]} or set(codes) - {"E-403", "E-404"}:
            wrong.append((login, end, codes))
    assert wrong == []
    assert stage.world.picture() == untouched

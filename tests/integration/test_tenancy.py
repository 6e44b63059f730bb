"""Two offices in one database, with the same numbers: whatever is done in one, the other neither shows nor feels it."""

from __future__ import annotations

import inspect
import re
import shutil
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from deeds.running import delivery
from kit.api import new_token
from kit.desk import DeskOf, desk_of
from kit.done import DONE
from kit.doors import COMMANDS, doors, given, routes
from kit.office import MONTH, at
from kit.parts import each_statement_looks_into_one_part
from kit.server import SERVER, empty_database
from kit.stage import LATE, MASTER, Seat, Stage, make_stage
from kit.tenancy import MARK, SECOND, every_statement_names_its_office, lines, renumber, settle
from models.database import Database, sqlite_url
from models.errors import DubanError
from models.schema import migrate
from models.states import Role
from schedules.runner import tick
from schedules.select import NO_DRIFT
from workflow.authorisation import MATRIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: a person of each duty, those first who see most
PEOPLE = {
    Role.DIRECTOR: "director", Role.REVIEWER: "reviewer", Role.LEADER: "leader1", Role.CLERK: "clerk1",
    Role.READER: "reader", Role.SYSTEM: "system", Role.SECURITY: "security", Role.AUDIT: "audit",
}  # fmt: skip
#: they wait for somebody, work on another folder, or look at the whole database on purpose
ELSEWHERE = {"duban serve", "duban work", "duban scheduler run", "duban rehearse", "duban simulate", "duban init", "duban move",
             "duban login", "duban logout", "duban whoami", "duban password"}  # fmt: skip


class Shared(NamedTuple):
    """The first office's stage, in a database in which the second one is."""

    stage: Stage
    desk: DeskOf

    def other(self) -> dict[str, list[str]]:
        return lines(self.stage.world.database, SECOND)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """On PostgreSQL where there is a server, else in one file."""
    folder = tmp_path_factory.mktemp("shared")
    stage = make_stage(folder / "first")
    second = folder / "second.db"
    shutil.copy(stage.world.folder / MASTER, second)
    renumber(second)
    first = stage.copy(folder / "copied")
    first.world.database.close()
    if SERVER:
        with empty_database("shared") as url:
            yield from _together(first, second, url)
    else:
        yield from _together(first, second, sqlite_url(folder / "both.db"))
    stage.world.database.close()


def _together(first: Stage, second: Path, url: str) -> Iterator[Shared]:
    database = Database(url)
    migrate(database)
    settle(first.world.folder / "duban.db", 1, database)
    settle(second, SECOND, database)
    first.world.database = database
    desk = first._desk = desk_of(first.world, LATE, database=url)
    yield Shared(first, desk)
    desk.site.database.close()
    database.close()


@contextmanager
def each_in_its_office(stage: Stage) -> Iterator[list[str]]:
    """Every statement names its office and, on PostgreSQL, looks into that office's part of a large table."""
    on_server = each_statement_looks_into_one_part(stage.world.database) if SERVER else nullcontext({""})
    with every_statement_names_its_office() as heard, on_server as looked:
        yield heard
    assert looked


def granted(deed: str) -> str:
    """Somebody who may do what a door asks."""
    return next((login for role, login in PEOPLE.items() if role in MATRIX.get(deed, PEOPLE)), "director")


def asked(desk: DeskOf, login: str, address: str) -> Any:
    """A page in somebody's browser, or an address for programs with a token of theirs."""
    if not address.startswith("/api/"):
        return desk.person(login).get(address)
    token = new_token(desk, login, "read")
    return desk.nobody().get(address, Authorization=f"Bearer {token}")


def test_there_is_something_to_see(shared: Shared) -> None:
    other = shared.other()
    assert sum(MARK in line for some in other.values() for line in some) > 60
    mine = lines(shared.stage.world.database, 1)
    assert {name: len(some) for name, some in mine.items()} == {name: len(some) for name, some in other.items()}
    assert MARK not in str(mine)


def test_no_page_and_no_address_for_programs_shows_the_other(shared: Shared) -> None:
    before, wrong, seen = shared.other(), list[str](), 0
    numbers = {"month": MONTH, "code": shared.stage.things.code, "flow": "monthly_report", "name": "monthly_report"}
    with each_in_its_office(shared.stage) as heard:
        for path, route in routes(shared.desk.app.routes):
            if "GET" not in route.methods:
                continue
            login = granted(doors()[f"GET {path}"])
            filled = re.sub(r"{(\w+)(?::\w+)?}", lambda found: str(numbers.get(found[1], 1)), path)
            answer = asked(shared.desk, login, f"{filled}?q=市&month={MONTH}")
            seen += answer.status_code == 200
            if MARK in answer.text:
                wrong.append(f"{login} {filled} {answer.status_code}")
    assert wrong == []
    assert seen > 40
    assert len(heard) > 500
    assert shared.other() == before


def test_no_command_shows_the_other(shared: Shared, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, wrong, ended = shared.other(), list[str](), dict[str, str]()
    with each_in_its_office(shared.stage):
        for path, command in COMMANDS.items():
            if path in ELSEWHERE:
                continue
            actor = shared.stage.actor(granted(doors().get(path, "")))
            folder = tmp_path / path.replace(" ", "-")
            folder.mkdir()
            words = given(path, command, folder)
            try:
                inspect.unwrap(command.callback)(Seat(shared.stage, actor), **words)  # type: ignore[arg-type]
                ended[path] = "done"
            except DubanError as refusal:
                ended[path] = refusal.code
                print(refusal)
            except OSError as error:  # a file of the example that there is not
                ended[path] = str(error)
            said = capsys.readouterr()
            if MARK in said.out + said.err:
                wrong.append(path)
    assert wrong == []
    assert sum(end == "done" for end in ended.values()) > 40, ended
    assert shared.other() == before


def test_nothing_that_is_done_or_sent_reaches_the_other(shared: Shared) -> None:
    stage, before, done = shared.stage, shared.other(), 0
    with each_in_its_office(shared.stage):
        for deed, doing in DONE.items():
            for thing in doing.things:
                with suppress(DubanError):
                    doing.work(stage, stage.actor(granted(deed)), getattr(stage.things, thing, thing))
                    done += 1
        seat = Seat(stage, stage.actor("director"))
        for when in ("2022-06-28 12:00", "2022-07-04 12:00", "2022-07-11 12:00"):
            tick(stage.world.database, 1, None, delivery(seat), at(when), drift=NO_DRIFT)
    assert done > 50
    sent = [file.read_text("utf-8") for file in (stage.world.folder / "outbox").iterdir()]
    assert len(sent) > 3
    assert MARK not in "".join(sent)
    assert shared.other() == before
    assert MARK not in str(lines(stage.world.database, 1))

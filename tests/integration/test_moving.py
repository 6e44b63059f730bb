"""An office moved into PostgreSQL and back: the same rows, wherever it is killed, and nobody works on the half of it."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import random
import signal
import sqlite3
import tomllib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from kit.door import Said, must_refuse, speak
from kit.office import BEGIN
from kit.server import SERVER, empty_database, needs_server
from kit.stage import LATE, make_stage
from models import copying, relocation
from models import tables as t
from models.adding import insert
from models.database import Database
from models.errors import Unreachable
from models.rows import metadata
from models.schema import migrate
from schedules.runner import single
from workflow import audit, office, trail_doubts
from workflow.office import SETUP, OfficeName
from workflow.sessions import token_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kit.stage import Stage
    from kit.world import World

pytestmark = needs_server
#: what says nothing of an office's life: where it is, and what the moves themselves add to the trail
TOLD = copying.LEFT_BEHIND | {"event"}
#: texts and numbers on which two kinds of databases could differ
ODD = "“引号” 'x' \\ 换行\n制表\t 😀 é"

ODD_VALUES: dict[type, Any] = {
    sa.Integer: 7, sa.Float: 0.1 + 0.2, sa.Boolean: True, sa.Date: LATE.date(), sa.JSON: {"z": ODD, "a": [1.0, 1, None]},
    sa.String: "x'é", AutoString: ODD, UTCDateTime: LATE.replace(microsecond=1),
}  # fmt: skip


@dataclass
class Home:
    """An office's folder, and its system administrator at the keyboard."""

    stage: Stage
    url: str

    @property
    def folder(self) -> Path:
        return self.stage.world.folder

    @property
    def around(self) -> dict[str, str]:
        now = LATE.isoformat()
        return {"DUBAN_HOME": str(self.folder), "DUBAN_TOKEN": "system", "DUBAN_NOW": now, **password(self.url)[1]}

    def move(self, *words: str) -> Said:
        gc.collect()  # a command is a process, with which its files are closed
        return speak("--lang", "en", "move", *words, "--json", **self.around)

    def there(self) -> Said:
        return self.move("--to", password(self.url)[0], "--switch")

    def back(self) -> Said:
        return self.move("--to", "file", "--switch")

    def refuses(self, code: str, *words: str, exit_code: int = 1) -> dict[str, Any]:
        said = speak("--lang", "en", *words, "--json", **self.around)
        assert (said.code, said.refusal["code"]) == (exit_code, code), said
        return said.refusal


def password(url: str) -> tuple[str, dict[str, str]]:
    """The URL as it stands on a command line, and the password as libpq finds it without one."""
    made = sa.make_url(url)
    return made._replace(password=None).render_as_string(), {"PGPASSWORD": str(made.password)} if made.password else {}


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made = make_stage(tmp_path_factory.mktemp("staged") / "home")
    made.world.database.close()
    return made


@pytest.fixture(scope="module")
def migrated() -> Iterator[str]:
    """A database of the program's form, to be copied."""
    with empty_database("form") as url:
        migrate(Database(url))
        yield str(sa.make_url(url).database)


@pytest.fixture
def home(staged: Stage, migrated: str, tmp_path: Path) -> Iterator[Home]:
    world = staged.copy(tmp_path / "home").world
    world.add(
        "login", person_id=world.people["system"], token_hash=token_digest("system"), created_at=BEGIN,
        expires_at=LATE.replace(year=2030),
    )  # fmt: skip
    world.add("operation", actor=ODD, key="k", asked_sha256="", answer={"b": 1.5, "a": [ODD, None, 2**40]},
              at=LATE.replace(microsecond=7))  # fmt: skip
    (world.folder / "duban.toml").write_text('# 说明\n# database = ""\nrehearsal = true\n', encoding="utf-8")
    _fill(world)
    # what an accepted doubt says of the original, it says of the copy
    world.do("audit", trail_doubts.accept, world.folder / "heads", "演练")
    world.database.close()
    with empty_database("moved", migrated) as url:
        yield Home(staged.__class__(world, staged.things), url)


def _fill(world: World) -> None:
    """A row into every table that has none: whatever it says, it goes there and back."""
    with world.database.write(1) as connection:
        for table in metadata.sorted_tables:
            if table.name in TOLD or connection.scalar(sa.select(sa.func.count()).select_from(table)):
                continue
            values = {column.name: ODD_VALUES[type(column.type)] for column in table.c}
            for key in table.foreign_key_constraints:
                for element in key.elements:
                    values[element.parent.name] = connection.scalar(sa.select(sa.func.min(element.column)))
            connection.execute(sa.insert(table).values({**values, table.c[next(iter(table.c)).name].name: 1}))


def raw(file: Path) -> dict[str, list[Any]]:
    """What an SQLite file keeps, as the driver itself says it, types and all."""
    with closing(sqlite3.connect(file)) as connection:
        return {
            table.name: sorted((row for row in connection.execute(f'SELECT * FROM "{table.name}"')), key=repr)
            for table in t.metadata.tables.values()
            if table.name not in TOLD
        }


def hashes(said: Said) -> dict[str, tuple[int, str]]:
    assert said.code == 0, said.err
    tables = json.loads(said.out)["tables"]
    assert all((one["rows"], one["sha256"]) == (one["rows_there"], one["sha256_there"]) for one in tables)
    return {one["table"]: (one["rows"], one["sha256"]) for one in tables}


def lines(url: str, number: int) -> dict[str, list[str]]:
    """What a database holds of an office."""
    database = Database(url)
    with database.read() as connection:
        found = {
            one.name: [copying.line(row) for batch in copying.every(connection, one, number) for row in batch]
            for one in copying.tables()
        }
    database.close()
    return found


def marked(url: str) -> list[str]:
    database = Database(url)
    with database.read() as connection:
        found = list(connection.scalars(sa.select(t.relocation.c.state)))
    database.close()
    return found


def triggers_at_rest(url: str) -> list[str]:
    database = Database(url)
    with database.read() as connection:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'"
        found = list(connection.scalars(sa.text(query)))
    database.close()
    return found


def test_an_office_that_went_and_came_back_is_the_same_byte_for_byte(home: Home) -> None:
    file, before = home.folder / "duban.db", raw(home.folder / "duban.db")
    there = hashes(home.there())
    assert all(count > 0 for count, _sha in there.values())
    assert tomllib.loads((home.folder / "duban.toml").read_text("utf-8")) == {
        "database": password(home.url)[0], "rehearsal": True,
    }  # fmt: skip
    assert "# 说明" in (home.folder / "duban.toml.before-move").read_text("utf-8")
    assert raw(file) == before
    assert triggers_at_rest(home.url) == marked(home.url) == []
    assert speak("whoami", **home.around).code == 0
    back = hashes(home.back())
    assert {name: one for name, one in back.items() if name != "event"} == {
        name: one for name, one in there.items() if name != "event"
    }
    assert back["event"][0] == there["event"][0] + 1
    assert raw(file) == before
    assert (home.folder / "duban.db.left-1").exists()
    assert file.stat().st_mode & 0o777 == 0o600
    # what stays there is known by its beginning: it is removed, and the office may go once more
    home.refuses("E-B41", "move", "--to", password(home.url)[0])
    assert home.move("--to", password(home.url)[0], "--clear").data == {"removed": True}
    assert home.there().code == 0


def test_nobody_works_on_what_an_office_left(home: Home) -> None:
    old = home.stage.world.database
    assert home.move("--to", password(home.url)[0]).code == 0
    for words in (["task", "list"], ["scheduler", "tick"], ["serve", "--no-web"]):
        found = home.refuses("E-B40", *words, exit_code=5)
        assert password(home.url)[0] in found["remedy"]
    entry = audit.Entry("sweep", "office")
    with pytest.raises(Unreachable, match="E-B40"), old.write(1) as connection:
        audit.append(connection, 1, SETUP, entry, LATE)
    with pytest.raises(Unreachable, match="E-B40"), old.write(1) as connection:
        insert(connection, t.attempt, 1, message=1, number=9, started_at=LATE)
    old.close()
    gc.collect()
    environment = {**home.around, "DUBAN_DATABASE": password(home.url)[0]}
    assert speak("move", "--to", "file", **environment).code == 0
    server = Database(home.url)
    with pytest.raises(Unreachable, match="E-B40"), server.write(1) as connection:
        audit.append(connection, 1, SETUP, entry, LATE)
    server.close()
    must_refuse(5, "E-B40", "task", "list", **environment)  # in every language
    assert speak("whoami", **home.around).code == 0


def test_it_waits_for_a_service_and_for_a_free_number(home: Home) -> None:
    lock, to = single(home.folder), password(home.url)[0]
    home.refuses("E-B06", "move", "--to", to, exit_code=5)
    lock.release()
    home.refuses("E-B46", "move", "--to", "file")
    server = Database(home.url)
    codes = dict.fromkeys(office.FIRST, "code")
    for number in (2, 1):
        with server.write(number) as connection:
            office.set_up(connection, number, OfficeName("别的办公室", "别办", "市政府"), codes, LATE, installation="x")
    taken, other = lines(home.url, 1), lines(home.url, 2)
    home.refuses("E-B41", "move", "--to", to)
    home.refuses("E-B41", "move", "--to", to, "--clear")
    assert (lines(home.url, 1), lines(home.url, 2)) == (taken, other)
    with server.write(1) as connection:
        copying.remove(connection, 1)
    server.close()
    assert lines(home.url, 2) == other
    assert home.there().code == 0
    assert (lines(home.url, 2), triggers_at_rest(home.url)) == (other, [])


def test_a_row_that_changed_on_the_way_is_named(home: Home) -> None:
    to = password(home.url)[0]
    assert killed(home, to, at=40) == -signal.SIGKILL
    found = home.refuses("E-B40", "task", "list", exit_code=5)
    assert "moving to" in found["what"]
    server = Database(home.url)
    with server.write(1) as connection:
        number = connection.scalar(sa.select(sa.func.min(t.person.c.id)))
        connection.execute(sa.update(t.person).where(t.person.c.id == number).values(name="别人"))
    server.close()
    assert home.refuses("E-B42", "move", "--to", to, exit_code=5)["where"] == f"person 1 {number}".replace(" 1 ", " ")
    assert marked(str(home.stage.world.database.url)) == ["leaving"]
    assert home.move("--to", to, "--clear").data == {"removed": True}
    assert lines(home.url, 1)["person"] == []
    assert speak("whoami", **home.around).code == 0
    assert home.there().code == 0


def killed(home: Home, to: str, at: int) -> int:
    """The exit code of a move in a process of its own that is killed at a point: before or after anything is written."""
    child = multiprocessing.get_context("fork").Process(target=_mortal, args=(home, to, at))
    child.start()
    child.join()
    code = child.exitcode
    assert code is not None
    return code


def _mortal(home: Home, to: str, at: int) -> None:
    passed = 0

    def step() -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def deadly(work: Callable[..., Any]) -> Callable[..., Any]:
        def worked(*given: Any) -> Any:
            step()  # whatever came before is committed
            made = work(*given)
            step()  # done, and nothing of it committed
            return made

        return worked

    with mock.patch.multiple(copying, add=deadly(copying.add), BATCH=40), mock.patch.multiple(
        relocation, put=deadly(relocation.put), lift=deadly(relocation.lift)
    ), mock.patch("pathlib.Path.rename", deadly(type(home.folder).rename)):  # fmt: skip
        said = home.move("--to", to, "--switch")
    os.write(2, said.err.encode())
    os._exit(said.code)


@pytest.mark.parametrize("stride", [40, pytest.param(3, marks=pytest.mark.long)])
def test_killed_anywhere_it_goes_on_and_copies_nothing_twice(home: Home, stride: int) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    points, before = random.Random(seed), raw(home.folder / "duban.db")
    for to in (password(home.url)[0], "file"):
        kills = 0
        # never less than three: one batch is whole then, and the next begun; six for the mark that says it has left
        while (code := killed(home, to, at=points.randint(3, 2 * stride + 4))) == -signal.SIGKILL:
            kills += 1
            assert kills < 400
        assert code == 0
        assert kills > (0 if stride > 3 else 15), kills
        assert raw(home.folder / "duban.db") == before
    assert home.move("--to", "file", "--switch").code == 1  # E-B46: it lives there
    assert marked(home.url) == ["left"]


def test_an_empty_database_gets_its_tables_and_the_program_s_role_its_rights(home: Home) -> None:
    role = f"duban_moved_{os.getpid()}"
    settings = home.folder / "duban.toml"
    settings.write_text(f'program_role = "{role}"\n{settings.read_text("utf-8")}', encoding="utf-8")
    may = sa.text("SELECT has_table_privilege(:role, 'event', 'INSERT'), has_table_privilege(:role, 'event', 'UPDATE')")
    with empty_database("bare") as url:
        bare = Home(home.stage, url)
        assert bare.move("--to", password(url)[0]).code == 0
        database = Database(url)
        with database.read() as connection:
            assert tuple(connection.execute(may, {"role": role}).one()) == (True, False)
        database.close()
    server = sa.create_engine(sa.make_url(SERVER), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'DROP ROLE "{role}"')
    server.dispose()

"""What the engine's tests share: a filled database of either kind, tasks in any state, and pictures to compare."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit import office as kit
from models import tables as t
from models.database import Database, sqlite_url
from models.errors import DubanError
from models.schema import migrate
from models.states import Action, EvidenceKind, Role, Stage
from models.times import local_date
from workflow import actions, cases, filings, flow_store, people
from workflow.case import Given
from workflow.office import SETUP
from workflow.operation import perform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from workflow.case import Actor

NOON = kit.at("2022-06-20 12:00")
DUE = date(2022, 6, 25)
REFILE = date(2022, 6, 28)
REASON = "进展不具体，请补充数据。"
#: rows that tell of a refusal and nothing else
TRAIL = frozenset({"event", "operation"})
_PICTURE = {
    table.name: f'SELECT * FROM "{table.name}" ORDER BY {", ".join(column.name for column in table.primary_key)}'
    for table in t.metadata.tables.values()
    if table.name not in TRAIL
}
OWN, CO, OTHER = "市发改委", "市水利局", "市生态环境局"
#: 1.1 is led by OWN with CO beside it, and OTHER is not named
CLAUSE = "1.1"


@dataclass
class World(kit.SmallOffice):
    """The small office with what only the engine's own tests need."""

    @property
    def task(self) -> int:
        """The task most tests act on."""
        return self.tasks[CLAUSE, OWN]

    def do(self, login: str, work: Callable[..., Any], *args: Any, now: datetime = NOON, **options: Any) -> Any:
        """A deed of an actor as a command does it: ``work(connection, office, actor, *args, now, **options)``."""
        actor = self.actor(login, now)
        return self.do_as(actor, work, *args, now=now, **options)

    def do_as(self, actor: Actor, work: Callable[..., Any], *args: Any, now: datetime = NOON, **options: Any) -> Any:
        """As ``do`` for an actor one already has."""
        return perform(
            self.database, self.office_id, actor, "deed",
            lambda connection: work(connection, self.office_id, actor, *args, **{"now": now, **options}), now,
        )  # fmt: skip

    def act_as(self, actor: Actor, action: str, task: int, now: datetime = NOON, **given: Any) -> actions.Outcome:
        """One action by an actor one already has."""
        command = actions.Command(action, task, given=Given(**given))
        return actions.act(self.database, self.office_id, actor, command, now)

    def substitute(self, login: str, absent: str, now: datetime = NOON) -> Actor:
        """``login`` in the name of ``absent``, as their absence entered for that day allows."""
        day = local_date(now)
        with self.database.write(self.office_id) as connection:
            kit.insert(
                connection, t.absence, self.office_id, person_id=self.people[absent],
                substitute_id=self.people[login], from_on=day, to_on=day,
            )  # fmt: skip
            plain = cases.load_actor(connection, self.office_id, self.people[login], day)
            found = cases.load_substitute(connection, self.office_id, plain, absent, day)
        assert found is not None
        return found

    def join(self, login: str, role: Role, unit: str | None = None) -> int:
        """One more person with one duty."""
        with self.database.write(self.office_id) as connection:
            number = people.create_person(connection, self.office_id, login, login, kit.BEGIN)
            unit_id = self.units[unit] if unit else None
            people.give_duty(connection, self.office_id, number, role, date(2022, 1, 1), unit_id=unit_id)
        self.people[login] = number
        return number

    def appoint(self, login: str, role: Role, unit: str | None = None) -> None:
        """One more duty for somebody who is there."""
        unit_id = self.units[unit] if unit else None
        self.add("duty", person_id=self.people[login], role=role.value, unit_id=unit_id, valid_from=date(2022, 1, 1))

    def sign_paper(self, task_id: int) -> int:
        """The form of one task with its scan attached, but not yet attested: what sign_stamp waits for."""
        with self.database.write(self.office_id) as connection:
            task = cases.load_task(connection, self.office_id, task_id)
            assert task is not None
            filing = kit.insert(
                connection, t.filing, self.office_id, period_id=task.period_id, unit_id=task.unit_id, number=900,
                content_sha256="c", check_code=f"PAPER-{task_id}-{task.report_number}",
                covers=[[task_id, task.report_number, task.report_sha256]], printed_by="clerk1", printed_at=NOON,
            )  # fmt: skip
            paper = kit.insert(
                connection, t.attachment, self.office_id, sha256=f"{task_id:064}", name="scan.pdf",
                media_type="application/pdf", size=1, stored_by="clerk1", stored_at=NOON,
            )  # fmt: skip
            kit.insert(
                connection, t.evidence, self.office_id, filing_id=filing, attachment_id=paper, kind="scan",
                signer="李一", seal="公章", attested_by="clerk1", attested_at=NOON,
            )  # fmt: skip
        return filing

    def filing(self, unit: str = OWN, now: datetime = NOON, clerk: str = "clerk1") -> filings.PrintedForm:
        """Print the form of a unit over what waits for a signature."""
        return self.do(clerk, filings.print_form, self.period_id, self.units[unit], make_code, now=now)

    def attach(self, code: str, sha256: str = "a" * 64, *, login: str = "clerk1", **options: Any) -> Any:
        """Attach a scan to a form."""
        stored = filings.StoredFile(sha256, "扫描件.pdf", "application/pdf", 12)
        words = {"signer": "李一", "seal": "公章", **options}
        return self.do(login, filings.attach, code, stored, EvidenceKind.SCAN, **words).outcomes

    def bring_to(self, task: int, state: Stage, now: datetime = NOON) -> None:
        """Lead a task to a state by the actions that lead there."""
        if state is Stage.WAIVED:
            self.act("director", Action.WAIVE, task, now, reason=REASON)
        if state in {Stage.ASSIGNED, Stage.WAIVED}:
            return
        self.report(task, now)
        if state is Stage.REPORTED:
            return
        self.sign(task, now)
        if state is Stage.SIGNED_STAMPED:
            return
        if state is Stage.RETURNED:
            self.give_back(task, now, REFILE)
            return
        self.act("reviewer", Action.APPROVE, task, now)
        if state is Stage.AGGREGATED:
            self.act("director", Action.AGGREGATE, task, now, summary_number=1)

    def picture(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but the trail, as the database keeps it: the driver's own tuples, for speed."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        with self.database.read() as connection:
            cursor = connection.connection.cursor()
            for name, asked in _PICTURE.items():
                cursor.execute(asked)
                found[name] = [*cursor.fetchall()]
            cursor.close()
        return found

    def events(self) -> list[dict[str, Any]]:
        """The trail."""
        return self.rows("event")


def make_code(covers: Sequence[tuple[int, int, str]]) -> tuple[str, str]:
    """A check code that is the content, as the paper's own is its hash."""
    text = "-".join(f"{task}.{number}.{sha[:4]}" for task, number, sha in covers)
    return text.lower(), text.upper()


def make_world(folder: Path, database: Database | None = None) -> World:
    """A migrated, filled database: a copied SQLite file of its own unless another one is given to be filled."""
    if database is not None:
        folder.mkdir(parents=True, exist_ok=True)
        return _filled(folder, database)
    made, file = _ready()
    return kit.second_life(made, file, folder)


@cache
def _ready() -> tuple[World, bytes]:
    """The world and its database, made once a test run."""
    with TemporaryDirectory() as name:
        file = Path(name) / "duban.db"
        made = _filled(file.parent, Database(sqlite_url(file), synchronous="OFF"))
        made.database.close()
        return made, file.read_bytes()


def _filled(folder: Path, database: Database) -> World:
    migrate(database)
    world = World(database, folder)
    with database.write(kit.OFFICE) as connection:
        connection.execute(
            sa.insert(t.office).values(
                id=kit.OFFICE, name="株洲市推动长江经济带发展领导小组办公室", short_name="市长江办",
                recipient="市人民政府", four_eyes=True, channel="file", algorithm="sha256", epoch=1,
                created_at=kit.BEGIN,
            )
        )  # fmt: skip
        flow_store.install_shipped(connection, kit.OFFICE, SETUP, kit.BEGIN)
        kit._people(connection, world)
        kit._notice(connection, world)
        kit._month(connection, world)
    world.join("reader", Role.READER)
    return world


def copy_of(world: World, folder: Path) -> World:
    """A second life of an SQLite world, so that what is dear to make is made once."""
    world.database.close()
    return kit.second_life(world, (world.folder / "duban.db").read_bytes(), folder)


@contextmanager
def refused(code: str, kind: type[DubanError] = DubanError) -> Iterator[pytest.ExceptionInfo[DubanError]]:
    """What is inside must be refused with this code."""
    with pytest.raises(kind) as caught:
        yield caught
    assert caught.value.code == code, str(caught.value)

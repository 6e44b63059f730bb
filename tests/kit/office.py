"""A small real office in a temporary SQLite file: three units, their people, one notice, one month, six tasks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.database import Database, sqlite_url
from models.schema import migrate
from models.states import Action, Role
from models.times import SHANGHAI, local_date
from workflow import actions, cases, flow_store
from workflow.calendar import seed_year
from workflow.case import Given
from workflow.office import SETUP

if TYPE_CHECKING:
    from workflow.case import Actor

OFFICE = 1
MONTH = "2022-06"
OPENS, DUE, CLOSES = date(2022, 6, 1), date(2022, 6, 25), date(2022, 7, 1)
UNITS = ("市发改委", "市水利局", "市生态环境局")
#: (item, clause number, text, units in the order of the bracket)
CLAUSES = (
    (1, "1.1", "完成长江岸线清理整治年度任务。", (0, 1)),
    (1, "1.2", "新建污水管网十公里。", (1,)),
    (2, "2.1", "建立禁捕巡查台账。", (2, 0)),
    (2, "2.2", "开展入河排污口溯源。", (2,)),
)
#: login → (name, role, place of the unit or None)
PEOPLE: dict[str, tuple[str, Role, int | None]] = {
    "clerk1": ("赵一", Role.CLERK, 0),
    "clerk2": ("钱二", Role.CLERK, 1),
    "clerk3": ("孙三", Role.CLERK, 2),
    "leader1": ("李一", Role.LEADER, 0),
    "leader2": ("周二", Role.LEADER, 1),
    "leader3": ("吴三", Role.LEADER, 2),
    "reviewer": ("郑审核", Role.REVIEWER, None),
    "director": ("王主任", Role.DIRECTOR, None),
    "system": ("系统员", Role.SYSTEM, None),
    "security": ("安全员", Role.SECURITY, None),
    "audit": ("审计员", Role.AUDIT, None),
}


def at(text: str) -> datetime:
    """The instant of a Shanghai wall time: ``at("2022-06-25 09:00")``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


Office = TypeVar("Office", bound="SmallOffice")

BEGIN = at("2022-06-01 00:00")


@dataclass
class SmallOffice:
    """What a test holds in its hand; ``tasks`` are the numbers of the tasks by (clause number, unit name)."""

    database: Database
    folder: Path
    office_id: int = OFFICE
    units: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    tasks: dict[tuple[str, str], int] = field(default_factory=dict)
    notice_id: int = 1
    period_id: int = 1

    def actor(self, login: str, now: datetime = BEGIN) -> Actor:
        """A person with their duties on that day."""
        with self.database.read() as connection:
            return cases.load_actor(connection, self.office_id, self.people[login], local_date(now))

    def act(self, login: str, action: str, task_id: int, now: datetime, **given: Any) -> actions.Outcome:
        """One action through the real machine."""
        command = actions.Command(action, task_id, given=Given(**given))
        return actions.act(self.database, self.office_id, self.actor(login, now), command, now)

    def report(self, task_id: int, now: datetime) -> None:
        """The unit's clerk files."""
        place = UNITS.index(self.row("task", task_id, join_unit=True)["unit_name"])
        self.act(f"clerk{place + 1}", Action.REPORT, task_id, now, progress="已完成清理三公里。", percent=40)

    def sign(self, task_id: int, now: datetime) -> None:
        """The form is printed, signed, stamped and attached, then attested by the unit's leader."""
        with self.database.write(self.office_id) as connection:
            task = cases.load_task(connection, self.office_id, task_id)
            assert task is not None
            stamp = f"{task_id}-{task.report_number}"
            filing = insert(
                connection, t.filing, self.office_id, period_id=task.period_id, unit_id=task.unit_id,
                number=task_id * 100 + task.report_number, content_sha256=stamp, check_code=stamp,
                covers=[[task_id, task.report_number, task.report_sha256]], printed_by="clerk", printed_at=now,
            )  # fmt: skip
            paper = insert(
                connection, t.attachment, self.office_id, sha256=stamp, name="scan.pdf", media_type="application/pdf",
                size=1, stored_by="clerk", stored_at=now,
            )  # fmt: skip
            insert(
                connection, t.evidence, self.office_id, filing_id=filing, attachment_id=paper, kind="scan",
                signer="李一", seal="公章", attested_by="clerk", attested_at=now,
            )  # fmt: skip
        place = UNITS.index(task.unit_name)
        self.act(f"leader{place + 1}", Action.SIGN_STAMP, task_id, now, filing_id=filing, signer="李一", seal="公章")

    def give_back(self, task_id: int, now: datetime, refile_on: date) -> None:
        """The reviewer returns a signed report."""
        self.act("reviewer", Action.RETURN, task_id, now, reason="进展不具体，请补充数据。", refile_on=refile_on)

    def row(self, table: str, number: int, *, join_unit: bool = False) -> dict[str, Any]:
        """One row as a dict; ``join_unit`` adds ``unit_name``."""
        source = t.metadata.tables[table]
        with self.database.read() as connection:
            query = sa.select(source).where(source.c.office_id == self.office_id, source.c.id == number)
            found = dict(connection.execute(query).mappings().one())
        if join_unit:
            found["unit_name"] = {v: k for k, v in self.units.items()}[found["unit_id"]]
        return found

    def rows(self, table: str, **equal: Any) -> list[dict[str, Any]]:
        """All rows of a table in the order of their key, narrowed by equal columns."""
        source = t.metadata.tables[table]
        mine = next(iter(source.primary_key)) == self.office_id
        query = sa.select(source).where(mine, *(source.c[name] == value for name, value in equal.items()))
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(query.order_by(*source.primary_key)).mappings()]

    def change(self, table: str, number: int, **values: Any) -> None:
        """Set columns of a row directly: for circumstances, not for what is tested."""
        source = t.metadata.tables[table]
        with self.database.write(self.office_id) as connection:
            connection.execute(
                sa.update(source).where(source.c.office_id == self.office_id, source.c.id == number).values(**values)
            )

    def add(self, table: str, **values: Any) -> int:
        """Add a row of the office."""
        with self.database.write(self.office_id) as connection:
            return insert(connection, t.metadata.tables[table], self.office_id, **values)


def small_office(folder: Path, *, tasks: bool = True) -> SmallOffice:
    """A migrated and filled database of its own; without ``tasks`` the notice stands but no month is open."""
    made, file = _filled(tasks=tasks)
    return second_life(made, file, folder)


def second_life(made: Office, file: bytes, folder: Path) -> Office:
    """An office as another one stood, in a database and with numbers of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "duban.db").write_bytes(file)
    database = Database(sqlite_url(folder / "duban.db"), synchronous="OFF")
    own = {"units": made.units.copy(), "people": made.people.copy(), "tasks": made.tasks.copy()}
    return replace(made, database=database, folder=folder, **own)


@cache
def _filled(*, tasks: bool) -> tuple[SmallOffice, bytes]:
    """The office and its database, made once a test run and copied from then on."""
    with TemporaryDirectory() as folder:
        office = _made(Path(folder), tasks=tasks)
        office.database.close()
        return office, (office.folder / "duban.db").read_bytes()


def _made(folder: Path, *, tasks: bool) -> SmallOffice:
    database = Database(sqlite_url(folder / "duban.db"), synchronous="OFF")
    migrate(database)
    office = SmallOffice(database, folder)
    with database.write(OFFICE) as connection:
        connection.execute(
            sa.insert(t.office).values(
                id=OFFICE, name="株洲市推动长江经济带发展领导小组办公室", short_name="市长江办", recipient="市人民政府",
                four_eyes=True, channel="file", algorithm="sha256", epoch=1, created_at=BEGIN,
            )
        )  # fmt: skip
        flow_store.install_shipped(connection, OFFICE, SETUP, BEGIN)
        _calendar(connection)
        _people(connection, office)
        _notice(connection, office)
        if tasks:
            _month(connection, office)
    return office


def _calendar(connection: sa.Connection) -> None:
    table = seed_year(2022)
    assert table is not None
    connection.execute(sa.insert(t.calendar_year).values(office_id=OFFICE, year=2022, source="test", imported_at=BEGIN))
    days = [{"office_id": OFFICE, "day": day, "works": day in table.makeup} for day in table.off | table.makeup]
    connection.execute(sa.insert(t.calendar_day), days)


def _people(connection: sa.Connection, office: SmallOffice) -> None:
    since = date(2022, 1, 1)
    for name in UNITS:
        office.units[name] = insert(connection, t.unit, OFFICE, name=name, short_name="", valid_from=since)
    for login, (name, role, place) in PEOPLE.items():
        person = insert(
            connection, t.person, OFFICE, login=login, name=name, email=f"{login}@example.gov.cn", password_hash="",
            code_hash="", active=True, failed_logins=0, created_at=BEGIN,
        )  # fmt: skip
        office.people[login] = person
        unit = office.units[UNITS[place]] if place is not None else None
        insert(connection, t.duty, OFFICE, person_id=person, role=role.value, unit_id=unit, valid_from=since)


def _notice(connection: sa.Connection, office: SmallOffice) -> None:
    office.notice_id = insert(
        connection, t.notice, OFFICE, title="2022年工作要点", issuer="市长江办", document_number="", reporting_day=25,
        reports="every", source_name="notice.txt", source_sha256="0" * 64, table_sha256="1" * 64, revision=1, draft={},
        adopted_by="director", adopted_at=BEGIN,
    )  # fmt: skip
    items = {}
    for number, title in ((1, "岸线整治"), (2, "水生态保护")):
        items[number] = insert(
            connection, t.work_item, OFFICE, notice_id=office.notice_id, number=number, title=title, section="",
            subsection="",
        )  # fmt: skip
    for position, (item, number, text, units) in enumerate(CLAUSES):
        clause = insert(
            connection, t.clause, OFFICE, notice_id=office.notice_id, item_id=items[item], number=number,
            position=position, text=text, bracket="", source_line=0, notes=[], reports="", withdrawn=False,
        )  # fmt: skip
        for place, unit in enumerate(units):
            insert(
                connection, t.responsibility, OFFICE, clause_id=clause, unit_id=office.units[UNITS[unit]],
                share="support" if place else "lead", position=place, via_group="",
            )  # fmt: skip


def _month(connection: sa.Connection, office: SmallOffice) -> None:
    office.period_id = add_month(connection, office, MONTH, OPENS, DUE, CLOSES, BEGIN)
    names = {number: name for name, number in office.units.items()}
    for task in cases.load_tasks(connection, OFFICE):
        office.tasks[task.clause_number, names[task.unit_id]] = task.id


def add_month(
    connection: sa.Connection,
    office: SmallOffice,
    month: str,
    opens: date,
    due: date,
    closes: date,
    now: datetime,
    *,
    flow: str = flow_store.MONTHLY,
) -> int:
    """Another month with a task for each responsibility; returns the period's number."""
    used = flow_store.in_force(connection, OFFICE, flow)
    period = insert(
        connection, t.period, OFFICE, notice_id=office.notice_id, month=month, opens_on=opens, due_on=due,
        closes_on=closes, due_revision=1, state="open", flow=flow,
    )  # fmt: skip
    for row in connection.execute(sa.select(t.responsibility).order_by(t.responsibility.c.id)).all():
        insert(
            connection, t.task, OFFICE, period_id=period, responsibility_id=row.id, clause_id=row.clause_id,
            unit_id=row.unit_id, flow_sha256=used.sha256, state=used.initial, stage=used.stage(used.initial).value,
            entered_at=now, back_to="", round=1, version=1, opened_on=opens, due_on=due,
            original_due_on=due, due_revision=1, report_number=0, late_days=0, next_due_at=now,
        )  # fmt: skip
    return period

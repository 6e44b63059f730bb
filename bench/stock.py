"""Offices with as many tasks as a measurement wants: the frame is set up by the program, the mass is filled in as sets.

One month is open: its tasks are the frame. The mass are tasks of closed months with what such tasks
leave behind: three events, a report, two messages, three kept answers each, and where it is asked for a form, a paper, a
request and a problem of the ledger for every sixteenth. Its events carry no true hashes.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from models import tables as t
from models.database import Database, sqlite_url
from models.drafts import ClauseDraft, ItemDraft, NoticeDraft
from simulation.scene import OFFICE_ID, prepare

if TYPE_CHECKING:
    from pathlib import Path

MONTH: Final = "2022-06"
#: one of so many tasks was late, and one of so many has a paper, a form, a request, a problem beside it
SELDOM: Final = 16
#: closed months over which the mass is spread
MONTHS: Final = 120
NUMBERS: Final = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})"
TEXT: Final = "本月完成投资一千二百万元，沿江岸线整治推进至百分之六十五，未发现新增问题。" * 3
#: what a message says that was sent
SAID: Final = "第3单位报送了本月进展。"
#: what a list tells of a paper
FACTS: Final = '{"units": [{"name": "第3单位"}], "month": "2022-05", "until": "2022-06-01"}'
RANDOM: Final = "lower(hex(randomblob(32)))"
#: far beyond every clock of the measurements
LATER: Final = "'2099-01-01 00:00:00.000000'"


@dataclass(frozen=True, slots=True)
class Frame:
    """A notice and its units: each clause names so many of them, one after the other."""

    units: int = 24
    clauses: int = 24
    named: int = 2

    @property
    def tasks(self) -> int:
        """Of a month."""
        return self.clauses * self.named

    def notice(self) -> NoticeDraft:
        """Which all of them answer."""
        units = [f"第{number}单位" for number in range(1, self.units + 1)]
        clauses = tuple(self._clause(number, units) for number in range(1, self.clauses + 1))
        return NoticeDraft(
            title="年度工作要点", issuer="协调办公室", items=(ItemDraft(number=1, title="任务", clauses=clauses),)
        )

    def _clause(self, number: int, units: list[str]) -> ClauseDraft:
        named = tuple(units[(number - 1 + place) % self.units] for place in range(self.named))
        return ClauseDraft(
            id=f"1.{number}", text=f"完成第{number}项年度任务。", units=named, parties=named, lead=named[0]
        )


FRAME: Final = Frame()


@dataclass(frozen=True, slots=True)
class Stock:
    """An office on the disk: tasks of the mass, then ``spare`` assigned ones of the open month from number ``first``."""

    folder: Path
    frame: Frame
    tasks: int
    first: int
    spare: int

    @property
    def file(self) -> Path:
        """Its database."""
        return self.folder / "duban.db"

    def open(self, synchronous: str = "FULL") -> Database:
        """As the program opens it."""
        return Database(sqlite_url(self.file), synchronous=synchronous)

    def copy(self, folder: Path) -> Stock:
        """The same once more."""
        folder.mkdir(parents=True)
        shutil.copyfile(self.file, folder / "duban.db")
        return replace(self, folder=folder)


def stocked(
    folder: Path,
    tasks: int,
    spare: int,
    *,
    opened: bool = False,
    alone: bool = False,
    registers: bool = False,
    frame: Frame = FRAME,
) -> Stock:
    """Make an office with ``tasks`` in the mass: of closed months, or ``opened``; ``alone`` = without what they left.

    ``registers``: with papers, forms, requests and problems, too.
    """
    folder.mkdir(parents=True)
    prepare(frame.notice(), MONTH, folder, seed=1).database.close()
    made = Stock(folder, frame, tasks, frame.tasks + tasks + 1, spare)
    with closing(sqlite3.connect(made.file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-400000")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN")
        if tasks:
            _months(connection)
            _mass(connection, made, opened=opened)
            if not alone:
                _left_behind(connection, made)
        if spare:
            _spare(connection, made)
        if registers:
            _registers(connection, made)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


def like(connection: sqlite3.Connection, table: str, count: int, model: str, **values: str) -> None:
    """Add ``count`` rows like ``model`` (a condition on ``m``, with ``i`` from 0), some columns by another expression."""
    columns = [column.name for column in t.metadata.tables[table].columns]
    chosen = ", ".join(values.get(name, f"m.{name}") for name in columns)
    connection.execute(
        f"{NUMBERS.format(count=count)} INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {chosen} FROM n JOIN {table} m ON m.office_id = {OFFICE_ID} AND {model}"
    )


def _months(connection: sqlite3.Connection) -> None:
    like(
        connection, "period", MONTHS, "m.id = 1", id="2 + i", state="'closed'",
        month="printf('%04d-%02d', 1990 + i / 12, 1 + i % 12)",
    )  # fmt: skip


def _mass(connection: sqlite3.Connection, stock: Stock, *, opened: bool) -> None:
    frame, tasks = stock.frame.tasks, stock.tasks
    standing = {} if opened else {"state": "'aggregated'", "stage": "'aggregated'", "report_number": "1"}
    like(
        connection, "task", tasks, f"m.id = 1 + i % {frame}", id=f"{frame} + 1 + i", responsibility_id="NULL",
        period_id="1" if opened else f"2 + i % {MONTHS}", next_due_at=LATER if opened else "NULL",
        late_days=f"2 * (i % {SELDOM} = 0)", **standing,
    )  # fmt: skip


def _spare(connection: sqlite3.Connection, stock: Stock) -> None:
    like(
        connection, "task", stock.spare, f"m.id = 1 + i % {stock.frame.tasks}", id=f"{stock.first} + i", responsibility_id="NULL",
        next_due_at=LATER,
    )  # fmt: skip


def _left_behind(connection: sqlite3.Connection, stock: Stock) -> None:
    """What happened to the tasks of the mass."""
    tasks = stock.tasks
    last = connection.execute("SELECT max(seq) FROM event").fetchone()[0]
    task = f"{stock.frame.tasks} + 1 + i % {tasks}"
    like(
        connection, "event", 3 * tasks, f"m.seq = {last}", seq=f"{last} + 1 + i", action="'report'",
        object_type="'task'", object_id=task, version=f"1 + i / {tasks}", from_state="'assigned'",
        to_state="'reported'", prev_hash=RANDOM, hash=RANDOM, operation_id=RANDOM,
    )  # fmt: skip
    numbers = NUMBERS.format(count=tasks)
    connection.execute(
        f"{numbers} INSERT INTO report (office_id, id, task_id, number, round, progress, percent, no_progress, reason,"
        f' problems, next_steps, "values", filed_by, filed_at, content_sha256) SELECT {OFFICE_ID}, 1 + i, {task}, 1, 1,'
        f" '{TEXT}', 65, 0, '', '', '', '[]', 1, '2022-06-01 00:00:00.000000', {RANDOM} FROM n"
    )
    connection.execute(
        f"{NUMBERS.format(count=2 * tasks)} INSERT INTO message (office_id, id, dedupe_key, event, level, recipient_id,"
        " channel, address, subject, body, fields, about, while_states, message_id, state, reason, attempts,"
        f" created_at, next_at, read_at) SELECT {OFFICE_ID}, (SELECT coalesce(max(id), 0) FROM message) + 1 + i, {RANDOM},"
        f" 'reported', 0, 1 + i % 9, 'file', '', '{SAID}', '{SAID}', '{{}}', '[[' || ({task}) || ', 1, 1]]', '[]', {RANDOM},"
        " 'sent', '', 1,"
        " '2022-06-01 00:00:00.000000', '2022-06-01 00:00:00.000000', '2022-06-01 00:00:00.000000' FROM n"
    )
    connection.execute(
        f"{NUMBERS.format(count=3 * tasks)} INSERT INTO operation (office_id, id, actor, key, asked_sha256, answer, at)"
        f" SELECT {OFFICE_ID}, (SELECT coalesce(max(id), 0) FROM operation) + 1 + i, 'clerk1', {RANDOM}, {RANDOM},"
        ' \'{"task_id": 1, "action": "report", "state": "reported", "version": 2}\','
        " '2022-06-01 00:00:00.000000' FROM n"
    )


def _registers(connection: sqlite3.Connection, stock: Stock) -> None:
    """What an office keeps beside its tasks."""
    numbers, task = NUMBERS.format(count=stock.tasks // SELDOM), f"{stock.frame.tasks} + 1 + {SELDOM} * i"
    behind, at = stock.first + stock.spare, "'2022-06-01 00:00:00.000000'"
    unit = f"1 + i % {stock.frame.units}"
    for table, values in {
        t.paper: {
            "kind": "'urging'",
            "year": f"1990 + i * 30 * {SELDOM} / {stock.tasks}",
            "number": "1 + i",
            "units": "'[1]'",
            "about": f"'[[' || ({task}) || ', 1, 1]]'",
            "facts": f"'{FACTS}'",
            "files": "'{}'",
            "head_seq": "1",
            "head_hash": RANDOM,
            "issued_by": "'director'",
            "issued_at": at,
        },
        t.filing: {
            "period_id": f"2 + i % {MONTHS}",
            "unit_id": unit,
            "number": "1 + i",
            "content_sha256": RANDOM,
            "check_code": RANDOM,
            "covers": "'[]'",
            "printed_by": "'clerk1'",
            "printed_at": at,
        },
        t.request: {
            "task_id": task,
            "kind": "'extension'",
            "reason": "'汛期不能施工'",
            "progress": "''",
            "asked_by": "1",
            "asked_at": at,
            "decision": "'granted'",
            "decision_reason": "'同意'",
            "decided_by": "1",
            "decided_at": at,
        },
        t.problem: {
            "source": "'film'",
            "source_ref": "''",
            "title": "'岸线堆土'",
            "place": "''",
            "description": "''",
            "found_on": "'2022-05-01'",
            "measures": "''",
            "relapses": "0",
            "registered_by": "1",
            "registered_at": at,
        },
        t.problem_unit: {"problem_id": "1 + i", "unit_id": unit, "position": "0"},
    }.items():
        connection.execute(
            f"{numbers} INSERT INTO {table.name} (office_id, id, {', '.join(values)})"
            f" SELECT {OFFICE_ID}, 1 + i, {', '.join(values.values())} FROM n"
        )
    ledger = "(SELECT sha256 FROM flow WHERE name = 'problem_ledger')"
    like(
        connection, "task", stock.tasks // SELDOM, "m.id = 1", id=f"{behind} + i", responsibility_id="NULL",
        period_id="NULL", clause_id="NULL", problem_id="1 + i", unit_id=unit, flow_sha256=ledger,
        state="'closed'", stage="'aggregated'", next_due_at="NULL", report_number="0",
    )  # fmt: skip

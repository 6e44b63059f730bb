"""The floor: the smallest program that leaves the same rows behind, in bare sqlite3 on the same tables and indexes.

What it does in each step's one transaction: looks for a kept answer under the key, reads the task, reads the duty that
permits the step, compares state, reads what the step's guard needs (the form and its evidence; who acted, for four
eyes), writes the report, reads the last event and appends the next one with its hash, swaps the task on (state,
version), reads whom the step tells and writes a message each, keeps the answer. The rows are those of a real step, column by
column, with numbers, keys and hashes of their own.

What it does not do: flows of one's own, panels, forwarding, substitutes, indicators, refusals with sentences, held sends,
joining messages, a clock gone back, the languages, the checks of what is typed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from bench.month import DUTY, MORNING, STEPS, TICK, Duban, print_forms
from simulation.scene import OFFICE_ID
from workflow.audit import HASHED

if TYPE_CHECKING:
    from pathlib import Path

    from bench.month import People
    from bench.stock import Stock

#: the duty that a step tells, and whether the unit's
TELLS: Final = {"report": ("leader", True), "sign_stamp": ("reviewer", False), "approve": ("clerk", True)}
LEAVES: Final = ("report", "event", "message", "operation")
_KEYS: Final = {"report": "id", "event": "seq", "message": "id", "operation": "id"}
O: Final = OFFICE_ID  # noqa: E741 - short, for the statements

_KEPT = f"SELECT answer, asked_sha256 FROM operation WHERE office_id = {O} AND actor = ? AND key = ?"
_TASK = (
    "SELECT state, version, unit_id, round, clause_id, due_on, due_revision, report_number, handler_id, period_id FROM task"
    f" WHERE office_id = {O} AND id = ?"
)
_DUTY = (
    f"SELECT d.id, p.login, p.name FROM duty d JOIN person p ON p.office_id = {O} AND p.id = d.person_id WHERE"
    f" d.office_id = {O} AND d.person_id = ? AND d.role = ? AND d.unit_id IS ? AND d.valid_from <= ?"
)
_FORM = (
    "SELECT f.check_code, f.covers, e.id FROM filing f JOIN evidence e ON e.office_id = f.office_id AND"
    f" e.filing_id = f.id WHERE f.office_id = {O} AND f.id = ? LIMIT 1"
)
_TAKERS = (
    f"SELECT action, detail FROM event WHERE office_id = {O} AND object_type = 'task' AND object_id = ? AND"
    " result = 'done' ORDER BY seq"
)
_LAST = f"SELECT seq, at, hash FROM event WHERE office_id = {O} ORDER BY seq DESC LIMIT 1"
_HOLDERS = (
    f"SELECT d.person_id FROM duty d JOIN person p ON p.office_id = {O} AND p.id = d.person_id WHERE"
    f" d.office_id = {O} AND d.role = ? AND d.unit_id IS ? AND d.valid_from <= ? AND p.active"
)


class Conflict(Exception):
    """Somebody else was there first, or may not."""


@dataclass(frozen=True, slots=True)
class Left:
    """What one real step left: the task's changed columns, and a row of each table it wrote to."""

    before: str
    changed: dict[str, Any]
    rows: dict[str, dict[str, Any]]


def learned(stock: Stock, folder: Path, who: People) -> dict[str, Left]:
    """What each step leaves, from real steps on a copy of an office."""
    copy = stock.copy(folder)
    program, found = Duban(copy.open("OFF"), who), {}
    with closing(sqlite3.connect(copy.file, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        for action in STEPS:
            if action == "sign_stamp":
                print_forms(copy.file, [stock.first])
            found[action] = _watched(connection, program, action, stock.first)
    program.close()
    return found


def _watched(connection: sqlite3.Connection, program: Duban, action: str, task: int) -> Left:
    last = {
        table: connection.execute(f"SELECT max({_KEYS[table]}) FROM {table}").fetchone()[0] or 0 for table in LEAVES
    }
    before = _row(connection, task)
    program.step(action, task)
    after = _row(connection, task)
    rows = {}
    for table in LEAVES:
        new = f"SELECT * FROM {table} WHERE {_KEYS[table]} > ? LIMIT 1"
        row = connection.execute(new, (last[table],)).fetchone()
        if row is not None:
            rows[table] = dict(row)
    return Left(before["state"], {name: after[name] for name in after if after[name] != before[name]}, rows)


def _row(connection: sqlite3.Connection, task: int) -> dict[str, Any]:
    return dict(connection.execute(f"SELECT * FROM task WHERE office_id = {O} AND id = ?", (task,)).fetchone())


class Floor:
    """Takes the same steps on the same tables with the driver alone."""

    def __init__(self, file: Path, synchronous: str, people: People, left: dict[str, Left]) -> None:
        """On an office's database."""
        self.people, self.left, self.now = people, left, MORNING
        self.connection: Any = sqlite3.connect(file, isolation_level=None, cached_statements=256)
        for pragma in (f"synchronous={synchronous}", "foreign_keys=ON", "busy_timeout=5000"):
            self.connection.execute(f"PRAGMA {pragma}")
        self._prepare()

    def _prepare(self) -> None:
        left = self.left
        self.swaps = {action: _swap(step.changed) for action, step in left.items()}
        self.inserts = {
            (action, table): _insert(table, row) for action, step in left.items() for table, row in step.rows.items()
        }

    def step(self, action: str, task: int) -> None:
        """One step, durable."""
        self.now += TICK
        execute = self.connection.execute
        self._begin()
        try:
            self._inside(action, task)
        except BaseException:
            execute("ROLLBACK")
            raise
        execute("COMMIT")

    def _begin(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def _inside(self, action: str, task: int) -> None:
        execute, left = self.connection.execute, self.left[action]
        at, today = self.now.isoformat(" ").removesuffix("+00:00"), (self.now + timedelta(hours=8)).date().isoformat()
        key, person = f"{action}-{task}", self.people.who(action, task)
        state, version, unit, *_more = execute(_TASK, (task,)).fetchone()
        role, of_unit = DUTY[action]
        duty = execute(_DUTY, (person, role, unit if of_unit else None, today)).fetchone()
        if duty is None or state != left.before:
            raise Conflict
        if execute(_KEPT, (duty[1], key)).fetchone() is not None:
            return
        self._guard(action, task)
        if "report" in left.rows:
            self._add(action, "report", task_id=task, filed_at=at)
        self._append(action, task, version + 1, at, key, duty)
        values = {**left.changed, **{name: at for name in left.changed if name.endswith("_at")}, "version": version + 1}
        swapped = execute(self.swaps[action], [*values.values(), task, version, state])
        if swapped.rowcount != 1:
            raise Conflict
        if action in TELLS:
            self._tell(action, task, version + 1, unit, at, today)
        answer = json.dumps({"task_id": task, "action": action, "state": left.changed["state"], "version": version + 1})
        self._add(action, "operation", actor=duty[1], key=key, answer=answer, at=at)

    def _guard(self, action: str, task: int) -> None:
        if action == "sign_stamp":
            form = self.connection.execute(_FORM, (task,)).fetchone()
            if form is None or json.loads(form[1])[0][0] != task:
                raise Conflict
        if action == "approve":
            for taken, detail in self.connection.execute(_TAKERS, (task,)):
                if taken in {"report", "sign_stamp"} and self.people.who(action, task) in json.loads(detail)["people"]:
                    raise Conflict

    def _append(self, action: str, task: int, version: int, at: str, key: str, duty: tuple[Any, ...]) -> None:
        seq, _at, last = self.connection.execute(_LAST).fetchone()
        row = self.left[action].rows["event"] | {
            "seq": seq + 1, "at": at, "object_id": task, "version": version, "operation_id": key, "prev_hash": last,
            "actor": duty[1], "actor_name": duty[2],
        }  # fmt: skip
        material = {name: row[name] for name in HASHED}
        text = json.dumps(material, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        row["hash"] = hashlib.sha256(text.encode()).hexdigest()
        self.connection.execute(self.inserts[action, "event"], row)

    def _tell(self, action: str, task: int, version: int, unit: int, at: str, today: str) -> None:
        role, of_unit = TELLS[action]
        for (person,) in self.connection.execute(_HOLDERS, (role, unit if of_unit else None, today)).fetchall():
            key = f"{action}|task {task} version {version}|{person}|file"
            stamp = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@duban>"
            self._add(
                action, "message", dedupe_key=key, recipient_id=person, message_id=stamp, created_at=at, next_at=at
            )

    def _add(self, action: str, table: str, **own: Any) -> None:
        self.connection.execute(self.inserts[action, table], self.left[action].rows[table] | own)

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()


def _swap(changed: dict[str, Any]) -> str:
    sets = ", ".join(f"{name} = ?" for name in [*changed, *([] if "version" in changed else ["version"])])
    return f"UPDATE task SET {sets} WHERE office_id = {O} AND id = ? AND version = ? AND state = ?"


def _insert(table: str, row: dict[str, Any]) -> str:
    """By names; the number of a row is the next one of the office."""
    places = [f":{name}" for name in row]
    if table != "event":
        places[list(row).index("id")] = f"(SELECT coalesce(max(id), 0) + 1 FROM {table} WHERE office_id = {O})"
    names = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(places)})"

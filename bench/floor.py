"""The floor: the smallest program that leaves the same rows behind, in bare sqlite3 on the same tables and indexes.

What it does in each step's one transaction: reads the task with its unit, clause, month, report in force and office; reads
the duty that permits the step; looks for a kept answer under the key; compares state; reads what the step's guard needs
(the form and its evidence; who acted, for four eyes); writes the report with its hash; reads the last event and appends
the next one with its hash; swaps the task on (state, version); reads whom the step tells and writes a message each, with
the words it is made of; keeps the answer. The rows are those of a real step, column by column: what never varies is taken
from one, everything else is reckoned for this task, and ``steps.py`` compares all of them at the end.

What it does not do: flows of one's own, panels, forwarding, substitutes, indicators, refusals with sentences, joining
messages, a clock gone back, the languages, the checks of what is typed. It is written for these four steps and no others.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic_core import from_json, to_json

from bench.month import DUTY, MORNING, STEPS, TICK, Duban, given, print_forms
from models.canonical import fingerprint
from simulation.scene import OFFICE_ID
from workflow.audit import HASHED

if TYPE_CHECKING:
    from pathlib import Path

    from bench.month import People
    from bench.stock import Stock
    from workflow.case import Given

#: the duty that a step tells, and whether the unit's
TELLS: Final = {"report": ("leader", True), "sign_stamp": ("reviewer", False), "approve": ("clerk", True)}
LEAVES: Final = ("report", "event", "message", "operation")
KEYS: Final = {"report": "id", "event": "seq", "message": "id", "operation": "id"}
#: a clause is quoted up to this many characters
QUOTED: Final = 40
O: Final = OFFICE_ID  # noqa: E741 - short, for the statements

_KEPT = f"SELECT answer, asked_sha256 FROM operation WHERE office_id = {O} AND actor = ? AND key = ?"
_TASK = (
    "SELECT t.state, t.version, t.unit_id, t.round, t.due_on, t.due_revision, t.report_number, t.late_days, u.name,"
    " c.number, c.text, w.title, p.month, p.state, r.content_sha256, o.short_name, o.four_eyes, h.held_reason FROM task t"
    f" JOIN office o ON o.id = {O} LEFT JOIN watermark h ON h.office_id = {O}"
    f" JOIN unit u ON u.office_id = {O} AND u.id = t.unit_id JOIN clause c ON c.office_id = {O} AND c.id = t.clause_id"
    f" JOIN workitem w ON w.office_id = {O} AND w.id = c.item_id JOIN period p ON p.office_id = {O} AND p.id = t.period_id"
    f" LEFT JOIN report r ON r.office_id = {O} AND r.task_id = t.id AND r.number = t.report_number"
    f" WHERE t.office_id = {O} AND t.id = ?"
)
_DUTY = (
    f"SELECT p.login, p.name FROM duty d JOIN person p ON p.office_id = {O} AND p.id = d.person_id WHERE"
    f" d.office_id = {O} AND d.person_id = ? AND d.role = ? AND d.unit_id IS ? AND d.valid_from <= ?"
    " AND (d.valid_to IS NULL OR d.valid_to >= ?)"
)
_FORM = (
    "SELECT f.covers, e.id FROM filing f JOIN evidence e ON e.office_id = f.office_id AND"
    f" e.filing_id = f.id WHERE f.office_id = {O} AND f.id = ? LIMIT 1"
)
_TAKERS = (
    f"SELECT action, detail FROM event WHERE office_id = {O} AND object_type = 'task' AND object_id = ? AND"
    " result = 'done' ORDER BY seq"
)
_LAST = f"SELECT seq, hash FROM event WHERE office_id = {O} ORDER BY seq DESC LIMIT 1"
_HOLDERS = (
    f"SELECT DISTINCT d.person_id FROM duty d JOIN person p ON p.office_id = {O} AND p.id = d.person_id WHERE"
    f" d.office_id = {O} AND d.role = ? AND d.unit_id IS ? AND d.valid_from <= ?"
    " AND (d.valid_to IS NULL OR d.valid_to >= ?) AND p.active ORDER BY d.person_id"
)


class _Task(NamedTuple):
    """What ``_TASK`` reads."""

    state: str
    version: int
    unit_id: int
    round: int
    due_on: Any
    due_revision: int
    report_number: int
    late_days: int
    unit: str
    clause: str
    text: str
    title: str
    month: str
    month_is: str
    report_sha256: str | None
    office: str
    four_eyes: bool
    held: str | None


def _json(value: Any) -> str:
    return to_json(value).decode()


@dataclass(slots=True)
class _Step:
    """One step under way: what is asked, by whom and when."""

    action: str
    task_id: int
    task: _Task
    given: Given
    person: int
    login: str
    name: str
    at: str
    today: str
    key: str


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
    last = {table: connection.execute(f"SELECT max({KEYS[table]}) FROM {table}").fetchone()[0] or 0 for table in LEAVES}
    before = _row(connection, task)
    program.step(action, task)
    after = _row(connection, task)
    rows = {}
    for table in LEAVES:
        new = f"SELECT * FROM {table} WHERE {KEYS[table]} > ? LIMIT 1"
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
        self.swaps = {action: _swap(_columns(step)) for action, step in left.items()}
        self.rows = {
            (action, table): {name: value for name, value in row.items() if name != "id"}
            for action, step in left.items()
            for table, row in step.rows.items()
        }
        self.inserts = {(action, table): _insert(table, row) for (action, table), row in self.rows.items()}
        self.words = {
            action: from_json(step.rows["message"]["fields"]) for action, step in left.items() if action in TELLS
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

    def _inside(self, action: str, task_id: int) -> None:
        execute, left = self.connection.execute, self.left[action]
        at = self.now.isoformat(" ", "microseconds")[:26]
        today = (self.now + timedelta(hours=8)).date().isoformat()
        person, (role, of_unit) = self.people.who(action, task_id), DUTY[action]
        task = _Task._make(execute(_TASK, (task_id,)).fetchone())
        duty = execute(_DUTY, (person, role, task.unit_id if of_unit else None, today, today)).fetchone()
        if duty is None:
            raise Conflict
        key = f"{action}-{task_id}"
        if execute(_KEPT, (duty[0], key)).fetchone() is not None:
            return
        step = _Step(action, task_id, task, given(action, task_id), person, duty[0], duty[1], at, today, key)
        if task.state != left.before or task.month_is == "closed" or not self._may_go_on(step):
            raise Conflict
        self._write(step, left)

    def _may_go_on(self, step: _Step) -> bool:
        """The guard of the step: the signed form is of this very report; whoever approves did not file or sign."""
        task = step.task
        if step.action == "sign_stamp":
            form = self.connection.execute(_FORM, (step.given.filing_id,)).fetchone()
            return form is not None and [step.task_id, task.report_number, task.report_sha256] in from_json(form[0])
        if step.action == "approve" and task.four_eyes:
            for taken, told in self.connection.execute(_TAKERS, (step.task_id,)):
                detail = from_json(told)
                if (
                    taken in {"report", "sign_stamp"}
                    and detail["round"] == task.round
                    and step.person in detail["people"]
                ):
                    return False
        return True

    def _write(self, step: _Step, left: Left) -> None:
        task, version = step.task, step.task.version + 1
        detail: dict[str, Any] = {"round": task.round, "people": [step.person]}
        if step.action == "report":
            detail |= self._report(step)
        if step.action == "sign_stamp":
            detail |= {"filing": step.given.filing_id, "signer": step.given.signer, "seal": step.given.seal}
        self._append(step, version, detail)
        values = [_changed(name, left, step, version) for name in _columns(left)]
        swapped = self.connection.execute(self.swaps[step.action], [*values, step.task_id, task.version, task.state])
        if swapped.rowcount != 1:
            raise Conflict
        if step.action in TELLS:
            self._tell(step, version)
        asked = fingerprint([step.action, step.task_id, None, str(step.given)])
        kept = {"task_id": step.task_id, "action": step.action, "state": left.changed["state"], "version": version}
        self._add(step, "operation", actor=step.login, key=step.key, asked_sha256=asked, answer=_json(kept), at=step.at)

    def _report(self, step: _Step) -> dict[str, Any]:
        """The report; what the event says of it."""
        filed, number = step.given, step.task.report_number + 1
        words: dict[str, Any] = {
            "progress": filed.progress, "percent": filed.percent, "no_progress": filed.no_progress,
            "reason": filed.reason, "problems": filed.problems, "next_steps": filed.next_steps, "values": [],
        }  # fmt: skip
        sha256 = fingerprint({"task": step.task_id, **words})
        self._add(
            step, "report", **words | {"values": "[]"}, task_id=step.task_id, number=number, round=step.task.round,
            filed_by=step.person, filed_at=step.at, content_sha256=sha256,
        )  # fmt: skip
        return {"report": number, "sha256": sha256}

    def _append(self, step: _Step, version: int, detail: dict[str, Any]) -> None:
        seq, last = self.connection.execute(_LAST).fetchone()
        row = self.rows[step.action, "event"] | {
            "seq": seq + 1, "at": self.now.isoformat(), "object_id": step.task_id, "version": version, "detail": detail,
            "operation_id": step.key, "prev_hash": last, "actor": step.login, "actor_name": step.name,
            "unit": step.task.unit,
        }  # fmt: skip
        row["hash"] = fingerprint({name: row[name] for name in HASHED})
        row["at"], row["detail"] = step.at, _json(detail)
        self.connection.execute(self.inserts[step.action, "event"], [*row.values()])

    def _tell(self, step: _Step, version: int) -> None:
        (role, of_unit), task = TELLS[step.action], step.task
        fields, about = _json(self._words(step)), _json([[step.task_id, task.round, task.due_revision]])
        asked = (role, task.unit_id if of_unit else None, step.today, step.today)
        for (person,) in self.connection.execute(_HOLDERS, asked).fetchall():
            row = self.rows[step.action, "message"]
            key = f"{row['event']}|task {step.task_id} version {version}|{person}|{row['channel']}"
            stamp = f"<{hashlib.sha256(f'{O}|{key}'.encode()).hexdigest()[:32]}@duban>"
            self._add(
                step, "message", dedupe_key=key, recipient_id=person, fields=fields, about=about, message_id=stamp,
                state="held" if task.held else "due", reason=task.held or "", created_at=step.at, next_at=step.at,
            )  # fmt: skip

    def _words(self, step: _Step) -> dict[str, Any]:
        """What a message is made of."""
        task, words = step.task, self.words[step.action]
        today, due_on = date.fromisoformat(step.today), date.fromisoformat(str(task.due_on))
        late = max((today - due_on).days, 0) if step.action == "report" else task.late_days
        quoted = task.text if len(task.text) <= QUOTED else task.text[: QUOTED - 1] + "…"
        line = {
            **words["tasks"][0], "task_id": step.task_id, "clause_number": task.clause, "clause_text": quoted,
            "title": task.title, "unit_name": task.unit, "due_on": _day(due_on), "days_late": late, "round": task.round,
        }  # fmt: skip
        return {
            **words, "office_name": task.office, "unit_name": task.unit, "due_on": _day(due_on), "today": _day(today),
            "period_month": f"{task.month[:4]}年{int(task.month[5:])}月", "tasks": [line], "actor_name": step.name,
        }  # fmt: skip

    def _add(self, step: _Step, table: str, **own: Any) -> None:
        row = self.rows[step.action, table] | own
        self.connection.execute(self.inserts[step.action, table], [*row.values()])

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _columns(left: Left) -> list[str]:
    """Of the task: what the step changed; how late a signature came may be as it was."""
    return [*left.changed, "late_days"] if "signed_at" in left.changed else [*left.changed]


def _changed(name: str, left: Left, step: _Step, version: int) -> Any:
    """How a column of the task stands after the step."""
    if name.endswith("_at"):
        return step.at
    if name.endswith("_by"):
        return step.person
    if name == "late_days":
        late = (date.fromisoformat(step.today) - date.fromisoformat(str(step.task.due_on))).days
        return max(late, step.task.late_days, 0)
    return (
        version if name == "version" else step.task.report_number + 1 if name == "report_number" else left.changed[name]
    )


def _swap(columns: list[str]) -> str:
    sets = ", ".join(f"{name} = ?" for name in columns)
    return f"UPDATE task SET {sets} WHERE office_id = {O} AND id = ? AND version = ? AND state = ?"


def _insert(table: str, row: dict[str, Any]) -> str:
    """The number of a row is the next one of the office; events bring their own."""
    names, places = [f'"{name}"' for name in row], ["?"] * len(row)
    if table != "event":
        names.append("id")
        places.append(f"(SELECT coalesce(max(id), 0) + 1 FROM {table} WHERE office_id = {O})")
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(places)})"

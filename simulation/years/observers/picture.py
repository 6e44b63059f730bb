"""What an observation reads: the bare rows of the database, and what the observers remember of earlier ones.

A year is observed every month, so what cannot change any more is read once: the events before the last one seen, as
long as that one still stands there, and the messages, which are queued whole. A ``Memory`` of its own reads everything.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from simulation.years.observers.evidence import acknowledged
from simulation.years.observers.law import Law, read_law

if TYPE_CHECKING:
    from simulation.years.observers.evidence import Evidence

#: Shanghai keeps no summer time in any simulated year, so its offset is all that is needed
SHANGHAI: Final = timezone(timedelta(hours=8))
#: hands that no journal follows: setting up, and the scheduler, which changes no state
UNSEEN: Final = frozenset({"setup", "scheduler"})
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the trail."""

    seq: int
    at: datetime
    actor: str
    role: str
    unit: str
    action: str
    object_type: str
    object_id: int
    version: int
    from_state: str
    to_state: str
    result: str
    reason: str
    detail: dict[str, Any]
    operation_id: str
    prev_hash: str
    hash: str
    #: what the row hashes to, reckoned here
    reckoned: str

    @property
    def wall(self) -> datetime:
        """What the program's clock showed: the row says so where the trail's time stands still instead."""
        return datetime.fromisoformat(self.detail["wall_clock"]) if "wall_clock" in self.detail else self.at


@dataclass(frozen=True, slots=True)
class Letter:
    """What a queued message speaks of: (task, round, due revision, rule) of each line; a rule only in reminders."""

    message_id: str
    event: str
    key: str
    recipient: int
    created_at: datetime
    chases: bool
    lines: tuple[tuple[int, int, int, str, tuple[str, ...]], ...]


@dataclass(slots=True)
class Memory:
    """What the observers keep between two observations of one office."""

    events: list[Event] = field(default_factory=list)
    letters: dict[int, Letter] = field(default_factory=dict)
    #: heads of the trail as they were seen, with how much had been told by then
    heads: list[tuple[int, int, str]] = field(default_factory=list)
    #: files hashed already: name → (when written, size)
    files: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: how many restores had happened
    restores: int = 0
    #: the days that differed from Monday to Friday at the last observation, and every day that was moved, with when
    calendar: dict[date, bool] | None = None
    moved_days: list[tuple[datetime, set[date]]] = field(default_factory=list)
    #: the office's own ladders, each with the true instant from which it was in force; empty = those of the flows
    ladders: list[tuple[datetime, str]] = field(default_factory=lambda: [(LONG_AGO, "")])
    #: between these true instants the ladder was edited more than once: nobody outside saw those in between
    edited: list[tuple[datetime, datetime]] = field(default_factory=list)

    def forget(self) -> None:
        """Another database lies there: nothing read from the old one counts."""
        self.events.clear()
        self.letters.clear()


@dataclass(slots=True)
class Picture:
    """An office as it stands at one observation."""

    evidence: Evidence
    memory: Memory
    tables: dict[str, list[dict[str, Any]]]
    #: the number of events that an earlier observation has seen and held good
    known: int
    laws: dict[str, Law]
    #: spans of the journal that a restore took back: after the first entry, before the second
    lost: list[tuple[int, int]]

    @property
    def events(self) -> list[Event]:
        """The whole trail."""
        return self.memory.events

    def fresh(self) -> list[Event]:
        """The events since the last observation."""
        return self.events[self.known :]

    def taken_back(self, place: int) -> bool:
        """Whether a restore took back what was told at this place of the journal."""
        return any(first < place < last for first, last in self.lost)


def instant(text: str) -> datetime:
    """A stored instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day_of(moment: datetime) -> date:
    """The civil date in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


#: the tables read each time, with the columns of interest: they are small, or change
_TABLES: Final = {
    "task": "*",
    "period": "*",
    "report": "*",
    "filing": "*",
    "evidence": "*",
    "attachment": "*",
    "request": "*",
    "summary": "*",
    "paper": "id, files, head_seq, head_hash",
    "reminder": "*",
    "message": "id, message_id, state, reason, attempts, created_at, next_at, event, recipient_id, dedupe_key",
    "attempt": "message, number, outcome, started_at",
    "flow": "sha256, text",
    "duty": "*",
    "person": "id, login, email, active",
    "unit": "id, name",
    "absence": "person_id, substitute_id, from_on, to_on",
    "calendarday": "day, works",
    "office": "*",
    "operation": "actor, key, answer",
}


def look(evidence: Evidence, memory: Memory) -> Picture:
    """Read the office as it stands."""
    with closing(sqlite3.connect(evidence.database)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")
        lost = _lost(evidence)
        if len(lost) != memory.restores:
            memory.restores = len(lost)
            memory.forget()
        known = _read_events(connection, memory)
        tables = {name: [dict(row) for row in connection.execute(f"SELECT {columns} FROM {name}")]  # noqa: S608
                  for name, columns in _TABLES.items()}  # fmt: skip
        _read_letters(connection, memory)
    laws = {
        row["sha256"]: read_law(row["text"])
        for row in tables["flow"]
        if hashlib.sha256(row["text"].encode()).hexdigest() == row["sha256"]
    }
    return Picture(evidence, memory, tables, known, laws, lost)


def _read_events(connection: sqlite3.Connection, memory: Memory) -> int:
    """Read on from the last event seen; from the beginning when it does not stand there any more."""
    last = memory.events[-1] if memory.events else None
    if last is not None:
        row = connection.execute("SELECT hash FROM event WHERE seq = ?", (last.seq,)).fetchone()
        if row is None or row["hash"] != last.hash:
            memory.forget()
            last = None
    known = len(memory.events)
    rows = connection.execute("SELECT * FROM event WHERE seq > ? ORDER BY seq", (last.seq if last else 0,))
    memory.events.extend(_event(row) for row in rows)
    return known


def _event(row: sqlite3.Row) -> Event:
    covered = {name: row[name] for name in row.keys() if name != "hash"}  # noqa: SIM118 - a Row yields its values
    covered["detail"] = json.loads(row["detail"])
    at = instant(row["at"])
    covered["at"] = at.isoformat()
    text = json.dumps(covered, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Event(
        row["seq"], at, row["actor"], row["role"], row["unit"], row["action"], row["object_type"], row["object_id"],
        row["version"], row["from_state"], row["to_state"], row["result"], row["reason"], covered["detail"],
        row["operation_id"], row["prev_hash"], row["hash"],
        hashlib.new(row["algorithm"], text.encode()).hexdigest(),
    )  # fmt: skip


def _read_letters(connection: sqlite3.Connection, memory: Memory) -> None:
    # the latest may have been joined by another telling of their instant
    last = max(memory.letters, default=0) - 100
    columns = "id, message_id, event, dedupe_key, recipient_id, created_at, fields, about, while_states"
    for row in connection.execute(f"SELECT {columns} FROM message WHERE id > ?", (last,)):  # noqa: S608
        tasks = {line.get("task_id"): line for line in json.loads(row["fields"]).get("tasks") or ()}
        while_states = tuple(json.loads(row["while_states"]))
        lines = tuple(
            (task, round_, revision, line.get("rule", ""), tuple(line.get("while_states", while_states)))
            for task, round_, revision in json.loads(row["about"])
            for line in (tasks.get(task, {}),)
        )
        memory.letters[row["id"]] = Letter(
            row["message_id"], row["event"], row["dedupe_key"], row["recipient_id"], instant(row["created_at"]),
            bool(while_states), lines,
        )  # fmt: skip


def _lost(evidence: Evidence) -> list[tuple[int, int]]:
    """What each restore took back: everything told since its backup was begun."""
    backups: dict[str, int] = {}
    found = []
    for place, told in enumerate(evidence.told):
        if told.deed == "backup" and acknowledged(told):
            backups[told.key] = place
        elif told.deed == "restore" and acknowledged(told):
            found.append((backups.get(told.key, -1), place))
    return found

"""Sweeps of an office, and what they left; several schedulers at once, and the proof that each due rung was decided once."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from kit.office import at
from kit.race import Told, race, whole
from models.errors import Refused
from notifications.outbox import deliver
from schedules import clock_guard
from schedules.due import firings
from schedules.facts import load_facts
from schedules.ladders import Ladders
from schedules.rules import load_rules
from schedules.runner import tick
from schedules.select import NO_DRIFT
from schedules.sweep import SweepReport, sweep
from workflow.calendar_store import load_calendar

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from kit.office import SmallOffice
    from kit.race import Act
    from kit.world import World
    from notifications.channel import Envelope

#: ticks through the month that the small office has; each comes to what has become due since the last
FIRST, TICKS, APART = at("2022-06-01 09:00"), 14, timedelta(days=3)
RULES = load_rules()


def run(office: SmallOffice, when: str | datetime, *, proved: bool = True) -> SweepReport:
    """One sweep by the default ladder; an instant may be a Shanghai wall time."""
    return sweep(
        office.database, 1, RULES, at(when) if isinstance(when, str) else when, drift=NO_DRIFT if proved else None
    )


def ledger(office: SmallOffice, task: int) -> list[tuple[str, str]]:
    """(rule, how it ended) of each rung of a task that was decided."""
    return [(row["rule"], row["state"]) for row in office.rows("reminder", task_id=task)]


def told(office: SmallOffice, event: str) -> list[str]:
    """The logins that have a message about something."""
    names = {number: login for login, number in office.people.items()}
    return [names[row["recipient_id"]] for row in office.rows("message", event=event)]


def confirm(office: SmallOffice, when: str) -> None:
    """The director confirms the clock; nobody else can."""
    with pytest.raises(Refused), office.database.write(1) as connection:
        clock_guard.confirm(connection, 1, office.actor("clerk1"), at(when))
    with office.database.write(1) as connection:
        clock_guard.confirm(connection, 1, office.actor("director"), at(when))


@dataclass(frozen=True)
class Ledger:
    """A channel of all processes together: each message is a line at the end of one file."""

    file: Path
    name: str = "file"
    private: bool = True

    def __call__(self, _name: str) -> Ledger:
        return self

    def send(self, envelope: Envelope) -> str:
        """One write, which the system does not mix with another's."""
        handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(handle, f"{envelope.message_id}\n".encode())
        finally:
            os.close(handle)
        return ""

    def copies(self) -> Counter[str]:
        """How often each message went out."""
        return Counter(self.file.read_text().split())


def ticking(now: datetime, box: Ledger) -> Act:
    """One tick, as the service does it; how many rungs it decided."""

    def act(world: World) -> int:
        done = tick(world.database, 1, None, lambda at_: deliver(world.database, 1, box, at_), now, drift=NO_DRIFT)
        return done.sweep.decided

    return act


def prove_each_decided_once(world: World, count: int, url: str = "") -> int:
    """``count`` schedulers tick at the same instants for a month; how many rungs they decided."""
    box = Ledger(world.folder / "sent.txt")
    expected = due_rungs(world, FIRST + (TICKS - 1) * APART)
    ticks = [ticking(FIRST + n * APART, box) for n in range(TICKS)]
    found = race(world, *[ticks] * count, url=url)
    assert not [told for share in found for told in share if told.refusal]
    return _proved(world, box, expected, found)


def due_rungs(world: World, until: datetime) -> set[tuple[int, str]]:
    """What has to be decided, from the rules and the calendar alone."""
    with world.database.read() as connection:
        calendar, facts = load_calendar(connection, 1), load_facts(connection, 1, sa.true())
    ladders = Ladders(None)
    return {
        (one.task_id, firing.rule_name)
        for one in facts
        for firing in firings(ladders.of(one.flow), one, calendar)
        if firing.fires_at <= until
    }


def _proved(world: World, box: Ledger, expected: set[tuple[int, str]], found: list[list[Told]]) -> int:
    rows = world.rows("reminder")
    keys = Counter((row["task_id"], row["round"], row["due_revision"], row["rule"]) for row in rows)
    assert set(keys.values()) == {1}
    assert {(row["task_id"], row["rule"]) for row in rows} >= expected
    assert sum(told.answer for share in found for told in share) == len(rows)
    _each_row_has_its_message(world, rows)
    sent = {row["message_id"] for row in world.rows("message", state="sent")}
    assert box.copies() == dict.fromkeys(sent, 1)
    assert {row["state"] for row in world.rows("message")} <= {"sent", "not_needed", "superseded"}
    whole(world)
    return len(rows)


def _each_row_has_its_message(world: World, rows: list[dict[str, Any]]) -> None:
    """Who fired has told somebody in the same transaction, and nobody was told without."""
    told = {
        (line["task_id"], line["rule"]) for row in world.rows("message") for line in row["fields"].get("tasks") or ()
        if "rule" in line
    }  # fmt: skip
    fired = {(row["task_id"], row["rule"]) for row in rows if row["state"] == "fired"}
    assert told == fired

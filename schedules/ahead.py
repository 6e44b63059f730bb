"""What the rules will say next to a task if nothing changes: the rung of the ladder that it comes to, and when.

The same decisions as the sweep and the plan (``plan.py``), asked by the task instead of by the day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import tables as t
from schedules.facts import Hours, load_facts, load_ledger
from schedules.ladders import Ladders
from schedules.select import most_severe, outranked
from schedules.timetable import Timetable
from schedules.waiting import Waiting
from workflow.calendar_store import load_calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from schedules.due import Firing
    from schedules.rules import Rule


def next_rungs(
    connection: Connection,
    office_id: int,
    rules: Sequence[Rule] | None,
    tasks: Collection[int],
    now: datetime,
    hours: Hours | None = None,
) -> dict[int, tuple[datetime, Firing]]:
    """By task: when the next rung speaks (``now`` when it is due and the sweep has not come by), and the gravest one then."""
    hours = hours or Hours()
    facts = load_facts(connection, office_id, t.task.c.id.in_(tasks))
    calendar = load_calendar(connection, office_id)
    ledger, ladders = load_ledger(connection, office_id, tasks), Ladders(rules)
    table, left = Timetable(ladders, calendar, hours.send_at), Waiting(ledger.decided)
    said = ledger.said(facts, ladders)
    found: dict[int, tuple[datetime, Firing]] = {}
    for one in facts:
        waiting = [rung.to(one) for rung in left.of(one, table.planned(one))]
        heard, _overtaken = outranked(waiting, said)
        at = min((max(firing.fires_at, now) for firing in heard), default=None)
        if at is not None:
            then, _superseded = most_severe(firing for firing in heard if max(firing.fires_at, now) == at)
            found[one.task_id] = (at, max(then, key=lambda firing: firing.level))
    return found

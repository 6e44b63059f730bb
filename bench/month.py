"""The steps that are measured: what a report goes through in a month, by the people whose duty it is.

``report`` by the unit's clerk, ``sign_stamp`` by its leader on the printed and attached form, ``approve`` by a reviewer
under four eyes, ``aggregate`` by the director. Each with an idempotency key, as the desk and the commands send them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bench.stock import TEXT
from models.times import local_date
from simulation.scene import OFFICE_ID
from workflow import actions, cases
from workflow.case import Given

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.stock import Stock
    from models.database import Database
    from workflow.case import Actor

STEPS: Final = ("report", "sign_stamp", "approve", "aggregate")
#: the duty that takes the step, and whether it is the unit's
DUTY: Final = {
    "receive": ("clerk", True),
    "report": ("clerk", True),
    "sign_stamp": ("leader", True),
    "approve": ("reviewer", False),
    "aggregate": ("director", False),
}
MORNING: Final = datetime(2022, 6, 20, 1, tzinfo=UTC)
#: a second goes by between two steps: each has an instant of its own, as in life
TICK: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class People:
    """Who holds which duty: (role, unit or None) → the person, and the unit of each task of the frame."""

    holders: dict[tuple[str, int | None], int]
    units: tuple[int, ...]

    def who(self, action: str, task: int) -> int:
        """The person whose turn it is."""
        role, of_unit = DUTY[action]
        return self.holders[role, self.unit(task) if of_unit else None]

    def unit(self, task: int) -> int:
        """Whose task it is: the spare ones go round the frame."""
        return self.units[task % len(self.units)]


def people(stock: Stock) -> People:
    """Of an office."""
    with closing(sqlite3.connect(stock.file)) as connection:
        duties = connection.execute("SELECT role, unit_id, person_id FROM duty ORDER BY id DESC").fetchall()
        units = dict(connection.execute("SELECT id, unit_id FROM task WHERE id BETWEEN ? AND ?", _turn(stock)))
    return People({(role, unit): person for role, unit, person in duties}, tuple(units[number] for number in sorted(units, key=lambda one: one % stock.frame.tasks)))  # fmt: skip


def _turn(stock: Stock) -> tuple[int, int]:
    return stock.first, stock.first + stock.frame.tasks - 1


def print_forms(file: Path, tasks: Sequence[int]) -> None:
    """A signed and attached form for each of the reported tasks, under the task's number: for the circumstances of a step."""
    first, last = tasks[0], tasks[-1]
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        reports = f"FROM report WHERE office_id = {OFFICE_ID} AND task_id BETWEEN {first} AND {last} AND number = 1"
        connection.execute(
            "INSERT INTO filing (office_id, id, period_id, unit_id, number, content_sha256, check_code, covers,"
            " printed_by, printed_at) SELECT office_id, task_id, 1, 1, task_id, 'c' || task_id, 'c' || task_id,"
            f" json_array(json_array(task_id, number, content_sha256)), 'clerk', filed_at {reports}"
        )
        connection.execute(
            "INSERT INTO attachment (office_id, id, sha256, name, media_type, size, stored_by, stored_at)"
            f" SELECT office_id, task_id, 'a' || task_id, 'scan.pdf', 'application/pdf', 1, 'clerk', filed_at {reports}"
        )
        connection.execute(
            "INSERT INTO evidence (office_id, id, filing_id, attachment_id, kind, signer, seal, attested_by,"
            f" attested_at) SELECT office_id, task_id, task_id, task_id, 'scan', '李一', '公章', 'clerk', filed_at {reports}"
        )
        connection.execute("COMMIT")


class Duban:
    """The program's own path: who the person is and may do is looked up anew for each step, then the step."""

    def __init__(
        self, database: Database, people: People, start: datetime = MORNING, *, office_id: int = OFFICE_ID
    ) -> None:
        """On an office that is open."""
        self.database, self.people, self.now, self.office_id = database, people, start, office_id

    def actor(self, person: int) -> Actor:
        """As the desk and each command load whoever is there."""
        today = local_date(self.now)
        return self.database.glance(lambda c: cases.load_actor(c, self.office_id, person, today, source="web"))

    def step(self, action: str, task: int) -> None:
        """One step, durable."""
        self.now += TICK
        actor = self.actor(self.people.who(action, task))
        actions.act(self.database, self.office_id, actor, command(action, task), self.now)

    def close(self) -> None:
        """Give the file back."""
        self.database.close()


def command(action: str, task: int) -> actions.Command:
    """What is asked."""
    return actions.Command(action, task, given=given(action, task), operation_id=f"{action}-{task}")


def given(action: str, task: int) -> Given:
    """What the person supplies."""
    match action:
        case "report":
            return Given(progress=TEXT, percent=65)
        case "sign_stamp":
            return Given(filing_id=task, signer="李一", seal="公章")
        case "aggregate":
            return Given(summary_number=1)
        case _:
            return Given()

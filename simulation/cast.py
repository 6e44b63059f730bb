"""The people of a rehearsal: who works where, and the habit each unit's clerk has this month.

Names are functions, not persons. Habits are dealt out by a seeded shuffle, so that the same seed gives the same month.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.states import Role
from models.times import local_date
from workflow import cases, people

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor


class Habit(Enum):
    """How a unit behaves in the month, in working days from the due date."""

    EARLY = "early"
    ON_TIME = "on time"
    LATE = "late"
    SILENT = "silent"
    RETURNED_TWICE = "returned twice"


#: how many of ten units have which habit
DEALT: Final = (
    *(Habit.EARLY,) * 3,
    *(Habit.ON_TIME,) * 4,
    Habit.LATE,
    Habit.SILENT,
    Habit.RETURNED_TWICE,
)
OFFICE: Final = {
    "reviewer1": Role.REVIEWER,
    "reviewer2": Role.REVIEWER,
    "director": Role.DIRECTOR,
    "reader": Role.READER,
}


@dataclass(frozen=True, slots=True)
class UnitCast:
    """A unit with its clerk, its leader and this month's habit."""

    unit_id: int
    name: str
    clerk: Actor
    leader: Actor
    habit: Habit


@dataclass(frozen=True, slots=True)
class Cast:
    """Everyone who takes part."""

    units: tuple[UnitCast, ...]
    reviewers: tuple[Actor, ...]
    director: Actor


def administrator(connection: Connection, office_id: int, login: str, now: datetime) -> Actor:
    """One of the three administrators the office was set up with."""
    number = people.person_id(connection, office_id, login)
    return cases.load_actor(connection, office_id, number, local_date(now), source="rehearsal")


def hire_office(connection: Connection, office_id: int, now: datetime, mail: str = "") -> None:
    """Accounts and duties of the office's own people, made by the administrators as in a real office.

    ``mail`` is the part behind the @ of everybody's address; without it nobody has one.
    """
    system = administrator(connection, office_id, "sysadmin", now)
    security = administrator(connection, office_id, "secadmin", now)
    for login, role in OFFICE.items():
        name = f"{role.label}{login[-1:] if login[-1].isdigit() else ''}"
        people.add_person(connection, office_id, system, login, name, now, email=_address(login, mail))
        people.grant(connection, office_id, security, login, role, now)


def hire_units(connection: Connection, office_id: int, now: datetime, mail: str = "") -> None:
    """A clerk and a leader for every unit of the register."""
    system = administrator(connection, office_id, "sysadmin", now)
    security = administrator(connection, office_id, "secadmin", now)
    for unit in _units(connection, office_id):
        for role in (Role.CLERK, Role.LEADER):
            login, name = f"{role.value}{unit.id}", f"{unit.name}{role.label}"
            people.add_person(connection, office_id, system, login, name, now, email=_address(login, mail))
            people.grant(connection, office_id, security, login, role, now, unit_id=unit.id)


def _address(login: str, mail: str) -> str:
    return f"{login}@{mail}" if mail else ""


def _units(connection: Connection, office_id: int) -> list[sa.Row[tuple[int, str]]]:
    return list(
        connection.execute(
            sa.select(t.unit.c.id, t.unit.c.name).where(t.unit.c.office_id == office_id).order_by(t.unit.c.id)
        )
    )


def assemble(connection: Connection, office_id: int, seed: int, now: datetime) -> Cast:
    """The cast as actors, with habits dealt out by the seed; every habit occurs when there are units enough."""

    def actor(login: str) -> Actor:
        number = people.person_id(connection, office_id, login)
        return cases.load_actor(connection, office_id, number, local_date(now), source="rehearsal")

    units = _units(connection, office_id)
    habits = [DEALT[place % len(DEALT)] for place in range(len(units))]
    Random(seed).shuffle(habits)
    return Cast(
        units=tuple(
            UnitCast(unit.id, unit.name, actor(f"clerk{unit.id}"), actor(f"leader{unit.id}"), habit)
            for unit, habit in zip(units, habits, strict=True)
        ),
        reviewers=(actor("reviewer1"), actor("reviewer2")),
        director=actor("director"),
    )

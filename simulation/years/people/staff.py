"""Who works where in a simulated year, as people know it without asking the program: logins, absences, habits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.states import Role
from simulation.cast import DEALT, Habit
from simulation.years.city import OFFICE

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from sqlalchemy.engine import Connection

DIRECTOR: Final = "director"
SYSTEM, SECURITY = "sysadmin", "secadmin"
REVIEWERS: Final = ("reviewer1", "reviewer2")


@dataclass(slots=True)
class UnitStaff:
    """A unit and the logins of its clerk and its leader."""

    name: str
    clerk: str
    leader: str


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is not there from the first to the last day, and who acts in their name."""

    first: date
    last: date
    substitute: str


@dataclass(slots=True)
class Staff:
    """Everybody, by the unit's number; a unit that was succeeded by another is gone from here."""

    units: dict[int, UnitStaff] = field(default_factory=dict)
    away: dict[str, Away] = field(default_factory=dict)
    habits: dict[tuple[str, int], Habit] = field(default_factory=dict)

    def meet(self, connection: Connection) -> None:
        """Learn who works where on the first day."""
        d, p, u = t.duty.c, t.person.c, t.unit.c
        query = (
            sa.select(u.id, u.name, d.role, p.login)
            .join(t.duty, sa.and_(d.office_id == u.office_id, d.unit_id == u.id))
            .join(t.person, sa.and_(p.office_id == d.office_id, p.id == d.person_id))
            .where(u.office_id == OFFICE)
            .order_by(u.id, d.id)
        )
        for row in connection.execute(query):
            unit = self.units.setdefault(row.id, UnitStaff(row.name, "", ""))
            setattr(unit, Role(row.role).value, row.login)

    def acts_for(self, login: str, today: date) -> tuple[str, str]:
        """Who does a person's work today, and in whose name: (login, absent login or empty)."""
        away = self.away.get(login)
        if away is not None and away.first <= today <= away.last:
            return away.substitute, login
        return login, ""

    def habit(self, month: str, unit: int, chance: Random) -> Habit:
        """How a unit behaves in a month; dealt out anew each month, so that nobody is late for ever."""
        if (month, unit) not in self.habits:
            numbers = sorted(self.units)
            dealt = [DEALT[place % len(DEALT)] for place in range(len(numbers))]
            chance.shuffle(dealt)
            self.habits |= {(month, number): habit for number, habit in zip(numbers, dealt, strict=True)}
        return self.habits.setdefault((month, unit), Habit.ON_TIME)  # a unit that came later

"""The register of units as lists show it: names, aliases, rosters, and what a succession would move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.duties import held_on, lasting
from models.states import FINISHED, PeriodState, Stage
from workflow import parts, units
from workflow.paging import SIZE, before_page

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit: its other names, who took over from it, how many tasks it has open, how many people hold a duty in it."""

    id: int
    name: str
    aliases: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    successor: str
    tasks: int
    people: int


def register(
    connection: Connection, office_id: int, today: date, *, words: str = "", closed: bool = False, page: int = 1
) -> tuple[list[UnitRow], int]:
    """A page of the units whose name or alias holds ``words``, as they were entered, and how many there are."""
    u, a = t.unit.c, t.unit_alias.c
    wanted = sa.and_(u.office_id == office_id, u.valid_to.is_not(None) if closed else u.valid_to.is_(None))
    if words:
        also = sa.exists().where(
            a.office_id == u.office_id, a.unit_id == u.id, a.alias.icontains(words, autoescape=True)
        )
        wanted = sa.and_(wanted, sa.or_(u.name.icontains(words, autoescape=True), also))
    total = connection.scalar(sa.select(sa.func.count()).select_from(t.unit).where(wanted)) or 0
    heir = t.unit.alias("heir")
    query = (
        sa.select(u.id, u.name, u.valid_from, u.valid_to, heir.c.name.label("heir"),
                  _open_tasks(u.id).label("tasks"), _people(u.id, today).label("people"))
        .outerjoin(heir, sa.and_(heir.c.office_id == u.office_id, heir.c.id == u.successor_id))
        .where(wanted).order_by(u.id).limit(SIZE).offset(before_page(page, total))
    )  # fmt: skip
    rows = connection.execute(query).all()
    also_called: dict[int, list[str]] = {}
    numbers = [row.id for row in rows]
    for alias in connection.execute(sa.select(t.unit_alias).where(a.office_id == office_id, a.unit_id.in_(numbers))):
        also_called.setdefault(alias.unit_id, []).append(alias.alias)
    found = [
        UnitRow(row.id, row.name, tuple(also_called.get(row.id, ())), row.valid_from, row.valid_to, row.heir or "",
                row.tasks, row.people)
        for row in rows
    ]  # fmt: skip
    return found, total


def _open_tasks(unit_id: Any) -> Any:
    k, p, u = t.task.c, t.period.c, t.unit.c
    done = [stage.value for stage in FINISHED]
    running = sa.select(p.id).where(p.office_id == u.office_id, p.state == PeriodState.OPEN.value).correlate(t.unit)
    return (
        sa.select(sa.func.count())
        .select_from(t.task)
        .where(k.office_id == u.office_id, k.unit_id == unit_id, k.stage.not_in(done))
        .where(sa.or_(k.period_id.is_(None), k.period_id.in_(running)))
        .correlate(t.unit).scalar_subquery()
    )  # fmt: skip


def _people(unit_id: Any, today: date) -> Any:
    d, u = t.duty.c, t.unit.c
    return (
        sa.select(sa.func.count(sa.distinct(d.person_id)))
        .where(d.office_id == u.office_id, d.unit_id == unit_id, held_on(today))
        .correlate(t.unit).scalar_subquery()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Succession:
    """What moves when another unit takes over, and who has to be given a duty there."""

    responsibilities: int
    tasks: int
    stay: int
    problems: int
    people: tuple[str, ...]
    known: bool


def succession(connection: Connection, office_id: int, name: str, successor: str, today: date) -> Succession:
    """What ``units.succeed`` would do; E-404 where no unit bears the name."""
    old = units.unit_id(connection, office_id, name)
    r, k, p, d = t.responsibility.c, t.task.c, t.problem_unit.c, t.duty.c
    mine = sa.and_(r.office_id == office_id, r.unit_id == old, r.ended_at.is_(None))
    waits = k.stage.in_([Stage.ASSIGNED.value, Stage.RETURNED.value])
    under_way = k.stage.in_([Stage.REPORTED.value, Stage.SIGNED_STAMPED.value])
    of_clauses = sa.and_(
        k.office_id == office_id,
        k.responsibility_id.in_(sa.select(r.id).where(mine)),
        k.period_id.in_(units.running_months(office_id)),
    )
    standing = sa.select(k.problem_id).where(
        k.office_id == office_id, k.period_id.is_(None), k.stage.not_in([stage.value for stage in FINISHED])
    )
    people = (
        sa.select(t.person.c.name).distinct()
        .join(t.duty, sa.and_(d.office_id == t.person.c.office_id, d.person_id == t.person.c.id))
        .where(d.office_id == office_id, d.unit_id == old, lasting(today))
        .order_by(t.person.c.name)
    )  # fmt: skip

    def count(table: Any, *conditions: Any) -> int:
        return connection.scalar(sa.select(sa.func.count()).select_from(table).where(*conditions)) or 0

    return Succession(
        count(t.responsibility, mine), count(t.task, of_clauses, waits), count(t.task, of_clauses, under_way),
        count(t.problem_unit, p.office_id == office_id, p.unit_id == old, p.problem_id.in_(standing)),
        tuple(connection.scalars(people)), units.find_unit(connection, office_id, successor) is not None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Roster:
    """Whom a collective name means, everywhere or (``clause``) in one clause; who said so and when."""

    group: str
    clause: str
    members: tuple[str, ...]
    by: str
    at: datetime


def rosters(connection: Connection, office_id: int) -> list[Roster]:
    """Every roster, the general one of a name before those of clauses."""
    m, g, u, c = t.group_member.c, t.unit_group.c, t.unit.c, t.clause.c
    query = (
        sa.select(g.name, c.number, m.clause_id, u.name.label("unit"), m.expanded_by, m.expanded_at)
        .select_from(t.group_member)
        .join(t.unit_group, sa.and_(g.office_id == m.office_id, g.id == m.group_id))
        .join(t.unit, sa.and_(u.office_id == m.office_id, u.id == m.unit_id))
        .outerjoin(t.clause, sa.and_(c.office_id == m.office_id, c.id == m.clause_id))
        .where(m.office_id == office_id)
        .order_by(g.id, m.clause_id, m.id)
    )
    found: dict[tuple[str, int], list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault((row.name, row.clause_id), []).append(row)
    return [
        Roster(group, rows[0].number or "", tuple(row.unit for row in rows), rows[0].expanded_by, rows[0].expanded_at)
        for (group, _clause), rows in found.items()
    ]


@dataclass(frozen=True, slots=True)
class Collective:
    """A collective name of the notice, the clauses that use it, and those in which nobody knows yet whom it means."""

    group: str
    clauses: tuple[str, ...]
    bare: tuple[str, ...]


def collectives(connection: Connection, office_id: int) -> list[Collective]:
    """The collective names of the notice adopted last, those without a roster first."""
    n, c = t.notice.c, t.clause.c
    notice = connection.scalar(sa.select(sa.func.max(n.id)).where(n.office_id == office_id))
    if notice is None:
        return []
    kept = parts.kept_clauses(connection, office_id, notice)
    numbers = {
        row.number: row.id
        for row in connection.execute(
            sa.select(c.id, c.number).where(c.office_id == office_id, c.notice_id == notice, ~c.withdrawn)
        )
    }
    used: dict[str, list[str]] = {}
    for number, draft in kept.items():
        for group in draft["unit_groups"] if number in numbers else ():
            used.setdefault(group, []).append(number)
    found = [
        Collective(group, tuple(clauses), tuple(
            one for one in clauses if not units.roster(connection, office_id, group, numbers[one])
        ))
        for group, clauses in used.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: not one.bare)

"""The register of units: names, aliases, collective groups and their rosters (design, section 2).

Institutions are renamed and merged: a unit is closed and succeeded, never renamed in place. A roster is the office's
to set, for all clauses or for one; who set it and when is recorded.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Refused
from models.language import _
from models.states import FINISHED, PeriodState, Share, Stage
from models.times import local_date
from workflow import audit, name_matching, permissions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor


def find_unit(connection: Connection, office_id: int, name: str) -> int | None:
    """The number of the unit that bears a name or alias today, or None."""
    found = connection.scalar(
        sa.select(t.unit.c.id).where(
            t.unit.c.office_id == office_id, t.unit.c.name == name, t.unit.c.valid_to.is_(None)
        )
    )
    if found is None:
        found = connection.scalar(
            sa.select(t.unit_alias.c.unit_id).where(t.unit_alias.c.office_id == office_id, t.unit_alias.c.alias == name)
        )
    return int(found) if found is not None else None


def bearer(connection: Connection, office_id: int, name: str) -> int | None:
    """As ``find_unit``; a name that is closed stands for the unit that took over its work."""
    found = find_unit(connection, office_id, name)
    if found is not None:
        return found
    u = t.unit.c
    heir = connection.scalar(
        sa.select(u.successor_id).where(u.office_id == office_id, u.name == name).order_by(u.id.desc()).limit(1)
    )
    while heir is not None:
        row = connection.execute(
            sa.select(u.id, u.valid_to, u.successor_id).where(u.office_id == office_id, u.id == heir)
        ).one()
        if row.valid_to is None:
            return int(row.id)
        heir = row.successor_id
    return None


def nearest(connection: Connection, office_id: int, name: str) -> list[str]:
    """A few units of the register whose names come near one that no unit bears, the nearest first."""
    return name_matching.nearest(name, names_today(connection, office_id))


def unit_id(connection: Connection, office_id: int, name: str) -> int:
    """As ``find_unit``; E-404 when no unit bears the name."""
    found = find_unit(connection, office_id, name)
    if found is None:
        raise permissions.not_there(_("Unit"), name)
    return found


def names_today(connection: Connection, office_id: int) -> list[str]:
    """The names of the units of the register that are not closed, in the order in which they were entered."""
    u = t.unit.c
    query = sa.select(u.name).where(u.office_id == office_id, u.valid_to.is_(None)).order_by(u.id)
    return list(connection.scalars(query))


#: control characters, and marks that turn the direction of writing
_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def _plain(name: str) -> str:
    """A name as it is entered; E-N07. What turns the direction of writing would make it look like another one."""
    plain = name.strip()
    if not plain or _UNSEEN.search(plain):
        raise BadInput("E-N07", _("The unit's name is missing or holds control characters."), where=name[:40])
    return plain


def create_unit(connection: Connection, office_id: int, name: str, from_on: date) -> int:
    """The row of a unit, checked; E-N08 for one that began on this day, be it closed by now."""
    plain, u = _plain(name), t.unit.c
    same = (u.office_id == office_id, u.name == plain, u.valid_from == from_on)
    if connection.scalar(sa.select(u.id).where(*same)) is not None:
        raise Refused(
            "E-N08",
            _("A unit of this name is in the register already."),
            where=name,
            remedy=_("It began and was closed on this day: choose another name, or wait until tomorrow."),
        )
    return insert(connection, t.unit, office_id, name=plain, short_name="", valid_from=from_on)


def add_unit(connection: Connection, office_id: int, actor: Actor, name: str, now: datetime) -> int:
    """Enter a unit into the register."""
    role = permissions.demand(actor, "unit.manage")
    if find_unit(connection, office_id, name.strip()) is not None:
        raise Refused("E-N08", _("A unit of this name is in the register already."), where=name)
    number = create_unit(connection, office_id, name, local_date(now))
    audit.append(
        connection,
        office_id,
        actor,
        audit.Entry("unit.add", "unit", number, role=role.value, detail={"name": name.strip()}),
        now,
    )
    return number


def add_alias(connection: Connection, office_id: int, actor: Actor, name: str, alias: str, now: datetime) -> None:
    """Let a unit be found under another name too."""
    role = permissions.demand(actor, "unit.manage")
    number = unit_id(connection, office_id, name)
    if find_unit(connection, office_id, alias) is not None:
        raise Refused("E-N08", _("A unit of this name is in the register already."), where=alias)
    insert(connection, t.unit_alias, office_id, unit_id=number, alias=_plain(alias))
    detail = {"name": name, "alias": alias}
    audit.append(
        connection, office_id, actor, audit.Entry("unit.alias", "unit", number, role=role.value, detail=detail), now
    )


def succeed(connection: Connection, office_id: int, actor: Actor, name: str, successor: str, now: datetime) -> int:
    """Close a unit and let another take over its responsibilities and open tasks; nobody is left un-owned."""
    role = permissions.demand(actor, "unit.manage")
    old = unit_id(connection, office_id, name)
    new = find_unit(connection, office_id, successor)
    if new is None:
        new = create_unit(connection, office_id, successor, local_date(now))
    if new == old:
        raise BadInput("E-N09", _("A unit cannot succeed itself."), where=name)
    connection.execute(
        sa.update(t.unit)
        .where(t.unit.c.office_id == office_id, t.unit.c.id == old)
        .values(valid_to=local_date(now) - timedelta(days=1), successor_id=new)
    )
    moved = _move_duties(connection, office_id, old, new, now)
    problems = _move_problems(connection, office_id, old, new, now)
    detail = {"from": name, "to": successor, "responsibilities": moved, "problems": problems}
    audit.append(
        connection, office_id, actor, audit.Entry("unit.succeed", "unit", old, role=role.value, detail=detail), now
    )
    return new


def running_months(office_id: int) -> sa.Select[tuple[int]]:
    """The months that are not closed: what a unit owed in a closed one stays on record under its name."""
    p = t.period.c
    return sa.select(p.id).where(p.office_id == office_id, p.state == PeriodState.OPEN.value)


def _move_duties(connection: Connection, office_id: int, old: int, new: int, now: datetime) -> int:
    r = t.responsibility
    rows = connection.execute(
        sa.select(r).where(r.c.office_id == office_id, r.c.unit_id == old, r.c.ended_at.is_(None)).order_by(r.c.id)
    ).all()
    for row in rows:
        connection.execute(sa.update(r).where(r.c.office_id == office_id, r.c.id == row.id).values(ended_at=now))
        heir = _heir(connection, office_id, row, new)
        connection.execute(
            sa.update(t.task)
            .where(
                t.task.c.office_id == office_id,
                t.task.c.responsibility_id == row.id,
                t.task.c.stage.in_([Stage.ASSIGNED.value, Stage.RETURNED.value]),
                t.task.c.period_id.in_(running_months(office_id)),
            )
            .values(unit_id=new, responsibility_id=heir, version=t.task.c.version + 1, next_due_at=now)
        )
    return len(rows)


def _move_problems(connection: Connection, office_id: int, old: int, new: int, now: datetime) -> int:
    """The problems not yet done with go over whole, however far they are: somebody has to answer for the place."""
    k, p = t.task, t.problem_unit
    standing = sa.select(k.c.problem_id).where(
        k.c.office_id == office_id, k.c.period_id.is_(None), k.c.stage.not_in([stage.value for stage in FINISHED])
    )
    mine = sa.and_(p.c.office_id == office_id, p.c.unit_id == old, p.c.problem_id.in_(standing))
    rows = connection.execute(sa.select(p).where(mine)).all()
    for row in rows:
        beside = sa.and_(p.c.office_id == office_id, p.c.problem_id == row.problem_id, p.c.unit_id == new)
        known = connection.scalar(sa.select(p.c.position).where(beside))
        this = sa.and_(p.c.office_id == office_id, p.c.id == row.id)
        if known is None:
            connection.execute(sa.update(p).where(this).values(unit_id=new))
        else:  # named beside it already: one part is enough, the higher one
            connection.execute(sa.delete(p).where(this))
            connection.execute(sa.update(p).where(beside).values(position=min(known, row.position)))
    connection.execute(
        sa.update(k)
        .where(k.c.office_id == office_id, k.c.unit_id == old, k.c.problem_id.in_([row.problem_id for row in rows]))
        .values(unit_id=new, version=k.c.version + 1, next_due_at=now)
    )
    return len(rows)


def _heir(connection: Connection, office_id: int, row: Any, new: int) -> int:
    """The responsibility under which the waiting tasks go on: the successor's new part in the clause.

    A successor that is or was named in the clause keeps one part: it is taken up again, leads when the old unit led,
    and the waiting tasks come beside its own under the number they have.
    """
    r = t.responsibility
    mine = connection.execute(
        sa.select(r).where(r.c.office_id == office_id, r.c.clause_id == row.clause_id, r.c.unit_id == new)
    ).first()
    if mine is not None:
        takes_share = row.share == Share.LEAD or mine.ended_at is not None
        connection.execute(
            sa.update(r)
            .where(r.c.office_id == office_id, r.c.id == mine.id)
            .values(ended_at=None, share=row.share if takes_share else mine.share)
        )
        return int(row.id)
    return insert(
        connection,
        r,
        office_id,
        clause_id=row.clause_id,
        unit_id=new,
        share=row.share,
        position=row.position,
        via_group=row.via_group,
    )


def set_group(
    connection: Connection,
    office_id: int,
    actor: Actor,
    group: str,
    members: Sequence[str],
    now: datetime,
    *,
    clause_id: int = 0,
) -> list[int]:
    """Set a collective name's roster (for one clause when given); units not in the register are entered.

    Returns the members' numbers in the order given. What was assigned under the old roster stays until the notice is
    adopted again.
    """
    role = permissions.demand(actor, "unit.manage")
    if not members:
        raise BadInput("E-N10", _("A roster needs at least one unit."), where=group)
    group_id = _group_id(connection, office_id, _plain(group))
    numbers = [
        _entered(connection, office_id, name, now) for name in dict.fromkeys(member.strip() for member in members)
    ]
    m = t.group_member
    connection.execute(
        sa.delete(m).where(m.c.office_id == office_id, m.c.group_id == group_id, m.c.clause_id == clause_id)
    )
    by = {"group_id": group_id, "clause_id": clause_id, "expanded_by": actor.login, "expanded_at": now}
    for number in numbers:
        insert(connection, m, office_id, unit_id=number, **by)
    detail = {"group": group, "clause": clause_id, "units": list(members)}
    audit.append(
        connection, office_id, actor, audit.Entry("unit.group", "group", group_id, role=role.value, detail=detail), now
    )
    return numbers


def _entered(connection: Connection, office_id: int, name: str, now: datetime) -> int:
    found = bearer(connection, office_id, name)
    return found if found is not None else create_unit(connection, office_id, name, local_date(now))


def _group_id(connection: Connection, office_id: int, name: str) -> int:
    found = connection.scalar(
        sa.select(t.unit_group.c.id).where(t.unit_group.c.office_id == office_id, t.unit_group.c.name == name)
    )
    return int(found) if found is not None else insert(connection, t.unit_group, office_id, name=name)


def clause_id(connection: Connection, office_id: int, number: str) -> int:
    """The clause that people cite as 2.1, in the newest notice that has it; 0 for none; E-404."""
    if not number:
        return 0
    c = t.clause.c
    found = connection.scalar(
        sa.select(c.id)
        .where(c.office_id == office_id, c.number == number, ~c.withdrawn)
        .order_by(c.notice_id.desc())
        .limit(1)
    )
    if found is None:
        raise permissions.not_there(_("Clause"), number)
    return int(found)


def roster(connection: Connection, office_id: int, group: str, clause_id: int = 0) -> list[int]:
    """The units of a collective name: the clause's own roster when it has one, else the general one."""
    m, g = t.group_member.c, t.unit_group.c
    for clause in dict.fromkeys((clause_id, 0)):
        found = list(
            connection.scalars(
                sa.select(m.unit_id)
                .join(t.unit_group, sa.and_(g.office_id == m.office_id, g.id == m.group_id))
                .where(m.office_id == office_id, g.name == group, m.clause_id == clause)
                .order_by(m.id)
            )
        )
        if found:
            return found
    return []

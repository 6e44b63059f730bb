"""Who has which part in a clause: the named units in their order, then the units that a collective name stands for.

A collective name is expanded from the office's rosters alone. Where a clause names nobody but a collective, each of
its units leads. A part is never deleted: it ends, so that the tasks that were done under it keep their place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.states import PeriodState, Share, Stage
from models.times import local_date
from workflow import units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.drafts import ClauseDraft

#: units that came through a collective name stand after the named ones
AFTER_NAMED: Final = 100


@dataclass(slots=True)
class Adopted:
    """What adopting or revising did: counts, the units it entered, the collective names without a roster."""

    notice_id: int
    existed: bool = False
    clauses: int = 0
    responsibilities: int = 0
    #: parts that ended because the table or the roster no longer names the unit
    ended: int = 0
    new_units: list[str] = field(default_factory=list)
    open_groups: list[str] = field(default_factory=list)
    #: tasks of an open month that nobody asks for any more; only a person may waive them
    idle_tasks: list[int] = field(default_factory=list)
    #: warnings of the reader that nobody has ticked off: remarks, for whatever weighs is refused
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part in a clause as the table and the rosters want it."""

    position: int
    share: Share
    via_group: str = ""


def lead_first(names: Sequence[str], lead: str) -> tuple[str, ...]:
    """The units of a clause with the one that leads before the others, which keep their order."""
    return (lead, *(name for name in names if name != lead)) if lead in names else tuple(names)


def named_parts(
    connection: Connection, office_id: int, clause: ClauseDraft, made: Adopted, now: datetime
) -> dict[int, Part]:
    """The parts of the named units, the lead first; units that are new are entered into the register."""
    found: dict[int, Part] = {}
    for place, name in enumerate(lead_first(clause.units, clause.lead)):
        unit = units.bearer(connection, office_id, name)
        if unit is None:
            unit = units.create_unit(connection, office_id, name, local_date(now))
            made.new_units.append(name)
        found.setdefault(unit, Part(place, Share.SUPPORT if place else Share.LEAD))
    return found


def group_parts(
    connection: Connection, office_id: int, clause_id: int, groups: Sequence[str], *, leads: bool
) -> tuple[dict[int, Part], list[str]]:
    """The parts that the rosters give, and the collective names nobody has given one."""
    found: dict[int, Part] = {}
    bare = []
    for order, group in enumerate(groups):
        members = units.roster(connection, office_id, group, clause_id)
        if not members:
            bare.append(group)
        share = Share.LEAD if leads and order == 0 else Share.SUPPORT
        for unit in members:
            found.setdefault(unit, Part(AFTER_NAMED + len(found), share, group))
    return found, bare


def all_parts(
    connection: Connection, office_id: int, clause_id: int, clause: ClauseDraft, made: Adopted, now: datetime
) -> dict[int, Part]:
    """Every part in a clause; a unit that is named itself and in a roster has the part it is named for."""
    named = named_parts(connection, office_id, clause, made, now)
    more, bare = group_parts(connection, office_id, clause_id, clause.groups, leads=not named)
    made.open_groups += [group for group in bare if group not in made.open_groups]
    return {**more, **named}


def held_parts(connection: Connection, office_id: int, clause_id: int) -> dict[int, Any]:
    """The rows of a clause's parts by unit, ended ones too."""
    r = t.responsibility
    rows = connection.execute(sa.select(r).where(r.c.office_id == office_id, r.c.clause_id == clause_id))
    return {row.unit_id: row for row in rows}


def settle(
    connection: Connection, office_id: int, clause_id: int, wanted: dict[int, Part], made: Adopted, now: datetime
) -> None:
    """Bring a clause's parts to what is wanted: begin, change, take up again, end."""
    held = held_parts(connection, office_id, clause_id)
    for unit, part in wanted.items():
        row = held.get(unit)
        if row is None:
            begin(connection, office_id, clause_id, unit, part, made)
        elif (row.position, row.share, row.via_group, row.ended_at) != (
            part.position, part.share.value, part.via_group, None,
        ):  # fmt: skip
            _write(
                connection, office_id, row.id, position=part.position, share=part.share.value,
                via_group=part.via_group, ended_at=None,
            )  # fmt: skip
            made.responsibilities += row.ended_at is not None
    for unit, row in held.items():
        if unit not in wanted and row.ended_at is None:
            _write(connection, office_id, row.id, ended_at=now)
            made.ended += 1


def begin(connection: Connection, office_id: int, clause_id: int, unit: int, part: Part, made: Adopted) -> None:
    """Enter a new part."""
    insert(
        connection, t.responsibility, office_id, clause_id=clause_id, unit_id=unit, share=part.share.value,
        position=part.position, via_group=part.via_group,
    )  # fmt: skip
    made.responsibilities += 1


def _write(connection: Connection, office_id: int, number: int, **values: Any) -> None:
    r = t.responsibility
    connection.execute(sa.update(r).where(r.c.office_id == office_id, r.c.id == number).values(**values))


def follow_rosters(connection: Connection, office_id: int, notice_id: int, made: Adopted, now: datetime) -> None:
    """Bring what came through collective names to today's rosters.

    A part that was passed on to another unit is not begun again, and one whose task is under way does not end yet.
    """
    for clause_id, draft in _standing(connection, office_id, notice_id):
        wanted, bare = group_parts(connection, office_id, clause_id, draft["unit_groups"], leads=not draft["units"])
        made.open_groups += [group for group in bare if group not in made.open_groups]
        held = held_parts(connection, office_id, clause_id)
        for unit, part in wanted.items():
            if unit not in held:
                begin(connection, office_id, clause_id, unit, part, made)
        for unit, row in held.items():
            gone = row.via_group and row.ended_at is None and unit not in wanted
            if gone and not busy(connection, office_id, clause_id, [unit]):
                _write(connection, office_id, row.id, ended_at=now)
                made.ended += 1


def _standing(connection: Connection, office_id: int, notice_id: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each clause that is not withdrawn, with what the kept table says of it."""
    kept = kept_clauses(connection, office_id, notice_id)
    rows = connection.execute(
        sa.select(t.clause.c.id, t.clause.c.number)
        .where(t.clause.c.office_id == office_id, t.clause.c.notice_id == notice_id, ~t.clause.c.withdrawn)
        .order_by(t.clause.c.position)
    ).all()
    return ((row.id, kept[row.number]) for row in rows if row.number in kept)


def kept_clauses(connection: Connection, office_id: int, notice_id: int) -> dict[str, dict[str, Any]]:
    """The clauses of the table as it was adopted, by number."""
    kept = connection.scalar(
        sa.select(t.notice.c.draft).where(t.notice.c.office_id == office_id, t.notice.c.id == notice_id)
    )
    return {clause["id"]: clause for clause in _clauses(kept or {})}


def _clauses(kept: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The clauses out of the kept JSON, whatever depth its sections have."""
    for value in kept.values():
        for row in value if isinstance(value, list) else []:
            if isinstance(row, dict) and "unit_groups" in row:
                yield row
            elif isinstance(row, dict):
                yield from _clauses(row)


def busy(connection: Connection, office_id: int, clause_id: int, only: Sequence[int] | None = None) -> int | None:
    """A task of the clause (of some units) in an open month that somebody has begun."""
    done = [Stage.ASSIGNED.value, Stage.AGGREGATED.value, Stage.WAIVED.value]
    query = _of_open_months(office_id).where(t.task.c.clause_id == clause_id, t.task.c.stage.not_in(done))
    if only is not None:
        query = query.where(t.task.c.unit_id.in_(only))
    found = connection.scalar(query.limit(1))
    return int(found) if found is not None else None


def idle_tasks(connection: Connection, office_id: int, notice_id: int) -> list[int]:
    """Tasks of open months that wait for a unit although its part has ended or the clause is withdrawn."""
    r, c = t.responsibility.c, t.clause.c
    query = (
        _of_open_months(office_id)
        .join(t.responsibility, sa.and_(r.office_id == t.task.c.office_id, r.id == t.task.c.responsibility_id))
        .join(t.clause, sa.and_(c.office_id == t.task.c.office_id, c.id == t.task.c.clause_id))
        .where(
            c.notice_id == notice_id,
            t.task.c.stage.in_([Stage.ASSIGNED.value, Stage.RETURNED.value]),
            t.task.c.unit_id == r.unit_id,  # a task that a successor took over is wanted from the successor
            sa.or_(r.ended_at.is_not(None), c.withdrawn),
        )
        .order_by(t.task.c.id)
    )
    return list(connection.scalars(query))


def _of_open_months(office_id: int) -> Any:
    return (
        sa.select(t.task.c.id)
        .join(t.period, sa.and_(t.period.c.office_id == t.task.c.office_id, t.period.c.id == t.task.c.period_id))
        .where(t.task.c.office_id == office_id, t.period.c.state == PeriodState.OPEN.value)
    )

"""What of a message still holds when it is sent, and who it goes to then: asked anew from the tasks and the duties.

Source: design section 8, ``reliability.md`` I7: no chase after filing, none to somebody whose duty it is no longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.duties import held_on
from models.language import _
from models.statements import Statement
from models.states import OWED, UNIT_ROLES, MessageState
from models.times import local_date, said_day
from notifications.dead_letters import HELD_EVENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy.engine import Connection

#: the reminder that being received makes needless, though the state stays
UNRECEIVED: Final = "not_received"
#: the states of a message that was told or will be
_COUNTS: Final = tuple(
    state.value
    for state in (
        MessageState.DUE, MessageState.SENDING, MessageState.RETRY, MessageState.HELD, MessageState.SENT
    )
)  # fmt: skip

# Built once: all are asked for every message.
_ON: Final = sa.bindparam("on", type_=sa.Date())
_STANDING: Final = sa.select(
    t.task.c.id,
    t.task.c.round,
    t.task.c.due_revision,
    t.task.c.state,
    t.task.c.stage,
    t.task.c.received_at,
    t.task.c.due_on,
).where(t.task.c.office_id == sa.bindparam("office"), t.task.c.id.in_(sa.bindparam("tasks", expanding=True)))
_ACTIVE: Final = sa.select(t.person.c.id, t.person.c.login, t.person.c.name, t.person.c.email).where(
    t.person.c.office_id == sa.bindparam("office"), t.person.c.id == sa.bindparam("person"), t.person.c.active
)
_PERSON: Final = Statement(_ACTIVE)
_AWAY: Final = (
    sa.select(t.absence.c.substitute_id)
    .where(
        t.absence.c.office_id == t.person.c.office_id,
        t.absence.c.person_id == t.person.c.id,
        t.absence.c.from_on <= _ON,
        t.absence.c.to_on >= _ON,
    )
    .order_by(t.absence.c.id.desc())
    .limit(1)
)
_SERVES: Final = sa.exists().where(
    t.duty.c.office_id == t.person.c.office_id, t.duty.c.person_id == t.person.c.id, held_on(_ON)
)
_RECIPIENT: Final = Statement(_ACTIVE.add_columns(_AWAY.scalar_subquery().label("away"), _SERVES.label("serves")))
_LATER: Final = Statement(
    sa.select(t.message.c.id, t.message.c.fields)
    .where(
        t.message.c.office_id == sa.bindparam("office"),
        t.message.c.recipient_id == sa.bindparam("recipient"),
        t.message.c.id > sa.bindparam("number"),
        sa.or_(*(t.message.c.state == state for state in _COUNTS)),
    )
    .order_by(t.message.c.id)
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who a message goes to now."""

    id: int
    login: str
    name: str
    email: str


def still_wanted(connection: Connection, row: Mapping[str, Any], on: date) -> dict[str, Any] | None:
    """The fields with the tasks that still wait, as they stand on a Shanghai day; None when none does.

    Without ``while_states`` it is news, and stays as it was. A line of ``tasks`` may carry states of its own, and
    say that it does not hang on the due date: then a moved one is told instead of the old.
    """
    fields = dict(row["fields"])
    if not row["while_states"] or not row["about"]:
        return fields
    asked = {"office": row["office_id"], "tasks": [item[0] for item in row["about"]]}
    standing = {found.id: found for found in connection.execute(_STANDING, asked)}
    lines = {line.get("task_id"): line for line in fields.get("tasks") or []}
    kept = {
        item[0]: standing[item[0]]
        for item in row["about"]
        if item[0] in standing and _waits(standing[item[0]], item, lines.get(item[0], {}), row["while_states"])
    }
    if not kept:
        return None
    if isinstance(fields.get("tasks"), list):
        left = [_as_it_stands(line, kept[line["task_id"]], on) for line in lines.values() if line["task_id"] in kept]
        fields = _narrowed(fields, left) | {
            "due_on": said_day(min(found.due_on for found in kept.values())),
            "today": said_day(on),
        }
    return fields


def _waits(found: Any, about: list[int], line: dict[str, Any], states: list[str]) -> bool:
    """Whether the task is still in the round and state, and under the due date, that the line speaks of."""
    if found.round != about[1] or (found.due_revision != about[2] and not line.get("any_due")):
        return False
    if found.state not in (line.get("while_states") or states):
        return False
    return line.get("template") != UNRECEIVED or found.received_at is None


def _as_it_stands(line: dict[str, Any], found: Any, on: date) -> dict[str, Any]:
    owed = found.stage in OWED  # afterwards what was late stays on record as the line has it
    late = max((on - found.due_on).days, 0) if owed else line.get("days_late", 0)
    return {**line, "due_on": said_day(found.due_on), "days_late": late}


def overtaken(connection: Connection, row: Mapping[str, Any], fields: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """The fields without the tasks of which the same person is told later and graver, and by which message, if all are.

    While sends are held every rung of the ladder is written in its turn; released together, only the gravest counts.
    """
    lines = fields.get("tasks") or []
    if not lines or any("level" not in line for line in lines):
        return fields, 0
    graver: dict[tuple[int, int], tuple[int, int]] = {}
    asked = {"office": row["office_id"], "recipient": row["recipient_id"], "number": row["id"]}
    for other in _LATER.rows(connection, asked):
        for line in other.fields.get("tasks") or []:
            if "level" in line:
                key = (line["task_id"], line["round"])
                graver[key] = max(graver.get(key, (-1, 0)), (line["level"], other.id))
    left = [line for line in lines if graver.get((line["task_id"], line["round"]), (-1, 0))[0] <= line["level"]]
    if left:
        return _narrowed(fields, left), 0
    return fields, graver[lines[0]["task_id"], lines[0]["round"]][1]


def _narrowed(fields: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    names = [line["unit_name"] for line in lines if line.get("unit_name")]
    return {**fields, "tasks": lines, "unit_name": "、".join(dict.fromkeys(names)) or fields.get("unit_name", "")}


def whose(
    connection: Connection, row: Mapping[str, Any], fields: dict[str, Any], on: date
) -> tuple[Person | None, str, dict[str, Any]]:
    """Who gets the message on a day, with a note when that is not who it was written to, and what of it is theirs.

    A reminder follows the duty: when the person has left it, whoever took it over since gets it.
    """
    lines = fields.get("tasks") or []
    number, note = row["recipient_id"], ""
    if row["event"] == HELD_EVENT:  # a clock that cannot be believed does not know who serves
        return _person(connection, row["office_id"], number), note, fields
    if lines and all(line.get("roles") for line in lines):
        mine = [line for line in lines if number in _holders(connection, row, line, on)]
        heir = None if mine else _heir(connection, row, lines[0], on)
        if heir is not None:
            number, note = heir.id, _("{name} holds the duty now").format(name=heir.name)
            mine = [line for line in lines if number in _holders(connection, row, line, on)]
        if not mine:
            return None, _("the recipient no longer holds a duty"), fields
        fields = _narrowed(fields, mine)
    person, away = recipient(connection, row["office_id"], number, on)
    return person, away or note, fields


def _holders(connection: Connection, row: Mapping[str, Any], line: dict[str, Any], on: date) -> dict[int, date]:
    """Who holds one of the line's roles on a day, where it is a unit's in the line's unit, and since when."""
    asked = {"office": row["office_id"], "unit": line["unit_id"], "on": on}
    found = _holding(tuple(line["roles"])).rows(connection, asked)
    return {one.person_id: one.valid_from for one in found}


@cache
def _holding(roles: tuple[str, ...]) -> Statement:
    d, p = t.duty.c, t.person.c
    return Statement(
        sa.select(d.person_id, d.valid_from)
        .join(t.person, sa.and_(p.office_id == d.office_id, p.id == d.person_id))
        .where(
            d.office_id == sa.bindparam("office"),
            sa.or_(*(d.role == role for role in roles)),
            sa.and_(*(d.role != role.value for role in sorted(UNIT_ROLES)))
            | (d.unit_id == sa.bindparam("unit"))
            | d.unit_id.is_(None),
            held_on(_ON),
            p.active,
        )
        .order_by(d.person_id.desc())
    )


def _heir(connection: Connection, row: Mapping[str, Any], line: dict[str, Any], on: date) -> Person | None:
    """Whoever took the duty since the message was written: those who held it then got one of their own."""
    written = local_date(row["created_at"])
    since = [number for number, begun in _holders(connection, row, line, on).items() if begun > written]
    return _person(connection, row["office_id"], since[0]) if since else None


def recipient(connection: Connection, office_id: int, person_id: int, on: date) -> tuple[Person | None, str]:
    """The person, or the substitute of an absent one, on a Shanghai day; None with the reason when nobody is left."""
    row = _RECIPIENT.first(connection, {"office": office_id, "person": person_id, "on": on})
    if row is None or not row.serves:
        return None, _("the recipient no longer holds a duty")
    person = Person(row.id, row.login, row.name, row.email)
    substitute = _person(connection, office_id, row.away) if row.away is not None else None
    if substitute is None:
        return person, ""
    return substitute, _("{name} stands in for {absent}").format(name=substitute.name, absent=person.name)


def _person(connection: Connection, office_id: int, person_id: int) -> Person | None:
    row = _PERSON.first(connection, {"office": office_id, "person": person_id})
    return Person(row.id, row.login, row.name, row.email) if row else None

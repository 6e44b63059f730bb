"""What of a message still holds when it is sent, and who it goes to then: asked anew from the tasks and the duties.

Source: design section 8, ``reliability.md`` I7: no chase after filing, none to somebody whose duty it is no longer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from models import tables as t
from models.among import among
from models.duties import held_on
from models.language import _
from models.statements import Statement
from models.states import OWED, UNIT_ROLES, MessageState
from models.times import local_date, said_day
from notifications.dead_letters import HELD_EVENT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
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

_ON: Final = sa.bindparam("on", type_=sa.Date())
_OFFICE: Final[sa.BindParameter[int]] = sa.bindparam("office")
_STANDING: Final = Statement(
    sa.select(
        t.task.c.id,
        t.task.c.round,
        t.task.c.due_revision,
        t.task.c.state,
        t.task.c.stage,
        t.task.c.received_at,
        t.task.c.due_on,
    ).where(t.task.c.office_id == _OFFICE, among(t.task.c.id, "wanted"))
)
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
_PEOPLE: Final = Statement(
    sa.select(
        t.person.c.id,
        t.person.c.login,
        t.person.c.name,
        t.person.c.email,
        _AWAY.scalar_subquery().label("away"),
        _SERVES.label("serves"),
    ).where(t.person.c.office_id == _OFFICE, among(t.person.c.id, "wanted"), t.person.c.active)
)
_M: Final = t.message.c
#: by recipient and number, and no join of messages with messages: a server whose statistics are a day old takes minutes for that
_LATER: Final = Statement(
    sa.select(_M.id, _M.recipient_id, _M.fields)
    .where(
        _M.office_id == _OFFICE,
        among(_M.recipient_id, "wanted"),
        _M.id > sa.bindparam("after"),
        ~among(_M.id, "these"),
        sa.or_(*(_M.state == state for state in _COUNTS)),
    )
    .order_by(_M.id)
)
_DUTIES: Final = Statement(
    sa.select(t.duty.c.role, t.duty.c.unit_id, t.duty.c.person_id, t.duty.c.valid_from)
    .join(t.person, sa.and_(t.person.c.office_id == t.duty.c.office_id, t.person.c.id == t.duty.c.person_id))
    .where(
        t.duty.c.office_id == _OFFICE,
        among(t.duty.c.role, "roles"),
        sa.or_(
            sa.and_(*(t.duty.c.role != role.value for role in sorted(UNIT_ROLES))),
            t.duty.c.unit_id.is_(None),
            among(t.duty.c.unit_id, "units"),
        ),
        held_on(_ON),
        t.person.c.active,
    )
    .order_by(t.duty.c.person_id.desc())
)


@dataclass(frozen=True, slots=True)
class Person:
    """Who a message goes to now."""

    id: int
    login: str
    name: str
    email: str


class _Later(NamedTuple):
    """A message that may take another's place."""

    id: int
    recipient_id: int
    fields: Mapping[str, Any]


class Standing:
    """How things stand for a handful of messages on a Shanghai day: their tasks, duties and people, each asked once."""

    def __init__(self, connection: Connection, office_id: int, rows: Collection[Mapping[str, Any]], on: date) -> None:
        """``rows`` are messages of the office as the database has them."""
        self._connection, self._office_id, self.on = connection, office_id, on
        #: of the handful itself, those that have ended without being sent: they take nobody's place any more
        self.ended: set[int] = set()
        self._people: dict[int, Any] = {}
        lines = [line for row in rows for line in row["fields"].get("tasks") or ()]
        about = {item[0] for row in rows if row["while_states"] for item in row["about"]}
        self._tasks = {row.id: row for row in self._asked(_STANDING, about)}
        self._later: dict[int, list[Any]] = defaultdict(list)
        graded = [row for row in rows if _graded(row["fields"])]
        recipients, these = {row["recipient_id"] for row in graded}, [row["id"] for row in rows]
        after = min((row["id"] for row in graded), default=0)
        others = self._asked(_LATER, recipients, after=after, these=these)
        for later in (*(_Later(row["id"], row["recipient_id"], row["fields"]) for row in rows), *others):
            self._later[later.recipient_id].append(later)
        #: by role and, of a unit's role, the unit
        self._duties: dict[tuple[str, int | None], list[Any]] = defaultdict(list)
        for duty in self._duties_of(lines):
            self._duties[duty.role, duty.unit_id if duty.role in UNIT_ROLES else None].append(duty)
        self._meet({row["recipient_id"] for row in rows})

    def _asked(self, statement: Statement, wanted: Collection[int], **more: Any) -> list[Any]:
        asked = {"office": self._office_id, "wanted": sorted(wanted), "on": self.on, **more}
        return statement.rows(self._connection, asked) if wanted else []

    def _duties_of(self, lines: Collection[dict[str, Any]]) -> list[Any]:
        asked = [line for line in lines if line.get("roles")]
        roles, units = {role for line in asked for role in line["roles"]}, {line["unit_id"] for line in asked}
        given = {"office": self._office_id, "roles": sorted(roles), "units": sorted(units), "on": self.on}
        return _DUTIES.rows(self._connection, given) if roles else []

    def _meet(self, numbers: Collection[int]) -> None:
        self._people |= dict.fromkeys(numbers) | {row.id: row for row in self._asked(_PEOPLE, numbers)}

    def _found(self, number: int) -> Any:
        """Whoever is active under the number; heirs and substitutes are few, and asked for when they come up."""
        if number not in self._people:
            self._meet({number})
        return self._people[number]

    def person(self, number: int) -> Person | None:
        """The active person of a number."""
        row = self._found(number)
        return Person(row.id, row.login, row.name, row.email) if row else None

    def recipient(self, number: int) -> tuple[Person | None, str]:
        """The person, or the substitute of an absent one; None with the reason when nobody is left."""
        row = self._found(number)
        if row is None or not row.serves:
            return None, _("the recipient no longer holds a duty")
        person = Person(row.id, row.login, row.name, row.email)
        substitute = self.person(row.away) if row.away is not None else None
        if substitute is None:
            return person, ""
        return substitute, _("{name} stands in for {absent}").format(name=substitute.name, absent=person.name)

    def holders(self, line: dict[str, Any]) -> dict[int, date]:
        """Who holds one of a line's roles, where it is a unit's in the line's unit, and since when."""
        since: dict[int, date] = {}
        for role in line["roles"]:
            for unit in {line["unit_id"], None} if role in UNIT_ROLES else {None}:
                for duty in self._duties.get((role, unit), ()):
                    since[duty.person_id] = min(duty.valid_from, since.get(duty.person_id, duty.valid_from))
        return since

    def heir(self, row: Mapping[str, Any], line: dict[str, Any]) -> Person | None:
        """Whoever took the duty since the message was written: those who held it then got one of their own."""
        written = local_date(row["created_at"])
        since = [number for number, begun in self.holders(line).items() if begun > written]
        return self.person(max(since)) if since else None

    def still_wanted(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The fields with the tasks that still wait, as they stand; None when none does.

        Without ``while_states`` it is news, and stays as it was. A line of ``tasks`` may carry states of its own, and
        say that it does not hang on the due date: then a moved one is told instead of the old.
        """
        fields = dict(row["fields"])
        if not row["while_states"] or not row["about"]:
            return fields
        lines = {line.get("task_id"): line for line in fields.get("tasks") or []}
        kept = {
            item[0]: self._tasks[item[0]]
            for item in row["about"]
            if item[0] in self._tasks
            and _waits(self._tasks[item[0]], item, lines.get(item[0], {}), row["while_states"])
        }
        if not kept:
            return None
        if isinstance(fields.get("tasks"), list):
            left = [
                _as_it_stands(line, kept[line["task_id"]], self.on)
                for line in lines.values()
                if line["task_id"] in kept
            ]
            fields = _narrowed(fields, left) | {
                "due_on": said_day(min(found.due_on for found in kept.values())),
                "today": said_day(self.on),
            }
        return fields

    def overtaken(self, row: Mapping[str, Any], fields: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """The fields without the tasks of which the same person is told later and graver; and by which message, if all are.

        While sends are held every rung of the ladder is written in its turn; released together, only the gravest counts.
        """
        if not _graded(fields):
            return fields, 0
        lines = fields["tasks"]
        graver: dict[tuple[int, int], tuple[int, int]] = {}
        for other in self._later[row["recipient_id"]]:
            counts = other.id > row["id"] and other.id not in self.ended
            for line in (counts and other.fields.get("tasks")) or ():
                if "level" in line:
                    key = (line["task_id"], line["round"])
                    graver[key] = max(graver.get(key, (-1, 0)), (line["level"], other.id))
        left = [line for line in lines if graver.get((line["task_id"], line["round"]), (-1, 0))[0] <= line["level"]]
        if left:
            return _narrowed(fields, left), 0
        return fields, graver[lines[0]["task_id"], lines[0]["round"]][1]

    def whose(self, row: Mapping[str, Any], fields: dict[str, Any]) -> tuple[Person | None, str, dict[str, Any]]:
        """Who gets the message, with a note when that is not who it was written to, and what of it is theirs.

        A reminder follows the duty: when the person has left it, whoever took it over since gets it.
        """
        lines = fields.get("tasks") or []
        number, note = row["recipient_id"], ""
        if row["event"] == HELD_EVENT:  # a clock that cannot be believed does not know who serves
            return self.person(number), note, fields
        if lines and all(line.get("roles") for line in lines):
            mine = [line for line in lines if number in self.holders(line)]
            heir = None if mine else self.heir(row, lines[0])
            if heir is not None:
                number, note = heir.id, _("{name} holds the duty now").format(name=heir.name)
                mine = [line for line in lines if number in self.holders(line)]
            if not mine:
                return None, _("the recipient no longer holds a duty"), fields
            fields = _narrowed(fields, mine)
        person, away = self.recipient(number)
        return person, away or note, fields


def _graded(fields: Mapping[str, Any]) -> bool:
    """Whether each of its lines is a rung of a ladder, so that a graver one may take its place."""
    lines = fields.get("tasks") or ()
    return bool(lines) and all("level" in line for line in lines)


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


def _narrowed(fields: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    names = [line["unit_name"] for line in lines if line.get("unit_name")]
    return {**fields, "tasks": lines, "unit_name": "、".join(dict.fromkeys(names)) or fields.get("unit_name", "")}

"""A person's own messages, as they were sent: what is unread, what each says, which tasks it is about.

Whatever channel a message went by, it can be read at the desk, too; one that could not be delivered only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from deeds.levels.tidings import parcel_of
from models import labels
from models import tables as t
from models.language import _
from models.states import MessageState
from models.times import shown
from notifications.letter import PRIVATE
from workflow import cases
from workflow.paging import SIZE, before_page, counted, most_counted
from workflow.permissions import not_there

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

#: messages that were written out: sent, or tried in vain
_WRITTEN: Final = (MessageState.SENT.value, MessageState.RETRY.value, MessageState.DEAD.value)
#: of many tasks so many are named
NAMED: Final = 60
#: unread messages are counted to here
_UNREAD: Final = 99


@dataclass(frozen=True, slots=True)
class About:
    """A task that a message speaks of; the page of the task says who may see it."""

    task_id: int
    said: str


def _mine(office_id: int, people: Sequence[int]) -> Any:
    """The rows a person may read: written out, theirs, and no secret that goes to one address only."""
    m = t.message.c
    return sa.and_(
        m.office_id == office_id,
        m.recipient_id.in_(people),
        m.state.in_(_WRITTEN),
        m.body != "",
        m.event.not_in(sorted(PRIVATE)),
    )


def unread(connection: Connection, office_id: int, person_id: int) -> str:
    """How many of a person's own messages they have not opened: empty where none, “99+” where more than can be told."""
    m = t.message.c
    query = sa.select(m.id).where(_mine(office_id, [person_id]), m.read_at.is_(None))
    found = counted(connection, query, _UNREAD + 1)
    return f"{_UNREAD}+" if found > _UNREAD else str(found or "")


def inbox(
    connection: Connection, office_id: int, actor: Actor, page: int = 1, *, only_unread: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """A page of the actor's messages, the newest first, and how many there are as far as they are counted.

    Whoever acts for somebody absent sees that person's, too; their ``mine`` is false.
    """
    m = t.message.c
    people = [actor.person_id] if only_unread else sorted(actor.people)
    wanted = sa.and_(_mine(office_id, people), m.read_at.is_(None) if only_unread else sa.true())
    total = counted(connection, sa.select(m.id).where(wanted), most_counted(page))
    first = before_page(page, total)
    # each person's newest are read off the index in their order; what is put in order are these few
    newest = sa.union_all(*(_newest(sa.and_(wanted, m.recipient_id == one), first + SIZE) for one in people)).subquery()
    query = sa.select(newest).order_by(newest.c.created_at.desc(), newest.c.id.desc()).limit(SIZE).offset(first)
    return [_row(row, actor) for row in connection.execute(query).mappings()], total


def _newest(wanted: Any, many: int) -> Any:
    m = t.message.c
    query = sa.select(m.id, m.event, m.subject, m.created_at, m.settled_at, m.state, m.read_at, m.recipient_id)
    found = query.where(wanted).order_by(m.created_at.desc(), m.id.desc()).limit(many).subquery()
    return sa.select(found)


def _row(row: Any, actor: Actor) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": labels.message(row["event"]),
        "subject": row["subject"] or labels.message(row["event"]),
        "at": shown(row["settled_at"] or row["created_at"]),
        "state": MessageState(row["state"]),
        "unread": row["read_at"] is None and row["recipient_id"] == actor.person_id,
        "mine": row["recipient_id"] == actor.person_id,
    }


def message(connection: Connection, office_id: int, actor: Actor, number: int) -> dict[str, Any]:
    """One of the actor's messages with its words, its tries, its tasks and its parcel (0 for none); E-404 for anybody else's."""
    m, a = t.message.c, t.attempt.c
    found = connection.execute(
        sa.select(t.message).where(_mine(office_id, sorted(actor.people)), m.id == number)
    ).mappings().first()  # fmt: skip
    if found is None:
        raise not_there(_("Message"), number)
    tries = connection.execute(
        sa.select(a.number, a.started_at, a.outcome, a.detail)
        .where(a.office_id == office_id, a.message == number)
        .order_by(a.number)
    )
    return {
        **_row(found, actor),
        "body": found["body"],
        "channel": found["channel"],
        "address": found["address"],
        "reason": found["reason"],
        "tries": [
            {"number": one.number, "at": shown(one.started_at), "outcome": _outcome(one.outcome), "detail": one.detail}
            for one in tries
        ],
        "about": _about(connection, office_id, [item[0] for item in found["about"]]),
        "parcel": parcel_of(found["event"], found["fields"]),
    }


def _outcome(code: str) -> str:
    return MessageState(code).label if code in set(MessageState) else code


def _about(connection: Connection, office_id: int, numbers: Sequence[int]) -> list[About]:
    wanted = list(dict.fromkeys(numbers))[:NAMED]
    tasks = cases.load_tasks(connection, office_id, t.task.c.id.in_(wanted))
    return [About(task.id, f"{task.clause_number} · {task.unit_name}") for task in tasks]


def mark_read(connection: Connection, office_id: int, actor: Actor, now: datetime, number: int | None = None) -> None:
    """Note that the actor has opened a message of their own, or (None) all of them."""
    m = t.message.c
    wanted = sa.and_(_mine(office_id, [actor.person_id]), m.read_at.is_(None))
    if number is not None:
        wanted = sa.and_(wanted, m.id == number)
    connection.execute(sa.update(t.message).where(wanted).values(read_at=now))

"""The outbox as the office sees it: every message with its attempts; releasing what was held, retrying what died.

Source: design section 8. Sending is another room's work; here is what people may decide about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.dispatch import Work, leave
from models.errors import Refused
from models.holds import held_reason
from models.language import _
from models.states import MessageState
from models.words import letters
from workflow import audit, permissions
from workflow.paging import SIZE, page_of, passed_over

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor


def list_messages(
    connection: Connection,
    office_id: int,
    actor: Actor,
    *,
    state: MessageState | None = None,
    recipient: str = "",
    page: int = 1,
    size: int = SIZE,
) -> tuple[list[dict[str, Any]], int]:
    """A page of the messages, the newest first, with the recipient's login and name, and their count; needs ``message.read``."""
    permissions.demand(actor, "message.read")
    m, p = t.message.c, t.person.c
    query = _with_recipient().where(m.office_id == office_id)
    order: tuple[Any, ...] = (m.id.desc(),)
    if state is not None:
        most = state is MessageState.SENT and not recipient
        query = query.where((passed_over(connection, m.state) if most else m.state) == state.value)
    if recipient:
        whose = sa.select(p.id).where(p.office_id == office_id, p.login == recipient).scalar_subquery()
        query, order = query.where(m.recipient_id == whose), (m.created_at.desc(), m.id.desc())
    return page_of(connection, query.order_by(*order), page, size)


def show_message(connection: Connection, office_id: int, actor: Actor, number: int) -> dict[str, Any]:
    """One message with its attempts under ``tries``; E-404."""
    permissions.demand(actor, "message.read")
    row = _message(connection, office_id, number)
    query = (
        sa.select(t.attempt)
        .where(t.attempt.c.office_id == office_id, t.attempt.c.message == number)
        .order_by(t.attempt.c.number)
    )
    return {**row, "tries": [dict(found) for found in connection.execute(query).mappings()]}


def retry(connection: Connection, office_id: int, actor: Actor, number: int, now: datetime) -> None:
    """Send a dead message again, at once; needs ``message.retry``."""
    role = permissions.demand(actor, "message.retry")
    row = _message(connection, office_id, number)
    if row["state"] not in (MessageState.DEAD, MessageState.RETRY):
        raise Refused(
            "E-M05",
            _("Message {id} is “{state}”; only a dead or waiting one can be retried.").format(
                id=number, state=MessageState(row["state"]).label
            ),
            remedy=_("See it with: duban message show {id}").format(id=number),
        )
    _set(connection, office_id, number, MessageState.DUE, now)
    leave(connection, Work.DELIVERY)
    _record(connection, office_id, actor, "message.retry", number, role.value, {"was": row["state"]}, now)


def release(
    connection: Connection, office_id: int, actor: Actor, numbers: Sequence[int] | None, now: datetime
) -> list[int]:
    """Let held messages go (None = all of them); needs ``message.release``. Returns their numbers.

    Refused with E-C01 while the clock or the database is still doubted.
    """
    role = permissions.demand(actor, "message.release")
    reason = held_reason(connection, office_id)
    if reason:
        raise Refused(
            "E-C01",
            _("Sending is held: {reason}").format(reason=reason),
            remedy=_("Check the time and the data, then run: duban clock confirm"),
        )
    held = _held(connection, office_id)
    wanted = held if numbers is None else list(numbers)
    for number in wanted:
        if number not in held:
            _message(connection, office_id, number)
            raise Refused("E-M06", _("Message {id} is not held.").format(id=number))
        _set(connection, office_id, number, MessageState.DUE, now)
    if wanted:
        leave(connection, Work.DELIVERY)
        _record(connection, office_id, actor, "message.release", wanted[0], role.value, {"messages": wanted}, now)
    return wanted


def drop(connection: Connection, office_id: int, actor: Actor, number: int, reason: str, now: datetime) -> None:
    """Decide that a held or dead message is not sent, with the reason; needs ``message.release``."""
    role = permissions.demand(actor, "message.release")
    row = _message(connection, office_id, number)
    if row["state"] not in (MessageState.HELD, MessageState.DEAD):
        raise Refused("E-M06", _("Message {id} is not held.").format(id=number))
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), remedy=_("Add it with --reason."))
    connection.execute(
        sa.update(t.message)
        .where(t.message.c.office_id == office_id, t.message.c.id == number)
        .values(state=MessageState.NOT_NEEDED.value, reason=reason.strip(), settled_at=now)
    )
    _record(connection, office_id, actor, "message.drop", number, role.value, {"was": row["state"]}, now, reason)


def _with_recipient() -> sa.Select[Any]:
    same = sa.and_(t.person.c.office_id == t.message.c.office_id, t.person.c.id == t.message.c.recipient_id)
    return sa.select(
        t.message, t.person.c.login.label("recipient"), t.person.c.name.label("recipient_name")
    ).select_from(t.message.join(t.person, same))


def _message(connection: Connection, office_id: int, number: int) -> dict[str, Any]:
    query = _with_recipient().where(t.message.c.office_id == office_id, t.message.c.id == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise permissions.not_there(_("Message"), number)
    return dict(row)


def _held(connection: Connection, office_id: int) -> list[int]:
    query = sa.select(t.message.c.id).where(
        t.message.c.office_id == office_id, t.message.c.state == MessageState.HELD.value
    )
    return list(connection.scalars(query.order_by(t.message.c.id)))


def _set(connection: Connection, office_id: int, number: int, state: MessageState, now: datetime) -> None:
    connection.execute(
        sa.update(t.message)
        .where(t.message.c.office_id == office_id, t.message.c.id == number)
        .values(
            state=state.value,
            reason="",
            settled_at=None,
            claimed_until=None,
            next_at=sa.case((t.message.c.state == MessageState.HELD.value, t.message.c.next_at), else_=now),
        )
    )


def _record(
    connection: Connection,
    office_id: int,
    actor: Actor,
    action: str,
    number: int,
    role: str,
    detail: dict[str, Any],
    now: datetime,
    reason: str = "",
) -> None:
    entry = audit.Entry(action, "message", number, role=role, reason=reason, detail=detail)
    audit.append(connection, office_id, actor, entry, now)

"""What goes to the endpoints of other programs, as the office looks after it: what stands where, sending again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.dispatch import Work, leave
from models.errors import Refused
from models.language import _
from models.states import MessageState
from workflow import audit, permissions
from workflow.paging import SIZE, page_of, passed_over

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor


def deliveries(
    connection: Connection, office_id: int, actor: Actor, *, state: str = "", page: int = 1, size: int = SIZE
) -> tuple[list[dict[str, Any]], int]:
    """A page of what was, is to be, and could not be sent, the newest first, and how many there are; needs ``message.read``."""
    permissions.demand(actor, "message.read")
    d = t.webhook_delivery.c
    query = sa.select(d.id, d.endpoint, d.seq, d.about, d.webhook_id, d.payload, d.state, d.reason, d.attempts,
                      d.created_at, d.next_at, d.settled_at).where(d.office_id == office_id)  # fmt: skip
    if state:
        most = state == MessageState.SENT
        query = query.where((passed_over(connection, d.state) if most else d.state) == state)
    return page_of(connection, query.order_by(d.id.desc()), page, size)


def retry(connection: Connection, office_id: int, actor: Actor, number: int, now: datetime) -> None:
    """Send one that was given up again, with as many tries; needs ``message.retry``. E-404, E-H87."""
    role, d = permissions.demand(actor, "message.retry"), t.webhook_delivery.c
    this = sa.and_(d.office_id == office_id, d.id == number)
    state = connection.scalar(sa.select(d.state).where(this))
    if state is None:
        raise permissions.not_there(_("Event for a program"), number)
    if state not in (MessageState.DEAD, MessageState.RETRY):
        raise Refused(
            "E-H87",
            _("Event {id} is “{state}”; only a dead or waiting one can be sent again.").format(
                id=number, state=MessageState(state).label
            ),
            remedy=_("See how they stand with: duban webhook list"),
        )
    again = {"state": MessageState.DUE.value, "next_at": now, "settled_at": None, "reason": ""}
    connection.execute(sa.update(t.webhook_delivery).where(this).values(**again))
    leave(connection, Work.DELIVERY)
    entry = audit.Entry("webhook.retry", "webhook", number, role=role.value, detail={"was": state})
    audit.append(connection, office_id, actor, entry, now)

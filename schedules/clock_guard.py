"""Holding the office's sends while its clock or its database cannot be believed.

A clock that jumped ahead would fire a year of escalations, a restored database would tell everybody twice
(``reliability.md`` section 9, decision 4). Then messages are still written, but held, until the director confirms.
By a clock that the time which really passed disproves nothing is decided either, until the two agree again or the
director confirms: what came due meanwhile is decided then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import sqlalchemy as sa

from models import tables as t
from models.holds import held_reason
from models.language import _
from models.statements import Statement
from models.states import MessageState, ReminderState, Role
from models.times import local_date, shown
from notifications.claims import LEASE
from notifications.settling import LONGEST_WAIT
from schedules.select import clock_doubt
from workflow import audit, cases, permissions, telling, wording

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

#: the loop that looks at what is due, as its heartbeat is called
SWEEP: Final = "sweep"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why sends are held, or nothing; ``strayed``: by a clock that is disproved, so that nothing is decided by it."""

    reason: str = ""
    strayed: bool = False


FREE: Final = Hold()
# Built once: the guard is asked with every sweep.
_LOOKED: Final = Statement(
    sa.select(t.watermark.c.at, t.watermark.c.held_reason, t.heartbeat.c.at.label("beat"))
    .select_from(
        t.watermark.outerjoin(
            t.heartbeat,
            sa.and_(t.heartbeat.c.office_id == t.watermark.c.office_id, t.heartbeat.c.name == sa.bindparam("loop")),
        )
    )
    .where(t.watermark.c.office_id == sa.bindparam("office"))
    .order_by(t.heartbeat.c.at.desc())  # of several nodes the one that looked last
    .limit(1)
)
_MOVED: Final = Statement(
    sa.update(t.watermark)
    .where(t.watermark.c.office_id == sa.bindparam("office"))
    .values({name: sa.bindparam(name) for name in ("at", "held_reason")})
)


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of the last sweep of an office."""

    #: up to when the clock was believed
    at: datetime
    held_reason: str
    #: when a sweep was done last; None where the service never ran
    beat: datetime | None

    @property
    def since(self) -> datetime:
        """When a sweep looked last, as far as its clock was believed.

        A director who confirms the clock moves the watermark and looks at nothing: then the sweep's own beat is the older.
        """
        return self.at if self.beat is None else min(self.at, self.beat)


def last_look(connection: Connection, office_id: int) -> Look | None:
    """The last sweep of the office; None before the first."""
    row = _LOOKED.first(connection, {"office": office_id, "loop": SWEEP})
    return None if row is None else Look(*row)


def guard(
    connection: Connection,
    office_id: int,
    now: datetime,
    looked: Look | None,
    *,
    drift: timedelta | None = None,
    last: Hold = FREE,
) -> Hold:
    """Move the watermark to ``now``, as far as the clock is believed, and return whether sends are held.

    ``looked`` is the office's ``last_look``.

    The first sweep of an office makes the watermark and doubts nothing, however long after the setting up it comes:
    before it nothing can have been missed or said twice.

    ``drift``: by how much the wall clock moved on further than the time that this process counted since it believed it
    last; None where it has not counted. ``last``: what the sweep before came to.
    """
    if looked is None:
        connection.execute(sa.insert(t.watermark).values(office_id=office_id, at=now, held_reason=""))
        return FREE
    if last.reason and not looked.held_reason:
        drift = None  # the director has said since that the clock is right: from here on it is counted anew
    found, same = clock_doubt(now, looked.at, drift), last.strayed and last.reason == looked.held_reason
    if looked.held_reason and (found or not same):
        return Hold(looked.held_reason, strayed=same)
    doubt = _words(found, looked.at, now)
    if doubt:
        tell_held(connection, office_id, doubt, now, served=max(looked.at, now))
    # a clock that strayed moves nothing: the two may agree again, and then what came due is decided at its own time
    values = {"at": looked.at if found == "strayed" else max(looked.at, now), "held_reason": doubt}
    _MOVED.post(connection, {"office": office_id, **values})
    return Hold(doubt, strayed=found == "strayed")


def _words(found: Literal["back", "strayed", "forward"] | None, watermark: datetime, now: datetime) -> str:
    """Why the clock is not believed, for people; empty where it is."""
    if found is None:
        return ""
    said = {
        "back": _("the clock ({now}) is behind the last record ({watermark})"),
        "strayed": _("the clock ({now}) does not fit the time that passed since the last record ({watermark})"),
        "forward": _("the clock ({now}) is more than 36 hours after the last record ({watermark})"),
    }
    return said[found].format(now=shown(now), watermark=shown(watermark))


def tell_held(
    connection: Connection, office_id: int, reason: str, now: datetime, *, served: datetime | None = None
) -> None:
    """Tell the directors that messages are held. Called before the hold is set, so that this one leaves.

    ``served``: when they are on duty; a clock gone back may stand before anybody was.
    """
    office = cases.load_office(connection, office_id)
    fields = wording.fields(office, [], now, reason=reason, detail=reason)
    for person in telling.people_with(connection, office_id, (Role.DIRECTOR,), local_date(served or now)):
        told = telling.Telling("held", person, f"held {now.isoformat()}", fields)
        telling.queue(connection, office, told, now)


def hold(connection: Connection, office_id: int, reason: str, now: datetime) -> None:
    """Hold the office's sends from outside the sweep, such as after a restore."""
    w = t.watermark.c
    if not held_reason(connection, office_id):
        tell_held(connection, office_id, reason, now)
    known = connection.execute(sa.update(t.watermark).where(w.office_id == office_id).values(held_reason=reason))
    if known.rowcount == 0:
        connection.execute(sa.insert(t.watermark).values(office_id=office_id, at=now, held_reason=reason))


def confirm(connection: Connection, office_id: int, actor: Actor, now: datetime) -> int:
    """The director confirms that ``now`` is right: the hold ends, held messages may be released.

    What a clock ahead of time had already decided is undone, so that it fires again when its day really comes:
    such reminders are marked as decided before they were due, their held messages as not needed. Returns how many
    reminders were undone; needs ``clock.confirm``.
    """
    role = permissions.demand(actor, "clock.confirm")
    reason = held_reason(connection, office_id)
    w = t.watermark.c
    connection.execute(sa.update(t.watermark).where(w.office_id == office_id).values(at=now, held_reason=""))
    undone = _undo_future(connection, office_id, now)
    _wake_future(connection, office_id, now)
    entry = audit.Entry(
        "clock.confirm", "clock", role=role.value, reason=reason, detail={"at": shown(now), "undone": undone}
    )
    audit.append(connection, office_id, actor, entry, now)
    return undone


def _wake_future(connection: Connection, office_id: int, now: datetime) -> None:
    """What a clock ahead of time put off waits no longer than a retry waits: else it would sleep until that year."""
    m = t.message.c
    far = sa.and_(m.office_id == office_id, m.state == MessageState.RETRY.value, m.next_at > now + LONGEST_WAIT)
    connection.execute(sa.update(t.message).where(far).values(next_at=now))
    leased = sa.and_(m.office_id == office_id, m.state == MessageState.SENDING.value, m.claimed_until > now + LEASE)
    connection.execute(sa.update(t.message).where(leased).values(claimed_until=now))


def _undo_future(connection: Connection, office_id: int, now: datetime) -> int:
    r, m, k = t.reminder.c, t.message.c, t.task.c
    early = sa.and_(r.office_id == office_id, r.due_at > now)
    tasks = list(connection.scalars(sa.select(r.task_id).where(early).distinct()))
    if not tasks:
        return 0
    undone = connection.execute(
        sa.update(t.reminder)
        .where(early)
        .values(
            decided_at=now, state=ReminderState.NOT_NEEDED.value, reason=_("decided while the clock was ahead of time")
        )
    ).rowcount
    connection.execute(
        sa.update(t.message)
        .where(m.office_id == office_id, m.state == MessageState.HELD.value, m.created_at > now)
        .values(
            state=MessageState.NOT_NEEDED.value,
            reason=_("written while the clock was ahead of time"),
            settled_at=now,
            dedupe_key=m.dedupe_key + sa.literal(" undone ") + sa.cast(m.id, sa.String),
        )
    )
    connection.execute(sa.update(t.task).where(k.office_id == office_id, k.id.in_(tasks)).values(next_due_at=now))
    return undone

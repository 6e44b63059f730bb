"""What a doctor asks an office's database: is it whole, is the service alive, what waits for a person.

Each check answers with a finding of its own severity; nothing here changes anything (``reliability.md`` section 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import roles, server_statistics
from models import tables as t
from models.duties import held_on
from models.errors import DubanError
from models.language import _, listed
from models.states import FINISHED, MessageState, PeriodState, Role
from models.times import local_date, shown
from workflow import audit, calendar_store, heads, heartbeats, verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from models.store import Store
    from workflow.heartbeats import Beat

#: a due message that has waited longer than this shows that nobody delivers
WAITING: Final = timedelta(hours=1)
#: a clock this much before the last record is wrong, as the scheduler's own guard has it
BEHIND: Final = timedelta(minutes=2)
#: a backup older than this is worth a word; a month is the drill's rhythm
BACKUP_AGE: Final = timedelta(days=7)
#: a node that was silent for longer was taken away, and nobody waits for it
AWAY: Final = timedelta(days=14)
_DECEMBER: Final = 12
#: so many units are named, the others counted
_NAMED: Final = 3


class Severity(StrEnum):
    """How bad a finding is: ``wrong`` makes the doctor's exit code 5."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer."""

    name: str
    severity: Severity
    said: str


def ok(name: str, said: str) -> Check:
    """Nothing to do."""
    return Check(name, Severity.OK, said)


def warning(name: str, said: str) -> Check:
    """Somebody should look at it."""
    return Check(name, Severity.WARNING, said)


def wrong(name: str, said: str) -> Check:
    """The office cannot be relied on until it is mended."""
    return Check(name, Severity.WRONG, said)


def examine(
    connection: Connection, office_id: int, now: datetime, *, heads_dir: Path | None, store: Store | None,
    proof: bool = True,
) -> list[Check]:  # fmt: skip
    """Every check of the database, in the order in which one would mend; ``proof``: the whole trail, too."""
    checks = [
        _whole(connection),
        *_role(connection),
        *_statistics(connection),
        _not_behind(connection, office_id, heads_dir),
    ]
    checks += [_trail(connection, office_id, heads_dir, store)] if proof else []
    checks += [_clock(connection, office_id, now), *_loops(connection, office_id, now)]
    checks += [_oldest_due(connection, office_id, now), *_counted(connection, office_id)]
    checks += [
        _posts(connection, office_id, now),
        _held(connection, office_id),
        *_calendar(connection, office_id, now),
        _backup(connection, office_id, now),
    ]
    return checks


def _whole(connection: Connection) -> Check:
    name = _("Database whole")
    if connection.dialect.name != "sqlite":
        return ok(name, _("kept by the server"))
    found = str(connection.scalar(sa.text("PRAGMA quick_check")))
    return ok(name, _("in order")) if found == "ok" else wrong(name, found)


def _role(connection: Connection) -> Iterator[Check]:
    """On a server: whether the program comes as somebody to whom the triggers are no hindrance."""
    if connection.dialect.name == "sqlite":
        return
    name = _("The program's role")
    if roles.may_too_much(connection):
        yield warning(name, _("it could change the history; set program_role, run duban upgrade as the owner"))
    else:
        yield ok(name, _("it cannot change the history"))


def _statistics(connection: Connection) -> Iterator[Check]:
    """On a server: whether somebody has it count the large tables, which it does not do by itself."""
    if connection.dialect.name == "sqlite":
        return
    name, old = _("Statistics of the server"), server_statistics.outdated(connection)
    said = _(
        "missing or old for {tables}: lists become slow. Let the administrator of the database run, now and every night: "
        "psql -d {database} -c ANALYZE"
    )
    database = connection.engine.url.database
    yield warning(name, said.format(tables=listed(old), database=database)) if old else ok(name, _("in order"))


def _not_behind(connection: Connection, office_id: int, folder: Path | None) -> Check:
    name = _("Not behind its outside head")
    if folder is None or heads.latest(folder, office_id) is None:
        return warning(name, _("no outside head was written down yet"))
    try:
        heads.check_not_behind(folder, connection, office_id)
    except DubanError as refusal:
        return wrong(name, refusal.what)
    return ok(name, _("in order"))


def _trail(connection: Connection, office_id: int, folder: Path | None, store: Store | None) -> Check:
    name = _("Trail proves itself")
    found = verify.verify(connection, office_id, heads_dir=folder, store=store)
    if not found:
        return ok(name, _("in order"))
    return wrong(name, _("{count} findings; the first: {first}").format(count=len(found), first=_sentence(found[0])))


def _sentence(finding: verify.Finding) -> str:
    return f"{finding.where}: {finding.what}"


def _clock(connection: Connection, office_id: int, now: datetime) -> Check:
    """A clock set back makes every loop look alive that is dead, and everything sent look as if it were to come."""
    name, w = _("Clock"), t.watermark.c
    seen = connection.scalar(sa.select(w.at).where(w.office_id == office_id))
    if seen is None or now >= seen - BEHIND:
        return ok(name, shown(now))
    return wrong(
        name, _("it is {now}, but the office has seen {seen}; set it right").format(now=shown(now), seen=shown(seen))
    )


def _loops(connection: Connection, office_id: int, now: datetime) -> Iterator[Check]:
    """Each loop by the node that ran it last; then the nodes that fell silent while others went on."""
    found = heartbeats.beats(connection, office_id)
    if not found:
        yield warning(_("Service"), _("it has never run; start it with: duban serve"))
    for beat in heartbeats.newest(found):
        name, said = _("Loop {name}").format(name=beat.name), _("last ran {at}").format(at=shown(beat.at))
        stopped = _("{seen}; it stopped: start duban serve or duban work again")
        yield wrong(name, stopped.format(seen=said)) if beat.late(now) else ok(name, said)
    # what any node may do is none's to miss
    nodes = sorted({beat.node for beat in found if beat.node and now - beat.at < AWAY})
    for node in nodes if len(nodes) > 1 else []:
        yield _node(node, [beat for beat in found if beat.node == node], now)


def _node(node: str, found: list[Beat], now: datetime) -> Check:
    """A machine of several: what it left undone the others do, and somebody should look at it all the same."""
    name, seen = _("Node {name}").format(name=node), max(beat.at for beat in found)
    late = [beat.name for beat in found if beat.late(now)]
    said = _("last seen {at}").format(at=shown(seen))
    silent = _("{seen}; late: {names}. Once it was taken away for good, it is named for {days} days more")
    return warning(name, silent.format(seen=said, names=listed(late), days=AWAY.days)) if late else ok(name, said)


def _oldest_due(connection: Connection, office_id: int, now: datetime) -> Check:
    m, name = t.message.c, _("Oldest message to be sent")
    waiting = [MessageState.DUE.value, MessageState.RETRY.value, MessageState.SENDING.value]
    oldest = connection.scalar(
        sa.select(m.next_at).where(m.office_id == office_id, m.state.in_(waiting)).order_by(m.next_at).limit(1)
    )
    if oldest is None:
        return ok(name, _("none"))
    said = _("since {at}").format(at=shown(oldest))
    if now - oldest <= WAITING:
        return ok(name, said)
    # Reminders rest at night, and a delivery that stopped is named by its loop: nobody at all is what is wrong here.
    if not any(beat.name == "delivery" for beat in heartbeats.beats(connection, office_id)):
        return wrong(name, _("{since}, and nobody delivers; start: duban serve").format(since=said))
    return warning(name, said)


def _counted(connection: Connection, office_id: int) -> Iterator[Check]:
    m = t.message.c
    for state, name in ((MessageState.DEAD, _("Dead letters")), (MessageState.HELD, _("Held messages"))):
        query = sa.select(sa.func.count()).where(m.office_id == office_id, m.state == state.value)
        count = connection.scalar(query) or 0
        yield warning(name, str(count)) if count else ok(name, "0")
    d, name = t.webhook_delivery.c, _("Events that programs did not take")
    dead = connection.scalar(sa.select(sa.func.count()).where(d.office_id == office_id, d.state == "dead")) or 0
    yield (
        warning(name, _("{count}; see them with: duban webhook list --state dead").format(count=dead))
        if dead
        else ok(name, "0")
    )


def _posts(connection: Connection, office_id: int, now: datetime) -> Check:
    """A unit without a clerk reports nothing and one without a leader signs nothing, and no reminder reaches either."""
    name, posted = _("Clerks and leaders"), _posted(connection, office_id, local_date(now))
    gaps = [
        (row.name, role)
        for row in _owing(connection, office_id)
        for role in (Role.CLERK, Role.LEADER)
        if (row.id, role.value) not in posted
    ]
    if not gaps:
        return ok(name, _("every unit with open tasks has both"))
    bare, (unit, role) = list(dict.fromkeys(unit for unit, _role in gaps)), gaps[0]
    said = _(
        "{count} units with open tasks have no clerk or no leader on duty: {names}. "
        "Grant one with: duban person grant LOGIN --role {role} --unit {unit}"
    )
    names = listed(bare[:_NAMED]) + ("…" if len(bare) > _NAMED else "")
    return warning(name, said.format(count=len(bare), names=names, role=role.value, unit=unit))


def _owing(connection: Connection, office_id: int) -> Sequence[Any]:
    """The units that still have to act, or whose report still waits, in a month that is open or on a problem."""
    k, p, u = t.task.c, t.period.c, t.unit.c
    query = (
        sa.select(u.id, u.name)
        .join(t.task, sa.and_(k.office_id == u.office_id, k.unit_id == u.id))
        .outerjoin(t.period, sa.and_(p.office_id == k.office_id, p.id == k.period_id))
        .where(u.office_id == office_id, p.id.is_(None) | (p.state == PeriodState.OPEN.value))
        .where(k.stage.not_in([stage.value for stage in FINISHED]))
    )
    return connection.execute(query.distinct().order_by(u.id)).all()


def _posted(connection: Connection, office_id: int, on: date) -> set[tuple[int, str]]:
    """(unit, duty) of every active person who holds a duty in a unit that day."""
    d, p = t.duty.c, t.person.c
    query = (
        sa.select(d.unit_id, d.role)
        .join(t.person, sa.and_(p.office_id == d.office_id, p.id == d.person_id))
        .where(d.office_id == office_id, p.active, d.unit_id.is_not(None))
        .where(held_on(on))
    )
    return {(row.unit_id, row.role) for row in connection.execute(query)}


def _held(connection: Connection, office_id: int) -> Check:
    name = _("Sending")
    reason = connection.scalar(sa.select(t.watermark.c.held_reason).where(t.watermark.c.office_id == office_id))
    return warning(name, _("held: {reason}").format(reason=reason)) if reason else ok(name, _("not held"))


def _calendar(connection: Connection, office_id: int, now: datetime) -> Iterator[Check]:
    """This year's table must be there; next year's is published in November and needed by December."""
    known, today = calendar_store.load_calendar(connection, office_id), local_date(now)
    for year in (today.year, today.year + 1):
        name = _("Calendar {year}").format(year=year)
        if not known.is_provisional(year):
            yield ok(name, _("known"))
        else:
            said = _("provisional: Monday to Friday; import the yearly notice with: duban calendar import FILE")
            soon = year == today.year or today.month == _DECEMBER
            yield warning(name, said) if soon else ok(name, _("not published yet or not imported: provisional"))


def last_backup(connection: Connection, office_id: int) -> datetime | None:
    """When the last backup was made that the trail knows of."""
    e = t.event.c
    query = sa.select(e.at, e.detail).where(
        e.office_id == office_id, e.object_type == "office", e.action == "backup", e.result == "done"
    )
    row = connection.execute(query.order_by(e.seq.desc()).limit(1)).first()
    return audit.happened(row.at, row.detail) if row else None


def _backup(connection: Connection, office_id: int, now: datetime) -> Check:
    name, last = _("Last backup"), last_backup(connection, office_id)
    if last is None:
        return warning(name, _("never; make one with: duban backup FILE"))
    said = shown(last)
    return warning(name, said) if now - last > BACKUP_AGE else ok(name, said)

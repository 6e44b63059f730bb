"""Notices that are being worked on and not adopted yet: kept for the office, changed by one person at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import Conflict, Refused
from models.language import _
from models.times import shown
from models.words import letters
from workflow import audit, permissions

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

DEED = "notice.draft"


def keep(connection: Connection, office_id: int, actor: Actor, draft: dict[str, Any], now: datetime) -> int:
    """Keep what was read from a file; of a file that is worked on already the draft there is. Returns its number."""
    role = permissions.demand(actor, DEED)
    d = t.notice_draft.c
    known = connection.scalar(
        sa.select(d.id).where(d.office_id == office_id, d.source_sha256 == draft["source_sha256"], d.ended_at.is_(None))
    )
    if known is not None:
        return int(known)
    number = insert(
        connection, t.notice_draft, office_id, title=draft["title"], source_name=draft["source_name"],
        source_sha256=draft["source_sha256"], draft=draft, version=1, changed_by=actor.login, changed_at=now,
    )  # fmt: skip
    detail = {"source": draft["source_sha256"], "title": draft["title"]}
    entry = audit.Entry(DEED, "notice_draft", number, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return number


def from_source(connection: Connection, office_id: int, source_sha256: str) -> int:
    """The number of the newest draft that was read from a source; 0 where there is none."""
    d = t.notice_draft.c
    newest = sa.select(sa.func.max(d.id)).where(d.office_id == office_id, d.source_sha256 == source_sha256)
    return int(connection.scalar(newest) or 0)


def in_work(connection: Connection, office_id: int, number: int) -> dict[str, Any] | None:
    """What a draft says while it is worked on; None once it was adopted or dropped."""
    d = t.notice_draft.c
    query = sa.select(d.draft).where(d.office_id == office_id, d.id == number, d.ended_at.is_(None))
    found: dict[str, Any] | None = connection.scalar(query)
    return found


def from_sources(connection: Connection, office_id: int, sources: Collection[str]) -> dict[str, int]:
    """Of each source from which something was read, the number of the newest draft."""
    d = t.notice_draft.c
    newest = sa.select(d.source_sha256, sa.func.max(d.id).label("number")).where(
        d.office_id == office_id, d.source_sha256.in_(sources)
    )
    rows = connection.execute(newest.group_by(d.source_sha256)) if sources else ()
    return {row.source_sha256: row.number for row in rows}


def waiting(connection: Connection, office_id: int, actor: Actor) -> list[dict[str, Any]]:
    """The drafts that are worked on, the newest first; needs ``notice.draft``."""
    permissions.demand(actor, DEED)
    d = t.notice_draft.c
    query = sa.select(t.notice_draft).where(d.office_id == office_id, d.ended_at.is_(None)).order_by(d.id.desc())
    return [dict(row) for row in connection.execute(query).mappings()]


def find(connection: Connection, office_id: int, actor: Actor, number: int) -> dict[str, Any]:
    """One draft that is worked on; E-404 where there is none, E-H90 when it was adopted or dropped."""
    permissions.demand(actor, DEED)
    d = t.notice_draft.c
    query = sa.select(t.notice_draft).where(d.office_id == office_id, d.id == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise permissions.not_there(_("Draft"), number)
    if row["ended_at"] is not None:
        raise Refused(
            "E-H90",
            _("This draft has been adopted or dropped."),
            where=row["title"],
            remedy=_("See the adopted notices in the list of notices."),
        )
    return dict(row)


def change(
    connection: Connection,
    office_id: int,
    actor: Actor,
    number: int,
    version: int | None,
    draft: dict[str, Any],
    now: datetime,
    said: str = "",
) -> None:
    """Put a draft in the place of the one that the person saw (``version``); E-H59 when somebody changed it since."""
    role = permissions.demand(actor, DEED)
    row = find(connection, office_id, actor, number)
    refuse_stale(row, version)
    values = {"draft": draft, "title": draft["title"], "version": row["version"] + 1}
    _set(connection, office_id, number, changed_by=actor.login, changed_at=now, **values)
    entry = audit.Entry(
        DEED, "notice_draft", number, role=role.value, reason=said, detail={"version": row["version"] + 1}
    )
    audit.append(connection, office_id, actor, entry, now)


def refuse_stale(row: dict[str, Any], version: int | None) -> None:
    """Whoever saw an older version is told who changed it since; E-H59."""
    if row["version"] != version:
        raise Conflict(
            "E-H59",
            _("{name} changed this draft at {at}, after you opened the page.").format(
                name=row["changed_by"], at=shown(row["changed_at"])
            ),
            remedy=_("Open the page again; what was decided meanwhile stands there."),
        )


def drop(connection: Connection, office_id: int, actor: Actor, number: int, reason: str, now: datetime) -> None:
    """A draft is not worked on any more, and why."""
    role = permissions.demand(actor, DEED)
    find(connection, office_id, actor, number)
    if not letters(reason):
        raise Refused("E-S02", _("A reason is needed."), remedy=_("Add it with --reason."))
    _set(connection, office_id, number, ended_at=now, changed_by=actor.login, changed_at=now)
    entry = audit.Entry(DEED, "notice_draft", number, role=role.value, reason=reason, detail={"dropped": True})
    audit.append(connection, office_id, actor, entry, now)


def adopted(connection: Connection, office_id: int, actor: Actor, number: int, notice_id: int, now: datetime) -> None:
    """The draft became a notice, in the transaction in which it was adopted."""
    _set(connection, office_id, number, ended_at=now, notice_id=notice_id, changed_by=actor.login, changed_at=now)


def _set(connection: Connection, office_id: int, number: int, **values: Any) -> None:
    d = t.notice_draft.c
    connection.execute(sa.update(t.notice_draft).where(d.office_id == office_id, d.id == number).values(**values))

"""Where a report of a task came from, when it came as a parcel: the office below, its summary, under whose key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.language import _

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from workflow.case import TaskRow


def origins(connection: Connection, task: TaskRow) -> list[str]:
    """One line for each version that a parcel brought, the oldest first; for whoever may see the reports of the task."""
    from models.office_key import grouped
    from models.parcels import MonthReport, ParcelKind, content_of, read_told
    from workflow import peers

    p = t.parcel.c
    query = sa.select(p.id, p.peer_id, p.statement, p.covers).where(
        p.office_id == task.office_id, p.period_id == task.period_id, p.inward, p.kind == ParcelKind.REPORT.value
    )
    senders = {one.id: one for one in peers.every(connection, task.office_id)}
    said = _("Version {version} came from {office}: summary {number}, issued by {name} on {day}; parcel {id}, signed with"
             " the key {key}")  # fmt: skip
    found = []
    for row in connection.execute(query.order_by(p.id)):
        for version in (version for number, version in row.covers if number == task.id):
            sender = senders[row.peer_id]
            content = content_of(MonthReport, read_told(row.statement, sender.name))
            line = said.format(
                version=version, office=sender.name, number=content.number, name=content.issued_by,
                day=content.issued_on.isoformat(), id=row.id, key=grouped(sender.public.fingerprint),
            )  # fmt: skip
            notes = [one.correction for one in content.clauses if one.number == task.clause_number and one.correction]
            found.append(" · ".join([line, *(_("corrected: {reason}").format(reason=note) for note in notes)]))
    return found

"""The versions of the flows as a list shows them: which is in force, and how many unfinished tasks pin each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.states import FINISHED
from models.times import shown
from workflow import permissions
from workflow.flow_store import SHIPPED, every, pinned, shipped
from workflow.flow_store import versions as installed

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from workflow.case import Actor


def versions(connection: Connection, office_id: int, actor: Actor) -> list[dict[str, Any]]:
    """Every version, the one in force of each flow after its older ones; needs ``flow.read``.

    What comes with the program and was never installed stands first, with an empty ``installed``.
    """
    permissions.demand(actor, "flow.read")
    still, rows = _open(connection, office_id), installed(connection, office_id)
    newest = {row.name: row.sha256 for row in rows}
    known = {row.sha256 for row in rows}
    along = [
        {"name": flow.name, "title": flow.title.here, "version": flow.short, "sha256": flow.sha256, "in_force": False,
         "open": 0, "installed": ""}
        for flow in map(shipped, SHIPPED) if flow.sha256 not in known
    ]  # fmt: skip
    return along + [
        {
            "name": row.name,
            "title": pinned(connection, office_id, row.sha256).title.here,
            "version": row.sha256[:8],
            "sha256": row.sha256,
            "in_force": newest[row.name] == row.sha256,
            "open": still.get(row.sha256, 0),
            "installed": f"{shown(row.installed_at)} {row.installed_by}",
        }
        for row in rows
    ]


def _open(connection: Connection, office_id: int) -> dict[str, int]:
    """How many unfinished tasks pin each version; found by their states, past all that was finished in the years."""
    k = t.task.c
    states = {
        state.name for flow in every(connection, office_id) for state in flow.states if state.stage not in FINISHED
    }
    query = sa.select(k.flow_sha256, sa.func.count().label("tasks")).where(
        k.office_id == office_id, k.state.in_(sorted(states)), k.stage.not_in([stage.value for stage in FINISHED])
    )
    return {row.flow_sha256: row.tasks for row in connection.execute(query.group_by(k.flow_sha256))}

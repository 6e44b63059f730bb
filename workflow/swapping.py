"""The compare-and-swap by which a task changes: only as it stood when the step was decided (``reliability.md`` I2, I3)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.statements import Statement

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import TaskRow


def swapped(connection: Connection, task: TaskRow, after: TaskRow, changes: dict[str, Any], now: datetime) -> bool:
    """Write how the task stands now, if it still stands as it was loaded."""
    values = {
        "state": after.state,
        "stage": after.stage.value,
        "version": after.version,
        "next_due_at": now,  # the next sweep looks at it once more, be it final: what came due before has to end
        **changes,
    }
    this = {"of_office": task.office_id, "of_task": task.id, "of_version": task.version, "of_state": task.state}
    return _swapping(tuple(values)).change(connection, values | this) == 1


@cache
def _swapping(columns: tuple[str, ...]) -> Statement:
    """The compare-and-swap that sets these columns, built once."""
    k = t.task.c
    return Statement(
        sa.update(t.task)
        .where(
            k.office_id == sa.bindparam("of_office"),
            k.id == sa.bindparam("of_task"),
            k.version == sa.bindparam("of_version"),
            k.state == sa.bindparam("of_state"),
        )
        .values({name: sa.bindparam(name, type_=k[name].type) for name in columns})
    )

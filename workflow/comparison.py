"""The month before in figures, so that a summary can say what moved."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.facts import MonthFigures
from models.states import OWED, Stage

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection


def month_before(connection: Connection, office_id: int, period: Any, today: date) -> MonthFigures | None:
    """The figures of the latest earlier month of the same notice; None when there is none."""
    earlier = connection.execute(
        sa.select(t.period)
        .where(
            t.period.c.office_id == office_id,
            t.period.c.notice_id == period.notice_id,
            t.period.c.month < period.month,
        )
        .order_by(t.period.c.month.desc())
        .limit(1)
    ).first()
    if earlier is None:
        return None
    rows = connection.execute(
        sa.select(t.task.c.stage, t.task.c.late_days, t.task.c.due_on).where(
            t.task.c.office_id == office_id, t.task.c.period_id == earlier.id
        )
    ).all()
    states = Counter(row.stage for row in rows)
    return MonthFigures(
        month=earlier.month,
        due=len(rows) - states[Stage.WAIVED],
        approved=states[Stage.REVIEWED] + states[Stage.AGGREGATED],
        late=sum(row.late_days > 0 or (row.stage in OWED and row.due_on < today) for row in rows),
        missing=states[Stage.ASSIGNED] + states[Stage.REPORTED],
    )

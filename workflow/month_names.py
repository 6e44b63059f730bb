"""Which month is meant: two notices may run in the same one, and nobody guesses which of them a deed is about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.errors import Refused
from models.language import _
from workflow import permissions
from workflow.month_rows import on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection


@dataclass(frozen=True, slots=True)
class MonthName:
    """A month (YYYY-MM) as somebody names it; where two notices have it, with the number of one of them."""

    month: str
    notice: int | None = None
    #: the notice's title, for those who read the name
    title: str = ""

    def __str__(self) -> str:
        """As it stands in addresses and names of files: 2022-06, or 2022-06@3."""
        return self.month if self.notice is None else f"{self.month}@{self.notice}"


def find_period(connection: Connection, office_id: int, named: MonthName | str, *likely: sa.ColumnElement[bool]) -> Any:
    """The period of a month; of several the only one of which all of ``likely`` holds; E-404, E-S47 where two are left."""
    wanted = named if isinstance(named, MonthName) else MonthName(named)
    p, n = t.period.c, t.notice.c
    query = (
        sa.select(t.period, n.title.label("notice"), sa.and_(sa.true(), *likely).label("is_likely"))
        .join(t.notice, on(t.period, "notice_id", t.notice))
        .where(p.office_id == office_id, p.month == wanted.month)
        .order_by(p.notice_id)
    )
    if wanted.notice is not None:
        query = query.where(p.notice_id == wanted.notice)
    rows = connection.execute(query).all()
    meant = [row for row in rows if row.is_likely] or rows
    if not meant:
        raise permissions.not_there(_("Month"), str(wanted))
    if len(meant) > 1:
        raise _which(wanted.month, meant)
    return meant[0]


def _which(month: str, rows: Iterable[Any]) -> Refused:
    notices = {row.notice_id: row.notice for row in rows}
    return Refused(
        "E-S47",
        _("{count} notices have the month {month}: say which one is meant.").format(count=len(notices), month=month),
        where=" · ".join(f"{number} {title}" for number, title in notices.items()),
        remedy=_("Add the number of the notice: --notice {number}").format(number=" | ".join(map(str, notices))),
        notices=[{"notice": number, "title": title} for number, title in notices.items()],
    )


def names(connection: Connection, office_id: int) -> dict[int, MonthName]:
    """Period → the shortest name by which it is found: with its notice only where another one has the month, too."""
    p = t.period.c
    query = sa.select(p.id, p.month, p.notice_id, t.notice.c.title).join(t.notice, on(t.period, "notice_id", t.notice))
    rows = connection.execute(query.where(p.office_id == office_id)).all()
    count = Counter(row.month for row in rows)
    return {
        row.id: MonthName(row.month, row.notice_id, row.title) if count[row.month] > 1 else MonthName(row.month)
        for row in rows
    }

"""What PostgreSQL reads of a table that grows, from end to end or by the office alone: in its own plans.

It reckons with the rows that there are, and reads a small table whole rather than by an index. So there must be many
(``many.py``), of which a page is a small part, and reading on and on is told to be dearer than it is.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from kit.carried import carried_out
from kit.parts import Asked, prepared
from models.statistics import LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from models.database import Database

#: steps that take everything in before they give anything out
_TAKES_ALL: Final = {"Sort", "Hash", "Aggregate", "Materialize", "WindowAgg", "SetOp", "Unique"}
#: indexes of what is open, whose rows leave them
OF_FEW: Final = frozenset({"ix_draft_waiting", "ix_task_problem"})
#: what reading the next page of a table costs; one looked for costs 4
_NEXT_PAGE: Final = 10
_OFFICE_ALONE: Final = re.compile(r"(\(office_id = (\d+|\$\d+)\))?")


def wide_steps(connection: Connection, text: str, values: Any) -> list[str]:
    """Each such step of a statement's plan for these values."""
    connection.exec_driver_sql(f"SET LOCAL seq_page_cost = {_NEXT_PAGE}")
    with prepared(connection, text, Asked(values, "force_custom_plan")) as explain:
        return list(_wide(explain()[0]["Plan"], paged=False))


@contextmanager
def wide_triggers(database: Database) -> Iterator[list[str]]:
    """What triggers and keys that fire meanwhile read so: each step with its statement."""
    wide: list[str] = []
    with carried_out(database, seq_page_cost=str(_NEXT_PAGE)) as told:
        yield wide
    within = {one.text: one.plan for one in told if one.within}
    assert within, "no trigger was heard"
    wide += [f"{step}: {text}" for text, plan in within.items() for step in _wide(plan, paged=False)]


def _wide(step: Any, *, paged: bool) -> Iterator[str]:
    kind = step["Node Type"]
    if kind == "Limit":
        paged = True
    elif kind in _TAKES_ALL:
        paged = False
    if kind.endswith("Scan") and not paged and (table := _table(step)) in LARGE and _whole(step):
        yield f"{kind} of {table}"
    for place, below in enumerate(step.get("Plans", ())):
        # what is begun anew for each row of the other side is no page
        yield from _wide(below, paged=paged and (kind != "Nested Loop" or place == 0))


def _table(step: Any) -> str:
    return re.sub(r"_p\d\d$", "", step.get("Relation Name", ""))


def _whole(step: Any) -> bool:
    """Whether no condition but the office's narrows what is read."""
    looks = [one for one in _with_its_bitmaps(step) if "Index Name" in one]
    if OF_FEW.issuperset(one["Index Name"] for one in looks):
        return not looks
    return any(_OFFICE_ALONE.fullmatch(one.get("Index Cond", "")) for one in looks)


def _with_its_bitmaps(step: Any) -> Iterator[Any]:
    yield step
    for below in step.get("Plans", ()):
        if below["Node Type"].startswith("Bitmap"):
            yield from _with_its_bitmaps(below)

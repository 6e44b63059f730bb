"""What the notices ask for, of whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from deeds import registers
from web.api.caller import Reading
from web.api.paging import Cursor, Limit, Page, beyond, numbered
from web.api.refusals import refused
from web.api.shapes import Indicator
from workflow import permissions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(tags=["clauses"])


class Bearer(BaseModel):
    """A unit's part in a clause."""

    id: int
    name: str
    share: Literal["lead", "support"]


class Clause(BaseModel):
    """One row of the decomposition table 任务分解表."""

    id: int
    notice_id: int
    number: str = Field(description="As people cite it: 2.1.")
    section: str
    subsection: str
    item: str
    text: str
    withdrawn: bool
    units: list[Bearer]
    indicators: list[Indicator]


@router.get(
    "/clauses",
    response_model=Page[Clause],
    operation_id="listClauses",
    summary="The clauses of the notices",
    responses=refused(),
)
def list_clauses(call: Reading, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """In the order of the notices, with units and indicators. A unit sees the clauses that name it."""

    def look(connection: Connection) -> list[dict[str, Any]]:
        permissions.demand(call.actor, "task.read")
        return registers.clauses(connection, call.office_id, call.actor, after, limit + 1)

    after = beyond(cursor, "clauses")
    piece, onward = numbered(call.look_up("task.read", look), "clauses", limit)
    return {"items": piece, "next_cursor": onward}

"""The units, also those that have ended."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from deeds import registers
from web.api.caller import Reading
from web.api.paging import Cursor, Limit, Page, cut
from web.api.refusals import refused
from workflow import permissions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(tags=["units"])


class Unit(BaseModel):
    """A responsible unit. Institutions are never renamed: one ends, and another takes over."""

    id: int
    name: str
    short_name: str
    valid_from: date
    valid_to: date | None = Field(description="Its last day; null while it exists.")
    successor_id: int | None = Field(description="Which unit took over; null where none did.")


@router.get("/units", response_model=Page[Unit], operation_id="listUnits", summary="The units", responses=refused())
def list_units(call: Reading, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """In the order in which they were entered."""

    def look(connection: Connection) -> list[dict[str, Any]]:
        permissions.demand(call.actor, "task.read")
        return registers.units(connection, call.office_id)

    found = call.look_up("task.read", look)
    piece, onward = cut(found, lambda row: (row["id"],), "units", limit, cursor)
    return {"items": piece, "next_cursor": onward}

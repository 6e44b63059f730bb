"""What the person was told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from deeds.registers import told
from models import labels
from web.api.caller import Reading
from web.api.paging import Cursor, Limit, Page, below, numbered
from web.api.refusals import refused

router = APIRouter(tags=["messages"])


class Message(BaseModel):
    """A message to the person whose token it is."""

    id: int
    event: str
    event_label: str
    state: str = Field(description="due, held, sending, sent, retry, dead, not_needed or superseded.")
    channel: str
    subject: str = Field(description="Empty until it was rendered for sending.")
    body: str
    tasks: list[int]
    created_at: datetime
    settled_at: datetime | None


@router.get(
    "/messages",
    response_model=Page[Message],
    operation_id="listMessages",
    summary="The messages to the person, the newest first",
    responses=refused(),
)
def list_messages(call: Reading, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """One's own only, whatever one's duties."""
    before = below(cursor, "messages")
    rows = call.read(lambda c: told(c, call.office_id, call.actor.person_id, before, limit + 1))
    piece, onward = numbered(rows, "messages", limit)
    return {"items": [_line(row) for row in piece], "next_cursor": onward}


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "event_label": labels.message(row["event"]), "tasks": [item[0] for item in row["about"]]}

"""Who the token acts as."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from deeds.registers import office_name, unit_names
from web.api.caller import Calling
from web.api.refusals import refused

router = APIRouter(tags=["me"])


class Duty(BaseModel):
    """A duty in force today."""

    role: str
    label: str
    unit: str = Field(description="Empty for a duty in the office.")


class Token(BaseModel):
    """The token of this call."""

    name: str
    scopes: list[str]
    expires_at: datetime


class Me(BaseModel):
    """The person, their duties of today, and the token."""

    login: str
    name: str
    office: str
    duties: list[Duty]
    token: Token


@router.get("/me", response_model=Me, operation_id="getMe", summary="Whose token this is", responses=refused())
def me(call: Calling) -> Me:
    """The person the token acts as, with today's duties and the scopes of the token. Any token may ask."""
    bearer = call.bearer
    names, office = call.read(lambda c: (unit_names(c, call.office_id), office_name(c, call.office_id)))
    duties = [
        Duty(role=post.role.value, label=post.role.label, unit=names.get(post.unit_id or 0, ""))
        for post in bearer.person.posts
    ]
    token = Token(name=bearer.name, scopes=sorted(bearer.scopes), expires_at=bearer.expires_at)
    return Me(login=bearer.person.login, name=bearer.person.name, office=office, duties=duties, token=token)

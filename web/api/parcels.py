"""What goes between this office and those above and below it: taken, looked at, fetched."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field

from deeds.levels import standing, taking
from documents.parcels import LARGEST
from documents.scan import shown_name
from web.api.caller import Acting, Reading
from web.api.files import answered, described
from web.api.paging import Cursor, Limit, Page, below, numbered
from web.api.refusals import refused
from web.api.shapes import Given, InPath, Shown
from web.frame.posted import Upload
from web.frame.uploads import some

router = APIRouter(tags=["parcels"])


class ParcelGiven(Given):
    """A parcel as the other office sealed it."""

    file: UploadFile = Field(description="The parcel, byte by byte; at most 40 MB.")


class Said(BaseModel):
    """What a parcel says of a clause, or what came of it."""

    clause: str
    said: str
    task: int = Field(description="The task that it is about here; 0 where that is none.")


class TakenParcel(BaseModel):
    """A parcel that was taken, now or before."""

    number: int
    kind: str = Field(description="handed_down, report or answer.")
    office: str
    existed: bool = Field(description="It was taken before: `done` says by whom and when, and nothing was done again.")
    done: str
    lines: list[Said]
    left: list[Said] = Field(description="Clauses of which nothing was taken, and why.")
    draft: int = Field(description="The notice in work that handed-down clauses became; 0 otherwise.")


class ParcelLine(BaseModel):
    """A parcel that was made or taken here, and what came of it."""

    number: int
    office: str
    unit: str = Field(description="The unit that the office is here; empty for one above.")
    inward: bool
    kind: str
    month: str
    title: str
    at: Shown
    by: str
    sha256: str
    head: str = Field(description="The head of its sender's trail.")
    lines: list[Said]


@router.post(
    "/parcels",
    response_model=TakenParcel,
    status_code=201,
    operation_id="takeParcel",
    summary="Take a parcel",
    responses=refused(400, 404, 409),
)
def take(call: Acting, given: Annotated[ParcelGiven, Form(media_type="multipart/form-data")]) -> Any:
    """Whole or not at all. A month from the office below becomes the reports of its unit, in the name of who files for
    the unit (scope `file`); clauses from above become a notice in work (`review`, `office`). The same parcel once more
    is answered with what was done the first time. What was altered, or is not for this office, is refused (`E-L…`).
    """
    call.demand(taking.DEED)
    upload = some(Upload(shown_name(given.file.filename or ""), given.file.file.read(LARGEST + 1)), LARGEST)
    return asdict(taking.take(call, upload.data, upload.name))


@router.get(
    "/parcels",
    response_model=Page[ParcelLine],
    operation_id="listParcels",
    summary="What was handed down, reported upward and answered",
    responses=refused(),
)
def list_parcels(call: Reading, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """The newest first. The office sees all, a unit those of the office below that it is: what was handed down to it,
    what it reported, how that was answered.
    """
    found = call.look_up(standing.DEED, lambda c: standing.listing(c, call, below(cursor, "parcels"), limit + 1))
    piece, onward = numbered([asdict(row) for row in found], "parcels", limit, "number")
    return {"items": piece, "next_cursor": onward}


@router.get(
    "/parcels/{number}/file",
    response_class=Response,
    operation_id="getParcelFile",
    summary="A parcel's file",
    responses={**refused(404), **described("parcel")},
)
def get_file(call: Reading, number: InPath) -> Response:
    """The bytes as they were sealed: what was handed down to a unit's office is fetched here, and taken there."""
    sha256, name = call.look_up(standing.DEED, lambda c: standing.file_of(c, call, number))
    return answered(call.store.get(sha256), name, "parcel")

"""The paper of a unit's month: printed over its reports, taken when it comes back signed and stamped."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from deeds import evidence
from deeds import forms as deeds_of_forms
from documents.plain_text import printable
from documents.scan import shown_name
from web.api.caller import Acting, Reading
from web.api.files import answered, described
from web.api.paging import Cursor, Limit, Page, beyond, numbered
from web.api.refusals import refused
from web.api.shapes import MONTH, Given, Line, Outcome, Shown, Text
from web.frame.addresses import HIGHEST
from web.frame.posted import Upload
from web.frame.uploads import some
from workflow.month_names import MonthName

router = APIRouter(tags=["forms"])

Code = Annotated[
    str, Path(pattern=r"^[0-9A-Z-]{4,20}$", examples=["K7QF-3M2X-9A"], description="The check code on every page.")
]


class ToPrint(Given):
    """Over which reports a form is printed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"month": "2022-06", "unit": "市水利局"}]}
    )

    month: str = Field(pattern=MONTH)
    unit: Line
    notice: int | None = Field(None, ge=1, le=HIGHEST, description="Needed where two notices have the month.")


class PaperGiven(Given):
    """A paper that came back, and what the person attests of it."""

    file: UploadFile = Field(description="PDF, OFD, JPG or PNG, at most 20 MB; kept byte by byte.")
    signer: Line = Field(min_length=1, description="Who signed, as the person attests.")
    seal: Line = Field(min_length=1, description="Which seal was set, as the person attests.")
    anyway: Text = Field("", description="Why the paper is right although it does not fit.")


class PrintedForm(BaseModel):
    """A form as it was printed."""

    code: str = Field(description="The check code of its content; it names the form from here on.")
    number: int
    month: str
    unit: str
    tasks: list[int]
    printed_at: Shown
    printed_by: str


class Stored(BaseModel):
    """That a file was stored: nothing is said of what it proves."""

    file: str
    sha256: str
    size: int
    media_type: str
    kind: str
    at: Shown


class Attested(BaseModel):
    """Who says who signed and which seal was set."""

    signer: str
    seal: str
    by: str
    name: str
    at: Shown


class Checked(BaseModel):
    """How the digital signatures in the file came out, and when they were verified."""

    verdict: str
    at: Shown


class Paper(BaseModel):
    """A paper that came back: the three facts, each apart."""

    stored: Stored
    attested: Attested
    signature: list[Checked]


class FormStory(PrintedForm):
    """A form with the papers that came back."""

    papers: list[Paper]


class Remark(BaseModel):
    """What was seen on the paper that does not fit."""

    code: str
    what: str


class TakenPaper(BaseModel):
    """A paper that was taken; every task on its form is signed and stamped."""

    sha256: str
    remarks: list[Remark]
    outcomes: list[Outcome]


@router.get(
    "/forms",
    response_model=Page[PrintedForm],
    operation_id="listForms",
    summary="The forms that were printed",
    responses=refused(),
)
def list_forms(
    call: Reading,
    month: Annotated[str, Query(pattern=rf"{MONTH}|^$", description="YYYY-MM; empty for all months.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Any:
    """Those of the person's units; for the office all. The oldest first."""
    after = beyond(cursor, "forms")
    found = call.look_up("form.read", lambda c: evidence.forms_after(c, call, month or None, after, limit + 1))
    piece, onward = numbered(found, "forms", limit)
    return {"items": piece, "next_cursor": onward}


@router.post(
    "/forms",
    response_model=FormStory,
    status_code=201,
    operation_id="printForm",
    summary="Print a unit's form",
    responses=refused(400, 404, 409),
)
def print_form(call: Acting, wanted: ToPrint) -> Any:
    """Over all reports of the month that wait for a signature. The same content gets the same form, however often it
    is printed; get the file of its code to have it on paper.
    """
    printed, _facts = deeds_of_forms.print_form(call, MonthName(wanted.month, wanted.notice), wanted.unit)
    return call.read(lambda c: evidence.form_story(c, call, printed.check_code))


@router.get(
    "/forms/{code}",
    response_model=FormStory,
    operation_id="getForm",
    summary="A form and its papers",
    responses=refused(404),
)
def get_form(call: Reading, code: Code) -> Any:
    """What came back is told as three facts: a file was stored, somebody attests, a digital signature was verified."""
    return call.look_up("form.read", lambda c: evidence.form_story(c, call, code))


@router.get(
    "/forms/{code}/file",
    response_class=Response,
    operation_id="getFormFile",
    summary="A form to be signed and stamped",
    responses={**refused(404), **described("pdf", "docx")},
)
def get_file(
    call: Reading, code: Code, kind: Annotated[Literal["pdf", "docx"], Query(alias="format")] = "pdf"
) -> Response:
    """The same bytes whenever it is asked for."""
    data, name = deeds_of_forms.form_file(call, code, kind)
    return answered(data, f"{name}.{kind}", kind)


@router.post(
    "/forms/{code}/papers",
    response_model=TakenPaper,
    status_code=201,
    operation_id="attachPaper",
    summary="Attach the signed and stamped paper",
    responses=refused(400, 404, 409),
)
def attach(
    call: Acting,
    code: Code,
    given: Annotated[PaperGiven, Form(media_type="multipart/form-data")],
) -> Any:
    """Every task on the form is signed with it, all or none. The paper is looked at and held against the form: what
    does not fit is refused (`E-F…`, `W-S…` with the reason) or asked, and `anyway` answers. The very same file is not
    taken twice.
    """
    call.demand("form.attach")
    upload = some(Upload(shown_name(given.file.filename or ""), given.file.file.read()))
    taken = deeds_of_forms.attach(
        call,
        code,
        upload.data,
        upload.name,
        signer=printable(given.signer),
        seal=printable(given.seal),
        anyway=printable(given.anyway),
    )
    return {
        "sha256": taken.stored.sha256,
        "remarks": [{"code": one.code, "what": one.words} for one in taken.attached.weighed.remarks],
        "outcomes": [outcome.as_dict() for outcome in taken.attached.outcomes],
    }

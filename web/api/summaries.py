"""The month's summary, once it is issued: what it covers and its files."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field

from deeds.registers import issued_summary
from models.language import _
from web.api.caller import Reading
from web.api.files import answered, described
from web.api.refusals import refused
from web.api.shapes import MonthInPath, NoticeOfMonth
from workflow import permissions
from workflow.month_names import MonthName

if TYPE_CHECKING:
    from web.api.caller import Call

router = APIRouter(tags=["summaries"])


class Covered(BaseModel):
    """An approved report, in exactly the version that was aggregated."""

    task_id: int
    report_number: int


class File(BaseModel):
    """A file of the summary, frozen when it was issued."""

    kind: str = Field(description="pdf, docx, xlsx or json; the last says where each paragraph comes from.")
    sha256: str
    path: str = Field(description="Where to get it, below the server's address.")


class Summary(BaseModel):
    """The month's report to the municipal government; never changed after it was issued."""

    id: int
    month: str
    document_number: str
    issued_by: str
    issued_at: datetime
    head: str = Field(description="The head of the trail at that moment, as it is printed on the paper.")
    reports: list[Covered]
    files: list[File]


@router.get(
    "/months/{month}/summary",
    response_model=Summary,
    operation_id="getSummary",
    summary="The issued summary of a month",
    responses=refused(404, 409),
)
def get_summary(call: Reading, month: MonthInPath, notice: NoticeOfMonth = None) -> Any:
    """`E-404` until the month's summary is issued."""
    told, asked = _issued(call, month, notice), f"?notice={notice}" if notice else ""
    files = [
        {"kind": kind, "sha256": sha, "path": f"/months/{month}/summary/files/{kind}{asked}"}
        for kind, sha in told["files"].items()
    ]
    return {**told, "files": files}


@router.get(
    "/months/{month}/summary/files/{kind}",
    response_class=Response,
    operation_id="getSummaryFile",
    summary="A file of the issued summary",
    responses={**refused(404, 409), **described("pdf", "docx", "xlsx", "json")},
)
def get_summary_file(
    call: Reading,
    month: MonthInPath,
    kind: Annotated[Literal["pdf", "docx", "xlsx", "json"], Path(description="The kind of file.")],
    notice: NoticeOfMonth = None,
) -> Response:
    """The bytes that were frozen when it was issued."""
    files = _issued(call, month, notice)["files"]
    if kind not in files:
        raise permissions.not_there(_("File"), kind)
    return answered(call.store.get(files[kind]), f"{month}-{_('summary')}.{kind}", kind)


def _issued(call: Call, month: str, notice: int | None) -> dict[str, Any]:
    named = MonthName(month, notice)
    return call.look_up("summary.read", lambda c: issued_summary(c, call.office_id, call.actor, named))

"""What a unit asks of the office: more time 延期, or that a task is not its own 退办; and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.requests import find_requests
from deeds.typed_report import sheet
from models.errors import BadInput, DubanError
from models.language import _
from models.states import Decision, RequestKind
from models.times import shown
from web.frame.desk import At, Desk
from web.frame.paging import Page, Paging
from web.frame.posted import Form
from workflow import permissions, requests, units

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/filing")


@router.get("/requests")
def list_page(desk: At, page: Page = 1) -> Response:
    """The requests of one's units and their answers, the newest first."""

    def work(connection: Connection) -> tuple[list[dict[str, Any]], int]:
        permissions.demand(desk.actor, "form.print")
        return find_requests(connection, desk.office_id, desk.actor, page=page)

    rows, total = desk.look_up("form.print", work)
    paging = Paging("/filing/requests", {}, page, total, bounded=True)
    return desk.page("filing/requests.html", requests=[_told(row) for row in rows], paging=paging)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    decision = Decision(row["decision"])
    return {
        **row,
        "label": RequestKind(row["kind"]).label,
        "said": decision.label,
        "colour": {Decision.PENDING: "yellow", Decision.GRANTED: "green", Decision.REFUSED: "red"}[decision],
        "asked": shown(row["asked_at"]),
        "decided": shown(row["decided_at"]) if row["decided_at"] else "",
    }


@router.get("/{task_id:int}/request")
def ask_page(desk: At, task_id: int) -> Response:
    """The two forms for one task."""
    return _ask_page(desk, task_id, {})


def _ask_page(desk: Desk, task_id: int, typed: dict[str, str], refusal: DubanError | None = None) -> Response:
    def work(connection: Connection) -> dict[str, Any]:
        told = sheet(connection, desk, task_id)
        permissions.demand_unit(desk.actor, "request.ask", told.task.unit_id)
        names = units.names_today(connection, desk.office_id)
        return {"sheet": told, "units": [name for name in names if name != told.task.unit_name]}

    told = desk.look_up("request.ask", work)
    return desk.page("filing/request.html", typed=typed, refusal=refusal, **told)


@router.post("/{task_id:int}/request")
def ask(desk: At, form: Form, task_id: int) -> Response:
    """Put the request to the office; what is refused stays in its form."""
    typed = {name: form.text(name) for name in ("kind", "reason", "progress", "until", "unit")}
    try:
        number = _ask(desk, task_id, typed, form)
    except DubanError as refusal:
        if desk.is_part:
            raise
        return _ask_page(desk, task_id, typed, refusal)
    return desk.go("/filing/requests", _("Request {id} was put to the office.").format(id=number))


def _ask(desk: Desk, task_id: int, typed: dict[str, str], form: Form) -> int:
    if typed["kind"] not in set(RequestKind):
        raise BadInput("E-H36", _("It is not said what is asked for."), remedy=_("Use one of the two forms below."))
    kind = RequestKind(typed["kind"])
    wanted: dict[str, Any] = {"wanted_unit": typed["unit"]}
    if kind is RequestKind.EXTENSION:
        wanted = {"wanted_due_on": form.day("until"), "progress": typed["progress"]}

    def work(connection: Connection) -> int:
        return requests.ask(
            connection, desk.office_id, desk.actor, task_id, kind, typed["reason"], desk.now(), **wanted
        )

    return desk.perform(f"request.{kind.value}", work)

"""The trail: searched, one event held against its neighbours, the whole proved and taken out. For the audit administrator."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.responses import StreamingResponse

from models import labels
from models.language import _
from models.states import Result
from web.frame.desk import At
from web.frame.files import named
from web.frame.posted import Form, day_of
from workflow import audit, heads, permissions, trail_views
from workflow.trail_views import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/trail")
_HEADS_SHOWN: Final = 30
_CHUNK: Final = 1 << 16


@router.get("")
def trail(desk: At) -> Response:
    """The events that were asked for, fifty at a time."""
    given = {name: value.strip()[:60] for name, value in desk.request.query_params.items()}
    asked = _asked(given)

    def work(connection: Connection) -> tuple[Any, Any]:
        permissions.demand(desk.actor, "audit.read")
        return trail_views.find(connection, desk.office_id, asked), trail_views.actions(connection, desk.office_id)

    found, actions = desk.look_up("audit.read", work)
    kept = {name: value for name, value in given.items() if value and name not in {"before", "after"}}
    things = sorted(((code, _(said)) for code, said in labels.THINGS.items()), key=lambda pair: pair[1])
    return desk.page(
        "trail/list.html", found=found, actions=actions, things=things, asked=asked,
        results=[(one.value, one.label) for one in Result],
        address=f"/trail?{urlencode(kept)}{'&' if kept else ''}",
    )  # fmt: skip


def _asked(given: Mapping[str, str]) -> Asked:
    return Asked(
        given.get("person", ""), given.get("action", ""), given.get("thing", ""), _count(given.get("number", "")),
        given.get("result", ""), day_of(given.get("first", "")), day_of(given.get("last", "")),
        _count(given.get("before", "")), _count(given.get("after", "")),
    )  # fmt: skip


def _count(text: str) -> int | None:
    """A number of an address; what is none asks for nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@router.get("/verify")
def proof_page(desk: At) -> Response:
    """How far the proof is, or how the last one ended; the heads that are kept outside."""
    desk.demand("audit.read")
    folder, office = desk.settings.heads_dir, desk.office_id
    kept = heads.read(folder, office)

    def work(connection: Connection) -> tuple[Any, Any]:
        shown = kept[-_HEADS_SHOWN:][::-1]
        return audit.head(connection, office), [(one, heads.stands(connection, office, one)) for one in shown]

    head, rows = desk.read(work)
    return desk.page(
        "trail/verify.html", proof=desk.site.prover.last, head=head, heads=rows, count=len(kept), folder=folder.name
    )


@router.post("/verify")
def prove(desk: At, _form: Form) -> Response:
    """Begin a proof; the page tells how far it is."""
    desk.demand("audit.read")
    desk.site.prover.begin(desk)
    return desk.go("/trail/verify")


@router.get("/export.jsonl")
def export(desk: At) -> Response:
    """Every event as a line of JSON, the head last; it goes through a file, so that years need not fit into memory."""
    desk.demand("audit.read")
    file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed when it was sent
    desk.read(lambda c: file.writelines(line.encode() for line in trail_views.lines(c, desk.office_id)))
    file.seek(0)

    def sending() -> Iterator[bytes]:
        with file:
            while chunk := file.read(_CHUNK):
                yield chunk

    return StreamingResponse(sending(), media_type="application/jsonl", headers=named(_("trail") + ".jsonl"))


@router.get("/{seq}")
def event(desk: At, seq: int) -> Response:
    """One event, its hash reckoned anew, and what stands before and after it."""

    def work(connection: Connection) -> trail_views.Proof:
        permissions.demand(desk.actor, "audit.read")
        return trail_views.proof(connection, desk.office_id, seq)

    return desk.page("trail/event.html", proof=desk.look_up("audit.read", work))

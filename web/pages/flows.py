"""The flows: which version is in force, what it says, and a new one looked at before the director puts it in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import flow_words, rules_editing
from deeds.running import own_events
from models.errors import NotFound
from models.language import _
from schedules.ladder_check import flaws
from schedules.rules import ladder_of
from web.frame.desk import At, Desk
from web.frame.posted import Form
from workflow import diagram, flow_store, permissions
from workflow.flow_diff import differences
from workflow.flow_reading import read_flow
from workflow.flow_views import versions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from workflow.flow import Flow

router = APIRouter(prefix="/flows")


@router.get("")
def flows(desk: At) -> Response:
    """The versions, the one in force marked."""

    def work(connection: Connection) -> Any:
        permissions.demand(desk.actor, "flow.read")
        return versions(connection, desk.office_id, desk.actor)

    rows = desk.look_up("flow.read", work)
    return desk.page("flows/list.html", rows=rows, installs=desk.may("flow.install"))


def _version(desk: Desk, sha256: str) -> Flow:
    """A version that is installed, or one that comes along, by the whole of its SHA-256; E-404."""

    def work(connection: Connection) -> Flow:
        permissions.demand(desk.actor, "flow.read")
        along = (flow_store.shipped(name) for name in flow_store.SHIPPED)
        for flow in (*flow_store.every(connection, desk.office_id), *along):
            if flow.sha256 == sha256:
                return flow
        raise permissions.not_there(_("Flow"), sha256[:12])

    return desk.look_up("flow.read", work)


@router.get("/new")
def new_flow(desk: At, base: str = "") -> Response:
    """A flow's text, to be changed; ``base`` is the version to begin with."""
    desk.demand("flow.install")
    return _edit_page(desk, _version(desk, base).text if base else "")


def _edit_page(desk: Desk, text: str, **found: Any) -> Response:
    given = {"made": None, "flaws": [], "changes": [], "before": None} | found
    return desk.page("flows/edit.html", text=text, **given)


@router.post("/check")
def check(desk: At, form: Form) -> Response:
    """What is wrong with a flow, and what differs from the version in force; nothing is installed."""
    desk.demand("flow.install")
    text = form.text("text") + "\n"
    made = read_flow(text, _("flow"))
    before = _in_force(desk, made.name)
    return _edit_page(
        desk, text, made=made, flaws=flaws(made, own_events(desk)), before=before,
        changes=differences(before, made) if before else [],
    )  # fmt: skip


def _in_force(desk: Desk, name: str) -> Flow | None:
    try:
        return desk.read(lambda c: flow_store.in_force(c, desk.office_id, name))
    except NotFound:
        return None


@router.post("")
def install(desk: At, form: Form) -> Response:
    """Put a flow in force for new tasks; those under way keep their version."""
    desk.demand("flow.install")
    sha256 = form.text("sha256")
    made = _version(desk, sha256) if sha256 else read_flow(form.text("text") + "\n", _("flow"))
    new = flow_words.install(desk, made, made.title.here, _("Check it first: all flaws are named there."))
    said = (
        _("{title}, version {version}, is in force for new tasks.")
        if new
        else _("{title}, version {version}, is in force already.")
    )
    return desk.go("/flows", said.format(title=made.title.here, version=made.short))


@router.get("/{sha256}/picture.svg")
def picture(desk: At, sha256: str) -> Response:
    """The flow drawn."""
    found = _version(desk, sha256)
    return desk.file(diagram.svg(found).encode(), f"{found.name}.svg", "image/svg+xml", inline=True)


@router.get("/{sha256}")
def flow(desk: At, sha256: str) -> Response:
    """One version: its picture, states, actions and ladder."""
    found = _version(desk, sha256)
    before = _in_force(desk, found.name)
    return desk.page(
        "flows/flow.html", flow=found, states=flow_words.states(found), steps=flow_words.steps(found),
        ladder=rules_editing.rungs(found, ladder_of(found)), in_force=before is not None and before.sha256 == sha256,
        changes=differences(before, found) if before else [], installs=desk.may("flow.install"),
    )  # fmt: skip

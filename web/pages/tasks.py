"""Tasks: which there are, the story of one, and every step that is open there, made from its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.requests import Request

from deeds import downloads
from deeds.task_list import Narrowed, every_row, list_rows, task_list, task_sheet
from deeds.task_page import flow_of, task_page
from deeds.task_views import note_opening, open_task
from models.errors import DubanError
from models.language import _
from web.frame.desk import At, Desk
from web.frame.given import action_of, given_of, seen_version, typed_of
from web.frame.paging import Page, Paging
from web.frame.posted import Form
from web.frame.showing import kind_file
from web.frame.steps import done_words
from workflow import diagram
from workflow.actions import Command, act
from workflow.case import Given
from workflow.paging import SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter()


def _narrowed(request: Request) -> Narrowed:
    """What the address asks for; unknown words of it are left alone."""
    asked = request.query_params
    month, unit, state, todo = (asked.get(name, "")[:100] for name in ("month", "unit", "state", "todo"))
    late, mine, copied, own = (bool(asked.get(name)) for name in ("late", "mine", "copied", "own"))
    about = asked.get("about", "")[:100]
    return Narrowed(month, unit, state, todo, late=late, mine=mine, copied=copied, own=own, about=about)


@router.get("/tasks")
def tasks(desk: At, request: Request, page: Page = 1) -> Response:
    """The tasks this person may see, narrowed and in pages."""
    asked, now = _narrowed(request), desk.now()
    told = desk.look_up("task.read", lambda c: task_list(c, desk.office_id, desk.actor, asked, now, page, SIZE))
    paging = Paging("/tasks", asked.question, page, told.total, SIZE, bounded=asked.wanted.plain)
    rows = list_rows(told.tasks, now)
    return desk.page(
        "tasks/list.html", tasks=rows, asked=asked, paging=paging,
        months=told.months, units=told.units, states=told.states, todos=told.todos,
        question=paging.address.removeprefix("/tasks").rstrip("?&"),
    )  # fmt: skip


@router.get("/tasks.xlsx")
def tasks_file(desk: At, request: Request) -> Response:
    """The same list as a workbook: user text as text, never a formula."""
    asked, now = _narrowed(request), desk.now()
    place = (desk.office_id, desk.actor, asked, now)
    made = desk.look_up("task.read", lambda c: task_sheet(every_row(c, *place)))
    return kind_file(desk, made, _("Tasks"), "xlsx")


@router.get("/tasks/{task_id}")
def task(desk: At, task_id: int) -> Response:
    """One task as far as this person may know of it; opening it is noted, as its copy's receipt or a first look."""
    now, place = desk.now(), (desk.office_id, desk.actor, task_id)
    made = _story_page(desk, task_id)
    if desk.read(lambda c: open_task(c, *place)):
        desk.perform("task.read", lambda c: note_opening(c, *place, now))
    return made


def _story_page(
    desk: Desk,
    task_id: int,
    action: str = "",
    typed: Mapping[str, Any] | None = None,
    refusal: DubanError | None = None,
) -> Response:
    now = desk.now()
    told = desk.look_up("task.read", lambda c: task_page(c, desk.office_id, desk.actor, task_id, now))
    offered = any(form.action == action for form in told.forms)
    return desk.page(
        "tasks/story.html", page=told, task=told.told, refusal=refusal, action=action,
        typed=typed or {}, lost=bool(typed) and not offered,
    )  # fmt: skip


@router.post("/tasks/{task_id}")
def take_step(desk: At, form: Form, task_id: int) -> Response:
    """Take the step of the form that was sent; one that is refused keeps what was typed, beside the task as it stands."""
    try:
        action = action_of(form)
        now = desk.now()
        told = desk.look_up("task.read", lambda c: task_page(c, desk.office_id, desk.actor, task_id, now)).told
        given = Given(**given_of(form, told["indicators"]))
        command = Command(action, task_id, seen_version(form), given, form.text("key"))
        outcome = act(desk.database, desk.office_id, desk.actor, command, now)
    except DubanError as refusal:
        return _story_page(desk, task_id, form.text("action"), typed_of(form), refusal)
    return desk.go(f"/tasks/{task_id}", done_words(outcome))


@router.get("/tasks/{task_id}/flow.svg")
def picture(desk: At, task_id: int) -> Response:
    """The whole flow of a task with its present state marked."""
    flow, state = desk.look_up("task.read", lambda c: flow_of(c, desk.office_id, desk.actor, task_id))
    return desk.file(diagram.svg(flow, state).encode(), f"{flow.name}.svg", "image/svg+xml", inline=True)


@router.get("/tasks/{task_id}/papers/{sha256}")
def paper(desk: At, task_id: int, sha256: str) -> Response:
    """A signed paper of the task, to keep."""
    opened = downloads.of_task(desk, task_id, sha256)
    return desk.file(opened.data, opened.name, opened.media_type)

"""The reminder rules: in force, in words; edited by the director, with what would change shown before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import rules_editing
from deeds.plans import names
from models import labels
from models.errors import BadInput
from models.language import _
from web.frame.desk import At, Desk
from web.frame.posted import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deeds.rules_editing import Preview

router = APIRouter(prefix="/rules")


@router.get("")
def rules(desk: At) -> Response:
    """Who is reminded of what and when, flow by flow."""
    desk.demand("rules.read")
    found = rules_editing.ladders(desk)
    return desk.page("rules/list.html", ladders=found, edits=desk.may("rules.edit"))


@router.get("/edit")
def edit(desk: At, version: str = "", shipped: str = "") -> Response:
    """The office's file as text; or an earlier version, or the shipped rules, to be saved again."""
    desk.demand("rules.edit")
    if version:
        text = rules_editing.version_text(desk, version)
    else:
        text = rules_editing.shipped_text() if shipped else rules_editing.present_text(desk)
    return _edit_page(desk, text, rules_editing.seen(desk))


def _edit_page(
    desk: Desk, text: str, seen: str, *, preview: Preview | None = None, refusal: BadInput | None = None
) -> Response:
    line: Any = refusal.fields.get("line", 0) if refusal else 0
    return desk.page(
        "rules/edit.html", text=text, seen=seen, preview=preview,
        refusal=refusal, around=list(_around(text, line)), line=line, versions=rules_editing.versions(desk),
        names=desk.read(lambda c: names(c, desk.office_id)), labels=labels,
    )  # fmt: skip


def _around(text: str, line: int) -> Iterator[tuple[int, str]]:
    """The line that is wrong with a few before and after it, each with its number."""
    for number, words in enumerate(text.splitlines(), 1):
        if line and abs(number - line) <= 2:
            yield number, words


@router.post("/preview")
def preview(desk: At, form: Form) -> Response:
    """What these rules would send in the days ahead; nothing is saved."""
    desk.demand("rules.edit")
    text, seen = form.text("text"), form.text("seen")
    try:
        found = rules_editing.preview(desk, text)
    except BadInput as refusal:
        return _edit_page(desk, text, seen, refusal=refusal)
    return _edit_page(desk, text, seen, preview=found)


@router.post("")
def save(desk: At, form: Form) -> Response:
    """Put the rules in force; what was typed stays when they are wrong."""
    desk.demand("rules.edit")
    text, seen = form.text("text"), form.text("seen")
    try:
        rules_editing.save(desk, text, seen)
    except BadInput as refusal:
        return _edit_page(desk, text, seen, refusal=refusal)
    return desk.go("/rules", _("The rules are in force from the next sweep on; the earlier version is kept."))

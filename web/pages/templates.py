"""The words of messages and papers: the shipped ones and the office's own, looked at, tried on samples, put in use."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import own_words, wordings
from models.errors import BadInput
from models.language import _
from web.frame.desk import At, Desk
from web.frame.posted import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(prefix="/templates")


@router.get("")
def templates(desk: At, own: str = "") -> Response:
    """Every template, or only those that the office replaced."""
    rows = [row for row in own_words.rows(desk) if row["own"] or not own]
    return desk.page("templates/list.html", rows=rows, own=bool(own))


@router.get("/one")
def one(desk: At, name: str = "", version: str = "") -> Response:
    """One template: its text, what it may use, what was done to it; the director edits it here."""
    text = own_words.text_in_use(desk, name, version or None)
    return _page(desk, name, text)


def _page(
    desk: Desk, name: str, text: str, *, made: Sequence[str] = (), notes: Sequence[str] = (),
    refusal: BadInput | None = None,
) -> Response:  # fmt: skip
    shipped = wordings.shipped_text(name)
    lines = unified_diff(shipped.splitlines(), text.splitlines(), _("shipped"), _("in use"), lineterm="")
    given: dict[str, Any] = {
        "name": name, "title": wordings.title(name), "text": text, "shipped": shipped, "made": made, "notes": notes,
        "fields": wordings.fields(name), "history": own_words.history(desk, name)[::-1], "diff": list(lines),
        "edits": desk.may("template.install"), "refusal": refusal,
    }  # fmt: skip
    return desk.page("templates/one.html", **given)


@router.post("/check")
def check(desk: At, form: Form) -> Response:
    """What a text makes of a sample; nothing is saved."""
    desk.demand("template.install")
    name, text = form.text("name"), form.text("text") + "\n"
    wordings.check_name(name)
    try:
        notes = wordings.check(name, text)
        return _page(desk, name, text, made=own_words.preview(name, text), notes=notes)
    except BadInput as refusal:
        return _page(desk, name, text, refusal=refusal)


@router.post("/install")
def install(desk: At, form: Form) -> Response:
    """Put the office's own text in use; what was typed stays when it is not good."""
    desk.demand("template.install")
    name, text = form.text("name"), form.text("text") + "\n"
    wordings.check_name(name)
    try:
        new, _notes = own_words.install(desk, name, lambda: text)
    except BadInput as refusal:
        return _page(desk, name, text, refusal=refusal)
    said = _("{name} is replaced, from the next message or paper on.") if new else _("{name}: in use already.")
    return desk.go("/templates", said.format(name=wordings.title(name)))


@router.post("/remove")
def remove(desk: At, form: Form) -> Response:
    """Go back to the shipped text; the office's own versions stay."""
    name = form.text("name")
    own_words.remove(desk, name)
    return desk.go("/templates", _("{name}: the shipped template is in use again.").format(name=wordings.title(name)))

"""Tokens of programs: which a person has made, a new one, shown once, and its end."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from models import labels
from models import tables as t
from models.errors import DubanError
from models.language import _
from web.frame.desk import At, Desk
from web.frame.posted import Form
from workflow import tokens
from workflow.authorisation import MATRIX

if TYPE_CHECKING:
    from models.states import Role
    from web.frame.posted import Posted

router = APIRouter(prefix="/tokens")


@router.get("")
def list_tokens(desk: At) -> Response:
    """One's own tokens, what a new one could be for; the security administrator sees everybody's, too."""
    return _page(desk)


@router.post("")
def make(desk: At, form: Form) -> Response:
    """Make a token: this answer is the only place where it ever stands."""
    token, now = tokens.MARK + secrets.token_urlsafe(32), desk.now()
    name, scopes, days = form.text("name"), form.many("scope"), form.number("days") or 0
    try:
        desk.perform("token.make", lambda c: tokens.make(c, desk.office_id, desk.actor, token, name, scopes, days, now))
    except DubanError as refusal:
        if desk.is_part or refusal.code != "E-H83":
            raise
        return _page(desk, refusal=refusal, typed=form)
    return _page(desk, made=token)


@router.post("/{number}/revoke")
def revoke(desk: At, _form: Form, number: int) -> Response:
    """End a token at once."""
    now = desk.now()
    desk.perform("token.revoke", lambda c: tokens.revoke(c, desk.office_id, desk.actor, number, now))
    return desk.go("/tokens", said=_("The token is revoked; the program that used it is shut out from now on."))


def _page(
    desk: Desk,
    *,
    made: str = "",
    refusal: DubanError | None = None,
    typed: Posted | None = None,
) -> Response:
    person, now = desk.actor.person_id, desk.now()
    desk.demand("token.make")
    own = desk.read(lambda c: tokens.tokens(c, desk.office_id, t.api_token.c.person_id == person))
    others = (
        desk.read(lambda c: tokens.tokens(c, desk.office_id, t.api_token.c.person_id != person))
        if desk.may("token.manage")
        else None
    )
    return desk.page(
        "tokens/list.html", own=own, others=others, now=now, made=made, refusal=refusal,
        scopes=[_told(scope, desk) for scope in tokens.open_to(desk.actor)], lives=tokens.LIVES,
        name=typed.text("name") if typed else "", chosen=typed.many("scope") if typed else ["read"],
        days=(typed.number("days") if typed else None) or tokens.LIVES[1],
    )  # fmt: skip


def _told(scope: tokens.Scope, desk: Desk) -> dict[str, Any]:
    """A scope with the duties of this person that it acts with, and what is granted to them."""
    held = {post.role for post in desk.actor.posts}
    roles: set[Role] = set(tokens.SCOPES[scope]) & held
    looks = scope is tokens.Scope.READ
    deeds = [
        labels.deed(deed)
        for deed, granted in MATRIX.items()
        if deed.endswith(".read") == looks and granted.keys() & (held if looks else roles)
    ]
    return {"scope": scope, "roles": [role.label for role in sorted(held if looks else roles)], "deeds": deeds}

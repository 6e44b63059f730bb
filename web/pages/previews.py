"""Drafts that are looked at before anything is recorded: their pages as pictures, their files to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import Response

from web.frame.addresses import no_page
from web.frame.desk import At
from web.frame.showing import kind_file, page_file

if TYPE_CHECKING:
    from web.frame.desk import Desk
    from web.frame.kept import Draft

router = APIRouter(prefix="/previews")


@router.get("/{key}/{number}.png")
def page(desk: At, key: str, number: int) -> Response:
    """One page of one's own draft."""
    return page_file(desk, _draft(desk, key).files.get("pdf"), number)


@router.get("/{key}.{kind}")
def file(desk: At, key: str, kind: str) -> Response:
    """The whole draft in one of its kinds."""
    draft = _draft(desk, key)
    if kind not in draft.files:
        raise no_page(desk.request)
    return kind_file(desk, draft.files[kind], draft.name, kind)


def _draft(desk: Desk, key: str) -> Draft:
    return desk.site.drafts.find(key, desk.actor.person_id)

"""Looking for words in everything that a person may see."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BeforeValidator

from deeds.search import HIGHEST, LONGEST, Asked, Kind, search
from web.frame.desk import At
from web.frame.paging import Page, Paging
from workflow.paging import SIZE

router = APIRouter()
#: of each kind so many are shown at first
_FIRST: Final = 10


def _number(text: str) -> int:
    """The number in an address; whatever is none is beyond all."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(HIGHEST)) else HIGHEST


@router.get("/search")
def found(
    desk: At,
    q: str = "",
    kind: str = "",
    page: Page = 1,
    before: Annotated[int, BeforeValidator(_number)] = HIGHEST,
) -> Response:
    """By kind the first few; of one kind all, in pages; ``before`` is the number of the task below which to look on."""
    text, one = q.strip()[:LONGEST], Kind(kind) if kind in set(Kind) else None
    asked = Asked(text, one, page if one else 1, SIZE if one else _FIRST, before)
    told = desk.look_up("task.read", lambda c: search(c, desk.office_id, desk.actor, asked))
    place = {"q": text, "before": before if before < HIGHEST else ""}
    paging = Paging("/search", {**place, "kind": kind}, page, told.counts.get(one, 0)) if one else None
    return desk.page("search.html", q=text, kind=one, place=place, found=told, paging=paging, longest=LONGEST)

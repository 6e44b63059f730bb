"""Looking for words in everything that a person may see."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.search import LONGEST, Kind, search
from web.frame.desk import At
from web.frame.paging import Page, Paging

router = APIRouter()
#: of each kind so many are shown at first
_FIRST: Final = 10


@router.get("/search")
def found(desk: At, q: str = "", kind: str = "", page: Page = 1) -> Response:
    """By kind the first few; of one kind all, in pages."""
    text = q.strip()[:LONGEST]
    hits = desk.look_up("task.read", lambda c: search(c, desk.office_id, desk.actor, text))
    counts = {each: len(all_) for each, all_ in hits.items()}
    one = Kind(kind) if kind in set(Kind) else None
    paging = Paging("/search", {"q": text, "kind": kind}, page, counts.get(one, 0)) if one else None
    shown = {
        each: paging.of(all_) if paging else all_[:_FIRST] for each, all_ in hits.items() if one is None or each is one
    }
    return desk.page("search.html", q=text, hits=shown, counts=counts, paging=paging, longest=LONGEST)

"""The pages of a paper as pictures, for the viewers beside reports; each is reached only through a task one may read.

What a browser shows itself comes as it was stored; a PDF page is drawn in a child process with limits.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter
from fastapi.responses import Response

from deeds import downloads
from documents.evidence.drawing import Drawn, draw
from documents.picture_sizes import JPEG, PNG
from web.frame.desk import At, Desk
from web.frame.kept import Lately

if TYPE_CHECKING:
    from deeds.downloads import Opened

router = APIRouter(prefix="/viewer")
#: each child may take much memory and a whole processor
_AT_ONCE: Final = 2
_turns = threading.BoundedSemaphore(_AT_ONCE)
#: pictures of about half a megabyte, kept for whoever opens the next report of the same paper
_drawn = Lately[tuple[str, int], Drawn](40)


@router.get("/{task_id}/{sha256}/{number}")
def page(desk: At, task_id: int, sha256: str, number: int) -> Response:
    """Page ``number`` of a paper over a report of the task, as a picture."""
    opened = downloads.of_task(desk, task_id, sha256)
    return _picture(desk, opened, sha256, max(1, number))


def _picture(desk: Desk, opened: Opened, sha256: str, number: int) -> Response:
    if opened.media_type in {JPEG, PNG}:
        return desk.file(opened.data, opened.name, opened.media_type, inline=True)
    found = _drawn.of((sha256, number), lambda: _draw(opened, number))
    return desk.file(found.picture, f"{number}.{found.media_type.rpartition('/')[2]}", found.media_type, inline=True)


def _draw(opened: Opened, number: int) -> Drawn:
    with _turns:
        return draw(opened.data, opened.media_type, number, opened.name)

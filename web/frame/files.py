"""Files that the program makes, as a browser gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from documents.page_pictures import page_picture
from documents.scan import PDF
from web.frame.addresses import no_page

if TYPE_CHECKING:
    from starlette.responses import Response

    from web.frame.desk import Desk

#: kind of file → media type
MEDIA: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": PDF,
    "json": "application/json",
    "svg": "image/svg+xml",
    "parcel": "application/zip",
}


def named(name: str, how: str = "attachment") -> dict[str, str]:
    """The header that gives a file its name, whatever letters it is made of."""
    return {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(name, safe='')}"}


def page_file(desk: Desk, pdf: bytes | None, number: int) -> Response:
    """One page of a paper as a picture; E-H06 where there is none."""
    made = page_picture(pdf, number) if pdf else None
    if made is None:
        raise no_page(desk.request)
    return desk.file(made, f"{number}.png", "image/png", inline=True)


def kind_file(desk: Desk, data: bytes, name: str, kind: str) -> Response:
    """A file to keep, named with its kind."""
    return desk.file(data, f"{name}.{kind}", MEDIA.get(kind, "application/octet-stream"))

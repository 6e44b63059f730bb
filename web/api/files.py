"""Files in answers: what kinds there are, and how they are handed out and described."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from starlette.responses import Response

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
#: what the program writes, by its ending
KINDS: Final = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "json": "application/json",
}


def answered(data: bytes, name: str, kind: str) -> Response:
    """A file of one of the kinds, to be kept under its name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(data, media_type=KINDS[kind], headers=headers)


def described(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """How an operation that answers with a file says so."""
    content = {KINDS[kind]: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {200: {"description": "The file.", "content": content}}


def file_name(month: str, words: str, kind: str) -> str:
    """A name that sorts by month."""
    return f"{month}-{words.replace('/', '-')}.{kind}"

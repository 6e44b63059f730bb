"""What a browser is told about a file: its kind and its name."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from documents.scan import PDF

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

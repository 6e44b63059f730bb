"""Files in answers: what kinds there are, and how they are handed out and described."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.frame.files import MEDIA, named


def answered(data: bytes, name: str, kind: str) -> Response:
    """A file of one of the kinds, to be kept under its name."""
    return Response(data, media_type=MEDIA[kind], headers=named(name))


def described(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """How an operation that answers with a file says so."""
    content = {MEDIA[kind]: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {200: {"description": "The file.", "content": content}}

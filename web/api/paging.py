"""Long lists in pieces: a cursor names the last thing that was given, so that nothing is skipped or said twice.

A page number would: between two calls things come and go.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from models.errors import BadInput
from models.language import _
from web.frame.addresses import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
MOST: Final = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many items.")]
Cursor = Annotated[
    str,
    Query(max_length=300, description="`next_cursor` of the page before, with the same filters; empty for the first."),
]


class Page(BaseModel, Generic[T]):
    """A piece of a list."""

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """``PageOfMonth``: its name in the schema."""
        return f"PageOf{params[0].__name__}"

    items: list[T]
    next_cursor: str = Field(description="Give it as `cursor` to get the next piece; empty at the end.")


def cut(
    rows: Iterable[T], key: Callable[[T], tuple[Any, ...]], order: str, limit: int, cursor: str, *, down: bool = False
) -> tuple[list[T], str]:
    """The rows after the cursor, in the order of their keys (numbers and text), and the cursor of what follows."""
    found = sorted(rows, key=key, reverse=down)
    if cursor and found:
        after = read(cursor, order, [type(part) for part in key(found[0])])
        found = [row for row in found if (key(row) < after if down else key(row) > after)]
    elif cursor:
        read(cursor, order, None)
    piece = found[:limit]
    return piece, made(order, key(piece[-1])) if len(found) > limit else ""


def made(order: str, key: tuple[Any, ...]) -> str:
    """The cursor of a row in an order."""
    return base64.urlsafe_b64encode(json.dumps([order, *key], ensure_ascii=False).encode()).decode().rstrip("=")


def read(cursor: str, order: str, kinds: list[type] | None) -> tuple[Any, ...]:
    """The key that a cursor holds; E-H86 when it is none of this list in this order."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if isinstance(found, list) and found and found[0] == order:
        key = tuple(found[1:])
        small = all(not isinstance(part, int) or abs(part) <= HIGHEST for part in key)
        if small and (kinds is None or [type(part) for part in key] == kinds):
            return key
    raise no_cursor()


def no_cursor() -> BadInput:
    """What is given as a cursor is none of this list."""
    return BadInput(
        "E-H86",
        _("This is no cursor of this list."),
        where="cursor",
        remedy=_("Begin again without a cursor, with the same filters and the same order in every call."),
    )


def below(cursor: str, order: str) -> int:
    """For a list by number, the newest first: the number below which the next piece begins."""
    return int(read(cursor, order, [int])[0]) if cursor else HIGHEST


def beyond(cursor: str, order: str) -> int:
    """For a list by number, the oldest first: the number beyond which the next piece begins."""
    return int(read(cursor, order, [int])[0]) if cursor else 0


def numbered(rows: list[Any], order: str, limit: int, number: str = "id") -> tuple[list[Any], str]:
    """Of ``limit`` + 1 rows the piece, and the cursor of what follows."""
    piece = rows[:limit]
    return piece, made(order, (piece[-1][number],)) if len(rows) > limit else ""

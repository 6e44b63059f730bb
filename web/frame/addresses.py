"""What an address may hold: what no database can hold names nothing, and is answered as a page that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from starlette.requests import Request

from models.errors import NotFound
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi.dependencies.models import Dependant

#: the highest number of anything: every database can hold it
HIGHEST: Final = 2**31 - 1


def no_page(request: Request) -> NotFound:
    """There is nothing at this address."""
    return NotFound(
        "E-H06",
        _("There is no such page."),
        where=request.url.path[:120],
        remedy=_("Go to the first page and look from there."),
    )


def only_what_can_be(request: Request) -> None:
    """Before every page: no NUL in the address, and where a number is meant, one that a thing may have; E-H06."""
    numbers = set(_numbers(request.scope["route"].dependant))
    for name, value in (*request.path_params.items(), *request.query_params.multi_items()):
        text = str(value)
        if "\0" in text or (name in numbers and too_high(text)):
            raise no_page(request)


def _numbers(dependant: Dependant) -> Iterator[str]:
    """The names of the parameters that are whole numbers."""
    for one in (*dependant.path_params, *dependant.query_params):
        if int in _kinds(one.field_info.annotation):
            yield one.alias


def _kinds(annotation: Any) -> set[Any]:
    return {annotation}.union(*map(_kinds, get_args(annotation)))


def too_high(text: str) -> bool:
    """Whether text is a number that no database can hold."""
    digits = text.strip().lstrip("+-")
    return digits.isdigit() and (len(digits) > len(str(HIGHEST)) or int(digits) > HIGHEST)

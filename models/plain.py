"""Facts as JSON data and back: what a paper was made from is stored with it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter

_Facts = TypeVar("_Facts")


def to_plain(facts: object) -> dict[str, Any]:
    """The facts as JSON data, to be stored with the paper."""
    return cast("dict[str, Any]", _adapter(cast("Any", type(facts))).dump_python(facts, mode="json"))


def from_plain(kind: type[_Facts], data: Mapping[str, Any]) -> _Facts:
    """The facts from JSON data that ``to_plain`` made; raises pydantic's ``ValidationError`` for anything else."""
    return cast("_Facts", _adapter(cast("Any", kind)).validate_python(dict(data)))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Dear to build: once for each kind of facts."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind)

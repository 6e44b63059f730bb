"""A long list in pages of fifty, with addresses that keep what the list was narrowed by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from urllib.parse import urlencode

from pydantic import BeforeValidator

from workflow.paging import SIZE, before_page, last_page, most_counted, nearest_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FARTHEST: Final = 100_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of how many rows is shown; ``path`` and ``question`` make the addresses of the others."""

    path: str
    question: Mapping[str, object]
    asked: int
    total: int
    size: int = SIZE
    #: whether ``total`` was counted no further than ``most_counted``
    bounded: bool = False

    @property
    def more(self) -> str:
        """“+” where there are more than were counted."""
        return "+" if self.bounded and self.total >= most_counted(self.asked, self.size) else ""

    @property
    def many(self) -> str:
        """How many rows there are, as it is said."""
        return f"{self.total - 1}+" if self.more else str(self.total)

    @property
    def last(self) -> int:
        """The number of pages, at least one."""
        return last_page(self.total, self.size)

    @property
    def page(self) -> int:
        """The page that is shown: the nearest that there is."""
        return nearest_page(self.asked, self.total, self.size)

    @property
    def address(self) -> str:
        """The address of the list with all but the page, to which it is added."""
        given = {name: value for name, value in self.question.items() if value}
        return f"{self.path}?{urlencode(given)}&" if given else f"{self.path}?"

    def of(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows of this page, out of all."""
        first = before_page(self.asked, self.total, self.size)
        return rows[first : first + self.size]


def _asked_page(text: str) -> int:
    """The page of an address; whatever is no number is the first."""
    return min(int(text), _FARTHEST) if text.isascii() and text.isdigit() and len(text) < 8 else 1


#: the page in the question of an address
Page = Annotated[int, BeforeValidator(_asked_page)]

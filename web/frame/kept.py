"""What is kept in memory alone: drafts made only to be looked at, for whoever made them, and what was dear to make."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from models.errors import NotFound
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: so many drafts, and together so many bytes, are kept
_MOST, _MOST_BYTES = 40, 100_000_000
Key = TypeVar("Key")
Made = TypeVar("Made")


class Lately(Generic[Key, Made]):
    """What was made lately, under keys that name its content, so that it never grows old; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        """Nothing yet; so many are kept."""
        self._most, self._lock = most, threading.Lock()
        self._made: OrderedDict[Key, Made] = OrderedDict()

    def of(self, key: Key, make: Callable[[], Made]) -> Made:
        """What was made under the key, made now where it is not there."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = make()
        with self._lock:
            self._made[key] = made
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return made


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft's files by kind (``pdf``, ``docx``, …), under a name to save them by."""

    person_id: int
    name: str
    files: Mapping[str, bytes]

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(map(len, self.files.values()))


class KeptDrafts:
    """The drafts of one running desk; a restart forgets them, the page that showed one makes it anew."""

    def __init__(self) -> None:
        """None yet."""
        self._drafts: dict[str, Draft] = {}
        self._lock = threading.Lock()

    def keep(self, draft: Draft) -> str:
        """Keep a draft; returns the key of its address."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._drafts[key] = draft
            while len(self._drafts) > _MOST or sum(one.size for one in self._drafts.values()) > _MOST_BYTES:
                oldest = next(iter(self._drafts))
                if oldest == key:
                    break
                del self._drafts[oldest]
        return key

    def find(self, key: str, person_id: int) -> Draft:
        """The person's own draft; E-H55 when it is forgotten or somebody else's."""
        with self._lock:
            found = self._drafts.get(key)
        if found is None or found.person_id != person_id:
            raise forgotten()
        return found


def forgotten() -> NotFound:
    """A draft or a page of it that is not there (any more)."""
    return NotFound(
        "E-H55",
        _("This draft is not kept any more."),
        remedy=_("Go back to the page where you made it and load it again."),
    )

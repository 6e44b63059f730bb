"""What people were told by the program, kept outside of it: evidence that survives every death and every restore."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: the process died before it answered: whether the deed was done the person does not know
DIED: Final = "died"
#: done, where the deed leaves no state of a task
DONE: Final = "done"


@dataclass(frozen=True, slots=True)
class Told:
    """One deed of one person and what came back."""

    #: when in truth, and what the program's clock showed
    true: datetime
    wall: datetime
    #: login
    who: str
    deed: str
    #: the task it was about and the version that the person had seen
    task: int | None
    seen: int | None
    #: the state reached, ``done``, the code of the refusal, or ``died``
    answer: str
    #: the version of the task after the deed, as the answer said
    version: int | None = None
    #: the same key = the same click
    key: str = ""
    #: what else the person holds in hand: the SHA-256 of a file they gave, the number of a summary
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Journal:
    """Everything that was said, in its order."""

    told: list[Told] = field(default_factory=list)

    def note(self, told: Told) -> None:
        """Write down what a person was told."""
        self.told.append(told)

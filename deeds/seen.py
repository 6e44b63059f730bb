"""A paper is issued as it was seen: whoever looked at its draft is told when it would say something else by now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from models.canonical import fingerprint
from models.errors import Conflict
from models.facts import SummaryFacts
from models.language import _
from models.paper_facts import ChasingFacts
from models.plain import to_plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from models.rendering import Rendered

Facts = TypeVar("Facts", SummaryFacts, ChasingFacts)


def digest(facts: SummaryFacts | ChasingFacts) -> str:
    """What a draft says, as a code; what every issue sets anew is left out: its number, its day, the trail's head."""
    told = to_plain(
        replace(facts, number="", head_short="", issued_on=facts.due_on)
        if isinstance(facts, SummaryFacts)
        else replace(facts, number=0, head_short="", issued_by="")
    )
    return fingerprint(told)


class AsSeen(Generic[Facts]):
    """A renderer that stops where the facts are not those of the draft that was looked at (E-H56)."""

    def __init__(self, desk: Desk, deed: str, seen: str, render: Callable[[Facts], Rendered]) -> None:
        """``seen`` is the digest that the draft's page carried; the refusal of ``deed`` stands in the trail."""
        self._desk, self._deed, self._seen = desk, deed, seen
        self._render: Callable[[Facts], Rendered] = render

    def __call__(self, facts: Facts) -> Rendered:
        """The files."""
        if digest(facts) != self._seen:
            self._desk.perform(self._deed, _changed)
        return self._render(facts)


def _changed(_connection: Connection) -> NoReturn:
    raise Conflict(
        "E-H56",
        _("Something has changed since you looked at the draft; nothing was issued."),
        remedy=_("Look at the draft again: it is made anew from what stands now."),
    )

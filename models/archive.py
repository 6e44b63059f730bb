"""What goes to the archive: items 件, each with what an archivist has to know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.language import N_
from models.states import Word

if TYPE_CHECKING:
    from datetime import date


class Retention(Word):
    """保管期限: how long an item is kept (``domain.md``, Keeping)."""

    PERMANENT = "permanent", N_("permanent")
    THIRTY = "30 years", N_("30 years")
    TEN = "10 years", N_("10 years")


class ItemKind(Word):
    """What an item is."""

    NOTICE = "notice", N_("notice")
    SUMMARY = "summary", N_("monthly summary")
    FILING = "filing", N_("unit's report")
    URGING = "urging", N_("urging notice")
    SUPERVISION = "supervision", N_("supervision notice")
    CIRCULAR = "circular", N_("circular")


#: the notice and circulars for ever, what is reported by the month for ten years
KEPT: Final = {
    ItemKind.NOTICE: Retention.PERMANENT,
    ItemKind.SUMMARY: Retention.TEN,
    ItemKind.FILING: Retention.TEN,
    ItemKind.URGING: Retention.TEN,
    ItemKind.SUPERVISION: Retention.TEN,
    ItemKind.CIRCULAR: Retention.PERMANENT,
}


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A file of the store that belongs to an item: under which name, and whether it is the paper itself."""

    name: str
    sha256: str
    paper: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the archive as the tables have it; ``facts`` are what its text or its paper is made from, if they are."""

    kind: ItemKind
    id: int
    title: str
    issuer: str
    dated: date
    number: str = ""
    unit: str = ""
    #: who signed it, as it is attested or recorded
    signed: tuple[str, ...] = ()
    facts: Any = None
    parts: tuple[StoredPart, ...] = ()
    #: of a unit's report, each signed paper: ``stored``, ``attested`` and ``signature`` apart (``workflow.evidence``)
    proofs: tuple[dict[str, Any], ...] = ()
    #: its events of the trail, with their hashes
    events: tuple[dict[str, Any], ...] = ()
    #: what else there is to know: words → text
    more: dict[str, str] = field(default_factory=dict)

    @property
    def retention(self) -> Retention:
        """How long it is kept."""
        return KEPT[self.kind]

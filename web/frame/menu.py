"""The menu: what a person may do at all, derived from what is granted to their duties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.language import N_, _
from models.states import Role
from workflow.permissions import DEEDS

if TYPE_CHECKING:
    from workflow.case import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the menu, for the roles that may do the deed; ``roles`` where it is narrower than the deed."""

    path: str
    title: str
    deed: str
    roles: frozenset[Role] | None = None

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor has business there."""
        return actor.holds(*(DEEDS[self.deed] if self.roles is None else DEEDS[self.deed] & self.roles))


#: in the order of a month's work
ENTRIES: Final = (
    Entry("/filing", N_("Fill in and file"), "form.print"),
    Entry("/forms", N_("Forms and scans"), "form.print"),
    Entry("/tasks", N_("Tasks"), "task.read"),
    Entry("/decisions", N_("To decide"), "plan.read"),
    Entry("/board", N_("Board"), "board.read"),
    Entry("/people", N_("People"), "person.rescue"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as it stands in somebody's menu."""

    path: str
    title: str
    here: bool


def menu_for(actor: Actor, path: str) -> list[Shown]:
    """The entries that are open to the actor; ``here`` is the one whose page this is."""
    open_ = [entry for entry in ENTRIES if entry.open_to(actor)]
    matching = [entry.path for entry in open_ if path == entry.path or path.startswith(f"{entry.path}/")]
    nearest = max(matching, key=len, default="")
    return [Shown(entry.path, _(entry.title), here=entry.path == nearest) for entry in open_]

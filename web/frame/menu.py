"""The menu: what a person may do at all, derived from what is granted to their duties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.language import N_, _
from models.states import Role
from workflow import permissions
from workflow.permissions import OFFICE

if TYPE_CHECKING:
    from workflow.case import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the menu, for the roles that may do the deed, without one for everybody; ``roles`` where it is narrower."""

    path: str
    title: str
    deed: str
    roles: frozenset[Role] | None = None

    def open_to(self, actor: Actor) -> bool:
        """Whether the actor has business there."""
        if not self.deed:
            return True
        return permissions.may(actor, self.deed) and (self.roles is None or actor.holds(*self.roles))


#: under their headings, in the order of a month's work
GROUPS: Final = (
    (
        N_("Work in hand"),
        (
            Entry("/", N_("First page"), ""),
            Entry("/filing", N_("Fill in and file"), "form.print"),
            Entry("/forms", N_("Forms and scans"), "form.print"),
            Entry("/tasks", N_("Tasks"), "task.read"),
            Entry("/sign", N_("Sign"), "task.sign"),
            Entry("/review", N_("Review"), "task.review"),
            Entry("/decisions", N_("To decide"), "plan.read"),
            Entry("/problems", N_("Problem ledger"), "problem.photo"),
        ),
    ),
    (
        N_("The months"),
        (
            Entry("/notices", N_("Notices"), "notice.draft"),
            Entry("/months", N_("Months and summaries"), "summary.read"),
            # a unit's clerk comes there from the page of forms, where the unit is an office below
            Entry("/levels", N_("Above and below"), "parcel.read", frozenset({Role.REVIEWER, Role.DIRECTOR})),
            Entry("/papers", N_("Notices to urge"), "paper.read"),
            Entry("/plan", N_("Reminders to come"), "plan.read"),
            Entry("/board", N_("Board"), "board.read"),
            Entry("/calendar", N_("Calendar"), "calendar.address"),
        ),
    ),
    (
        N_("Settings"),
        (
            Entry("/units", N_("Units"), "unit.manage"),
            Entry("/rules", N_("Reminder rules"), "rules.read"),
            Entry("/flows", N_("Flows"), "flow.read", OFFICE),
            Entry("/templates", N_("Templates"), "template.read"),
            Entry("/workdays", N_("Workdays"), "plan.read"),
            Entry("/channels", N_("Channels and service"), "message.read", frozenset({Role.SYSTEM, Role.DIRECTOR})),
            # everybody with a duty may open it; a unit's clerk hardly ever needs it
            Entry("/tokens", N_("Tokens of programs"), "token.make", OFFICE | {Role.SYSTEM, Role.SECURITY}),
        ),
    ),
    (
        N_("People and trail"),
        (
            Entry("/people", N_("People"), "person.rescue"),
            Entry("/duties", N_("Duties"), "duty.grant"),
            Entry("/duties/absences", N_("Absences"), "duty.grant"),
            Entry("/duties/sessions", N_("Sessions"), "session.end"),
            Entry("/duties/powers", N_("Separation of powers"), "powers.read"),
            Entry("/trail", N_("Trail"), "audit.read"),
        ),
    ),
)
#: a menu of more entries is read by its headings
_AT_A_GLANCE: Final = 7


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as it stands in somebody's menu."""

    path: str
    title: str
    here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under their heading, which is empty where the menu is short."""

    heading: str
    entries: tuple[Shown, ...]


def menu_for(actor: Actor, path: str) -> list[Group]:
    """The entries that are open to the actor; ``here`` is the one whose page this is."""
    groups = [(heading, [entry for entry in entries if entry.open_to(actor)]) for heading, entries in GROUPS]
    paths = [entry.path for _heading, entries in groups for entry in entries]
    nearest = max((one for one in paths if path == one or path.startswith(f"{one}/")), key=len, default="")
    headed = len(paths) > _AT_A_GLANCE
    return [
        Group(
            _(heading) if headed else "",
            tuple(Shown(entry.path, _(entry.title), here=entry.path == nearest) for entry in entries),
        )
        for heading, entries in groups
        if entries
    ]

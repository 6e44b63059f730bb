"""What is counted on the board. A count is the length of its list: one predicate makes both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.errors import NotFound
from models.language import N_, _
from models.states import APPROVED, HANDED_IN, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deeds.board.rows import Entry

S = Stage


@dataclass(frozen=True, slots=True)
class Count:
    """Something that is counted: its name in an address, its words, and which tasks it holds."""

    name: str
    title_key: str
    holds: Callable[[Entry], bool]

    @property
    def title(self) -> str:
        """Its words in the language in force."""
        return _(self.title_key)


def _at(*stages: Stage) -> Callable[[Entry], bool]:
    return lambda entry: entry.stage in stages


def is_late(entry: Entry) -> bool:
    """Past its day, handed in or not; what is waived is not reproached."""
    return entry.days_late > 0 and entry.stage is not S.WAIVED


#: where a task stands: each stands at exactly one, in the order of the work
STANDING: Final = (
    Count("assigned", N_("to be filled in"), _at(S.ASSIGNED)),
    Count("reported", N_("filled in, to be signed and stamped"), _at(S.REPORTED)),
    Count("returned", N_("returned, to be filed again"), _at(S.RETURNED)),
    Count("signed", N_("signed and stamped, to be reviewed"), _at(S.SIGNED_STAMPED)),
    Count("reviewed", N_("reviewed"), _at(S.REVIEWED)),
    Count("aggregated", N_("in the summary"), _at(S.AGGREGATED)),
    Count("waived", N_("waived"), _at(S.WAIVED)),
)
#: what is asked across
ACROSS: Final = (
    Count("due", N_("to be reported"), lambda entry: entry.stage is not S.WAIVED),
    Count("filed", N_("filled in"), lambda entry: entry.stage is S.REPORTED or entry.stage in HANDED_IN),
    Count("handed_in", N_("signed and stamped"), lambda entry: entry.stage in HANDED_IN),
    Count("approved", N_("approved by the office"), lambda entry: entry.stage in APPROVED),
    Count("missing", N_("not handed in yet"), _at(S.ASSIGNED, S.REPORTED)),
    Count("unreceived", N_("not received yet"), lambda e: e.stage is S.ASSIGNED and e.task.received_at is None),
    Count("late", N_("late"), is_late),
    Count("overdue", N_("overdue and still owed"), lambda entry: entry.overdue),
    Count("late_filed", N_("handed in late"), lambda entry: is_late(entry) and entry.stage in HANDED_IN),
    Count("red", N_("red lights"), lambda entry: entry.light == "red"),
    Count("yellow", N_("yellow lights"), lambda entry: entry.light == "yellow"),
    Count("green", N_("green lights"), lambda entry: entry.light == "green"),
)
EVERY: Final = Count("all", N_("all tasks"), lambda _entry: True)
COUNTS: Final = {count.name: count for count in (EVERY, *ACROSS, *STANDING)}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tasks of a month are meant; 0 stands for every unit and every item."""

    count: str = EVERY.name
    unit_id: int = 0
    item_id: int = 0

    @property
    def kind(self) -> Count:
        """What is counted; E-H51."""
        if self.count not in COUNTS:
            raise NotFound(
                "E-H51",
                _("“{name}” is nothing that the board counts.").format(name=self.count[:40]),
                remedy=_("Go to the board and choose a number there."),
            )
        return COUNTS[self.count]


def behind(entries: Iterable[Entry], asked: Asked) -> list[Entry]:
    """The tasks behind a number of the board, in the order of the notice."""
    holds = asked.kind.holds
    return [
        entry
        for entry in entries
        if holds(entry)
        and (not asked.unit_id or entry.task.unit_id == asked.unit_id)
        and (not asked.item_id or entry.item_id == asked.item_id)
    ]


def count(entries: Iterable[Entry], name: str) -> int:
    """How many tasks a count holds."""
    return len(behind(entries, Asked(name)))

"""A month's facts by task: what the parts of the summary count, group and name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from documents.paper import TEXT, Block, Reckoned
from documents.plain_text import figure
from documents.wording import APPROVED, is_approved
from documents.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from models.facts import NamedTask, SummaryClause, SummaryFacts, SummaryItem, UnitLine

WAIVED: Final = "waived"
WAITING: Final = "signed_stamped"
RETURNED: Final = "returned"
NOT_HANDED_IN: Final = ("assigned", "reported")
HANDED_IN: Final = frozenset({WAITING, *APPROVED})


def say(macro: str, *values: Any) -> str:
    """One paragraph of the summary."""
    return words("summary").say(macro, *values)


def paragraph(text: str, quoted: Iterable[int] = (), reckoned: Iterable[Reckoned] = (), *, lead: str = "") -> Block:
    """A paragraph with its sources; nothing is counted from no task (number 0)."""
    return Block(TEXT, text, lead, tuple(dict.fromkeys(number for number in quoted if number)), tuple(reckoned))


def items(facts: SummaryFacts) -> Iterator[SummaryItem]:
    """The items in the order of the notice."""
    return (item for section in facts.sections for part in section.subsections for item in part.items)


def clauses(facts: SummaryFacts) -> Iterator[SummaryClause]:
    """The clauses in the order of the notice."""
    return (clause for item in items(facts) for clause in item.clauses)


def lines(facts: SummaryFacts) -> list[UnitLine]:
    """Every task in the order of the notice."""
    return [line for clause in clauses(facts) for line in clause.lines]


def numbers(tasks: Iterable[UnitLine | NamedTask]) -> tuple[int, ...]:
    """The tasks by number."""
    return tuple(task.task_id for task in tasks)


def counted(what: str, tasks: Iterable[UnitLine | NamedTask]) -> Reckoned:
    """How many tasks these are, and which."""
    found = numbers(tasks)
    return Reckoned(what, str(len(found)), found)


def leads(clause: SummaryClause) -> list[UnitLine]:
    """The units in the lead."""
    return [line for line in clause.lines if line.share == "lead"]


def moves(line: UnitLine) -> bool:
    """Whether an approved report tells of progress this month."""
    return is_approved(line) and not line.no_progress


def average(tasks: Iterable[UnitLine]) -> str:
    """The average percent of the tasks, a whole number; empty without tasks."""
    percents = [line.percent for line in tasks]
    return figure(round(sum(percents) / len(percents))) if percents else ""


def share(part: int, whole: int) -> str:
    """A part in percent with at most one decimal; not 100 while something is missing."""
    if not whole:
        return "0"
    percent = round(100 * part / whole, 1)
    return figure(min(percent, 99.9) if part < whole else percent)

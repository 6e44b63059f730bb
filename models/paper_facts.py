"""What an urging notice, a supervision notice or a circular is made from: plain facts that are stored with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - pydantic resolves the annotations at run time


@dataclass(frozen=True, slots=True)
class OwedTask:
    """Something a unit still owes: ``number`` as people cite it, ``state`` a value of ``models.states.Stage``."""

    task_id: int
    number: str
    title: str
    text: str
    due_on: date
    days_late: int
    state: str


@dataclass(frozen=True, slots=True)
class OwingUnit:
    """A unit with what it owes and who answers for it on the day of the paper."""

    name: str
    leaders: tuple[str, ...]
    clerks: tuple[str, ...]
    tasks: tuple[OwedTask, ...]
    #: all its tasks of the month are owed, and none was ever filed
    nothing_filed: bool = False


@dataclass(frozen=True, slots=True)
class EarlierPaper:
    """A paper that went to the same unit about the same month before."""

    kind: str
    year: int
    number: int
    issued_on: date


@dataclass(frozen=True, slots=True)
class ChasingFacts:
    """A paper about what is overdue; ``month`` is empty where it speaks of problems of the ledger."""

    #: a value of ``models.states.PaperKind``
    kind: str
    year: int
    number: int
    office_name: str
    office_short: str
    notice_title: str
    month: str
    #: the month's due date; None for problems, which have one each
    due_on: date | None
    units: tuple[OwingUnit, ...]
    #: what is asked is asked by this day, so many working days from the issue
    until: date
    working_days: int
    issued_on: date
    issued_by: str
    reason: str = ""
    earlier: tuple[EarlierPaper, ...] = ()
    head_short: str = ""

"""What a paper is made from: frozen plain facts, assembled from the tables and handed to ``documents``.

No database and no rendering here. The facts of an issued summary are stored as JSON (``models/plain.py``) and read
back, so that the same paper can be made again byte by byte (design, section 9). Dates are Shanghai civil
dates; percents run from 0 to 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - pydantic resolves the annotations at run time

from models.sealed import MonthFigures, PaperFact, TaskSource  # noqa: TC001 - pydantic resolves the annotations at run time


@dataclass(frozen=True, slots=True)
class IndicatorFact:
    """A clause's target and what one unit reported on it: a value, or the reason for none.

    ``op`` is the comparison as the notice means it: ``>=``, ``<=``, ``=``, ``>`` or ``<``.
    """

    name: str
    op: str
    target: float
    value: float | None
    unit: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One task on a unit's form: the clause and the exact report version that the form covers."""

    task_id: int
    clause_number: str
    item_title: str
    clause_text: str
    share: str
    version: int
    progress: str
    percent: int
    no_progress: bool = False
    reason: str = ""
    problems: str = ""
    next_steps: str = ""
    indicators: tuple[IndicatorFact, ...] = ()


@dataclass(frozen=True, slots=True)
class FormFacts:
    """A unit's month as it is printed once for signature and seal; ``month`` is ``2022-06``."""

    office_name: str
    unit_name: str
    month: str
    due_on: date
    check_code: str
    printed_on: date
    filing_number: int
    rows: tuple[FormRow, ...]
    notice_title: str = ""
    #: what the printed code names: numbers, no names
    office_id: int = 0
    unit_id: int = 0
    filing_id: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """How many tasks stand in a state (a value of ``models.states.Stage``)."""

    state: str
    number: int


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What one unit reported on one clause; ``version`` 0 means nothing was filed."""

    unit: str
    share: str
    state: str
    progress: str = ""
    percent: int = 0
    late_days: int = 0
    round: int = 1
    version: int = 0
    signed_by: str = ""
    no_progress: bool = False
    reason: str = ""
    problems: str = ""
    next_steps: str = ""
    task_id: int = 0
    #: the percent of the report approved the month before; None when there is none
    before: int | None = None


@dataclass(frozen=True, slots=True)
class MilestoneFact:
    """A deadline that the clause itself names, with its quote; ``None`` when the text leaves the date open."""

    due_on: date | None
    quote: str


@dataclass(frozen=True, slots=True)
class SummaryClause:
    """A clause with its units in the notice's order, the lead first."""

    number: str
    text: str
    lines: tuple[UnitLine, ...]
    milestones: tuple[MilestoneFact, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryItem:
    """A numbered work item."""

    number: int
    title: str
    clauses: tuple[SummaryClause, ...]


@dataclass(frozen=True, slots=True)
class SummarySubsection:
    """A subsection; the title is empty where the notice has none."""

    title: str
    items: tuple[SummaryItem, ...]


@dataclass(frozen=True, slots=True)
class SummarySection:
    """A section of the notice, in its order."""

    title: str
    subsections: tuple[SummarySubsection, ...]


@dataclass(frozen=True, slots=True)
class SummaryIndicator:
    """An indicator of the notice with the best value that an approved report gives, against its target."""

    clause_number: str
    name: str
    op: str
    target: float
    value: float | None
    unit: str
    reported_by: str = ""
    reason: str = ""
    #: the task whose report says it, 0 when none does; and the value of the month before
    task_id: int = 0
    before: float | None = None


@dataclass(frozen=True, slots=True)
class NamedTask:
    """A task named in the summary because it is missing, late or was returned.

    ``reason`` is the unit's for what is late, the reviewer's for what was returned; ``due_on`` the day it was late by,
    or by which it has to be filed again; ``filed_on`` the day it was handed in, None while it is owed.
    """

    unit: str
    clause_number: str
    item_title: str
    due_on: date
    late_days: int = 0
    reason: str = ""
    round: int = 1
    task_id: int = 0
    filed_on: date | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit's month in figures, in the notice's order: no ranking."""

    unit: str
    due: int
    on_time: int
    late: int
    missing: int
    returned: int
    waived: int


@dataclass(frozen=True, slots=True)
class RequestFact:
    """A request of the month: ``kind`` and ``decision`` as in ``models.states``."""

    kind: str
    unit: str
    clause_number: str
    reason: str
    decision: str
    wanted_due_on: date | None = None
    granted_due_on: date | None = None
    decision_reason: str = ""
    wanted_unit: str = ""
    task_id: int = 0


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A problem as the ledger shows it; ``source`` and ``state`` are words for people, ``units`` name the lead first."""

    number: int
    title: str
    source: str
    source_ref: str
    place: str
    description: str
    clause_number: str
    units: tuple[str, ...]
    measures: str
    state: str
    found_on: date
    registered_on: date
    #: the day by which it has to be rectified: at first, and now
    original_due_on: date
    due_on: date
    #: how far past ``due_on`` it lies unrectified; 0 when it does not
    days_late: int = 0
    #: the last progress that was filed
    progress: str = ""
    returns: int = 0
    verified_on: date | None = None
    struck_off_on: date | None = None
    look_back_on: date | None = None
    relapses: int = 0


@dataclass(frozen=True, slots=True)
class ProblemUnitRow:
    """A lead unit's problems in a month, in figures; ``standing`` are those not struck off at its end."""

    unit: str
    standing: int
    new: int
    rectified: int
    overdue: int
    struck_off: int
    relapsed: int


@dataclass(frozen=True, slots=True)
class ProblemPart:
    """The ledger's part in a month's summary: problems new, rectified (verified on site), overdue, struck off, relapsed.

    Each list holds the problems that its figure counts.
    """

    standing: int
    new: tuple[ProblemLine, ...] = ()
    rectified: tuple[ProblemLine, ...] = ()
    overdue: tuple[ProblemLine, ...] = ()
    struck_off: tuple[ProblemLine, ...] = ()
    relapsed: tuple[ProblemLine, ...] = ()
    units: tuple[ProblemUnitRow, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """The whole ledger as it is written to a spreadsheet on a day."""

    office_name: str
    made_on: date
    lines: tuple[ProblemLine, ...]
    head_short: str = ""


@dataclass(frozen=True, slots=True)
class SummaryFacts:
    """A month of a notice as it is reported to the government.

    ``number`` is the document number, empty while it is a draft; ``head_short`` is the short head of the audit trail
    that is printed on the paper (design, section 10).
    """

    office_name: str
    recipient: str
    notice_title: str
    month: str
    number: str
    issued_on: date
    head_short: str
    due_on: date
    counts: tuple[Count, ...]
    sections: tuple[SummarySection, ...]
    indicators: tuple[SummaryIndicator, ...] = ()
    missing: tuple[NamedTask, ...] = ()
    late: tuple[NamedTask, ...] = ()
    returned: tuple[NamedTask, ...] = ()
    units: tuple[UnitRow, ...] = ()
    #: every task that was returned in the month, also those handed in again
    returns: tuple[NamedTask, ...] = ()
    requests: tuple[RequestFact, ...] = ()
    #: the month itself in figures, and up to eleven months of the notice before it, the oldest first
    figures: MonthFigures | None = None
    history: tuple[MonthFigures, ...] = ()
    #: when the next month's reports are due
    next_due_on: date | None = None
    #: the filing behind each task
    sources: tuple[TaskSource, ...] = ()
    #: the signed and stamped papers of the month
    papers: tuple[PaperFact, ...] = ()
    #: None where the office keeps no ledger yet
    problems: ProblemPart | None = None
    #: the form of these facts: a frozen summary tells by it how it is to be read
    format: int = 1

    @property
    def previous(self) -> MonthFigures | None:
        """The latest earlier month of the notice; None in its first."""
        return self.history[-1] if self.history else None

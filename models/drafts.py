"""What the reader makes of a notice before a person confirms it: plain, frozen data that any room may hand on.

A draft travels whole through JSON (``documents/notice_json.py``) and through the decomposition table that a person
edits (``documents/decomposition/workbook.py``); adoption turns it into rows. Dates are Shanghai civil dates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class WarningNote:
    """Something in the source that a person must look at: where it stands and how it may be read."""

    code: str
    line: int
    quote: str
    message: str
    readings: tuple[str, ...] = ()
    #: 1-based place in the line, 0 when the whole line is meant
    column: int = 0
    #: the clause (2.1) or the item (2) it concerns; empty for the notice itself
    clause: str = ""
    #: the line it stands in, or as much of it as shows where
    context: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a warning: a value of ``models.doubts.Verdict``, by whom, when, and why."""

    #: the warning's key (``models.doubts``)
    key: str
    verdict: str
    note: str = ""
    #: login; empty while nobody has signed for what was ticked in a table
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MilestoneDraft:
    """A deadline of a clause; ``due_on`` is None where the text allows no single reading."""

    quote: str
    due_on: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorDraft:
    """A numeric target; ``op`` is one of ``>=``, ``<=``, ``=``."""

    quote: str
    name: str
    op: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeadingDraft:
    """A section or subsection; ``number`` as printed (``一``, ``(一)``), inferred where ``damage`` says so."""

    number: str
    title: str
    damage: str = ""

    @property
    def label(self) -> str:
        """Number and title as the notice writes them: ``一、…`` or ``(一)…``."""
        if not self.number:
            return self.title
        if self.number.startswith("第"):  # 第一章, 第二条
            return f"{self.number} {self.title}"
        return f"{self.number}{self.title}" if self.number.endswith((")", "）")) else f"{self.number}、{self.title}"

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class ClauseDraft:
    """One row of the decomposition table: the text up to a bracket, and whom the bracket names."""

    #: item and place within it: ``2.1``
    id: str
    text: str
    bracket: str = ""
    bracket_open: bool = True
    bracket_close: bool = True
    #: named units in the order of the bracket; the first one leads
    units: tuple[str, ...] = ()
    #: collective names (有关县市区), expanded only from the office's roster
    groups: tuple[str, ...] = ()
    #: units and groups together, in the order of the bracket
    parties: tuple[str, ...] = ()
    lead: str = ""
    milestones: tuple[MilestoneDraft, ...] = ()
    indicators: tuple[IndicatorDraft, ...] = ()
    damage: tuple[str, ...] = ()
    #: 1-based line of the source where the clause begins, 0 when unknown
    source_line: int = 0
    #: ``every`` or ``lead``; None follows the notice's reporting rule
    report_policy: str | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A numbered work item under its section and subsection."""

    number: int
    title: str
    clauses: tuple[ClauseDraft, ...]
    section: HeadingDraft | None = None
    subsection: HeadingDraft | None = None


@dataclass(frozen=True, slots=True)
class ReportingRule:
    """How the notice wants to be reported on; ``day`` is None when it does not say."""

    quote: str = ""
    day: int | None = None
    #: ``monthly``, ``quarterly``, ``weekly`` or empty
    cycle: str = ""
    #: what a report needs, e.g. ``signed and stamped``
    needs: str = ""
    needs_quote: str = ""
    #: the office that receives the reports
    to: str = ""
    #: ``every`` responsible unit or the ``lead`` only
    who_reports: str = "every"
    #: the notice's own words for who reports, what, and what happens with it
    who: str = ""
    what: str = ""
    then: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """A notice as read, or as a person corrected it in the table."""

    title: str
    issuer: str = ""
    issuer_short: str = ""
    attachment_title: str = ""
    issued_on: date | None = None
    issued_on_quote: str = ""
    published_on: date | None = None
    published_by: str = ""
    document_number: str = ""
    #: the line of recipients as printed
    recipients: str = ""
    recipients_list: tuple[str, ...] = ()
    reporting: ReportingRule = field(default_factory=ReportingRule)
    attachments: tuple[str, ...] = ()
    items: tuple[ItemDraft, ...] = ()
    warnings: tuple[WarningNote, ...] = ()
    #: what people said of the warnings, one a key
    decisions: tuple[Decision, ...] = ()
    source_name: str = ""
    #: SHA-256 of the source's bytes, in hex
    source_sha256: str = ""

    @property
    def clauses(self) -> tuple[ClauseDraft, ...]:
        """All clauses in the order of the notice."""
        return tuple(clause for item in self.items for clause in item.clauses)


@dataclass(frozen=True, slots=True)
class ProblemDraft:
    """A problem of the ledger before it is registered: entered by a person, or a row of a spreadsheet."""

    #: a value of ``models.states.ProblemSource``
    source: str
    title: str
    found_on: date
    due_on: date
    #: responsible units by name, the lead first
    units: tuple[str, ...]
    source_ref: str = ""
    place: str = ""
    description: str = ""
    #: the clause it falls under as people cite it: ``2.1``; empty = none
    clause_number: str = ""
    measures: str = ""
    #: file names of pictures, as the row gives them
    photos: tuple[str, ...] = ()
    #: 1-based row of the spreadsheet, 0 when entered
    row: int = 0


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A row of the table of people that an administrator fills in: who, where, as what; ``line`` is its row."""

    line: int
    unit: str
    name: str
    login: str
    email: str
    role: str

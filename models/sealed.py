"""What an issued summary seals for those who ask later: the filing behind each task, and the month in figures.

Plain data, stored with the frozen facts (``models.facts``). Later months are compared with these figures, so that a
comparison never contradicts the paper that was printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - pydantic resolves the annotations at run time


@dataclass(frozen=True, slots=True)
class TaskSource:
    """The filing behind what a summary says of a task; ``version`` 0 means that nothing was filed.

    ``check_code`` names the printed form that covers the version, ``evidence_sha256`` the signed paper in the store;
    ``stage`` is a value of ``models.states.Stage``.
    """

    task_id: int
    unit: str
    clause_number: str
    share: str
    stage: str
    version: int = 0
    content_sha256: str = ""
    check_code: str = ""
    signed_by: str = ""
    seal: str = ""
    evidence_sha256: str = ""
    reviewed_by: str = ""
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaperFact:
    """A paper that came back for a form, as three facts that are never called one another.

    Stored: ``kind``, ``sha256``, what the program saw (``code``, ``hint``: values of ``models.evidence``). Attested: who says
    (``attested_by``) that ``signer`` signed and ``seal`` was set. Verified: ``verdict`` of the digital signatures, and whose.
    """

    unit: str
    check_code: str
    tasks: int
    kind: str
    sha256: str
    stored_at: datetime
    code: str
    hint: str
    anyway: str
    signer: str
    seal: str
    attested_by: str
    attested_at: datetime
    verdict: str = "none"
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month of a notice in figures: ``due`` = ``on_time`` + ``filed_late`` + ``missing`` + ``returned``.

    ``late`` counts every task past its day, filed or not; ``returns`` how often reports were returned;
    ``percents`` are (responsibility, percent) and ``values`` (indicator, value), both of approved reports alone.
    """

    month: str
    due: int
    approved: int
    on_time: int = 0
    filed_late: int = 0
    missing: int = 0
    returned: int = 0
    waived: int = 0
    late: int = 0
    returns: int = 0
    #: (stage, number of tasks), every stage
    counts: tuple[tuple[str, int], ...] = ()
    percents: tuple[tuple[int, int], ...] = ()
    values: tuple[tuple[int, float], ...] = ()
    #: the number of the summary in which the figures were issued; empty when they are as the tables stand
    sealed_in: str = ""

    @property
    def average(self) -> int | None:
        """The average percent of the approved reports; None without any."""
        return round(sum(percent for _number, percent in self.percents) / len(self.percents)) if self.percents else None

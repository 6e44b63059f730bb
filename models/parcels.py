"""What two offices say to each other: a parcel is one signed statement with its files (decision 0054).

Going down it holds clauses of a notice, going up the month's issued answers to them, going down again how these were
reviewed. Each names the parcel that it answers and the head of its sender's trail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping  # noqa: TC003 - pydantic resolves the annotations at run time
from dataclasses import dataclass, field
from datetime import date, datetime  # noqa: TC003 - likewise
from typing import Any, Final, TypeVar

from models.errors import BadInput
from models.language import N_, _
from models.plain import from_plain
from models.states import Word

FORMAT: Final = "duban-parcel/1"
_FORMS: Final = re.compile(r"duban-parcel/[0-9]{1,4}")

_Content = TypeVar("_Content")


class ParcelKind(Word):
    """What a parcel brings."""

    HANDED_DOWN = "handed_down", N_("handed down")
    REPORT = "report", N_("reported upward")
    ANSWER = "answer", N_("answer to a report")


@dataclass(frozen=True, slots=True)
class Party:
    """An office as a parcel names it, with the fingerprint of its key."""

    office: str
    key: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a parcel says: who to whom, when, and where the trail of its sender stood.

    ``seen``: the last head of the receiver's trail that its sender knows; None before anything came from there.
    ``answers``: the SHA-256 of the parcel that it answers. ``files``: name → SHA-256.
    """

    format: str
    kind: ParcelKind
    sender: Party
    receiver: Party
    made_at: datetime
    made_by: str
    head: tuple[int, str]
    content: Mapping[str, Any]
    seen: tuple[int, str] | None = None
    answers: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as a file held it: the exact text that was signed, the signature in hexadecimal, the files."""

    statement: str
    signature: str
    files: Mapping[str, bytes]
    #: of the whole file, in hexadecimal
    sha256: str
    #: what the statement says
    told: Told


@dataclass(frozen=True, slots=True)
class HandedDown:
    """Clauses of a notice for an office below: the notice as a draft in which nobody is named yet."""

    notice: Mapping[str, Any]
    #: as people cite them: 2.1
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueSaid:
    """A figure for an indicator by its name, or the reason why there is none."""

    name: str
    value: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClauseReport:
    """What an issued summary says of one clause; ``correction`` is why this differs from the summary, empty if it does not."""

    number: str
    progress: str = ""
    percent: int = 0
    no_progress: bool = False
    reason: str = ""
    problems: str = ""
    next_steps: str = ""
    values: tuple[ValueSaid, ...] = ()
    correction: str = ""


@dataclass(frozen=True, slots=True)
class MonthReport:
    """A month's answers upward, with the summary they stand in: its document number, when and by whom it was issued."""

    month: str
    number: str
    issued_on: date
    issued_by: str
    clauses: tuple[ClauseReport, ...]


@dataclass(frozen=True, slots=True)
class ClauseAnswer:
    """How a clause's report was decided; ``stage`` is a value of ``models.states.Stage``, ``refile_on`` for a returned one."""

    number: str
    stage: str
    label: str
    by: str
    reason: str = ""
    refile_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How the reports of a month were decided above."""

    month: str
    clauses: tuple[ClauseAnswer, ...]


def read_told(statement: str, where: str) -> Told:
    """What a statement says; E-L03 for one that says nothing of the kind, E-L24 for one of another version."""
    try:
        said = json.loads(statement)
        form = said.get("format", "") if isinstance(said, dict) else ""
        if form != FORMAT and isinstance(form, str) and _FORMS.fullmatch(form):
            raise _another_form(where, form)
        told = from_plain(Told, said)
    except (ValueError, TypeError, RecursionError) as error:
        raise unreadable(where) from error
    if told.format != FORMAT:
        raise unreadable(where)
    return told


def _another_form(where: str, form: str) -> BadInput:
    """The refusal of a parcel as another version of the program writes it; what it says may mean something else."""
    return BadInput(
        "E-L24",
        _("This parcel is written as {other}; this program reads {ours}.").format(other=form, ours=FORMAT),
        where=where,
        remedy=_("One of the two offices has an older program: have it brought up to date, and the parcel made anew."),
    )


def content_of(kind: type[_Content], told: Told) -> _Content:
    """The content as one of the kinds above; E-L03."""
    try:
        return from_plain(kind, told.content)
    except ValueError as error:  # pydantic's is one
        raise unreadable(told.sender.office) from error


def unreadable(where: str) -> BadInput:
    """The refusal of what is no parcel of ours."""
    return BadInput(
        "E-L03",
        _("This is no parcel that can be read."),
        where=where,
        remedy=_("Take the file as “duban parcel” wrote it; a mail program or a disk may have cut it short."),
    )


def altered(where: str, names: list[str] | None = None) -> BadInput:
    """The refusal of a parcel that is not what its sender signed."""
    return BadInput(
        "E-L04",
        _("This parcel was altered after it was signed, or signed with another key than it says."),
        where=" · ".join([where, *(names or [])]),
        remedy=_("Do not take it. Ask the sender by telephone, and have the parcel sent once more."),
    )

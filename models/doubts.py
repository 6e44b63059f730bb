"""Warnings as a person ticks them off: each with a key that stays, what was said of it, and what it can change.

A warning keeps its key however often the same file is read and in whatever language: it is made of the code, the
clause and the quote. What was said of it lies beside the draft and travels with it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from models.drafts import Decision
from models.language import N_
from models.states import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from models.drafts import NoticeDraft, WarningNote


class Verdict(Word):
    """What a person says of a warning."""

    ACCEPTED = "accepted", N_("right as read")
    CORRECTED = "corrected", N_("corrected")
    DISMISSED = "dismissed", N_("not a problem")


#: a repair that leaves one reading, or a remark that changes neither who reports nor by when
REMARKS: Final = frozenset({
    "W-N01", "W-N05", "W-N07", "W-N08", "W-N09", "W-N10", "W-N18", "W-N32", "W-D02", "W-D04", "W-D06", "W-D08",
})  # fmt: skip
#: of a file that was not read whole or surely: tracked changes, pages without text, cells that cannot be told apart
HALF_READ: Final = frozenset({"W-F06", "W-F07", "W-F08", "W-F20"})
#: outside the families of units and dates, and yet it says when to report
ASKED: Final = frozenset({"W-H04"})
#: found by holding the draft against an office's register: found anew in each office
OF_THE_REGISTER: Final = frozenset({"E-N02", "W-N30", "W-N32"})
#: a deadline before the notice
EARLY: Final = "E-D02"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A warning under its key, with what was said of it."""

    key: str
    note: WarningNote
    decision: Decision | None = None

    @property
    def open(self) -> bool:
        """Whether nobody has said anything of it."""
        return self.decision is None

    @property
    def weighs(self) -> bool:
        """Whether it can change who reports or by when; the others are remarks."""
        return weighs(self.note.code)


def weighs(code: str) -> bool:
    """Whether warnings of this code can change who reports or by when; a code that nobody has judged yet can."""
    return code in ASKED | HALF_READ or (code[2:3] in {"N", "D"} and code not in REMARKS)


def listed(draft: NoticeDraft) -> tuple[Doubt, ...]:
    """The warnings of a draft in their order, each under its key."""
    said = {one.key: one for one in draft.decisions}
    seen: Counter[str] = Counter()
    found = []
    for note in draft.warnings:
        stem = hashlib.sha256(f"{note.code}\n{note.clause}\n{note.quote}".encode()).hexdigest()[:8]
        seen[stem] += 1
        key = stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"
        found.append(Doubt(key, note, said.get(key)))
    return tuple(found)


def still_open(draft: NoticeDraft) -> tuple[Doubt, ...]:
    """The warnings that nobody has said anything of."""
    return tuple(doubt for doubt in listed(draft) if doubt.open)


def decided(draft: NoticeDraft, *decisions: Decision) -> NoticeDraft:
    """The draft with these decisions; an earlier one under the same key gives way."""
    new = {one.key for one in decisions}
    return replace(draft, decisions=(*(one for one in draft.decisions if one.key not in new), *decisions))


def reopened(draft: NoticeDraft, keys: Iterable[str]) -> NoticeDraft:
    """The draft without what was said under these keys."""
    gone = frozenset(keys)
    return replace(draft, decisions=tuple(one for one in draft.decisions if one.key not in gone))


def signed(draft: NoticeDraft, by: str, now: datetime) -> NoticeDraft:
    """The draft with the name of whoever answers for what was ticked in the table."""
    return replace(
        draft, decisions=tuple(one if one.by else replace(one, by=by, at=one.at or now) for one in draft.decisions)
    )


def accepted_open(draft: NoticeDraft, reason: str, by: str, now: datetime) -> tuple[NoticeDraft, int]:
    """The draft with everything open that weighs left as read, for one reason; and how much that was.

    A deadline before the notice is not among them: that it is meant is said in its own way.
    """
    keys = [doubt.key for doubt in still_open(draft) if doubt.weighs and doubt.note.code != EARLY]
    return decided(draft, *(Decision(key, Verdict.ACCEPTED.value, reason, by, now) for key in keys)), len(keys)


def with_warnings(draft: NoticeDraft, codes: frozenset[str], found: Sequence[WarningNote]) -> NoticeDraft:
    """The draft with the warnings of these codes found anew; one that was decided stays, so that its decision does."""
    before = [doubt.note for doubt in listed(draft) if doubt.note.code in codes and not doubt.open]
    same = {(note.code, note.clause, note.quote) for note in before}
    others = [note for note in draft.warnings if note.code not in codes]
    new = [note for note in found if (note.code, note.clause, note.quote) not in same]
    return replace(draft, warnings=(*others, *before, *new))


def counts(found: Iterable[Doubt]) -> Counter[str]:
    """How many warnings stand at each verdict; ``open`` and, of these, ``weighing``."""
    told: Counter[str] = Counter()
    for doubt in found:
        told[doubt.decision.verdict if doubt.decision else "open"] += 1
        told["weighing"] += doubt.open and doubt.weighs
    return told

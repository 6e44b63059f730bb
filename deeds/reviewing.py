"""A walk over what is doubtful in a draft: each way to decide, and the way back. Knows neither screen nor file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models import doubts
from models.doubts import Verdict
from models.drafts import Decision
from models.errors import BadInput
from models.language import _
from models.words import letters

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from models.doubts import Doubt
    from models.drafts import NoticeDraft

NAMES_NOBODY: Final = "W-N02"
#: of these the table says nothing until a person does
_NOTHING_THERE: Final = frozenset({NAMES_NOBODY, *doubts.ASKED})


class Walk:
    """The draft as it is decided step by step; ``hold`` holds a draft against the register."""

    def __init__(
        self, draft: NoticeDraft, by: str, now: Callable[[], datetime], hold: Callable[[NoticeDraft], NoticeDraft]
    ) -> None:
        """``by`` is the login that decides, empty where nobody is logged in."""
        self._by, self._now, self._hold = by, now, hold
        self.draft = hold(draft)
        self._before: list[NoticeDraft] = []

    def open(self) -> list[Doubt]:
        """What nobody has decided: first what must be, then the remarks, each in the order of the notice."""
        return sorted(doubts.still_open(self.draft), key=lambda doubt: not doubt.weighs)

    def of(self, key: str) -> list[Doubt]:
        """The warning of a key, or the open ones of a code; E-N24."""
        found = [doubt for doubt in doubts.listed(self.draft) if doubt.key == key]
        found = found or [doubt for doubt in doubts.still_open(self.draft) if doubt.note.code == key]
        if not found:
            raise no_such(key)
        return found

    def values(self, doubt: Doubt) -> str | None:
        """What the draft says now of what the warning is about; None where nothing can be typed for it."""
        from documents.decomposition import correction

        known = correction.about(self.draft, doubt.note)
        return correction.shown_value(self.draft, doubt.note) if known else None

    def accept(self, *several: Doubt) -> None:
        """Right as read, all of these in one step; E-N29 where nothing stands in the table that could be right."""
        for doubt in several:
            if doubt.note.code in _NOTHING_THERE and not self.values(doubt):
                raise BadInput(
                    "E-N29",
                    _("Nothing stands in the table here, so it cannot be right as read."),
                    where=doubt.key,
                    remedy=_("Type the right value; a clause that is no task can be taken out of the table."),
                )
        said = (Decision(doubt.key, Verdict.ACCEPTED.value, "", self._by, self._now()) for doubt in several)
        self._goes_on(doubts.decided(self.draft, *said))

    def dismiss(self, doubt: Doubt, note: str) -> None:
        """It is no problem; E-N25 without saying why."""
        if not letters(note):
            raise BadInput("E-N25", _("Say why it is not a problem."), where=doubt.key)
        self._decide(self.draft, doubt, Verdict.DISMISSED, note.strip())

    def take(self, doubt: Doubt, number: str) -> None:
        """Take one of its readings by number, from 1; E-N26 where there is no such reading or it cannot be taken."""
        from documents.decomposition import correction

        readings = doubt.note.readings
        if not number.isdecimal() or not 1 <= int(number) <= len(readings):
            said = _("There is no reading {number}; there are {count}.").format(number=number[:9], count=len(readings))
            raise BadInput("E-N26", said, where=doubt.key)
        reading = readings[int(number) - 1]
        self._change(doubt, lambda: correction.take(self.draft, doubt.note, reading), reading.rstrip("?"))

    def type(self, doubt: Doubt, text: str) -> None:
        """Put in the right value; E-N27 where it cannot be understood or nothing can be typed."""
        from documents.decomposition import correction

        if self.values(doubt) is None:
            said = _("Nothing can be typed for this place; correct it in the table and mark it there.")
            raise BadInput("E-N27", said, where=doubt.key)
        self._change(doubt, lambda: correction.typed(self.draft, doubt.note, text), text.strip())

    def removable(self, doubt: Doubt) -> bool:
        """Whether the clause may be taken out: it names nobody, and so it may be no task."""
        return doubt.note.code == NAMES_NOBODY and any(one.id == doubt.note.clause for one in self.draft.clauses)

    def remove(self, doubt: Doubt) -> None:
        """Take the clause out of the table, with everything doubtful in it; E-N28 where that is not offered."""
        from documents.decomposition import correction
        from documents.decomposition.ticks import REMOVED

        if not self.removable(doubt):
            raise BadInput("E-N28", _("Only a clause that names nobody can be taken out here."), where=doubt.key)
        of_it = [one for one in doubts.still_open(self.draft) if one.note.clause == doubt.note.clause]
        said = (Decision(one.key, Verdict.CORRECTED.value, REMOVED, self._by, self._now()) for one in of_it)
        self._goes_on(doubts.decided(correction.without_clause(self.draft, doubt.note.clause), *said))

    def back(self) -> bool:
        """Undo the last decision; False where there is none."""
        if self._before:
            self.draft = self._before.pop()
            return True
        return False

    def _change(self, doubt: Doubt, change: Callable[[], NoticeDraft], said: str) -> None:
        from documents.decomposition.cells import BadCell

        old = self.values(doubt)
        try:
            new = change()
        except BadCell as bad:
            raise BadInput("E-N27", str(bad), where=doubt.key) from None
        if new == self.draft:
            return self._decide(new, doubt, Verdict.ACCEPTED, said)
        return self._decide(new, doubt, Verdict.CORRECTED, f"{old} → {said}")

    def _decide(self, draft: NoticeDraft, doubt: Doubt, verdict: Verdict, note: str) -> None:
        decision = Decision(doubt.key, verdict.value, note, self._by, self._now())
        self._goes_on(doubts.decided(draft, decision))

    def _goes_on(self, draft: NoticeDraft) -> None:
        self._before.append(self.draft)
        self.draft = self._hold(draft)


def no_such(key: str) -> BadInput:
    """The refusal of a key that no warning has."""
    return BadInput(
        "E-N24",
        _("No place has the mark “{key}”.").format(key=key[:40]),
        remedy=_("See the marks with: duban notice review FILE --list"),
    )

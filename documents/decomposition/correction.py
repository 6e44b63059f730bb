"""Correcting a draft where a warning says what is doubtful: a reading taken, or the right value typed.

Pure: draft in, draft out. What cannot be understood raises ``BadCell`` with the reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from documents.decomposition import cells
from documents.reading.source import folded
from documents.reading.units import collective
from models.doubts import ASKED, OF_THE_REGISTER
from models.drafts import MilestoneDraft
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from models.drafts import ClauseDraft, NoticeDraft, WarningNote

#: what a warning is about, and so what can be typed for it
DEADLINE, PARTIES, NAME, ISSUED, DAY = "deadline", "parties", "name", "issued", "day"
#: the day of reporting: not said, or in another month
_REPORTING: Final = ASKED | {"W-D09"}
#: a time limit of which no day could be read, so that the clause has no deadline yet
_UNREAD: Final = "W-D05"
#: several units may lead: a reading is the one that does
LEADS: Final = frozenset({"W-N11", "W-N12"})
#: the date of issue: not found, or with signs lost
_ISSUE: Final = frozenset({"W-H01"})


def about(draft: NoticeDraft, note: WarningNote) -> str:
    """What of the draft a warning is about; empty where the table itself must be edited."""
    family, clause = note.code[2:3], _clause(draft, note)
    if note.code in OF_THE_REGISTER:
        return NAME
    if note.code in _REPORTING:
        return DAY
    if note.code in _ISSUE or (family == "D" and not note.clause and note.quote == draft.issued_on_quote):
        return ISSUED
    if clause is None:
        return ""
    if family == "D":
        return DEADLINE if note.code == _UNREAD or _deadline(clause, note) is not None else ""
    return PARTIES if family == "N" else ""


def take(draft: NoticeDraft, note: WarningNote, reading: str) -> NoticeDraft:
    """The draft with one of the warning's readings; the same draft where the reader took that reading already."""
    kind = about(draft, note)
    if kind in {DEADLINE, ISSUED}:
        return typed(draft, note, reading.rstrip("?？"))
    if kind == NAME:
        return typed(draft, note, reading)
    clause = _clause(draft, note)
    if kind != PARTIES or clause is None:
        return draft
    if note.code in LEADS:
        return _changed(draft, clause.id, lambda one: _led_by(one, reading))
    # the readings of a name begin with the one that was entered
    entered = next((name for name in (note.quote, *note.readings[:1]) if name in clause.parties), "")
    return (
        _with_parties(draft, clause.id, _exchanged(clause.parties, entered, cells.names(reading))) if entered else draft
    )


def typed(draft: NoticeDraft, note: WarningNote, text: str) -> NoticeDraft:
    """The draft with what a person typed: a day, the units in their order, a unit's name, the day to report by."""
    kind = about(draft, note)
    if kind == DAY:
        return replace(draft, reporting=replace(draft.reporting, day=cells.count_of(text, 31)))
    if kind == ISSUED:
        return replace(draft, issued_on=_day(text))
    if kind == DEADLINE:
        return _changed(draft, note.clause, lambda clause: _due(clause, note, _day(text, open_too=True)))
    found = cells.names(text)
    if not found:
        raise cells.BadCell(_("a lead unit is missing"))
    if kind == PARTIES:
        return _with_parties(draft, note.clause, found)
    return _renamed(draft, note.quote, found)


def without_clause(draft: NoticeDraft, number: str) -> NoticeDraft:
    """The draft without a clause, and without its item when it was the only one."""
    items = (
        replace(item, clauses=tuple(clause for clause in item.clauses if clause.id != number)) for item in draft.items
    )
    return replace(draft, items=tuple(item for item in items if item.clauses))


def mended(note: WarningNote, before: ClauseDraft, after: ClauseDraft) -> bool:
    """Whether a person changed in the table what a warning of the clause is about."""
    family = note.code[2:3]
    if family == "D":
        place = _deadline(before, note)
        if place is None:
            return before.milestones != after.milestones
        return before.milestones[place] not in after.milestones
    if note.code in LEADS:
        return before.lead != after.lead
    if family != "N" or before.parties == after.parties:
        return False
    return note.quote not in after.parties


def shown_value(draft: NoticeDraft, note: WarningNote) -> str:
    """What the draft says now of what a warning is about, as a person would type it."""
    kind, clause = about(draft, note), _clause(draft, note)
    if kind == DAY:
        return str(draft.reporting.day or "")
    if kind == ISSUED:
        return cells.day_text(draft.issued_on)
    if kind == NAME:
        return note.quote
    if kind == DEADLINE and clause is not None:
        place = _deadline(clause, note)
        return (cells.day_text(clause.milestones[place].due_on) if place is not None else "") or cells.OPEN_DATE
    return "、".join(clause.parties) if kind == PARTIES and clause is not None else ""


def _clause(draft: NoticeDraft, note: WarningNote) -> ClauseDraft | None:
    return next((clause for clause in draft.clauses if clause.id == note.clause), None)


def _deadline(clause: ClauseDraft, note: WarningNote) -> int | None:
    """Which of the clause's deadlines is quoted."""
    quoted = [at for at, one in enumerate(clause.milestones) if folded(one.quote) == folded(note.quote)]
    return quoted[0] if quoted else None


def _day(text: str, *, open_too: bool = False) -> date | None:
    said = text.strip()
    if open_too and said == cells.OPEN_DATE:
        return None
    if not said:
        raise cells.BadCell(_("no date is given; write it as 2022-06-30"))
    found = cells.day_of(said)
    if found is None:
        raise cells.BadCell(_("{text} is not a date; write it as 2022-06-30").format(text=said[:40]))
    return found


def _due(clause: ClauseDraft, note: WarningNote, day: date | None) -> ClauseDraft:
    place = _deadline(clause, note)
    if place is None:
        return replace(clause, milestones=(*clause.milestones, MilestoneDraft(note.quote, day)))
    new = tuple(MilestoneDraft(one.quote, day) if at == place else one for at, one in enumerate(clause.milestones))
    return replace(clause, milestones=new)


def _changed(draft: NoticeDraft, number: str, change: Callable[[ClauseDraft], ClauseDraft]) -> NoticeDraft:
    """The draft with one clause changed, or with every clause for ``*``."""
    items = tuple(
        replace(
            item, clauses=tuple(change(clause) if number in {"*", clause.id} else clause for clause in item.clauses)
        )
        for item in draft.items
    )
    return replace(draft, items=items)


def _with_parties(draft: NoticeDraft, number: str, parties: tuple[str, ...]) -> NoticeDraft:
    return _changed(draft, number, lambda clause: _named(clause, parties, collective(parties)))


def _named(clause: ClauseDraft, parties: tuple[str, ...], groups: tuple[str, ...]) -> ClauseDraft:
    units = tuple(name for name in parties if name not in groups)
    return replace(clause, parties=parties, groups=groups, units=units, lead=units[0] if units else "")


def _led_by(clause: ClauseDraft, lead: str) -> ClauseDraft:
    """The clause with another of its units in the lead, which stands first then."""
    if lead not in clause.units or lead == clause.lead:
        return clause
    units = (lead, *(name for name in clause.units if name != lead))
    parties = (lead, *(name for name in clause.parties if name != lead))
    return replace(clause, units=units, parties=parties, lead=lead)


def _renamed(draft: NoticeDraft, old: str, new: tuple[str, ...]) -> NoticeDraft:
    """Another name wherever a unit is named; the lead stays the lead."""

    def change(clause: ClauseDraft) -> ClauseDraft:
        if old not in clause.units:
            return clause
        units, parties = _exchanged(clause.units, old, new), _exchanged(clause.parties, old, new)
        lead = new[0] if clause.lead == old else clause.lead
        return replace(clause, units=units, parties=parties, lead=lead)

    return _changed(draft, "*", change)


def _exchanged(names: tuple[str, ...], old: str, new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for name in names for one in (new if name == old else (name,))))

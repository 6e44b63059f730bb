"""Where a warning belongs: the clause it concerns, and the words around it, so that it can be looked at where it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from documents.reading.source import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.reading.source import Line
    from models.drafts import ClauseDraft, ItemDraft, WarningNote

#: so many characters before and behind the quote are shown
AROUND: Final = 40


def placed(notes: Sequence[WarningNote], lines: Sequence[Line], items: Sequence[ItemDraft]) -> tuple[WarningNote, ...]:
    """Each warning with the clause it concerns, where it concerns one, and the words it stands among."""
    by_number = {line.number: line for line in lines}
    on_line: dict[int, list[ClauseDraft]] = {}
    for item in items:
        for clause in item.clauses:
            on_line.setdefault(clause.source_line, []).append(clause)
    return tuple(
        replace(
            note,
            clause=note.clause or _clause(note, on_line.get(note.line, ())),
            context=_context(note, by_number.get(note.line)),
        )
        for note in notes
    )


def quoted_at(note: WarningNote, context: str) -> int:
    """Where in its context the quote begins, the right one of several; -1 where it is not there."""
    if not note.quote:
        return -1
    expected = AROUND + 1 if context.startswith("…") else note.column - 1
    found = [at for at in range(len(context)) if context.startswith(note.quote, at)]
    return min(found, key=lambda at: abs(at - expected), default=-1)


def _clause(note: WarningNote, clauses: Sequence[ClauseDraft]) -> str:
    """Of the clauses that begin on the line, the one that says what is quoted; else their item."""
    for clause in clauses:
        if note.quote and note.quote in clause.text + clause.bracket:
            return clause.id
    return clauses[0].id.partition(".")[0] if clauses and note.line else ""


def _context(note: WarningNote, line: Line | None) -> str:
    if line is None:
        return ""
    at = max(note.column - 1, 0)
    start, end = max(at - AROUND, 0), at + len(note.quote) + AROUND
    found = visible(line.source[start:end])
    return f"{'…' if start else ''}{found}{'…' if end < len(line.source) else ''}"

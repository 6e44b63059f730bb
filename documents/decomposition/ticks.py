"""Reading the ticks back: what a person said of each warning in the workbook, and what they mended without a tick.

What was ticked before and not touched stays as it was signed. A tick that belongs to nothing, or says what no tick
can say, is refused by cell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from documents.decomposition import cells
from documents.decomposition.correction import mended
from documents.decomposition.doubts import (
    APART,
    DONE,
    HINT,
    KEY,
    LIST_COLUMNS,
    REMARK,
    TICK,
    TICKS,
    WEIGHS,
    list_texts,
    of_rows,
    row_texts,
)
from models import doubts
from models.doubts import Verdict
from models.drafts import Decision, WarningNote
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents.decomposition.rows import Row
    from models.doubts import Doubt
    from models.drafts import ClauseDraft, NoticeDraft

LIST_HEADINGS: Final = tuple(heading for heading, _width in LIST_COLUMNS)
_VERDICTS: Final = {word: verdict for verdict, word in TICKS.items()}
#: a clause that the table had when it was written out
GONE: Final = "W-N31"
#: what is noted of a warning whose cell was changed, and of one whose row is gone
MENDED, REMOVED = "表中已改", "该行已删"

#: what a person says of a warning: the tick and the remark beside it
Said = tuple[str, str]


def with_ticks(draft: NoticeDraft, kept: NoticeDraft | None, rows: Sequence[Row], listed: Sequence[Row]) -> NoticeDraft:
    """The draft with its warnings and what is said of them; ``rows`` of the table, ``listed`` of the sheet of warnings."""
    base = kept or replace(draft, warnings=tuple(_note(row) for row in listed if row.get("代码").strip()))
    said = _said_of_rows(base, rows) | _said_in_list(base, listed)
    found = _decided(base, said)
    draft = replace(draft, warnings=base.warnings, decisions=found.decisions)
    return _mended(draft, kept) if kept else draft


def _decided(base: NoticeDraft, said: dict[str, Said]) -> NoticeDraft:
    blank = [key for key, (tick, _note) in said.items() if not tick]
    new = [Decision(key, _VERDICTS[tick].value, note) for key, (tick, note) in said.items() if tick]
    return doubts.decided(doubts.reopened(base, blank), *new)


def _said_of_rows(base: NoticeDraft, rows: Sequence[Row]) -> dict[str, Said]:
    """What the rows of the table say that they did not say when they were written out."""
    beside = of_rows(base)
    found: dict[str, Said] = {}
    for row in rows:
        mine = beside.get(row.get("编号").strip(), [])
        before = row_texts(mine) if mine else {}
        if TICK not in row.texts or _same(row, before):
            continue
        if not mine:
            if row.get(REMARK).strip():
                raise row.refusal(REMARK, _("nothing is to be checked in this row; the remark would be lost"))
            continue  # a tick that was filled down over the rows between
        if row.get(TICK).strip() == APART:
            raise row.refusal(TICK, _("choose one of: {choices}").format(choices=_choices()))
        found |= dict.fromkeys((doubt.key for doubt in mine), _tick(row))
    return found


def _said_in_list(base: NoticeDraft, listed: Sequence[Row]) -> dict[str, Said]:
    """What the sheet of warnings says anew, one thing at a time."""
    known = {doubt.key: doubt for doubt in doubts.listed(base)}
    found: dict[str, Said] = {}
    seen: dict[str, Said] = {}
    for row in listed:
        key = row.get(KEY).strip()
        if key not in known:
            what = _("this row belongs to no warning of this table; delete it, or give it its own mark back")
            raise row.refusal(KEY, what)
        said = _tick(row)
        if seen.setdefault(key, said) != said:
            raise row.refusal(TICK, _("the same warning stands on two rows that say different things"))
        if not _same(row, list_texts(known[key])):
            found[key] = said
    return found


def _same(row: Row, before: dict[str, str]) -> bool:
    return all(row.get(heading).strip() == cells.plain(before.get(heading, "")).strip() for heading in (TICK, REMARK))


def _tick(row: Row) -> Said:
    tick, note = row.get(TICK).strip(), row.get(REMARK).strip()
    if tick and tick not in _VERDICTS:
        raise row.refusal(TICK, _("{text} is not one of: {choices}").format(text=tick[:20], choices=_choices()))
    if note and not tick:
        what = _("there is a remark and no tick; choose one of: {choices}").format(choices=_choices())
        raise row.refusal(TICK if TICK in row.texts else REMARK, what)
    return tick, note


def _choices() -> str:
    return "、".join(_VERDICTS)


def _note(row: Row) -> WarningNote:
    """A warning out of its row, where the hidden sheet is gone."""
    message = row.get("核对")
    for mark in (WEIGHS, HINT, DONE):
        message = message.removeprefix(mark)
    line, column = (_number(row, heading) for heading in ("行", "列"))
    readings = tuple(one for one in row.get("可能的读法").split("\n") if one)
    place = (column, row.get("条款").strip(), row.get("原文所在"))
    return WarningNote(row.get("代码").strip(), line, row.get("原文"), message, readings, *place)


def _number(row: Row, heading: str) -> int:
    text = row.get(heading).strip()
    return int(row.understood(heading, lambda: cells.count_of(text, 999_999))) if text else 0


def _mended(draft: NoticeDraft, kept: NoticeDraft) -> NoticeDraft:
    """What was corrected in the cells themselves counts as corrected; a row that is gone is asked about."""
    before = {clause.id: clause for clause in kept.clauses}
    after = {clause.id: clause for clause in draft.clauses}
    told = []
    for doubt in doubts.still_open(draft):
        number = doubt.note.clause
        if number in before and number not in after:
            told.append(Decision(doubt.key, Verdict.CORRECTED.value, REMOVED))
        elif _is_mended(doubt, before.get(number), after.get(number)) or _is_told(doubt, kept, draft):
            told.append(Decision(doubt.key, Verdict.CORRECTED.value, MENDED))
    gone = tuple(_gone(before[number]) for number in before if number not in after)
    return replace(doubts.decided(draft, *told), warnings=(*draft.warnings, *gone))


def _is_mended(doubt: Doubt, before: ClauseDraft | None, after: ClauseDraft | None) -> bool:
    return before is not None and after is not None and before != after and mended(doubt.note, before, after)


def _is_told(doubt: Doubt, before: NoticeDraft, after: NoticeDraft) -> bool:
    """Whether the sheet of the notice says now what the notice did not."""
    if doubt.note.code in doubts.ASKED:
        return before.reporting.day != after.reporting.day
    if doubt.note.code in doubts.OF_THE_REGISTER:
        return all(doubt.note.quote not in clause.units for clause in after.clauses)
    return False


def _gone(clause: ClauseDraft) -> WarningNote:
    message = _("clause {clause} stood in the table as it was written out and does not any more").format(
        clause=clause.id
    )
    return WarningNote(GONE, clause.source_line, clause.text[:60], message, context=clause.text[:120])

"""A draft as JSON and back, losing nothing: the structure and keys of the hand-made decomposition, and each full text.

Used by ``duban notice read --json`` and to keep the confirmed draft with the notice. Keys that only repeat others for
the reader's comfort (``text_start``, ``damage`` as one string) are written and not read.
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from models import doubts
from models.drafts import (
    ClauseDraft,
    Decision,
    HeadingDraft,
    IndicatorDraft,
    ItemDraft,
    MilestoneDraft,
    NoticeDraft,
    ReportingRule,
    WarningNote,
)
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from models.doubts import Doubt

_PLAIN = (
    "title",
    "attachment_title",
    "issuer",
    "issuer_short",
    "issued_on_quote",
    "published_by",
    "recipients",
    "source_name",
    "source_sha256",
)
_RULE = ("quote", "who", "what", "day", "cycle", "needs", "needs_quote", "to", "then", "doubt", "who_reports")
#: how many characters of a clause ``text_start`` and ``text_end`` show
_SHOWN = 12


def to_json(draft: NoticeDraft) -> dict[str, Any]:
    """The draft as plain data: sections, subsections, items, clauses."""
    return {
        "title": draft.title,
        "attachment_title": draft.attachment_title,
        "issuer": draft.issuer,
        "issuer_short": draft.issuer_short,
        "issued_on": _day(draft.issued_on),
        "issued_on_quote": draft.issued_on_quote,
        "issued_on_damage": _damage_of(draft, draft.issued_on_quote),
        "published_on": _day(draft.published_on),
        "published_by": draft.published_by,
        "document_number": draft.document_number or None,
        "recipients": draft.recipients,
        "recipients_damage": _damage_of(draft, draft.recipients),
        "recipients_list": list(draft.recipients_list),
        "reporting": {name: getattr(draft.reporting, name) for name in _RULE},
        "attachments": list(draft.attachments),
        "source_name": draft.source_name,
        "source_sha256": draft.source_sha256,
        "sections": _sections(draft.items),
        "warnings": [_warning(doubt) for doubt in doubts.listed(draft)],
        "decisions": [_decision(one) for one in draft.decisions],
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _damage_of(draft: NoticeDraft, quote: str) -> str | None:
    """What the warnings say about one quote, as one sentence."""
    return "; ".join(note.message for note in draft.warnings if quote and note.quote == quote) or None


def clause_texts(data: dict[str, Any]) -> dict[str, str]:
    """Clause → its text, of a draft as plain data; for whoever needs no more of it."""
    items = (item for section in data["sections"] for part in section["subsections"] for item in part["items"])
    return {clause["id"]: clause["text"] for item in items for clause in item["clauses"]}


def _sections(items: tuple[ItemDraft, ...]) -> list[dict[str, Any]]:
    """Items under the headings that they share with their neighbours."""
    sections = []
    for section, members in groupby(items, key=lambda item: item.section):
        under = []
        for subsection, inner in groupby(members, key=lambda item: item.subsection):
            under.append({**_heading(subsection), "items": [_item(item) for item in inner]})
        sections.append({**_heading(section), "subsections": under})
    return sections


def _heading(heading: HeadingDraft | None) -> dict[str, Any]:
    if heading is None:
        return {"number": None, "title": None, "damage": None}
    return {"number": heading.number, "title": heading.title, "damage": heading.damage or None}


def _item(item: ItemDraft) -> dict[str, Any]:
    return {"number": item.number, "title": item.title, "clauses": [_clause(clause) for clause in item.clauses]}


def _clause(clause: ClauseDraft) -> dict[str, Any]:
    return {
        "id": clause.id,
        "text": clause.text,
        "text_start": clause.text[:_SHOWN],
        "text_end": clause.text[-_SHOWN:],
        "bracket": clause.bracket,
        "bracket_open": clause.bracket_open,
        "bracket_close": clause.bracket_close,
        "units": list(clause.units),
        "lead": clause.lead,
        "unit_groups": list(clause.groups),
        "parties": list(clause.parties),
        "deadlines": [{"quote": one.quote, "date": _day(one.due_on), "note": one.note} for one in clause.milestones],
        "indicators": [_indicator(one) for one in clause.indicators],
        "damage": "; ".join(clause.damage) or None,
        "damage_list": list(clause.damage),
        "source_line": clause.source_line,
        "report_policy": clause.report_policy,
        "topic": clause.topic or None,
    }


def _indicator(one: IndicatorDraft) -> dict[str, Any]:
    value = int(one.value) if one.value == int(one.value) else one.value
    return {"quote": one.quote, "name": one.name, "op": one.op, "value": value, "unit": one.unit, "note": one.note}


def _warning(doubt: Doubt) -> dict[str, Any]:
    note = doubt.note
    return {
        "key": doubt.key,
        "code": note.code,
        "clause": note.clause,
        "line": note.line,
        "column": note.column,
        "quote": note.quote,
        "message": note.message,
        "readings": list(note.readings),
        "context": note.context,
    }


def _decision(one: Decision) -> dict[str, Any]:
    at = one.at.isoformat() if one.at else None
    return {"key": one.key, "verdict": one.verdict, "note": one.note, "by": one.by, "at": at}


def from_json(data: dict[str, Any]) -> NoticeDraft:
    """The draft that ``to_json`` wrote; ``BadInput`` E-N06 names what does not fit."""
    try:
        return _draft(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            "E-N06",
            _("This is not a notice as duban writes it: {reason}").format(reason=f"{type(error).__name__} {error}"),
        ) from None


def _draft(data: dict[str, Any]) -> NoticeDraft:
    return NoticeDraft(
        **{name: str(data[name]) for name in _PLAIN},
        issued_on=_read_day(data["issued_on"]),
        published_on=_read_day(data["published_on"]),
        document_number=data["document_number"] or "",
        recipients_list=tuple(data["recipients_list"]),
        reporting=ReportingRule(**{name: data["reporting"][name] for name in _RULE}),
        attachments=tuple(data["attachments"]),
        items=tuple(_read_items(data["sections"])),
        warnings=tuple(_read_warning(note) for note in data["warnings"]),
        decisions=tuple(_read_decision(one) for one in data.get("decisions", ())),
    )


def _read_warning(w: dict[str, Any]) -> WarningNote:
    place = (w["column"], w.get("clause", ""), w.get("context", ""))
    return WarningNote(w["code"], w["line"], w["quote"], w["message"], tuple(w["readings"]), *place)


def _read_decision(one: dict[str, Any]) -> Decision:
    at = datetime.fromisoformat(one["at"]) if one["at"] else None
    return Decision(one["key"], doubts.Verdict(one["verdict"]).value, one["note"], one["by"], at)


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _read_items(sections: list[dict[str, Any]]) -> list[ItemDraft]:
    return [
        ItemDraft(
            int(item["number"]),
            item["title"],
            tuple(_read_clause(clause) for clause in item["clauses"]),
            _read_heading(section),
            _read_heading(subsection),
        )
        for section in sections
        for subsection in section["subsections"]
        for item in subsection["items"]
    ]


def _read_heading(data: dict[str, Any]) -> HeadingDraft | None:
    if data["number"] is None and data["title"] is None:
        return None
    return HeadingDraft(data["number"] or "", data["title"] or "", data["damage"] or "")


def _read_clause(data: dict[str, Any]) -> ClauseDraft:
    return ClauseDraft(
        id=data["id"],
        text=data["text"],
        bracket=data["bracket"],
        bracket_open=bool(data["bracket_open"]),
        bracket_close=bool(data["bracket_close"]),
        units=tuple(data["units"]),
        groups=tuple(data["unit_groups"]),
        parties=tuple(data["parties"]),
        lead=data["lead"],
        milestones=tuple(MilestoneDraft(m["quote"], _read_day(m["date"]), m["note"]) for m in data["deadlines"]),
        indicators=tuple(
            IndicatorDraft(i["quote"], i["name"], i["op"], float(i["value"]), i["unit"], i["note"])
            for i in data["indicators"]
        ),
        damage=tuple(data["damage_list"]),
        source_line=int(data["source_line"]),
        report_policy=data["report_policy"],
        topic=data["topic"] or "",
    )

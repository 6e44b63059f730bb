"""Reading the decomposition table back: what was not touched stays, what was touched is understood or refused by cell."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from documents.decomposition import cells
from documents.decomposition.doubts import KEY, LIST, TICK
from documents.decomposition.rows import Row, rows_of
from documents.decomposition.ticks import LIST_HEADINGS, with_ticks
from documents.decomposition.workbook import COLUMNS, KEPT, KEPT_MARK, NOTICE, TABLE, clause_texts, notice_texts
from documents.notice_json import from_json
from documents.workbook_opening import open_book
from models.drafts import ClauseDraft, ItemDraft, NoticeDraft, ReportingRule
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from openpyxl.workbook import Workbook

_HEADINGS: Final = tuple(heading for heading, _width in COLUMNS)
_NEEDED: Final = ("序号", "任务", "编号", "内容", "牵头单位", "配合单位", "单位组")
#: said on every row of an item; one changed row changes the item
_SHARED: Final = ("任务", "部分", "小节")


def read_table(path: Path) -> NoticeDraft:
    """The draft in a table that this very process, or an office it trusts, wrote; raises as ``read_book``."""
    return read_book(open_book(path.read_bytes(), path.name), path.name)


def is_own(book: Workbook) -> bool:
    """Whether a workbook is a decomposition table that duban exported, whatever a person did to it since."""
    if KEPT in book.sheetnames:
        return True
    rows = book[TABLE].iter_rows(max_row=20, max_col=64, values_only=True) if TABLE in book.sheetnames else ()
    return any(set(_NEEDED) <= {str(value).strip() for value in row} for row in rows)


def read_book(book: Workbook, name: str) -> NoticeDraft:
    """The draft in a workbook as a person left it; ``BadInput`` (E-X…) names the cell that cannot be taken."""
    if TABLE not in book.sheetnames:
        what = _("There is no sheet named {sheet}.").format(sheet=TABLE)
        raise BadInput("E-X01", what, where=name, remedy=_("Import the table that duban exported."))
    kept = _kept(book)
    rows = list(rows_of(book[TABLE], _HEADINGS, _NEEDED))
    draft = replace(_notice(book, kept), items=_items(rows, kept))
    listed = list(rows_of(book[LIST], LIST_HEADINGS, (KEY, TICK))) if LIST in book.sheetnames else []
    return with_ticks(draft, kept, rows, listed)


def _kept(book: Workbook) -> NoticeDraft | None:
    """The draft as it was exported, or None when the hidden sheet is gone or was meddled with."""
    if KEPT not in book.sheetnames or book[KEPT]["A1"].value != KEPT_MARK:
        return None
    rows = book[KEPT].iter_rows(min_row=2, max_col=1, values_only=True)
    text = "".join(str(value)[1:] for (value,) in rows if value is not None)
    try:
        return from_json(json.loads(text))
    except (ValueError, BadInput):
        return None


def _items(rows: Sequence[Row], kept: NoticeDraft | None) -> tuple[ItemDraft, ...]:
    """The items in the order of their numbers, however the rows were sorted."""
    before = {clause.id: (item, clause) for item in (kept.items if kept else ()) for clause in item.clauses}
    grouped: dict[int, dict[int, Row]] = {}
    for row in rows:
        number = row.understood("序号", lambda row=row: cells.count_of(row.get("序号"), 999))  # type: ignore[misc]
        clause = row.get("编号").strip()
        place = clause.removeprefix(f"{number}.")
        if place == clause or not place.isdecimal() or len(place) > 6:
            raise row.refusal(
                "编号", _("a clause of item {number} is numbered {number}.1, {number}.2 …").format(number=number)
            )
        if int(place) in grouped.setdefault(number, {}):
            raise row.refusal("编号", _("{clause} occurs twice").format(clause=clause))
        grouped[number][int(place)] = row
    if not grouped:
        raise BadInput("E-X01", _("The table has no clauses."), where=TABLE)
    return tuple(
        _item(number, [grouped[number][at] for at in sorted(grouped[number])], before) for number in sorted(grouped)
    )


def _item(number: int, rows: list[Row], before: dict[str, tuple[ItemDraft, ClauseDraft]]) -> ItemDraft:
    old = next((before[row.get("编号").strip()][0] for row in rows if row.get("编号").strip() in before), None)
    said = {heading: _said(heading, rows, before) for heading in _SHARED}
    if not said["任务"].strip():
        raise rows[0].refusal("任务", _("the item has no name"))
    kept = clause_texts(old, old.clauses[0]) if old else {}
    same = {heading: old is not None and cells.plain(kept[heading]) == said[heading] for heading in _SHARED}
    clauses = tuple(_clause(row, before.get(row.get("编号").strip())) for row in rows)
    return ItemDraft(
        number,
        old.title if old and same["任务"] else said["任务"].strip(),
        clauses,
        old.section if old and same["部分"] else cells.heading_of(said["部分"]),
        old.subsection if old and same["小节"] else cells.heading_of(said["小节"]),
    )


def _said(heading: str, rows: list[Row], before: dict[str, tuple[ItemDraft, ClauseDraft]]) -> str:
    """What an item's rows say together: the one text that was changed, else the one that stands in all."""
    olds = {cells.plain(clause_texts(*before[i])[heading]) for row in rows if (i := row.get("编号").strip()) in before}
    filled = [row for row in rows if row.get(heading).strip()]  # a row that was put in need not repeat it
    said = dict.fromkeys(row.get(heading) for row in filled or rows)
    changed = [text for text in said if text not in olds]
    if len(changed) > 1 or (not changed and len(said) > 1):
        row = next(row for row in filled or rows if row.get(heading) == list(said)[-1])
        raise row.refusal(heading, _("the rows of one item say different things here"))
    return changed[0] if changed else next(iter(said))


def _clause(row: Row, found: tuple[ItemDraft, ClauseDraft] | None) -> ClauseDraft:
    """One clause: the old one with every touched cell taken anew."""
    old = found[1] if found else ClauseDraft(id=row.get("编号").strip(), text="")
    texts = clause_texts(*found) if found else {}
    changed = {h for h in row.texts if h not in texts or cells.plain(texts[h]) != row.texts[h]}
    values: dict[str, Any] = {}
    for heading, (name, read) in _readers(old).items():
        if heading in changed:
            values[name] = row.understood(heading, lambda h=heading, r=read: r(row.get(h)))  # type: ignore[misc]
    if "原文括号" in changed:
        values |= _bracket(row.get("原文括号"))
    if changed & {"牵头单位", "配合单位", "单位组"}:
        values |= _parties(row)
    clause = replace(old, **values)
    if not clause.text.strip():
        raise row.refusal("内容", _("the clause has no text"))
    return clause


def _readers(old: ClauseDraft) -> dict[str, tuple[str, Callable[[str], Any]]]:
    """For each column the field it sets and how its text is understood."""
    return {
        "内容": ("text", str.strip),
        "时限": ("milestones", lambda text: cells.milestones_of(text, old.milestones)),
        "量化指标": ("indicators", lambda text: cells.indicators_of(text, old.indicators)),
        "谁报送": ("report_policy", cells.reporter_of),
        "存疑": ("damage", lambda text: tuple(line for line in text.split("\n") if line.strip())),
        "主题": ("topic", str.strip),
        "原文行": ("source_line", lambda text: cells.count_of(text, 999_999) if text.strip() else 0),
    }


def _bracket(text: str) -> dict[str, Any]:
    return {
        "bracket": text.strip(),
        "bracket_open": not text.strip() or text.strip().startswith(("(", "（")),
        "bracket_close": not text.strip() or text.strip().endswith((")", "）")),
    }


def _parties(row: Row) -> dict[str, Any]:
    """Units and groups as edited: the lead first, then the supporting units, then the groups."""
    leads = row.understood("牵头单位", lambda: cells.names(row.get("牵头单位")))
    support = row.understood("配合单位", lambda: cells.names(row.get("配合单位")))
    groups = row.understood("单位组", lambda: cells.names(row.get("单位组")))
    if not leads and support:
        raise row.refusal("牵头单位", _("a lead unit is missing"))
    units = tuple(dict.fromkeys((*leads, *support)))
    twice = set(units) & set(groups)
    if twice or len(units) < len(leads) + len(support):
        name = next(iter(twice or set(leads) & set(support)))
        raise row.refusal("配合单位", _("{name} is named twice").format(name=name))
    return {"units": units, "groups": groups, "parties": (*units, *groups), "lead": units[0] if units else ""}


def _notice(book: Workbook, kept: NoticeDraft | None) -> NoticeDraft:
    """The notice itself from its sheet; a line that was not touched, or was removed, stays as it was."""
    old = kept or NoticeDraft(title="")
    if NOTICE not in book.sheetnames:
        return old
    texts, values, rule = notice_texts(old), dict[str, Any](), dict[str, Any]()
    for line in book[NOTICE].iter_rows(min_row=2, max_row=200, min_col=1, max_col=2):
        name = str(line[0].value or "").strip()
        row = Row(book[NOTICE], {name: line[1]})
        if name not in _NOTICE_READERS or (kept and row.get(name) == cells.plain(texts[name])):
            continue
        target, read = _NOTICE_READERS[name]
        value = row.understood(name, lambda r=read, row=row, n=name: r(row.get(n)))  # type: ignore[misc]
        (rule if target in _RULE_FIELDS else values)[target] = value
    draft = replace(old, **values, reporting=replace(old.reporting, **rule))
    if not draft.title.strip():
        raise BadInput(
            "E-X02", _("The notice has no title."), where=NOTICE, remedy=_("Fill it in and import the table again.")
        )
    return draft


def _day_of_month(text: str) -> int | None:
    return cells.count_of(text, 31) if text.strip() else None


_RULE_FIELDS: Final = frozenset(ReportingRule.__slots__)
_NOTICE_READERS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "标题": ("title", str.strip),
    "附件标题": ("attachment_title", str.strip),
    "发文单位": ("issuer", str.strip),
    "办公室简称": ("issuer_short", str.strip),
    "文号": ("document_number", str.strip),
    "成文日期": ("issued_on", cells.day_of),
    "成文日期原文": ("issued_on_quote", str.strip),
    "发布日期": ("published_on", cells.day_of),
    "发布科室": ("published_by", str.strip),
    "主送": ("recipients", str.strip),
    "主送单位": ("recipients_list", cells.names),
    "附件": ("attachments", lambda text: tuple(line.strip() for line in text.split("\n") if line.strip())),
    "报送周期": ("cycle", cells.cycle_of),
    "报送日": ("day", _day_of_month),
    "谁报送": ("who_reports", lambda text: cells.reporter_of(text) or "every"),
    "报送内容": ("what", str.strip),
    "报送至": ("to", str.strip),
    "签章要求": ("needs_quote", str.strip),
    "报送要求原文": ("quote", str.strip),
    "来源文件": ("source_name", str.strip),
    "来源文件SHA-256": ("source_sha256", str.strip),
}

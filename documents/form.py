"""The form of a unit's month: printed from the data once, with room for signature and seal (design, section 9).

The check code stands on every page, for people and as a QR code. It is made from the exact report versions that the form
covers, so a form whose content has changed since printing is recognised when its scan comes in; the QR code also says
which page it stands on and which is the last, so that a missing page is noticed.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from documents.evidence.codes import code_png, code_svg
from documents.form_docx import form_document
from documents.plain_text import chinese_date, chinese_month, figure, inner_title, one_line, target
from documents.title_lines import title_lines
from documents.typesetting import pdf
from models.evidence import PageCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typst

    from models.facts import FormFacts, FormRow, IndicatorFact

#: Crockford's base 32: no I, L, O or U, which a person misreads on a scan
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 10
#: lines that surely fit on a page, and characters on a line: codes are made for more pages than there will be
_LINES, _CHARACTERS, _MOST_PAGES = 18, 30, 150
_SHARES: Final = {"lead": "牵头", "support": "配合"}
STATEMENT: Final = "本表按本单位已填报的内容打印，校验码由所列各事项的填报内容算出。打印后内容如有改动，本表即告作废，须重新打印、签字、盖章。"


def check_code(rows_material: Sequence[tuple[int, int, str]]) -> tuple[str, str]:
    """SHA-256 and the short code (``K7QF-3M2X-9A``) of what a form covers: (task, report version, content SHA-256).

    The order of the rows does not matter. The short code is 50 bits of the digest.
    """
    canonical = json.dumps(sorted([list(row) for row in rows_material]), separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    bits = int(digest, 16) >> (256 - 5 * _CODE_LENGTH)
    letters = "".join(_ALPHABET[bits >> (5 * place) & 31] for place in reversed(range(_CODE_LENGTH)))
    return digest, f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def form_pdf(facts: FormFacts, *, fonts: typst.Fonts | None = None) -> bytes:
    """The form as PDF; raises ``EnvironmentRefused`` E-P01 where no Chinese typeface is installed."""
    words = _printed(facts)
    code, pages = page_code(facts), _pages_at_most(words)
    codes = [
        {"page": code_svg(code.on(page)), "last": code_svg(code.on(page, last=True))} for page in range(1, pages + 1)
    ]
    printed = {**words, "codes": codes, "code_of_any_page": code_svg(code)}
    return pdf("form.typ", printed, dated=facts.printed_on, fonts=fonts)


def form_docx(facts: FormFacts) -> bytes:
    """The form as .docx, with the same words."""
    return form_document(_printed(facts), code_png(page_code(facts)), facts.printed_on)


def page_code(facts: FormFacts) -> PageCode:
    """What the form's QR code holds; the page is added where it is known."""
    return PageCode(facts.office_id, facts.filing_id, facts.unit_id, facts.month, facts.filing_number, facts.check_code)


def _pages_at_most(words: dict[str, Any]) -> int:
    texts = [text for row in words["rows"] for text in (row["clause"], *(field["text"] for field in row["fields"]))]
    lines: int = sum(3 + len(text) // _CHARACTERS + text.count("\n") for text in texts)
    lines += sum(2 * len(row["indicators"]) for row in words["rows"])
    return min(_MOST_PAGES, 3 + lines // _LINES)


def _printed(facts: FormFacts) -> dict[str, Any]:
    """Every word on the form, in the order of printing."""
    month = chinese_month(facts.month)
    title = f"{one_line(facts.unit_name)}{month}工作进展情况报送表"
    return {
        "title": title,
        "title_lines": title_lines(title),
        "notice": f"《{inner_title(facts.notice_title)}》" if facts.notice_title else "",
        "office": one_line(facts.office_name),
        "unit": one_line(facts.unit_name),
        "month": month,
        "due": chinese_date(facts.due_on),
        "printed": chinese_date(facts.printed_on),
        "number": f"第{facts.filing_number}号",
        "count": f"{len(facts.rows)}项",
        "code": facts.check_code,
        "statement": STATEMENT,
        "rows": [_row(row) for row in facts.rows],
    }


def _row(row: FormRow) -> dict[str, Any]:
    share = _SHARES.get(row.share, row.share)
    fields = [
        ("本月进展", "本月无进展。" if row.no_progress and not row.progress.strip() else row.progress),
        ("无进展原因", row.reason if row.no_progress else ""),
        ("存在问题", row.problems),
        ("下步工作", row.next_steps),
    ]
    return {
        "heading": f"{row.clause_number}　{one_line(row.item_title)}（{share}）",
        "standing": f"完成进度 {row.percent}%　第{row.version}版",
        "clause": one_line(row.clause_text),
        "fields": [{"name": name, "text": text} for name, text in fields if text.strip()],
        "indicators": [_indicator(indicator) for indicator in row.indicators],
    }


def _indicator(indicator: IndicatorFact) -> dict[str, str]:
    known = indicator.value is not None
    return {
        "name": one_line(indicator.name),
        "target": target(indicator.op, indicator.target, indicator.unit),
        "value": f"{figure(indicator.value)}{indicator.unit}" if indicator.value is not None else "未填",
        "reason": "—" if known else one_line(indicator.reason),
    }

"""The form of a unit's month as .docx: the same words as the PDF, the check code and its QR code at the foot of every page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents import docx_page as page
from documents import docx_writing as w
from documents.docx_writing import Run, TableCell
from documents.evidence.codes import SIDE_MM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_SMALL: Final = 10.5
_WIDTHS: Final = (26.0, 130.0)


def form_document(words: Mapping[str, Any], code: bytes, dated: date) -> bytes:
    """Write the form from its prepared words (``documents.form``) and its QR code as PNG.

    The code names no page: the reader's own program breaks the pages.
    """
    document = w.open_document(words["title"], words["unit"], dated, page.MARGINS)
    w.footer(document, _foot(words))
    w.footer_picture(document, code, SIDE_MM)
    w.add(
        document,
        w.paragraph([Run("\n".join(words["title_lines"]), w.TITLE, 22)], style="Title", align=w.CENTRE),
        w.paragraph([Run(words["notice"], size=12)], align=w.CENTRE),
        _facts(words),
    )
    for row in words["rows"]:
        w.add(document, w.paragraph([Run("", size=4)]), _task(row))
    w.add(document, w.paragraph([Run(words["statement"], size=10)], before=8, keep=True), _signatures())
    w.add(document, w.paragraph([Run("经办人：　　　　　　　　　　　　　　联系电话：", size=_SMALL)], before=4))
    return w.closed(document, dated)


def _foot(words: Mapping[str, Any]) -> Any:
    small = Run("", size=9)
    foot = w.paragraph(
        [Run(f"校验码 {words['code']}　　{words['unit']}　{words['month']}　　第 ", size=9)], align=w.CENTRE
    )
    w.field(foot, "PAGE", small)
    w.text(foot, Run(" 页　共 ", size=9))
    w.field(foot, "NUMPAGES", small)
    w.text(foot, Run(" 页", size=9))
    return foot


def _facts(words: Mapping[str, Any]) -> Any:
    pairs = [
        ("报送单位", words["unit"], "报送至", words["office"]),
        ("报送期", words["month"], "截止日期", words["due"]),
        ("本表编号", words["number"], "打印日期", words["printed"]),
        ("填报事项", words["count"], "校验码", words["code"]),
    ]
    rows = [
        [Run(text, size=11, bold=number == 1 or text == words["code"]) for number, text in enumerate(row)]
        for row in pairs
    ]
    return w.table(
        (22, 56, 22, 56),
        [[TableCell((run,)) for run in row] for row in rows],
        aligns=(w.CENTRE, w.LEFT, w.CENTRE, w.LEFT),
    )


def _task(row: Mapping[str, Any]) -> Any:
    lines: list[list[Run]] = [[Run(f"{row['heading']}　　{row['standing']}", w.HEADING, _SMALL)]]
    lines.append([Run("分解事项", size=_SMALL), Run(row["clause"], size=9.5)])
    lines += [[Run(field["name"], size=_SMALL), Run(field["text"], size=11)] for field in row["fields"]]
    for one in row["indicators"]:
        reason = "" if one["reason"] == "—" else f"（{one['reason']}）"
        said = f"{one['name']}：目标{one['target']}，当前值 {one['value']}{reason}"
        lines.append([Run("量化指标", size=_SMALL), Run(said, size=11)])
    drawn = [[TableCell((run,), columns=1 if len(line) > 1 else 2) for run in line] for line in lines]
    return w.table(_WIDTHS, drawn, aligns=(w.CENTRE, w.LEFT), head_rows=1)


def _signatures() -> Any:
    room = "\n\n\n\n\n\n　　　　　　　　年　　　月　　　日"
    row = [TableCell((Run(f"{title}{room}", size=12),)) for title in ("单位负责人（签字）：", "单位（盖章）：")]
    return w.table((78, 78), [row])

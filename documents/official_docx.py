"""A paper as .docx in the layout of an official document (GB/T 9704-2012, figures in ``domain.md``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents import docx_writing as w
from documents.docx_writing import Run
from documents.paper import SECTION, SUBSECTION

if TYPE_CHECKING:
    from documents.paper import Annex, Block, Chart, Paper

RED: Final = "E60012"
_BODY: Final = 16.0  # 3号
_PITCH: Final = 29.0  # 22 lines in 225 mm
_INDENT: Final = 2 * _BODY
_MARGINS: Final = w.Margins(top=37, bottom=35, left=28, right=26)
_WIDTH: Final = 442.0  # 156 mm in points
_SMALL: Final = 10.5
_BAR_LENGTH: Final = 24


def official_document(paper: Paper) -> bytes:
    """Write the paper; the same paper gives the same bytes."""
    document = w.open_document(paper.title, paper.mark, paper.dated, _MARGINS)
    w.footer(document, _page_number(w.RIGHT), _page_number(w.LEFT))
    w.add(document, *_head(paper))
    w.add(document, *(_block(block) for block in paper.blocks))
    w.add(document, *_close(paper))
    for number, annex in enumerate(paper.annexes, 1):
        w.add(document, *_annex(number, annex))
    w.add(document, *_imprint(paper))
    return w.closed(document, paper.dated)


def _page_number(align: str) -> Any:
    small = Run("– ", "宋体", 14)
    foot = w.paragraph([small], align=align)
    w.field(foot, "PAGE", small)
    w.text(foot, Run(" –", "宋体", 14))
    return foot


def _head(paper: Paper) -> list[Any]:
    size = min(36.0, _WIDTH / max(1, len(paper.mark)) * 0.98)
    number = w.paragraph([Run(paper.number)], align=w.CENTRE, before=_PITCH)
    w.rule(number, side="bottom", colour=RED, eighths=16)
    return [
        w.paragraph([Run(paper.mark, w.TITLE, size, colour=RED)], align=w.CENTRE, before=20),
        number,
        w.paragraph([Run(paper.title, w.TITLE, 22)], align=w.CENTRE, before=_PITCH),
        w.paragraph([Run(paper.addressee)], align=w.LEFT, exact=_PITCH, before=_PITCH),
    ]


def _block(block: Block) -> Any:
    if block.kind == SECTION:
        return w.paragraph([Run(block.text, w.HEADING)], indent=_INDENT, exact=_PITCH, keep=True)
    if block.kind == SUBSECTION:
        return w.paragraph([Run(block.text, w.SUBHEADING)], indent=_INDENT, exact=_PITCH, keep=True)
    runs = [Run(block.lead, bold=True)] if block.lead else []
    runs += [Run(block.text)] if block.text else []
    return w.paragraph(runs, indent=_INDENT, exact=_PITCH, keep=not block.text)


def _close(paper: Paper) -> list[Any]:
    made = []
    for number, annex in enumerate(paper.annexes, 1):
        start = "附件：" if number == 1 else "　　　"
        before = _PITCH if number == 1 else 0
        made.append(w.paragraph([Run(f"{start}{number}.{annex.title}")], indent=_INDENT, exact=_PITCH, before=before))
    # the date stands four characters in from the right and the issuer centred above it
    half = len(paper.signature) * _BODY / 2
    date_half = sum(_BODY / 2 if char.isascii() else _BODY for char in paper.date_text) / 2
    inwards = max(0.0, 4 * _BODY + date_half - half)
    made += [
        w.paragraph([Run(paper.signature)], align=w.RIGHT, exact=_PITCH, before=2 * _PITCH, right=inwards, keep=True),
        w.paragraph([Run(paper.date_text)], align=w.RIGHT, exact=_PITCH, right=4 * _BODY),
    ]
    return made


def _annex(number: int, annex: Annex) -> list[Any]:
    made = [
        w.paragraph([Run(f"附件{number}", w.HEADING)], align=w.LEFT, new_page=True),
        w.paragraph([Run(annex.title, w.TITLE, 18)], align=w.CENTRE, before=6),
        w.paragraph([Run("", size=6)]),
    ]
    if annex.chart:
        made += [_chart_title(annex.chart), _chart(annex.chart), w.paragraph([Run("", size=6)])]
    columns = annex.table.columns
    head = [Run(column.name, w.HEADING, _SMALL) for column in columns]
    rows = [[Run(text, size=_SMALL, bold=len(row) == 1) for text in row] for row in annex.table.rows]
    aligns = [column.align for column in columns]
    made.append(w.table([column.width for column in columns], [head, *rows], aligns=aligns, head_rows=1))
    return made


def _chart_title(chart: Chart) -> Any:
    return w.paragraph([Run(chart.title, w.HEADING, 12)], align=w.LEFT, keep=True)


def _chart(chart: Chart) -> Any:
    rows: list[list[Run | list[Run]]] = []
    for bar in chart.bars:
        filled = round(bar.share * _BAR_LENGTH) or (1 if bar.share > 0 else 0)
        line = [
            Run("█" * filled, "宋体", 9, colour="2F5D8A"),
            Run("░" * (_BAR_LENGTH - filled), "宋体", 9, colour="BBBBBB"),
        ]
        rows.append([Run(bar.label, size=_SMALL), [run for run in line if run.text], Run(bar.said, size=_SMALL)])
    return w.table((48, 84, 24), rows, aligns=(w.LEFT, w.LEFT, w.RIGHT), lines=False)


def _imprint(paper: Paper) -> list[Any]:
    line = w.paragraph([Run(paper.imprint, size=14)], align=w.LEFT, before=_PITCH)
    w.rule(line, side="top", colour="000000", eighths=8)
    head = w.paragraph([Run(f"留痕 {paper.head}", size=9)], align=w.RIGHT)
    w.rule(head, side="bottom", colour="000000", eighths=8)
    return [line, head]

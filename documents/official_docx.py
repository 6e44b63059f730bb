"""A paper as .docx in the layouts of GB/T 9704-2012: the same figures as ``templates/official.typ``, in Word's own terms.

Headings are real ones, so that the navigation pane shows the paper; page numbers are fields; the grid has 22 lines of
28 characters. Faces are named as the standard wants them; the reader's machine supplies them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from documents import docx_page as page
from documents import docx_writing as w
from documents.docx_pictures import pictured
from documents.docx_writing import Run
from documents.paper import (
    LETTER,
    LINES,
    OFFICIAL,
    POINT,
    SECTION,
    SHEET,
    SUBPOINT,
    SUBSECTION,
    TABLE,
    annex_list,
    annex_mark,
    cells,
    mark_look,
)
from documents.title_lines import title_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docx.document import Document

    from documents.paper import Annex, Bar, Block, Cell, Paper, Picture, Table

RED: Final = "E60012"
_INDENT: Final = 2 * w.CHARACTER
_FOUR: Final = 4 * w.CHARACTER
_SMALL: Final = 10.5
_BAR_LENGTH: Final = 24
_LEVELS: Final = {
    SECTION: (1, w.HEADING),
    SUBSECTION: (2, w.SUBHEADING),
    POINT: (3, w.BODY),
    SUBPOINT: (4, w.BODY),
}


def official_document(paper: Paper, drawn: Mapping[str, bytes] | None = None) -> bytes:
    """Write the paper; the same paper gives the same bytes. ``drawn``: the annexes' pictures by name as PNG."""
    document = w.open_document(paper.title, paper.mark, paper.dated, page.MARGINS)
    page.number_pages(document)
    if paper.form == LETTER:
        page.letter_first_page(document, _mark(paper))
    if paper.form != SHEET:
        w.add(document, *_head(paper))
        w.add(
            document,
            *(part for block in paper.blocks for part in _block(block, _pitch(paper), last=block is paper.blocks[-1])),
        )
        w.add(document, *_close(paper))
    _annexes(document, paper, drawn or {})
    w.add(document, *_imprint(paper))
    return w.closed(document, paper.dated)


def _mark(paper: Paper) -> Run:
    size, stretch = mark_look(paper.mark)
    return Run(paper.mark, w.TITLE, size, colour=RED, stretch=round(stretch * 100))


def _head(paper: Paper) -> list[Any]:
    """The red head down to the addressee; the letter's mark and its first double line stand in the page's head."""
    pitch, made = _pitch(paper), []
    if paper.form == OFFICIAL:
        mark = _mark(paper)
        # 35 mm; what a line of exactly its size keeps above the ink of its characters is taken off
        made.append(w.paragraph([mark], align=w.CENTRE, exact=mark.size * 1.1, before=35 * w.MM - 0.08 * mark.size))
        number = w.paragraph([Run(paper.number)], align=w.CENTRE, exact=pitch, before=2 * pitch - 7)
        w.rule(number, side="bottom", colour=RED, eighths=16, space=5)
    else:
        number = w.paragraph([Run(paper.number)], align=w.RIGHT, exact=20)
    return [*made, number, _title(paper.title, before=2 * pitch), _addressee(paper)]


def _title(title: str, *, before: float) -> Any:
    run = Run("\n".join(title_lines(title)), w.TITLE, 22)
    return w.paragraph([run], style="Title", align=w.CENTRE, exact=35, before=before)


def _pitch(paper: Paper) -> float:
    """From line to line in points, a hair less than the page would take."""
    return w.PITCH * LINES / paper.lines


def _addressee(paper: Paper) -> Any:
    pitch = _pitch(paper)
    return w.paragraph([Run(paper.addressee)], align=w.LEFT, exact=pitch, before=pitch)


def _block(block: Block, pitch: float, *, last: bool) -> list[Any]:
    if block.kind == TABLE and block.table:
        return [w.paragraph([Run("", size=4)], exact=8), _table(block.table), w.paragraph([Run("", size=4)], exact=8)]
    if block.kind in _LEVELS:
        level, face = _LEVELS[block.kind]
        return [w.paragraph([Run(block.text, face)], style=f"Heading{level}", indent=_INDENT, exact=pitch, keep=True)]
    alone = bool(block.lead) and not block.text
    runs = [Run(block.lead, bold=True)] if block.lead else []
    runs += [Run(block.text)] if block.text else []
    style = "Heading3" if alone else ""
    return [w.paragraph(runs, style=style, indent=_INDENT, exact=pitch, keep=alone or last)]


def _close(paper: Paper) -> list[Any]:
    """The list of annexes and the signature, kept on one page with the end of the text."""
    pitch, made = _pitch(paper), []
    for place, (_head, number, title) in enumerate(annex_list(paper.annexes)):
        start = "　　　" if place else "附件："
        hang = (3 + (1 if number else 0)) * w.CHARACTER
        made.append(
            w.paragraph(
                [Run(f"{start}{number}{' ' if number else ''}{title}")],
                align=w.LEFT,
                left=_INDENT + hang,
                indent=-hang,
                exact=pitch,
                before=0 if place else pitch,
                keep=bool(paper.signature),
            )
        )
    if not paper.signature:
        return made
    # the day stands four characters in from the right and the issuer centred above it
    half = w.width_of(paper.signature) / 2
    inwards = max(0.0, _FOUR + w.width_of(paper.date_text) / 2 - half)
    return [
        *made,
        w.paragraph([Run(paper.signature)], align=w.RIGHT, exact=pitch, before=2 * pitch, right=inwards, keep=True),
        w.paragraph([Run(paper.date_text)], align=w.RIGHT, exact=pitch, right=_FOUR),
    ]


def _annexes(document: Document, paper: Paper, drawn: Mapping[str, bytes]) -> None:
    """Each annex on a new page; the paper turns where one is wider than it."""
    turned, fresh = False, paper.form == SHEET
    for number, annex in enumerate(paper.annexes, 1):
        if annex.landscape != turned:
            page.turn(document, landscape=annex.landscape, at_once=fresh)
            turned, fresh = annex.landscape, True
        mark = "" if paper.form == SHEET else annex_mark(number, len(paper.annexes))
        w.add(document, *_annex(document, mark, annex, drawn, new_page=not fresh))
        fresh = False


def _annex(document: Document, mark: str, annex: Annex, drawn: Mapping[str, bytes], *, new_page: bool) -> list[Any]:
    pitch, made = w.PITCH, []
    if mark:
        made.append(w.paragraph([Run(mark, w.HEADING)], align=w.LEFT, exact=pitch, new_page=new_page))
    run = Run("\n".join(title_lines(annex.title)), w.TITLE, 22)
    made += [
        w.paragraph(
            [run], style="Heading1", align=w.CENTRE, exact=35, before=pitch if mark else 0, keep=True,
            new_page=new_page and not mark,
        ),
        w.paragraph([Run("", size=6)], exact=12),
    ]  # fmt: skip
    for picture in annex.pictures:
        made += _picture(document, picture, drawn.get(picture.name))
    return [*made, _table(annex.table)]


def _picture(document: Document, one: Picture, png: bytes | None) -> list[Any]:
    """A drawing under its title; as bars, or not at all, where it could not be drawn: the table has its figures."""
    title = w.paragraph([Run(one.title, w.HEADING, 12)], align=w.LEFT, exact=20, keep=True)
    gap = w.paragraph([Run("", size=6)], exact=12)
    if png is not None:
        return [title, pictured(document, one, png), gap]
    return [title, _bars(one.bars), gap] if one.bars else []


def _table(table: Table) -> Any:
    columns = table.columns
    head = [w.TableCell((Run(column.name, w.HEADING, _SMALL),)) for column in columns]
    rows = [[_cell(cell) for cell in row] for row in cells(table)]
    return w.table(
        [column.width for column in columns], [head, *rows], aligns=[column.align for column in columns], head_rows=1
    )


def _cell(cell: Cell | None) -> w.TableCell | None:
    if cell is None:
        return None
    face = w.HEADING if cell.columns > 1 else w.BODY
    return w.TableCell((Run(cell.text, face, _SMALL),), cell.rows, cell.columns)


def _bars(bars: Sequence[Bar]) -> Any:
    """A picture's figures as a table of bars, where no picture could be made."""
    rows: list[list[w.TableCell | None]] = []
    for bar in bars:
        filled = round(bar.share * _BAR_LENGTH) or (1 if bar.share > 0 else 0)
        line = (Run("█" * filled, "宋体", 9), Run("░" * (_BAR_LENGTH - filled), "宋体", 9))
        label, said = Run(bar.label, size=_SMALL), Run(bar.said, size=_SMALL)
        drawn = tuple(run for run in line if run.text)
        rows.append([w.TableCell((label,)), w.TableCell(drawn), w.TableCell((said,))])
    return w.table((48, 84, 24), rows, aligns=(w.LEFT, w.LEFT, w.RIGHT), lines=False)


def _imprint(paper: Paper) -> list[Any]:
    lines = [(f"抄送：{paper.copies}", "")] if paper.copies else []
    lines += [(paper.imprint, f"{paper.date_text}印发")] if paper.imprint else []
    return page.imprint(paper.head, lines, landscape=bool(paper.annexes) and paper.annexes[-1].landscape)

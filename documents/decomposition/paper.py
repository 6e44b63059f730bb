"""The decomposition table 任务分解表 as a paper to be attached to the notice: the paper lies down, items are merged cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from documents.official import paper_files
from documents.paper import SHEET, Annex, Column, Paper, Table
from documents.plain_text import chinese_date, inner_title, one_line, target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import typst

    from models.drafts import ClauseDraft, IndicatorDraft, ItemDraft, MilestoneDraft, NoticeDraft
    from models.rendering import Rendered

#: 225 mm, the type area of a paper that lies down
COLUMNS: Final = (
    Column("序号", 14, merges=True),
    Column("工作任务", 30, "left", merges=True),
    Column("编号", 14),
    Column("分解事项", 74, "left"),
    Column("时限、量化指标", 35, "left"),
    Column("牵头单位", 26),
    Column("配合单位", 32, "left"),
)


def render_decomposition(draft: NoticeDraft, dated: date, *, fonts: typst.Fonts | None = None) -> Rendered:
    """The table as .docx and PDF; ``dated`` is the day of its adoption."""
    return paper_files(decomposition_paper(draft, dated), fonts=fonts)


def decomposition_paper(draft: NoticeDraft, dated: date) -> Paper:
    """The table as an annex that stands alone, in the order of the notice."""
    title = f"{inner_title(one_line(draft.title))}任务分解表"
    return Paper(
        mark=one_line(draft.issuer),
        number="",
        title=title,
        addressee="",
        blocks=(),
        annexes=(Annex(title, Table(COLUMNS, tuple(_rows(draft))), landscape=True),),
        signature="",
        dated=dated,
        date_text=chinese_date(dated),
        imprint="",
        head="",
        form=SHEET,
    )


def _rows(draft: NoticeDraft) -> Iterator[tuple[str, ...]]:
    above = ("", "")
    for item in draft.items:
        headings = (str(item.section or ""), str(item.subsection or ""))
        for place, heading in enumerate(headings):
            if heading and headings[: place + 1] != above[: place + 1]:
                yield (one_line(heading),)
        above = headings
        for clause in item.clauses:
            yield _row(item, clause)


def _row(item: ItemDraft, clause: ClauseDraft) -> tuple[str, ...]:
    named = clause.parties or (*clause.units, *clause.groups)
    lead = clause.lead or (named[0] if named else "")
    return (
        str(item.number),
        one_line(item.title),
        clause.id,
        one_line(clause.text),
        "\n".join([*map(_milestone, clause.milestones), *map(_indicator, clause.indicators)]),
        one_line(lead),
        "、".join(one_line(name) for name in named if name != lead),
    )


def _milestone(milestone: MilestoneDraft) -> str:
    return chinese_date(milestone.due_on) if milestone.due_on else one_line(milestone.quote)


def _indicator(indicator: IndicatorDraft) -> str:
    return f"{one_line(indicator.name)}{target(indicator.op, indicator.value, indicator.unit)}"

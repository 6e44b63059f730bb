"""The monthly summary in words: from facts to one list of blocks, in the order of the notice, for .docx and PDF.

The sentences stand in ``templates/summary_words.jinja``. Each paragraph carries its sources: the tasks whose approved
reports it quotes, and the tasks behind each figure that it reckons (``summary_trace``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from documents.paper import SECTION, SUBSECTION, Block, Paper, Reckoned
from documents.plain_text import (
    chinese_date,
    chinese_month,
    chinese_numeral,
    inner_title,
    one_line,
    typeset,
    unnumbered,
)
from documents.summary import indicators
from documents.summary.annexes import annexes
from documents.summary.filing import filing_blocks
from documents.summary.items import item_blocks
from documents.summary.outlook import outlook
from documents.summary.overall import overall
from documents.summary.problems import TITLE, figures, overdue, relapsed
from documents.summary.tasks import paragraph, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.facts import ProblemLine, ProblemPart, SummaryFacts


def summary_paper(facts: SummaryFacts) -> Paper:
    """The summary as blocks, annexes and the furniture of an official document."""
    return Paper(
        mark=one_line(facts.office_name),
        number=one_line(facts.number) or f"〔{facts.issued_on.year}〕　　号",
        title=say("title", _heading(facts)),
        addressee=f"{one_line(facts.recipient).rstrip('：:')}：",
        blocks=tuple(_blocks(facts)),
        annexes=annexes(facts),
        signature=one_line(facts.office_name),
        dated=facts.issued_on,
        date_text=chinese_date(facts.issued_on),
        imprint=one_line(facts.office_name),
        head=facts.head_short,
    )


def _heading(facts: SummaryFacts) -> dict[str, str]:
    return {"notice": inner_title(facts.notice_title), "month": chinese_month(facts.month)}


def _blocks(facts: SummaryFacts) -> Iterator[Block]:
    yield paragraph(say("opening", _heading(facts)))
    number = 1
    yield _section(number, "总体情况")
    yield overall(facts)
    for section in facts.sections:
        if section.title:
            number += 1
            yield _section(number, typeset(unnumbered(section.title)))
        elif number == 1:
            number += 1
            yield _section(number, "工作任务进展情况")
        for place, part in enumerate(section.subsections, 1):
            if part.title:
                yield Block(SUBSECTION, f"（{chinese_numeral(place)}）{typeset(unnumbered(part.title))}")
            for item in part.items:
                yield from item_blocks(item)
    closing: list[tuple[str, Iterator[Block]]] = [
        ("量化指标完成情况", indicators.paragraphs(facts.indicators)),
        ("报送情况", filing_blocks(facts)),
        *([(TITLE, _problems(facts.problems))] if facts.problems else []),
        ("下一步工作", iter([outlook(facts)])),
    ]
    for title, blocks in closing:
        number += 1
        yield _section(number, title)
        yield from blocks
    yield paragraph(say("closing"))


def _section(number: int, title: str) -> Block:
    return Block(SECTION, f"{chinese_numeral(number)}、{title}")


def _problems(part: ProblemPart) -> Iterator[Block]:
    kinds = {
        "本月新增": part.new,
        "完成整改": part.rectified,
        "销号": part.struck_off,
        "反弹": part.relapsed,
        "逾期未整改": part.overdue,
    }
    standing = Reckoned("期末在册", str(part.standing))
    yield paragraph(say("problems", figures(part)), (), [*(_ledger(*kind) for kind in kinds.items()), standing])
    yield paragraph(say("problems_overdue", overdue(part)), (), [_ledger("逾期未整改", part.overdue)])
    yield paragraph(say("problems_relapsed", relapsed(part)), (), [_ledger("反弹", part.relapsed)])


def _ledger(what: str, found: tuple[ProblemLine, ...]) -> Reckoned:
    return Reckoned(what, str(len(found)), problems=tuple(line.number for line in found))

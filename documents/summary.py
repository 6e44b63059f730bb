"""The monthly summary as files: .docx, .pdf and .xlsx from the same facts (design, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from documents.official import Rendered, paper_files
from documents.summary_text import summary_paper
from documents.summary_trace import trace
from documents.summary_xlsx import workbook

if TYPE_CHECKING:
    import typst

    from models.facts import SummaryFacts


def render_summary(facts: SummaryFacts, *, fonts: typst.Fonts | None = None) -> Rendered:
    """Every file of the summary, ``json`` being where each paragraph comes from; the same facts give the same bytes.

    Without a Chinese typeface the PDF is left out and ``notes`` says how to get one.
    """
    paper = summary_paper(facts)
    made = paper_files(paper, fonts=fonts)
    return Rendered({**made, "xlsx": workbook(facts), "json": trace(facts, paper)}, made.notes)

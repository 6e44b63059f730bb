"""The monthly summary as files: .docx, .pdf and .xlsx from the same facts (design, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from documents.official import paper_files
from documents.summary.text import summary_paper
from documents.summary.trace import trace
from documents.summary.workbook import workbook
from documents.words import spoken
from models.rendering import Rendered

if TYPE_CHECKING:
    import typst

    from models.facts import SummaryFacts


def render_summary(facts: SummaryFacts, *, own: str | None = None, fonts: typst.Fonts | None = None) -> Rendered:
    """Every file of the summary; the same facts in the same words give the same bytes.

    ``json`` says where each paragraph comes from.
    ``own`` are the office's own words; where they fail on these facts, the shipped ones are used.
    Without a Chinese typeface the PDF is left out and ``notes`` says how to get one.
    """
    written = spoken("summary", own, lambda: summary_paper(facts))
    made, sources = paper_files(written.made, fonts=fonts), trace(facts, written.made)
    return Rendered({**made, "xlsx": workbook(facts), "json": sources}, made.notes, written.sha256, written.failed)

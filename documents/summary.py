"""The monthly summary as files: .docx, .pdf and .xlsx from the same facts (design, section 9)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from documents.official_docx import official_document
from documents.summary_text import summary_paper
from documents.summary_trace import trace
from documents.summary_xlsx import workbook
from documents.typesetting import pdf
from models.errors import EnvironmentRefused

if TYPE_CHECKING:
    import typst

    from documents.paper import Paper
    from models.facts import SummaryFacts


class Rendered(dict[str, bytes]):
    """The files by kind (``docx``, ``pdf``, ``xlsx``, and ``json``: where each paragraph comes from); ``notes`` says in one line each what could not be made."""

    def __init__(self, files: dict[str, bytes], notes: tuple[str, ...] = ()) -> None:
        """Keep the files and the notes."""
        super().__init__(files)
        self.notes = notes


def render_summary(facts: SummaryFacts, *, fonts: typst.Fonts | None = None) -> Rendered:
    """Every file of the summary; the same facts give the same bytes.

    Without a Chinese typeface the PDF is left out and ``notes`` says how to get one.
    """
    paper = summary_paper(facts)
    files = {"docx": official_document(paper), "xlsx": workbook(facts), "json": trace(facts, paper)}
    notes: tuple[str, ...] = ()
    try:
        files["pdf"] = summary_pdf(paper, fonts=fonts)
    except EnvironmentRefused as refusal:
        notes = (str(refusal),)
    return Rendered(files, notes)


def summary_pdf(paper: Paper, *, fonts: typst.Fonts | None = None) -> bytes:
    """The PDF alone; raises ``EnvironmentRefused`` E-P01 where no Chinese typeface is installed."""
    words = asdict(paper)
    words.pop("dated")
    return pdf("official.typ", words, dated=paper.dated, fonts=fonts)

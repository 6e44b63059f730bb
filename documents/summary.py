"""The monthly summary as files: .docx, .pdf and .xlsx from the same facts (design, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from documents.official import Rendered, paper_files
from documents.summary_text import summary_paper
from documents.summary_xlsx import workbook
<<<<<<< HEAD
from documents.typesetting import pdf
from documents.words import spoken
from models.errors import EnvironmentRefused
from models.rendering import Rendered
=======
>>>>>>> 7cbcf3364c6962352d1ab6fa90488f254f3a628c

if TYPE_CHECKING:
    import typst

    from models.facts import SummaryFacts


<<<<<<< HEAD
def render_summary(facts: SummaryFacts, *, own: str | None = None, fonts: typst.Fonts | None = None) -> Rendered:
    """Every file of the summary; the same facts in the same words give the same bytes.
=======
def render_summary(facts: SummaryFacts, *, fonts: typst.Fonts | None = None) -> Rendered:
    """Every file of the summary; the same facts give the same bytes.
>>>>>>> 7cbcf3364c6962352d1ab6fa90488f254f3a628c

    ``own`` are the office's own words; where they fail on these facts, the shipped ones are used.
    Without a Chinese typeface the PDF is left out and ``notes`` says how to get one.
    """
<<<<<<< HEAD
    written = spoken("summary", own, lambda: summary_paper(facts))
    paper = written.made
    files = {"docx": official_document(paper), "xlsx": workbook(facts)}
    notes: tuple[str, ...] = ()
    try:
        files["pdf"] = summary_pdf(paper, fonts=fonts)
    except EnvironmentRefused as refusal:
        notes = (str(refusal),)
    return Rendered(files, notes, written.sha256, written.failed)


def summary_pdf(paper: Paper, *, fonts: typst.Fonts | None = None) -> bytes:
    """The PDF alone; raises ``EnvironmentRefused`` E-P01 where no Chinese typeface is installed."""
    words = asdict(paper)
    words.pop("dated")
    return pdf("official.typ", words, dated=paper.dated, fonts=fonts)
=======
    made = paper_files(summary_paper(facts), fonts=fonts)
    return Rendered({**made, "xlsx": workbook(facts)}, made.notes)
>>>>>>> 7cbcf3364c6962352d1ab6fa90488f254f3a628c

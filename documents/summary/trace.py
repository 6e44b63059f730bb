"""Where each paragraph of a summary comes from, frozen beside it as JSON: reports quoted, figures and their tasks.

``paragraphs`` are numbered from 1 in the order of the paper, headings left out; ``tasks`` give the filing behind each
task once: unit, clause, report version, check code, who signed, the SHA-256 of the signed paper, who approved it when.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from documents.paper import TEXT
from documents.summary.text import summary_paper
from documents.words import spoken
from models.errors import BadInput
from models.language import _
from models.times import shown

if TYPE_CHECKING:
    from documents.paper import Block, Paper
    from models.facts import SummaryFacts
    from models.sealed import TaskSource

FORMAT: Final = 1


def trace(facts: SummaryFacts, paper: Paper) -> bytes:
    """The sources of every paragraph; the same facts give the same bytes."""
    told = [block for block in paper.blocks if block.kind == TEXT and block.text]
    data = {
        "format": FORMAT,
        "month": facts.month,
        "number": facts.number,
        "title": paper.title,
        "issued_on": facts.issued_on.isoformat(),
        "head": facts.head_short,
        "paragraphs": [_paragraph(number, block) for number, block in enumerate(told, 1)],
        "tasks": [_task(source) for source in facts.sources],
        "months": [{"month": one.month, "sealed_in": one.sealed_in} for one in facts.history],
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def read_trace(facts: SummaryFacts, frozen: bytes | None, own: str | None = None) -> dict[str, Any]:
    """The trace of an issued summary from its frozen file; of a draft (None) from its facts, in the office's ``own`` words."""
    made = trace(facts, spoken("summary", own, lambda: summary_paper(facts)).made) if frozen is None else frozen
    return {**json.loads(made), "issued": frozen is not None}


def narrowed(found: dict[str, Any], number: int | None) -> dict[str, Any]:
    """A trace with one paragraph and the tasks behind it; whole without a number. E-S60 where there is none such."""
    if number is None:
        return found
    paragraphs = [one for one in found["paragraphs"] if one["number"] == number]
    if not paragraphs:
        raise BadInput(
            "E-S60",
            _("The summary of {month} has {count} paragraphs; there is no paragraph {number}.").format(
                month=found["month"], count=len(found["paragraphs"]), number=number
            ),
            remedy=_("See them all with: duban summary trace {month}").format(month=found["month"]),
        )
    only = paragraphs[0]
    wanted = {*only["quoted"], *(task for figure in only["reckoned"] for task in figure.get("tasks", ()))}
    return {**found, "paragraphs": paragraphs, "tasks": [one for one in found["tasks"] if one["task_id"] in wanted]}


def _paragraph(number: int, block: Block) -> dict[str, Any]:
    return {
        "number": number,
        "text": block.lead + block.text,
        "quoted": list(block.quoted),
        "reckoned": [
            {name: value for name, value in asdict(figure).items() if value not in ((), "")}
            for figure in block.reckoned
        ],
    }


def _task(source: TaskSource) -> dict[str, Any]:
    return {**asdict(source), "reviewed_at": shown(source.reviewed_at) if source.reviewed_at else ""}

"""Every paper of the house on its hardest cases: nothing leaves the type area, every page is numbered, no signature is alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import pytest

from documents.fonts import chinese_font
from documents.official import paper_pdf
from documents.paper import LETTER
from documents.samples import SAMPLES
from kit.measure import Page, pages

if TYPE_CHECKING:
    from documents.paper import Paper

#: sizes of what stands outside the type area: the page number and the head of the trail
OUTSIDE = (14.0, 9.0)


def inside(page: Page) -> bool:
    """Whether all but the furniture keeps to 156 × 225 mm, upright or lying down, a hair left for ink and rounding."""
    upright = page.height > page.width
    left, right, top, foot = (28, 184, 37, 262) if upright else (35, 260, 28, 184)
    kept = [char for char in page.chars if not any(abs(char.size - size) < 0.1 for size in OUTSIDE)]
    return all(
        left - 1 < char.left and char.right < right + 1 and top - 8 < char.top and char.bottom < foot + 0.5
        for char in kept
    )


@pytest.mark.skipif(chinese_font() is None, reason="no Chinese typeface is installed here")
@pytest.mark.parametrize("case", ["empty", "longest"])
@pytest.mark.parametrize("kind", SAMPLES)
def test_paper_keeps_to_its_type_area_and_its_signature_to_the_text(kind: str, case: str) -> None:
    paper = cast("Paper", SAMPLES[kind].cases()[case]())
    made = pages(paper_pdf(paper))
    assert [inside(page) for page in made] == [True] * len(made)
    numbered = [bool(re.search(r"–\d+–", "".join(char.text for char in page.chars))) for page in made]
    assert numbered == [paper.form != LETTER] + [True] * (len(made) - 1)
    signed = next(page for page in made if page.says(paper.date_text) and page.says(paper.signature))
    body = [
        row for row in signed.rows(16) if "".join(char.text for char in row) not in (paper.signature, paper.date_text)
    ]
    assert body

"""Pages as pictures: as many as the paper has, each as wide as a screen wants it, none beyond the last."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest
from PIL import Image

from documents.page_pictures import WIDTH, page_count, page_picture


@pytest.fixture(scope="module")
def paper() -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.new_page(842, 595)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def test_every_page_is_a_picture_of_its_shape(paper: bytes) -> None:
    assert page_count(paper) == 2
    sizes = [Image.open(io.BytesIO(page_picture(paper, number) or b"")).size for number in (1, 2)]
    assert [size[0] for size in sizes] == [WIDTH, WIDTH]
    assert sizes[0][1] > WIDTH > sizes[1][1]


@pytest.mark.parametrize("number", [0, -1, 3])
def test_there_is_no_other_page(paper: bytes, number: int) -> None:
    assert page_picture(paper, number) is None


def test_many_may_look_at_once(paper: bytes) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _n: page_picture(paper, 1), range(16)))) == 1

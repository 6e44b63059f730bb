"""The pages of our own papers as pictures, for a screen: every browser shows them, also where none may open a PDF."""

from __future__ import annotations

import io
import threading
from typing import Final

import pypdfium2

#: pixels across: sharp on a screen of 1366 with the menu beside it, small enough to come quickly
WIDTH: Final = 1000
#: PDFium keeps its state for the whole process: only one thread may be in it
_ONE_AT_A_TIME: Final = threading.Lock()


def page_count(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def page_picture(pdf: bytes, number: int) -> bytes | None:
    """Page ``number``, from 1, as PNG in greys unless it has colours of its own; None where there is no such page."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 1 <= number <= len(document):
                return None
            page = document[number - 1]
            picture = page.render(scale=WIDTH / page.get_size()[0]).to_pil().convert("RGB")
        finally:
            document.close()
    made = io.BytesIO()
    picture.quantize(32).save(made, "PNG")
    return made.getvalue()

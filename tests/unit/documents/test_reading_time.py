"""The time to read a file grows with its size and no faster: four times as much takes no more than nine times as long.

Each case is what a quadratic reader would hang on: a line of one sign, brackets that never close, thousands of rows.
"""

from __future__ import annotations

import contextlib
import io
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from documents.foreign.paragraphs import Piece, paragraphs, without_furniture
from documents.foreign.webpage import page_content
from documents.foreign.word import MOST_PARAGRAPHS, word_content
from documents.reading.reader import read_notice
from kit.notice import HEAD
from models.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

#: quadratic is sixteen times; what starts up costs the same for both and is forgiven
MOST, FORGIVEN = 9, 0.05
ITEM = HEAD + "1.甲事。"
TEXTS = {
    "clauses": (
        lambda n: HEAD + "".join(f"{at}.甲事。完成{at}项（市水利局、市公安局）。\n" for at in range(1, n)),
        30,
    ),
    "clauses of one item": (lambda n: ITEM + "完成甲工作任务（市水利局、市公安局）。" * n, 60),
    "phrases": (lambda n: ITEM + "水利工程建设，" * n + "（市水利局）", 800),
    "open brackets": (lambda n: ITEM + "（" * n + "（市水利局）", 1600),
    "nested brackets": (lambda n: ITEM + "（" * n + "市水利局" + "）" * n, 600),
    "units": (lambda n: ITEM + "（" + "市水利局、" * n + "）", 800),
    "units without brackets": (lambda n: HEAD + "1.甲事（市水利局）。" + "市水利局、" * n, 1000),
    "digits": (lambda n: ITEM + "2022" * n, 4000),
    "labels": (lambda n: ITEM + "（" + "牵头单位：市水利局；" * n + "）", 300),
    "blanks": (lambda n: ITEM + " " * n + "（市水利局）", 10000),
    "quotes": (lambda n: ITEM + "“" * n, 4000),
    "titles": (lambda n: ITEM + "《" * n + "（市水利局）", 4000),
    "words": (lambda n: "题" * n, 40000),
    "headings": (lambda n: HEAD + "一、甲\n（一）乙\n" * n, 200),
}
PAGES = {
    "paragraphs": (lambda n: "<p>甲事情很多很多，完成。</p>" * n, 1600),
    "links": (lambda n: "<a href=x>甲</a>" * n, 2400),
    "cells": (lambda n: "<table>" + "<tr><td rowspan=9>甲<td>乙</tr>" * n, 800),
    "nests": (lambda n: ("<div>" * 100 + "甲" + "</div>" * 100) * n, 12),
    "tools": (lambda n: "大" * n + "x", 40000),
}


def seconds(read: Callable[[], object]) -> float:
    """The processor time of one run; a refusal is an answer, too."""
    begun = time.process_time()
    with contextlib.suppress(BadInput):
        read()
    return time.process_time() - begun


def grows_evenly(read: Callable[[int], object], size: int) -> bool:
    """Whether four times the size takes no more than ``MOST`` times as long, in one of three tries."""
    return any(seconds(lambda: read(4 * size)) <= MOST * seconds(lambda: read(size)) + FORGIVEN for _try in range(3))


@pytest.mark.parametrize("case", TEXTS)
def test_text_is_read_in_time_that_grows_evenly(case: str) -> None:
    make, size = TEXTS[case]
    data = {n: make(n).encode() for n in (size, 4 * size)}
    assert grows_evenly(lambda n: read_notice(data[n], "通知.txt"), size)


@pytest.mark.parametrize("case", PAGES)
def test_page_is_read_in_time_that_grows_evenly(case: str) -> None:
    make, size = PAGES[case]
    data = {n: f"<html><body>{make(n)}".encode() for n in (size, 4 * size)}
    assert grows_evenly(lambda n: page_content(data[n], "x"), size)


def document(paragraphs: int) -> bytes:
    numbering = (
        '<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>'
        '</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )
    one = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("word/numbering.xml", numbering)
        package.writestr(
            "word/document.xml", f'<w:document xmlns:w="w"><w:body>{one * paragraphs}</w:body></w:document>'
        )
    return made.getvalue()


def test_word_file_is_read_in_time_that_grows_evenly() -> None:
    data = {n: document(n) for n in (MOST_PARAGRAPHS // 16, MOST_PARAGRAPHS // 4)}
    assert grows_evenly(lambda n: word_content(data[n], "x"), MOST_PARAGRAPHS // 16)


def test_printed_lines_are_joined_in_time_that_grows_evenly() -> None:
    def pages(count: int) -> object:
        made = [[Piece("甲" * 28, 0, 280, 700 - 28 * line, 10) for line in range(22)] for _page in range(count)]
        return paragraphs(without_furniture(made))

    assert grows_evenly(pages, 50)

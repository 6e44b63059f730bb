"""What a saved web page shows of its main content: lines as a reader sees them, and tables with their merged cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from documents.foreign.content import Content, Grid, Remark
from documents.foreign.encodings import decoded, text_of
from documents.foreign.main_content import Page, kept_lines
from documents.foreign.packages import abnormal
from documents.foreign.page_table import PageTable

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DROPPED: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "option",
        "textarea",
        "svg",
        "canvas",
        "head",
    ]
)
_BLOCKS: Final = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "caption",
        "section",
        "article",
        "header",
        "main",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dd",
        "dt",
        "dl",
        "pre",
        "blockquote",
        "hr",
        "center",
        "fieldset",
        "figure",
        "td",
        "th",
        "body",
    ]
)
#: elements that a page is divided by, and that may hold its main content
_BOXES: Final = frozenset(["body", "div", "td", "section", "article", "main", "center"])
_ROLES: Final = frozenset(
    ["navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog"]
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3"})
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,20})", re.IGNORECASE)
_DECLARED: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
#: a line break in the page's source between two Chinese characters is no space
_JOINED: Final = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")


def page_content(data: bytes, name: str) -> Content:
    """The main content of a page, by the encoding it declares, else by the ladder for plain text."""
    declared = _CHARSET.search(data[:4096])
    marked = data[:2] in {b"\xff\xfe", b"\xfe\xff"} or data.startswith(b"\xef\xbb\xbf")
    remarks: tuple[Remark, ...] = ()
    if declared and not marked:
        source = decoded(data, declared[1].decode("ascii"), name)
    else:
        source, remarks = text_of(data, name)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(_DECLARED.sub("", source).encode("utf-8", "replace") or b"<html/>", parser)
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise abnormal(name)  # nested beyond any page: the parser leaves out what lies deeper, and says nothing
    if root is None:
        return Content("", (), remarks)
    walk = _Walk(root)
    return _content(walk.page, walk.grids, remarks)


def _content(page: Page, grids: list[Grid], remarks: tuple[Remark, ...]) -> Content:
    """The lines that are kept, with the places of the tables among them."""
    kept = kept_lines(page)
    before = [0]
    for keep in kept:
        before.append(before[-1] + keep)
    moved = tuple(
        Grid(tuple(row._replace(line=before[row.line - 1] + 1) for row in grid.rows), before[grid.last])
        for grid in grids
        if before[grid.last] > before[grid.rows[0].line - 1]
    )
    text = "\n".join(line.text for line, keep in zip(page.lines, kept, strict=True) if keep)
    return Content(text, moved, remarks)


class _Walk:
    """One walk through the page in order, without recursion: a hostile page may nest as deep as it likes."""

    def __init__(self, root: Element) -> None:
        self.page = Page(_flat(root.findtext(".//title") or "").strip())
        self.grids: list[Grid] = []
        self._tables: list[PageTable] = []
        self._starts: list[int] = []
        self._hidden = self._links = self._headings = 0
        for event, element in etree.iterwalk(root, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                self._start(element, tag)
                self._say(element.text)
            else:
                self._end(element, tag)
                self._say(element.tail)
        self.page.flush()

    def _start(self, element: Element, tag: str) -> None:
        self._hidden += _is_dropped(element, tag)
        self._links += tag == "a" and element.get("href") is not None
        self._headings += tag in _HEADINGS
        if tag in _BLOCKS and (tag not in {"td", "th"} or self._hidden):
            self._break()
        if tag in _BOXES:
            self._starts.append(len(self.page.lines))
        if tag == "table":
            if self._tables:
                self._tables[-1].layout = True
            self._tables.append(PageTable())
        elif self._tables and not self._hidden and tag == "tr":
            self._tables[-1].start_row(len(self.page.lines) + 1)
        elif self._tables and not self._hidden and tag in {"td", "th"}:
            self._tables[-1].start_cell(_span(element, "rowspan"), _span(element, "colspan"))

    def _end(self, element: Element, tag: str) -> None:
        if tag in {"td", "th"}:
            self.page.say(" ", link=False, heading=False)
            if self._tables:
                self._tables[-1].end_cell()
        elif tag in _BLOCKS and tag != "br":
            self._break()
        if tag in _BOXES:
            self.page.box(self._starts.pop())
        if tag == "table":
            grid = self._tables.pop().grid(len(self.page.lines))
            if grid is not None:
                self.grids.append(grid)
                self.page.no_boxes_within(grid.rows[0].line - 1)
        self._hidden -= _is_dropped(element, tag)
        self._links -= tag == "a" and element.get("href") is not None
        self._headings -= tag in _HEADINGS

    def _break(self) -> None:
        self.page.flush()
        if self._tables:
            self._tables[-1].say("\n")

    def _say(self, text: str | None) -> None:
        if not text or self._hidden:
            return
        flat = _flat(text)
        self.page.say(flat, link=self._links > 0, heading=self._headings > 0)
        if self._tables:
            self._tables[-1].say(flat)


def _span(element: Element, name: str) -> int:
    said = (element.get(name) or "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _is_dropped(element: Element, tag: str) -> bool:
    style = element.get("style")
    return (
        tag in _DROPPED
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or element.get("role") in _ROLES
        or bool(style and _HIDDEN.search(style))
    )


def _flat(text: str) -> str:
    """Blanks of the source as one space, none inside Chinese text."""
    if "\n" not in text and "\r" not in text:
        return text.replace("\t", " ")
    return _JOINED.sub("", _BLANKS.sub(" ", text))

"""The text of a saved web page: what a reader sees, one line for each paragraph, without menus and scripts."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from documents.foreign.content import Content, Remark
from documents.foreign.encodings import decoded, text_of
from documents.foreign.packages import abnormal

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
    ]
)
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]{2,20})", re.IGNORECASE)
_DECLARED: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_HIDDEN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
#: a line break in the page's source between two Chinese characters is no space
_JOINED: Final = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")


def page_content(data: bytes, name: str) -> Content:
    """The visible text of a page, by the encoding it declares, else by the ladder for plain text."""
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
    return Content("" if root is None else _visible_text(root), (), remarks)


def _visible_text(root: etree._Element) -> str:
    """Walk the page in order without recursion; a hostile page may nest as deep as it likes."""
    parts: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        dropped = tag in _DROPPED or _is_hidden(element)
        if event == "start":
            hidden += dropped
            if tag in _BLOCKS:
                parts.append("\n")
            if not hidden and element.text:
                parts.append(_flat(element.text))
            continue
        hidden -= dropped
        if tag in _BLOCKS and tag != "br":
            parts.append("\n")
        elif tag in {"td", "th"}:
            parts.append(" ")
        if not hidden and element.tail:
            parts.append(_flat(element.tail))
    return "\n".join(line.strip(" ") for line in "".join(parts).split("\n"))


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN.search(style))


def _flat(text: str) -> str:
    """Blanks of the source as one space, none inside Chinese text."""
    if "\n" not in text and "\r" not in text:
        return text.replace("\t", " ")
    return _JOINED.sub("", _BLANKS.sub(" ", text))

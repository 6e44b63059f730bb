"""OFD (GB/T 33190): a ZIP of XML. Told by its content, kept as it came; its pages are counted and its words shown.

Whether a seal in it holds cannot be verified here: that takes SM2 and the seal's own format, and is said so.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING, Final

from lxml import etree

from documents.foreign.packages import parts
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROOT: Final = "OFD.xml"
_MAX_PAGES: Final = 300
_UNREADABLE: Final = (KeyError, ValueError, etree.XMLSyntaxError)


def is_ofd(data: bytes) -> bool:
    """Whether it is a ZIP that has ``OFD.xml`` at its root."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _ROOT in package.NameToInfo
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False


def inspect_ofd(data: bytes, shown: str) -> tuple[int, bool]:
    """The number of pages and whether a digital signature is there; raises ``BadInput`` E-F07, E-F08 or E-G01."""
    package = parts(data, shown, _ROOT)
    try:
        pages = len(list(_page_parts(package)))
        signed = any(_local(node) == "Signatures" for node in _xml(package, _ROOT).iter())
    except _UNREADABLE:
        pages, signed = 0, False
    if not pages:
        raise BadInput(
            "E-G01",
            _("The OFD is damaged or has no pages."),
            where=shown,
            remedy=_("Export it again; or attach a scan or a PDF."),
        )
    return pages, signed


def ofd_words(data: bytes, shown: str) -> str:
    """The words of an OFD's text codes, line by line; raises as ``inspect_ofd``."""
    package = parts(data, shown, _ROOT)
    try:
        return "\n".join(line for part in _page_parts(package) for line in _lines(package, part))
    except _UNREADABLE:
        return ""


def _lines(package: Mapping[str, bytes], part: str) -> Iterator[str]:
    found = ((node.text or "").strip() for node in _xml(package, part).iter() if _local(node) == "TextCode")
    return (line for line in found if line)


def _page_parts(package: Mapping[str, bytes]) -> Iterator[str]:
    """The names of the parts that hold the pages, in their order."""
    for root in (node for node in _xml(package, _ROOT).iter() if _local(node) == "DocRoot"):
        document = _joined(_ROOT, root.text or "")
        pages = (node for node in _xml(package, document).iter() if _local(node) == "Page" and node.get("BaseLoc"))
        for number, page in enumerate(pages):
            if number >= _MAX_PAGES:
                return
            yield _joined(document, page.get("BaseLoc") or "")


def _joined(part: str, named: str) -> str:
    """A part as another one names it: from the root with a slash, else beside it."""
    whole = named if named.startswith("/") else posixpath.join(posixpath.dirname(part), named)
    return posixpath.normpath(whole).lstrip("/")


def _xml(package: Mapping[str, bytes], part: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(package[part], parser)


def _local(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2]  # a comment has a function for a tag: it is none of ours

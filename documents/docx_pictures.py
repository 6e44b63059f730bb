"""A drawing in a .docx: SVG for the programs that show it, beside it the PNG that every program shows."""

from __future__ import annotations

import io
from html import escape
from typing import TYPE_CHECKING, Any, Final

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from documents import docx_writing as w
from documents.plain_text import printable

if TYPE_CHECKING:
    from docx.document import Document

    from documents.paper import Picture

_EMU: Final = 12700  # in a point
_INLINE: Final = """<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:drawing>
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/>
<wp:docPr id="{id}" name="{name}" descr="{title}"/><a:graphic>
<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>
<pic:nvPicPr><pic:cNvPr id="{id}" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>
<pic:blipFill><a:blip r:embed="{png}"><a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">
<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="{svg}"/>
</a:ext></a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>
</w:drawing></w:r>"""


def pictured(document: Document, one: Picture, png: bytes) -> Any:
    """A paragraph that holds the drawing, as wide as it says."""
    part = document.part
    shown, _image = part.get_or_add_image(io.BytesIO(png))
    svg = Part(PackURI(f"/word/media/{one.name}.svg"), "image/svg+xml", one.svg.encode(), part.package)
    words = {
        "wide": round(one.width * _EMU),
        "high": round(one.height * _EMU),
        "id": sum(relation.reltype == RELATIONSHIP_TYPE.IMAGE for relation in part.rels.values()) + 1,
        "name": escape(one.name),
        "title": escape(printable(one.title)),
        "png": shown,
        "svg": part.relate_to(svg, RELATIONSHIP_TYPE.IMAGE),
    }
    element = w.paragraph(align=w.CENTRE)
    element.append(etree.fromstring(_INLINE.format(**words).replace("\n", "")))
    return element

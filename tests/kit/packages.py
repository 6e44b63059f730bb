"""Packages as other programs make them: an OFD of one page."""

from __future__ import annotations

import io
import zipfile


def ofd(*, signed_too: bool = False, root: str = "Doc_0/Document.xml") -> bytes:
    """A small OFD: one page with two words."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    signatures = "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>" if signed_too else ""
    text = "<ofd:TextObject><ofd:TextCode>{}</ofd:TextCode></ofd:TextObject>"
    parts = {
        "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>{root}</ofd:DocRoot>{signatures}</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document {space}><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
        "</ofd:Pages></ofd:Document>",
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {space}>{text.format('六月进展')}{text.format('已完成')}</ofd:Page>",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()

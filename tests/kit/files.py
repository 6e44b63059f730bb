"""Files of every kind as others make them: PDFs set by Typst, scans, documents of old office programs."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import typst
from PIL import Image
from pypdf import PdfReader, PdfWriter

from documents.fonts import installed, typefaces

PAGE = """
#set page(paper: "a4", margin: (left: 2.8cm, right: 2.6cm, top: 3.7cm, bottom: 3.5cm), footer: context align(center)[— #counter(page).display() —])
#set text(font: "FACE", size: 16pt, lang: "zh")
#set par(justify: true, first-line-indent: (amount: 2em, all: true), leading: 12pt)
"""


def set_pdf(source: str, before: str = PAGE) -> bytes:
    """A PDF of Typst source below the usual page of an official paper."""
    faces = typefaces(None)
    if faces is None:
        pytest.skip("no Chinese typeface is installed")
    made = typst.compile((before.replace("FACE", faces.body) + source).encode(), format="pdf", font_paths=installed())
    assert isinstance(made, bytes)
    return made


def scanned(pages: int = 1) -> bytes:
    """A PDF of pictures without a text layer."""
    data = io.BytesIO()
    pictures = [Image.new("L", (200, 280), 255) for _page in range(pages)]
    pictures[0].save(data, "PDF", save_all=True, append_images=pictures[1:])
    return data.getvalue()


def rewritten(data: bytes, change) -> bytes:
    """A PDF as pypdf writes it once something was done to it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def old_office(data: bytes, kind: str, new: str) -> bytes:
    """The bytes of a file in another format, by LibreOffice; a skipped test where it is not installed."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    with TemporaryDirectory() as folder:
        (Path(folder) / f"x.{kind}").write_bytes(data)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        writer = ["--infilter=HTML (StarWriter)"] if kind == "html" else []
        subprocess.run(
            [program, "--headless", profile, *writer, "--convert-to", new, "--outdir", f"{folder}/made", f"x.{kind}"],
            cwd=folder, check=True, capture_output=True, timeout=100,
        )  # fmt: skip
        (made,) = Path(folder, "made").iterdir()
        return made.read_bytes()


@pytest.fixture
def in_process(monkeypatch) -> None:
    """Foreign files are parsed here and not in a child, by the same parser and through JSON: quicker by its start."""
    import json

    from documents.foreign.child import answer
    from documents.foreign.confinement import Limits, _taken
    from documents.reading import files
    from models.language import current

    def parsed(parser: str, data: bytes, name: str) -> object:
        job = {"parser": parser, "name": name, "language": current(), "memory": 1000 * Limits().memory}
        return _taken(json.loads(json.dumps(answer(job, data))), name)

    monkeypatch.setattr(files, "confined", parsed)

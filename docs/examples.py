"""Draw the first pages of the papers for the guides: ``docs/papers/*.png``, from the cases that words are tried on.

    python docs/examples.py        write them anew (needs a Chinese typeface)

They are not part of ``make docs``: the picture depends on the typefaces of the machine.
"""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import pypdfium2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from documents.decomposition.paper import decomposition_paper  # noqa: E402 - the project's own rooms come after its folder
from documents.official import paper_files  # noqa: E402 - as above
from documents.reading.reader import read_notice  # noqa: E402 - as above
from documents.samples import SAMPLES  # noqa: E402 - as above
from simulation.example import example_notice  # noqa: E402 - as above

if TYPE_CHECKING:
    from documents.paper import Paper

FOLDER: Final = ROOT / "docs" / "papers"
#: dots per inch: the type of the body can just be read
DPI: Final = 88
GREYS: Final = 32


def papers() -> dict[str, Paper]:
    """What is drawn, by the name of its picture."""
    found = {kind: cast("Paper", sample.cases()["ordinary"]()) for kind, sample in SAMPLES.items()}
    return found | {"decomposition": decomposition_paper(read_notice(*example_notice()), date(2022, 6, 1))}


def picture(paper: Paper) -> bytes:
    """The first page as a small PNG."""
    document = pypdfium2.PdfDocument(paper_files(paper)["pdf"])
    try:
        image = document[0].render(scale=DPI / 72).to_pil()
    finally:
        document.close()
    made = io.BytesIO()
    image.convert("RGB").quantize(GREYS).save(made, "PNG", optimize=True)
    return made.getvalue()


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for name, paper in papers().items():
        file = FOLDER / f"{name}.png"
        file.write_bytes(picture(paper))
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()

"""The papers of a rehearsal: a sheet with the form's own code and a drawn seal, scanned as well as units scan.

No real seal is imitated: it is a ring with the word REHEARSAL. A day's papers are looked at in one child process.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from documents import form
from documents.evidence.codes import SIDE_MM, code_png
from documents.evidence.looking import look_at_all
from models.states import EvidenceKind
from simulation.scene import OFFICE_ID
from workflow import filings
from workflow.evidence import Looked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.evidence import PageCode
    from models.facts import FormFacts
    from simulation.cast import UnitCast
    from simulation.scene import Scene

#: dots to a millimetre: 102 dpi, as small as people dare to scan
_FINE: Final = 4
_SHEET_MM: Final = (210, 297)
_PAPER: Final = (251, 249, 242)
_RED: Final = (206, 32, 44)
_SEAL_MM: Final = 42
#: each so many-th unit lays the sheet crooked, scans it without colour
_CROOKED, _GREY = 3, 8


@dataclass(frozen=True, slots=True)
class Paper:
    """A form that a unit has printed, and the unit's place in the order of the office."""

    unit: UnitCast
    place: int
    facts: FormFacts


def hand_in(scene: Scene, papers: Sequence[Paper], now: datetime) -> None:
    """Sign and stamp the printed forms, scan them, look at the scans and attach them."""
    if not papers:
        return
    scans = [scan(form.page_code(paper.facts).on(1, last=True), paper.place) for paper in papers]
    files = [(data, f"{paper.facts.check_code}.jpg") for data, paper in zip(scans, papers, strict=True)]
    for paper, data, looked in zip(papers, scans, look_at_all(files, now), strict=True):
        stored = filings.StoredFile(scene.store.put(data), looked.facts.name, looked.facts.media_type, len(data))
        with scene.database.write(OFFICE_ID) as connection:
            filings.attach(
                connection,
                OFFICE_ID,
                paper.unit.leader,
                paper.facts.check_code,
                stored,
                EvidenceKind.SCAN,
                "单位负责人",
                f"{paper.unit.name}公章",
                now,
                looked=Looked(looked.paper, looked.signatures),
            )


def scan(code: PageCode, place: int) -> bytes:
    """The one sheet of a form as JPEG; the same code and place give the same bytes."""
    sheet = Image.new("RGB", (_SHEET_MM[0] * _FINE, _SHEET_MM[1] * _FINE), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for row in range(40, 150, 9):  # lines stand for the text
        pen.line((20 * _FINE, row * _FINE, (190 - row % 40) * _FINE, row * _FINE), fill=(70, 70, 70), width=3)
    printed = Image.open(io.BytesIO(code_png(code))).convert("RGB")
    side = SIDE_MM * _FINE
    sheet.paste(printed.resize((side, side), Image.Resampling.BOX), (20 * _FINE, 262 * _FINE))
    pen.text((45 * _FINE, 268 * _FINE), f"{code.check_code} REHEARSAL", fill=(20, 20, 20))
    _stamp(pen, 140 * _FINE, 200 * _FINE)
    if place % _CROOKED == 0:
        sheet = sheet.rotate(1.5, resample=Image.Resampling.BICUBIC, fillcolor=_PAPER)
    made = io.BytesIO()
    (sheet.convert("L") if place % _GREY == _GREY - 1 else sheet).save(made, "JPEG", quality=70, dpi=(102, 102))
    return made.getvalue()


def _stamp(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A ring, a star, a word."""
    radius = _SEAL_MM * _FINE / 2
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_RED, width=5)
    star = [
        (x + far * sin(n * pi / 5), y - far * cos(n * pi / 5))
        for n in range(10)
        for far in (radius * (0.34 if n % 2 == 0 else 0.13),)
    ]
    pen.polygon(star, fill=_RED)
    pen.text((x - radius * 0.4, y + radius * 0.45), "REHEARSAL", fill=_RED)

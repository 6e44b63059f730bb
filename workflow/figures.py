"""An indicator's figure as people write it: with thousands signs, full-width digits, the unit behind it (row 24)."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

from models.errors import BadInput
from models.language import _

_FIGURE: Final = re.compile(r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?P<unit>\D.*)?")
LONGEST: Final = 60


def read_figure(text: str, name: str, unit: str) -> float:
    """The figure of an indicator counted in ``unit``; E-V05 when it is none, E-V07 when another unit is said."""
    found = _FIGURE.fullmatch(_plain(text)) if len(text) <= LONGEST else None
    value = float(found["number"].replace(",", "")) if found else math.nan
    if found is None or not math.isfinite(value):
        raise BadInput(
            "E-V05",
            _("“{text}” is no number.").format(text=text[:LONGEST]),
            where=name,
            remedy=_("Write NAME=3.5, or NAME=?why there is none."),
        )
    said = found["unit"] or ""
    if said and said != _plain(unit):
        raise BadInput(
            "E-V07",
            _("“{text}”: this indicator is counted in {unit}.").format(text=text, unit=unit or "1"),
            where=name,
            remedy=_("Convert the figure and give it without a unit."),
        )
    return value


def _plain(text: str) -> str:
    """Full-width digits and signs as half-width ones, ㎡ as m2."""
    return unicodedata.normalize("NFKC", text).strip().replace("−", "-")

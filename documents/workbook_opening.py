"""Opening an .xlsx that somebody sends: weighed first, so that a hostile or broken file is refused and never half read."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, Final

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

from documents.foreign.packages import abnormal, parts
from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_MOST_BYTES: Final = 20 * 1024 * 1024
#: openpyxl makes an object of every cell under a merged range: a range of a few letters can mean 17 thousand million
_MOST_MERGED: Final = 500_000
_MERGED: Final = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\s[^>]{0,200}?ref=[\"']\$?([A-Za-z]{1,3})\$?(\d{1,7}):\$?([A-Za-z]{1,3})\$?(\d{1,7})[\"']"
)


def open_book(data: bytes, name: str, *, values: bool = False) -> Workbook:
    """The workbook in a file, its formulas or the ``values`` they last had; ``name`` is what people call it.

    ``BadInput`` E-F01 to E-F09 says why it cannot be one.
    """
    if not data:
        raise BadInput("E-F01", _("The file is empty (0 bytes)."), where=name, remedy=_("Choose the file again."))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(
            "E-F09", _("This is an old .xls file or one with a password."), where=name, remedy=_("Save it as .xlsx.")
        )
    if len(data) > _MOST_BYTES:
        raise BadInput("E-F02", _("The file is larger than {limit} MB.").format(limit=20), where=name)
    if not data.startswith(b"PK"):
        raise BadInput("E-F03", _("This is not an .xlsx workbook."), where=name, remedy=_("Save it as .xlsx."))
    pieces = parts(data, name, "xl/workbook.xml")
    if sum(_merged(piece) for piece in pieces.values()) > _MOST_MERGED:
        raise abnormal(name)
    try:
        with warnings.catch_warnings():  # openpyxl warns of extensions it drops; none of ours are among them
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(data), data_only=values)
    except Exception:  # noqa: BLE001 - openpyxl raises whatever the broken part provokes; all of it means one thing
        raise abnormal(name) from None


def _merged(piece: bytes) -> int:
    """How many cells lie under the merged ranges of a part."""
    return sum(
        (1 + abs(_column(right) - _column(left))) * (1 + abs(int(bottom) - int(top)))
        for left, top, right, bottom in _MERGED.findall(piece)
    )


def _column(letters: bytes) -> int:
    return column_index_from_string(letters.decode())

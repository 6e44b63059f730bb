"""PDF by Typst from a template of ours and plain data.

The data travels as JSON in one input string and is only ever shown as text, so nothing a user wrote can become
markup or code. The templates import no packages: nothing is fetched. The creation time is the paper's own date, so
the same data gives the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typst

from documents.fonts import installed, typefaces
from documents.plain_text import cleaned
from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

TEMPLATES: Final = Path(__file__).parent / "templates"


def no_chinese_font() -> EnvironmentRefused:
    """The refusal E-P01: no Chinese typeface on this machine, and how to get one."""
    return EnvironmentRefused(
        "E-P01",
        _("No Chinese typeface is installed, so no PDF can be made."),
        remedy=_("On Debian: sudo apt-get install fonts-noto-cjk"),
    )


def pdf(template: str, data: Mapping[str, Any], *, dated: date, fonts: typst.Fonts | None = None) -> bytes:
    """Set ``templates/<template>`` with ``data``, a paper of the day ``dated``.

    Raises ``EnvironmentRefused`` E-P01 where no Chinese typeface is installed. ``fonts`` replaces the machine's.
    """
    faces = typefaces(fonts)
    if faces is None:
        raise no_chinese_font()
    inputs = json.dumps({**cleaned(dict(data)), "faces": asdict(faces)}, ensure_ascii=False)
    made = typst.compile(
        _source(template),
        format="pdf",
        font_paths=fonts or installed(),
        sys_inputs={"data": inputs},
        timestamp=datetime.combine(dated, time(0, 0), UTC),
        pdf_tags=False,
    )
    assert isinstance(made, bytes)
    return made


@cache
def _source(template: str) -> bytes:
    return (TEMPLATES / template).read_bytes()

"""PDF by Typst from a template of ours and plain data, set in a child process.

The data travels as JSON in one input string and is only ever shown as text, so nothing a user wrote can become
markup or code. The templates import no packages: nothing is fetched. The creation time is the paper's own date, so
the same data gives the same bytes. The child (``python -m documents.typesetting``) takes its Chinese typefaces, some
100 MB once loaded, with it when it ends: a service that runs for months does not keep them.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typst

from documents.fonts import installed, typefaces
from documents.plain_text import cleaned
from models.errors import EnvironmentRefused
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

TEMPLATES: Final = Path(__file__).parent / "templates"
#: a summary of 600 tasks takes about one second; what takes a minute does not end
WALL_SECONDS: Final = 60
_DRAWINGS: Final = "drawings.typ"
_DOTS: Final = 300.0


def no_chinese_font() -> EnvironmentRefused:
    """The refusal E-P01: no Chinese typeface on this machine, and how to get one."""
    return EnvironmentRefused(
        "E-P01",
        _("No Chinese typeface is installed, so no PDF can be made."),
        remedy=_("On Debian: sudo apt-get install fonts-noto-cjk"),
    )


def pdf(template: str, data: Mapping[str, Any], *, dated: date, fonts: typst.Fonts | None = None) -> bytes:
    """Set ``templates/<template>`` with ``data``, a paper of the day ``dated``.

    Raises ``EnvironmentRefused``: E-P01 where no Chinese typeface is installed (``fonts`` stands for the machine's),
    E-P02 where setting it did not come to an end.
    """
    faces = typefaces(fonts)
    if faces is None:
        raise no_chinese_font()
    inputs = json.dumps({**cleaned(dict(data)), "faces": asdict(faces)}, ensure_ascii=False)
    return _set({"template": template, "dated": dated.isoformat(), "inputs": inputs})[0]


def pngs(drawings: Sequence[str], *, fonts: typst.Fonts | None = None) -> list[bytes]:
    """Drawings (SVG) as PNG, 300 dots an inch; raises as ``pdf`` does."""
    if not drawings:
        return []
    if typefaces(fonts) is None:
        raise no_chinese_font()
    return _set({"template": _DRAWINGS, "dated": "", "inputs": json.dumps(list(drawings), ensure_ascii=False)})


def _set(job: Mapping[str, str]) -> list[bytes]:
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "documents.typesetting"],
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=WALL_SECONDS,
            check=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        )
    except subprocess.SubprocessError as error:
        raise EnvironmentRefused(
            "E-P02",
            _("The PDF could not be set."),
            where=job["template"],
            remedy=_("Try again with more memory free; the .docx holds the same paper."),
        ) from error
    return [base64.b64decode(made) for made in json.loads(done.stdout)]


def _child() -> None:
    job = json.load(sys.stdin)
    source, fonts, told = (TEMPLATES / job["template"]).read_bytes(), installed(), {"data": job["inputs"]}
    made: Any  # a list of pages where a picture has several
    if job["template"] == _DRAWINGS:
        made = typst.compile(source, format="png", ppi=_DOTS, font_paths=fonts, sys_inputs=told)
    else:
        moment = datetime.combine(datetime.fromisoformat(job["dated"]), time(0, 0), UTC)
        made = typst.compile(source, format="pdf", font_paths=fonts, sys_inputs=told, timestamp=moment, pdf_tags=False)
    files = made if isinstance(made, list) else [made]
    json.dump([base64.b64encode(file).decode() for file in files], sys.stdout)


if __name__ == "__main__":
    _child()

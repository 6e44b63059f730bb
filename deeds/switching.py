"""Setting lines in duban.toml for a person: the file of before stays beside it, and the new one is whole or not there."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Final

from models.disk import write_whole
from models.errors import EnvironmentRefused
from models.language import _
from models.settings import FILE_NAME
from workflow.toml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: what the file of before is called
KEPT: Final = f"{FILE_NAME}.before-move"


def setting(key: str, value: str) -> str:
    """The line of a setting."""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def switch(home: Path, values: Mapping[str, str]) -> Path:
    """Set general settings in the file of a home folder; returns where the file of before lies. E-C14 leaves it as it is."""
    file, kept = home / FILE_NAME, home / KEPT
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    after = before
    for key, value in values.items():
        after = _with(after, key, value)
    said = tomllib.loads(after)
    if {key: said.get(key) for key in values} != dict(values):
        raise EnvironmentRefused(
            "E-C14",
            _("The settings file could not be changed safely; it is as it was."),
            where=FILE_NAME,
            remedy=_("Write these lines into it by hand: {lines}").format(
                lines="; ".join(setting(key, value) for key, value in values.items())
            ),
        )
    write_whole(kept, before.encode())
    write_whole(file, after.encode())
    return kept


def _with(text: str, key: str, value: str) -> str:
    """The text with the setting in the place of its line, or of the line that is commented out, else at the top."""
    lines, number = text.splitlines(), line_of(text, key)
    if not number:
        shy = re.compile(rf"#\s*{key}\s*=")
        number = next((place for place, line in enumerate(lines, 1) if shy.match(line)), 0)
    if number:
        lines[number - 1] = setting(key, value)
    else:
        lines.insert(0, setting(key, value))
    return "\n".join(lines) + "\n"

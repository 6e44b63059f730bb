"""Where something stands in a TOML text, so that a refusal can name the line; tomllib keeps no places."""

from __future__ import annotations

import re
from typing import Final

_HEADER: Final = re.compile(r"\[+\s*([\w.]+)\s*\]+")


def line_of(text: str, key: str, section: str = "", place: int = 0) -> int:
    """The 1-based line of a key in the ``place``-th ``[[section]]``, or of its header when the key is not there.

    Without a section: the first line that gives the key or has it as its header; 0 when there is none.
    """
    inside, count, header = not section, -1, 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        named = _HEADER.match(bare)
        if named and section:
            count += named.group(1) == section
            inside = named.group(1) == section and count == place
            header = number if inside else header
        if inside and key and re.match(rf"\[*\s*[\"']?{re.escape(key)}[\"']?\s*[\]=.]", bare):
            return number
    return header

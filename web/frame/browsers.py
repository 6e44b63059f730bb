"""A browser's own words about itself, as people would name it."""

from __future__ import annotations

import re
from typing import Final

from models.language import _

#: the first that is found counts: browsers name those they come from, too
_BROWSERS: Final = (
    ("360", r"360SE|360EE|QIHU"),
    ("Sogou", r"MetaSr|SE 2"),
    ("QQ", r"QQBrowser"),
    ("WeChat", r"MicroMessenger"),
    ("Edge", r"Edg[A-Z]?[/e]"),
    ("Firefox", r"Firefox/"),
    ("Chrome", r"Chrom(?:e|ium)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS: Final = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("UOS", r"UOS|Deepin"),
    ("Kylin", r"Kylin"),
    ("Linux", r"Linux"),
)


def browser_words(said: str) -> str:
    """``Chrome · Windows``; empty for a terminal, which says nothing."""
    if not said:
        return ""
    found = [next((name for name, mark in kinds if re.search(mark, said)), "") for kinds in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or _("another browser")

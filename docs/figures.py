"""Writes the figures of a run of the tests into docs/reliability.md. Run by ``make reliability`` (``SHORT=1``: without the long
tests).

A test that counts something says so with ``record_property("figure", "<name>=<number>")``; pytest puts that into the
XML that this script is given, or into several where the tests were run in parts. Counts of one name are added up over
the tests, and a name without a sentence here is an error, so that no figure is lost and none stands without its meaning.
"""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE: Final = Path(__file__).resolve().with_name("reliability.md")
BEGIN, END = "<!-- figures:begin (make reliability) -->", "<!-- figures:end -->"
#: what is counted, in the order of the page
MEANING: Final = {
    "years": "whole years of the whole city, with faults and then without",
    "months": "months of a small city, with faults and then without",
    "deaths": "deaths of simulated processes in them",
    "actions": "actions of simulated people in them",
    "mutants": "planted faults, each killed by the tests",
    "kills": "kill -9 of real processes",
    "acknowledged": "acknowledged actions before those kills, none of them lost",
    "cuts": "power cuts with unsynced writes lost, kept or torn, no acknowledged action lost",
    "errors": "I/O errors put into a sync, each of which ended the process",
    "races": "attempts on tasks that others acted on at the same moment",
    "decided": "reminders decided by several schedulers at once, none twice",
    "cells": "cells of the permissions, each done or denied for real",
    "refused": "refused inputs, each with its sentence and without a trace",
    "bytes": "documents damaged byte by byte, none hung, none ended in a traceback",
    "steps": "steps of random walks over the engine",
    "texts": "fields filled with hostile text",
}


def counted(reports: Sequence[Path]) -> Counter[str]:
    """The figures of a run, by name; raises ValueError for a name without a meaning."""
    found: Counter[str] = Counter()
    properties = (one for report in reports for one in etree.parse(str(report)).iterfind(".//property[@name='figure']"))
    for one in properties:
        name, _, number = str(one.get("value")).partition("=")
        if name not in MEANING:
            raise ValueError(f"no sentence says what the figure {name!r} means")
        found[name] += int(number)
    return found


def table(found: Counter[str], day: str, *, short: bool) -> str:
    """The figures as they stand on the page."""
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    which = "what `make test` runs of it" if short else "the long tests included"
    rows = [f"| {found[name]:,} | {meaning} |" for name, meaning in MEANING.items() if found[name]]
    return "\n".join([f"Run on {day}, {machine}, {which}:", "", "| number | of what |", "|---|---|", *rows, ""])


def main(reports: Sequence[Path], day: str, *, short: bool) -> None:
    """Put the table between the marks of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(
        f"{before}{BEGIN}\n{table(counted(reports), day, short=short)}{END}{rest.split(END)[1]}", encoding="utf-8"
    )
    print(PAGE)


if __name__ == "__main__":
    named = [Path(word) for word in sys.argv[1:] if word != "short"]
    main(named, datetime.now(UTC).date().isoformat(), short="short" in sys.argv)

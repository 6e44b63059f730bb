"""The schema: a SQLModel class a table. Migrations are compared with it, and ``models/tables.py`` is written from it.

No command and no page imports it: nobody works with rows as objects (decision 0002), and their classes take longer to
build than everything else a command does (decision 0042).
"""

from __future__ import annotations

from models.rows import (
    flow,
    message,
    notice,
    office,
    paper,
    parcel,
    phrase,
    problem,
    serving,
    task,
    template,
    trail,
    webhook,
)
from models.rows.base import metadata

__all__ = [
    "flow",
    "message",
    "metadata",
    "notice",
    "office",
    "paper",
    "parcel",
    "phrase",
    "problem",
    "serving",
    "task",
    "template",
    "trail",
    "webhook",
]

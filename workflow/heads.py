"""Heads of the trail kept outside the database: a cut-off tail or a recomputed chain shows against them.

Each head is one line of a file per office in a second folder; it is also printed short on every summary and can be
mailed. Source: design section 10, ``reliability.md`` I11, I18.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models import tables as t
from models.errors import EnvironmentRefused
from models.language import _
from workflow import audit

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from workflow.audit import Head


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head as it was written down: when, under which epoch of the database, and what."""

    at: datetime
    epoch: int
    seq: int
    hash: str


def head_file(folder: Path, office_id: int) -> Path:
    """The file of an office's heads."""
    return folder / f"office-{office_id}.heads"


def keep(folder: Path, connection: Connection, office_id: int, now: datetime) -> Head:
    """Write the present head down, synced, unless it is the last one already; a trail without events has none."""
    head = audit.head(connection, office_id)
    last = latest(folder, office_id)
    if head.seq == 0 or (last is not None and (last.seq, last.hash) == (head.seq, head.hash)):
        return head
    epoch = connection.scalar(sa.select(t.office.c.epoch).where(t.office.c.id == office_id)) or 1
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"at": now.isoformat(), "epoch": epoch, "seq": head.seq, "hash": head.hash})
    with head_file(folder, office_id).open("a", encoding="utf-8") as file:
        # after a line cut short by a power failure the next one must not be glued to it
        file.write(("" if _ends_whole(folder, office_id) else "\n") + line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return head


def _ends_whole(folder: Path, office_id: int) -> bool:
    data = head_file(folder, office_id).read_bytes()
    return not data or data.endswith(b"\n")


def read(folder: Path, office_id: int) -> list[KeptHead]:
    """Every head written down, oldest first; a half-written last line is passed over."""
    file = head_file(folder, office_id)
    if not file.exists():
        return []
    kept = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        kept.append(KeptHead(datetime.fromisoformat(row["at"]), row["epoch"], row["seq"], row["hash"]))
    return kept


def latest(folder: Path, office_id: int) -> KeptHead | None:
    """The last head written down."""
    kept = read(folder, office_id)
    return kept[-1] if kept else None


def check_not_behind(folder: Path, connection: Connection, office_id: int) -> None:
    """Refuse to go on with a database older than its last outside head (a restored backup); E-B07."""
    last = latest(folder, office_id)
    if last is None:
        return
    present = connection.scalar(
        sa.select(t.event.c.hash).where(t.event.c.office_id == office_id, t.event.c.seq == last.seq)
    )
    epoch = connection.scalar(sa.select(t.office.c.epoch).where(t.office.c.id == office_id)) or 1
    if present == last.hash or epoch > last.epoch:
        return
    raise EnvironmentRefused(
        "E-B07",
        _("The database is behind, or beside, head {seq} that was written down on {day}.").format(
            seq=last.seq, day=last.at.date().isoformat()
        ),
        remedy=_("If you restored a backup on purpose, confirm it with: duban restore --confirm"),
    )

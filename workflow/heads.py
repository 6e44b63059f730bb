"""Heads of the trail kept outside the database: a cut-off tail or a recomputed chain shows against them.

Each head is one line of a file per office in a second folder; it is also printed short on every summary and can be
mailed. Each bears the installation that wrote it: a restored copy must not write among the heads of the office that
lives on. Heads that a confirmed restore left behind are explained by that confirmation, and only by it. Source: design
section 10, ``reliability.md`` I11, I18.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.disk import make_folder, sync, sync_folder
from models.errors import EnvironmentRefused
from models.language import _
from models.statements import Statement
from models.states import Result
from workflow import audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from workflow.audit import Head

#: the yes to a restore; its detail names the heads that it explains
CONFIRMED: Final = "restore.confirm"
#: events that begin an installation of their own
BEGINNINGS: Final = ("office.set_up", "restore")
#: bytes in which the last line stands whole, after one that was cut short, too
_LAST_LINES: Final = 2048
_BEGINNING: Final = Statement(
    sa.select(t.event.c.detail)
    .where(
        t.event.c.office_id == sa.bindparam("office"),
        sa.or_(*(t.event.c.action == action for action in BEGINNINGS)),
        t.event.c.result == Result.DONE.value,
    )
    .order_by(t.event.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head as it was written down: when, under which epoch of the database, and what."""

    at: datetime
    epoch: int
    seq: int
    hash: str
    #: which installation wrote it; empty = written by none that has a name
    installation: str = ""


def head_file(folder: Path, office_id: int) -> Path:
    """The file of an office's heads."""
    return folder / f"office-{office_id}.heads"


def installation(connection: Connection, office_id: int) -> str:
    """The name of this installation: given when the office was set up, and anew with each restore into a folder."""
    detail = _BEGINNING.scalar(connection, {"office": office_id})
    return str((detail or {}).get("installation", ""))


def foreign(folder: Path, connection: Connection, office_id: int) -> bool:
    """Whether the heads kept in the folder are those of another installation."""
    return _of_another(latest(folder, office_id), installation(connection, office_id))


def _of_another(last: KeptHead | None, mine: str) -> bool:
    return last is not None and last.installation not in {"", mine}


def refuse_foreign(folder: Path, connection: Connection, office_id: int) -> None:
    """Leave the heads of another installation alone until an operator says that this one takes its place; E-B16."""
    if foreign(folder, connection, office_id):
        raise _foreign(folder)


def _foreign(folder: Path) -> EnvironmentRefused:
    own = _("Name a folder of its own with the setting heads.")
    gone = _("If the other installation is gone for good, take its place with: duban restore --confirm")
    return _belongs(folder, f"{own} {gone}")


def refuse_taken(folder: Path, office_id: int) -> None:
    """A new office has no heads yet: whatever lies there is another's; E-B16."""
    if latest(folder, office_id) is not None:
        raise _belongs(folder, _("Name a folder of its own with the setting heads."))


def _belongs(folder: Path, remedy: str) -> EnvironmentRefused:
    what = _("The heads kept in this folder are those of another installation.")
    return EnvironmentRefused("E-B16", what, where=folder.name, remedy=remedy)


def keep(folder: Path, connection: Connection, office_id: int, now: datetime, *, claim: bool = False) -> Head:
    """Write the present head down, synced, unless it is the last one already; a trail without events has none.

    ``claim``: an operator said that this installation takes the place of the one that wrote here before.
    """
    head, mine = audit.head(connection, office_id), installation(connection, office_id)
    last = latest(folder, office_id)
    if not claim and _of_another(last, mine):
        raise _foreign(folder)
    known = last is not None and (last.seq, last.hash) == (head.seq, head.hash)
    if head.seq == 0 or (known and not (claim and last is not None and last.installation != mine)):
        return head
    epoch = connection.scalar(sa.select(t.office.c.epoch).where(t.office.c.id == office_id)) or 1
    line = json.dumps({"at": now.isoformat(), "epoch": epoch, "seq": head.seq, "hash": head.hash, "installation": mine})
    try:
        _append(folder, office_id, line)
    except OSError as error:
        raise EnvironmentRefused(
            "E-507",
            _("The head of the trail could not be written into the folder of heads."),
            where=folder.name,
            remedy=_("Check the disk."),
        ) from error
    return head


def _append(folder: Path, office_id: int, line: str) -> None:
    make_folder(folder)
    with head_file(folder, office_id).open("a", encoding="utf-8") as file:
        # after a line cut short by a power failure the next one must not be glued to it
        file.write(("" if _ends_whole(folder, office_id) else "\n") + line + "\n")
        file.flush()
        sync(file.fileno())
    sync_folder(folder)


def _ends_whole(folder: Path, office_id: int) -> bool:
    return _end(head_file(folder, office_id), 1) in {b"", b"\n"}


def _end(file: Path, size: int) -> bytes:
    """So many of its last bytes."""
    with file.open("rb") as kept:
        kept.seek(max(0, kept.seek(0, os.SEEK_END) - size))
        return kept.read()


def read(folder: Path, office_id: int) -> list[KeptHead]:
    """Every head written down, oldest first; a half-written last line is passed over."""
    file = head_file(folder, office_id)
    if not file.exists():
        return []
    return _heads(file.read_text(encoding="utf-8", errors="replace").splitlines())


def _heads(lines: Iterable[str]) -> list[KeptHead]:
    kept = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        at, mine = datetime.fromisoformat(row["at"]), row.get("installation", "")
        kept.append(KeptHead(at, row["epoch"], row["seq"], row["hash"], mine))
    return kept


def latest(folder: Path, office_id: int) -> KeptHead | None:
    """The last head written down: of a file that grows for years only the end is read."""
    file = head_file(folder, office_id)
    if not file.exists():
        return None
    end = _end(file, _LAST_LINES)
    whole = end if len(end) < _LAST_LINES else end.partition(b"\n")[2]
    kept = _heads(whole.decode("utf-8", "replace").splitlines()) or read(folder, office_id)
    return kept[-1] if kept else None


def stands(connection: Connection, office_id: int, kept: KeptHead) -> bool:
    """Whether the trail still holds the event whose hash was written down."""
    e = t.event.c
    return connection.scalar(sa.select(e.hash).where(e.office_id == office_id, e.seq == kept.seq)) == kept.hash


def unexplained(connection: Connection, office_id: int, kept: Sequence[KeptHead]) -> list[KeptHead]:
    """The heads that are neither in the trail nor named by a confirmed restore that is in it."""
    named = _named(connection, office_id)
    return [
        one for one in kept if one.seq and (one.seq, one.hash) not in named and not stands(connection, office_id, one)
    ]


def _named(connection: Connection, office_id: int) -> set[tuple[int, str]]:
    """Every head that some confirmation in the trail names as lying beyond the database that was gone on with."""
    e = t.event.c
    details = connection.scalars(
        sa.select(e.detail).where(e.office_id == office_id, e.action == CONFIRMED, e.result == Result.DONE.value)
    )
    return {(seq, sha) for detail in details for seq, sha in detail.get("beyond", [])}


def proven(connection: Connection, office_id: int, kept: Sequence[KeptHead]) -> audit.Head:
    """The furthest head that the trail still agrees with: up to it nothing was lost or written anew."""
    standing = [one for one in kept if one.seq and stands(connection, office_id, one)]
    last = max(standing, key=lambda one: one.seq, default=None)
    return audit.Head(last.seq, last.hash) if last else audit.Head(0, audit.GENESIS)


def check_not_behind(folder: Path, connection: Connection, office_id: int) -> None:
    """Refuse to go on with a database older than its last outside head (a restored backup); E-B07."""
    refuse_foreign(folder, connection, office_id)
    last = latest(folder, office_id)
    if last is None or not unexplained(connection, office_id, [last]):
        return
    raise EnvironmentRefused(
        "E-B07",
        _("The database is behind, or beside, head {seq} that was written down on {day}.").format(
            seq=last.seq, day=last.at.date().isoformat()
        ),
        remedy=_("If you restored a backup on purpose, confirm it with: duban restore --confirm"),
    )

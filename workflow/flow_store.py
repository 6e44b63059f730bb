"""The versions of the flows: those that come with the program, those an office installed, the one a task pins.

A version is its text and is known by the text's SHA-256, so it is read once a process whoever asks for it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import NotFound, Refused
from models.language import _, listed
from workflow import audit, permissions
from workflow.flow_reading import read_flow

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor
    from workflow.flow import Flow

FOLDER: Final = Path(__file__).parent / "flows"
#: what a month runs in, and what the ledger runs in, unless the office chooses otherwise
MONTHLY, LEDGER = "monthly_report", "problem_ledger"
#: the flows that come with the program, each a file of the folder; the plain month first
SHIPPED: Final = tuple(sorted((file.stem for file in FOLDER.glob("*.toml")), key=lambda name: (name != MONTHLY, name)))

_VERSION: Final = sa.select(t.flow.c.text).where(
    t.flow.c.office_id == sa.bindparam("office"), t.flow.c.sha256 == sa.bindparam("sha256")
)
_NEWEST: Final = (
    sa.select(t.flow.c.text)
    .where(t.flow.c.office_id == sa.bindparam("office"), t.flow.c.name == sa.bindparam("name"))
    .order_by(t.flow.c.rank.desc())
    .limit(1)
)


@cache
def shipped(name: str) -> Flow:
    """A flow as it comes with this program; ``KeyError`` for a name that is none of ``SHIPPED``."""
    if name not in SHIPPED:
        raise KeyError(name)
    return _read((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def _read(text: str) -> Flow:
    return read_flow(text)


#: versions already read in this process, by SHA-256: they cannot change
_known: dict[str, Flow] = {}


def pinned(connection: Connection, office_id: int, sha256: str) -> Flow:
    """The version that a task pins; every version ever pinned is kept."""
    flow = _known.get(sha256)
    if flow is None:
        text = connection.scalar(_VERSION, {"office": office_id, "sha256": sha256})
        assert text is not None, "a foreign key keeps every pinned version"
        flow = _known[sha256] = _read(text)
    return flow


def in_force(connection: Connection, office_id: int, name: str) -> Flow:
    """The version that new tasks of a flow pin: the one installed last; E-404 when there is none."""
    text = connection.scalar(_NEWEST, {"office": office_id, "name": name})
    if text is None:
        names = sorted({row.name for row in versions(connection, office_id)})
        raise NotFound(
            "E-404",
            _("{kind} {number} was not found.").format(kind=_("Flow"), number=name),
            remedy=_("Installed are: {names}").format(names=listed(names) or "–"),
        )
    return _read(text)


def versions(connection: Connection, office_id: int) -> list[sa.Row[tuple[int, str, str, str, datetime]]]:
    """Every installed version, the one in force of each flow last: id, name, SHA-256, who installed it and when (UTC)."""
    f = t.flow.c
    query = sa.select(f.id, f.name, f.sha256, f.installed_by, f.installed_at).where(f.office_id == office_id)
    return list(connection.execute(query.order_by(f.rank)))


def every(connection: Connection, office_id: int) -> list[Flow]:
    """Every version that was ever installed, read."""
    return [pinned(connection, office_id, row.sha256) for row in versions(connection, office_id)]


def words(connection: Connection, office_id: int) -> dict[str, str]:
    """Every action and state of every version as people call it, for a trail that outlives versions."""
    found: dict[str, str] = {}
    for flow in every(connection, office_id):
        found |= words_of(flow)
    return found


def words_of_tasks(connection: Connection, office_id: int, tasks: Collection[int]) -> dict[int, dict[str, str]]:
    """By task of some tasks, its own flow's words: “reported” is called otherwise in another flow. Names it lacks are in ``words``."""
    k = t.task.c
    query = sa.select(k.id, k.flow_sha256).where(k.office_id == office_id, k.id.in_(tasks))
    rows = connection.execute(query).all()
    of = {sha: words_of(pinned(connection, office_id, sha)) for sha in {row.flow_sha256 for row in rows}}
    return {row.id: of[row.flow_sha256] for row in rows}


def words_of(flow: Flow) -> dict[str, str]:
    """A flow's own actions and states as people call them."""
    return {name: label.here for name, label in flow.actions.items()} | {s.name: s.label.here for s in flow.states}


def install_shipped(connection: Connection, office_id: int, actor: Actor, now: datetime) -> None:
    """Give a new office the flows that come with the program."""
    for name in SHIPPED:
        _put(connection, office_id, actor, shipped(name), now)


def install(connection: Connection, office_id: int, actor: Actor, flow: Flow, now: datetime) -> bool:
    """Make a version the one in force for new tasks; False when it is in force already. Tasks keep what they pin."""
    role = permissions.demand(actor, "flow.install")
    known = [row for row in versions(connection, office_id) if row.name == flow.name]
    _same_kind(flow, pinned(connection, office_id, known[-1].sha256) if known else None)
    if known and known[-1].sha256 == flow.sha256:
        return False
    _put(connection, office_id, actor, flow, now)
    detail = {"name": flow.name, "sha256": flow.sha256, "before": known[-1].sha256 if known else ""}
    entry = audit.Entry("flow.install", "flow", role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return True


def _same_kind(flow: Flow, before: Flow | None) -> None:
    """A name stands for one kind of record: months and the ledger find their flow by it."""
    if before is not None and before.about != flow.about:
        raise Refused(
            "E-W07",
            _("“{name}” has been a flow about “{before}”, and this one is about “{about}”.").format(
                name=flow.name, before=before.about, about=flow.about
            ),
            where=flow.title.here,
            remedy=_("Give it another name."),
        )


def _put(connection: Connection, office_id: int, actor: Actor, flow: Flow, now: datetime) -> None:
    f = t.flow
    rank = (connection.scalar(sa.select(sa.func.max(f.c.rank)).where(f.c.office_id == office_id)) or 0) + 1
    again = sa.update(f).where(f.c.office_id == office_id, f.c.sha256 == flow.sha256).values(rank=rank)
    if connection.execute(again).rowcount:
        return
    insert(
        connection, f, office_id, name=flow.name, sha256=flow.sha256, text=flow.text, rank=rank,
        installed_by=actor.login, installed_at=now,
    )  # fmt: skip

"""Does the history prove itself? The chain, the outside heads, the states and the sealed papers are held together.

Every observer reads other rows than the code wrote its claim into: states are replayed from events, reports are
re-hashed, files are re-read. Source: ``reliability.md`` section 4.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.errors import DubanError
from models.language import _
from models.states import Result
from models.times import local_date
from workflow import audit, flow_store, heads, parcels
from workflow.effects import stored_report_digest
from workflow.paper_proof import papers_differ

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from models.store import Store
    from workflow.flow import Flow


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: where, and what."""

    where: str
    what: str


def verify(
    connection: Connection,
    office_id: int,
    *,
    heads_dir: Path | None = None,
    store: Store | None = None,
    progress: Callable[[int], None] = lambda _count: None,
) -> list[Finding]:
    """Everything wrong with an office's history, in the order of the trail; empty = it holds."""
    findings = list(_chain(connection, office_id, progress))
    if heads_dir is not None:
        findings += [*_outside(connection, office_id, heads_dir), *_printed(connection, office_id)]
    findings += [*_flows(connection, office_id), *_templates(connection, office_id)]
    findings += _states(connection, office_id)
    findings += _reports(connection, office_id)
    findings += [Finding(where, what) for where, what in papers_differ(connection, office_id)]
    findings += [Finding(where, what) for where, what in parcels.differences(connection, office_id)]
    if store is not None:
        findings += _files(connection, office_id, store)
    return findings


def _chain(connection: Connection, office_id: int, progress: Callable[[int], None]) -> Iterator[Finding]:
    expected, previous, last_at = 1, audit.GENESIS, None
    rows = connection.execute(sa.select(t.event).where(t.event.c.office_id == office_id).order_by(t.event.c.seq))
    for row in rows.mappings():
        where = _("event {seq}").format(seq=row["seq"])
        if row["seq"] != expected:
            yield Finding(where, _("events {first} to {last} are missing").format(first=expected, last=row["seq"] - 1))
        elif row["prev_hash"] != previous:
            yield Finding(where, _("it does not follow the event before it"))
        if audit.digest(dict(row)) != row["hash"]:
            yield Finding(where, _("its content is not what was written"))
        if last_at is not None and row["at"] < last_at:
            yield Finding(where, _("its time lies before the event before it"))
        expected, previous, last_at = row["seq"] + 1, row["hash"], row["at"]
        progress(row["seq"])


def notices(connection: Connection, office_id: int) -> list[Finding]:
    """What a reader of the trail must know although it holds: each restore, who said yes to it, and what it cost."""
    e = t.event.c
    rows = connection.execute(
        sa.select(e.seq, e.at, e.actor, e.actor_name, e.action, e.detail)
        .where(e.office_id == office_id, e.action.in_(["restore", heads.CONFIRMED]), e.result == Result.DONE.value)
        .order_by(e.seq)
    )
    return [Finding(_("event {seq}").format(seq=row.seq), _restored(row)) for row in rows]


def _restored(row: Any) -> str:
    day, beyond = local_date(row.at).isoformat(), row.detail.get("beyond", [])
    if row.action != heads.CONFIRMED:
        return _("the office was restored on {day} from a backup of {made}").format(
            day=day, made=row.detail.get("made_at", "—")
        )
    by = {"day": day, "name": row.actor_name, "login": row.actor}
    if not beyond:
        return _("the office was restored: confirmed on {day} by {name} ({login}); no outside head lay beyond").format(
            **by
        )
    lost = [seq for seq, _hash in beyond]
    return _(
        "the office was restored: confirmed on {day} by {name} ({login}); events {first} to {last} of the earlier trail"
        " are lost, or no longer proven"
    ).format(**by, first=min(row.detail["from"][0] + 1, *lost), last=max(lost))


def _outside(connection: Connection, office_id: int, folder: Path) -> Iterator[Finding]:
    if heads.foreign(folder, connection, office_id):
        yield Finding(_("outside heads"), _("the folder holds the heads of another installation"))
        return
    length = audit.head(connection, office_id).seq
    for kept in heads.unexplained(connection, office_id, heads.read(folder, office_id)):
        where = _("outside head {seq} of {day}").format(seq=kept.seq, day=kept.at.date().isoformat())
        if kept.seq > length:
            yield Finding(where, _("the trail is shorter: its tail was cut off"))
        else:
            yield Finding(where, _("the trail was written anew: another event stands there"))


def _printed(connection: Connection, office_id: int) -> Iterator[Finding]:
    for table in (t.summary, t.paper):
        for row in connection.execute(
            sa.select(table.c.id, table.c.head_seq, table.c.head_hash).where(table.c.office_id == office_id)
        ):
            present = connection.scalar(
                sa.select(t.event.c.hash).where(t.event.c.office_id == office_id, t.event.c.seq == row.head_seq)
            )
            if row.head_seq and present != row.head_hash:
                yield Finding(_named(table, row.id), _("the head printed on it is not in the trail"))


def _named(table: sa.Table, number: int) -> str:
    return (_("summary {id}") if table is t.summary else _("paper {id}")).format(id=number)


def _flows(connection: Connection, office_id: int) -> Iterator[Finding]:
    """A version of a flow is its text: the law under which something was done cannot be rewritten afterwards."""
    query = sa.select(t.flow.c.name, t.flow.c.sha256, t.flow.c.text).where(t.flow.c.office_id == office_id)
    for row in connection.execute(query.order_by(t.flow.c.id)):
        if hashlib.sha256(row.text.encode()).hexdigest() != row.sha256:
            where = _("flow {name}").format(name=f"{row.name} {row.sha256[:8]}")
            yield Finding(where, _("its text is not that of its version"))


def _templates(connection: Connection, office_id: int) -> Iterator[Finding]:
    """A version of the office's own words is its text: a paper names the one that it was issued in."""
    m = t.template.c
    query = sa.select(m.name, m.sha256, m.text).where(m.office_id == office_id, m.sha256 != "").order_by(m.id)
    for row in connection.execute(query):
        if hashlib.sha256(row.text.encode()).hexdigest() != row.sha256:
            where = _("template {name}").format(name=f"{row.name} {row.sha256[:8]}")
            yield Finding(where, _("its text is not that of its version"))


def _states(connection: Connection, office_id: int) -> Iterator[Finding]:
    """Replay every task's events and hold the result against the table."""
    tasks = connection.execute(
        sa.select(t.task.c.id, t.task.c.state, t.task.c.stage, t.task.c.flow_sha256)
        .where(t.task.c.office_id == office_id)
        .order_by(t.task.c.id)
    ).all()
    flows = {task.id: flow_store.pinned(connection, office_id, task.flow_sha256) for task in tasks}
    #: a task that was moved to another version began where the older one begins
    begins = {flow.initial for flow in flow_store.every(connection, office_id)}
    replayed: dict[int, tuple[str, int]] = {}
    events = connection.execute(
        sa.select(t.event.c.seq, t.event.c.object_id, t.event.c.from_state, t.event.c.to_state, t.event.c.version)
        .where(
            t.event.c.office_id == office_id,
            t.event.c.object_type == "task",
            t.event.c.result == Result.DONE.value,
        )
        .order_by(t.event.c.seq)
    )
    for event in events:
        begun = event.from_state if event.from_state in begins else flows[event.object_id].initial
        state, _version = replayed.get(event.object_id, (begun, 1))
        if event.from_state != state:
            yield Finding(
                _("event {seq}").format(seq=event.seq),
                _("task {id} was “{state}” then, not “{claimed}”").format(
                    id=event.object_id, state=state, claimed=event.from_state
                ),
            )
        replayed[event.object_id] = (event.to_state, event.version)
    for task in tasks:
        state, _version = replayed.get(task.id, (flows[task.id].initial, 1))
        yield from _stands(task, state, flows[task.id])


def _stands(task: Any, told: str, flow: Flow) -> Iterator[Finding]:
    """Whether a task stands where its trail says, and its stage is that of its state."""
    where = _("task {id}").format(id=task.id)
    if task.state != told:
        what = _("it stands at “{state}”, the trail says “{told}”")
        yield Finding(where, what.format(state=task.state, told=told))
    elif task.state not in flow.by_name or task.stage != flow.stage(task.state):
        what = _("its stage “{stage}” is not that of its state “{state}”")
        yield Finding(where, what.format(stage=task.stage, state=task.state))


def _reports(connection: Connection, office_id: int) -> Iterator[Finding]:
    """Each report event's hash still has its row, byte for byte."""
    told = {
        (row.object_id, row.detail["report"]): row.detail["sha256"]
        for row in connection.execute(
            sa.select(t.event.c.object_id, t.event.c.detail).where(
                t.event.c.office_id == office_id,
                t.event.c.object_type == "task",
                t.event.c.result == Result.DONE.value,
            )
        )
        if "report" in row.detail
    }
    stored = {
        (row["task_id"], row["number"]): stored_report_digest(dict(row))
        for row in connection.execute(sa.select(t.report).where(t.report.c.office_id == office_id)).mappings()
    }
    for key in sorted(told.keys() | stored.keys()):
        where = _("task {id}, report {number}").format(id=key[0], number=key[1])
        if key not in stored:
            yield Finding(where, _("the filed version is gone"))
        elif told.get(key) != stored[key]:
            yield Finding(where, _("the filed version is not what was filed"))


def _files(connection: Connection, office_id: int, store: Store) -> Iterator[Finding]:
    wanted: dict[str, str] = {}
    for row in connection.execute(sa.select(t.attachment).where(t.attachment.c.office_id == office_id)):
        wanted[row.sha256] = _("attachment {id}").format(id=row.id)
    for table in (t.summary, t.paper):
        for row in connection.execute(sa.select(table.c.id, table.c.files).where(table.c.office_id == office_id)):
            for kind, sha in row.files.items():
                wanted[sha] = f"{_named(table, row.id)} .{kind}"
    for row in connection.execute(sa.select(t.parcel.c.id, t.parcel.c.sha256).where(t.parcel.c.office_id == office_id)):
        wanted[row.sha256] = _("parcel {id}").format(id=row.id)
    for sha, where in wanted.items():
        try:
            store.get(sha)
        except DubanError as error:
            yield Finding(where, error.what)

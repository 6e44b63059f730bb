"""Moving tasks under way to the version of their flow that is in force: a plan that is shown, then applied as shown.

The decision about one task is pure. What a new version cannot say for sure is blocked with a reason, and goes on in
its own version: nothing is lost, and nothing is guessed. What happens to reminders: ``docs/decisions`` 0016.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

import sqlalchemy as sa

from models import tables as t
from models.errors import BadInput, Conflict
from models.language import _, listed
from workflow import audit, cases, flow_store, panels, permissions
from workflow.actions import stale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor, TaskRow
    from workflow.flow import Flow

#: only the version changes; its state is another one there; it stays in its own version
Verdict = Literal["keep", "map", "blocked"]

NO_MOVES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the decision asks of a task: its state, the signatures given there, who waits for it, what was done."""

    state: str
    signatures: int = 0
    back_to: str = ""
    #: the actions taken in its present round
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a task is not moved: a stable code, the reason in words, and what to do."""

    code: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a task: its state and its returner's state in the new version, or the obstacle."""

    verdict: Verdict
    to_state: str
    back_to: str = ""
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class MigrationLine:
    """One task of a plan."""

    task: TaskRow
    decision: Decision
    #: the state as people call it in the new version
    to_label: str

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        task, found = self.task, self.decision
        made = {
            "task_id": task.id,
            "about": task.clause_number,
            "unit": task.unit_name,
            "month": task.month,
            "version": task.flow.sha256,
            "state": task.state,
            "to_state": found.to_state,
            "verdict": found.verdict,
        }
        why = found.obstacle
        return made if why is None else {**made, "code": why.code, "reason": why.reason, "remedy": why.remedy}


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What would become of every task of a flow; those that stay where they are without a question are counted."""

    flow: Flow
    lines: tuple[MigrationLine, ...]
    #: old state → state of the new version: what the file says, and what the caller added
    moves: Mapping[str, str]
    #: finished in their own version; in closed months; not finished, and in the version in force already
    finished: int = 0
    closed: int = 0
    current: int = 0

    def of(self, *verdicts: Verdict) -> list[MigrationLine]:
        """The lines with one of these verdicts."""
        return [line for line in self.lines if line.decision.verdict in verdicts]

    @property
    def digest(self) -> str:
        """What somebody says yes to: the same lines give the same digest, in every language."""
        lines = [
            (line.task.id, line.task.flow.sha256, line.task.state, found.to_state, found.back_to, found.verdict,
             found.obstacle.code if found.obstacle else "")
            for line in self.lines for found in [line.decision]
        ]  # fmt: skip
        material = [self.flow.name, self.flow.sha256, sorted(self.moves.items()), lines]
        return hashlib.sha256(json.dumps(material, ensure_ascii=False).encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        lines = [line.as_dict() for line in self.lines]
        counts = {"finished": self.finished, "closed": self.closed, "current": self.current}
        head = {"flow": self.flow.name, "version": self.flow.sha256, "digest": self.digest}
        return {**head, "moves": dict(self.moves), "lines": lines, **counts}


@dataclass(frozen=True, slots=True)
class Migrated:
    """What applying a plan did, as counts."""

    kept: int
    mapped: int
    blocked: int


def decide(standing: Standing, old: Flow, new: Flow, moves: Mapping[str, str]) -> Decision:
    """What becomes of a task that stands so in ``old`` when ``new`` takes its place."""
    target = moves.get(standing.state, standing.state)
    back_to = moves.get(standing.back_to, standing.back_to)
    obstacle = next(_obstacles(standing, old, new, moves), None)
    if obstacle is not None:
        return Decision("blocked", target, back_to, obstacle)
    same = target == standing.state and new.stage(target) is old.stage(target)
    return Decision("keep" if same else "map", target, back_to)


def _obstacles(standing: Standing, old: Flow, new: Flow, moves: Mapping[str, str]) -> Iterator[Obstacle]:
    """What stands in the way; each is asked only when those before it are out of the way."""
    if old.about != new.about:
        reason = _("the new version is about another kind of record ({about})").format(about=new.about)
        yield Obstacle("records", reason, _("Give the new flow a name of its own; these tasks go on in their version."))
    yield from _state_obstacles(standing.state, old, new, moves)
    target = moves.get(standing.state, standing.state)
    yield from _panel_obstacles(standing, old, new, target)
    back = moves.get(standing.back_to, standing.back_to)
    ways = {step.dest for step in new.steps_from(target) if step.chosen_by == "returner"}
    if back and back not in ways:
        reason = _(
            "whoever returned it wants it straight back at “{state}”, and nothing leads there in the new version"
        )
        remedy = _("Let it be reported first, then migrate anew; or say with --map {state}=… what that state is now.")
        label = old.state_label(standing.back_to)
        yield Obstacle("returner", reason.format(state=label), remedy.format(state=standing.back_to))
    for action in sorted(_forgotten(old, new) & standing.taken):
        reason = _("“{action}” was taken on it and is unknown there, so four eyes could not be kept")
        remedy = _("Keep the action's name in the new version, or let the report be approved first.")
        yield Obstacle("four_eyes", reason.format(action=old.action_label(action)), remedy)


def _state_obstacles(state: str, old: Flow, new: Flow, moves: Mapping[str, str]) -> Iterator[Obstacle]:
    target, named = moves.get(state, state), state in moves
    if target not in new.by_name and not named:
        reason = _("the new version has no state “{state}”, and no move says what it is there")
        remedy = _("Say it with --map {state}=NEW, or in the new file under [moves].")
        yield Obstacle("no_state", reason.format(state=old.state_label(state)), remedy.format(state=state))
    elif target not in new.by_name:
        reason = _("the move leads to “{state}”, which the new version does not have").format(state=target)
        remedy = _("Correct the move. Known: {names}").format(names=listed(new.waiting))
        yield Obstacle("no_such_state", reason, remedy)
    elif target in new.final:
        reason = _("“{state}” is final there, and a task is finished by a step, not by a new version")
        remedy = _("Map it to a state that waits, or let it go on in its version.")
        yield Obstacle("final", reason.format(state=new.state_label(target)), remedy)
    elif new.stage(target) is not old.stage(state) and not named:
        reason = _("“{state}” means “{before}” in its version and “{after}” in the new one").format(
            state=state, before=old.stage(state).label, after=new.stage(target).label
        )
        remedy = _("If that is meant, say so with --map {state}={state}, or in the new file under [moves].")
        yield Obstacle("meaning", reason, remedy.format(state=state))


def _panel_obstacles(standing: Standing, old: Flow, new: Flow, target: str) -> Iterator[Obstacle]:
    """The same panel goes on sitting, with its signatures; another one is convened by a step only."""
    before, after = old.by_name[standing.state].panel, new.by_name[target].panel
    remedy = _("Let it go on from there in its version first, then migrate anew.")
    if before != after and standing.signatures:
        reason = _("{count} have signed already, and the panel of “{state}” is another one there")
        said = reason.format(count=standing.signatures, state=new.state_label(target))
        yield Obstacle("signed", said, remedy)
    elif before != after and after is not None:
        reason = _("a panel that did not sit before signs at “{state}” there, and only a step asks people to sign")
        yield Obstacle("panel", reason.format(state=new.state_label(target)), remedy)


def _forgotten(old: Flow, new: Flow) -> set[str]:
    """Actions whose takers may not approve, and which the new version does not know by this name."""
    return {action for step in old.steps for action in step.four_eyes} - set(new.actions)


def plan(
    connection: Connection, office_id: int, name: str, *, extra_moves: Mapping[str, str] = NO_MOVES
) -> MigrationPlan:
    """What would become of every task of a flow; E-404 for a flow that is not there, E-W11 for a move of no state."""
    new = flow_store.in_force(connection, office_id, name)
    rows = [row.sha256 for row in flow_store.versions(connection, office_id) if row.name == name]
    _check_moves(connection, office_id, [sha for sha in rows if sha != new.sha256], extra_moves)
    moves = {**new.moves, **extra_moves}
    lines: list[MigrationLine] = []
    finished = closed = current = 0
    for task in cases.load_tasks(connection, office_id, t.task.c.flow_sha256.in_(rows)):
        if task.state in task.flow.final:
            finished += 1
        elif task.month_closed:
            closed += 1
        elif task.flow.sha256 == new.sha256:
            current += 1
        else:
            decision = decide(_standing(connection, task, new), task.flow, new, moves)
            lines.append(MigrationLine(task, decision, new.state_label(decision.to_state)))
    return MigrationPlan(new, tuple(lines), moves, finished, closed, current)


def _check_moves(connection: Connection, office_id: int, older: list[str], extra: Mapping[str, str]) -> None:
    """A move of a state that no older version has would do nothing, without a word."""
    known = dict.fromkeys(name for sha in older for name in flow_store.pinned(connection, office_id, sha).by_name)
    for state in extra:
        if state not in known:
            raise BadInput(
                "E-W11",
                _("No older version has the state “{state}”.").format(state=state),
                where="--map",
                remedy=_("Known: {names}").format(names=listed(known) or "–"),
            )


def _standing(connection: Connection, task: TaskRow, new: Flow) -> Standing:
    # the trail is read only where its answer can matter: hundreds of tasks are planned at once
    taken = frozenset(cases.takers(connection, task)) if _forgotten(task.flow, new) else frozenset[str]()
    signatures = sum(seat.signed for seat in panels.sitting(connection, task))
    return Standing(task.state, signatures, task.back_to, taken)


def apply(
    connection: Connection,
    office_id: int,
    actor: Actor,
    plan_digest: str,
    name: str,
    now: datetime,
    *,
    extra_moves: Mapping[str, str] = NO_MOVES,
) -> Migrated:
    """Move what the plan that was shown says, in one transaction; E-W10 when it would be another plan by now."""
    role = permissions.demand(actor, "flow.migrate")
    found = plan(connection, office_id, name, extra_moves=extra_moves)
    if found.digest != plan_digest:
        raise Conflict(
            "E-W10",
            _("Tasks or versions have changed since this plan was made; nothing was moved."),
            where=found.flow.title.here,
            remedy=_("Look at the plan again, then say yes to it: duban flow migrate {name}").format(name=name),
        )
    for line in found.of("keep", "map"):
        _move(connection, actor, role.value, line, found, now)
    return Migrated(*(len(found.of(verdict)) for verdict in ("keep", "map", "blocked")))


def _move(
    connection: Connection, actor: Actor, role: str, line: MigrationLine, whole: MigrationPlan, now: datetime
) -> None:
    """One task: its event, its new version and state, its panel."""
    task, decision, new = line.task, line.decision, whole.flow
    detail: dict[str, Any] = {"from": task.flow.sha256, "to": new.sha256, "round": task.round}
    if whole.moves:  # with them the older names in the trail can be understood
        detail["moves"] = dict(whole.moves)
    entry = audit.Entry(
        action="migrate", object_type="task", object_id=task.id, version=task.version + 1, from_state=task.state,
        to_state=decision.to_state, unit=task.unit_name, role=role, detail=detail,
    )  # fmt: skip
    audit.append(connection, task.office_id, actor, entry, now)
    _seats(connection, line, new, now)
    _readings(connection, line, now)
    values: dict[str, Any] = {
        "flow_sha256": new.sha256, "state": decision.to_state, "stage": new.stage(decision.to_state).value,
        "back_to": decision.back_to, "version": task.version + 1, "next_due_at": now,
    }  # fmt: skip
    if decision.verdict == "map":  # decision 0016: what was said and planned under the old state is void
        values |= {"due_revision": task.due_revision + 1, "entered_at": now, "handler_id": None}
    k = t.task.c
    same = (k.office_id == task.office_id, k.id == task.id, k.version == task.version, k.state == task.state)
    if connection.execute(sa.update(t.task).where(*same).values(**values)).rowcount != 1:
        raise stale(connection, task)


def _seats(connection: Connection, line: MigrationLine, new: Flow, now: datetime) -> None:
    """The same panel sits on under its state's new name, signatures and all; one that has no place there is closed."""
    seats = panels.sitting(connection, line.task)
    if not seats:
        return
    if new.by_name[line.decision.to_state].panel is None:
        panels.dissolve(connection, line.task, now)
    elif line.decision.to_state != line.task.state:
        s = t.seat.c
        mine = (s.office_id == line.task.office_id, s.id.in_([seat.id for seat in seats]))
        connection.execute(sa.update(t.seat).where(*mine).values(state=line.decision.to_state))


def _readings(connection: Connection, line: MigrationLine, now: datetime) -> None:
    """Who opened the task has opened it: under another name of its state it cannot be taken back 拿回 either."""
    if line.decision.verdict == "map":
        r, task = t.reading.c, line.task
        mine = (r.office_id == task.office_id, r.task_id == task.id, r.entered_at == task.entered_at)
        connection.execute(sa.update(t.reading).where(*mine).values(entered_at=now))

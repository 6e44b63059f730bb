"""A task in any state of any flow: the way there is read off the flow, and each step is taken by those it is for."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from kit import office as kit
from kit.world import CO, NOON, OWN, REASON, REFILE, World, make_world
from models import tables as t
from models.adding import insert
from models.states import UNIT_ROLES, Relation, Role
from workflow import actions, cases, flow_store
from workflow.flow import MY_TURN

if TYPE_CHECKING:
    from pathlib import Path

    from workflow.case import TaskRow
    from workflow.flow import Flow, Step, Who

#: who stands for a duty in the unit that leads, and in the one beside it
PLACES = {Relation.OWN: "1", Relation.CO: "2"}


@dataclass
class Walker:
    """A world with one task that runs in a flow."""

    world: World
    flow: Flow
    task_id: int

    @property
    def task(self) -> TaskRow:
        """The task as it stands."""
        with self.world.database.read() as connection:
            found = cases.load_task(connection, self.world.office_id, self.task_id)
        assert found is not None
        return found

    def take(self, action: str, login: str, **given: Any) -> actions.Outcome:
        """One step by a person, with what it asks for unless something else is given."""
        return self.world.act(login, action, self.task_id, NOON, **{**self.given(action), **given})

    def given(self, action: str) -> dict[str, Any]:
        """What makes an action right, so that only the flow can refuse it."""
        steps = [step for step in self.flow.steps_of(action) if self.task.state in step.sources]
        asked = {name for step in steps or self.flow.steps_of(action) for name in step.gives}
        made: dict[str, Any] = {}
        if "progress" in asked:
            made |= {"progress": "已完成清理三公里。", "percent": 40}
        if asked & {"reason", "refiling_date"}:
            made |= {"reason": REASON, "refile_on": REFILE}
        if "signer_and_seal" in asked:
            made |= {"signer": "李一", "seal": "公章", "filing_id": self._paper()}
        if "summary" in asked:
            made["summary_number"] = 1
        if "measures" in asked:
            made["measures"] = "清理堆土并复绿。"
        if "visit" in asked:
            made |= {"visited_on": date(2022, 6, 20), "found": "现场已清理到位。"}
        if "one_person" in asked:
            made["people"] = ("reviewer2",)
        elif "people" in asked:
            made["people"] = ("clerk3",)
        return made

    def _paper(self) -> int | None:
        known = [row for row in self.world.rows("filing") if [self.task_id] == [item[0] for item in row["covers"]]]
        if not known and any(step.action == "sign_stamp" for step in self.flow.steps_from(self.task.state)):
            return self.world.sign_paper(self.task_id)
        return known[0]["id"] if known else None

    def go(self, state: str) -> None:
        """Lead the task to a state by the shortest way."""
        for step in way(self.flow, state):
            self.follow(step)
        assert self.task.state == state

    def follow(self, step: Step) -> None:
        """Take a step as those it is for; a panel signs one after the other."""
        if MY_TURN in step.guards:
            while self.task.state != step.dest:
                self.take(step.action, self.signers()[0])
            return
        chosen = {"to_state": step.dest} if step.chosen_by == "given_state" else {}
        self.take(step.action, login_of(step.by[0]), **chosen)

    def signers(self) -> list[str]:
        """Whose signature is missing, in their order."""
        logins = {number: login for login, number in self.world.people.items()}
        rows = self.world.rows("seat", task_id=self.task_id, signed_at=None, closed_at=None)
        return [logins[row["person_id"]] for row in sorted(rows, key=lambda row: row["position"])]


def login_of(who: Who) -> str:
    """The person of the small office who stands for a duty."""
    return f"{who.role.value}{PLACES[who.relation]}" if who.role in UNIT_ROLES else who.role.value


def way(flow: Flow, state: str) -> list[Step]:
    """The shortest way from the beginning to a state, in the first round where there is a choice."""
    queue: deque[tuple[str, list[Step]]] = deque([(flow.initial, [])])
    seen = {flow.initial}
    while queue:
        here, taken = queue.popleft()
        if here == state:
            return taken
        for step in flow.steps_from(here):
            if step.dest not in seen and step.when not in {"later_round", "signatures_missing"}:
                seen.add(step.dest)
                queue.append((step.dest, [*taken, step]))
    raise AssertionError(f"{flow.name} has no way to {state}")


def walker(folder: Path, name: str) -> Walker:
    """A small office with a task of OWN, CO beside it, that runs in the flow of this name; two more may sign and review."""
    world = make_world(folder)
    world.join("leader1b", Role.LEADER, OWN)
    world.join("reviewer2", Role.REVIEWER)
    return walk(world, name)


def walk(world: World, name: str) -> Walker:
    """A fresh task of a world that runs in the flow of this name."""
    with world.database.write(world.office_id) as connection:
        flow = flow_store.in_force(connection, world.office_id, name)
        if flow.about == "problem":
            return Walker(world, flow, add_problem(connection, world, flow))
        years, month = divmod(len(world.rows("period")) + 5, 12)
        period = kit.add_month(
            connection, world, f"{2022 + years}-{month + 1:02}", kit.OPENS, kit.DUE, kit.CLOSES, kit.BEGIN, flow=name
        )
        rows = cases.load_tasks(connection, world.office_id, t.task.c.period_id == period)
        found = next(row.id for row in rows if (row.clause_number, row.unit_name) == ("1.1", OWN))
    return Walker(world, flow, found)


def add_problem(connection: Any, world: World, flow: Flow) -> int:
    """A problem of the ledger that OWN leads, with CO beside it; returns its task."""
    problem = insert(
        connection, t.problem, world.office_id, source="film", source_ref="", title="岸线堆土", place="", description="堆土占用岸线。",
        found_on=kit.OPENS, clause_id=None, measures="", relapses=0, registered_by=world.people["reviewer"],
        registered_at=kit.BEGIN,
    )  # fmt: skip
    for position, unit in enumerate((OWN, CO)):
        insert(
            connection,
            t.problem_unit,
            world.office_id,
            problem_id=problem,
            unit_id=world.units[unit],
            position=position,
        )
    return insert(
        connection, t.task, world.office_id, problem_id=problem, unit_id=world.units[OWN], flow_sha256=flow.sha256,
        state=flow.initial, stage=flow.stage(flow.initial).value, entered_at=kit.BEGIN, back_to="", round=1, version=1,
        opened_on=kit.OPENS, due_on=kit.DUE, original_due_on=kit.DUE, due_revision=1, report_number=0, late_days=0,
        next_due_at=kit.BEGIN,
    )  # fmt: skip

"""What steps cost, counted in statements: the figures that ``tests/integration/test_costs.py`` holds them to.

``cd tests && ../.venv/bin/python -m kit.costs`` writes them anew, after a look at why they changed.
"""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kit.flows import Walker, login_of, walk, walker
from kit.world import NOON, World
from workflow import actions
from workflow.case import Given
from workflow.flow_store import LEDGER, MONTHLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database
    from workflow.flow import Step

FILE = Path(__file__).with_name("costs.toml")
#: one flow of reports, one of problems
FLOWS = (MONTHLY, LEDGER)
HEAD = """# Statements that each action of a shipped flow takes, all of its transaction. Written by:
#   cd tests && ../.venv/bin/python -m kit.costs
"""


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of a database meanwhile."""
    asked: list[str] = []

    def heard(_connection: object, _cursor: object, text: str, *_more: object) -> None:
        asked.append(text)

    sa.event.listen(database.engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", heard)


def measured(world: World, flow: str) -> dict[str, int]:
    """How many statements each action of a flow takes when it goes through, with an idempotency key."""
    found: dict[str, int] = {}
    every = list(walk(world, flow).flow.actions)
    for action in [every[0], *every]:  # the first once more: what a process reads once is read by then
        one = walk(world, flow)
        step = next(step for step in one.flow.steps_of(action) if step.when != "later_round")
        one.go(step.sources[0])
        found[action] = _asked(one, step)
    return found


def _asked(one: Walker, step: Step) -> int:
    world = one.world
    chosen = {"to_state": step.dest} if step.chosen_by == "given_state" else {}
    given = Given(**one.given(step.action), **chosen)
    command = actions.Command(step.action, one.task_id, one.task.version, given, f"cost of {one.task_id}")
    actor = world.actor(login_of(step.by[0]), NOON)
    with statements(world.database) as asked:
        actions.act(world.database, world.office_id, actor, command, NOON)
    return len(asked)


def written() -> dict[str, dict[str, int]]:
    """The figures that stand in the file."""
    return tomllib.loads(FILE.read_text("utf-8"))


def main() -> None:
    """Write them anew."""
    with TemporaryDirectory() as folder:
        world = walker(Path(folder), MONTHLY).world
        told = {flow: measured(world, flow) for flow in FLOWS}
        world.database.close()
    parts = [
        f"[{flow}]\n" + "".join(f"{name} = {count}\n" for name, count in found.items()) for flow, found in told.items()
    ]
    FILE.write_text(HEAD + "\n" + "\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()

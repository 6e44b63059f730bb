"""How costs grow with the office: pages, steps and sweeps in small and large tables, fitted as a power of the tasks.

The mass lies in 120 closed months with its events, reports, messages and kept answers, so all of these grow together. A
list that pages, a step, a sweep costs the same however long the office has worked: its power is about 0. What reads a
whole history (verifying it) has the power 1. More than 1.1 would grow faster than n log n does in this range.
"""

from __future__ import annotations

import io
import math
import os
from contextlib import ExitStack, closing, redirect_stderr, redirect_stdout, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from unittest import mock

import sqlalchemy as sa
from starlette.testclient import TestClient

import cli
from bench.measure import interleaved, timed
from bench.month import MORNING, Duban, people
from bench.stock import MONTH, stocked
from models import tables as t
from models.adding import insert
from models.settings import Settings
from schedules.sweep import sweep
from simulation.scene import OFFICE_ID
from web.app import create
from web.frame.site import Site
from workflow import cases, tokens
from workflow.sessions import token_digest
from workflow.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.extent import Extent
    from bench.stock import Stock
    from bench.verdict import Figures

SIZES: Final = (1_000, 4_000, 16_000, 64_000)
#: what people open in a day, by their duty
PAGES: Final = {
    "/": "director",
    "/tasks": "director",
    "/tasks?month=all": "director",
    "/tasks?month=all&late=1": "director",
    "/tasks/{task}": "director",
    "/review": "reviewer",
    "/inbox": "director",
    "/trail": "audit",
    "/search?q=第3单位": "director",
    "/search?q=没有的字": "director",
    "/months": "director",
    f"/months/{MONTH}": "director",
    "/units": "director",
    "/problems": "director",
    "/problems?late=1": "director",
    "/papers": "director",
    "/flows": "director",
    "/channels": "director",
}
#: what programs ask for, and the lists of commands, each as the director
CALLS: Final = (
    "/api/v1/tasks", "/api/v1/tasks?order=-id", "/api/v1/tasks?order=due_on", "/api/v1/tasks?only=late", "/api/v1/forms",
    "/api/v1/clauses",
)  # fmt: skip
COMMANDS: Final = (
    "task list", "task list --every-month", "task list --every-month --late", "problem list", "paper list",
    "request list", "form list", "message list", "message list --state sent", "flow list",
)  # fmt: skip
#: grows no faster than n log n
MOST: Final = 1.1
#: the same however large the office
FLAT: Final = 0.15
SPARE: Final = 100
PROOF: Final = "verify the whole history"


def run(extent: Extent, figures: Figures) -> None:
    """Each kind of work, the offices of every size in turn."""
    sizes = [size for size in SIZES if size <= extent.largest]
    with extent.room() as folder, ExitStack() as opened:
        offices = [
            opened.enter_context(closing(Office(stocked(folder / str(size), size, SPARE, registers=True))))
            for size in sizes
        ]
        works = [office.work() for office in offices]
        for name in works[0]:
            counts = [office.statements(work[name]) for office, work in zip(offices, works, strict=True)]
            contenders = {str(size): timed(work[name]) for size, work in zip(sizes, works, strict=True)}
            made = interleaved(contenders, 3 if name == PROOF else extent.rounds)
            costs = [made.cpu_each(str(size)).middle for size in sizes]
            told = f"{name}: {sizes[0]:,} → {sizes[-1]:,} tasks, {1000 * costs[0]:.1f} → {1000 * costs[-1]:.1f} ms"
            asked = f"{counts[0]} → {counts[-1]} statements"
            most = MOST if name == PROOF else FLAT
            figures.add("growth", f"{told}, {asked}", fitted(sizes, costs), "power", most=most)


def fitted(sizes: list[int], costs: list[float]) -> float:
    """The power of the size that the cost follows, by least squares over the logarithms."""
    across, up = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    middle, level = sum(across) / len(across), sum(up) / len(up)
    along = sum((x - middle) ** 2 for x in across)
    return sum((x - middle) * (y - level) for x, y in zip(across, up, strict=True)) / along


class Office:
    """A stock with people at the desk."""

    def __init__(self, stock: Stock) -> None:
        """Opened as the service opens it."""
        self.stock = stock
        (stock.folder / "duban.toml").write_text("rehearsal = true\n", encoding="utf-8")
        site = Site(Settings(home=stock.folder), lambda: MORNING)
        self.database = site.database
        who = people(stock)
        self.program = Duban(self.database, who)
        self.app = create(site)
        self.clients = {role: self._at_the_desk(role, who.holders[role, None]) for role in {*PAGES.values()}}
        self.clients["program"] = self._program(who.holders["director", None])
        self.next, self.now = stock.first, MORNING

    def close(self) -> None:
        """Give the file back."""
        self.database.close()

    def _at_the_desk(self, role: str, person: int) -> TestClient:
        with self.database.write(OFFICE_ID) as connection:
            insert(
                connection, t.login, OFFICE_ID, person_id=person, token_hash=token_digest(role),
                created_at=MORNING, expires_at=MORNING + timedelta(hours=8),
            )  # fmt: skip
        client = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=False)
        client.cookies.set("duban", role, domain="127.0.0.1")
        return client

    def _program(self, person: int) -> TestClient:
        with self.database.write(OFFICE_ID) as connection:
            actor = cases.load_actor(connection, OFFICE_ID, person, MORNING.date())
            tokens.make(connection, OFFICE_ID, actor, "duban_growth", "growth", ["read"], 30, MORNING)
        return TestClient(self.app, base_url="http://127.0.0.1", headers={"Authorization": "Bearer duban_growth"})

    def work(self) -> dict[str, Callable[[], object]]:
        """What is measured, by name."""
        task = self.stock.first + self.stock.spare - 1
        pages = {path: self._page(role, path.format(task=task)) for path, role in PAGES.items()}
        calls = {path: self._page("program", path) for path in CALLS}
        commands = {f"duban {words}": self._command(*words.split()) for words in COMMANDS}
        return {"report": self._report, "sweep": self._sweep, **pages, **calls, **commands, PROOF: self._verify}

    def _page(self, role: str, path: str) -> Callable[[], object]:
        def once() -> object:
            found = self.clients[role].get(path)
            assert found.status_code == 200, (path, found.status_code)
            return found

        return once

    def _command(self, *words: str) -> Callable[[], object]:
        around = {"DUBAN_HOME": str(self.stock.folder), "DUBAN_TOKEN": "director", "DUBAN_NOW": MORNING.isoformat()}

        def once() -> object:
            with (
                mock.patch.dict(os.environ, around),
                redirect_stdout(said := io.StringIO()),
                redirect_stderr(io.StringIO()),
                suppress(SystemExit),
            ):
                cli.main([*words, "--json"])
            assert said.getvalue().startswith("["), words
            return None

        return once

    def _report(self) -> None:
        self.program.step("report", self.next)
        self.next += 1

    def _sweep(self) -> None:
        self.now += timedelta(seconds=1)
        sweep(self.database, OFFICE_ID, None, self.now, drift=timedelta())

    def _verify(self) -> None:
        with self.database.read() as connection:
            verify(connection, OFFICE_ID)

    def statements(self, work: Callable[[], object]) -> int:
        """How many a piece of work takes, the second time."""
        work()
        count = 0

        def heard(*_args: object) -> None:
            nonlocal count
            count += 1

        sa.event.listen(sa.Engine, "before_cursor_execute", heard)
        work()
        sa.event.remove(sa.Engine, "before_cursor_execute", heard)
        return count

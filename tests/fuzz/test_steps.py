"""People do whatever comes to mind, in any order: the engine answers as a model in plain dicts says (``reliability.md`` I1 to I3, I8, I16, I17).

The model knows the law as it was read from the design, not from the flow's file: who, from where, to where. After each step
every task, request, form and report stands as the model has it, and the trail has one record more for what was done or refused.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
import sqlalchemy as sa
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from kit.office import MONTH, UNITS, at
from kit.world import REASON, World, copy_of, make_code, make_world
from models import tables as t
from models.errors import DubanError
from models.states import EvidenceKind, RequestKind
from models.times import local_date
from workflow import actions, filings, periods, requests
from workflow.actions import Command
from workflow.case import Given
from workflow.verify import verify

MORNING: Final = at("2022-06-10 09:00")
#: action → (who, from where, to where); ``clerk`` and ``leader`` are those of the task's own unit
LAW: Final = {
    "receive": ("clerk", {"assigned"}, "assigned"),
    "report": ("clerk", {"assigned", "returned"}, "reported"),
    "withdraw": ("clerk", {"reported"}, "back"),
    "send_back": ("leader", {"reported"}, "back"),
    "approve": ("reviewer", {"signed_stamped"}, "reviewed"),
    "return": ("reviewer", {"signed_stamped"}, "returned"),
    "reopen": ("director", {"reviewed"}, "returned"),
    "waive": ("director", {"assigned", "returned"}, "waived"),
}
REASONED: Final = {"send_back", "return", "reopen", "waive"}
#: the refusals that a long enough life meets
CODES: Final = {
    "E-403", "E-404", "E-409", "E-S01", "E-S02", "E-S06", "E-S09", "E-S16", "E-S17", "E-D04", "E-H80",
}  # fmt: skip
FINISHED: Final = {"aggregated", "waived"}
STRANGERS: Final = (
    "clerk1", "clerk2", "clerk3", "leader1", "leader2", "leader3", "reviewer", "director", "reader", "system", "audit",
)  # fmt: skip
#: how a step is taken: as it should be, mostly; by somebody else, on an old screen, without its reason, sent twice
TWISTS: Final = ("right", "right", "right", "right", "stranger", "stale", "unreasoned", "twice", "other_content")

#: what was done and refused in all lives, so that a machine that never gets anywhere is noticed
seen: Counter[str] = Counter()


class Steps(RuleBasedStateMachine):
    """One office, six tasks, everybody at once."""

    world_of_all: World

    @initialize(depths=st.tuples(*[st.integers(0, 3)] * 3))
    def begin(self, depths: tuple[int, int, int]) -> None:
        """An office at work: some units have reported, signed, been approved already, by the same steps as later."""
        self.folder = TemporaryDirectory()
        self.world = copy_of(self.world_of_all, Path(self.folder.name))
        self.now, self.keys, self.papers = MORNING, 0, 0
        self.month_due = date(2022, 6, 25)
        self.numbers = sorted(self.world.tasks.values())
        units = {number: name for (_clause, name), number in self.world.tasks.items()}
        self.tasks: dict[int, dict[str, Any]] = {
            number: {"state": "assigned", "version": 1, "round": 1, "due": self.month_due, "reports": 0, "received": False,
                     "unit": UNITS.index(units[number]), "done": 0}
            for number in self.numbers
        }  # fmt: skip
        self.requests: list[dict[str, Any]] = []
        self.forms: list[dict[str, Any]] = []
        self.evidence = self.refusals = 0
        for unit, depth in enumerate(depths):
            mine = [place for place, number in enumerate(self.numbers) if self.tasks[number]["unit"] == unit]
            for place in mine if depth else ():
                self.act("report", place, "right", "", 0, eager=False)
            if depth > 1:
                self.print_form(unit, None)
                self.attach(0, "right")
            for place in mine if depth > 2 else ():
                self.act("approve", place, "right", "", 0, eager=False)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                with self.world.database.read() as connection:
                    assert verify(connection, self.world.office_id) == []
            finally:
                self.world.database.close()
                self.folder.cleanup()

    def _later(self) -> None:
        self.now += timedelta(minutes=7)
        seen["steps"] += 1

    def _right(self, task: dict[str, Any], who: str) -> str:
        return who if who in {"reviewer", "director"} else f"{who}{task['unit'] + 1}"

    def _refused(self, work: Any, codes: set[str]) -> None:
        with pytest.raises(DubanError) as caught:
            work()
        assert caught.value.code in codes
        seen[caught.value.code] += 1
        self.refusals += 1

    @rule(seed=st.integers(0, 2**32 - 1))
    def step(self, seed: int) -> None:
        """Whatever comes to somebody's mind; drawn from one number, so that no kind of step is rare."""
        chance = random.Random(seed)
        pick, yes = chance.choice, chance.random() < 0.5
        stranger = pick(STRANGERS) if chance.random() < 0.15 else None
        kind = pick(
            ("act",) * 12 + ("print", "print", "attach", "attach", "attach", "ask", "ask", "decide", "decide", "move")
        )
        if kind == "act":
            self.act(
                pick(sorted(LAW)),
                pick(range(6)),
                pick(TWISTS),
                pick(STRANGERS),
                pick(range(-2, 10)),
                eager=chance.random() < 0.8,
            )
        elif kind == "print":
            self.print_form(pick(range(3)), stranger)
        elif kind == "attach":
            self.attach(pick((0, 0, 1, 2, 5)), pick(("right", "right", "right", "stranger", "unnamed", "same")))
        elif kind == "ask":
            self.ask(pick(range(6)), pick(range(-1, 10)), stranger)
        elif kind == "decide":
            self.decide(pick((0, 0, 1, 3)), yes, stranger)
        else:
            self.move_month(pick(range(-20, 13)), pick(("director", "director", "reviewer", "clerk1", "system")))

    def act(self, action: str, which: int, twist: str, stranger: str, day: int, eager: bool) -> None:
        """One step on one task; ``eager`` takes one on which it is possible where there is one."""
        self._later()
        who, sources, _dest = LAW[action]
        able = [number for number in self.numbers if self.tasks[number]["state"] in sources]
        number = able[which % len(able)] if eager and able else self.numbers[which]
        task = self.tasks[number]
        login = stranger if twist == "stranger" else self._right(task, who)
        self.keys += 1
        given: dict[str, Any] = {"progress": "已清理三公里。", "percent": 40} if action == "report" else {}
        given |= {"reason": "" if twist == "unreasoned" else REASON} if action in REASONED else {}
        given |= {"refile_on": local_date(self.now) + timedelta(days=day)} if action in {"return", "reopen"} else {}
        version = task["version"] - 1 if twist == "stale" else task["version"]
        command = Command(action, number, version, Given(**given), f"key-{self.keys}")
        codes = self._forbidden(task, login, command, day)
        note(f"{login} {action} {number} {twist}: {codes or 'done'}")
        if codes:
            self._refused(lambda: self._act(login, command), codes)
            return
        outcome = self._act(login, command)
        self._done(task, action, command)
        assert (outcome.state, outcome.version) == (task["state"], task["version"])
        if twist == "twice":
            assert self._act(login, command).as_dict() == outcome.as_dict()
        if twist == "other_content":
            other = Command(action, number, version, Given(**{**given, "problems": "资金不足"}), command.operation_id)
            self._refused(lambda: self._act(login, other), {"E-H80"})

    def _act(self, login: str, command: Command) -> actions.Outcome:
        world = self.world
        return actions.act(world.database, world.office_id, world.actor(login, self.now), command, self.now)

    def _forbidden(self, task: dict[str, Any], login: str, command: Command, day: int) -> set[str]:
        """The codes with which it may be refused; none where it must be done."""
        who, sources, _dest = LAW[command.action]
        if login != self._right(task, who):
            return {"E-403", "E-404"}
        if command.version != task["version"]:
            return {"E-409"}
        if task["state"] not in sources:
            return {"E-S01"}
        if command.action in REASONED and not command.given.reason:
            return {"E-S02"}
        if command.action in {"return", "reopen"} and day < 0:
            return {"E-S09"}
        return {"E-S06"} if command.action == "receive" and task["received"] else set()

    def _done(self, task: dict[str, Any], action: str, command: Command) -> None:
        seen[action] += 1
        dest = LAW[action][2]
        task["state"] = ("assigned" if task["round"] == 1 else "returned") if dest == "back" else dest
        task["version"] += 1
        task["done"] += 1
        task["received"] |= action in {"receive", "report"}
        task["reports"] += action == "report"
        if action in {"return", "reopen"}:
            task["round"] += 1
            task["due"] = command.given.refile_on

    def print_form(self, unit: int, stranger: str | None) -> None:
        self._later()
        waiting = {
            n: task["reports"] for n, task in self.tasks.items() if task["unit"] == unit and task["state"] == "reported"
        }
        login = stranger or f"clerk{unit + 1}"
        work = partial(
            self._do, login, filings.print_form, self.world.period_id, self.world.units[UNITS[unit]], make_code
        )
        if login not in {f"clerk{unit + 1}", f"leader{unit + 1}"}:
            self._refused(work, {"E-403", "E-404"})
        elif not waiting:
            self._refused(work, {"E-S17"})
        else:
            made = work()
            seen["form"] += 1
            if not made.existed:
                self.forms.append({"unit": unit, "code": made.check_code, "covers": waiting})
            known = next(form for form in self.forms if form["code"] == made.check_code)
            assert known["covers"] == waiting

    def attach(self, which: int, twist: str) -> None:
        """The signed paper comes in: every task of the form is signed, or none."""
        if not self.forms:
            return
        self._later()
        form = self.forms[-1 - which % len(self.forms)]
        unit = form["unit"] + 1
        login = f"clerk{unit % 3 + 1}" if twist == "stranger" else f"clerk{unit}"
        self.papers += 0 if twist == "same" and self.papers else 1
        stored = filings.StoredFile(f"{self.papers:064x}", "扫描件.pdf", "application/pdf", 12)
        words = ("" if twist == "unnamed" else "李一", "公章")
        covered = [(self.tasks[number], count) for number, count in form["covers"].items()]
        codes = self._unfit(covered, twist)
        work = partial(self._do, login, filings.attach, form["code"], stored, EvidenceKind.SCAN, *words)
        if codes:
            self._refused(work, codes)
            return
        known = {row["sha256"] for row in self.world.rows("attachment")}
        if stored.sha256 in known:
            self._refused(work, {"W-S04"})
            return
        made = work()
        assert len(made.outcomes) == len(covered)
        self.evidence += 1
        seen["paper"] += 1
        for task, _count in covered:
            task.update(state="signed_stamped", version=task["version"] + 1, done=task["done"] + 1)

    def _unfit(self, covered: list[tuple[dict[str, Any], int]], twist: str) -> set[str]:
        codes = {"E-403", "E-404"} if twist == "stranger" else {"E-S10"} if twist == "unnamed" else set()
        fits = all(task["state"] == "reported" and task["reports"] == count for task, count in covered)
        return codes if fits else codes | {"E-S01", "E-S05", "E-S25", "W-S04"}

    def ask(self, which: int, more: int, stranger: str | None) -> None:
        """A unit asks for more time."""
        self._later()
        number = self.numbers[which]
        task = self.tasks[number]
        login, wanted = stranger or f"clerk{task['unit'] + 1}", task["due"] + timedelta(days=more)
        codes: set[str] = set()
        if login != f"clerk{task['unit'] + 1}":
            codes = {"E-403", "E-404"}
        elif task["state"] not in {"assigned", "returned"}:
            codes = {"E-S01"}
        elif more < 1:
            codes = {"E-D04"}
        elif local_date(self.now) > task["due"]:
            codes = {"E-S14"}
        elif any(one["task"] == number and one["decision"] == "pending" for one in self.requests):
            codes = {"E-S15"}
        work = partial(self._do, login, requests.ask, number, RequestKind.EXTENSION, REASON, wanted_due_on=wanted)
        if codes:
            self._refused(work, codes)
        else:
            asked = {"id": work(), "task": number, "wanted": wanted, "decision": "pending"}
            self.requests.append(asked)

    def decide(self, which: int, grant: bool, stranger: str | None) -> None:
        """The director grants or refuses."""
        if not self.requests:
            return
        self._later()
        request = self.requests[-1 - which % len(self.requests)]
        task, login, codes = self.tasks[request["task"]], stranger or "director", set[str]()
        if login != "director":
            codes = {"E-403", "E-404"}
        elif request["decision"] != "pending":
            codes = {"E-S16"}
        elif grant and task["state"] not in {"assigned", "returned", "reported"}:
            codes = {"E-S01"}
        elif grant and request["wanted"] < local_date(self.now):
            codes = {"E-D02"}
        work = partial(self._do, login, requests.decide, request["id"], grant=grant, reason=REASON)
        if codes:
            self._refused(work, codes)
            return
        request["decision"] = work()
        seen[request["decision"]] += 1
        assert request["decision"] == ("granted" if grant else "refused")
        if grant:
            task.update(due=request["wanted"], version=task["version"] + 1)

    def move_month(self, days: int, login: str) -> None:
        """The office moves the month: what waits in its first round follows."""
        self._later()
        day = date(2022, 6, 25) + timedelta(days=days)
        work = partial(self._do, login, periods.move_due, MONTH, day, REASON)
        if login != "director":
            self._refused(work, {"E-403"})
        elif day < local_date(self.now):
            self._refused(work, {"E-D02"})
        else:
            moved = [task for task in self.tasks.values() if task["round"] == 1 and task["state"] not in FINISHED]
            assert work() == len(moved)
            seen["moved"] += 1
            for task in moved:
                task.update(due=day, version=task["version"] + 1)

    def _do(self, login: str, work: Any, *args: Any, **options: Any) -> Any:
        return self.world.do(login, work, *args, now=self.now, **options)

    @invariant()
    def everything_stands_as_the_model_has_it(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.world.database.read() as connection:
            rows = connection.execute(sa.select(t.task).order_by(t.task.c.id)).all()
            found = {
                row.id: (row.state, row.version, row.round, row.due_on, row.report_number, row.received_at is not None)
                for row in rows
            }
            wanted = {
                number: tuple(task[key] for key in ("state", "version", "round", "due", "reports", "received"))
                for number, task in self.tasks.items()
            }
            assert found == wanted
            asked = connection.execute(sa.select(t.request.c.id, t.request.c.decision).order_by(t.request.c.id)).all()
            assert [tuple(row) for row in asked] == [(one["id"], one["decision"]) for one in self.requests]
            assert self._counted(connection) == (
                sum(task["reports"] for task in self.tasks.values()), len(self.forms), self.evidence,
                sum(task["done"] for task in self.tasks.values()), self.refusals,
            )  # fmt: skip

    def _counted(self, connection: Any) -> tuple[int, ...]:
        e = t.event.c
        queries = (
            sa.select(t.report.c.id), sa.select(t.filing.c.id), sa.select(t.evidence.c.id),
            sa.select(e.seq).where(e.object_type == "task", e.result == "done"),
            sa.select(e.seq).where(e.result.in_(["refused", "denied"])),
        )  # fmt: skip
        return tuple(len(connection.execute(query).all()) for query in queries)


def live(world: World, examples: int, length: int, record: Any) -> None:
    """So many lives of an office, of so many steps each."""
    Steps.world_of_all = world
    seen.clear()
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    run_state_machine_as_test(
        Steps, settings=settings(max_examples=examples, stateful_step_count=length, phases=phases)
    )
    assert seen["steps"] > examples * length // 2
    places = {*LAW, *CODES, "form", "paper", "granted", "refused", "moved"}
    assert sorted(places - set(seen)) == [], f"it has not got everywhere: {dict(seen)}"
    record("figure", f"steps={seen['steps']}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("steps"))


def test_the_engine_answers_as_the_model_says_in_60_lives(world: World, record_property) -> None:
    live(world, 60, 25, record_property)


@pytest.mark.long
def test_the_engine_answers_as_the_model_says_in_200_lives(world: World, record_property) -> None:
    live(world, 200, 40, record_property)

"""Recorded histories: what tasks went through in a version of a flow, kept so that no later version forgets them.

Whoever changes a flow in ``workflow/flows`` records the version before anybody runs in it::

    cd tests && ../.venv/bin/python -m kit.histories          # each shipped version that is not listed yet
    cd tests && ../.venv/bin/python -m kit.histories --anew   # puts the newest listed versions anew: never released

``histories/versions.json`` lists the versions of each flow, oldest first; ``histories/flows/<sha256>.toml`` is the exact
text of each; ``histories/<flow>-<version>-<name>.json`` is one history: who did what, from where to where, with what.
A released version and its histories are never edited: offices have tasks in it.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from kit import office as kit
from kit.flows import Walker, walk
from kit.world import NOON, OWN, World, make_world
from models import tables as t
from models.adding import insert
from models.states import Role
from models.times import SHANGHAI
from workflow import cases, flow_store
from workflow.flow_reading import read_flow
from workflow.office import SETUP

if TYPE_CHECKING:
    from workflow.flow import Flow

FOLDER = Path(__file__).parents[1] / "histories"
VERSIONS = FOLDER / "versions.json"
#: what is played in a new version, by flow and name of the history
SCRIPTS = FOLDER / "scripts.toml"
#: what makes an action right, as ``Done`` spells it, by the names a flow asks with
USUAL: dict[str, dict[str, Any]] = {
    "progress": {"progress": "已完成清理三公里。"},
    "percent": {"percent": 40},
    "reason": {"reason": "进展不具体，请补充数据。"},
    "signer_and_seal": {"signer": "李一", "seal": "公章"},
    "filing": {"paper": True},
    "summary": {"summary_number": 1},
    "measures": {"measures": "清理堆土并复绿。"},
    "visit": {"found": "现场已清理到位。"},
}


@dataclass(frozen=True)
class Done:
    """One step of a history; ``given`` in the words of ``Given``, dates as text, ``paper`` for the signed form."""

    at: str
    by: str
    role: str
    action: str
    from_state: str
    to_state: str
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """When it was done."""
        return kit.at(self.at)

    def as_dict(self) -> dict[str, Any]:
        """As it is written."""
        words = {"at": self.at, "by": self.by, "role": self.role, "action": self.action}
        return {**words, "from": self.from_state, "to": self.to_state, "given": self.given}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Done:
        """As it was written."""
        return cls(**{{"from": "from_state", "to": "to_state"}.get(key, key): value for key, value in kept.items()})


@dataclass(frozen=True)
class History:
    """What one task went through in one version."""

    name: str
    flow: str
    sha256: str
    steps: tuple[Done, ...]


def listed() -> dict[str, list[str]]:
    """The SHA-256 of every recorded version, oldest first, by the flow's name."""
    return json.loads(VERSIONS.read_text("utf-8")) if VERSIONS.exists() else {}


def text_of(sha256: str) -> str:
    """The text of a recorded version."""
    return (FOLDER / "flows" / f"{sha256}.toml").read_text("utf-8")


def recorded() -> list[History]:
    """Every kept history."""
    found = []
    for path in sorted(FOLDER.glob("*-*.json")):
        kept = json.loads(path.read_text("utf-8"))
        steps = tuple(Done.read(step) for step in kept.pop("steps"))
        found.append(History(**kept, steps=steps))
    return found


# --- an office whose tasks run in a version -----------------------------------------------------------------------


def staffed(folder: Path) -> World:
    """A small office in which two more people may sign and review, so that every step of every flow can be taken."""
    world = make_world(folder)
    world.join("leader1b", Role.LEADER, OWN)
    world.join("reviewer2", Role.REVIEWER)
    return world


def put_in_force(world: World, flow: Flow) -> None:
    """Make a version the one in force, without a word in the trail."""
    with world.database.write(world.office_id) as connection:
        flow_store._put(connection, world.office_id, SETUP, flow, kit.BEGIN)


def begin(world: World, text: str) -> Walker:
    """A fresh task that runs in the version with this text."""
    flow = read_flow(text)
    put_in_force(world, flow)
    return walk(world, flow.name)


def take(walker: Walker, done: Done, given: dict[str, Any]) -> str:
    """Do a step as it was done; returns the state it led to."""
    words = dict(given)
    if words.pop("paper", False):
        words["filing_id"] = paper(walker.world, walker.task_id, done.now)
    for name in ("refile_on", "visited_on"):
        if name in words:
            words[name] = date.fromisoformat(words[name])
    if "people" in words:
        words["people"] = tuple(words["people"])
    return walker.world.act(done.by, done.action, walker.task_id, done.now, **words).state


def paper(world: World, task_id: int, now: datetime) -> int:
    """The signed form of the report in force, printed and attached unless it is there."""
    with world.database.write(world.office_id) as connection:
        task = cases.load_task(connection, world.office_id, task_id)
        assert task is not None
        stamp = f"{task_id}-{task.report_number}"
        known = [row["id"] for row in world.rows("filing", check_code=stamp)]
        if known:
            return int(known[0])
        filing = insert(
            connection, t.filing, world.office_id, period_id=task.period_id, unit_id=task.unit_id,
            number=task_id * 100 + task.report_number, content_sha256=stamp, check_code=stamp,
            covers=[[task_id, task.report_number, task.report_sha256]], printed_by="clerk", printed_at=now,
        )  # fmt: skip
        scan = insert(
            connection, t.attachment, world.office_id, sha256=stamp, name="scan.pdf", media_type="application/pdf",
            size=1, stored_by="clerk", stored_at=now,
        )  # fmt: skip
        insert(
            connection, t.evidence, world.office_id, filing_id=filing, attachment_id=scan, kind="scan", signer="李一",
            seal="公章", attested_by="clerk", attested_at=now,
        )  # fmt: skip
        return filing


# --- other versions of a flow ------------------------------------------------------------------------------------


def edited(flow: Flow, *changes: tuple[str, str]) -> Flow:
    """The flow with its text changed by patterns, each of which must be there."""
    text = flow.text
    for pattern, put in changes:
        text, count = re.subn(pattern, put, text, flags=re.DOTALL)
        assert count, pattern
    return read_flow(text)


def renamed(flow: Flow, old: str, new: str, *, move: bool = True) -> Flow:
    """The flow with a state called otherwise, and with the move unless it is forgotten."""
    table = f'[moves]\n{old} = "{new}"\n\n[[state]]' if move else "[[state]]"
    named = rf'((?:name|to|initial) = |(?:from|states|to) = \[[^\]\n]*)"{old}"'
    text = re.sub(r"\[\[state\]\]", table, re.sub(named, rf'\1"{new}"', flow.text), count=1)
    return read_flow(text)


# --- recording --------------------------------------------------------------------------------------------------


def record(world: World, task: int) -> dict[str, Any]:
    """The history of a task as its trail and its records tell it, ready to be written."""
    with world.database.read() as connection:
        row = cases.load_task(connection, world.office_id, task)
    assert row is not None
    steps = []
    for event in world.events():
        if (event["object_type"], event["object_id"], event["result"]) == ("task", task, "done"):
            when = event["at"].astimezone(SHANGHAI)
            steps.append(
                Done(
                    at=f"{when:%Y-%m-%d %H:%M}",
                    by=event["actor"],
                    role=event["role"],
                    action=event["action"],
                    from_state=event["from_state"],
                    to_state=event["to_state"],
                    given=_given(world, row.flow, event),
                )
            )
    return {"flow": row.flow.name, "sha256": row.flow.sha256, "steps": [step.as_dict() for step in steps]}


def _given(world: World, flow: Flow, event: dict[str, Any]) -> dict[str, Any]:
    """What somebody gave with a step, out of the trail and the records that the step wrote."""
    detail, made = event["detail"], {}
    taken = [
        step for step in flow.steps_of(event["action"])
        if event["from_state"] in step.sources and step.dest == event["to_state"]
    ]  # fmt: skip
    asked = {name for step in taken for name in step.gives}
    if event["reason"]:
        made["reason"] = event["reason"]
    if "report" in detail:
        (filed,) = world.rows("report", task_id=event["object_id"], number=detail["report"])
        made |= {name: filed[name] for name in ("progress", "percent")}
    if "filing" in detail:
        made |= {"paper": True, "signer": detail["signer"], "seal": detail["seal"]}
    if "to" in detail:
        made["people"] = detail["to"]
    made |= {name: detail[name] for name in ("refile_on", "straight_back") if name in detail}
    if any(step.chosen_by == "given_state" for step in taken):
        made["to_state"] = event["to_state"]
    if "summary" in asked:
        made["summary_number"] = 1
    if "measures" in asked:
        made["measures"] = world.rows("problem")[0]["measures"]
    if "visit" in asked:
        (visit,) = [row for row in world.rows("visit") if row["recorded_at"] == event["at"]]
        made |= {"visited_on": visit["visited_on"].isoformat(), "found": visit["found"]}
    return made


def play(text: str, script: str, folder: Path) -> dict[str, Any]:
    """A task led through a script in a version, and recorded; an hour lies between two steps."""
    walker, now = begin(staffed(folder), text), NOON
    for line in script.strip().splitlines():
        login, action, *words = line.split()
        given = dict(word.split("=", 1) for word in words)
        now = kit.at(given.pop("on") + " 12:00") if "on" in given else now + timedelta(hours=1)
        done = Done(f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", login, "", action, "", "")
        take(walker, done, _asked(walker, action, now) | _spelled(given))
    return record(walker.world, walker.task_id)


def _asked(walker: Walker, action: str, now: datetime) -> dict[str, Any]:
    """What makes an action right here and now, as ``Done`` spells it."""
    steps = [step for step in walker.flow.steps_of(action) if walker.task.state in step.sources]
    made: dict[str, Any] = {}
    for name in {name for step in steps for name in step.gives}:
        made |= USUAL.get(name, {})
        made |= {"visited_on": now.date().isoformat()} if name == "visit" else {}
        made |= {"refile_on": (now + timedelta(days=8)).date().isoformat()} if name == "refiling_date" else {}
    return made


def _spelled(given: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = dict(given)
    if "people" in made:
        made["people"] = given["people"].split(",")
    if "straight_back" in made:
        made["straight_back"] = True
    return made


def keep(text: str) -> list[Path]:
    """Record every history of a flow in the version with this text, as the newest; returns the files."""
    flow, order = read_flow(text), listed()
    scripts = tomllib.loads(SCRIPTS.read_text("utf-8"))[flow.name]
    made = {}
    for name, script in scripts.items():
        with TemporaryDirectory() as folder:
            found = {"name": name, **play(text, script, Path(folder))}
        made[FOLDER / f"{flow.name}-{flow.short}-{name}.json"] = found
    (FOLDER / "flows").mkdir(parents=True, exist_ok=True)
    (FOLDER / "flows" / f"{flow.sha256}.toml").write_text(text, "utf-8")
    for path in FOLDER.glob(f"{flow.name}-{flow.short}-*.json"):
        path.unlink()
    for path, found in made.items():
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    known = order.setdefault(flow.name, [])
    if flow.sha256 not in known:
        known.append(flow.sha256)
    VERSIONS.write_text(json.dumps(order, indent=1) + "\n", "utf-8")
    return list(made)


def forget(name: str, sha256: str) -> None:
    """Take a version of a flow off the list with its histories: only while nobody has run in it."""
    order = listed()
    order[name].remove(sha256)
    (FOLDER / "flows" / f"{sha256}.toml").unlink()
    for path in FOLDER.glob(f"{name}-{sha256[:8]}-*.json"):
        path.unlink()
    VERSIONS.write_text(json.dumps(order, indent=1) + "\n", "utf-8")


def main(words: list[str]) -> None:
    """Record the shipped versions that are not listed; ``--anew`` puts them in the place of the newest listed ones."""
    anew = "--anew" in words
    for name in flow_store.SHIPPED:
        flow, known = flow_store.shipped(name), listed().get(name, [])
        if flow.sha256 in known and not anew:
            continue
        for path in keep(flow.text):
            print(path.relative_to(FOLDER.parents[1]))
        if anew and known and known[-1] != flow.sha256:
            forget(name, known[-1])
            print(f"{name}: version {known[-1][:8]} is forgotten; if an office ever ran in it, take it back from git")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Decomposition tables for the tests of adopting: drafts made of plain names, and the deeds of the director."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from documents.notice_json import to_json
from kit.world import NOON
from models import doubts
from models.drafts import ClauseDraft, Decision, ItemDraft, NoticeDraft, ReportingRule
from workflow import adoption, name_doubts, revision

if TYPE_CHECKING:
    from datetime import datetime

    from kit.world import World
    from workflow.parts import Adopted


def clause(number: str, *units: str, groups: tuple[str, ...] = (), **more: Any) -> ClauseDraft:
    """A clause with a text of its own."""
    told = {"text": f"完成{number}的工作。", "lead": units[0] if units else "", **more}
    return ClauseDraft(number, units=units, groups=groups, parties=(*units, *groups), **told)


def table(*clauses: ClauseDraft, day: int | None = 20, who: str = "every", **more: Any) -> NoticeDraft:
    """A table with these clauses, each under the item its number names."""
    numbers = dict.fromkeys(int(one.id.split(".")[0]) for one in clauses)
    items = tuple(
        ItemDraft(number, f"任务{number}", tuple(one for one in clauses if one.id.startswith(f"{number}.")))
        for number in numbers
    )
    told = {"title": "工作要点", "source_name": "通知.txt", "source_sha256": "a" * 64, **more}
    return NoticeDraft(items=items, reporting=ReportingRule(day=day, who_reports=who), **told)


def retold(draft: NoticeDraft, **clauses: dict[str, Any] | None) -> NoticeDraft:
    """The table with some clauses changed or, where None is given, left out; ``c1_2`` is clause 1.2."""
    changes = {name[1:].replace("_", "."): change for name, change in clauses.items()}
    items = []
    for item in draft.items:
        kept = [one for one in item.clauses if changes.get(one.id, {}) is not None]
        items.append(replace(item, clauses=tuple(replace(one, **(changes.get(one.id) or {})) for one in kept)))
    return replace(draft, items=tuple(item for item in items if item.clauses))


def told(draft: NoticeDraft) -> tuple[dict[str, Any], str]:
    kept = to_json(draft)
    said = {name: value for name, value in kept.items() if name not in {"warnings", "decisions"}}
    return kept, hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def adopt(world: World, draft: NoticeDraft, login: str = "director", now: datetime = NOON, **more: Any) -> Adopted:
    """Adopt as the command does, its names decided: in these tests a name that is new is meant."""
    draft = decided(world, draft, now)
    made: Adopted = world.do(login, adoption.adopt, draft, *told(draft), now=now, **more)
    return made


def decided(world: World, draft: NoticeDraft, now: datetime = NOON) -> NoticeDraft:
    """The draft with every unit accepted that is like none in the register."""
    with world.database.read() as connection:
        held = name_doubts.held_against(draft, name_doubts.load(connection, world.office_id))
    new = [doubt.key for doubt in doubts.still_open(held) if doubt.note.code == "W-N30"]
    return doubts.decided(held, *(Decision(key, "accepted", "是新单位", "director", now) for key in new))


def revise(
    world: World, notice: int, draft: NoticeDraft, login: str = "director", now: datetime = NOON, **more: Any
) -> Adopted:
    """Revise as the command does, its names decided."""
    draft = decided(world, draft, now)
    made: Adopted = world.do(login, revision.revise, notice, draft, *told(draft), now=now, **more)
    return made


def plan(world: World, notice: int, draft: NoticeDraft) -> dict[str, str]:
    """The verdict on each clause."""
    with world.database.read() as connection:
        lines = adoption.plan_revision(connection, world.office_id, notice, draft)
    return {line.clause: line.verdict for line in lines}


def parts(world: World, notice: int, *, ended: bool = False) -> dict[str, list[tuple[str, str, str]]]:
    """Who has which part in each clause, in order: (unit, share, collective name)."""
    names = {row["id"]: row["name"] for row in world.rows("unit")}
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in world.rows("clause", notice_id=notice):
        held = [one for one in world.rows("responsibility", clause_id=row["id"]) if bool(one["ended_at"]) is ended]
        ordered = sorted(held, key=lambda one: one["position"])
        found[row["number"]] = [(names[one["unit_id"]], one["share"], one["via_group"]) for one in ordered]
    return found

"""How a duty stands to a task, and whether a step is open to it: pure, asked by guards and permissions alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.states import Relation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from models.states import Role
    from workflow.case import Post
    from workflow.flow import Step


def relation_of(post: Post, unit_id: int, co_units: Collection[int]) -> Relation:
    """How a duty's unit stands to a task of ``unit_id`` that names ``co_units`` beside it."""
    if post.unit_id == unit_id:
        return Relation.OWN
    return Relation.CO if post.unit_id in co_units else Relation.OTHER


def may_act(step: Step, posts: Iterable[Post], unit_id: int, co_units: Collection[int]) -> Role | None:
    """The duty by which one with these posts may take the step on a task of this unit, or None."""
    for post in posts:
        if step.open_to(post.role, relation_of(post, unit_id, co_units)):
            return post.role
    return None

"""The separation of powers as it is in force: each deed and each step of a flow with the duties that may do it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import labels
from models.language import _
from models.states import Reach, Relation, Role
from workflow.authorisation import GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflow.flow import Flow, Who


@dataclass(frozen=True, slots=True)
class Power:
    """Something that may be done, in words, and how far each duty reaches with it; an empty word is without limit."""

    said: str
    reach: Mapping[Role, str]


def deeds() -> list[tuple[str, list[Power]]]:
    """What is granted beside the flows, under its headings; everything else is refused."""
    return [
        (
            group.title.here,
            [
                Power(labels.deed(deed), {role: _how_far(reach) for role, reach in granted.items()})
                for deed, granted in group.deeds.items()
            ],
        )
        for group in GROUPS
    ]


def steps(flow: Flow) -> list[Power]:
    """The actions of a flow."""
    found: dict[str, dict[Role, str]] = {}
    for step in flow.steps:
        found.setdefault(step.action, {}).update({who.role: _whose(who) for who in step.by})
    return [Power(flow.action_label(action), reach) for action, reach in found.items()]


def _how_far(reach: Reach) -> str:
    return "" if reach is Reach.ALL else reach.label


def _whose(who: Who) -> str:
    """The office's duties reach every task."""
    return {Relation.OWN: Reach.OWN.label, Relation.CO: _("as co-unit"), Relation.OTHER: ""}[who.relation]

"""The separation of powers as it is in force: each deed and each step of a flow with the duties that may do it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models import labels
from models.states import Role
from workflow.permissions import DEEDS

if TYPE_CHECKING:
    from workflow.flow import Flow

#: the duties that people hold, in the order of the table's columns
DUTIES: Final = tuple(role for role in Role if role is not Role.SCHEDULER)


@dataclass(frozen=True, slots=True)
class Power:
    """Something that may be done, in words, and who may do it."""

    said: str
    roles: frozenset[Role]


def deeds() -> list[Power]:
    """What is granted beside the flows; everything else is refused."""
    return [Power(labels.deed(code), roles) for code, roles in DEEDS.items()]


def steps(flow: Flow) -> list[Power]:
    """The actions of a flow."""
    found: dict[str, set[Role]] = {}
    for step in flow.steps:
        found.setdefault(step.action, set()).update(step.roles)
    return [Power(flow.action_label(action), frozenset(roles)) for action, roles in found.items()]

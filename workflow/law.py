"""The law of the monthly report: one table; everything else about the states is derived from it.

Source: the reference notice (每月25日前报送…签字盖章…由市长江办汇总) and design section 4. The machine, the
permission check, the offered actions, the diagram, the table in the README and the exhaustive tests read these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.states import Action, Role, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

A, S, R = Action, TaskState, Role


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the law: who may take which action from where to where, and what must hold.

    ``guards`` and ``effects`` are names in the registries of ``guards.py`` and ``effects.py``; ``when`` names the
    condition that picks between two rows of the same action and source. Roles of a unit act for their own unit only.
    """

    action: Action
    sources: tuple[TaskState, ...]
    dest: TaskState
    roles: tuple[Role, ...]
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    when: str = ""


LAW: Final[tuple[Step, ...]] = (
    Step(A.RECEIVE, (S.ASSIGNED,), S.ASSIGNED, (R.CLERK,), ("not_yet_received",), ("mark_received",)),
    Step(
        A.REPORT,
        (S.ASSIGNED, S.RETURNED),
        S.REPORTED,
        (R.CLERK,),
        ("progress_given", "percent_in_range", "indicators_answered", "no_progress_has_reason"),
        ("store_report", "tell_leader"),
    ),
    Step(A.WITHDRAW, (S.REPORTED,), S.ASSIGNED, (R.CLERK,), (), ("take_back",), when="first_round"),
    Step(A.WITHDRAW, (S.REPORTED,), S.RETURNED, (R.CLERK,), (), ("take_back",), when="later_round"),
    Step(
        A.SIGN_STAMP,
        (S.REPORTED,),
        S.SIGNED_STAMPED,
        (R.LEADER, R.CLERK),
        ("filing_covers_version", "evidence_stored", "signer_and_seal_named"),
        ("mark_signed", "tell_reviewer"),
    ),
    Step(
        A.APPROVE,
        (S.SIGNED_STAMPED,),
        S.REVIEWED,
        (R.REVIEWER,),
        ("four_eyes",),
        ("mark_reviewed", "tell_clerk"),
    ),
    Step(
        A.RETURN,
        (S.SIGNED_STAMPED,),
        S.RETURNED,
        (R.REVIEWER,),
        ("reason_given", "refiling_date_ahead"),
        ("open_round", "tell_clerk"),
    ),
    Step(
        A.REOPEN,
        (S.REVIEWED,),
        S.RETURNED,
        (R.DIRECTOR,),
        ("reason_given", "refiling_date_ahead"),
        ("open_round", "tell_clerk"),
    ),
    Step(A.AGGREGATE, (S.REVIEWED,), S.AGGREGATED, (R.DIRECTOR,), ("by_summary",), ()),
    Step(A.WAIVE, (S.ASSIGNED, S.RETURNED), S.WAIVED, (R.DIRECTOR,), ("reason_given",), ("tell_clerk",)),
)

INITIAL: Final = S.ASSIGNED


def final_states(law: Iterable[Step] = LAW) -> frozenset[TaskState]:
    """States that no action leaves."""
    return frozenset(TaskState) - {source for step in law for source in step.sources}


def waiting_states(law: Iterable[Step] = LAW) -> frozenset[TaskState]:
    """States in which somebody still has to act."""
    return frozenset(TaskState) - final_states(law)


def steps_from(state: TaskState, law: Iterable[Step] = LAW) -> list[Step]:
    """The rows that leave a state, in the order of the law."""
    return [step for step in law if state in step.sources]


def may_take(step: Step, role: Role, *, own_unit: bool) -> bool:
    """Whether a role may take a step: unit roles only for their own unit, all that is not granted is refused."""
    return role in step.roles and (own_unit or role not in (Role.CLERK, Role.LEADER))

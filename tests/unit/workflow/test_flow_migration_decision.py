"""What becomes of one task when another version takes the place of its own: the decision alone, on plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.histories import edited, renamed
from workflow import flow_store
from workflow.flow_migration import NO_MOVES, Standing, decide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflow.flow import Flow

MONTHLY = flow_store.MONTHLY


def code_of(old: Flow, new: Flow, standing: Standing, moves: Mapping[str, str] = NO_MOVES) -> str:
    """The verdict with the state, or the code of the obstacle."""
    found = decide(standing, old, new, {**new.moves, **moves})
    if found.obstacle is None:
        return f"{found.verdict} {found.to_state}"
    assert found.obstacle.reason
    assert found.obstacle.remedy
    return found.obstacle.code


def test_move_leads_to_a_state_that_is_there_and_waits() -> None:
    old, standing = flow_store.shipped(MONTHLY), Standing("reported")
    new = renamed(old, "reported", "filed", move=False)
    assert code_of(old, new, standing) == "no_state"
    assert code_of(old, new, standing, {"reported": "nowhere"}) == "no_such_state"
    assert code_of(old, new, standing, {"reported": "waived"}) == "final"
    assert code_of(old, new, standing, {"reported": "filed"}) == "map filed"
    moved = renamed(old, "reported", "filed")
    assert code_of(old, moved, standing) == "map filed"
    assert code_of(old, moved, standing, {"reported": "assigned"}) == "map assigned"


def test_change_of_meaning_is_blocked_unless_it_is_said() -> None:
    old = flow_store.shipped(MONTHLY)
    new = edited(old, (r'(name = "reviewed"\nlabel = [^\n]*\nstage = )"reviewed"', r'\1"signed_stamped"'))
    assert code_of(old, new, Standing("reviewed")) == "meaning"
    assert code_of(old, new, Standing("reviewed"), {"reviewed": "reviewed"}) == "map reviewed"
    assert code_of(old, new, Standing("assigned")) == "keep assigned"


def test_flow_about_another_record_takes_no_task() -> None:
    old = flow_store.shipped(MONTHLY)
    assert code_of(old, edited(old, ('about = "report"', 'about = "problem"')), Standing("assigned")) == "records"


def test_another_panel_is_never_put_in_the_place_of_one_that_sits() -> None:
    old = flow_store.shipped("co_signed_report")
    one_is_enough = edited(old, (r'needs = "all", order = "any"', 'needs = "one"'))
    nobody = edited(old, (r'\npanel = { seats = \["leader"\][^\n]*', ""))
    sits = Standing("unit_signing")
    assert code_of(old, one_is_enough, sits) == "panel"
    assert code_of(old, one_is_enough, Standing("unit_signing", signatures=1)) == "signed"
    assert code_of(old, nobody, Standing("unit_signing", signatures=1)) == "signed"
    assert code_of(old, nobody, sits) == "keep unit_signing"
    assert code_of(nobody, old, sits) == "panel"
    assert (
        code_of(old, renamed(old, "unit_signing", "signing"), Standing("unit_signing", signatures=1)) == "map signing"
    )


def test_straight_back_is_kept_or_the_task_stays() -> None:
    old = flow_store.shipped("internal_report")
    waits = Standing("returned", back_to="second_review")
    gone = edited(old, (r'to = \["confirmed", "second_review"\]', 'to = ["confirmed"]'))
    assert code_of(old, gone, waits) == "returner"
    assert code_of(old, gone, Standing("returned", back_to="confirmed")) == "keep returned"
    other_name = renamed(old, "second_review", "last_review")
    assert decide(waits, old, other_name, other_name.moves).back_to == "last_review"
    assert code_of(old, renamed(old, "second_review", "last_review", move=False), waits) == "returner"


def test_four_eyes_do_not_forget_who_filed_under_another_name() -> None:
    old = flow_store.shipped(MONTHLY)
    new = edited(old, ('name = "report"', 'name = "hand_in"'), (r'four_eyes = \["report"', 'four_eyes = ["hand_in"'))
    assert code_of(old, new, Standing("signed_stamped", taken=frozenset({"report"}))) == "four_eyes"
    assert code_of(old, new, Standing("assigned")) == "keep assigned"

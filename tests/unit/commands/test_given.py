"""What was said on the command line reaches the action, and what was left out does not."""

from __future__ import annotations

from commands.given import as_given


def test_a_completion_of_nothing_is_said_and_a_flag_left_out_is_not() -> None:
    said = {"percent": 0, "straight_back": False, "reason": "", "people": (), "refile_on": None, "to_state": "returned"}
    assert as_given(said) == {"percent": 0, "to_state": "returned"}

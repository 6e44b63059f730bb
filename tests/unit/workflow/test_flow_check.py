"""What is wrong with a flow is named, each with its line and what to do; a shipped flow has nothing wrong."""

from __future__ import annotations

import pytest

from models.language import speaking
from schedules import ladder_check
from workflow import flow_check
from workflow.flow_reading import read_flow
from workflow.flow_store import SHIPPED, shipped

MONTHLY, INTERNAL = shipped("monthly_report").text, shipped("internal_report").text


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_flow_makes_sense(name: str) -> None:
    assert ladder_check.flaws(shipped(name)) == []


def found(text: str) -> list[tuple[str, str, str]]:
    """(the line's text, what, remedy) of every flaw, in English."""
    with speaking("en"):
        flow = read_flow(text)
        lines = ["", *flow.text.splitlines()]
        return [(lines[flaw.line], flaw.what, flaw.remedy) for flaw in ladder_check.flaws(flow)]


EXTRA = """
[[state]]
name = "parked"
label = { zh = "搁置", en = "parked" }
stage = "assigned"
unchased = "试验"
"""
CASES = {
    "unreachable state": (
        MONTHLY.replace("\n[[action]]", EXTRA + "\n[[action]]", 1),
        ('name = "parked"', "The state “parked” is never reached."),
    ),
    "dead end": (
        MONTHLY.replace(
            'from = ["reviewed"]\nto = "aggregated"', 'from = ["signed_stamped"]\nto = "aggregated"'
        ).replace('from = ["reviewed"]\nto = "returned"', 'from = ["signed_stamped"]\nto = "returned"'),
        ('name = "reviewed"', "The state “reviewed” is a dead end: no action leads on, and it is not final."),
    ),
    "action nobody may do": (
        MONTHLY.replace('to = "aggregated"\nby = ["director"]', 'to = "aggregated"\nby = []'),
        ('name = "aggregate"', "Nobody may take the action “aggregate”."),
    ),
    "unknown guard": (
        MONTHLY.replace('guards = ["not_yet_received"]', 'guards = ["not_received_yet"]'),
        ('name = "receive"', "Action “receive”: the guard “not_received_yet” is not known."),
    ),
    "unknown effect": (
        MONTHLY.replace('effects = ["mark_signed"]', 'effects = ["sign"]'),
        ('name = "sign_stamp"', "Action “sign_stamp”: the effect “sign” is not known."),
    ),
    "unknown thing to give": (
        MONTHLY.replace('gives = ["summary"]', 'gives = ["paper"]'),
        ('name = "aggregate"', "Action “aggregate”: the thing to give “paper” is not known."),
    ),
    "unknown state": (
        MONTHLY.replace('to = "signed_stamped"', 'to = "stamped"'),
        ('name = "sign_stamp"', "Action “sign_stamp”: the state “stamped” is not known."),
    ),
    "unknown initial state": (
        MONTHLY.replace('initial = "assigned"', 'initial = "begun"'),
        ('initial = "begun"', "The initial state “begun” is not there."),
    ),
    "waiting state nobody is chased for": (
        MONTHLY.replace('states = ["reviewed"]', 'states = ["returned"]'),
        ('name = "reviewed"', "The state “reviewed” waits, and nobody is chased for it."),
    ),
    "self-approval": (
        MONTHLY.replace('four_eyes = ["report", "sign_stamp"]\n', ""),
        ('name = "approve"', "Self-approval: “approve” may be taken by whoever took “report”."),
    ),
    "final state that can be left": (
        MONTHLY.replace('from = ["reviewed"]\nto = "returned"', 'from = ["reviewed", "aggregated"]\nto = "returned"'),
        ('name = "reopen"', "The state “aggregated” is final, and the action “reopen” is possible in it."),
    ),
    "final without its stage": (
        MONTHLY.replace('stage = "waived"\n', 'stage = "returned"\n'),
        ('name = "waived"', "The state “waived” is final, or its stage is, and not both."),
    ),
    "message without words": (
        MONTHLY.replace('tells = { clerk = "approved" }', 'tells = { clerk = "hooray" }'),
        ('name = "approve"', "Action “approve”: there are no words for the message “hooray”."),
    ),
    "rule for a state that is not there": (
        MONTHLY.replace('states = ["reviewed"]', 'states = ["revued"]'),
        ('states = ["revued"]', "Rule “unsummarised”: “revued” does not fit the key “states”"),
    ),
    "rule without words": (
        MONTHLY.replace('template = "unsummarised"', 'template = "hooray"'),
        ('template = "hooray"', "Rule “unsummarised”: “hooray” does not fit the key “template”"),
    ),
    "panel that nobody signs for": (
        INTERNAL.replace("signs = true\n", ""),
        ('name = "reported"', "A panel sits in “reported”, and no action signs there."),
    ),
    "signature without a panel": (
        INTERNAL.replace('panel = { seats = ["leader"], needs = "one" }\n', ""),
        ('name = "confirm"', "“confirm” signs in “reported”, where no panel sits."),
    ),
    "seat of somebody who may not sign": (
        INTERNAL.replace('seats = ["leader"]', 'seats = ["leader", "director"]'),
        ('name = "confirm"', "Not everybody who has a seat in “reported” may take “confirm”."),
    ),
    "straight back where nothing leads": (
        INTERNAL.replace('to = ["confirmed", "second_review"]', 'to = ["confirmed"]'),
        (
            'name = "return"',
            "“return” from “second_review” can be asked straight back, and nothing leads straight back there.",
        ),
    ),
    "what only a problem has": (
        MONTHLY.replace('effects = ["mark_reviewed"]', 'effects = ["mark_reviewed", "plan_look_back"]'),
        ('name = "approve"', "Action “approve”: “plan_look_back” makes no sense in a flow about “report”."),
    ),
    "approved reports that nobody aggregates": (
        MONTHLY.replace('gives = ["summary"]\n', ""),
        ('name = "reviewed"', "Reports in “reviewed” are approved, and no action aggregates them."),
    ),
    "move to nowhere": (
        MONTHLY.replace("\n[[state]]", '\n[moves]\nold = "gone"\n\n[[state]]', 1),
        ('old = "gone"', "The move of “old” leads to “gone”, which is no state."),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_flaw_is_named_with_its_line_and_a_remedy(case: str) -> None:
    text, (line, what) = CASES[case]
    flaws = found(text)
    assert [(place, said) for place, said, _remedy in flaws if place == line and said.startswith(what)], flaws
    assert all(remedy for _place, _said, remedy in flaws)


@pytest.mark.parametrize("case", sorted(set(CASES) - {"unreachable state", "dead end", "unknown initial state"}))
def test_one_flaw_is_not_said_in_ten_ways(case: str) -> None:
    assert len(found(CASES[case][0])) <= 2


def test_reason_why_nobody_is_chased_is_enough() -> None:
    silent = MONTHLY.replace('states = ["reviewed"]', 'states = ["returned"]')
    told = silent.replace('stage = "reviewed"\n', 'stage = "reviewed"\nunchased = "汇总由主任按月统一办理"\n')
    assert found(told) == []


def test_flaws_stand_in_the_order_of_the_file() -> None:
    text = MONTHLY.replace('guards = ["not_yet_received"]', 'guards = ["a"]').replace(
        'gives = ["summary"]', 'gives = ["b"]'
    )
    lines = [flaw.line for flaw in flow_check.flaws(read_flow(text))]
    assert lines == sorted(lines)
    assert len(lines) == 2


def test_message_that_only_the_office_has_words_for_is_no_flaw() -> None:
    text = MONTHLY.replace('tells = { clerk = "approved" }', 'tells = { clerk = "meeting" }')
    text = text.replace('template = "unsummarised"', 'template = "meeting"')
    flow = read_flow(text)
    assert len(ladder_check.flaws(flow)) == 2
    assert ladder_check.flaws(flow, ["meeting"]) == []

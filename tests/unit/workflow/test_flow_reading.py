"""A flow's file: what is wrong is named with its line; its short forms become plain steps."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from itertools import pairwise

import pytest

from kit.world import refused
from models.errors import BadInput
from models.language import speaking
from models.states import Relation, Role, Stage
from workflow.flow import Label, Panel, Who
from workflow.flow_reading import read_flow
from workflow.flow_store import SHIPPED, shipped
from workflow.toml_lines import MAX_CHARACTERS

SMALL = """\
name = "small"
title = { zh = "小流程", en = "small flow" }
about = "report"
initial = "open"

[[state]]
name = "open"
label = { zh = "办理中", en = "open" }
stage = "assigned"
panel = { seats = ["leader", "co.leader"], order = "given" }

[[state]]
name = "done"
label = { zh = "办结", en = "done" }
stage = "aggregated"
final = true

[[action]]
name = "sign"
label = { zh = "签", en = "sign" }
from = ["open"]
to = "done"
by = ["leader", "co.leader"]
signs = true
effects = ["mark_signed"]
tells = { clerk = "approved" }

[[action]]
name = "copy"
label = { zh = "抄送", en = "copy" }
from = ["open", "done"]
stays = true
by = ["director"]
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_flow_is_known_by_the_hash_of_its_file(name: str) -> None:
    flow = shipped(name)
    assert flow.sha256 == hashlib.sha256(flow.text.encode()).hexdigest()
    assert flow.name == name
    assert flow.short == flow.sha256[:8]
    assert read_flow(flow.text).steps == flow.steps


def test_short_forms_become_plain_steps() -> None:
    flow = read_flow(SMALL)
    rows = [(step.action, step.sources, step.dest, step.when, step.effects, step.tells) for step in flow.steps]
    assert rows == [
        ("sign", ("open",), "open", "signatures_missing", ("take_seat",), ()),
        ("sign", ("open",), "done", "last_signature", ("take_seat", "mark_signed"), (("clerk", "approved"),)),
        ("copy", ("open",), "open", "", (), ()),
        ("copy", ("done",), "done", "", (), ()),
    ]
    assert [step.guards for step in flow.steps] == [("my_turn",), ("my_turn",), (), ()]
    own, beside = Who(Role.LEADER, Relation.OWN), Who(Role.LEADER, Relation.CO)
    assert flow.steps[0].by == (own, beside)
    assert flow.by_name["open"].panel == Panel((own, beside), "given", "all")
    assert (flow.waiting, flow.final, flow.stage("open")) == (("open",), {"done"}, Stage.ASSIGNED)


@pytest.mark.parametrize(
    ("written", "instead", "asks"),
    [
        ('"leader", "co.leader"], order', '"leader", "co.leader"], order', True),
        ('["leader", "co.leader"]\n', '["leader"]\n', True),
        ('["leader", "co.leader"], order', '["leader"], order', True),
        ('"leader", "co.leader"]', '"leader"]', False),
    ],
)
def test_a_flow_knows_whether_units_named_beside_do_anything_in_it(written: str, instead: str, asks: bool) -> None:
    assert written in SMALL
    assert read_flow(SMALL.replace(written, instead)).asks_co_named is asks


def test_several_destinations_become_a_step_each() -> None:
    text = SMALL.replace('to = "done"\n', 'to = ["done", "open"]\nchosen_by = "given_state"\n').replace(
        "signs = true\n", ""
    )
    assert [step.dest for step in read_flow(text).steps_of("sign")] == ["done", "open"]


def test_words_are_in_the_language_of_the_reader_and_an_unknown_name_is_shown_as_it_is() -> None:
    flow = read_flow(SMALL)
    said = []
    for language in ("zh", "en"):
        with speaking(language):
            said.append(
                (flow.title.here, flow.state_label("done"), flow.action_label("sign"), flow.state_label("gone"))
            )
    assert said == [("小流程", "办结", "签", "gone"), ("small flow", "done", "sign", "gone")]
    assert flow.title == Label("小流程", "small flow")


def test_every_step_knows_the_line_of_its_section() -> None:
    lines = SMALL.splitlines()
    flow = read_flow(SMALL)
    assert [lines[step.line - 1] for step in flow.steps] == ['name = "sign"'] * 2 + ['name = "copy"'] * 2
    assert [lines[state.line - 1] for state in flow.states] == ['name = "open"', 'name = "done"']


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('name = "small"', 'name = "Small flow"', 1, "Small flow"),
        ("about", "aboot", 0, "about"),
        ('about = "report"', 'about = "letter"', 3, "letter"),
        ('stage = "assigned"', 'stage = "begun"', 9, "begun"),
        ('stage = "assigned"', 'stage = "assigned"\ncolour = "red"', 10, "colour"),
        ('name = "done"', 'name = "open"', 13, "open"),
        ('"leader", "co.leader"], order', '"mayor"], order', 10, "mayor"),
        ('by = ["director"]', 'by = ["system"]', 33, "system"),
        ("stays = true", 'stays = true\nto = "done"', 29, "copy"),
        ("stays = true\n", "", 29, "copy"),
        ('to = "done"', 'to = ["done", "open"]', 19, "sign"),
        ("signs = true", 'signs = true\nwhen = "first_round"', 19, "sign"),
        ('label = { zh = "抄送", en = "copy" }\n', "", 29, "copy"),
        ('label = { zh = "抄送", en = "copy" }', 'label = { zh = "抄送" }', 30, "en"),
        ("tells = { clerk", "tells = { mayor", 26, "mayor"),
        ("[[state]]", "[[state", 6, ""),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    with refused("E-W01", BadInput) as caught:
        read_flow(SMALL.replace(old, new, 1), "own.toml")
    assert said in caught.value.what
    if old != "[[state]]":
        assert caught.value.where == (f"own.toml 第 {line} 行" if line else "own.toml")


@pytest.mark.parametrize(
    ("hostile", "said"),
    [
        (SMALL + "#" * MAX_CHARACTERS, "200000"),
        (".".join("a" * 20_000) + " = 1", "8"),  # 1.6 GB, were it read
        (SMALL + "x = { " + ".".join(['"é"'] * 9) + " = 1 }", "8"),
        ("a = " + "[" * 5_000, "TOML"),
        (SMALL + "".join(f'[[state]]\nname = "s{n}"\nlabel = {{ zh = "甲", en = "a" }}\nstage = "assigned"\n' for n in range(200)), "200"),
    ],
    ids=["long", "a long key", "a long key of quoted parts", "deep", "many states"],
)  # fmt: skip
def test_what_costs_more_than_a_file_of_ours_may_is_refused_at_once(hostile: str, said: str) -> None:
    before = time.process_time()
    with refused("E-W01", BadInput) as caught:
        read_flow(hostile)
    assert said in caught.value.what
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    "text", ["", "[", "name = 3", "state = 1\naction = 2", "[[state]]\n[[action]]\n", "a.b.c = 1", "\x00"]
)
def test_rubbish_is_refused_and_not_a_fault(text: str) -> None:
    with refused("E-W01", BadInput):
        read_flow(text)


def test_every_cut_of_a_flow_is_read_or_refused() -> None:
    lines = SMALL.splitlines(keepends=True)
    for number, _line in enumerate(lines):
        with suppress(BadInput):  # any other error is a fault
            read_flow("".join(lines[:number] + lines[number + 1 :]))
    for one, other in pairwise(range(0, len(SMALL), 40)):
        with refused("E-W01", BadInput):
            read_flow(SMALL[:one] + "\x01" + SMALL[other:])

"""Which unit of the register a name may mean: by stated rules, surest first, and never taken without asking."""

from __future__ import annotations

from datetime import date

import pytest

from kit.tables import clause, table
from kit.world import CO, NOON, OTHER, OWN, World
from models import doubts
from models.drafts import Decision
from workflow import name_doubts, units
from workflow.name_doubts import Register
from workflow.name_matching import Likeness, likeness, nearest, probable

REGISTER = (
    "市发展和改革委员会", "市商务粮食局", "市水利局", "市财政局", "市市场监管局", "市教育局", "滨河区政府", "市人居办",
    "市文化旅游广电体育局",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "known", "how"),
    [
        ("市发展改革委", "市发展和改革委员会", Likeness.SAME_IN_FULL), ("滨河区", "滨河区政府", Likeness.SAME_IN_FULL),
        ("滨河区人民政府", "滨河区政府", Likeness.SAME_IN_FULL), ("市人居办公室", "市人居办", Likeness.SAME_IN_FULL),
        ("财政局", "市财政局", Likeness.WITHOUT_PLACE), ("市市水利局", "市水利局", Likeness.WITHOUT_PLACE),
        ("市场监管局", "市市场监管局", Likeness.WITHOUT_PLACE), ("云汀市水利局", "市水利局", Likeness.WITHOUT_PLACE),
        ("市发改委", "市发展和改革委员会", Likeness.SHORT_FORM), ("市商粮局", "市商务粮食局", Likeness.SHORT_FORM),
        ("市文旅广体局", "市文化旅游广电体育局", Likeness.SHORT_FORM), ("市市场监督管理局", "市市场监管局", Likeness.SHORT_FORM),
        ("市商务粮贸局", "市商务粮食局", Likeness.SLIP), ("市商粮务食局", "市商务粮食局", Likeness.SLIP),
    ],
)  # fmt: skip
def test_name_is_probably_the_one_it_comes_near(name: str, known: str, how: Likeness) -> None:
    assert likeness(name, known) == how
    assert probable(name, REGISTER)[0] == known
    assert nearest(name, REGISTER)[0] == known


@pytest.mark.parametrize(
    "name",
    [
        "市水务局",
        "市民政局",
        "县水利局",
        "甲县水利局",
        "市水利厅",
        "临江区政府",
        "市局",
        "市",
        "",
        "国网云汀供电分公司",
    ],
)
def test_other_unit_is_not_taken_for_a_slip(name: str) -> None:
    assert probable(name, REGISTER) == []


def test_a_few_similar_names_are_proposed_even_where_nothing_says_that_one_is_meant() -> None:
    assert nearest("市水务局", REGISTER)[0] == "市水利局"
    assert len(nearest("市局", [f"市{letter}局" for letter in "甲乙丙丁戊"])) == 3


FULL = Register(
    frozenset({"市水利局", "市商务粮食局"}), {"市农水局": "市水利局"}, {"市环保局": ("市水利局", date(2022, 3, 31))}
)


def codes(*names: str, register: Register = FULL) -> list[tuple[str, str, tuple[str, ...]]]:
    draft = table(clause("1.1", *names), clause("2.1", *names[:1]))
    return [(note.code, note.quote, note.readings) for note in name_doubts.found(draft, register)]


def test_names_and_aliases_of_today_are_silent_everything_else_is_asked() -> None:
    assert codes("市水利局", "市农水局") == []
    assert codes("市水利局", "市商粮局", "市教育局", "市环保局") == [
        ("E-N02", "市商粮局", ("市商务粮食局",)), ("W-N30", "市教育局", ()),
        ("W-N32", "市环保局", ("市水利局",)),
    ]  # fmt: skip
    assert [doubts.weighs(code) for code in ("E-N02", "W-N30", "W-N32")] == [True, True, False]


def test_register_that_nobody_filled_asks_about_near_names_alone() -> None:
    bare = Register(frozenset({"滨河区政府"}), bare=True)
    assert codes("市水利局", "滨河区", register=bare) == [("E-N02", "滨河区", ("滨河区政府",))]


def test_what_was_said_of_a_name_stays_when_the_names_are_held_anew() -> None:
    draft = name_doubts.held_against(table(clause("1.1", "市教育局")), FULL)
    (asked,) = doubts.listed(draft)
    draft = doubts.decided(draft, Decision(asked.key, "accepted"))
    again = name_doubts.held_against(draft, FULL)
    assert [one.open for one in doubts.listed(again)] == [False]
    assert name_doubts.held_against(table(clause("1.1", "市水利局")), FULL).warnings == ()


def test_register_is_loaded_with_aliases_and_heirs(world: World) -> None:
    world.do("director", units.add_alias, OWN, "市发改局")
    with world.database.read() as connection:
        register = name_doubts.load(connection, world.office_id)
    assert (OWN in register.names, register.aliases, register.bare) == (True, {"市发改局": OWN}, False)
    world.do("director", units.succeed, OTHER, CO)
    with world.database.read() as connection:
        register = name_doubts.load(connection, world.office_id)
    assert register.closed[OTHER][0] == CO
    assert register.closed[OTHER][1] < NOON.date()

"""The drawings of a flow say what the flow says, no more and no less, for every flow alike."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from itertools import chain, combinations, pairwise
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from models.language import speaking
from models.states import Relation, Role, Stage
from workflow import diagram
from workflow.diagram_layout import Picture, grid_of, layout, main_line, text_width
from workflow.flow import Flow, Label, State, Step, Terms, Who
from workflow.flow_store import SHIPPED, shipped

if TYPE_CHECKING:
    from workflow.diagram_layout import Arrow, Box

SVG = "{http://www.w3.org/2000/svg}"
FLOWS = pytest.mark.parametrize("flow", [shipped(name) for name in SHIPPED], ids=SHIPPED)
#: left, top, right, bottom
Area = tuple[float, float, float, float]


def edges(flow: Flow) -> set[tuple[str, str]]:
    return {(source, step.dest) for step in flow.steps for source in step.sources}


def made(steps: list[tuple[str, str]], *, said: str = "go", aside: str = "") -> Flow:
    """A flow of these steps; its states stand in the order in which the steps name them, some of them waived."""
    names = list(dict.fromkeys(chain.from_iterable(steps)))
    stages = {name: Stage.WAIVED if name in aside else Stage.ASSIGNED for name in names}
    states = tuple(State(name, Label(name, name), stages[name]) for name in names)
    by = (Who(Role.CLERK, Relation.OWN),)
    rows = tuple(Step(f"{source}{dest}", (source,), dest, by) for source, dest in steps)
    labels = {row.action: Label(said, said) for row in rows}
    return Flow("m", Label("m", "m"), "report", names[0], states, rows, labels, Terms(), {}, (), "0" * 64, "")


def drawn_at_random(dice: random.Random) -> Flow:
    names = [f"s{number}" for number in range(dice.randint(1, 8))]
    stages = [Stage.ASSIGNED] * 3 + list(Stage)
    words = ["go", "退回", "withdraw the registration", "申请销号", "a / b", "<&>"]
    states = [
        State(name, Label(name, name * dice.randint(1, 9)), dice.choice(stages), dice.random() < 0.2) for name in names
    ]
    actions = {f"a{number}": Label(dice.choice(words), dice.choice(words)) for number in range(9)}
    by = (Who(Role.CLERK, Relation.OWN),)
    steps = [
        Step(dice.choice(list(actions)), tuple(dice.sample(names, dice.randint(1, min(3, len(names))))), dest, by)
        for dest in dice.choices(names, k=dice.randint(0, 14))
    ]
    title = Label("随机", "random")
    return Flow("r", title, "report", names[0], tuple(states), tuple(steps), actions, Terms(), {}, (), "0" * 64, "")


# — the words —


@FLOWS
def test_mermaid_has_an_arrow_for_every_row_and_source(flow: Flow) -> None:
    lines = [line.strip() for line in diagram.mermaid(flow).splitlines()]
    drawn = [line for line in lines if re.fullmatch(r"[a-z_]+ --> [a-z_]+: .+", line)]
    assert drawn == [
        f"{source} --> {step.dest}: {flow.action_label(step.action)} ({'/'.join(role.label for role in step.roles)})"
        for step in flow.steps
        for source in step.sources
    ]
    assert lines[0] == "stateDiagram-v2"
    assert [line for line in lines if line.startswith("[*]")] == [f"[*] --> {flow.initial}"]
    assert {line for line in lines if line.endswith("[*]")} == {f"{name} --> [*]" for name in flow.final}
    assert {f"{state.name}: {state.label.zh}" for state in flow.states} <= set(lines)


@FLOWS
def test_markdown_says_every_row_once_and_stays_as_one_row(flow: Flow) -> None:
    lines = diagram.markdown(flow).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(row) for row in cells} == {5}
    stays = Counter(step.action for step in flow.steps if step.sources == (step.dest,))
    assert len(cells) - 2 == len(flow.steps) - sum(count - 1 for count in stays.values())
    said = {(row[0], source, row[2]) for row in cells[2:] for source in row[1].split(", ")}
    label, action = flow.state_label, flow.action_label
    assert said == {
        (action(step.action), label(source), label(step.dest) if stays[step.action] < 2 else "=")
        if source == step.dest
        else (action(step.action), label(source), label(step.dest))
        for step in flow.steps
        for source in step.sources
    }


@FLOWS
def test_markdown_names_all_that_must_hold_or_be_given(flow: Flow) -> None:
    lines = diagram.markdown(flow).splitlines()[2:]
    named = [re.findall(r"`([a-z_]+)`", line) for line in lines]
    rows = {
        (step.action, step.dest if step.sources != (step.dest,) else "="): [
            *filter(None, (step.when, step.chosen_by)),
            *step.gives,
            *step.guards,
            *(["four_eyes"] if step.four_eyes else []),
        ]
        for step in flow.steps
    }
    assert {tuple(names) for names in named} == {tuple(names) for names in rows.values()}
    assert all(line.endswith("| – |") for line, names in zip(lines, named, strict=True) if not names)
    kept_out = {flow.action_label(action) for step in flow.steps for action in step.four_eyes}
    words = [line.split("`four_eyes`: ")[1].removesuffix(" |") for line in lines if "`four_eyes`" in line]
    assert {word for each in words for word in each.split("、")} == kept_out


def test_drawings_follow_the_flow_and_the_language() -> None:
    flow = shipped(SHIPPED[0])
    less = replace(flow, steps=flow.steps[:1])
    label = flow.action_label(flow.steps[1].action)
    assert label in diagram.markdown(flow)
    assert label not in diagram.markdown(less)
    assert len(diagram.mermaid(less).splitlines()) < len(diagram.mermaid(flow).splitlines())
    with speaking("en"):
        assert not re.search(r"[\u4e00-\u9fff]", diagram.mermaid(flow) + diagram.markdown(flow) + diagram.svg(flow))


# — the picture —


@FLOWS
def test_picture_has_every_state_every_arrow_and_every_word(flow: Flow) -> None:
    root = etree.fromstring(diagram.svg(flow))
    assert len(list(root.iter(f"{SVG}rect"))) == len(flow.states)
    tips = [element for element in root.iter() if element.get("marker-end")]
    assert len(tips) == len(edges(flow)) + 1  # and the one that comes from nowhere
    words = {text.text for text in root.iter(f"{SVG}text")}
    assert {state.label.zh for state in flow.states} <= words
    said = {part for word in words for part in word.split(" / ")}
    assert {flow.action_label(step.action) for step in flow.steps} <= said
    assert diagram.svg(replace(flow)) == diagram.svg(flow)


@FLOWS
def test_final_states_have_a_thick_border(flow: Flow) -> None:
    drawn = re.findall(r'<rect [^>]*stroke-width="(\d)"/><text [^>]*>([^<]+)</text>', diagram.svg(flow))
    assert {label for width, label in drawn if width == "3"} == {flow.state_label(name) for name in flow.final}
    assert {label for width, label in drawn if width == "1"} == {flow.state_label(name) for name in flow.waiting}


def test_words_of_an_office_cannot_break_the_picture() -> None:
    root = etree.fromstring(diagram.svg(made([("a<b", "&c")], said='"<&>')))
    assert [text.text for text in root.iter(f"{SVG}text")] == ['"<&>', "a<b", "&c"]


def test_several_steps_that_stay_share_one_loop() -> None:
    flow = shipped("problem_ledger")
    loops = [arrow.words for arrow in layout(flow).arrows if arrow.edge == ("applied", "applied")]
    assert loops == ["转办 / 抄送"]


# — the places —


@pytest.mark.parametrize("language", ["zh", "en"])
@FLOWS
def test_shipped_picture_is_clear(flow: Flow, language: str) -> None:
    with speaking(language):
        picture = layout(flow)
        assert_clear(flow, picture)
        assert grid_of(flow).round_about() == []
    lines = [hull(line) for arrow in picture.arrows for line in pairwise(arrow.points)]
    assert not [arrow.words for arrow in picture.arrows if any(overlap(spoken(arrow), line) for line in lines)]


@pytest.mark.parametrize("name", SHIPPED)
def test_arrows_cross_only_where_they_must(name: str) -> None:
    assert crossed(layout(shipped(name))) == ([("拿回", "退回")] if name == "internal_report" else [])


def test_arrows_over_the_line_are_nested() -> None:
    line = [("a", "b"), ("b", "c"), ("c", "d")]
    assert crossed(layout(made([*line, ("d", "a"), ("a", "d"), ("d", "b")]))) == []
    assert crossed(layout(made([*line, ("a", "d"), ("a", "c")]))) == []


def test_main_line_is_the_month_without_what_went_back() -> None:
    line = main_line(shipped("monthly_report"))
    assert line == ("assigned", "reported", "signed_stamped", "reviewed", "aggregated")
    longer = [("a", "x"), ("x", "y"), ("y", "c"), ("a", "c")]
    assert main_line(made(longer)) == ("a", "x", "y", "c")
    assert main_line(made(longer, aside="xy")) == ("a", "c")


def test_bars_stand_in_the_order_that_bars_the_fewest_arrows() -> None:
    flow = made([("a", "b"), ("b", "c"), ("a", "x"), ("c", "x"), ("b", "y")], aside="xy")
    grid = grid_of(flow)
    assert grid.row == {"a": 0, "b": 0, "c": 0, "y": 1, "x": 2}
    assert grid.round_about() == []
    assert_clear(flow, layout(flow))


def test_arrow_whose_way_is_barred_goes_round() -> None:
    """Two bars under the whole line: the arrows to the lower one cannot run straight down."""
    line = [("a", "b"), ("b", "c")]
    flow = made([*line, *((source, bar) for bar in "xy" for source in "abc")], aside="xy")
    assert grid_of(flow).round_about() == [("a", "y"), ("b", "y"), ("c", "y")]
    assert_clear(flow, layout(flow))


def test_any_flow_is_drawn_whole() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    for number in range(150):
        flow = drawn_at_random(dice)
        print(number, [state.name for state in flow.states], sorted(edges(flow)))
        assert_clear(flow, layout(flow))
        etree.fromstring(diagram.svg(flow))


def assert_clear(flow: Flow, picture: Picture) -> None:
    """Boxes, arrows and words are all there, within the frame, and do not lie on each other."""
    assert {box.name for box in picture.boxes} == set(flow.by_name)
    assert Counter(arrow.edge for arrow in picture.arrows) == Counter(edges(flow))
    boxes = {box.name: area(box) for box in picture.boxes}
    words = [spoken(arrow) for arrow in picture.arrows]
    for left, top, right, bottom in [*boxes.values(), *words, *map(stretch, picture.arrows)]:
        assert left >= 0
        assert top >= 0
        assert right <= picture.wide
        assert bottom <= picture.high
    assert not [pair for pair in combinations([*boxes.values(), *words], 2) if overlap(*pair)]
    for arrow in picture.arrows:
        assert_way(arrow, boxes)
    for one, other in combinations(picture.arrows, 2):
        assert not [pair for pair in each_with_each(one, other) if alongside(*pair)], (one.edge, other.edge)


def assert_way(arrow: Arrow, boxes: dict[str, Area]) -> None:
    """It begins and ends on the border of its boxes, turns squarely, and passes through none."""
    for name, (x, y) in zip(arrow.edge, (arrow.points[0], arrow.points[-1]), strict=True):
        left, top, right, bottom = boxes[name]
        assert (x in {left, right} and top < y < bottom) or (y in {top, bottom} and left < x < right)
    for line in pairwise(arrow.points):
        assert line[0] != line[1]
        assert line[0][0] == line[1][0] or line[0][1] == line[1][1]
        assert not [name for name, box in boxes.items() if overlap(hull(line), box)], arrow.edge
        assert not [name for name, box in boxes.items() if name not in arrow.edge and touch(hull(line), box)]


def each_with_each(one: Arrow, other: Arrow) -> list[tuple[Area, Area]]:
    return [(hull(a), hull(b)) for a in pairwise(one.points) for b in pairwise(other.points)]


def crossed(picture: Picture) -> list[tuple[str, str]]:
    pairs = combinations(picture.arrows, 2)
    return [(one.words, other.words) for one, other in pairs if any(overlap(*p) for p in each_with_each(one, other))]


def alongside(a: Area, b: Area) -> bool:
    """Whether two lines lie on each other for more than the point where they cross."""
    return touch(a, b) and ((a[0] == a[2] == b[0] == b[2]) or (a[1] == a[3] == b[1] == b[3]))


def area(box: Box) -> Area:
    return box.x, box.y, box.x + box.wide, box.y + box.high


def spoken(arrow: Arrow) -> Area:
    x, y = arrow.at
    wide = text_width(arrow.words)
    left = x if arrow.anchor == "start" else x - wide / 2
    return left, y - 12, left + wide, y + 3


def hull(line: tuple[tuple[int, int], tuple[int, int]]) -> Area:
    (x, y), (x2, y2) = line
    return min(x, x2), min(y, y2), max(x, x2), max(y, y2)


def stretch(arrow: Arrow) -> Area:
    across, down = zip(*arrow.points, strict=True)
    return min(across), min(down), max(across), max(down)


def overlap(a: Area, b: Area) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def touch(a: Area, b: Area) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]

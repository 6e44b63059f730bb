"""The drawings of the law say what the law says, no more and no less."""

from __future__ import annotations

import re
from itertools import combinations

from lxml import etree

from models.states import TaskState
from workflow import diagram
from workflow.law import LAW, final_states

ARROWS = {(source, step.dest) for step in LAW for source in step.sources}


def test_mermaid_has_an_arrow_for_every_row_and_source() -> None:
    lines = [line.strip() for line in diagram.mermaid().splitlines()]
    drawn = [line for line in lines if re.fullmatch(r"[a-z_]+ --> [a-z_]+: .+", line)]
    assert drawn == [
        f"{source.value} --> {step.dest.value}: {step.action.label} ({'/'.join(role.label for role in step.roles)})"
        for step in LAW
        for source in step.sources
    ]
    assert lines[0] == "stateDiagram-v2"
    assert [line for line in lines if line.startswith("[*]")] == ["[*] --> assigned"]
    assert {line for line in lines if line.endswith("[*]")} == {f"{state.value} --> [*]" for state in final_states()}


def test_markdown_has_a_row_for_every_row_of_the_law() -> None:
    lines = diagram.markdown().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(row) for row in cells}) == 1
    assert [row[0] for row in cells[2:]] == [step.action.label for step in LAW]
    assert [re.findall(r"`([a-z_]+)`", line) for line in lines[2:]] == [
        [*([step.when] if step.when else []), *step.guards] for step in LAW
    ]


def test_picture_is_drawn_whole_within_its_frame() -> None:
    root = etree.fromstring(diagram.svg())
    name = "{http://www.w3.org/2000/svg}"
    _x, _y, wide, high = (int(number) for number in root.get("viewBox").split())
    boxes = [tuple(int(box.get(key)) for key in ("x", "y", "width", "height")) for box in root.iter(f"{name}rect")]
    assert len(boxes) == len(TaskState)
    assert all(x >= 0 and x + w <= wide and y >= 0 and y + h <= high for x, y, w, h in boxes)
    apart = [
        a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]
        for a, b in combinations(boxes, 2)
    ]
    assert apart == [True] * len(apart)
    tips = [element for element in root.iter() if element.get("marker-end")]
    assert len(tips) == len(ARROWS)
    words = {text.text for text in root.iter(f"{name}text")}
    assert {state.label for state in TaskState} <= words
    assert {step.action.label for step in LAW} <= {part for word in words for part in word.split(" / ")}


def test_words_on_the_arrows_do_not_lie_on_each_other() -> None:
    root = etree.fromstring(diagram.svg())
    at = [(int(text.get("x")), int(text.get("y")), text.text) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    near = [(a, b) for a, b in combinations(at, 2) if abs(a[0] - b[0]) < 40 and abs(a[1] - b[1]) < 14]
    assert near == []


def test_final_states_have_a_thick_border() -> None:
    drawn = re.findall(r'<rect [^>]*stroke-width="(\d)"/><text [^>]*>([^<]+)</text>', diagram.svg())
    assert {label for width, label in drawn if width == "3"} == {state.label for state in final_states()}


def test_drawings_follow_another_law() -> None:
    assert LAW[1].action.label in diagram.markdown()
    assert LAW[1].action.label not in diagram.markdown(LAW[:1])
    assert len(diagram.mermaid(LAW[:1]).splitlines()) < len(diagram.mermaid().splitlines())

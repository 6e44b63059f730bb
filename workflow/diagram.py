"""A flow as a picture and as a table: Mermaid, SVG and Markdown, all read off the same rows."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from models.language import _, listed
from workflow.diagram_layout import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow.diagram_layout import Arrow, Box, Point
    from workflow.flow import Flow, Step

#: how far before a corner an arrow begins to turn
_ROUND: Final = 9
_TIP: Final = (
    '<defs><marker id="tip" markerWidth="9" markerHeight="7" refX="9" refY="3.5" orient="auto">'
    '<path d="M0 0L9 3.5L0 7z" fill="#555"/></marker></defs>'
)


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.name}: {state.label.here}" for state in flow.states]
    lines.append(f"    [*] --> {flow.initial}")
    for step in flow.steps:
        said = f"{flow.action_label(step.action)} ({'/'.join(role.label for role in step.roles)})"
        lines += [f"    {source} --> {step.dest}: {said}" for source in step.sources]
    lines += [f"    {state.name} --> [*]" for state in flow.states if state.final]
    return "\n".join(lines) + "\n"


def markdown(flow: Flow) -> str:
    """The flow as the table that stands in the README."""
    head = [_("action"), _("from"), _("to"), _("who"), _("guards")]
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for _key, group in groupby(flow.steps, _same_row):
        steps = list(group)
        sources = [flow.state_label(source) for step in steps for source in step.sources]
        cells = [
            flow.action_label(steps[0].action),
            ", ".join(sources),
            flow.state_label(steps[0].dest) if len(steps) == 1 else "=",
            ", ".join(role.label for role in steps[0].roles),
            _conditions(flow, steps[0]),
        ]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _same_row(step: Step) -> Step:
    """What steps have in common that belong in one row: those that stay differ in nothing but the state."""
    return replace(step, sources=(), dest="", line=0) if step.sources == (step.dest,) else step


def _conditions(flow: Flow, step: Step) -> str:
    """All that must hold or be given, by the names of the file; whom four eyes keep out, in words."""
    names = [name for name in (step.when, step.chosen_by) if name]
    said = [f"`{name}`" for name in (*names, *step.gives, *step.guards)]
    if step.four_eyes:
        said.append(f"`four_eyes`: {listed(flow.action_label(action) for action in step.four_eyes)}")
    return ", ".join(said) or "–"


def svg(flow: Flow, here: str = "") -> str:
    """The flow as a picture that needs no program but a browser; the state ``here`` is marked in it."""
    picture = layout(flow)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.wide} {picture.high}" font-family="sans-serif"'
        f' font-size="14"><title>{escape(flow.title.here)}</title>{_TIP}'
    ]
    parts += [_line(arrow.points) for arrow in picture.arrows]
    parts += [_words(arrow) for arrow in picture.arrows]
    for box in picture.boxes:
        state = flow.by_name[box.name]
        if box.name == flow.initial:
            parts.append(_entry(box))
        parts.append(_box(box, state.label.here, final=state.final, here=box.name == here))
    return "".join(parts) + "</svg>\n"


def _box(box: Box, label: str, *, final: bool, here: bool) -> str:
    border = 3 if final or here else 1
    fill, mark = ("#fff4d6", ' font-weight="bold"') if here else ("#fff", "")
    return (
        f'<rect x="{box.x}" y="{box.y}" width="{box.wide}" height="{box.high}" rx="8" fill="{fill}" stroke="#222"'
        f' stroke-width="{border}"/><text x="{box.x + box.wide // 2}" y="{box.y + 27}" text-anchor="middle"{mark}>'
        f"{escape(label)}</text>"
    )


def _entry(box: Box) -> str:
    """Where a task comes in."""
    x, y = box.x - 34, box.y + box.high // 2
    return f'{_line(((x, y), (box.x, y)))}<circle cx="{x}" cy="{y}" r="5" fill="#222"/>'


def _words(arrow: Arrow) -> str:
    """The words of an arrow with a white edge, so that they can be read where a line passes behind them."""
    x, y = arrow.at
    return (
        f'<text x="{x}" y="{y}" text-anchor="{arrow.anchor}" fill="#333" stroke="#fff" stroke-width="5"'
        f' paint-order="stroke">{escape(arrow.words)}</text>'
    )


def _line(points: Sequence[Point]) -> str:
    """An arrow with its corners rounded."""
    way = f"M{points[0][0]} {points[0][1]}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        (x1, y1), (x2, y2) = _towards(corner, before), _towards(corner, after)
        way += f"L{x1} {y1}Q{corner[0]} {corner[1]} {x2} {y2}"
    way += f"L{points[-1][0]} {points[-1][1]}"
    return f'<path d="{way}" fill="none" stroke="#555" marker-end="url(#tip)"/>'


def _towards(corner: Point, other: Point) -> Point:
    """The point where the bend begins or ends: a little way from the corner, at most to the middle of the line."""
    (x, y), (x2, y2) = corner, other
    long = abs(x2 - x) + abs(y2 - y)
    near = min(_ROUND, long // 2)
    return (x + (x2 - x) * near // long, y + (y2 - y) * near // long) if long else corner

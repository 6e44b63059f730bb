"""The law as a picture and as a table: Mermaid, SVG and Markdown, all read off the same rows."""

from __future__ import annotations

from html import escape
from typing import Final

from models.language import _
from models.states import TaskState
from workflow.law import INITIAL, LAW, Step, final_states

#: places of the states on the SVG, in columns and rows; the machine check is in the tests
_PLACES: Final = {
    TaskState.ASSIGNED: (0, 0),
    TaskState.REPORTED: (1, 0),
    TaskState.SIGNED_STAMPED: (2, 0),
    TaskState.REVIEWED: (3, 0),
    TaskState.AGGREGATED: (4, 0),
    TaskState.RETURNED: (1, 1),
    TaskState.WAIVED: (0, 2),
}
_WIDE, _HIGH, _STEP_X, _STEP_Y, _EDGE, _APART = 130, 44, 230, 130, 50, 9


def mermaid(law: tuple[Step, ...] = LAW) -> str:
    """The law as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label}" for state in TaskState]
    lines.append(f"    [*] --> {INITIAL.value}")
    for step in law:
        who = "/".join(role.label for role in step.roles)
        lines += [f"    {source.value} --> {step.dest.value}: {step.action.label} ({who})" for source in step.sources]
    lines += [f"    {state.value} --> [*]" for state in TaskState if state in final_states(law)]
    return "\n".join(lines) + "\n"


def markdown(law: tuple[Step, ...] = LAW) -> str:
    """The law as the table that stands in the README."""
    head = [_("action"), _("from"), _("to"), _("who"), _("guards")]
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for step in law:
        cells = [
            step.action.label,
            ", ".join(source.label for source in step.sources),
            step.dest.label,
            ", ".join(role.label for role in step.roles),
            ", ".join(f"`{name}`" for name in (*([step.when] if step.when else ()), *step.guards)) or "–",
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def svg(law: tuple[Step, ...] = LAW) -> str:
    """The law as a picture that needs no program but a browser."""
    width = _EDGE * 2 + 4 * _STEP_X + _WIDE
    height = _EDGE * 2 + 2 * _STEP_Y + _HIGH
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
        ' font-size="14"><defs><marker id="tip" markerWidth="9" markerHeight="7" refX="9" refY="3.5"'
        ' orient="auto"><path d="M0 0L9 3.5L0 7z" fill="#555"/></marker></defs>'
    ]
    edges: dict[tuple[TaskState, TaskState], list[str]] = {}
    for step in law:
        for source in step.sources:
            edges.setdefault((source, step.dest), []).append(step.action.label)
    parts += [_arrow(source, dest, " / ".join(labels)) for (source, dest), labels in edges.items()]
    parts += [_box(state, final=state in final_states(law)) for state in TaskState]
    return "".join(parts) + "</svg>\n"


def _corner(state: TaskState) -> tuple[int, int]:
    column, row = _PLACES[state]
    return _EDGE + column * _STEP_X, _EDGE + row * _STEP_Y


def _box(state: TaskState, *, final: bool) -> str:
    x, y = _corner(state)
    border = 3 if final else 1
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" rx="8" fill="#fff" stroke="#222"'
        f' stroke-width="{border}"/><text x="{x + _WIDE // 2}" y="{y + 27}" text-anchor="middle">'
        f"{escape(state.label)}</text>"
    )


def _arrow(source: TaskState, dest: TaskState, label: str) -> str:
    if source is dest:
        x, y = _corner(source)
        loop = f'<path d="M{x + 30} {y}c-10 -34 70 -34 60 0" fill="none" stroke="#555" marker-end="url(#tip)"/>'
        return loop + _label(x + 60, y - 28, "middle", label)
    (ax, ay), (bx, by) = _corner(source), _corner(dest)
    x1, y1, x2, y2 = _ends(ax, ay, bx, by)
    forward = (bx, by) > (ax, ay)
    middle_x, middle_y = (x1 + x2) // 2, (y1 + y2) // 2
    if ay == by:  # there above the way back, each with its word on its outer side
        text = _label(middle_x, middle_y - 6 if forward else middle_y + 17, "middle", label)
    elif ax == bx:
        text = _label(middle_x + 6 if forward else middle_x - 6, middle_y + 5, "start" if forward else "end", label)
    else:
        text = _label(middle_x, middle_y + 5, "middle", label)
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#555" marker-end="url(#tip)"/>{text}'


def _label(x: int, y: int, anchor: str, words: str) -> str:
    """A word with a white edge, so that it can be read where a line passes behind it."""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#333" stroke="#fff" stroke-width="5"'
        f' paint-order="stroke">{escape(words)}</text>'
    )


def _ends(ax: int, ay: int, bx: int, by: int) -> tuple[int, int, int, int]:
    """Where an arrow leaves one box and meets the other; there and back run side by side."""
    half_wide, half_high = _WIDE // 2, _HIGH // 2
    if ay == by:
        y = ay + half_high + (-_APART if ax < bx else _APART)
        left, right = (ax + _WIDE, bx) if ax < bx else (ax, bx + _WIDE)
        return left, y, right, y
    start_y, end_y = (ay + _HIGH, by) if ay < by else (ay, by + _HIGH)
    if ax == bx:
        x = ax + half_wide + 2 * (_APART if ay < by else -_APART)
        return x, start_y, x, end_y
    return ax + half_wide, start_y, bx + _WIDE if bx < ax else bx, by + half_high

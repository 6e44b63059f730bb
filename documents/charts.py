"""Plain charts as SVG: bars and lines with their numbers written on them, told apart without any colour.

Vector, black on white with hatching, so that a photocopy still shows everything. Lengths in points; 442 is the width of
the type area of an official document. The typeface is asked for by name; whoever shows the picture supplies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from documents.plain_text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH: Final = 442.0
_FACES: Final = "FangSong, 仿宋, SimSun, 宋体, 'Noto Serif CJK SC', 'Noto Sans CJK SC', serif"
_SIZE: Final = 9.5
_TOP: Final = 26.0
_GAP: Final = 4.0
_HATCHED: Final = "hatched"
_FILLS: Final = ("#404040", _HATCHED, "#ffffff")


@dataclass(frozen=True, slots=True)
class Row:
    """A bar: ``value`` and the month before of 0 to 100; None where there is none."""

    label: str
    value: float | None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Stack:
    """A column of parts, in the order of the chart's legend."""

    label: str
    parts: tuple[int, ...]


def bars(rows: Sequence[Row], legend: tuple[str, str] = ("本月", "上月")) -> str:
    """Horizontal bars in percent: this month dark, the month before hatched beneath it, each with its number."""
    compared = any(row.before is not None for row in rows)
    step, thick = (29.0, 11.0) if compared else (18.0, 11.0)
    left, length = 150.0, 240.0
    made = [_legend(zip(legend[: 1 + compared], _FILLS, strict=False))]
    for place, row in enumerate(rows):
        top = _TOP + place * step
        made.append(_text(left - 6, top + (step - 6) / 2 + 2, _cut(row.label, 15), anchor="end"))
        made.append(_bar(left, top, thick, length, row.value, _FILLS[0]))
        if row.before is not None:
            made.append(_bar(left, top + thick + 1, thick - 1, length, row.before, _FILLS[1]))
    height = _TOP + len(rows) * step
    made.append(_line(left, _TOP - 4, left, height))
    return _svg(made, height + 6)


def _bar(left: float, top: float, thick: float, length: float, value: float | None, fill: str) -> str:
    if value is None:
        return _text(left + 5, top + thick - 1.5, "暂无数据")
    long = length * max(0.0, min(100.0, value)) / 100
    return _rect(left, top, long, thick, fill) + _text(left + long + 4, top + thick - 1, f"{value:g}%")


def columns(stacks: Sequence[Stack], legend: tuple[str, ...]) -> str:
    """Stacked columns, one a month; each part has its pattern and its number."""
    bottom, high, left = 160.0, 118.0, 30.0
    room = (WIDTH - left) / max(1, len(stacks))
    wide = min(46.0, room * 0.62)
    most = max((sum(stack.parts) for stack in stacks), default=0) or 1
    made = [_legend(zip(legend, _FILLS, strict=False))]
    for place, stack in enumerate(stacks):
        x = left + place * room + (room - wide) / 2
        made += _column(stack, x, wide, bottom, high / most)
        made.append(_below(x + wide / 2, bottom, stack.label))
        made.append(
            _text(x + wide / 2, bottom - high * sum(stack.parts) / most - 4, str(sum(stack.parts)), anchor="middle")
        )
    made.append(_line(left, bottom, WIDTH, bottom))
    return _svg(made, bottom + 32)


def _column(stack: Stack, x: float, wide: float, bottom: float, unit: float) -> list[str]:
    made, y = [], bottom
    for part, fill in zip(stack.parts, _FILLS, strict=True):
        if not part:
            continue
        tall = part * unit
        y -= tall
        made.append(_rect(x, y, wide, tall, fill))
        if tall >= _SIZE + 2:
            made.append(_badge(x + wide / 2, y + tall / 2, str(part)))
        else:  # too low for its number: beside it
            made.append(_text(x + wide + 3, y + tall / 2 + 3, str(part)))
    return made


def line(points: Sequence[tuple[str, float | None]]) -> str:
    """A line of percents over the months, each point with its number; a month without one leaves a gap."""
    bottom, high, left = 90.0, 64.0, 30.0
    room = (WIDTH - left) / max(1, len(points))
    places = [
        (left + (n + 0.5) * room, bottom - high * value / 100 if value is not None else None)
        for n, (_l, value) in enumerate(points)
    ]
    made = [_line(left, bottom, WIDTH, bottom)]
    for (x, y), (to_x, to_y) in pairwise(places):
        if y is not None and to_y is not None:
            made.append(_line(x, y, to_x, to_y, width=1.4))
    for (x, y), (label, value) in zip(places, points, strict=True):
        made.append(_below(x, bottom, label))
        if y is None:
            made.append(_text(x, bottom - 5, "无数据", anchor="middle"))
        else:
            made.append(
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.6" fill="#ffffff" stroke="#000000" stroke-width="1.2"/>'
            )
            made.append(_text(x, y - 6, f"{value:g}%", anchor="middle"))
    return _svg(made, bottom + 32)


def height_of(svg: str) -> float:
    """The height of a chart of this module, in points."""
    return float(svg.split('height="', 1)[1].split('"', 1)[0])


def _legend(names: Iterable[tuple[str, str]]) -> str:
    made, x = "", 150.0
    for name, fill in names:
        made += _rect(x, 4, 16, 9, fill) + _text(x + 20, 12, name)
        x += 34 + _SIZE * len(name)
    return made


def _below(x: float, bottom: float, label: str) -> str:
    """A label under the ground line, each of its lines under the other."""
    return "".join(_text(x, bottom + 13 + 11 * n, part, anchor="middle") for n, part in enumerate(label.split("\n")))


def _badge(x: float, y: float, said: str) -> str:
    """A number on a white ground, to be read on any pattern."""
    half = (_SIZE * 0.56 * len(said) + 4) / 2
    ground = f'<rect x="{x - half:.2f}" y="{y - 5.5:.2f}" width="{2 * half:.2f}" height="11" fill="#ffffff"/>'
    return ground + _text(x, y + 3.4, said, anchor="middle")


def _rect(x: float, y: float, wide: float, tall: float, fill: str) -> str:
    size = f'x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{tall:.2f}"'
    ground, lines = ("#ffffff", _hatch(x, y, wide, tall)) if fill == _HATCHED else (fill, "")
    return f'<rect {size} fill="{ground}" stroke="#000000" stroke-width="0.6"/>{lines}'


def _hatch(x: float, y: float, wide: float, tall: float) -> str:
    """Slanted lines across a rectangle, drawn one by one: not every program knows a pattern."""
    parts, at = "", _GAP
    while at < wide + tall:
        start = (x + at, y) if at <= wide else (x + wide, y + at - wide)
        end = (x, y + at) if at <= tall else (x + at - tall, y + tall)
        parts += f"M{start[0]:.2f} {start[1]:.2f}L{end[0]:.2f} {end[1]:.2f}"
        at += _GAP
    return f'<path d="{parts}" stroke="#000000" stroke-width="0.6" fill="none"/>' if parts else ""


def _line(x: float, y: float, to_x: float, to_y: float, width: float = 0.8) -> str:
    ends = f'x1="{x:.2f}" y1="{y:.2f}" x2="{to_x:.2f}" y2="{to_y:.2f}"'
    return f'<line {ends} stroke="#000000" stroke-width="{width}"/>'


def _text(x: float, y: float, said: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}">{escape(printable(said))}</text>'


def _cut(label: str, most: int) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _svg(parts: Iterable[str], height: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height:g}" '
        f'viewBox="0 0 {WIDTH:g} {height:g}" font-family="{_FACES}" font-size="{_SIZE:g}">'
    )
    return f"{head}{''.join(parts)}</svg>"

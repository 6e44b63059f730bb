"""Plots as plain shapes, drawn by one macro (``board/macros.html``): pure functions of numbers, no markup here.

Shapes carry presentation attributes only, so that the pages' strict policy lets them be. Lines are told apart by their
strokes and by the words at their ends, areas by their shade and their words; colour comes on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

INK, SOFT, GRID, PAPER, RED, BLUE = "#1c2430", "#55606e", "#c9d0d8", "#ffffff", "#b3160c", "#0b4f9c"
_SIZE: Final = 13.0
#: a letter's width in parts of its size: Chinese ones are as wide as high
_WIDE, _NARROW = 1.0, 0.58
_ASCII: Final = 128
#: attributes are written with a hyphen in a page and an underscore here
Value = str | float


@dataclass(frozen=True, slots=True)
class Shape:
    """One element: its tag, its attributes, and the words inside it."""

    tag: str
    attributes: dict[str, Value]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of shapes; ``title`` is what is read aloud in its place."""

    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of the course: (place on the axis, number), the stroke that tells it, and the words at its end."""

    points: Sequence[tuple[float, float]]
    words: str
    colour: str
    wide: float = 2.0
    dashes: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its words, how many, and its shade."""

    words: str
    number: int
    shade: str


def shape(tag: str, text: str = "", **attributes: Value) -> Shape:
    """An element; ``stroke_width`` is written ``stroke-width``, numbers with at most two decimals."""
    named = {
        name.replace("_", "-"): round(value, 2) if isinstance(value, float) else value
        for name, value in attributes.items()
        if value != ""
    }
    return Shape(tag, named, text)


def words(x: float, y: float, said: str, *, anchor: str = "start", size: float = _SIZE, fill: str = INK) -> Shape:
    """Words at a place."""
    return shape("text", said, x=x, y=y, text_anchor=anchor, font_size=size, fill=fill)


def line(
    x: float, y: float, to_x: float, to_y: float, *, stroke: str = GRID, wide: float = 1.0, dashes: str = ""
) -> Shape:
    """A straight line."""
    return shape(
        "line", x1=x, y1=y, x2=to_x, y2=to_y, stroke=stroke, stroke_width=wide, stroke_dasharray=dashes
    )  # fmt: skip


def length(said: str, size: float = _SIZE) -> float:
    """About how wide words are."""
    return size * sum(_NARROW if ord(letter) < _ASCII else _WIDE for letter in said)


@dataclass(frozen=True, slots=True)
class _Area:
    """Where numbers lie on the picture."""

    left: float
    top: float
    wide: float
    tall: float
    #: how many places lie side by side, and which numbers lie at the bottom and at the top
    across: float
    lowest: float
    highest: float

    @property
    def right(self) -> float:
        return self.left + self.wide

    @property
    def bottom(self) -> float:
        return self.top + self.tall

    def x(self, place: float) -> float:
        return self.left + place * self.wide / (self.across or 1)

    def y(self, number: float) -> float:
        return self.bottom - (number - self.lowest) * self.tall / ((self.highest - self.lowest) or 1)


def course(
    title: str,
    curves: Sequence[Curve],
    days: Sequence[tuple[float, str]],
    last: float,
    total: int,
    whole: str,
    due: tuple[float, str],
) -> Plot:
    """Numbers over the days 0 to ``last``: the whole as a ceiling, the due date as an upright line.

    ``days`` are the (place, words) of the axis; ``whole`` and ``due`` say what the ceiling and the upright line are.
    """  # fmt: skip
    area = _Area(34.0, 34.0, 560.0, 210.0, last, 0, total)
    made = []
    for part in _steps(total):
        made.append(line(area.left, area.y(part), area.right, area.y(part)))
        made.append(words(area.left - 6, area.y(part) + 4, str(part), anchor="end", fill=SOFT))
    made.append(line(area.left, area.top, area.right, area.top, stroke=INK, dashes="2 2"))
    made.append(words(area.left + 4, area.top - 6, whole))
    made += [words(area.x(day), area.bottom + 18, said, anchor="middle", fill=SOFT) for day, said in days]
    made.append(line(area.x(due[0]), area.top - 4, area.x(due[0]), area.bottom, stroke=RED, wide=1.5, dashes="8 4"))
    made.append(words(area.x(due[0]), area.top - 20, due[1], anchor="middle", fill=RED))
    made += [_curve(area, curve) for curve in curves]
    made += [shown for curve_end in _apart(area, curves) for shown in curve_end]
    return Plot(title, area.right + 190, area.bottom + 28, tuple(made))


def _curve(area: _Area, curve: Curve) -> Shape:
    path = "M" + "L".join(f"{area.x(day):.1f} {area.y(number):.1f}" for day, number in curve.points)
    return shape(
        "path", d=path, fill="none", stroke=curve.colour, stroke_width=curve.wide, stroke_dasharray=curve.dashes
    )  # fmt: skip


def _apart(area: _Area, curves: Sequence[Curve], gap: float = 17.0) -> list[list[Shape]]:
    """A dot and the words at the end of each curve, the words so that none lies on another."""
    made: list[list[Shape]] = []
    free = area.bottom
    for curve in sorted(curves, key=lambda curve: curve.points[-1][1]):
        x, y = area.x(curve.points[-1][0]), area.y(curve.points[-1][1])
        at = min(y + 4, free)
        free = at - gap
        made.append(
            [
                shape("circle", cx=x, cy=y, r=3.5, fill=curve.colour),
                line(x + 4, y, area.right + 10, at - 4, stroke=curve.colour, wide=0.8),
                words(area.right + 14, at, curve.words),
            ]
        )
    return made


def _steps(total: int) -> list[int]:
    """About four round numbers up to the whole."""
    step = next((size for size in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000) if total / size <= 5), total or 1)
    return list(range(0, total + 1, step))


def bar_of_parts(title: str, rows: Sequence[tuple[str, Sequence[Part]]]) -> Plot:
    """A bar for each row, all of one length scale, with its parts side by side and the words below."""
    left, wide, tall, step = 110.0, 650.0, 30.0, 44.0
    most = max((sum(part.number for part in parts) for _label, parts in rows), default=0) or 1
    made: list[Shape] = []
    for place, (label, parts) in enumerate(rows):
        top, x = 6 + place * step, left
        made.append(words(left - 8, top + 20, label, anchor="end"))
        for part in parts:
            if part.number:
                made += _part(x, top, wide * part.number / most, tall, part)
                x += wide * part.number / most
    return Plot(title, left + wide + 10, 6 + len(rows) * step, tuple(made))


def _part(x: float, top: float, wide: float, tall: float, part: Part) -> list[Shape]:
    dark = int(part.shade[1:3], 16) + int(part.shade[3:5], 16) + int(part.shade[5:7], 16) < 384
    said = f"{part.words} {part.number}"
    said = said if length(said) < wide - 6 else str(part.number) if length(str(part.number)) < wide - 3 else ""
    ground = shape("rect", x=x, y=top, width=wide, height=tall, fill=part.shade, stroke=INK, stroke_width=1)
    return [ground, words(x + wide / 2, top + 20, said, anchor="middle", fill=PAPER if dark else INK)]


def bars(title: str, rows: Sequence[tuple[str, int]]) -> Plot:
    """Upright bars with their numbers above and their words below."""
    left, bottom, tall, room = 20.0, 180.0, 140.0, 104.0
    most = max((number for _label, number in rows), default=0) or 1
    made = [line(left, bottom, left + room * len(rows), bottom, stroke=INK)]
    for place, (label, number) in enumerate(rows):
        x, high = left + place * room + room / 2, tall * number / most
        if number:
            made.append(shape("rect", x=x - 30, y=bottom - high, width=60, height=high, fill="#3f6d9e"))
        made.append(words(x, bottom - high - 6, str(number), anchor="middle"))
        made.append(words(x, bottom + 18, label, anchor="middle", fill=SOFT))
    return Plot(title, left * 2 + room * len(rows), bottom + 26, tuple(made))


def months(
    title: str, points: Sequence[tuple[str, float | None, str]], goal: float, goal_words: str, nothing: str
) -> Plot:
    """A value over the months against its target; (words below, value, words of the value); None leaves a gap."""
    known = [value for _label, value, _said in points if value is not None]
    area = _Area(14.0, 40.0, 320.0, 90.0, len(points), min([goal, 0.0, *known]), max([goal, *known]))
    made = [line(area.left, area.bottom, area.right, area.bottom, stroke=INK)]
    made.append(line(area.left, area.y(goal), area.right, area.y(goal), stroke=RED, wide=1.5, dashes="8 4"))
    made.append(words(area.left, 14, goal_words, size=12, fill=RED))
    places = [(area.x(n + 0.5), label, value, said) for n, (label, value, said) in enumerate(points)]
    for (x, _label, value, _said), (to_x, _l, following, _s) in pairwise(places):
        if value is not None and following is not None:
            made.append(line(x, area.y(value), to_x, area.y(following), stroke=BLUE, wide=2))
    for x, label, value, said in places:
        made.append(words(x, area.bottom + 16, label, anchor="middle", size=11, fill=SOFT))
        if value is None:
            made.append(words(x, area.bottom - 5, nothing, anchor="middle", size=11, fill=SOFT))
        else:
            made.append(shape("circle", cx=x, cy=area.y(value), r=4, fill=PAPER, stroke=BLUE, stroke_width=2))
            onto_goal = abs(area.y(value) - 12 - area.y(goal)) < 10
            made.append(words(x, area.y(value) + (18 if onto_goal else -8), said, anchor="middle", size=11))
    return Plot(title, area.right + 14, area.bottom + 24, tuple(made))

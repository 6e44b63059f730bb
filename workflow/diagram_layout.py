"""Where everything stands on the picture of a flow: computed from its rows, for any flow, by pure functions.

The main line runs from left to right, a column a state. Every other state is a bar in a row of its own below, as wide
as the columns it is joined to, so that its arrows run straight up and down. An arrow whose way is barred goes round by
the left margin; one that skips states of the main line goes over them. Boxes stand in rows and arrows bend between
rows, so no arrow passes through a box; each end of an arrow has a slot of its column to itself, so words lie apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, count
from typing import TYPE_CHECKING, Final, Literal
from unicodedata import east_asian_width

from models.states import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workflow.flow import Flow

Edge = tuple[str, str]
Point = tuple[int, int]
Span = tuple[int, int]
End = Literal["loop", "over source", "over dest", "straight", "upper", "lower"]

HIGH: Final = 44
_NARROWEST, _EDGE, _PADDING = 116, 20, 14
#: left of the first box: the arrow that comes from nowhere
_ENTRY: Final = 40
#: between two columns, between two rows; between arrows side by side, with and without words on them
_GAP, _GUTTER, _LANE, _WORDED_LANE = 60, 68, 14, 26
#: how far there and back run from the middle; half the width and the height of a loop, and its room with its words
_APART, _LOOP_HALF, _LOOP_HIGH, _LOOP_ROOM = 10, 14, 26, 52


@dataclass(frozen=True, slots=True)
class Box:
    """A state."""

    name: str
    x: int
    y: int
    wide: int
    high: int = HIGH


@dataclass(frozen=True, slots=True)
class Arrow:
    """All steps from one state to another: its way from source to dest, and where its words stand."""

    edge: Edge
    points: tuple[Point, ...]
    words: str
    at: Point
    anchor: Literal["start", "middle"] = "middle"


@dataclass(frozen=True, slots=True)
class Picture:
    """A flow drawn: every state once, every pair of states that a step joins once."""

    wide: int
    high: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The flow in columns and rows: row 0 is the main line, every bar has a row of its own below."""

    label: Mapping[str, str]
    words: Mapping[Edge, str]
    span: Mapping[str, Span]
    row: Mapping[str, int]

    def on_line(self, edge: Edge) -> bool:
        """Whether both ends stand on the main line."""
        return self.row[edge[0]] == self.row[edge[1]] == 0

    def loop_room(self, row: int) -> int:
        """Room beside a row for the steps that stay, at least for the tip of an arrow."""
        return _LOOP_ROOM if any(source == dest and self.row[source] == row for source, dest in self.words) else _LANE

    def reach(self, edge: Edge) -> int:
        """How many columns the ends stand apart, to the right or to the left."""
        return self.span[edge[1]][0] - self.span[edge[0]][0]

    def beside(self, edge: Edge) -> bool:
        """Whether a straight line joins neighbours of the main line."""
        return self.on_line(edge) and abs(self.reach(edge)) == 1

    def over(self) -> list[Edge]:
        """The arrows that go over the main line, the inner before the outer."""
        found = [edge for edge in self.words if self.on_line(edge) and abs(self.reach(edge)) > 1]
        return sorted(found, key=lambda edge: abs(self.reach(edge)))

    def upper_lower(self, edge: Edge) -> Edge:
        """Its ends from above to below."""
        upper, lower = sorted(edge, key=self.row.__getitem__)
        return upper, lower

    def column(self, edge: Edge) -> int | None:
        """A column in which nothing stands between its ends; none = it has to go round."""
        upper, lower = self.upper_lower(edge)
        between = [self.span[name] for name, row in self.row.items() if self.row[upper] < row < self.row[lower]]
        (first, last), (first2, last2) = self.span[upper], self.span[lower]
        shared = range(max(first, first2), min(last, last2) + 1)
        return next((at for at in shared if not any(left <= at <= right for left, right in between)), None)

    def round_about(self) -> list[Edge]:
        """The arrows between rows that have to go round by the margin."""
        return [e for e in self.words if self.row[e[0]] != self.row[e[1]] and self.column(e) is None]


@dataclass(frozen=True, slots=True)
class _Port:
    """The room that an end of an arrow takes in a column, above the main line or below."""

    edge: Edge
    end: End
    column: int
    above: bool
    wide: int
    line: int
    rank: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The grid in pixels: edges of the columns, tops of the rows, the line of every port, the heights of the lanes."""

    left: Sequence[int]
    right: Sequence[int]
    top: Sequence[int]
    port: Mapping[tuple[Edge, End], int]
    lane: Mapping[Edge, int]


def layout(flow: Flow) -> Picture:
    """The picture of a flow."""
    grid = grid_of(flow)
    frame = _frame(grid)
    boxes = tuple(
        Box(name, frame.left[first], frame.top[grid.row[name]], frame.right[last] - frame.left[first])
        for name, (first, last) in grid.span.items()
    )
    arrows = tuple(_arrow(edge, grid, frame) for edge in grid.words)
    below = grid.loop_room(len(frame.top) - 1) if len(frame.top) > 1 else 0
    return Picture(frame.right[-1] + _EDGE, frame.top[-1] + HIGH + below + _EDGE, boxes, arrows)


def text_width(words: str) -> int:
    """About how wide words are in the 14 pixels of the picture, rather too much than too little."""
    return sum(14 if east_asian_width(sign) in "WFA" else 8 for sign in words)


def grid_of(flow: Flow) -> Grid:
    """Which column and row each state stands in."""
    said: dict[Edge, dict[str, None]] = {}
    for step in flow.steps:
        for source in step.sources:
            said.setdefault((source, step.dest), {})[flow.action_label(step.action)] = None
    words = {edge: " / ".join(labels) for edge, labels in said.items()}
    line = main_line(flow)
    span = _spans(flow, line, words)
    label = {state.name: state.label.here for state in flow.states}
    side = [name for name in span if name not in line]
    return Grid(label, words, span, _rows(side, line, span, words))


def main_line(flow: Flow) -> tuple[str, ...]:
    """The longest way of steps forward in the order of the file; where work is returned or waived is beside it."""
    place = {state.name: index for index, state in enumerate(flow.states)}
    aside = {state.name for state in flow.states if state.stage in {Stage.RETURNED, Stage.WAIVED}}
    ways: dict[str, tuple[str, ...]] = {}
    for name in reversed(place):
        dests = [step.dest for step in flow.steps_from(name)]
        onward = [ways[dest] for dest in dests if place[dest] > place[name] and dest not in aside]
        ways[name] = (name, *max(onward, key=len, default=()))
    return ways[flow.initial]


def _spans(flow: Flow, line: Sequence[str], edges: Iterable[Edge]) -> dict[str, Span]:
    """First and last column of each state, so that the ends of every arrow between rows have a column in common."""
    span = {name: (column, column) for column, name in enumerate(line)}
    joined: dict[str, list[str]] = {state.name: [] for state in flow.states}
    for source, dest in edges:
        joined[source].append(dest)
        joined[dest].append(source)
    columns = {name: [span[other][0] for other in others if other in line] for name, others in joined.items()}
    side = [state for state in flow.states if state.name not in span]
    for state in sorted(side, key=lambda state: (not columns[state.name], state.final)):
        bars = [span[other] for other in joined[state.name] if other in span and other not in line]
        own = columns[state.name] or [left for left, _right in bars[:1]] or [0]
        first, last = min(own), max(own)
        for left, right in bars:
            first, last = min(first, right), max(last, left)
        span[state.name] = first, last
    return span


def _rows(
    side: Sequence[str], line: Sequence[str], span: Mapping[str, Span], words: Mapping[Edge, str]
) -> dict[str, int]:
    """The row of each state: one bar after the other is put where the fewest arrows have to go round."""
    order: list[str] = []
    row = dict.fromkeys(line, 0)

    def numbered(bars: Sequence[str]) -> dict[str, int]:
        return row | {name: number for number, name in enumerate(bars, 1)}

    def barred(bars: Sequence[str]) -> int:
        rows = numbered(bars)
        known = {edge: said for edge, said in words.items() if edge[0] in rows and edge[1] in rows}
        return len(Grid({}, known, span, rows).round_about())

    for name in side:
        order = min(([*order[:at], name, *order[at:]] for at in range(len(order), -1, -1)), key=barred)
    return numbered(order)


def _ports(grid: Grid) -> list[_Port]:
    """The slots that the arrows need above and below the boxes, from left to right in each column."""
    over = {edge: number for number, edge in enumerate(grid.over(), 1)}
    found: list[_Port] = []
    for edge, words in grid.words.items():
        if edge in over:
            found += _ports_over(edge, over[edge], grid)
        elif edge[0] == edge[1]:
            room = max(2 * _LOOP_HALF, text_width(words)) + 12
            row, column = grid.row[edge[0]], grid.span[edge[0]][1]
            found.append(_Port(edge, "loop", column, row == 0, room, room // 2, (2 if row else 0, 0)))
        elif not grid.on_line(edge):
            found += _ports_down(edge, grid)
    return sorted(found, key=lambda port: port.rank)


def _ports_over(edge: Edge, number: int, grid: Grid) -> list[_Port]:
    """Nested like brackets, so that no two cross that need not."""
    first, last = (grid.span[name][0] for name in edge)
    leftward, rightward = (-1, number), (1, -number)
    return [
        _Port(edge, "over source", first, True, 18, 9, leftward if last < first else rightward),
        _Port(edge, "over dest", last, True, 18, 9, rightward if last < first else leftward),
    ]


def _ports_down(edge: Edge, grid: Grid) -> list[_Port]:
    upper, lower = grid.upper_lower(edge)
    wide = text_width(grid.words[edge]) + 22
    column = grid.column(edge)
    if column is not None:
        return [_Port(edge, "straight", column, False, wide, 8, (1, -grid.row[lower]))]
    return [
        _Port(edge, "upper", grid.span[upper][0], False, wide, 8, (0, 0)),
        _Port(edge, "lower", grid.span[lower][0], False, 18, 9, (0, 1)),
    ]


def _slots(ports: Sequence[_Port]) -> tuple[dict[tuple[Edge, End], int], int]:
    """How far in each port has its line when they stand side by side, and how wide all are together."""
    starts = list(accumulate((port.wide for port in ports), initial=0))
    return {(port.edge, port.end): at + port.line for port, at in zip(ports, starts, strict=False)}, starts[-1]


def _frame(grid: Grid) -> _Frame:
    """The columns as wide as their boxes and slots need, then the lanes, then the rows."""
    ports = _ports(grid)
    columns = 1 + max(right for _left, right in grid.span.values())
    packed = [
        [_slots([port for port in ports if port.column == column and port.above is above]) for above in (True, False)]
        for column in range(columns)
    ]
    widths = _widths(grid, [max(wide for _lines, wide in halves) for halves in packed])
    first = _EDGE + max(_ENTRY, _LANE * (len(grid.round_about()) + 1))
    steps = (wide + _gap(grid, column) for column, wide in enumerate(widths))
    left = list(accumulate(steps, initial=first))[:columns]
    right = [x + wide for x, wide in zip(left, widths, strict=True)]
    port = {
        key: (x + x2 - room) // 2 + line
        for x, x2, halves in zip(left, right, packed, strict=True)
        for lines, room in halves
        for key, line in lines.items()
    }
    lane = _lanes(grid, port)
    return _Frame(left, right, _tops(grid, max(lane.values(), default=-1) + 1), port, lane)


def _widths(grid: Grid, slots: Sequence[int]) -> list[int]:
    """Each column wide enough for its slots and for its share in the words of every box that stands in it."""
    widths = [max(_NARROWEST, room + _PADDING) for room in slots]
    for name, (first, last) in grid.span.items():
        share = (text_width(grid.label[name]) + 2 * _PADDING) // (last - first + 1) + 1
        for column in range(first, last + 1):
            widths[column] = max(widths[column], share)
    return widths


def _gap(grid: Grid, column: int) -> int:
    """Room between a column and the next for the words of the arrows there and back."""
    beside = [edge for edge in grid.words if grid.beside(edge) and min(grid.span[name][0] for name in edge) == column]
    return max([_GAP, *(text_width(grid.words[edge]) + 36 for edge in beside)])


def _lanes(grid: Grid, port: Mapping[tuple[Edge, End], int]) -> dict[Edge, int]:
    """How high over the main line each arrow runs: as low as it finds room, with its words, beside the others."""
    room: dict[Edge, Span] = {}
    lanes: dict[Edge, int] = {}
    for edge in grid.over():
        ends = port[edge, "over source"], port[edge, "over dest"]
        middle, half = sum(ends) // 2, text_width(grid.words[edge]) // 2 + 6
        left, right = min(*ends, middle - half), max(*ends, middle + half)
        taken = {lanes[other] for other, (start, end) in room.items() if start <= right and left <= end}
        lanes[edge] = next(lane for lane in count() if lane not in taken)
        room[edge] = left, right
    return lanes


def _tops(grid: Grid, lanes: int) -> list[int]:
    """The rows, as far apart as the arrows between them need."""
    tops = [_EDGE + grid.loop_room(0) + (lanes * _WORDED_LANE + 8 if lanes else 0)]
    for gutter in range(max(grid.row.values())):
        tops.append(tops[-1] + HIGH + _GUTTER + _LANE * len(_bends(grid, gutter)))
    return tops


def _bends(grid: Grid, gutter: int) -> list[Edge]:
    """The arrows that turn to or from the margin below a row."""
    ends = {edge: grid.upper_lower(edge) for edge in grid.round_about()}
    return [edge for edge, (upper, lower) in ends.items() if gutter in {grid.row[upper], grid.row[lower] - 1}]


def _arrow(edge: Edge, grid: Grid, frame: _Frame) -> Arrow:
    if edge[0] == edge[1]:
        return _loop(edge, grid, frame)
    if grid.beside(edge):
        return _beside(edge, grid, frame)
    if grid.on_line(edge):
        return _over(edge, grid, frame)
    return _down(edge, grid, frame)


def _loop(edge: Edge, grid: Grid, frame: _Frame) -> Arrow:
    """Above a box of the main line, below a bar."""
    row, x = grid.row[edge[0]], frame.port[edge, "loop"]
    foot, up = (frame.top[row] + HIGH, 1) if row else (frame.top[0], -1)
    head = foot + up * _LOOP_HIGH
    left, right = x - _LOOP_HALF, x + _LOOP_HALF
    points = ((left, foot), (left, head), (right, head), (right, foot))
    return Arrow(edge, points, grid.words[edge], (x, head + (17 if row else -7)))


def _beside(edge: Edge, grid: Grid, frame: _Frame) -> Arrow:
    """Straight to the next box; there runs above the way back, each with its words on its outer side."""
    (a, _), (b, _) = grid.span[edge[0]], grid.span[edge[1]]
    x1, x2 = (frame.right[a], frame.left[b]) if a < b else (frame.left[a], frame.right[b])
    apart = _APART if edge[::-1] in grid.words else 0
    y = frame.top[0] + HIGH // 2 + (-apart if a < b else apart)
    above = a < b or not apart
    return Arrow(edge, ((x1, y), (x2, y)), grid.words[edge], ((x1 + x2) // 2, y + (-7 if above else 17)))


def _over(edge: Edge, grid: Grid, frame: _Frame) -> Arrow:
    """Up, along a lane and down again; the words stand where no other arrow climbs through them."""
    x1, x2 = frame.port[edge, "over source"], frame.port[edge, "over dest"]
    y = frame.top[0] - grid.loop_room(0) - 8 - _WORDED_LANE * frame.lane[edge]
    higher = {other for other, lane in frame.lane.items() if lane > frame.lane[edge]}
    climbs = [x for (other, _end), x in frame.port.items() if other in higher]
    at = _clear_of(climbs, min(x1, x2), max(x1, x2), text_width(grid.words[edge]) // 2 + 6)
    return Arrow(edge, ((x1, frame.top[0]), (x1, y), (x2, y), (x2, frame.top[0])), grid.words[edge], (at, y - 7))


def _clear_of(climbs: Sequence[int], left: int, right: int, half: int) -> int:
    """The place nearest to the middle that none of the upright lines passes; the middle where there is none."""
    middle = (left + right) // 2
    away = range(0, max(1, middle - left - half), 6)
    places = [place for far in away for place in (middle - far, middle + far)]
    return next((place for place in places if all(abs(place - x) > half for x in climbs)), middle)


def _down(edge: Edge, grid: Grid, frame: _Frame) -> Arrow:
    """Between two rows: straight, or by the margin, with the words beside its upper end."""
    upper, lower = grid.upper_lower(edge)
    start, end = frame.top[grid.row[upper]] + HIGH, frame.top[grid.row[lower]]
    if (edge, "straight") in frame.port:
        x = frame.port[edge, "straight"]
        points: tuple[Point, ...] = ((x, start), (x, end))
    else:
        x, x2 = frame.port[edge, "upper"], frame.port[edge, "lower"]
        margin = frame.left[0] - _LANE * (1 + grid.round_about().index(edge))
        # below the words of the gutter, each arrow on a lane of its own
        gutters = (grid.row[upper], grid.row[lower] - 1)
        y1, y2 = (frame.top[at + 1] - _LANE * (1 + _bends(grid, at).index(edge)) for at in gutters)
        points = ((x, start), (x, y1), (margin, y1), (margin, y2), (x2, y2), (x2, end))
    there = points if edge[0] == upper else points[::-1]
    return Arrow(edge, there, grid.words[edge], (x + 6, start + _GUTTER // 2), "start")

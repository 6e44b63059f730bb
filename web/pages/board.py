"""The director's board: units by items as lights, what is late, how the month goes, and the tasks behind each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.board import counts, sentences
from deeds.board.counts import STANDING, Asked, behind
from deeds.board.habits import late_groups
from deeds.board.indicators import Indicators, read
from deeds.board.late import chased
from deeds.board.looking import MONTHS, Look, look
from deeds.board.matrix import ORDERS, matrix
from deeds.running import office_hours, office_rules
from deeds.task_views import SOON_DAYS, row_dict
from documents.plain_text import figure
from models.language import N_, _
from models.states import Role
from web import board_plots
from web.frame.desk import At, Desk
from web.frame.paging import Page, Paging
from workflow.permissions import OFFICE

router = APIRouter(prefix="/board")
#: what the numbers on top say: the whole, then what asks for somebody
_ON_TOP = (
    "due",
    "filed",
    "handed_in",
    "approved",
    "missing",
    "overdue",
    "late",
    "returned",
    "unreceived",
    "waived",
    "red",
    "yellow",
    "green",
)
_OF_APPROVED = ("approved", "aggregated", "late_filed", "yellow", "green")
_ORDERS = (("notice", N_("as in the notice")), ("worst", N_("worst light first")), ("late", N_("most late first")))
_TABS = (("", N_("Board")), ("/late", N_("Late")), ("/course", N_("Course")), ("/indicators", N_("Indicators")))


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the board with the list behind it."""

    name: str
    title: str
    number: int
    path: str


@router.get("")
def board(desk: At, month: str = "", compare: str = "", order: str = "", view: str = "") -> Response:
    """Units by items; with ``view=wall`` for the screen of a meeting room, which asks again each minute."""
    seen = _look(desk, month, compare)
    if seen is None:
        return desk.page("board/none.html")
    wall = view == "wall"
    fields = _around(desk, seen, "") | {
        "matrix": matrix(seen.entries, seen.today, order if order in ORDERS else "worst" if wall else "notice"),
        "numbers": _numbers(seen, _OF_APPROVED if seen.partial else _ON_TOP),
        "standing": sentences.standing(seen),
        "lateness": sentences.lateness(seen),
        "reviewing": "" if seen.partial else sentences.reviewing(seen),
        "order": order,
        "orders": [(name, _(words)) for name, words in _ORDERS],
    }
    if wall:
        fields["course_plot"] = board_plots.course_plot(seen)
    if wall and desk.is_part:
        return desk.part("board/wall.html", "wall", **fields)
    return desk.page("board/wall.html" if wall else "board/board.html", **fields)


@router.get("/tasks")
def tasks(desk: At, month: str = "", count: str = "all", unit: int = 0, item: int = 0, page: Page = 1) -> Response:
    """Exactly the tasks behind a number or a cell."""
    seen = _look(desk, month, back=0)
    if seen is None:
        return desk.page("board/none.html")
    asked = Asked(count, unit, item)
    found = behind(seen.entries, asked)
    question = {"month": seen.month.month, "count": count, "unit": unit, "item": item}
    paging = Paging("/board/tasks", question, page, len(found))
    fields = _around(desk, seen, "") | {
        "heading": _heading(seen, asked),
        "tasks": [row_dict(one.task, seen.today) | {"title": one.item_title} for one in paging.of(found)],
        "paging": paging,
    }
    if desk.is_part:
        return desk.part("board/tasks.html", "found", **fields)
    return desk.page("board/tasks.html", **fields)


@router.get("/late")
def late(desk: At, month: str = "", page: Page = 1) -> Response:
    """What is late and since when, what was said about it, what comes next."""
    seen = _look(desk, month)
    if seen is None:
        return desk.page("board/none.html")
    now, rules, hours = desk.now(), office_rules(desk), office_hours(desk)
    paging = Paging("/board/late", {"month": seen.month.month}, page, len(seen.late))
    some = paging.of(seen.late)
    rows = desk.read(lambda c: chased(c, desk.office_id, some, rules, now, hours))
    fields = _around(desk, seen, "/late") | {
        "rows": rows,
        "lateness": sentences.lateness(seen),
        "plans": desk.may("plan.read"),
        "tells": not desk.actor.holds(Role.READER),
        "paging": paging,
    }
    return desk.page("board/late.html", **fields)


@router.get("/course")
def course(desk: At, month: str = "", compare: str = "") -> Response:
    """How the month goes and how the units keep their dates, in pictures with their sentence and their table."""
    seen = _look(desk, month, compare)
    if seen is None:
        return desk.page("board/none.html")
    groups = late_groups(seen.entries)
    fields = _around(desk, seen, "/course") | {
        "standing": sentences.standing(seen),
        "punctuality": sentences.punctuality(seen),
        "spread": sentences.spread(seen),
        "reviewing": sentences.reviewing(seen),
        "course_plot": board_plots.course_plot(seen),
        "standing_plot": board_plots.standing_plot(seen),
        "late_plot": board_plots.late_plot(groups),
        "groups": [(board_plots.group_words(group), group.number) for group in groups],
        "kinds": STANDING,
    }
    return desk.page("board/course.html", **fields)


@router.get("/indicators")
def indicators(desk: At, month: str = "") -> Response:
    """The notice's numeric targets over the months."""
    now = desk.now()
    found = desk.look_up("board.read", lambda c: read(c, desk.office_id, desk.actor, month, now))
    if found is None:
        return desk.page("board/none.html")
    fields = _between(desk, found, "/indicators") | {
        "every": [(one, board_plots.indicator_plot(one)) for one in found.every],
        "reading": sentences.indicators(found),
        "figure": figure,
    }
    return desk.page("board/indicators.html", **fields)


def _look(desk: Desk, month: str, compare: str = "", back: int = MONTHS - 1) -> Look | None:
    now = desk.now()
    return desk.look_up("board.read", lambda c: look(c, desk.office_id, desk.actor, month, compare, now, back))


def _around(desk: Desk, seen: Look, here: str) -> dict[str, Any]:
    """What the pages of a look need."""
    return _between(desk, seen, here) | {
        "seen": seen,
        "others": [one.month for one in seen.known if one.month < seen.month.month],
        "compare": seen.other.month if seen.other else "",
        "behind": lambda **asked: _path(seen, "/tasks", **asked),
        "count": counts.count,
        "soon": SOON_DAYS,
        "day_of": sentences.short_day,
    }


def _between(desk: Desk, seen: Look | Indicators, here: str) -> dict[str, Any]:
    """What every page of the board needs: the month, the others to choose from, the ways between the pages."""
    return {
        "month": seen.month.month,
        "months": [one.month for one in seen.known],
        "others": [],
        "tabs": [(_path(seen, part), _(title), part == here) for part, title in _TABS],
        "who": _who(desk),
    }


def _who(desk: Desk) -> str:
    """Whose tasks are shown, where it is not everybody's."""
    if desk.actor.holds(*OFFICE):
        return ""
    if desk.actor.holds(Role.READER):
        return _("You see what the office has approved.")
    return _("You see the tasks of your own unit.")


def _query(seen: Look | Indicators, **more: Any) -> str:
    given = {"month": seen.month.month, **{name: value for name, value in more.items() if value}}
    return urlencode(given)


def _path(seen: Look | Indicators, part: str, **more: Any) -> str:
    return f"/board{part}?{_query(seen, **more)}"


def _numbers(seen: Look, names: tuple[str, ...]) -> list[Number]:
    return [
        Number(name, counts.COUNTS[name].title, seen.count(name), _path(seen, "/tasks", count=name)) for name in names
    ]


def _heading(seen: Look, asked: Asked) -> str:
    """What the list holds, in words."""
    unit = next((e.task.unit_name for e in seen.entries if e.task.unit_id == asked.unit_id), "")
    item = next((f"{e.item_number} {e.item_title}" for e in seen.entries if e.item_id == asked.item_id), "")
    return " · ".join(part for part in (seen.month.month, unit, item, asked.kind.title) if part)

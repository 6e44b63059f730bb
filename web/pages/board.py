"""The director's board: units by items as lights, what is late, how the month goes, and the tasks behind each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.board import counts, sentences
from deeds.board.counts import Asked, behind
from deeds.board.looking import Look, look
from deeds.board.matrix import ORDERS, matrix
from deeds.task_views import SOON_DAYS, row_dict
from models.language import N_, _
from web.frame.desk import At, Desk

router = APIRouter(prefix="/board")
ROWS = 50
#: what the numbers on top say: the whole, then what asks for somebody
_ON_TOP = ("due", "filed", "handed_in", "approved", "missing", "overdue", "late", "returned", "unreceived", "waived")
_ORDERS = (("notice", N_("as in the notice")), ("worst", N_("worst light first")), ("late", N_("most late first")))
_TABS = (("", N_("Board")),)


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the board with the list behind it."""

    name: str
    title: str
    number: int
    path: str


@router.get("")
def board(desk: At, month: str = "", compare: str = "", order: str = "notice", view: str = "") -> Response:
    """Units by items; with ``view=wall`` for the screen of a meeting room, which asks again each minute."""
    seen = _look(desk, month, compare)
    if seen is None:
        return desk.page("board/none.html")
    wall = view == "wall"
    fields = _around(desk, seen, "") | {
        "matrix": matrix(seen.entries, seen.today, order if order in ORDERS else "notice"),
        "numbers": _numbers(seen, _ON_TOP),
        "lights": _numbers(seen, ("red", "yellow", "green")),
        "standing": sentences.standing(seen),
        "lateness": sentences.lateness(seen),
        "reviewing": sentences.reviewing(seen),
        "order": order,
        "orders": [(name, _(words)) for name, words in _ORDERS],
    }
    if wall and desk.is_part:
        return desk.part("board/wall.html", "wall", **fields)
    return desk.page("board/wall.html" if wall else "board/board.html", **fields)


@router.get("/tasks")
def tasks(desk: At, month: str = "", count: str = "all", unit: int = 0, item: int = 0, page: int = 1) -> Response:
    """Exactly the tasks behind a number or a cell."""
    seen = _look(desk, month, "")
    if seen is None:
        return desk.page("board/none.html")
    asked = Asked(count, unit, item)
    found = behind(seen.entries, asked)
    page = max(1, min(page, -(-len(found) // ROWS)))
    shown = found[(page - 1) * ROWS : page * ROWS]
    fields = _around(desk, seen, "") | {
        "heading": _heading(seen, asked),
        "number": len(found),
        "tasks": [row_dict(entry.task, seen.today) for entry in shown],
        "at": page,
        "pages": max(1, -(-len(found) // ROWS)),
        "path": _path(seen, "/tasks", count=count, unit=unit, item=item),
    }
    if desk.is_part:
        return desk.part("board/tasks.html", "found", **fields)
    return desk.page("board/tasks.html", **fields)


def _look(desk: Desk, month: str, compare: str) -> Look | None:
    now = desk.now()
    return desk.look_up("board.read", lambda c: look(c, desk.office_id, desk.actor, month, compare, now))


def _around(desk: Desk, seen: Look, here: str) -> dict[str, Any]:
    """What every page of the board needs: the month, the others to choose from, the ways between the pages."""
    compare = seen.other.month if seen.other else ""
    return {
        "seen": seen,
        "here": here,
        "tabs": [(f"/board{part}?{_query(seen)}", _(title), part == here) for part, title in _TABS],
        "months": [(one.month, one.month) for one in seen.known],
        "others": [(one.month, one.month) for one in seen.known if one.month < seen.month.month],
        "compare": compare,
        "behind": lambda **asked: _path(seen, "/tasks", **asked),
        "count": counts.count,
        "soon": SOON_DAYS,
        "who": _who(desk),
    }


def _who(desk: Desk) -> str:
    """Whose tasks are shown, where it is not everybody's."""
    from models.states import Role
    from workflow.permissions import OFFICE

    if desk.actor.holds(*OFFICE):
        return ""
    if desk.actor.holds(Role.READER):
        return _("You see what the office has approved.")
    return _("You see the tasks of your own unit.")


def _query(seen: Look, **more: Any) -> str:
    given = {"month": seen.month.month, **{name: value for name, value in more.items() if value}}
    return urlencode(given)


def _path(seen: Look, part: str, **more: Any) -> str:
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

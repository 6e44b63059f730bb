"""The register of units: names, other names, who takes over from whom, and whom a collective name means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from models.language import _, listed
from models.times import local_date
from web.frame.desk import At
from web.frame.paging import Page, Paging
from web.frame.posted import Form
from workflow import permissions, unit_views, units

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

router = APIRouter(prefix="/units")


@router.get("")
def register(desk: At, q: str = "", closed: str = "", page: Page = 1) -> Response:
    """The units, with what they have open and how many people they have."""
    words = q.strip()[:60]

    def work(connection: Connection) -> tuple[Any, Any]:
        permissions.demand(desk.actor, "unit.manage")
        today, office = local_date(desk.now()), desk.office_id
        listed_here = unit_views.register(connection, office, today, words=words, closed=bool(closed), page=page)
        return listed_here, unit_views.collectives(connection, office)

    (found, total), collectives = desk.look_up("unit.manage", work)
    bare = [one for one in collectives if one.bare]
    paging = Paging("/units", {"closed": closed, "q": words}, page, total)
    return desk.page("units/list.html", units=found, paging=paging, bare=bare, q=words, closed=bool(closed))


@router.post("")
def add(desk: At, form: Form) -> Response:
    """Enter units, one a line: all of them, or none."""
    names = [line.strip() for line in form.text("names").splitlines() if line.strip()]
    desk.perform(
        "unit.add",
        lambda c: [units.add_unit(c, desk.office_id, desk.actor, name, desk.now()) for name in names or [""]],
    )
    return desk.go("/units", _("In the register: {names}").format(names="、".join(names)))


@router.post("/alias")
def alias(desk: At, form: Form) -> Response:
    """Another name under which notices call a unit."""
    name, other = form.text("name"), form.text("alias")
    desk.perform("unit.alias", lambda c: units.add_alias(c, desk.office_id, desk.actor, name, other, desk.now()))
    return desk.go("/units", _("{alias} is {name} from now on.").format(alias=other, name=name))


@router.get("/succeed")
def succession(desk: At, name: str = "", successor: str = "") -> Response:
    """What would move from one unit to another; nothing moves yet."""
    old, new = name.strip()[:120], successor.strip()[:120]

    def work(connection: Connection) -> tuple[list[str], Any]:
        permissions.demand(desk.actor, "unit.manage")
        known = units.names_today(connection, desk.office_id)
        today = local_date(desk.now())
        told = unit_views.succession(connection, desk.office_id, old, new, today) if old and new else None
        return known, told

    known, told = desk.look_up("unit.manage", work)
    return desk.page("units/succeed.html", name=old, successor=new, units=known, told=told)


@router.post("/succeed")
def succeed(desk: At, form: Form) -> Response:
    """Close a unit; the other takes over its responsibilities and open tasks."""
    name, other = form.text("name"), form.text("successor")
    desk.perform("unit.succeed", lambda c: units.succeed(c, desk.office_id, desk.actor, name, other, desk.now()))
    return desk.go("/units", _("{successor} has taken over from {name}.").format(successor=other, name=name))


@router.get("/groups")
def groups(desk: At, name: str = "", clause: str = "") -> Response:
    """Whom the collective names mean; with ``name`` the form that says it."""
    group, number = name.strip()[:120], clause.strip()[:20]

    def work(connection: Connection) -> dict[str, Any]:
        permissions.demand(desk.actor, "unit.manage")
        office = desk.office_id
        known = unit_views.rosters(connection, office)
        members = next((one.members for one in known if (one.group, one.clause) == (group, number)), ())
        return {
            "rosters": known, "collectives": unit_views.collectives(connection, office), "members": members,
            "units": units.names_today(connection, office),
        }  # fmt: skip

    return desk.page("units/groups.html", group=group, clause=number, **desk.look_up("unit.manage", work))


@router.post("/groups")
def set_group(desk: At, form: Form) -> Response:
    """Say whom a collective name means; units that are not in the register are entered."""
    group, number = form.text("name"), form.text("clause")
    more = [line.strip() for line in form.text("more").splitlines() if line.strip()]
    members = [*form.many("member"), *more]

    def work(connection: Connection) -> list[str]:
        office = desk.office_id
        new = [one for one in more if units.bearer(connection, office, one) is None]
        clause_id = units.clause_id(connection, office, number)
        units.set_group(connection, office, desk.actor, group, members, desk.now(), clause_id=clause_id)
        return new

    new = desk.perform("unit.group", work)
    said = [_("{name}: {members}").format(name=group, members="、".join(members))]
    said += [_("New in the register: {names}").format(names=listed(new))] if new else []
    said += [
        _("To give them their tasks, the director takes the rosters into the notice, on its page under “Notices”.")
    ]
    return desk.go("/units/groups", " ".join(said))

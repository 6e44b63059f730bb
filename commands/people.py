"""Accounts, duties and absences, as the three separated administrators and the units manage them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.acting import NUMBER, Day
from commands.frame import Desk, answer, desk, table
from deeds.codes import new_code
from models.errors import UsageRefused
from models.language import _
from models.states import Role

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.engine import Connection

ROLES = [role.value for role in Role if role is not Role.SCHEDULER]
DAY = Day()


@click.group(
    "person", help=_("Accounts, duties and absences."), epilog="duban person grant zhao --role clerk --unit 市水利局"
)
def person_command() -> None:
    """Accounts, duties and absences."""


@person_command.command(
    "add", help=_("Make an account; its one-time code is shown once."), epilog="duban person add zhao --name 赵一"
)
@click.argument("login")
@click.option("--name", required=True, help=_("The person's name."))
@click.option("--email", default="", help=_("Where mail goes."))
@desk
def add(desk_: Desk, login: str, name: str, email: str) -> None:
    """Make an account without any duty."""
    from workflow import people
    from workflow.passwords import code_life

    code, office, now = new_code(), desk_.office_id, desk_.now()
    number = desk_.perform(
        "person.add", lambda c: people.add_person(c, office, desk_.actor, login, name, now, email=email, code=code)
    )
    said = _("{login} is entered; one-time code, shown only now: {code}").format(login=login, code=code)
    said = f"{code_life(desk_.settings.login)}\n{said}".lstrip()
    answer(desk_, {"id": number, "login": login, "code": code}, lambda: click.echo(said))


def _rows(connection: Connection, office_id: int) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from models import tables as t

    p, d, u = t.person.c, t.duty.c, t.unit.c
    found = connection.execute(
        sa.select(p.id, p.login, p.name, p.active, d.id.label("duty"), d.role, d.valid_from, d.valid_to, u.name)
        .select_from(t.person)
        .outerjoin(t.duty, sa.and_(d.office_id == p.office_id, d.person_id == p.id))
        .outerjoin(t.unit, sa.and_(u.office_id == d.office_id, u.id == d.unit_id))
        .where(p.office_id == office_id)
        .order_by(p.login, d.id)
    )
    names = ("id", "login", "name", "active", "duty", "role", "from", "to", "unit")
    return [dict(zip(names, row, strict=True)) for row in found]


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    role = Role(row["role"]).label if row["role"] else "—"
    state = "" if row["active"] else _("closed")
    return (
        row["login"],
        row["name"],
        row["duty"] or "",
        role,
        row["unit"] or "",
        row["from"] or "",
        row["to"] or "",
        state,
    )


@person_command.command("list", help=_("Accounts with their duties."), epilog="duban person list --json")
@desk
def show(desk_: Desk) -> None:
    """Everybody, for those who manage people and the office."""
    from workflow import permissions

    def work(connection: Connection) -> list[dict[str, Any]]:
        permissions.demand(desk_.actor, "person.read")
        return _rows(connection, desk_.office_id)

    rows = desk_.look_up("person.read", work)
    columns = [_("Login"), _("person"), _("Duty no."), _("Duty"), _("Unit"), _("From"), _("To"), _("State")]
    answer(desk_, rows, lambda: table(columns, [_line(row) for row in rows]))


@person_command.command(
    "grant", help=_("Give a duty, never to oneself."), epilog="duban person grant zhao --role clerk --unit 市水利局"
)
@click.argument("login")
@click.option("--role", required=True, type=click.Choice(ROLES), help=_("The duty."))
@click.option("--unit", default="", help=_("The unit of a clerk or leader."))
@click.option("--from", "from_on", type=DAY, help=_("First day; today when not given."))
@click.option("--to", "to_on", type=DAY, help=_("Last day."))
@desk
def grant(desk_: Desk, login: str, role: str, unit: str, from_on: date | None, to_on: date | None) -> None:
    """Give a duty in the office or in a unit."""
    from workflow import people, units

    office, now = desk_.office_id, desk_.now()

    def work(connection: Connection) -> int:
        unit_id = units.unit_id(connection, office, unit) if unit else None
        days = {"from_on": from_on, "to_on": to_on}
        return people.grant(connection, office, desk_.actor, login, Role(role), now, unit_id=unit_id, **days)

    number = desk_.perform("duty.grant", work)
    said = _("{login} holds duty {number}: {role}").format(login=login, number=number, role=Role(role).label)
    answer(desk_, {"duty": number, "login": login, "role": role, "unit": unit}, lambda: click.echo(said))


@person_command.command("end-duty", help=_("A duty ends today."), epilog="duban person end-duty 7")
@click.argument("duty", type=NUMBER)
@desk
def end_duty(desk_: Desk, duty: int) -> None:
    """End a duty by its number in the list."""
    from workflow import people

    now = desk_.now()
    desk_.perform("duty.end", lambda c: people.end_duty(c, desk_.office_id, desk_.actor, duty, now))
    said = _("Duty {number} has ended.").format(number=duty)
    answer(desk_, {"duty": duty, "ended": True}, lambda: click.echo(said))


@person_command.command(
    "absence",
    help=_("Name a substitute for an absence."),
    epilog="duban person absence zhao --substitute qian --from 2022-06-20 --to 2022-06-24",
)
@click.argument("login")
@click.option("--substitute", required=True, help=_("Who acts meanwhile."))
@click.option("--from", "from_on", required=True, type=DAY, help=_("First day."))
@click.option("--to", "to_on", required=True, type=DAY, help=_("Last day."))
@desk
def absence(desk_: Desk, login: str, substitute: str, from_on: date, to_on: date) -> None:
    """One's own absence, or anyone's by the office or the security administrator."""
    from workflow import people

    office, now, first, last = desk_.office_id, desk_.now(), from_on, to_on
    number = desk_.perform(
        "absence.set", lambda c: people.set_absence(c, office, desk_.actor, login, substitute, first, last, now)
    )
    said = _("{substitute} stands in for {login} from {first} to {last}.").format(
        substitute=substitute, login=login, first=first, last=last
    )
    answer(desk_, {"absence": number, "login": login, "substitute": substitute}, lambda: click.echo(said))


@person_command.command("disable", help=_("Close an account; its record stays."), epilog="duban person disable zhao")
@click.argument("login")
@desk
def disable(desk_: Desk, login: str) -> None:
    """Close an account and end its sessions."""
    from workflow import people

    now = desk_.now()
    desk_.perform("person.disable", lambda c: people.disable_person(c, desk_.office_id, desk_.actor, login, now))
    said = _("The account {login} is closed.").format(login=login)
    answer(desk_, {"login": login, "active": False}, lambda: click.echo(said))


@person_command.command(
    "enable", help=_("Reopen a closed account, with the duties it still has."), epilog="duban person enable zhao"
)
@click.argument("login")
@desk
def enable(desk_: Desk, login: str) -> None:
    """Reopen a closed account."""
    from workflow import people

    now = desk_.now()
    desk_.perform("person.enable", lambda c: people.enable_person(c, desk_.office_id, desk_.actor, login, now))
    said = _("The account {login} is open again.").format(login=login)
    answer(desk_, {"login": login, "active": True}, lambda: click.echo(said))


@person_command.command(
    "change", help=_("Another name or mail address."), epilog="duban person change zhao --email zhao@example.org"
)
@click.argument("login")
@click.option("--name", help=_("The person's name."))
@click.option("--email", help=_("Where mail goes."))
@desk
def change(desk_: Desk, login: str, name: str | None, email: str | None) -> None:
    """What is not given stays; an empty address takes the address away."""
    from workflow import people

    if name is None and email is None:
        raise UsageRefused("E-U01", _("Say what changes: --name, --email, or both."))
    office, now = desk_.office_id, desk_.now()
    given = {"name": name, "email": email}
    made = desk_.perform("person.change", lambda c: people.change_person(c, office, desk_.actor, login, now, **given))
    said = _("{login} is entered as {name}, mail to: {email}").format(
        login=login, name=made["name"], email=made["email"] or "—"
    )
    answer(desk_, {"login": login, **made}, lambda: click.echo(said))


@person_command.command(
    "reset",
    help=_("For a forgotten password: a new one-time code, shown once; the old password and sessions end."),
    epilog="duban person reset zhao",
)
@click.argument("login")
@desk
def reset(desk_: Desk, login: str) -> None:
    """By the system administrator; a system administrator's own by the security administrator."""
    from workflow import people
    from workflow.passwords import code_life

    code, office, now = new_code(), desk_.office_id, desk_.now()
    desk_.perform("person.reset", lambda c: people.reset_person(c, office, desk_.actor, login, code, now))
    said = _("{login} starts anew; one-time code, shown only now: {code}").format(login=login, code=code)
    said = f"{code_life(desk_.settings.login)}\n{said}".lstrip()
    answer(desk_, {"login": login, "code": code}, lambda: click.echo(said))

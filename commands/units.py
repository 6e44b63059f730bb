"""Units, their other names, and the rosters of collective names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.frame import Desk, answer, desk, table
from models.language import _, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection


@click.group("unit", help=_("Units, aliases and collective groups."), epilog="duban unit alias 市生态环境局 市环保局")
def unit_command() -> None:
    """Units, aliases and collective groups."""


def _say(desk_: Desk, data: dict[str, Any], sentence: str) -> None:
    answer(desk_, data, lambda: click.echo(sentence))


@unit_command.command("add", help=_("Enter units into the register."), epilog="duban unit add 市发改委 市水利局")
@click.argument("names", nargs=-1, required=True)
@desk
def add(desk_: Desk, names: tuple[str, ...]) -> None:
    """All of the names, or none."""
    from workflow import units

    office, now = desk_.office_id, desk_.now()
    numbers = desk_.perform("unit.add", lambda c: [units.add_unit(c, office, desk_.actor, name, now) for name in names])
    data = [{"id": number, "name": name} for number, name in zip(numbers, names, strict=True)]
    _say(desk_, {"units": data}, _("In the register: {names}").format(names="、".join(names)))


def _rows(connection: Connection, office_id: int, *, closed: bool) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from models import tables as t

    aliases: dict[int, list[str]] = {}
    for row in connection.execute(sa.select(t.unit_alias).where(t.unit_alias.c.office_id == office_id)):
        aliases.setdefault(row.unit_id, []).append(row.alias)
    query = sa.select(t.unit).where(t.unit.c.office_id == office_id).order_by(t.unit.c.id)
    if not closed:
        query = query.where(t.unit.c.valid_to.is_(None))
    return [
        {"id": r.id, "name": r.name, "aliases": aliases.get(r.id, []), "from": r.valid_from, "to": r.valid_to,
         "successor": r.successor_id}
        for r in connection.execute(query)
    ]  # fmt: skip


def _register(desk_: Desk, *, closed: bool) -> list[dict[str, Any]]:
    """The register, for anybody whose login holds."""
    office = desk_.office_id
    desk_.actor  # noqa: B018 - a login that holds is all it takes
    return desk_.read(lambda c: _rows(c, office, closed=closed))


@unit_command.command("list", help=_("The register of units."), epilog="duban unit list --closed")
@click.option("--closed", is_flag=True, help=_("With the units that exist no more."))
@desk
def show(desk_: Desk, *, closed: bool) -> None:
    """Everybody who is logged in may read the register."""
    rows = _register(desk_, closed=closed)
    columns = [_("No."), _("Name"), _("Also called"), _("From"), _("To"), _("Succeeded by")]
    lines = [
        (r["id"], r["name"], "、".join(r["aliases"]), r["from"], r["to"] or "", r["successor"] or "") for r in rows
    ]
    answer(desk_, rows, lambda: table(columns, lines))


@unit_command.command(
    "alias", help=_("Let a unit be found under another name."), epilog="duban unit alias 市生态环境局 市环保局"
)
@click.argument("name")
@click.argument("alias")
@desk
def alias_(desk_: Desk, name: str, alias: str) -> None:
    """Notices call units by many names."""
    from workflow import units

    now = desk_.now()
    desk_.perform("unit.alias", lambda c: units.add_alias(c, desk_.office_id, desk_.actor, name, alias, now))
    said = _("{alias} is {name} from now on.").format(alias=alias, name=name)
    _say(desk_, {"name": name, "alias": alias}, said)


@unit_command.command(
    "succeed", help=_("Close a unit; another takes over its work."), epilog="duban unit succeed 市环保局 市生态环境局"
)
@click.argument("name")
@click.argument("successor")
@desk
def succeed(desk_: Desk, name: str, successor: str) -> None:
    """Responsibilities and open tasks move; nothing is left without an owner."""
    from workflow import units

    now = desk_.now()
    number = desk_.perform(
        "unit.succeed", lambda c: units.succeed(c, desk_.office_id, desk_.actor, name, successor, now)
    )
    said = _("{successor} has taken over from {name}.").format(successor=successor, name=name)
    _say(desk_, {"name": name, "successor": successor, "id": number}, said)


@unit_command.group(
    "group",
    help=_("Collective names and who belongs to them."),
    epilog="duban unit group set 有关县市区 滨河区政府 临江区政府",
)
def group() -> None:
    """Rosters."""


@group.command(
    "set", help=_("Say who a collective name means."), epilog="duban unit group set 有关县市区 滨河区政府 临江区政府"
)
@click.argument("name")
@click.argument("members", nargs=-1, required=True)
@click.option("--clause", default="", metavar="2.1", help=_("For this clause alone."))
@desk
def group_set(desk_: Desk, name: str, members: Sequence[str], clause: str) -> None:
    """Units that are not in the register are entered."""
    from workflow import units

    office, now = desk_.office_id, desk_.now()

    def work(connection: Connection) -> tuple[list[str], list[int]]:
        number = units.clause_id(connection, office, clause)
        new = [one.strip() for one in members if units.bearer(connection, office, one) is None]
        return new, units.set_group(connection, office, desk_.actor, name, members, now, clause_id=number)

    new, numbers = desk_.perform("unit.group", work)
    said = [_("{name}: {members}").format(name=name, members="、".join(members))]
    said += [_("New in the register: {names}").format(names=listed(new))] if new else []
    said += [_("To give them their tasks, adopt the notice again, then open the month again.")]
    _say(
        desk_, {"group": name, "clause": clause, "members": list(members), "new": new, "ids": numbers}, "\n".join(said)
    )


@group.command("show", help=_("Who a collective name means."), epilog="duban unit group show 有关县市区")
@click.argument("name")
@click.option("--clause", default="", metavar="2.1", help=_("As this clause means it."))
@desk
def group_show(desk_: Desk, name: str, clause: str) -> None:
    """The roster of the clause, else the general one; E-404 when nobody set one."""
    from workflow import permissions, units

    register, office = _register(desk_, closed=True), desk_.office_id
    numbers = desk_.read(lambda c: units.roster(c, office, name, units.clause_id(c, office, clause)))
    if not numbers:
        raise permissions.not_there(_("Group"), name)
    members = [row["name"] for number in numbers for row in register if row["id"] == number]
    said = _("{name}: {members}").format(name=name, members="、".join(members))
    _say(desk_, {"group": name, "clause": clause, "members": members}, said)

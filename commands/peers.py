"""The offices above and below: this office's own key, and theirs."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from commands.frame import answer, desk, table
from models.language import _
from models.times import shown

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from models.office_key import OfficeKey


@click.group(
    "peer",
    help=_("The offices above and below: our key and theirs."),
    epilog="duban peer key · duban peer list",
)
def peer_command() -> None:
    """The offices above and below."""


@peer_command.command(
    "key",
    help=_("Show this office's public key and its fingerprint; the first time the key is made."),
    epilog="duban peer key",
)
@click.option("--new", is_flag=True, help=_("Make another key; the other offices must enter it before it is taken."))
@desk
def key(desk_: Desk, *, new: bool) -> None:
    """What another office enters, and what is read out to it over the telephone."""
    from models import office_key

    desk_.demand("peer.manage")
    home = desk_.settings.home
    own = office_key.own(home) if office_key.there(home) and not new else _make(desk_)
    public = own.public
    data = {"public": public.text, "fingerprint": public.fingerprint}
    lines = [
        _("Public key, for the other office: {text}").format(text=public.text),
        _("Fingerprint, to be read out over the telephone: {text}").format(text=office_key.grouped(public.fingerprint)),
    ]
    answer(desk_, data, lambda: click.echo("\n".join(lines)))


def _make(desk_: Desk) -> OfficeKey:
    """In the trail and in the folder, or nowhere."""
    from models import office_key
    from workflow import peers

    secret = secrets.token_bytes(office_key.LENGTH)
    fingerprint = office_key.OfficeKey(secret).public.fingerprint

    def work(connection: Connection) -> OfficeKey:
        peers.own_key(connection, desk_.office_id, desk_.actor, fingerprint, desk_.now())
        return office_key.keep(desk_.settings.home, secret)

    return desk_.perform("peer.manage", work)


@peer_command.command(
    "add",
    help=_("Enter an office above or below by its public key, after comparing the fingerprint by telephone."),
    epilog='duban peer add 市督查室 --public "MCow…=" --fingerprint "a1b2 c3d4 …"',
)
@click.argument("name")
@click.option("--public", required=True, metavar="TEXT", help=_("Its public key, as “duban peer key” shows it there."))
@click.option("--fingerprint", required=True, metavar="TEXT", help=_("Its fingerprint, as it was read out."))
@click.option("--unit", default="", metavar="NAME", help=_("The unit that it is here: then it is an office below."))
@desk
def add(desk_: Desk, name: str, public: str, fingerprint: str, unit: str) -> None:
    """From now on its parcels are taken."""
    from workflow import peers

    said = (name, public, fingerprint, unit)
    made = desk_.perform("peer.manage", lambda c: peers.add(c, desk_.office_id, desk_.actor, *said, desk_.now()))
    data = {"number": made.id, "name": made.name, "fingerprint": made.public.fingerprint, "unit": made.unit_name}
    told = (
        _("{name} is entered as the office below that is {unit} here.")
        if unit
        else _("{name} is entered as an office above.")
    )
    answer(desk_, data, lambda: click.echo(told.format(name=made.name, unit=unit)))


@peer_command.command(
    "end", help=_("Take nothing more under an office's key: it has another one, or is gone."), epilog="duban peer end 市督查室"
)  # fmt: skip
@click.argument("name")
@desk
def end(desk_: Desk, name: str) -> None:
    """What was taken under it stays provable."""
    from workflow import peers

    ended = desk_.perform("peer.manage", lambda c: peers.end(c, desk_.office_id, desk_.actor, name, desk_.now()))
    said = _("Nothing is taken under the key of {name} any more.").format(name=ended.name)
    answer(desk_, {"number": ended.id, "name": ended.name}, lambda: click.echo(said))


@peer_command.command("list", help=_("The offices above and below, with their fingerprints."), epilog="duban peer list")
@desk
def list_(desk_: Desk) -> None:
    """Those whose key has ended, too."""
    from models.office_key import grouped
    from workflow import peers

    desk_.demand("peer.manage")
    rows = desk_.read(lambda c: peers.every(c, desk_.office_id))
    data = [
        {"number": one.id, "name": one.name, "fingerprint": one.public.fingerprint, "unit": one.unit_name,
         "ended_at": shown(one.ended_at) if one.ended_at else ""}
        for one in rows
    ]  # fmt: skip
    lines = [
        (one.name, one.unit_name or _("above"), grouped(one.public.fingerprint), row["ended_at"])
        for one, row in zip(rows, data, strict=True)
    ]
    answer(desk_, data, lambda: table([_("Office"), _("Unit here"), _("Fingerprint"), _("Ended")], lines))

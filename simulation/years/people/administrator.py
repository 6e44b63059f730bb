"""The administrators: accounts and duties as people come and go, and a yes to a database that was restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deeds import backups
from models.times import local_date
from simulation.years.city import MAIL, OFFICE
from simulation.years.people.staff import SECURITY, SYSTEM, UnitStaff
from workflow import people

if TYPE_CHECKING:
    from models.states import Role
    from simulation.years.people.day import Day
    from simulation.years.people.hand import Hand
    from simulation.years.program import Seat


def plan(day: Day) -> None:
    """After a restore nothing runs until an operator says that it is meant."""
    if day.year.service.behind:
        day.year.at(day.moment(), "the operator confirms the restore", lambda: confirm_restore(day))


def confirm_restore(day: Day) -> None:
    """Say yes to the restored database; everything that waits to be sent is held from here on."""
    held = day.hand.do(
        SYSTEM, "restore.confirm", backups.confirm, kind="restores confirmed", detail=lambda held: {"held": held}
    )
    if held is not None:
        day.year.service.behind = False


def employ(hand: Hand, login: str, name: str, role: Role, unit_id: int) -> bool:
    """An account by one administrator, its duty by another; whether both are done."""
    made = hand.do(SYSTEM, "person.add", lambda seat: seat.perform("person.manage", lambda c: people.add_person(
        c, OFFICE, seat.actor, login, name, seat.now(), email=f"{login}@{MAIL}")), detail=lambda _n: {"login": login})  # fmt: skip
    return made is not None and appoint(hand, login, role, unit_id)


def appoint(hand: Hand, login: str, role: Role, unit_id: int) -> bool:
    """A duty for somebody who has an account."""
    duty = hand.do(SECURITY, "duty.grant", lambda seat: seat.perform("duty.grant", lambda c: people.grant(
        c, OFFICE, seat.actor, login, role, seat.now(), unit_id=unit_id)),
        detail=lambda _n: {"login": login, "role": role.value, "unit": unit_id})  # fmt: skip
    return duty is not None


def dismiss(hand: Hand, login: str) -> None:
    """Somebody leaves: their duties end and their account is closed."""
    hand.do(SECURITY, "duty.end", lambda seat: _end_duties(seat, login), detail=lambda _n: {"login": login})
    hand.do(
        SYSTEM, "person.disable",
        lambda seat: seat.perform(
            "person.manage", lambda c: people.disable_person(c, OFFICE, seat.actor, login, seat.now())
        ),
        detail=lambda _none: {"login": login}, kind="people left",
    )  # fmt: skip


def _end_duties(seat: Seat, login: str) -> int:
    """Every duty that the person holds today."""
    import sqlalchemy as sa

    from models import tables as t

    d, today = t.duty.c, local_date(seat.now())

    def work(connection: sa.Connection) -> int:
        number = people.person_id(connection, OFFICE, login)
        query = sa.select(d.id).where(
            d.office_id == OFFICE, d.person_id == number, d.valid_to.is_(None) | (d.valid_to >= today)
        )
        duties = list(connection.scalars(query.order_by(d.id)))
        for duty in duties:
            people.end_duty(connection, OFFICE, seat.actor, duty, seat.now())
        return len(duties)

    return seat.perform("duty.grant", work)


def replace(hand: Hand, unit_id: int, unit: UnitStaff, role: Role, login: str) -> None:
    """Another person takes a duty over: the new one comes before the old one goes."""
    if employ(hand, login, f"{unit.name}新{role.label}", role, unit_id):
        old = getattr(unit, role.value)
        setattr(unit, role.value, login)
        dismiss(hand, old)

"""A second factor beside the password: a code of six digits that the person's own device shows (TOTP, RFC 6238).

SHA-1, 30 seconds, six digits, as every authenticator has it. A code counts one step before and after its time, and once.
The secret stands beside the password's hash and leaves the database on no other way than into the person's device.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import sqlalchemy as sa

from models import tables as t
from models.errors import Denied, Refused
from models.language import _
from workflow import audit, permissions
from workflow.people import person_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflow.case import Actor

STEP_SECONDS: Final = 30
DIGITS: Final = 6
#: a device's clock may be so many steps off
WINDOW: Final = 1
#: as long as what it goes into: RFC 4226, section 4
SECRET_BYTES: Final = 20
_SECRET: Final = re.compile(rf"[A-Z2-7]{{{SECRET_BYTES * 8 // 5}}}")
MISSING, WRONG = "E-A23", "E-A24"


def secret_of(chance: bytes) -> str:
    """A secret as devices take it (base32), of ``SECRET_BYTES`` that nobody can guess."""
    return base64.b32encode(chance).decode("ascii")


def address(secret: str, login: str, office: str) -> str:
    """What a device reads as a QR code, or a person opens on the device itself."""
    asked = urlencode({"secret": secret, "issuer": office}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{office}:{login}')}?{asked}"


def code_of(secret: str, step: int) -> str:
    """The code of one step since 1970 (RFC 4226, section 5.3)."""
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    place = mac[-1] & 0x0F
    number = struct.unpack(">I", mac[place : place + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, given: str, now: datetime, last: int = 0) -> int | None:
    """The step after ``last`` whose code somebody gave, if it counts now; every one is compared, so that none is told by time."""
    here, code = int(now.timestamp()) // STEP_SECONDS, "".join(given.split()).encode()
    steps = range(max(here - WINDOW, last + 1), here + WINDOW + 1)
    found = [step for step in steps if hmac.compare_digest(code_of(secret, step).encode(), code)]
    return found[0] if found else None


def take(connection: Connection, office_id: int, row: Any, given: str, now: datetime) -> Denied | None:
    """Use up the code of whoever has proved a password; why they do not come in, or None. Nothing is asked without a device."""
    if not row.totp_secret:
        return None
    if not given.strip():
        return Denied(
            MISSING,
            _("The code of your device is missing."),
            remedy=_("Type the password again, and the six digits that your authenticator shows (--second)."),
        )
    step = step_of(row.totp_secret, given, now, row.totp_step or 0)
    if step is None:
        return wrong()
    _set(connection, office_id, row.id, totp_step=step)
    return None


def wrong() -> Denied:
    """Another code, an old one, or one that was used before."""
    return Denied(
        WRONG,
        _("The code of your device is not right, or it was used before."),
        remedy=_(
            "Wait for the next one; see that the device shows the right time. Lost it? Ask the security administrator."
        ),
    )


def in_use(connection: Connection, office_id: int, number: int) -> bool:
    """Whether the account asks for a code."""
    p = t.person.c
    return bool(connection.scalar(sa.select(p.totp_secret).where(p.office_id == office_id, p.id == number)))


def enrol(connection: Connection, office_id: int, actor: Actor, secret: str, given: str, now: datetime) -> None:
    """From now on the actor's own logins ask for a code; the first one proves that the device has the secret. E-A24."""
    step = step_of(secret, given, now) if _SECRET.fullmatch(secret) else None
    if step is None:
        raise wrong()
    _set(connection, office_id, actor.person_id, totp_secret=secret, totp_step=step)
    audit.append(connection, office_id, actor, audit.Entry("second.enrol", "person", actor.person_id), now)


def leave(connection: Connection, office_id: int, actor: Actor, given: str, now: datetime) -> None:
    """No code any more for the actor's own logins; the device has to be there once more. E-A24."""
    p = t.person.c
    query = sa.select(p.id, p.totp_secret, p.totp_step).where(p.office_id == office_id, p.id == actor.person_id)
    refusal = take(connection, office_id, connection.execute(query).one(), given, now)
    if refusal is not None:
        raise refusal
    _forget(connection, office_id, actor.person_id)
    audit.append(connection, office_id, actor, audit.Entry("second.leave", "person", actor.person_id), now)


def remove(connection: Connection, office_id: int, actor: Actor, login: str, now: datetime) -> None:
    """For a lost device, by the security administrator: whoever gives new passwords cannot take the second factor away, too."""
    role = permissions.demand(actor, "session.end")
    number = person_id(connection, office_id, login)
    if number in actor.people:
        raise Denied("E-A14", _("Nobody resets their own account."), remedy=_("Ask another administrator."))
    if not in_use(connection, office_id, number):
        raise Refused(
            "E-A25", _("The account asks for no code."), where=login, remedy=_("Nothing is left to do for it.")
        )
    _forget(connection, office_id, number)
    entry = audit.Entry("second.remove", "person", number, role=role.value, detail={"login": login})
    audit.append(connection, office_id, actor, entry, now)


def _forget(connection: Connection, office_id: int, number: int) -> None:
    _set(connection, office_id, number, totp_secret=None, totp_step=None)


def _set(connection: Connection, office_id: int, number: int, **values: Any) -> None:
    p = t.person.c
    connection.execute(sa.update(t.person).where(p.office_id == office_id, p.id == number).values(**values))

"""What one running desk has: its settings, its database, its clock, and the key that its forms are sealed with."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final

from deeds.desk import Desk, open_database
from deeds.proving import Prover
from models.errors import EnvironmentRefused
from models.language import _
from web.frame.kept import KeptDrafts
from web.frame.limits import Buckets
from web.frame.presence import Presence
from web.frame.seen import LastSeen

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from starlette.requests import Request

    from models.database import Database
    from models.settings import Settings
    from web.frame.meter import Meter

KEY_FILE: Final = "web.key"
KEY_BYTES: Final = 32


@dataclass(slots=True)
class Site:
    """Made once when the desk starts; shared by all requests, never changed by one."""

    settings: Settings
    clock: Callable[[], datetime]
    #: whether people come over TLS, so that cookies may be bound to it
    secure: bool = False
    database: Database = field(init=False)
    key: bytes = field(init=False)
    seen: LastSeen = field(init=False)
    #: how often each address and session asks, by the seconds that have passed
    buckets: Buckets = field(default_factory=lambda: Buckets(monotonic))
    #: who has which page open; a courtesy, not a record
    presence: Presence = field(default_factory=Presence)
    #: what is being looked at before it is issued
    drafts: KeptDrafts = field(default_factory=KeptDrafts)
    #: the proof of the trail that runs, or how the last one ended
    prover: Prover = field(default_factory=Prover)
    #: what is counted for a monitor; None where the settings let nobody ask
    meter: Meter | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Open the database, checked, and the key of this office's forms."""
        self.database = open_database(self.settings)
        self.key = site_key(self.settings.home)
        self.seen = LastSeen(self.database, self.settings.office)
        if self.settings.metrics_token.get_secret_value():
            from web.frame.meter import Meter

            self.meter = Meter(self.settings.language)

    def seal(self, purpose: str, words: str) -> str:
        """A code that only this office's desk can make of these words."""
        return hmac.new(self.key, f"{purpose}\n{words}".encode(), hashlib.sha256).hexdigest()

    def form_seal(self, person_id: int, day: date, acting_for: int = 0) -> str:
        """What a person's forms carry on a day: it outlives a session, so that a form left open can still be sent.

        A form opened in another's name carries another seal: it is never sent in one's own name by mistake, nor the
        other way round.
        """
        return self.seal("form", f"{person_id} {acting_for} {day.isoformat()}")


class SiteDesk(Desk):
    """The deeds' desk within one request to the running desk; who acts, a page and a program's call each tell themselves."""

    def __init__(self, request: Request) -> None:
        """Nothing is opened before it is asked for."""
        self.request = request
        self.site: Site = request.app.state.site

    @property
    def settings(self) -> Settings:
        """The settings of this office."""
        return self.site.settings

    @property
    def database(self) -> Database:  # one for all requests
        """The database that the desk was started on."""
        return self.site.database

    def now(self) -> datetime:
        """This instant in UTC; in a rehearsal the told one."""
        return self.site.clock()


def site_key(home: Path) -> bytes:
    """The key in the office's folder, made at the first start (mode 0600); E-H07 when it cannot be kept secret."""
    file = home / KEY_FILE
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_key(file)
    with os.fdopen(handle, "wb") as out:
        out.write(secrets.token_bytes(KEY_BYTES))
    return _kept_key(file)


def _kept_key(file: Path) -> bytes:
    key = file.read_bytes()
    if file.stat().st_mode & 0o077 or len(key) < KEY_BYTES:
        raise EnvironmentRefused(
            "E-H07",
            _("The key of the web desk may be read by others, or it is damaged."),
            where=file.name,
            remedy=_("Remove the file and start again: a new one is made, forms that are open must be opened anew."),
        )
    return key

"""The trail proved while a person waits and watches: one proof at a time, its progress and its outcome told.

A proof reads everything that there is; a browser is not kept waiting for it. It runs beside the requests and is asked
how far it is.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from models.errors import BadInput, DubanError, EnvironmentRefused
from models.language import _, current, speaking

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from workflow.verify import Finding

log = logging.getLogger(__name__)
#: longer trails are proved at the terminal, by night: a desk that many people use must stay quick
LONGEST: Final = 2_000_000


@dataclass(slots=True)
class Proving:
    """A proof under way or done; written by its own thread, read by every other."""

    begun_at: datetime
    by: str
    total: int
    done: int = 0
    ended: bool = False
    findings: tuple[Finding, ...] = ()
    notices: tuple[Finding, ...] = ()
    head: str = ""
    #: why nothing can be said of the trail
    refusal: DubanError | None = None

    @property
    def percent(self) -> int:
        """How far the chain was read, in whole percent."""
        return 100 if not self.total else min(100, self.done * 100 // self.total)

    def step(self, seq: int) -> None:
        """So far."""
        self.done = seq


@dataclass(slots=True)
class Prover:
    """The proofs of one running desk: the last one, and never two at a time."""

    last: Proving | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def begin(self, desk: Desk) -> Proving:
        """Begin a proof, or tell of the one that runs; E-H74 where the trail is too long for it."""
        from workflow import audit

        total = desk.read(lambda connection: audit.head(connection, desk.office_id)).seq
        if total > LONGEST:
            raise BadInput(
                "E-H74",
                _("The trail is too long to be proved in the browser: {count} events.").format(count=total),
                remedy=_("Whoever looks after the server proves it with: duban audit verify"),
            )
        with self._lock:
            if self.last is not None and not self.last.ended:
                return self.last
            self.last = Proving(desk.now(), desk.actor.name, total)
            self._thread = threading.Thread(target=_prove, args=(desk, self.last, current()), daemon=True)
            self._thread.start()
            return self.last

    def wait(self) -> None:
        """Until the proof that runs has ended."""
        if self._thread is not None:
            self._thread.join()


def _prove(desk: Desk, made: Proving, language: str) -> None:
    with speaking(language):
        try:
            desk.read(lambda connection: _proved(desk, made, connection))
        except DubanError as refusal:
            made.refusal = refusal
        except Exception:  # a full disk, a row that nothing can be read from: never told as a trail that holds
            log.exception("a proof of the trail broke off")
            made.refusal = _broken_off()
        finally:
            made.ended = True


def _broken_off() -> EnvironmentRefused:
    return EnvironmentRefused(
        "E-H76",
        _("The proof broke off before its end: it says nothing about the trail."),
        remedy=_("Whoever looks after the server proves it with: duban audit verify"),
    )


def _proved(desk: Desk, made: Proving, connection: Connection) -> None:
    """Everything held together; what holds is written down outside the database."""
    from workflow import heads, verify

    folder, office = desk.settings.heads_dir, desk.office_id
    heads.refuse_foreign(folder, connection, office)
    found = verify.verify(connection, office, heads_dir=folder, store=desk.store, progress=made.step)
    made.notices, made.findings = tuple(verify.notices(connection, office)), tuple(found)
    if not found:
        made.head = heads.keep(folder, connection, office, desk.now()).short

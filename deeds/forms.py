"""The paper of a unit's month: printed over its reports, taken when it comes back signed and stamped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deeds.evidence import kind_of, look, weighable
from models.language import _

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from documents.evidence.looking import Looked
    from models.facts import FormFacts
    from workflow.filings import Attached, PrintedForm, StoredFile


@dataclass(frozen=True, slots=True)
class Taken:
    """A paper that was taken: the file, what was seen on it, how each task ended."""

    stored: StoredFile
    looked: Looked
    attached: Attached


def print_form(desk: Desk, month: str, unit: str) -> tuple[PrintedForm, FormFacts]:
    """Register the form over all reports of a unit's month that wait for a signature; with what stands on it."""

    def work(connection: Connection) -> tuple[PrintedForm, FormFacts]:
        from documents.form import check_code
        from workflow import filings, gathering
        from workflow.periods import find_period

        office, period = desk.office_id, find_period(connection, desk.office_id, month)
        number = _unit(connection, office, unit)
        printed = filings.print_form(connection, office, desk.actor, period.id, number, check_code, desk.now())
        return printed, gathering.form_facts(connection, office, printed.filing_id)

    return desk.perform("form.print", work)


def _unit(connection: Connection, office_id: int, name: str) -> int:
    """The newest unit of that name: a closed one may still owe its paper."""
    import sqlalchemy as sa

    from models import tables as t
    from workflow.permissions import not_there

    u = t.unit.c
    query = sa.select(u.id).where(u.office_id == office_id, u.name == name).order_by(u.valid_from.desc()).limit(1)
    number = connection.scalar(query)
    if number is None:
        raise not_there(_("Unit"), name)
    return int(number)


def attach(
    desk: Desk,
    code: str,
    data: bytes,
    name: str,
    *,
    signer: str,
    seal: str,
    kind: str | None = None,
    same_file: bool = False,
    anyway: str = "",
) -> Taken:
    """Take the signed paper of a form; every task on it is signed. ``desk.demand("form.attach")`` comes before."""
    from workflow import filings

    looked = look(desk, data, name)
    stored = filings.StoredFile(looked.facts.sha256, looked.facts.name, looked.facts.media_type, len(data))
    is_kind = kind_of(looked, kind)

    def work(connection: Connection) -> Attached:
        attached = filings.attach(
            connection, desk.office_id, desk.actor, code, stored, is_kind, signer, seal, desk.now(),
            looked=weighable(looked), same_file_again=same_file, anyway=anyway,
        )  # fmt: skip
        desk.store.put(data)  # before its row is there for good, and not at all when the paper was refused
        return attached

    return Taken(stored, looked, desk.perform("form.attach", work))

"""Printed forms and the evidence that they were signed and stamped.

A form covers exact report versions through its check code; attaching a scan stores the bytes, records who attests
the signer and the seal, and signs every covered task, or refuses the whole form when a report has changed since.
Source: design section 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.errors import BadInput, Refused
from models.language import _, listed
from models.states import Action, EvidenceKind, Stage
from models.words import letters
from workflow import actions, audit, cases, evidence, permissions, telling
from workflow.actions import Command, Outcome
from workflow.case import Given
from workflow.evidence import NOT_LOOKED, Looked, Weighed
from workflow.given import SHORTEST_REASON

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from models.evidence import SignaturesSeen
    from workflow.case import Actor, FilingRow, TaskRow


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form that was printed: its number, code and what it covers."""

    filing_id: int
    number: int
    check_code: str
    covers: tuple[tuple[int, int, str], ...]
    existed: bool


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file already in the store, as the inspection described it."""

    sha256: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Attached:
    """A paper taken: how each task ended, and what was seen on it."""

    outcomes: list[Outcome]
    weighed: Weighed


def print_form(
    connection: Connection,
    office_id: int,
    actor: Actor,
    period_id: int,
    unit_id: int,
    make_code: Callable[[Sequence[tuple[int, int, str]]], tuple[str, str]],
    now: datetime,
    *,
    only: Collection[int] | None = None,
) -> PrintedForm:
    """Register the form of a unit's month over all reports that wait for a signature; the same content, the same form.

    ``only``: over those of these tasks alone.
    """
    role = permissions.demand_unit(actor, "form.print", unit_id)
    tasks = _waiting(connection, office_id, period_id, unit_id, only)
    covers = tuple((task.id, task.report_number, task.report_sha256) for task in tasks)
    content, code = make_code(covers)
    known = connection.execute(
        sa.select(t.filing).where(t.filing.c.office_id == office_id, t.filing.c.check_code == code)
    ).first()
    if known is not None:
        return PrintedForm(known.id, known.number, code, covers, existed=True)
    number = _next_number(connection, office_id, period_id, unit_id)
    filing_id = insert(
        connection, t.filing, office_id, period_id=period_id, unit_id=unit_id, number=number, content_sha256=content,
        check_code=code, covers=[list(item) for item in covers], printed_by=actor.login, printed_at=now,
    )  # fmt: skip
    detail = {"code": code, "sha256": content, "tasks": [task.id for task in tasks]}
    entry = audit.Entry("form.print", "filing", filing_id, unit=tasks[0].unit_name, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return PrintedForm(filing_id, number, code, covers, existed=False)


def _waiting(
    connection: Connection, office_id: int, period_id: int, unit_id: int, only: Collection[int] | None
) -> list[TaskRow]:
    """The unit's reports of a month that wait for a signature, at least one."""
    tasks = cases.load_tasks(
        connection,
        office_id,
        t.task.c.period_id == period_id,
        t.task.c.unit_id == unit_id,
        t.task.c.stage == Stage.REPORTED.value,
    )
    tasks = [task for task in tasks if _waits(task) and (only is None or task.id in only)]
    if not tasks:
        raise Refused(
            "E-S17",
            _("No report of this unit waits for a signature."),
            remedy=_("Report first with: duban task report"),
        )
    return tasks


def _waits(task: TaskRow) -> bool:
    """The task's flow has it signed and stamped from here."""
    return task.flow.action_giving(task.state, "filing") is not None


def _next_number(connection: Connection, office_id: int, period_id: int, unit_id: int) -> int:
    highest = connection.scalar(
        sa.select(sa.func.max(t.filing.c.number)).where(
            t.filing.c.office_id == office_id, t.filing.c.period_id == period_id, t.filing.c.unit_id == unit_id
        )
    )
    return (highest or 0) + 1


def attach(
    connection: Connection,
    office_id: int,
    actor: Actor,
    check_code: str,
    stored: StoredFile,
    kind: EvidenceKind,
    signer: str,
    seal: str,
    now: datetime,
    *,
    looked: Looked = NOT_LOOKED,
    same_file_again: bool = False,
    anyway: str = "",
) -> Attached:
    """Attach the signed paper of a form and sign every task it covers.

    Refuses the whole form when any report has changed since printing (E-S05), a file that was attached before unless
    the person says it is meant (W-S04), and what was ``looked`` at and does not fit (W-S05 to W-S09) unless the
    person says why it is taken ``anyway``.
    """
    filing, unit_id, unit_name = _filing_by_code(connection, office_id, actor, check_code)
    role = permissions.demand_unit(actor, "form.attach", unit_id)
    tasks = [task for number, _v, _s in filing.covers if (task := cases.load_task(connection, office_id, number))]
    _still_as_printed(connection, office_id, filing, tasks)
    _not_used_before(connection, office_id, stored, same_file_again=same_file_again)
    if not letters(signer) or not letters(seal):
        raise Refused("E-S10", _("The signer and the seal must be named."), remedy=_("Give --signer and --seal."))
    weighed = _weighed(connection, office_id, filing.check_code, looked)
    _answered(weighed, anyway)
    evidence_id = _attest(connection, office_id, filing.id, stored, kind, signer, seal, actor, now)
    evidence.keep(connection, office_id, evidence_id, looked, weighed, anyway, now)
    detail = {"evidence": evidence_id, "sha256": stored.sha256, "signer": signer, "seal": seal, "kind": kind.value}
    detail |= _seen(looked, weighed, anyway)
    entry = audit.Entry("form.attach", "filing", filing.id, unit=unit_name, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    if looked.signatures.signatures:
        verified(connection, office_id, actor, filing.id, stored.sha256, looked.signatures, now)
    return Attached(_sign(connection, office_id, actor, filing.id, tasks, signer, seal, now), weighed)


def _seen(looked: Looked, weighed: Weighed, anyway: str) -> dict[str, Any]:
    """What the trail says of what was seen, and of the answer where something was asked."""
    seen: dict[str, Any] = {"seen": {"code": weighed.match.value, "seal": looked.paper.seal.value}}
    if weighed.questions:
        seen |= {"asked": [one.code for one in weighed.questions], "anyway": anyway.strip()}
    return seen


def _sign(
    connection: Connection,
    office_id: int,
    actor: Actor,
    filing_id: int,
    tasks: Sequence[TaskRow],
    signer: str,
    seal: str,
    now: datetime,
) -> list[Outcome]:
    """Every task on the form is signed."""
    given = Given(filing_id=filing_id, signer=signer, seal=seal)
    with telling.gathered(connection, now):
        return [
            actions.apply(connection, office_id, actor, Command(_signing(task), task.id, task.version, given), now)
            for task in tasks
        ]


def _weighed(connection: Connection, office_id: int, check_code: str, looked: Looked) -> Weighed:
    """What was seen, held against the form."""
    codes = {check_code, *(one.code.check_code for one in looked.paper.codes)}
    known = evidence.named_forms(connection, office_id, codes)
    return evidence.weigh(known[check_code], looked, known)


def _answered(weighed: Weighed, anyway: str) -> None:
    """What was asked has its answer, in as many words as any reason."""
    if not weighed.questions or letters(anyway) >= SHORTEST_REASON:
        return
    first = weighed.questions[0]
    raise BadInput(
        first.code,
        " ".join(one.words for one in weighed.questions),
        remedy=_(
            "Attach the right paper; if this one is meant, say why in at least {count} characters with --anyway."
        ).format(count=SHORTEST_REASON),
        questions=[one.code for one in weighed.questions],
    )


def verified(
    connection: Connection,
    office_id: int,
    actor: Actor,
    filing_id: int,
    sha256: str,
    seen: SignaturesSeen,
    now: datetime,
) -> int:
    """Record how the digital signatures of a form's file came out; nothing else changes by it."""
    unit_id, unit_name = _unit_of(connection, office_id, filing_id)
    role = permissions.demand_unit(actor, "form.verify", unit_id)
    a = t.attachment.c
    attachment_id = connection.scalar(sa.select(a.id).where(a.office_id == office_id, a.sha256 == sha256))
    assert attachment_id is not None
    number = evidence.keep_verification(connection, office_id, attachment_id, seen, actor, now)
    detail = {"verification": number, "sha256": sha256, "verdict": seen.verdict.value, "roots": seen.roots}
    entry = audit.Entry("form.verify", "filing", filing_id, unit=unit_name, role=role.value, detail=detail)
    audit.append(connection, office_id, actor, entry, now)
    return number


def _signing(task: TaskRow) -> str:
    """How the task's flow calls signing; in a state where nobody signs the machine refuses it by the usual name."""
    return task.flow.action_giving(task.state, "filing") or Action.SIGN_STAMP


def _attest(
    connection: Connection,
    office_id: int,
    filing_id: int,
    stored: StoredFile,
    kind: EvidenceKind,
    signer: str,
    seal: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Keep that the file is the form's signed paper, and who attests the signer and the seal."""
    return insert(
        connection,
        t.evidence,
        office_id,
        filing_id=filing_id,
        attachment_id=attachment(connection, office_id, stored, actor, now),
        kind=kind.value,
        signer=signer.strip(),
        seal=seal.strip(),
        attested_by=actor.login,
        attested_at=now,
    )


def _filing_by_code(
    connection: Connection, office_id: int, actor: Actor, check_code: str
) -> tuple[FilingRow, int, str]:
    """A form with the number and name of its unit; E-404 in the same words where it is not there for the actor."""
    plain = check_code.strip().upper()
    number = connection.scalar(
        sa.select(t.filing.c.id).where(t.filing.c.office_id == office_id, t.filing.c.check_code == plain)
    )
    filing = cases.load_filing(connection, office_id, number) if number else None
    unit_id, unit_name = _unit_of(connection, office_id, filing.id) if filing else (0, "")
    if filing is None or not permissions.may_for_unit(actor, "form.read", unit_id):
        raise permissions.not_there(_("Form"), check_code)
    return filing, unit_id, unit_name


def _unit_of(connection: Connection, office_id: int, filing_id: int) -> tuple[int, str]:
    row = connection.execute(
        sa.select(t.unit.c.id, t.unit.c.name)
        .join(t.filing, sa.and_(t.filing.c.office_id == t.unit.c.office_id, t.filing.c.unit_id == t.unit.c.id))
        .where(t.filing.c.office_id == office_id, t.filing.c.id == filing_id)
    ).one()
    return row.id, row.name


def _still_as_printed(connection: Connection, office_id: int, filing: FilingRow, tasks: Sequence[TaskRow]) -> None:
    """The reports are the printed ones and wait for a signature; a form that was signed already says so itself."""
    same = {(task.id, task.report_number, task.report_sha256) for task in tasks}
    if filing.has_evidence and same >= set(filing.covers) and not any(_waits(task) for task in tasks):
        first = audit.first(connection, office_id, "filing", filing.id, "form.attach")
        raise Refused(
            "E-S25",
            _("Form {code} was attached by {who} at {when}; its {count} tasks are signed.").format(
                code=filing.check_code, count=len(filing.covers), who=first.who or "–", when=first.when or "–"
            ),
            remedy=_("Nothing is left to do for it. See it with: duban form list"),
            by=first.who,
            at=first.when,
        )
    now_there = {(task.id, task.report_number, task.report_sha256) for task in tasks if _waits(task)}
    changed = [task for task, version, sha in filing.covers if (task, version, sha) not in now_there]
    if changed:
        raise Refused(
            "E-S05",
            _("The content has changed since form {code} was printed (task {tasks}).").format(
                code=filing.check_code, tasks=listed(str(task) for task in changed)
            ),
            remedy=_("Print the form again, have it signed and stamped, and attach that one."),
            tasks=changed,
        )


def _not_used_before(connection: Connection, office_id: int, stored: StoredFile, *, same_file_again: bool) -> None:
    used = connection.execute(
        sa.select(t.filing.c.check_code)
        .join(
            t.evidence, sa.and_(t.evidence.c.office_id == t.filing.c.office_id, t.evidence.c.filing_id == t.filing.c.id)
        )
        .join(
            t.attachment,
            sa.and_(
                t.attachment.c.office_id == t.evidence.c.office_id, t.attachment.c.id == t.evidence.c.attachment_id
            ),
        )
        .where(t.attachment.c.office_id == office_id, t.attachment.c.sha256 == stored.sha256)
        .limit(1)
    ).first()
    if used is not None and not same_file_again:
        raise BadInput(
            "W-S04",
            _("This very file was attached to form {code} before.").format(code=used.check_code),
            remedy=_("Scan the new paper; if it is meant, repeat with --same-file."),
        )


def attachment(connection: Connection, office_id: int, stored: StoredFile, actor: Actor, now: datetime) -> int:
    """The row of a stored file; the same bytes are one attachment."""
    known = connection.scalar(
        sa.select(t.attachment.c.id).where(
            t.attachment.c.office_id == office_id, t.attachment.c.sha256 == stored.sha256
        )
    )
    return (
        int(known)
        if known
        else insert(
            connection,
            t.attachment,
            office_id,
            sha256=stored.sha256,
            name=stored.name,
            media_type=stored.media_type,
            size=stored.size,
            stored_by=actor.login,
            stored_at=now,
        )
    )

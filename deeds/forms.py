"""The paper of a unit's month: printed over its reports, taken when it comes back signed and stamped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deeds.evidence import kind_of, look, weighable
from models.language import N_, _
from models.states import Word
from models.times import shown

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from deeds.filing import UnitMonth
    from documents.evidence.looking import Looked
    from models.facts import FormFacts
    from workflow.evidence import FormNamed, Weighed
    from workflow.filings import Attached, PrintedForm, StoredFile
    from workflow.month_names import MonthName


@dataclass(frozen=True, slots=True)
class Taken:
    """A paper that was taken: the file, what was seen on it, how each task ended."""

    stored: StoredFile
    looked: Looked
    attached: Attached


def print_form(desk: Desk, month: MonthName | str, unit: str) -> tuple[PrintedForm, FormFacts]:
    """Register the form over all reports of a unit's month that wait for a signature; with what stands on it."""
    from documents.form import check_code  # before the office's lock is held: it brings what draws papers with it
    from workflow import filings, gathering

    def work(connection: Connection) -> tuple[PrintedForm, FormFacts]:
        office, number = desk.office_id, _unit(connection, desk.office_id, unit)
        period = _period_to_sign(connection, office, month, number)
        printed = filings.print_form(connection, office, desk.actor, period, number, check_code, desk.now())
        return printed, gathering.form_facts(connection, office, printed.filing_id)

    return desk.perform("form.print", work)


def _period_to_sign(connection: Connection, office_id: int, month: MonthName | str, unit_id: int) -> int:
    """Of the notices that have the month, the one to which the unit has reports to be signed."""
    import sqlalchemy as sa

    from models import tables as t
    from models.states import PeriodState, Stage
    from workflow.month_names import find_period

    k, p = t.task.c, t.period.c
    waiting = sa.exists().where(
        k.office_id == p.office_id, k.period_id == p.id, k.unit_id == unit_id, k.stage == Stage.REPORTED.value
    )
    is_open = p.state == PeriodState.OPEN.value
    return int(find_period(connection, office_id, month, is_open, waiting.correlate(t.period)).id)


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


@dataclass(frozen=True, slots=True)
class Preview:
    """A paper that was looked at and is not kept yet."""

    looked: Looked
    #: the forms of the actor's units whose codes stand on its pages
    forms: dict[str, FormNamed]
    #: the form it is taken for: the one that was named, else the only one whose code stands on it
    code: str
    #: what was seen, held against that form; None while it is not known
    weighed: Weighed | None


def preview(desk: Desk, data: bytes, name: str, code: str = "") -> Preview:
    """Look at a paper before it is kept. ``desk.demand("form.attach")`` comes before."""
    from deeds.evidence import forms_on
    from workflow import evidence

    looked = look(desk, data, name)

    def work(connection: Connection) -> Preview:
        mine = {
            key: form for key, form in forms_on(connection, desk, looked).items() if form.unit in desk.actor.units()
        }
        chosen = code.strip().upper() or (next(iter(mine)) if len(mine) == 1 else "")
        codes = {chosen, *(one.code.check_code for one in looked.paper.codes)}
        known = evidence.named_forms(connection, desk.office_id, codes)
        form = known.get(chosen)
        if form is None or form.unit not in desk.actor.units():
            return Preview(looked, mine, "", None)
        return Preview(looked, mine, chosen, evidence.weigh(form, weighable(looked), known))

    return desk.read(work)


def form_file(desk: Desk, code: str, kind: str) -> tuple[bytes, str]:
    """A printed form once more as ``pdf`` or ``docx``, with a name for it; E-404 also for another unit's."""
    from deeds.evidence import form_story
    from documents import form
    from workflow import gathering

    def work(connection: Connection) -> FormFacts:
        told = form_story(connection, desk, code)
        return gathering.form_facts(connection, desk.office_id, told["id"])

    facts = desk.look_up("form.read", work)
    made = form.form_docx(facts) if kind == "docx" else form.form_pdf(facts)
    return made, f"{facts.month}-{facts.unit_name}-报送表-{facts.check_code}"


class FormStand(Word):
    """How a printed form stands."""

    OPEN = "open", N_("to be signed, stamped and uploaded")
    SIGNED = "signed", N_("signed and stamped")
    STALE = "stale", N_("void: a report was changed after it was printed")
    REPLACED = "replaced", N_("replaced by a newer form")


@dataclass(frozen=True, slots=True)
class FormLine:
    """A printed form in the list of a unit's month."""

    code: str
    number: int
    printed_at: str
    printed_by: str
    clauses: tuple[str, ...]
    stand: FormStand
    #: the clauses whose report is not what was printed any more
    changed: tuple[str, ...] = ()


def unit_forms(connection: Connection, desk: Desk, month: UnitMonth) -> list[FormLine]:
    """The forms of a unit's month, the newest first."""
    import sqlalchemy as sa

    from models import tables as t
    from workflow.month_rows import of_month

    f, e, p = t.filing.c, t.evidence.c, t.person.c
    query = (
        sa.select(f.id, f.check_code, f.number, f.covers, f.printed_at, sa.func.coalesce(p.name, f.printed_by).label("by"))
        .select_from(t.filing.outerjoin(t.person, sa.and_(p.office_id == f.office_id, p.login == f.printed_by)))
        .where(f.office_id == desk.office_id, f.period_id.in_(of_month(desk.office_id, month.month)), f.unit_id == month.unit_id)
    )  # fmt: skip
    rows = sorted(connection.execute(query), key=lambda row: -row.id)
    papers = sa.select(e.filing_id).where(e.office_id == desk.office_id, e.filing_id.in_([row.id for row in rows]))
    signed = set(connection.scalars(papers))
    return [_form_line(row, month, attached=row.id in signed) for row in rows]


def _form_line(row: Any, month: UnitMonth, *, attached: bool) -> FormLine:
    from deeds.filing import Stand

    lines = {line.task.id: line for line in month.lines}
    changed, clauses = [], []
    for number, version, sha in row.covers:
        line = lines.get(number)
        name = line.task.clause_number if line else str(number)
        clauses.append(name)
        if (
            line is None
            or (line.task.report_number, line.task.report_sha256) != (version, sha)
            or line.stand is Stand.FILL_IN
        ):
            changed.append(name)
    held = {lines[number].form for number, _version, _sha in row.covers if number in lines}
    if attached:
        stand = FormStand.SIGNED
    elif changed:
        stand = FormStand.STALE
    else:
        stand = FormStand.OPEN if row.check_code in held else FormStand.REPLACED
    told = tuple(changed) if stand is FormStand.STALE else ()
    return FormLine(row.check_code, row.number, shown(row.printed_at), row.by, tuple(clauses), stand, told)


def named_before(connection: Connection, office_id: int, unit_id: int) -> tuple[list[str], list[str]]:
    """The signers and the seals that were attested for a unit before, the newest first: to choose from, not to assume."""
    import sqlalchemy as sa

    from models import tables as t

    e, f = t.evidence.c, t.filing.c
    query = (
        sa.select(e.signer, e.seal)
        .join(t.filing, sa.and_(f.office_id == e.office_id, f.id == e.filing_id))
        .where(e.office_id == office_id, f.unit_id == unit_id)
        .order_by(e.id.desc())
        .limit(20)
    )
    rows = connection.execute(query).all()
    return list(dict.fromkeys(row.signer for row in rows)), list(dict.fromkeys(row.seal for row in rows))

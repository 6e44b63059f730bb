"""What is held against an attached paper, and what is kept of it: three facts, each in its own row.

A scan was stored, with what the program saw on it; a person attests who signed and which seal was set; a digital
signature was verified, or not. The program refuses nothing on a hint alone: what it cannot read is remarked, what it
reads and does not fit is asked, and the answer is kept (``docs/decisions/0014`` and ``0026``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from models import tables as t
from models.adding import insert
from models.evidence import CodeMatch, PaperSeen, SealHint, SignaturesSeen, Verdict
from models.language import _, listed
from models.plain import from_plain, to_plain
from models.sealed import PaperFact
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy.engine import Connection, RowMapping

    from models.evidence import CodeSeen
    from workflow.case import Actor, TaskRow


@dataclass(frozen=True, slots=True)
class Looked:
    """What the program saw of a file before it was attached."""

    paper: PaperSeen
    signatures: SignaturesSeen


#: a paper that nobody looked at: nothing was seen, nothing is asked
NOT_LOOKED: Final = Looked(PaperSeen(), SignaturesSeen())


@dataclass(frozen=True, slots=True)
class FormNamed:
    """A printed form by its numbers and its names."""

    filing: int
    unit: int
    unit_name: str
    month: str
    number: int
    check_code: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at (``asks`` = the paper is taken only with a reason): its code and its words."""

    code: str
    words: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was seen, held against the form."""

    match: CodeMatch
    remarks: tuple[Remark, ...]

    @property
    def questions(self) -> tuple[Remark, ...]:
        """What needs an answer."""
        return tuple(one for one in self.remarks if one.asks)


_F: Final = t.filing.c
_NAMED_FORMS: Final = (
    sa.select(_F.id, _F.unit_id, t.unit.c.name, t.period.c.month, _F.number, _F.check_code)
    .join(t.unit, sa.and_(t.unit.c.office_id == _F.office_id, t.unit.c.id == _F.unit_id))
    .join(t.period, sa.and_(t.period.c.office_id == _F.office_id, t.period.c.id == _F.period_id))
    .where(_F.office_id == sa.bindparam("office"), _F.check_code.in_(sa.bindparam("codes", expanding=True)))
)


def named_forms(connection: Connection, office_id: int, codes: Collection[str]) -> dict[str, FormNamed]:
    """The office's forms with these check codes."""
    found = connection.execute(_NAMED_FORMS, {"office": office_id, "codes": [*codes]})
    return {row.check_code: FormNamed(*row) for row in found}


def weigh(form: FormNamed, looked: Looked, known: dict[str, FormNamed]) -> Weighed:
    """Hold what was seen against the form: pure, nothing is refused here."""
    own = [one for one in looked.paper.codes if one.code.check_code == form.check_code]
    others = [one for one in looked.paper.codes if one.code.check_code != form.check_code]
    remarks = [
        *_foreign(form, others, known),
        *_missing(own),
        *_unseen(looked.paper, own or others),
        *(() if looked.signatures.signatures else _seal(looked.paper)),  # who signs a file stamps no paper
        *_signature(looked.signatures),
    ]
    if others:
        return Weighed(CodeMatch.OTHER, tuple(remarks))
    if not own:
        return Weighed(CodeMatch.UNREAD, tuple(remarks))
    missing = any(one.code == "W-S11" for one in remarks)
    return Weighed(CodeMatch.INCOMPLETE if missing else CodeMatch.SAME, tuple(remarks))


def _foreign(form: FormNamed, others: list[CodeSeen], known: dict[str, FormNamed]) -> Iterator[Remark]:
    """A legible code of another form is no slip of the scanner: each such form is asked about once."""
    for code in dict.fromkeys(one.code.check_code for one in others):
        pages = listed(dict.fromkeys(str(one.on_page) for one in others if one.code.check_code == code))
        theirs = known.get(code)
        if theirs is None:
            said = _("Page {pages} of the scan carries code {code}, a form that this office did not print.")
            yield Remark("W-S08", said.format(pages=pages, code=code), asks=True)
            continue
        words = {"pages": pages, "code": code, "unit": theirs.unit_name, "month": theirs.month, "number": theirs.number}
        if theirs.unit != form.unit:
            said = _("Page {pages} of the scan is of another unit's form: {unit}, {month}, {code}.")
            yield Remark("W-S05", said.format(**words), asks=True)
        elif theirs.month != form.month:
            said = _("Page {pages} of the scan is of another month's form: {month}, {code}.")
            yield Remark("W-S06", said.format(**words), asks=True)
        else:
            said = _("Page {pages} of the scan is of another version of the form: no. {number}, {code}.")
            yield Remark("W-S07", said.format(**words), asks=True)


def _missing(own: list[CodeSeen]) -> Iterator[Remark]:
    """Pages of the form of which no code was found; a code that names no page (.docx) says nothing about it."""
    numbered = {one.code.page for one in own if one.code.page}
    if not numbered:
        return
    last = next((one.code.page for one in own if one.code.last), 0)
    gaps = sorted(set(range(1, last or max(numbered))) - numbered)
    if gaps:
        said = _("Page {pages} of the form was not found in the scan. Look whether it is there.")
        yield Remark("W-S11", said.format(pages=listed(map(str, gaps))))
    if not last:
        said = _("The last page of the form was not found in the scan. Look whether it is there.")
        yield Remark("W-S11", said)


def _unseen(paper: PaperSeen, codes: list[CodeSeen]) -> Iterator[Remark]:
    if paper.why_not:
        said = _("Of {pages} pages {looked} were looked at. Look through the others yourself.")
        yield Remark("W-S14", said.format(pages=paper.pages, looked=paper.looked))
    if paper.looked and not codes:
        yield Remark("W-S10", _("No check code could be read on the scan. Compare the code on the paper yourself."))


def _seal(paper: PaperSeen) -> Iterator[Remark]:
    if paper.seal is SealHint.NOT_SEEN:
        yield Remark("W-S12", _("No red seal was seen on the scan. Look whether it is stamped."))
    elif paper.seal is SealHint.GREY:
        yield Remark("W-S13", _("The scan has no colour, so whether a red seal is there cannot be told."))


def _signature(seen: SignaturesSeen) -> Iterator[Remark]:
    if seen.verdict in {Verdict.ALTERED, Verdict.ADDED}:
        said = _("The digital signature does not hold for the file as it is: {verdict}.")
        yield Remark("W-S09", said.format(verdict=seen.verdict.label), asks=True)
    elif seen.verdict not in {Verdict.NONE, Verdict.VERIFIED}:
        said = _("The digital signature: {verdict}.")
        yield Remark("W-S15", said.format(verdict=seen.verdict.label))


def keep(
    connection: Connection,
    office_id: int,
    evidence_id: int,
    looked: Looked,
    weighed: Weighed,
    anyway: str,
    now: datetime,
) -> None:
    """Keep what was seen on an attached paper."""
    insert(
        connection,
        t.sighting,
        office_id,
        evidence_id=evidence_id,
        code=weighed.match.value,
        seal=looked.paper.seal.value,
        remarks=[one.code for one in weighed.remarks],
        anyway=anyway.strip() if weighed.questions else "",
        seen=to_plain(looked.paper),
        looked_at=now,
    )


def keep_verification(
    connection: Connection, office_id: int, attachment_id: int, seen: SignaturesSeen, actor: Actor, now: datetime
) -> int:
    """Keep how a file's digital signatures came out; an earlier result stays as it is."""
    return insert(
        connection,
        t.verification,
        office_id,
        attachment_id=attachment_id,
        verdict=seen.verdict.value,
        seen=to_plain(seen),
        checked_by=actor.login,
        checked_at=now,
    )


def month_papers(connection: Connection, office_id: int, period_id: int) -> tuple[PaperFact, ...]:
    """The papers of a month by unit, as a summary seals them."""
    f = t.filing.c
    query = (
        sa.select(f.id, f.covers, t.unit.c.name)
        .join(t.unit, sa.and_(t.unit.c.office_id == f.office_id, t.unit.c.id == f.unit_id))
        .where(f.office_id == office_id, f.period_id == period_id)
    )
    forms = {row.id: row for row in connection.execute(query)}
    rows = _rows(connection, office_id, list(forms))
    sightings = _sightings(connection, office_id, [row["id"] for row in rows])
    checks = _verifications(connection, office_id, [row["attachment_id"] for row in rows])
    found = [
        _fact(forms[row["filing_id"]], row, sightings.get(row["id"]), checks.get(row["attachment_id"], []))
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.unit, one.attested_at)))


def _fact(form: Any, row: RowMapping, sighting: RowMapping | None, checks: list[RowMapping]) -> PaperFact:
    """The last verification speaks: an earlier one knew fewer certificates."""
    last = checks[-1] if checks else None
    signatures = from_plain(SignaturesSeen, last["seen"]).signatures if last else ()
    return PaperFact(
        unit=form.name,
        check_code=row["check_code"],
        tasks=len(form.covers),
        kind=row["kind"],
        sha256=row["sha256"],
        stored_at=row["stored_at"],
        code=sighting["code"] if sighting else CodeMatch.UNREAD.value,
        hint=sighting["seal"] if sighting else SealHint.NOT_LOOKED.value,
        anyway=sighting["anyway"] if sighting else "",
        signer=row["signer"],
        seal=row["seal"],
        attested_by=row["attested_name"],
        attested_at=row["attested_at"],
        verdict=last["verdict"] if last else Verdict.NONE.value,
        certificates=tuple(one.signer for one in signatures if one.signer),
    )


def papers_of_task(connection: Connection, task: TaskRow) -> list[dict[str, Any]]:
    """The papers of every form that covered the task, the newest last, each with the report version that it covered."""
    f = t.filing.c
    query = sa.select(f.id, f.covers).where(
        f.office_id == task.office_id, f.period_id == task.period_id, f.unit_id == task.unit_id
    )
    covered = {
        row.id: version
        for row in connection.execute(query)
        for number, version, _sha in row.covers
        if number == task.id
    }
    found = papers(connection, task.office_id, list(covered))
    return [{**paper, "version": covered[form]} for form in sorted(found) for paper in found[form]]


def papers(connection: Connection, office_id: int, filing_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The papers attached to forms, the newest last: ``stored``, ``attested`` and ``signature`` each apart."""
    rows = _rows(connection, office_id, filing_ids)
    sightings = _sightings(connection, office_id, [row["id"] for row in rows])
    checks = _verifications(connection, office_id, [row["attachment_id"] for row in rows])
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        told = _paper(row, sightings.get(row["id"]), checks.get(row["attachment_id"], []))
        found.setdefault(row["filing_id"], []).append(told)
    return found


def _rows(connection: Connection, office_id: int, filing_ids: Collection[int]) -> list[RowMapping]:
    """Each paper with its file, its form and the name of whoever attests it."""
    e, a, f, p = t.evidence.c, t.attachment.c, t.filing.c, t.person.c
    query = (
        sa.select(e.id, e.filing_id, e.attachment_id, e.kind, e.signer, e.seal, e.attested_by, e.attested_at,
                  a.name, a.sha256, a.size, a.media_type, a.stored_by, a.stored_at, f.check_code, f.number,
                  sa.func.coalesce(p.name, e.attested_by).label("attested_name"))
        .join(t.attachment, sa.and_(a.office_id == e.office_id, a.id == e.attachment_id))
        .join(t.filing, sa.and_(f.office_id == e.office_id, f.id == e.filing_id))
        .outerjoin(t.person, sa.and_(p.office_id == e.office_id, p.login == e.attested_by))
        .where(e.office_id == office_id, e.filing_id.in_(filing_ids))
        .order_by(e.filing_id, e.id)
    )  # fmt: skip
    return list(connection.execute(query).mappings())


def _paper(row: RowMapping, sighting: RowMapping | None, checks: list[RowMapping]) -> dict[str, Any]:
    return {
        "form": row["check_code"],
        "number": row["number"],
        "stored": {
            "file": row["name"],
            "sha256": row["sha256"],
            "size": row["size"],
            "media_type": row["media_type"],
            "pages": int(sighting["seen"].get("pages", 0)) if sighting else 0,
            "kind": row["kind"],
            "by": row["stored_by"],
            "at": shown(row["stored_at"]),
            "code": sighting["code"] if sighting else "",
            "seal": sighting["seal"] if sighting else SealHint.NOT_LOOKED.value,
            "remarks": list(sighting["remarks"]) if sighting else [],
            "anyway": sighting["anyway"] if sighting else "",
        },
        "attested": {
            "signer": row["signer"],
            "seal": row["seal"],
            "by": row["attested_by"],
            "name": row["attested_name"],
            "at": shown(row["attested_at"]),
        },
        "signature": [_checked(one) for one in checks],
    }


def _checked(row: RowMapping) -> dict[str, Any]:
    seen = from_plain(SignaturesSeen, row["seen"])
    return {
        "verdict": row["verdict"],
        "by": row["checked_by"],
        "at": shown(row["checked_at"]),
        "roots": seen.roots,
        "signatures": [to_plain(one) for one in seen.signatures],
    }


def _sightings(connection: Connection, office_id: int, evidence: list[int]) -> dict[int, RowMapping]:
    s = t.sighting.c
    query = sa.select(t.sighting).where(s.office_id == office_id, s.evidence_id.in_(evidence)).order_by(s.id)
    return {row["evidence_id"]: row for row in connection.execute(query).mappings()}


def _verifications(connection: Connection, office_id: int, attachments: list[int]) -> dict[int, list[RowMapping]]:
    v = t.verification.c
    query = sa.select(t.verification).where(v.office_id == office_id, v.attachment_id.in_(attachments)).order_by(v.id)
    found: dict[int, list[RowMapping]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["attachment_id"], []).append(row)
    return found

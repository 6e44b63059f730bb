"""Papers that come back: looked at, held against the forms, and given as the three facts that they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from models.errors import BadInput
from models.evidence import CodeMatch, SealHint, SignatureSeen, Verdict, attestation
from models.language import _, listed
from models.plain import from_plain, to_plain
from models.states import EvidenceKind
from models.times import shown

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.engine import Connection

    from deeds.desk import Desk
    from documents.evidence.looking import Looked as LookedAt
    from workflow.evidence import FormNamed, Looked

#: what is asked and taken only with a reason
ASKED: Final = frozenset({"W-S05", "W-S06", "W-S07", "W-S08", "W-S09"})


def look(desk_: Desk, data: bytes, name: str, *, pages: bool = True) -> LookedAt:
    """Look at a file in a child process, with the certificates that the office trusts."""
    from documents.evidence.looking import look_at
    from documents.evidence.trust import trusted_files

    return look_at(data, name, desk_.now(), trusted_files(desk_.settings.trust_dir), pages=pages)


def weighable(looked: LookedAt) -> Looked:
    """What was seen, as the workflow holds it against the form."""
    from workflow.evidence import Looked

    return Looked(looked.paper, looked.signatures)


def kind_of(looked: LookedAt, named: str | None) -> EvidenceKind:
    """What the file is: as the person says, else as its content shows; E-F15 for a signed PDF that is none."""
    if named is None:
        if looked.facts.media_type == "application/ofd":
            return EvidenceKind.OFD
        return EvidenceKind.SIGNED_PDF if looked.signatures.signatures else EvidenceKind.SCAN
    if named == EvidenceKind.SIGNED_PDF and not looked.signatures.signatures:
        raise BadInput(
            "E-F15",
            _("The file holds no digital signature."),
            where=looked.facts.name,
            remedy=_("Attach it as a scan, or choose the signed PDF."),
        )
    return EvidenceKind(named)


def seen_data(looked: LookedAt) -> dict[str, Any]:
    """What was seen of a file, for ``--json``."""
    return {**asdict(looked.facts), "paper": to_plain(looked.paper), "signatures": to_plain(looked.signatures)}


def ofd_text(data: bytes, looked: LookedAt) -> str:
    """The words of an OFD; nothing of any other file."""
    if looked.facts.media_type != "application/ofd":
        return ""
    from documents.ofd import ofd_words

    return ofd_words(data, looked.facts.name)


def forms_on(connection: Connection, desk_: Desk, looked: LookedAt) -> dict[str, FormNamed]:
    """The forms whose codes stand on the pages, as far as the actor may know of them."""
    from workflow import evidence, permissions

    codes = {one.code.check_code for one in looked.paper.codes}
    found = evidence.named_forms(connection, desk_.office_id, codes)
    return {code: form for code, form in found.items() if permissions.may_for_unit(desk_.actor, "form.read", form.unit)}


def list_of_forms(
    connection: Connection, desk_: Desk, month: str | None, page: int, size: int
) -> tuple[list[dict[str, Any]], int]:
    """A page of the forms of the actor's units, or of all for the office, the oldest first, one line a paper; their count."""
    from workflow import evidence
    from workflow.paging import page_of

    rows, total = page_of(connection, _forms(desk_, *_month_is(month)), page, size)
    forms = [_form(row) for row in rows]
    papers = evidence.papers(connection, desk_.office_id, [form["id"] for form in forms])
    lines = [
        {key: value for key, value in form.items() if key != "id"} | _in_a_line(paper)
        for form in forms
        for paper in papers.get(form["id"], [None])
    ]
    return lines, total


def forms_after(connection: Connection, desk_: Desk, month: str | None, number: int, most: int) -> list[dict[str, Any]]:
    """At most so many of the same forms with numbers (``id``) beyond ``number``, without their papers."""
    from models import tables as t

    query = _forms(desk_, t.filing.c.id > number, *_month_is(month)).limit(most)
    return [_form(row) for row in connection.execute(query).mappings()]


def form_story(connection: Connection, desk_: Desk, code: str) -> dict[str, Any]:
    """One form with its papers; E-404 also for another unit's."""
    from models import tables as t
    from workflow import evidence
    from workflow.permissions import not_there

    row = connection.execute(_forms(desk_, t.filing.c.check_code == code.strip().upper())).mappings().first()
    if row is None:
        raise not_there(_("Form"), code)
    form = _form(row)
    papers = evidence.papers(connection, desk_.office_id, [form["id"]])
    return {**form, "papers": papers.get(form["id"], [])}


def signed_files(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The files of a form that hold a digital signature, each once; E-F40 when there is none."""
    found = {paper["stored"]["sha256"]: paper["stored"] for paper in told["papers"] if paper["signature"]}
    if not found:
        raise BadInput(
            "E-F40",
            _("No file of form {code} holds a digital signature.").format(code=told["code"]),
            remedy=_("See what is there with: duban form show"),
        )
    return list(found.values())


def _month_is(month: str | None) -> list[Any]:
    from models import tables as t

    return [t.period.c.month == month] if month else []


def _forms(desk_: Desk, *conditions: Any) -> sa.Select[Any]:
    """The forms that the actor may read, under some conditions, the oldest first; needs ``form.read``."""
    import sqlalchemy as sa

    from models import tables as t
    from workflow import permissions

    f, actor = t.filing.c, desk_.actor
    permissions.demand(actor, "form.read")
    if not permissions.everywhere(actor, "form.read"):
        near = [unit for unit in sorted(actor.units()) if permissions.may_for_unit(actor, "form.read", unit)]
        conditions = (*conditions, f.unit_id.in_(near))
    return (
        sa.select(f.id, f.check_code, f.number, f.unit_id, f.covers, f.printed_at,
                  sa.func.coalesce(t.person.c.name, f.printed_by).label("printed_by"), t.period.c.month, t.unit.c.name)
        .select_from(t.filing)
        .outerjoin(t.person, sa.and_(t.person.c.office_id == f.office_id, t.person.c.login == f.printed_by))
        .join(t.period, sa.and_(t.period.c.office_id == f.office_id, t.period.c.id == f.period_id))
        .join(t.unit, sa.and_(t.unit.c.office_id == f.office_id, t.unit.c.id == f.unit_id))
        .where(f.office_id == desk_.office_id, *conditions)
        .order_by(f.id)
    )  # fmt: skip


def _form(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"], "code": row["check_code"], "number": row["number"], "month": row["month"], "unit": row["name"],
        "tasks": [item[0] for item in row["covers"]], "printed_at": shown(row["printed_at"]),
        "printed_by": row["printed_by"],
    }  # fmt: skip


def _in_a_line(paper: dict[str, Any] | None) -> dict[str, str]:
    """The three facts of a paper, each in fields of its own."""
    names = ("kind", "sha256", "code_match", "seal_hint", "signer", "seal", "attested_by", "attested_name", "verdict")
    if paper is None:
        return dict.fromkeys(names, "")
    stored, attested, checks = paper["stored"], paper["attested"], paper["signature"]
    found = (stored["kind"], stored["sha256"], stored["code"], stored["seal"], attested["signer"], attested["seal"],
             attested["by"], attested["name"], checks[-1]["verdict"] if checks else Verdict.NONE.value)  # fmt: skip
    return dict(zip(names, found, strict=True))


def signature_words(one: SignatureSeen) -> str:
    """Who signed by certificate, when by their own clock, how much it covers, how it came out."""
    parts = [one.signer or _("signer unknown"), one.verdict.label]
    if one.issuer:
        parts.append(_("issued by {issuer}").format(issuer=one.issuer))
    if one.claimed_at:
        at = shown(datetime.fromisoformat(one.claimed_at))
        parts.append(_("signed {at} by the signer's own clock").format(at=at))
    if one.signer:
        parts.append(_coverage(one))
    if one.verdict is Verdict.EXPIRED:
        parts.append(_("certificate valid from {start} to {end}").format(start=one.valid_from, end=one.valid_to))
    if one.certifies:
        parts.append(_("certifies the document"))
    return " · ".join(parts)


def _coverage(one: SignatureSeen) -> str:
    if one.covers_whole:
        return _("covers the whole file")
    if one.verdict is Verdict.VERIFIED:
        return _("covers an earlier state of the file; since then only fields were filled in or signed")
    return _("covers an earlier state of the file")


def from_data(data: dict[str, Any]) -> SignatureSeen:
    """A stored signature as it was seen."""
    return from_plain(SignatureSeen, data)


@dataclass(frozen=True, slots=True)
class PaperWords:
    """The three facts of a paper in words, each apart; ``anyway`` is why it was taken although it was asked about."""

    stored: str
    anyway: tuple[str, ...]
    attested: str
    signature: tuple[str, ...]


def facts_in_words(paper: dict[str, Any]) -> PaperWords:
    """What was stored, what was attested and what was verified."""
    stored = paper["stored"]
    line = _("Paper stored: {kind} {file} ({at}), SHA-256 {sha}; {code}; {seal} (a hint, no proof)")
    code = CodeMatch(stored["code"] or CodeMatch.UNREAD).label
    kind, seal = EvidenceKind(stored["kind"]).label, SealHint(stored["seal"]).label
    asked = listed(code for code in stored["remarks"] if code in ASKED)
    said = _("  taken although {codes} was asked: {reason}")
    answers = _("Attested: {name} says that {signer} signed and {seal} was set ({at})")
    if stored["kind"] == EvidenceKind.PARCEL:
        answers = _("Attested: {name} took the parcel: {signer}; {seal} ({at})")
    return PaperWords(
        line.format(kind=kind, file=stored["file"], at=stored["at"], sha=stored["sha256"][:16], code=code, seal=seal),
        (said.format(codes=asked, reason=stored["anyway"]),) if stored["anyway"] else (),
        answers.format(**paper["attested"]),
        tuple(_signature_lines(paper["signature"])),
    )


def attested(paper: dict[str, Any]) -> str:
    """Who answers for a paper, and for what."""
    said = paper["attested"]
    return attestation(paper["stored"]["kind"], **{one: said[one] for one in ("name", "signer", "seal", "at")})


def _signature_lines(checks: list[dict[str, Any]]) -> list[str]:
    if not checks:
        return [_("Digital signature: {verdict}").format(verdict=Verdict.NONE.label)]
    said = _("Digital signature: {verdict} (checked {at} by {by}, against {roots} trusted certificates)")
    lines = []
    for check in checks:
        lines.append(said.format(**{**check, "verdict": Verdict(check["verdict"]).label}))
        lines += [f"  {signature_words(from_data(one))}" for one in check["signatures"]]
    return lines

"""Papers that come back, for the commands: looked at, named, and told as the three facts that they are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from models.errors import BadInput
from models.evidence import CodeMatch, SealHint, SignatureSeen, SignaturesSeen, Verdict, plain
from models.language import _, listed
from models.states import EvidenceKind
from models.times import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from commands.frame import Desk
    from documents.evidence.looking import Looked as LookedAt
    from workflow.evidence import FormNamed, Looked

#: read no more than this of a file; the inspection refuses far less
_LARGEST = 64 * 1024 * 1024


def demand(desk_: Desk, deed: str) -> None:
    """Only for someone who may do the deed at all: nothing of a stranger's file is opened before."""
    from workflow import permissions

    desk_.perform(deed, lambda _connection: permissions.demand(desk_.actor, deed))


def paper_bytes(file: Path) -> bytes:
    """The bytes of the file as the person named it; E-F10."""
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST)
    except OSError as error:
        raise BadInput(
            "E-F10",
            _("The file {file} could not be read.").format(file=file.name),
            where=str(file),
            remedy=_("Check its name and its folder."),
        ) from error


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
    return {**asdict(looked.facts), "paper": plain(looked.paper), "signatures": plain(looked.signatures)}


def ofd_text(data: bytes, looked: LookedAt) -> str:
    """The words of an OFD; nothing of any other file."""
    if looked.facts.media_type != "application/ofd":
        return ""
    from documents.ofd import ofd_words

    return ofd_words(data, looked.facts.name)


def forms_on(connection: Connection, desk_: Desk, looked: LookedAt) -> dict[str, FormNamed]:
    """The forms whose codes stand on the pages, as far as the actor may know of them."""
    from models.states import Role
    from workflow import evidence

    codes = {one.code.check_code for one in looked.paper.codes}
    found = evidence.named_forms(connection, desk_.office_id, codes)
    office = desk_.actor.holds(Role.REVIEWER, Role.DIRECTOR)
    return {code: form for code, form in found.items() if office or form.unit in desk_.actor.units()}


def list_of_forms(connection: Connection, desk_: Desk, month: str | None) -> list[dict[str, Any]]:
    """The forms of the actor's units, or all for the office; one line a paper."""
    from workflow import evidence

    forms = _forms(connection, desk_, *([_month_is(month)] if month else []))
    papers = evidence.papers(connection, desk_.office_id, [form["id"] for form in forms])
    return [
        {key: value for key, value in form.items() if key != "id"} | _in_a_line(paper)
        for form in forms
        for paper in papers.get(form["id"], [None])
    ]


def form_story(connection: Connection, desk_: Desk, code: str) -> dict[str, Any]:
    """One form with its papers; E-404 also for another unit's."""
    from models import tables as t
    from workflow import evidence
    from workflow.permissions import not_there

    forms = _forms(connection, desk_, t.filing.c.check_code == code.strip().upper())
    if not forms:
        raise not_there(_("Form"), code)
    papers = evidence.papers(connection, desk_.office_id, [forms[0]["id"]])
    return {**forms[0], "papers": papers.get(forms[0]["id"], [])}


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


def _month_is(month: str) -> Any:
    from models import tables as t

    return t.period.c.month == month


def _forms(connection: Connection, desk_: Desk, *conditions: Any) -> list[dict[str, Any]]:
    import sqlalchemy as sa

    from models import tables as t
    from models.states import Role
    from workflow import permissions

    f, actor = t.filing.c, desk_.actor
    permissions.demand(actor, "task.read")
    query = (
        sa.select(f.id, f.check_code, f.number, f.unit_id, f.covers, f.printed_at, f.printed_by, t.period.c.month, t.unit.c.name)
        .join(t.period, sa.and_(t.period.c.office_id == f.office_id, t.period.c.id == f.period_id))
        .join(t.unit, sa.and_(t.unit.c.office_id == f.office_id, t.unit.c.id == f.unit_id))
        .where(f.office_id == desk_.office_id, *conditions)
        .order_by(f.id)
    )  # fmt: skip
    office = actor.holds(Role.REVIEWER, Role.DIRECTOR)
    return [
        {"id": row.id, "code": row.check_code, "number": row.number, "month": row.month, "unit": row.name,
         "tasks": [item[0] for item in row.covers], "printed_at": shown(row.printed_at), "printed_by": row.printed_by}
        for row in connection.execute(query)
        if office or row.unit_id in actor.units()
    ]  # fmt: skip


def _in_a_line(paper: dict[str, Any] | None) -> dict[str, str]:
    """The three facts of a paper, each in fields of its own."""
    names = ("kind", "sha256", "code_match", "seal_hint", "signer", "seal", "attested_by", "attested_name", "verdict")
    if paper is None:
        return dict.fromkeys(names, "")
    stored, attested, checks = paper["stored"], paper["attested"], paper["signature"]
    found = (stored["kind"], stored["sha256"], stored["code"], stored["seal"], attested["signer"], attested["seal"],
             attested["by"], attested["name"], checks[-1]["verdict"] if checks else Verdict.NONE.value)  # fmt: skip
    return dict(zip(names, found, strict=True))


def tell_looked(looked: LookedAt, forms: dict[str, FormNamed], text: str) -> None:
    """What was found on a paper that is not stored."""
    facts, paper = looked.facts, looked.paper
    line = _("{name}: {pages} pages, {size} KB, SHA-256 {sha}")
    click.echo(line.format(name=facts.name, pages=facts.pages, size=max(1, facts.size // 1024), sha=facts.sha256[:16]))
    for one in paper.codes:
        form = forms.get(one.code.check_code)
        whose = f"{form.unit_name} {form.month}" if form else _("not a form that you may see here")
        page = _("page {page}").format(page=one.code.page) if one.code.page else ""
        where = _("Scan page {number}: form {code} {page} ({whose})")
        click.echo(where.format(number=one.on_page, code=one.code.check_code, page=page, whose=whose))
    if paper.looked and not paper.codes:
        click.echo(_("Code: none could be read"))
    click.echo(_("Red seal: {seal} (a hint, no proof)").format(seal=paper.seal.label))
    for red in paper.seals:
        size = _("  scan page {page}: about {width:g} × {height:g} mm")
        click.echo(size.format(page=red.on_page, width=red.width_mm, height=red.height_mm))
    tell_signatures(looked.signatures)
    if text:
        click.echo(_("Words in it:"))
        click.echo(text[:2000])
    click.echo(_("Nothing was stored."))


def tell_signatures(seen: SignaturesSeen) -> None:
    """Every digital signature in a sentence."""
    click.echo(_("Digital signature: {verdict}").format(verdict=seen.verdict.label))
    for one in seen.signatures:
        click.echo(f"  {signature_words(one)}")


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


def tell_form(told: dict[str, Any]) -> None:
    """A form and its papers."""
    line = _("Form {code} · no. {number} · {unit} · {month} · {count} tasks")
    click.echo(line.format(**told, count=len(told["tasks"])))
    click.echo(_("Printed {at} by {by}").format(at=told["printed_at"], by=told["printed_by"]))
    if not told["papers"]:
        click.echo(_("No signed and stamped paper was attached yet."))
    tell_papers(told["papers"])


def tell_papers(papers: Sequence[dict[str, Any]]) -> None:
    """Of each paper three lines: stored, attested, verified; of a task's papers also by which form."""
    for paper in papers:
        stored, attested = paper["stored"], paper["attested"]
        if "version" in paper:
            click.echo(_("Form {form} over report {version}:").format(form=paper["form"], version=paper["version"]))
        line = _("Paper stored: {kind} {file} ({at}), SHA-256 {sha}; {code}; {seal} (a hint, no proof)")
        code = CodeMatch(stored["code"] or CodeMatch.UNREAD).label
        kind, seal = EvidenceKind(stored["kind"]).label, SealHint(stored["seal"]).label
        click.echo(
            line.format(
                kind=kind, file=stored["file"], at=stored["at"], sha=stored["sha256"][:16], code=code, seal=seal
            )
        )
        if stored["anyway"]:
            said = _("  taken although {codes} was asked: {reason}")
            asked = listed(code for code in stored["remarks"] if code in ASKED)
            click.echo(said.format(codes=asked, reason=stored["anyway"]))
        click.echo(_("Attested: {name} says that {signer} signed and {seal} was set ({at})").format(**attested))
        if not paper["signature"]:
            click.echo(_("Digital signature: {verdict}").format(verdict=Verdict.NONE.label))
        for check in paper["signature"]:
            said = _("Digital signature: {verdict} (checked {at} by {by}, against {roots} trusted certificates)")
            click.echo(said.format(**{**check, "verdict": Verdict(check["verdict"]).label}))
            for one in check["signatures"]:
                click.echo(f"  {signature_words(from_data(one))}")


def from_data(data: dict[str, Any]) -> SignatureSeen:
    """A stored signature as it was seen."""
    from models.evidence import from_plain

    return from_plain(SignatureSeen, data)


def tell_verified(results: Sequence[tuple[dict[str, Any], SignaturesSeen]]) -> None:
    """How each file came out this time."""
    for file, found in results:
        click.echo(file["file"])
        tell_signatures(found)
        if not found.roots:
            click.echo(_("No trusted certificate is set: put the issuer's into the folder “trust” of the office."))


#: what is asked and taken only with a reason
ASKED = frozenset({"W-S05", "W-S06", "W-S07", "W-S08", "W-S09"})

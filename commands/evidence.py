"""Papers that come back, for the commands: looked at, named, and told as the three facts that they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from models.errors import BadInput
from models.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from documents.evidence.looking import Looked as LookedAt
    from models.evidence import SignaturesSeen
    from workflow.evidence import FormNamed

#: read no more than this of a file; the inspection refuses far less
_LARGEST = 64 * 1024 * 1024


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
    from deeds.evidence import signature_words

    click.echo(_("Digital signature: {verdict}").format(verdict=seen.verdict.label))
    for one in seen.signatures:
        click.echo(f"  {signature_words(one)}")


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
    from deeds.evidence import facts_in_words

    for paper in papers:
        if "version" in paper:
            click.echo(_("Form {form} over report {version}:").format(form=paper["form"], version=paper["version"]))
        said = facts_in_words(paper)
        for line in (said.stored, *said.anyway, said.attested, *said.signature):
            click.echo(line)


def tell_verified(results: Sequence[tuple[dict[str, Any], SignaturesSeen]]) -> None:
    """How each file came out this time."""
    for file, found in results:
        click.echo(file["file"])
        tell_signatures(found)
        if not found.roots:
            click.echo(_("No trusted certificate is set: put the issuer's into the folder “trust” of the office."))

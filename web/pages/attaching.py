"""The signed and stamped paper comes back: shown first what is found on it, then taken with who signed and which seal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.evidence import signature_words
from deeds.filing import Stand, unit_month
from deeds.forms import FormStand, attach, named_before, preview, unit_forms
from documents.evidence.binding import bind
from models.errors import BadInput, DubanError
from models.language import _
from web.frame.desk import At, Desk
from web.frame.posted import Form, Posted
from web.frame.uploads import some

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from deeds.forms import Preview

router = APIRouter(prefix="/forms/attach")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a paper that is about to be taken."""

    month: str = ""
    unit: str = ""
    code: str = ""
    sha256: str = ""
    name: str = ""
    signer: str = ""
    #: the seal that was set; ``seal`` is the form's own
    stamp: str = ""
    anyway: str = ""
    same_file: bool = False

    @classmethod
    def of(cls, form: Posted) -> Typed:
        """The fields as posted."""
        texts = {
            name: form.text(name) for name in ("month", "unit", "code", "sha256", "name", "signer", "stamp", "anyway")
        }
        return cls(**texts, same_file=form.flag("same_file"))


@router.get("")
def choose_page(desk: At, month: str = "", unit: str = "", code: str = "") -> Response:
    """Choose the file."""
    return _choose(desk, Typed(month, unit, code))


def _choose(desk: Desk, typed: Typed, refusal: DubanError | None = None) -> Response:
    told = desk.look_up("form.attach", lambda c: _around(c, desk, typed))
    return desk.page("forms/choose.html", typed=typed, refusal=refusal, stands=Stand, **told)


def _around(connection: Connection, desk: Desk, typed: Typed) -> dict[str, Any]:
    """The unit's month with its forms that can be attached, and the names that were attested before."""
    told = unit_month(connection, desk, typed.month, typed.unit)
    forms = [one for one in unit_forms(connection, desk, told) if one.stand in {FormStand.OPEN, FormStand.REPLACED}]
    signers, seals = named_before(connection, desk.office_id, told.unit_id)
    return {"told": told, "forms": forms, "signers": signers, "seals": seals}


@router.post("")
def look_page(desk: At, form: Form) -> Response:
    """Look at the file; nothing is stored but for the hours until it is confirmed."""
    desk.demand("form.attach")
    typed = Typed.of(form)
    try:
        data, name = _one_file(form)
        found = preview(desk, data, name, typed.code)
    except DubanError as refusal:
        if desk.is_part:
            raise
        return _choose(desk, typed, refusal)
    sha256 = desk.staging.put(data, desk.now())
    named = replace(typed, code=found.code or typed.code, sha256=sha256, name=found.looked.facts.name)
    return _confirm(desk, named, found)


def _one_file(form: Posted) -> tuple[bytes, str]:
    """The file, or several photographs of one paper bound into one PDF."""
    chosen = [some(one) for one in form.uploads("file")] or [some(None)]
    if len(chosen) == 1:
        return chosen[0].data, chosen[0].name
    name = chosen[0].name.rsplit(".", 1)[0]
    return bind([(one.data, one.name) for one in chosen]), f"{name}.pdf"


def _confirm(desk: Desk, typed: Typed, found: Preview, refusal: DubanError | None = None) -> Response:
    told = desk.look_up("form.attach", lambda c: _around(c, desk, typed))
    lines = [signature_words(one) for one in found.looked.signatures.signatures]
    return desk.page("forms/confirm.html", typed=typed, found=found, refusal=refusal, signatures=lines, **told)


@router.post("/confirm")
def confirm(desk: At, form: Form) -> Response:
    """Take the paper: every task on it is signed; a refusal keeps the file and what was typed."""
    desk.demand("form.attach")
    typed, again = Typed.of(form), form.flag("look")
    try:
        data = desk.staging.get(typed.sha256, desk.now())
    except DubanError as refusal:
        return _choose(desk, typed, refusal)
    if again:  # another form was chosen: show what is seen, held against that one
        return _confirm(desk, typed, preview(desk, data, typed.name, typed.code))
    try:
        if not typed.code:
            raise BadInput("E-H35", _("It is not said which form this is."), remedy=_("Choose the form below."))
        taken = attach(
            desk, typed.code, data, typed.name, signer=typed.signer, seal=typed.stamp,
            same_file=typed.same_file, anyway=typed.anyway,
        )  # fmt: skip
    except DubanError as refusal:
        return _confirm(desk, typed, preview(desk, data, typed.name, typed.code), refusal)
    desk.staging.drop(typed.sha256)
    said = _("{count} tasks are signed and stamped. They wait for the office's review now; nothing else is to do.")
    return desk.go(f"/forms/{typed.code.upper()}", said.format(count=len(taken.attached.outcomes)))

"""What to do now, said for somebody at a page: the deeds' own remedies name commands and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from models.language import N_, _

if TYPE_CHECKING:
    from models.errors import DubanError

_Refusal = TypeVar("_Refusal", bound="DubanError")

#: code → what to do on the page; a code that is not here keeps the remedy of the deed
_HERE: Final = {
    "E-V02": N_("Write the completion as a whole number from 0 to 100."),
    "E-S08": N_("Write why there was no progress."),
    "E-S02": N_("Write the reason."),
    "E-S09": N_("Choose today or a later day."),
    "E-S30": N_("Write in at least 5 characters what will be done."),
    "E-S31": N_("Choose the day of the visit, not a future one, and write in at least 5 characters what was found."),
    "E-S37": N_("Choose another step to go back to."),
    "E-S38": N_("Choose somebody else."),
    "E-S43": N_("Leave the box for “straight back” empty."),
    "E-V05": N_("Write digits, or leave the figure empty and say why there is none."),
    "E-S32": N_("Choose at least one person."),
    "E-S33": N_("Choose one other person."),
    "E-S06": N_("Go on with filling it in."),
    "E-S17": N_("Fill in and report first; then print."),
    "E-S10": N_("Write who signed and which seal was set, as on the paper."),
    "E-S25": N_("Nothing is left to do for it."),
    **dict.fromkeys(
        ("W-S05", "W-S06", "W-S07", "W-S08", "W-S09"),
        N_("Choose the right paper; if this one is meant, write below why, in at least 5 characters."),
    ),
    "W-S04": N_("Choose the scan of the new paper; if this very file is meant, say so below."),
    "E-D04": N_("Choose a later day."),
    "E-409": N_("Nothing of yours was changed. Open the page anew: what you typed is kept there as a draft."),
}


def for_page(refusal: _Refusal) -> _Refusal:
    """The refusal with a remedy for the browser, where there is one of its own."""
    if refusal.code not in _HERE:
        return refusal
    here = _(_HERE[refusal.code])
    return type(refusal)(refusal.code, refusal.what, where=refusal.where, remedy=here, **refusal.fields)

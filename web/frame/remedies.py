"""What to do now, said for somebody at a page: the deeds' own remedies name commands and their options."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from models.errors import Conflict
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
}
_KEEPER: Final = N_("Tell whoever looks after the server.")
#: the same where the deed's own remedy names a command; another remedy of the code stays
_FOR_COMMANDS: Final = {
    **dict.fromkeys(
        ("E-507", "E-B00", "E-B01", "E-B02", "E-B05", "E-B07", "E-B20", "E-F20", "E-H74", "E-H76", "E-I03"), _KEEPER
    ),
    "E-A13": N_(
        "Have the absence and the substitute entered first; the security administrator does it under “Absences”."
    ),
    "E-A17": N_("Choose a new password."),
    "E-A23": N_("Type the password again, and the six digits that your authenticator shows."),
    "E-C01": N_("The director checks the time and the data, then releases them under “To decide”."),
    "E-D02": N_("Correct the day in the table, or tick that deadlines before the notice are meant."),
    "E-F40": N_("Open the form: its page shows the papers that are there and their signatures."),
    "E-H87": N_("Look at the list: it shows how each stands."),
    "E-J03": N_("Choose one from the list of templates."),
    "E-J05": N_("The list of templates shows which are replaced."),
    "E-J06": N_("Write what it says, or go back to the shipped template."),
    "E-J09": N_("Replace it instead of removing it."),
    "E-K04": N_("Choose a unit from the list; the reviewer enters a new one under “Units”."),
    "E-K08": N_("Choose another picture; the problem's page shows those that are there."),
    **dict.fromkeys(
        ("E-L01", "E-L09", "E-L14"),
        N_("The security administrator looks after the keys of the offices, at the server."),
    ),
    "E-L11": N_("Have the audit administrator prove the trail, under “Trail”. Nothing was taken."),
    "E-L16": N_("Choose a month from the list."),
    "E-L17": N_("The director issues the summary, under “Months and summaries”."),
    "E-L21": N_("Nothing was taken. What was reported already stands in the list of tasks."),
    "E-L23": N_(
        "Send the file of the correction, if that was not done. If it has to say something else, ask the office above to"
        " return it; its next answer is corrected again."
    ),
    "E-M05": N_("Open the message: it shows how it was sent."),
    "E-N02": N_("Say on the page of doubts which unit it is, or enter the new unit under “Units”."),
    "E-N03": N_("Choose above the notice that this one revises, look at what would change, then adopt it."),
    "E-N14": N_("Look at what the revision would change; wait until the month is closed, or excuse those tasks."),
    "E-N15": N_("The director adopts a notice first, under “Notices”."),
    "E-N16": N_("Decide them on the page of doubts, or write why they may stay as read."),
    "E-N24": N_("Open the page of doubts anew and decide there."),
    "E-S03": N_("Print the form, have it signed and stamped, then upload the scan, under “Forms and scans”."),
    "E-S12": N_("The director issues the summary, under “Months and summaries”."),
    "E-S13": N_("The director issues the summary, under “Months and summaries”."),
    "E-S16": N_("The list of requests shows what was decided."),
    "E-S18": N_("Its page has the files to keep."),
    "E-S22": N_("Write this month's progress yourself."),
    "E-S24": N_("Write the number as it is printed on the document."),
    "E-S26": N_("The director opens the month, under “Months and summaries”."),
    "E-S27": N_("Drop the draft and write why."),
    "E-S28": N_("Choose the unit that takes over."),
    "E-S40": N_("Ask the security administrator to grant the duty."),
    "E-S47": N_("Choose the month of that notice, under “Months and summaries”."),
    "E-S50": N_("The list of tasks shows what is owed and until when."),
    "E-S51": N_("Wait for that day, or declare the paper void and write why."),
    "E-S60": N_("Look at all paragraphs instead."),
    "E-W03": N_("Choose another flow."),
    "E-W06": N_("Leave the flow as it is; another month may run in another flow."),
    "E-W10": N_("Look at the plan again, then say yes to it."),
}
#: a command or an option of one, in a sentence of either language
_COMMAND: Final = re.compile(r"[:：] ?duban [a-z]|(?<![\w-])--[a-z]")


def names_command(text: str) -> bool:
    """Whether a sentence tells somebody to type a command, which nobody at a page can."""
    return bool(_COMMAND.search(text))


def for_page(refusal: _Refusal) -> _Refusal:
    """The refusal with a remedy for the browser, where there is one of its own."""
    here = _HERE.get(refusal.code, "")
    if not here and names_command(refusal.remedy):
        here = _FOR_COMMANDS.get(refusal.code, "")
    return _with_remedy(refusal, _(here)) if here else refusal


def for_draft(refusal: _Refusal) -> _Refusal:
    """The same on a page that keeps what is typed as a draft: whoever came second finds it there."""
    if isinstance(refusal, Conflict) and refusal.code == "E-409":
        kept = _("Nothing of yours was changed. Open the page anew: what you typed is kept there as a draft.")
        return _with_remedy(refusal, kept)
    return for_page(refusal)


def _with_remedy(refusal: _Refusal, remedy: str) -> _Refusal:
    return type(refusal)(refusal.code, refusal.what, where=refusal.where, remedy=remedy, **refusal.fields)

"""Conditions by name: pure functions of a case that raise the refusal they stand for.

The law names them; adding one is a function here and a row there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.errors import Denied, Refused
from models.language import _
from models.times import local_date
from models.words import letters

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflow.case import Case

#: a reason of fewer characters says nothing (``reliability.md`` section 7, row 22)
SHORTEST_REASON: Final = 5
HUNDRED: Final = 100


def not_yet_received(case: Case) -> None:
    """A receipt is given once."""
    if case.task.received_at is not None:
        raise Refused(
            "E-S06",
            _("This task has already been received."),
            where=_place(case),
            remedy=_("Go on with: duban task report {id}").format(id=case.task.id),
        )


def progress_given(case: Case) -> None:
    """The notice asks for 工作进度: an empty report is none."""
    if not letters(case.given.progress) and not case.given.no_progress:
        raise Refused(
            "E-S07",
            _("The progress text is missing."),
            where=_place(case),
            remedy=_("Write what was done, or mark “no progress this month” with a reason."),
        )


def percent_in_range(case: Case) -> None:
    """Completion is a whole percentage between 0 and 100."""
    percent = case.given.percent
    if percent is None or not 0 <= percent <= HUNDRED:
        raise Refused(
            "E-V02",
            _("Completion must be a whole number from 0 to 100."),
            where=_place(case),
            remedy=_("Give it with --percent."),
        )


def indicators_answered(case: Case) -> None:
    """Every indicator has a value or a reason; a count is never negative (row 24)."""
    given = {value.indicator_id: value for value in case.given.values}
    unknown = set(given) - {number for number, _name, _unit in case.indicators}
    if unknown:
        raise Refused(
            "E-V03",
            _("Indicator {id} does not belong to this clause.").format(id=min(unknown)),
            where=_place(case),
        )
    for number, name, unit in case.indicators:
        value = given.get(number)
        if value is None or (value.value is None and not letters(value.reason)):
            raise Refused(
                "E-V04",
                _("Indicator “{name}” has neither a value nor a reason.").format(name=name),
                where=_place(case),
                remedy=_("Give its value in {unit}, or say why there is none.").format(unit=unit or "1"),
            )
        if value.value is not None and value.value < 0:
            raise Refused(
                "E-V01",
                _("“{name} {value:g} {unit}” cannot be negative.").format(name=name, value=value.value, unit=unit),
                where=_place(case),
                remedy=_("Correct the figure, or say why there is none."),
            )


def no_progress_has_reason(case: Case) -> None:
    """“No progress this month” is allowed, with its reason."""
    if case.given.no_progress and letters(case.given.reason) < SHORTEST_REASON:
        raise Refused(
            "E-S08",
            _("“No progress this month” needs a reason of at least {count} characters.").format(count=SHORTEST_REASON),
            where=_place(case),
            remedy=_("Add it with --reason."),
        )


def reason_given(case: Case) -> None:
    """A return, reopening or waiver says why."""
    if letters(case.given.reason) < SHORTEST_REASON:
        raise Refused(
            "E-S02",
            _("A reason of at least {count} characters is needed.").format(count=SHORTEST_REASON),
            where=_place(case),
            remedy=_("Add it with --reason."),
        )


def refiling_date_ahead(case: Case) -> None:
    """The unit gets a day to file again that has not passed."""
    day = case.given.refile_on
    if day is None or day < local_date(case.now):
        raise Refused(
            "E-S09",
            _("The re-filing date must be today or later."),
            where=_place(case),
            remedy=_("Set it with --refile-on YYYY-MM-DD."),
        )


def filing_covers_version(case: Case) -> None:
    """The printed form must hold exactly the version in force: same check code, same content."""
    task, filing = case.task, case.filing
    if filing is None:
        raise Refused(
            "E-S03",
            _("No printed form covers this report."),
            where=_place(case),
            remedy=_("Print the form with: duban form print"),
        )
    if (task.id, task.report_number, task.report_sha256) not in filing.covers:
        raise Refused(
            "E-S05",
            _("The report has changed since form {code} was printed.").format(code=filing.check_code),
            where=_place(case),
            remedy=_("Print the form again, have it signed and stamped, and attach that one."),
        )


def evidence_stored(case: Case) -> None:
    """A stamp cannot lapse into being: the scan or signed PDF lies in the store."""
    if case.filing is None or not case.filing.has_evidence:
        raise Refused(
            "E-S03",
            _("The signed and stamped paper has not been attached."),
            where=_place(case),
            remedy=_("Attach it with: duban form attach"),
        )


def signer_and_seal_named(case: Case) -> None:
    """Who signed and which seal was set is attested by name."""
    if not letters(case.given.signer) or not letters(case.given.seal):
        raise Refused(
            "E-S10",
            _("The signer and the seal must be named."),
            where=_place(case),
            remedy=_("Give --signer and --seal."),
        )


def four_eyes(case: Case) -> None:
    """Nobody approves what they filed or signed, in their own name or another's."""
    mine = case.actor.people & {case.task.filed_by, case.task.signed_by}
    if mine and case.four_eyes:
        raise Denied(
            "E-S11",
            _("You filed or signed this report, so someone else must review it."),
            where=_place(case),
            remedy=_("Ask another reviewer."),
        )


def by_summary(case: Case) -> None:
    """A report is aggregated by issuing the month's summary, never by itself."""
    if case.given.summary_number is None:
        raise Refused(
            "E-S12",
            _("Reports are aggregated by issuing the month's summary."),
            where=_place(case),
            remedy=_("Issue it with: duban summary issue"),
        )


def first_round(case: Case) -> bool:
    """The report has never been returned."""
    return case.task.round == 1


def later_round(case: Case) -> bool:
    """The report has been returned before."""
    return case.task.round > 1


def _place(case: Case) -> str:
    return _("task {id} · clause {clause} · {unit} · {month}").format(
        id=case.task.id, clause=case.task.clause_number, unit=case.task.unit_name, month=case.task.month
    )


GUARDS: Final[dict[str, Callable[[Case], None]]] = {
    function.__name__: function
    for function in (
        not_yet_received,
        progress_given,
        percent_in_range,
        indicators_answered,
        no_progress_has_reason,
        reason_given,
        refiling_date_ahead,
        filing_covers_version,
        evidence_stored,
        signer_and_seal_named,
        four_eyes,
        by_summary,
    )
}
CONDITIONS: Final[dict[str, Callable[[Case], bool]]] = {
    "first_round": first_round,
    "later_round": later_round,
}

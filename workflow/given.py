"""What must be given with an action, by name: pure functions of a case that raise the refusal when it is missing.

A flow names them under ``gives``; adding one is a function here and its test. Beside the name stand its words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.errors import Refused
from models.language import N_, _
from models.times import local_date
from models.words import letters
from workflow.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflow.case import Case, TaskRow
    from workflow.flow import Step

#: a reason of fewer characters says nothing (``reliability.md`` section 7, row 22)
SHORTEST_REASON: Final = 5
HUNDRED: Final = 100

GIVEN: Final[Registry[Callable[[Case], None]]] = Registry()


@GIVEN.named(N_("progress text"))
def progress(case: Case) -> None:
    """The notice asks for 工作进度: an empty report is none."""
    if not letters(case.given.progress) and not case.given.no_progress:
        raise Refused(
            "E-S07",
            _("The progress text is missing."),
            where=place(case),
            remedy=_("Write what was done, or mark “no progress this month” with a reason."),
        )


@GIVEN.named(N_("completion"))
def percent(case: Case) -> None:
    """Completion is a whole percentage between 0 and 100."""
    whole = case.given.percent
    if whole is None or not 0 <= whole <= HUNDRED:
        raise Refused(
            "E-V02",
            _("Completion must be a whole number from 0 to 100."),
            where=place(case),
            remedy=_("Give it with --percent."),
        )


@GIVEN.named(N_("every indicator"))
def indicators(case: Case) -> None:
    """Every indicator has a value or a reason; a count is never negative (row 24)."""
    given = {value.indicator_id: value for value in case.given.values}
    unknown = set(given) - {number for number, _name, _unit in case.indicators}
    if unknown:
        raise Refused(
            "E-V03",
            _("Indicator {id} does not belong to this clause.").format(id=min(unknown)),
            where=place(case),
        )
    for number, name, unit in case.indicators:
        value = given.get(number)
        if value is None or (value.value is None and not letters(value.reason)):
            raise Refused(
                "E-V04",
                _("Indicator “{name}” has neither a value nor a reason.").format(name=name),
                where=place(case),
                remedy=_("Give its value in {unit}, or say why there is none.").format(unit=unit or "1"),
            )
        if value.value is not None and value.value < 0:
            raise Refused(
                "E-V01",
                _("“{name} {value:g} {unit}” cannot be negative.").format(name=name, value=value.value, unit=unit),
                where=place(case),
                remedy=_("Correct the figure, or say why there is none."),
            )


@GIVEN.named(N_("a reason when there is no progress"))
def reason_for_no_progress(case: Case) -> None:
    """“No progress this month” is allowed, with its reason."""
    if case.given.no_progress and letters(case.given.reason) < SHORTEST_REASON:
        raise Refused(
            "E-S08",
            _("“No progress this month” needs a reason of at least {count} characters.").format(count=SHORTEST_REASON),
            where=place(case),
            remedy=_("Add it with --reason."),
        )


@GIVEN.named(N_("a reason"))
def reason(case: Case) -> None:
    """A return, reopening or waiver says why."""
    if letters(case.given.reason) < SHORTEST_REASON:
        raise Refused(
            "E-S02",
            _("A reason of at least {count} characters is needed.").format(count=SHORTEST_REASON),
            where=place(case),
            remedy=_("Add it with --reason."),
        )


@GIVEN.named(N_("the re-filing date"))
def refiling_date(case: Case) -> None:
    """The unit gets a day to file again that has not passed."""
    day = case.given.refile_on
    if day is None or day < local_date(case.now):
        raise Refused(
            "E-S09",
            _("The re-filing date must be today or later."),
            where=place(case),
            remedy=_("Set it with --refile-on YYYY-MM-DD."),
        )


@GIVEN.named(N_("a printed form of this very version"))
def filing(case: Case) -> None:
    """The printed form must hold exactly the version in force: same check code, same content."""
    task, form = case.task, case.filing
    if form is None:
        raise Refused(
            "E-S03",
            _("No printed form covers this report."),
            where=place(case),
            remedy=_("Print the form with: duban form print"),
        )
    if (task.id, task.report_number, task.report_sha256) not in form.covers:
        raise Refused(
            "E-S05",
            _("The report has changed since form {code} was printed.").format(code=form.check_code),
            where=place(case),
            remedy=_("Print the form again, have it signed and stamped, and attach that one."),
        )


@GIVEN.named(N_("the signed paper"))
def evidence(case: Case) -> None:
    """A stamp cannot lapse into being: the scan or signed PDF lies in the store."""
    if case.filing is None or not case.filing.has_evidence:
        raise Refused(
            "E-S03",
            _("The signed and stamped paper has not been attached."),
            where=place(case),
            remedy=_("Attach it with: duban form attach"),
        )


@GIVEN.named(N_("signer and seal"))
def signer_and_seal(case: Case) -> None:
    """Who signed and which seal was set is attested by name."""
    if not letters(case.given.signer) or not letters(case.given.seal):
        raise Refused(
            "E-S10",
            _("The signer and the seal must be named."),
            where=place(case),
            remedy=_("Give --signer and --seal."),
        )


@GIVEN.named(N_("the month's summary"))
def summary(case: Case) -> None:
    """A report is aggregated by issuing the month's summary, never by itself."""
    if case.given.summary_number is None:
        raise Refused(
            "E-S12",
            _("Reports are aggregated by issuing the month's summary."),
            where=place(case),
            remedy=_("Issue it with: duban summary issue"),
        )


@GIVEN.named(N_("measures"))
def measures(case: Case) -> None:
    """A unit begins to rectify with the measures it will take (整改措施)."""
    if letters(case.given.measures) < SHORTEST_REASON:
        raise Refused(
            "E-S30",
            _("The measures are missing."),
            where=place(case),
            remedy=_("Say in at least {count} characters what will be done: --measures").format(count=SHORTEST_REASON),
        )


@GIVEN.named(N_("the visit on site"))
def visit(case: Case) -> None:
    """A verification or a look-back says when somebody was there, and what was found."""
    day = case.given.visited_on
    if day is None or day > local_date(case.now) or letters(case.given.found) < SHORTEST_REASON:
        raise Refused(
            "E-S31",
            _("The visit on site is missing: its day, not in the future, and what was found."),
            where=place(case),
            remedy=_("Give --visited-on YYYY-MM-DD and --found, at least {count} characters.").format(
                count=SHORTEST_REASON
            ),
        )


@GIVEN.named(N_("people by name"))
def people(case: Case) -> None:
    """Somebody is named."""
    if not case.people:
        raise Refused("E-S32", _("Nobody is named."), where=place(case), remedy=_("Name people by login: --to LOGIN"))


@GIVEN.named(N_("one other person"))
def one_person(case: Case) -> None:
    """Exactly one person is named, and it is another than the actor."""
    people(case)
    if len(case.people) > 1 or case.people[0].person_id == case.actor.person_id:
        raise Refused(
            "E-S33", _("One other person must be named."), where=place(case), remedy=_("Name one login: --to LOGIN")
        )


def heed(case: Case, step: Step) -> None:
    """“Straight back to me” is refused where the step cannot keep it, not forgotten."""
    if case.given.straight_back and "remember_returner" not in step.effects:
        raise Refused(
            "E-S43",
            _("From here a task cannot be asked straight back."),
            where=place(case),
            remedy=_("Leave out --straight-back."),
        )


def place(case: Case) -> str:
    """Which task a refusal speaks of, as people know it."""
    return about(case.task)


def about(task: TaskRow) -> str:
    """A task as people know it: a clause in a month, or a problem."""
    if task.problem_id is not None:
        return _("task {id} · {problem} · {unit}").format(id=task.id, problem=task.clause_number, unit=task.unit_name)
    return _("task {id} · clause {clause} · {unit} · {month}").format(
        id=task.id, clause=task.clause_number, unit=task.unit_name, month=task.month
    )

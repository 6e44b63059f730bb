"""What the board says in words: each sentence is reckoned from the same counts that are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.language import _, current, listed

if TYPE_CHECKING:
    from datetime import date

    from deeds.board.habits import Reviewing
    from deeds.board.indicators import Indicators
    from deeds.board.looking import Look
    from deeds.board.rows import Entry


def short_day(day: date) -> str:
    """2022-06-25 as 6月25日, or 25 Jun."""
    return f"{day.month}月{day.day}日" if current() == "zh" else f"{day.day} {day:%b}"


def joined(*said: str) -> str:
    """Sentences one after the other, as the language in force sets them apart."""
    return ("" if current() == "zh" else " ").join(sentence for sentence in said if sentence)


def standing(look: Look) -> str:
    """How far the month is, and how that compares with the other month at the same time."""
    last = look.course.last
    if last is None:
        return _("The month opens on {day}.").format(day=short_day(look.month.opens_on))
    if look.partial:
        known = _("By {day}, {approved} tasks are approved").format(day=short_day(last.on), approved=last.approved)
        return known + _compared(look, last.approved)
    said = _("By {day}, {approved} of {total} tasks are approved").format(
        day=short_day(last.on), approved=last.approved, total=look.course.total
    )
    return said + _compared(look, last.approved)


def _compared(look: Look, approved: int) -> str:
    then = look.other_course.same_time(look.course) if look.other_course else None
    if then is None or look.other is None:
        return _(".")
    month, more = look.other.month, approved - then.approved
    if more > 0:
        return _(", {count} more than at the same time of {month}.").format(count=more, month=month)
    if more < 0:
        return _(", {count} fewer than at the same time of {month}.").format(count=-more, month=month)
    return _(", as many as at the same time of {month}.").format(month=month)


def lateness(look: Look) -> str:
    """How much is late, at how many units, and who is late again; of approved tasks alone, how many came late."""
    if look.partial:
        return _("{count} of them were handed in late.").format(count=len(look.late))
    if not look.late:
        return _("Nothing is late.")
    units = len({entry.task.unit_id for entry in look.late})
    said = _("{late} tasks of {units} units are late, {owed} of them are still owed.").format(
        late=len(look.late), units=units, owed=look.count("overdue")
    )
    if look.again:
        names = listed(strip.unit for strip in look.again[:5])
        more = len(look.again) - 5
        also = _("{names} and {count} more").format(names=names, count=more) if more > 0 else names
        again = _("Late a second month in a row or longer: {names}.").format(names=also)
        return joined(said, again)
    return said


def reviewing(look: Look) -> str:
    """How long the office takes, and what waits the longest."""
    found = look.reviewing
    parts = []
    if found.average is not None:
        days = round(found.average, 1)
        said = _("A review took {days} days on average.") if days else _("Reviews were done on the day of signing.")
        parts.append(said.format(days=days))
    if found.oldest is not None:
        parts.append(_waiting(found, found.oldest))
    return joined(*parts) or _("Nothing waits for review.")


def _waiting(found: Reviewing, oldest: Entry) -> str:
    if not found.oldest_days:
        return _("{count} tasks wait for review, all signed today.").format(count=found.waiting)
    return _("{count} tasks wait for review, the oldest for {days} days: {unit}, clause {clause}.").format(
        count=found.waiting, days=found.oldest_days, unit=oldest.task.unit_name, clause=oldest.task.clause_number
    )


def punctuality(look: Look) -> str:
    """How many units were never late, and who was late most often."""
    months = len(look.strips[0].cells) if look.strips else 0
    good = sum(not strip.months_late for strip in look.strips)
    said = _("In the last {months} months, {good} of {all} units were never late.").format(
        months=months, good=good, all=len(look.strips)
    )
    worst = look.strips[0] if look.strips else None
    if worst is None or not worst.months_late:
        return said
    return joined(said, _("Most often: {unit}, in {count} months.").format(unit=worst.unit, count=worst.months_late))


def spread(look: Look) -> str:
    """How late what is late is."""
    if not look.late:
        return lateness(look)
    short = sum(entry.days_late <= 3 for entry in look.late)
    longest = max(look.late, key=lambda entry: entry.days_late)
    return _("Of {count} late tasks, {short} are at most 3 days late; the longest is {days} days late: {unit}.").format(
        count=len(look.late), short=short, days=longest.days_late, unit=longest.task.unit_name
    )


def indicators(found: Indicators) -> str:
    """How many targets are reached."""
    if not found.every:
        return _("The notice sets no numeric target here.")
    return _("Of {count} targets, {reached} are reached, {open} are not, {none} have no figure in {month}.").format(
        count=len(found.every), reached=found.count(reached=True), open=found.count(reached=False),
        none=found.count(reached=None), month=found.month.month,
    )  # fmt: skip

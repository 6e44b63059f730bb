"""The words of messages and papers by one name each, whichever room they live in.

``returned/subject`` and ``returned/body`` are the two parts of a message, ``paper/summary`` are the words of a paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models import labels
from models.errors import BadInput, Refused
from models.language import _, listed
from models.template import PAPER

if TYPE_CHECKING:
    from datetime import datetime

    from deeds.desk import Desk
    from models.errors import DubanError
    from notifications.render import OwnWords

#: of many names so many are told
_TOLD: Final = 12


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field that a template may use: what it says, and an example."""

    name: str
    said: str
    example: str


def names() -> list[str]:
    """Every template that comes with the program: the papers, then both parts of each message."""
    from documents.words import papers
    from notifications.render import PARTS, events

    return [f"{PAPER}{paper}" for paper in papers()] + [f"{event}/{part}" for event in events() for part in PARTS]


def title(name: str) -> str:
    """What people call it."""
    from documents.samples import SAMPLES
    from notifications.render import PARTS

    head, _slash, part = name.partition("/")
    if name.startswith(PAPER):
        return _("paper: {title}").format(title=_(SAMPLES[part].title)) if part in SAMPLES else name
    parts = dict(zip(PARTS, (_("subject"), _("body")), strict=True))
    return _("message: {title}, {part}").format(title=labels.message(head), part=parts.get(part, part))


def shipped_text(name: str) -> str:
    """The text that comes with the program; empty for a message that only the office has."""
    from documents.words import source
    from notifications.render import whole

    if name.startswith(PAPER):
        return source(name.removeprefix(PAPER))
    return whole(name) if name in names() else ""


def check_name(name: str, *, shipped: bool = False) -> None:
    """Refuse a name that no template can have; E-J03. A message of the office's own needs no shipped one."""
    from notifications.render import PARTS

    event, _slash, part = name.partition("/")
    if name in names():
        return
    own = part in PARTS and event.isidentifier() and event.isascii() and event == event.lower()
    if own and not shipped and f"{event}/" != PAPER:
        return
    raise BadInput(
        "E-J03",
        _("There is no template “{name}”.").format(name=name),
        where="--as",
        remedy=_("Near it: {names}. All of them: duban template list").format(names=listed(_near(name))),
    )


def _near(name: str) -> list[str]:
    from difflib import get_close_matches

    event = name.partition("/")[0]
    same = [known for known in names() if event and known.partition("/")[0] == event and event != PAPER.rstrip("/")]
    papers = [known for known in names() if known.startswith(PAPER)]
    return (same or get_close_matches(name, names(), n=3, cutoff=0.5) or papers)[:_TOLD]


def check(name: str, text: str) -> list[str]:
    """Try a text as a template; a refusal names the line, else what there is to say about it."""
    check_name(name)
    if not text.strip():
        raise BadInput(
            "E-J06",
            _("The template is empty."),
            where=name,
            remedy=_("Write what it says; to go back to the shipped one: duban template remove {name}").format(
                name=name
            ),
        )
    if name.startswith(PAPER):
        return _check_paper(name.removeprefix(PAPER), text)
    from notifications.render import check_template

    event, _slash, part = name.partition("/")
    check_template(event, part, text)
    return []


def _check_paper(paper: str, text: str) -> list[str]:
    from documents.samples import SAMPLES, check_words
    from documents.words import unwritten

    if paper not in SAMPLES:
        raise Refused(
            "E-J07", _("The words of “{paper}” cannot be replaced.").format(paper=paper), where=f"{PAPER}{paper}"
        )
    check_words(paper, text)
    left = unwritten(paper, text)
    return [_("Left to the shipped words: {names}").format(names=listed(left))] if left else []


def fields(name: str) -> list[FieldShown]:
    """What a template may use."""
    if name.startswith(PAPER):
        from documents.samples import fields as of_paper
        from documents.samples import meaning

        found = of_paper(name.removeprefix(PAPER))
        return [FieldShown(field, meaning(field), example) for field, example in found.items()]
    from notifications.sample import FIELDS, TASK_FIELDS, samples

    given: dict[str, Any] = samples()["ordinary"]
    late = given["tasks"][1]
    top = [FieldShown(field, _(said), "" if field == "tasks" else str(given[field])) for field, said in FIELDS.items()]
    return top + [FieldShown(f"task.{field}", _(said), str(late[field])) for field, said in TASK_FIELDS.items()]


def own_words(desk_: Desk, paper: str) -> str | None:
    """The office's own words of a paper; None = the shipped ones."""
    from models.template import in_force

    found = desk_.read(lambda connection: in_force(connection, desk_.office_id)).get(f"{PAPER}{paper}")
    return found.text if found is not None else None


def own_messages(desk_: Desk, now: datetime) -> OwnWords:
    """The office's own words of messages; the first failure of each version is noted in the trail."""
    from models.template import in_force
    from notifications.render import OwnWords
    from workflow.office import SCHEDULER
    from workflow.template_store import note_failure as note

    rows = desk_.read(lambda connection: in_force(connection, desk_.office_id))

    def fallen(name: str, refusal: BadInput) -> None:
        with desk_.database.write(desk_.office_id) as connection:
            note(connection, desk_.office_id, SCHEDULER, name, refusal, now)

    return OwnWords({row.name: row.text for row in rows.values()}, fallen)


def note_failure(desk_: Desk, name: str, refusal: DubanError) -> None:
    """The office's own words failed on a paper that went out in the shipped ones: once a version, in the trail."""
    from workflow.template_store import note_failure as note

    with desk_.database.write(desk_.office_id) as connection:
        note(connection, desk_.office_id, desk_.actor, name, refusal, desk_.now())


def fallen_back(name: str, refusal: DubanError) -> str:
    """What a person is told then."""
    said = _("Your own template {name} could not be used, the shipped one was: {what}")
    return said.format(name=name, what=refusal.what)

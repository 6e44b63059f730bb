"""The rules of reminding and escalating: data that the office edits as TOML, checked before it counts.

Source: design section 7. A rule names an anchor date, an offset in working days, the states it speaks to, who is
told with which template, and how grave it is. An unknown key, name or value is refused with its line (E-R01).
"""

from __future__ import annotations

import logging
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models import labels
from models.errors import BadInput
from models.language import _
from models.states import Role, TaskState

log = logging.getLogger("duban.service")

DEFAULT_RULES: Final = Path(__file__).parent / "default_rules.toml"
MAX_BYTES: Final = 1_000_000

Anchor = Literal["opened", "due", "signed", "returned", "closes"]
Mode = Literal["auto", "draft"]
When = Literal["", "not_received", "second_late"]
Recipient = Literal[Role.CLERK, Role.LEADER, Role.REVIEWER, Role.DIRECTOR, Role.READER]
Template = Literal[
    "opened",
    "not_received",
    "due_soon",
    "due_today",
    "urging",
    "supervision",
    "circular",
    "unreviewed",
    "unreviewed_director",
    "closing",
    "returned",
]
#: the states in which a task has the anchor's date and somebody still has to act
_STATES: Final[dict[str, frozenset[TaskState]]] = {
    "signed": frozenset({TaskState.SIGNED_STAMPED}),
    "returned": frozenset({TaskState.RETURNED, TaskState.REPORTED}),
}
_FINAL: Final = frozenset({TaskState.AGGREGATED, TaskState.WAIVED})


class Rule(BaseModel):
    """One rung: when (anchor and working days), in which states, whom, how, how grave."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    name: str = Field(pattern=r"^\w{1,48}$")
    anchor: Anchor
    #: working days from the anchor; negative before it
    offset: int = Field(ge=-60, le=60, strict=True)
    states: frozenset[TaskState] = Field(min_length=1)
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    copy_to: tuple[Recipient, ...] = Field(default=(), alias="copy")
    template: Template
    #: the higher, the graver: after an outage only the gravest rung of a task goes out
    level: int = Field(ge=0, le=99, strict=True)
    mode: Mode
    when: When = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Rule:
        wrong = ""
        if self.anchor not in {"due", "closes"} and self.offset < 0:
            wrong = _("nothing is known before “{anchor}” has happened; the offset must not be negative")
        elif self.states & _FINAL:
            wrong = _("aggregated and waived tasks are finished and get no reminders")
        elif not self.states <= _STATES.get(self.anchor, self.states):
            wrong = _("“{anchor}” is not a date of all these states")
        elif self.template == "circular" and self.mode == "auto":
            wrong = _("a circular is issued by a person: its mode must be draft")
        if wrong:
            raise ValueError(wrong.format(anchor=self.anchor))
        return self


def load_rules(path: Path | None = None) -> tuple[Rule, ...]:
    """The office's rules from a TOML file, in its order; None for the default ladder. E-R01 names what is wrong."""
    file = path or DEFAULT_RULES
    try:
        data = file.read_bytes()
    except OSError as error:
        raise _refused(_("The file of rules cannot be read."), str(file)) from error
    if len(data) > MAX_BYTES:
        raise _refused(_("A file of rules is smaller than 1 MB."), str(file))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(_("The file of rules is not UTF-8."), str(file)) from error
    return parse_rules(text, str(file))


class RulesFile:
    """The office's rules as their file says them now, for a service that runs for months.

    It is read again when it has changed. One that has become wrong leaves the rules in force, and the log says why.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read it once; E-R01 refuses to begin with a wrong one."""
        self._path = path or DEFAULT_RULES
        self._seen = self._stamp()
        self._rules = load_rules(self._path)

    def __call__(self) -> tuple[Rule, ...]:
        """The rules in force; the same object as long as nothing has changed."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp  # taken before reading: what is written meanwhile counts as another change
            try:
                self._rules = load_rules(self._path)
            except BadInput as refusal:
                log.error("the changed rules are not taken, those before stay in force: %s", refusal)  # noqa: TRY400 - a refusal
            else:
                log.info("the rules were changed; %d are in force", len(self._rules))
        return self._rules

    def _stamp(self) -> tuple[int, int] | None:
        """When the file was last written and how long it is; nothing while it is not there."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size


@cache
def _shipped() -> dict[str, Rule]:
    return {rule.name: rule for rule in load_rules()}


def called(rule: Rule) -> str:
    """A rule as people call it: a shipped one in words, an office's own by the name it was given.

    The words of a shipped rule may say its day (“due in two working days”); where the office has moved it, only what
    it sends is said.
    """
    shipped = _shipped().get(rule.name)
    if shipped is None:
        return rule.name
    says = ("anchor", "offset", "template", "when")
    unmoved = all(getattr(shipped, name) == getattr(rule, name) for name in says)
    return labels.message(rule.name if unmoved else rule.template)


def parse_rules(text: str, where: str = "") -> tuple[Rule, ...]:
    """The rules in a TOML text; ``where`` names it in refusals."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _refused(_("This is not TOML: {why}").format(why=error), where) from error
    for key in found:
        if key != "rule":
            raise _refused(_("The key “{key}” is not known.").format(key=key), _at(where, _key_line(text, key)))
    listed = found.get("rule")
    if not (isinstance(listed, list) and listed and all(isinstance(one, dict) for one in listed)):
        raise _refused(_("There is no rule; each begins with [[rule]]."), where)
    rules = tuple(_rule(values, place, text, where) for place, values in enumerate(listed))
    seen: set[str] = set()
    for place, rule in enumerate(rules):
        if rule.name in seen:
            line = _key_line(text, "name", place)
            raise _refused(_("Two rules are called “{name}”.").format(name=rule.name), _at(where, line))
        seen.add(rule.name)
    for place, rule in enumerate(rules):
        other = next((one for one in rules[:place] if _clash(one, rule)), None)
        if other is not None:
            what = _("Rules “{one}” and “{other}” speak to the same people on the same day; only one would be heard.")
            line = _key_line(text, "offset", place)
            raise _refused(what.format(one=other.name, other=rule.name), _at(where, line))
    return rules


def _clash(one: Rule, other: Rule) -> bool:
    """Of two rungs of one day the graver takes the other's place, so the office would wait for the other in vain."""
    same = ("anchor", "offset", "mode", "when")
    return (
        all(getattr(one, name) == getattr(other, name) for name in same)
        and bool(one.states & other.states)
        and bool(set(one.recipients) & set(other.recipients))
    )


def _rule(values: dict[str, Any], place: int, text: str, where: str) -> Rule:
    try:
        return Rule.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        name = values.get("name", place + 1)
        raise _refused(
            _("Rule “{name}”: {why}").format(name=name, why=_why(first, key)),
            _at(where, _key_line(text, key, place)),
        ) from error


def _why(problem: Any, key: str) -> str:
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "extra_forbidden":
        return _("the key “{key}” is not known").format(key=key)
    if kind == "missing":
        return _("the key “{key}” is missing").format(key=key)
    if kind == "value_error":
        return str(context["error"])
    expected = re.sub(r"<\w+\.\w+: ('\w+')>", r"\1", str(context.get("expected", "")))
    if expected:
        return _("“{value}” does not fit the key “{key}”; possible: {expected}").format(
            value=problem["input"], key=key, expected=expected
        )
    return _("“{value}” does not fit the key “{key}”").format(value=problem["input"], key=key)


def _key_line(text: str, key: str, place: int = -1) -> int:
    """The line of a key in the rule at ``place`` (-1: outside the rules); its header when it is not there; 0 unknown."""
    rule, header = -1, 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("[["):
            rule += 1
            header = number if rule == place else header
        if (rule == place or place < 0) and re.match(rf"\[*\s*[\"']?{re.escape(key)}[\"']?\s*[\]=.]", bare):
            return number
    return header


def _at(where: str, line: int) -> str:
    return _("{where}, line {line}").format(where=where, line=line) if line else where


def _refused(what: str, where: str) -> BadInput:
    return BadInput("E-R01", what, where=where, remedy=_("Correct the file; the rules in force stay as they are."))

"""The rules of reminding and escalating: the ladder of a flow, data that the office edits, checked before it counts.

Source: design section 7. A rule names an anchor date, an offset in working days, the states it speaks to, who is
told with which template, and how grave it is. An unknown key, name or value is refused with its line (E-R01). The
rules stand in the flow's file; for the monthly report an office may keep a file of rules of its own (``rules`` in
duban.toml), which is read the same way.
"""

from __future__ import annotations

import logging
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from models import labels
from models.errors import BadInput
from models.language import _
from models.states import Role, Stage
from notifications.render import events
from workflow import toml_lines
from workflow.flow_store import MONTHLY, SHIPPED, shipped
from workflow.toml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from workflow.flow import Flow

log = logging.getLogger("duban.service")

MAX_BYTES: Final = 1_000_000

#: ``entered``: when the task came to its present state
Anchor = Literal["opened", "due", "signed", "returned", "entered", "closes"]
Mode = Literal["auto", "draft"]
When = Literal["", "not_received", "second_late"]
Recipient = Literal[Role.CLERK, Role.LEADER, Role.REVIEWER, Role.DIRECTOR, Role.READER]
#: the stages in which a task has the anchor's date and somebody still has to act
_STAGES: Final[dict[str, frozenset[Stage]]] = {
    "signed": frozenset({Stage.SIGNED_STAMPED}),
    "returned": frozenset({Stage.RETURNED, Stage.REPORTED}),
}


@cache
def templates() -> frozenset[str]:
    """The messages that a rule can send: every one that has words."""
    return frozenset(events())


class Rule(BaseModel):
    """One rung: when (anchor and working days), in which states, whom, how, how grave."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    name: str = Field(pattern=r"^\w{1,48}$")
    anchor: Anchor
    #: working days from the anchor; negative before it
    offset: int = Field(ge=-60, le=60, strict=True)
    states: frozenset[str] = Field(min_length=1)
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    copy_to: tuple[Recipient, ...] = Field(default=(), alias="copy")
    template: str
    #: the higher, the graver: after an outage only the gravest rung of a task goes out
    level: int = Field(ge=0, le=99, strict=True)
    mode: Mode
    when: When = ""

    @model_validator(mode="after")
    def _makes_sense(self, info: ValidationInfo) -> Rule:
        flow: Flow = (info.context or {}).get("flow") or shipped(MONTHLY)
        key, wrong = _nonsense(self, flow)
        if wrong:
            raise _NonsenseError(key, wrong)
        return self


class _NonsenseError(ValueError):
    """A rule whose keys are well formed each and make no sense together; ``key`` is the one to correct."""

    def __init__(self, key: str, said: str) -> None:
        super().__init__(said)
        self.key = key


def _nonsense(rule: Rule, flow: Flow) -> tuple[str, str]:
    """What makes no sense about a rule in its flow: the key, and why in words; two empty texts when all is well."""
    unfit = _("“{value}” does not fit the key “{key}”; possible: {expected}")
    strangers = sorted(rule.states - set(flow.by_name))
    if strangers:
        return "states", unfit.format(value=strangers[0], key="states", expected=", ".join(flow.by_name))
    if rule.anchor not in {"due", "closes"} and rule.offset < 0:
        what = _("nothing is known before “{anchor}” has happened; the offset must not be negative")
        return "offset", what.format(anchor=rule.anchor)
    if rule.states & flow.final:
        names = ", ".join(flow.state_label(name) for name in sorted(rule.states & flow.final))
        return "states", _("tasks that are “{states}” are finished and get no reminders").format(states=names)
    stages = {flow.stage(state) for state in rule.states}
    monthless = rule.anchor == "closes" and flow.about != "report"
    if monthless or not stages <= _STAGES.get(rule.anchor, frozenset(Stage)):
        return "anchor", _("“{anchor}” is not a date of all these states").format(anchor=rule.anchor)
    if rule.template == "circular" and rule.mode == "auto":
        return "mode", _("a circular is issued by a person: its mode must be draft")
    return "", ""


@lru_cache(maxsize=64)
def ladder_of(flow: Flow) -> tuple[Rule, ...]:
    """The rules in a flow's own file, in its order; E-R01 names what is wrong."""
    return _rules(list(flow.rules), flow.text, _("flow {name}").format(name=flow.name), flow)


def wordless(rules: Iterable[Rule], text: str, own: Collection[str] = ()) -> Iterator[tuple[int, str]]:
    """The rules whose message has no words, neither with the program nor among the office's ``own``: line and why."""
    known = templates() | set(own)
    for place, rule in enumerate(rules):
        if rule.template not in known:
            why = _("“{value}” does not fit the key “{key}”; possible: {expected}").format(
                value=rule.template, key="template", expected=", ".join(sorted(known))
            )
            yield line_of(text, "template", "rule", place), _("Rule “{name}”: {why}").format(name=rule.name, why=why)


def load_rules(path: Path | None = None, own: Collection[str] = ()) -> tuple[Rule, ...]:
    """The office's rules for its months from a TOML file, in its order; None for the ladder of the monthly report.

    ``own`` are messages that only the office has words for. E-R01 names what is wrong.
    """
    if path is None:
        return ladder_of(shipped(MONTHLY))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _refused(_("The file of rules cannot be read."), path.name) from error
    if len(data) > MAX_BYTES:
        raise _refused(_("A file of rules is smaller than 1 MB."), path.name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(_("The file of rules is not UTF-8."), path.name) from error
    return parse_rules(text, path.name, own)


class RulesFile:
    """The office's rules as their file says them now, for a service that runs for months.

    It is read again when it has changed. One that has become wrong leaves the rules in force, and the log says why.
    """

    def __init__(self, path: Path, own: Collection[str] = (), *, needed: bool = True) -> None:
        """Read it once; E-R01 refuses to begin with a wrong one. One that is not ``needed`` may come later, or go."""
        self._path, self._own, self._needed = path, own, needed
        self._seen = self._written()
        self._rules = self._load()

    def _load(self) -> tuple[Rule, ...] | None:
        return load_rules(self._path, self._own) if self._needed or self._path.is_file() else None

    def __call__(self) -> tuple[Rule, ...] | None:
        """The rules in force, the same object as long as nothing has changed; None without a file: those of the flows."""
        written = self._written()
        if written != self._seen:
            self._seen = written  # taken before loading: what is written meanwhile counts as another change
            try:
                self._rules = self._load()
            except BadInput as refusal:
                log.error("the changed rules are not taken, those before stay in force: %s", refusal)  # noqa: TRY400 - a refusal
            else:
                log.info("the rules were changed; %d are in force", len(self._rules or ()))
        return self._rules

    def _written(self) -> bytes | None:
        """What stands in the file; nothing while it is not there. Two edits in one tick of its clock differ only by this."""
        try:
            return self._path.read_bytes()
        except OSError:
            return None


@cache
def _shipped() -> dict[str, Rule]:
    return {rule.name: rule for name in reversed(SHIPPED) for rule in ladder_of(shipped(name))}


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


def parse_rules(text: str, where: str = "", own: Collection[str] = ()) -> tuple[Rule, ...]:
    """The rules for the months in a TOML text; ``where`` names it in refusals, ``own`` as in ``load_rules``."""
    try:
        found = toml_lines.read(text)
    except ValueError as error:
        raise _refused(_("This is not TOML: {why}").format(why=error), where) from error
    for key in found:
        if key != "rule":
            raise _refused(_("The key “{key}” is not known.").format(key=key), where, line_of(text, key))
    listed = found.get("rule")
    if not (isinstance(listed, list) and listed and all(isinstance(one, dict) for one in listed)):
        raise _refused(_("There is no rule; each begins with [[rule]]."), where)
    rules = _rules(listed, text, where, shipped(MONTHLY))
    for line, what in wordless(rules, text, own):
        raise _refused(what, where, line)
    return rules


def _rules(listed: list[Any], text: str, where: str, flow: Flow) -> tuple[Rule, ...]:
    rules = tuple(_rule(dict(values), place, text, where, flow) for place, values in enumerate(listed))
    seen: set[str] = set()
    for place, rule in enumerate(rules):
        if rule.name in seen:
            line = line_of(text, "name", "rule", place)
            raise _refused(_("Two rules are called “{name}”.").format(name=rule.name), where, line)
        seen.add(rule.name)
    for place, rule in enumerate(rules):
        other = next((one for one in rules[:place] if _clash(one, rule)), None)
        if other is not None:
            what = _("Rules “{one}” and “{other}” speak to the same people on the same day; only one would be heard.")
            line = line_of(text, "offset", "rule", place)
            raise _refused(what.format(one=other.name, other=rule.name), where, line)
    return rules


def _clash(one: Rule, other: Rule) -> bool:
    """Of two rungs of one day the graver takes the other's place, so the office would wait for the other in vain."""
    same = ("anchor", "offset", "mode", "when")
    return (
        all(getattr(one, name) == getattr(other, name) for name in same)
        and bool(one.states & other.states)
        and bool(set(one.recipients) & set(other.recipients))
    )


def _rule(values: dict[str, Any], place: int, text: str, where: str, flow: Flow) -> Rule:
    try:
        return Rule.model_validate(values, context={"flow": flow})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = str(first["loc"][0]) if first["loc"] else getattr(first.get("ctx", {}).get("error"), "key", "")
        name = values.get("name", place + 1)
        raise _refused(
            _("Rule “{name}”: {why}").format(name=name, why=_why(first, key)),
            where,
            line_of(text, key, "rule", place),
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


def _refused(what: str, where: str, line: int = 0) -> BadInput:
    place = _("{where}, line {line}").format(where=where, line=line) if line else where
    return BadInput(
        "E-R01", what, where=place, line=line, remedy=_("Correct the file; the rules in force stay as they are.")
    )

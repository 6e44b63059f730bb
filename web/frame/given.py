"""What a form gives with an action of a flow, as the fields of ``Given``: one field of the page for each name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.errors import BadInput
from models.language import _
from workflow.case import ValueGiven
from workflow.figures import read_figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from web.frame.posted import Posted

#: the fields in which people type; what was typed is put back when a form is refused
TYPED = (
    "progress", "percent", "no_progress", "reason", "problems", "next_steps", "refile_on", "measures", "visited_on",
    "found", "to_state", "straight_back",
)  # fmt: skip


def given_of(form: Posted, indicators: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields that came, each read as what it is; what was left empty is left out. E-V05, E-V06, E-H04, E-D01."""
    texts = ("progress", "reason", "problems", "next_steps", "measures", "found", "to_state")
    found: dict[str, Any] = {name: form.text(name) for name in texts}
    found |= {
        "percent": form.number("percent"),
        "no_progress": form.flag("no_progress"),
        "refile_on": form.day("refile_on"),
        "visited_on": form.day("visited_on"),
        "straight_back": form.flag("straight_back"),
        "people": tuple(dict.fromkeys(login for login in form.many("people") if login)),
        "values": tuple(_values(form, indicators)),
    }
    return {name: value for name, value in found.items() if value or (value == 0 and value is not False)}


def _values(form: Posted, indicators: Iterable[Mapping[str, Any]]) -> Iterable[ValueGiven]:
    for row in indicators:
        text, reason = form.text(f"value-{row['id']}"), form.text(f"why-{row['id']}")
        if text:
            yield ValueGiven(row["id"], read_figure(text, row["name"], row["unit"]), reason)
        elif reason:
            yield ValueGiven(row["id"], None, reason)


def typed_of(form: Posted) -> dict[str, Any]:
    """What was typed, as it was typed, to be put back; ``people`` as a list."""
    wanted = [name for name in form.names() if name in TYPED or name.startswith(("value-", "why-"))]
    return {name: form.text(name) for name in wanted} | {"people": [name for name in form.many("people") if name]}


def action_of(form: Posted) -> str:
    """The action whose button was pressed; E-H60."""
    action = form.text("action")
    if not action:
        raise BadInput(
            "E-H60", _("The form does not say what is to be done."), remedy=_("Open the task anew and try again.")
        )
    return action


def seen_version(form: Posted) -> int:
    """The version that the person saw; E-H61."""
    version = form.number("version")
    if version is None:
        raise BadInput(
            "E-H61",
            _("The form does not say which version of the task it was made for."),
            remedy=_("Open the task anew and try again."),
        )
    return version

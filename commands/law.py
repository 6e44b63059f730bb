"""The law of the states, shown: as a picture and as a table, both read off the same rows as the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from commands.frame import answer, desk, table
from models.language import _

if TYPE_CHECKING:
    from commands.frame import Desk
    from workflow.law import Step


@click.group(
    "workflow",
    help=_("The law of the states as table, Mermaid or SVG."),
    epilog="duban workflow diagram --format mermaid",
)
def workflow_command() -> None:
    """The law of the states."""


@workflow_command.command(
    "diagram",
    help=_("Print the law as a picture or as a Markdown table."),
    epilog="duban workflow diagram --format svg > law.svg",
)
@click.option(
    "--format", "kind", type=click.Choice(["mermaid", "svg", "markdown"]), default="mermaid", help=_("Which form.")
)
@desk
def diagram(desk_: Desk, kind: str) -> None:
    """Print the law as a picture."""
    from workflow import diagram as pictures

    text: str = getattr(pictures, kind)()
    answer(desk_, {"format": kind, "text": text}, lambda: click.echo(text, nl=False))


@workflow_command.command(
    "table", help=_("List every step of the law: action, from, to, who."), epilog="duban workflow table"
)
@desk
def steps(desk_: Desk) -> None:
    """List every step."""
    from workflow.law import LAW

    answer(
        desk_,
        [_as_dict(step) for step in LAW],
        lambda: table([_("action"), _("from"), _("to"), _("who")], [_cells(step) for step in LAW]),
    )


def _cells(step: Step) -> list[str]:
    return [
        step.action.label,
        ", ".join(source.label for source in step.sources),
        step.dest.label,
        ", ".join(role.label for role in step.roles),
    ]


def _as_dict(step: Step) -> dict[str, Any]:
    return {
        "action": step.action.value,
        "from": [source.value for source in step.sources],
        "to": step.dest.value,
        "roles": [role.value for role in step.roles],
        "when": step.when,
        "guards": list(step.guards),
        "effects": list(step.effects),
    }

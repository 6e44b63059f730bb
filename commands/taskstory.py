"""A task's story as it reads on the screen: what is asked, what was filed, what was done, and what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from models import labels
from models.language import _, listed
from models.states import Action, MessageState, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

#: what to type for an action; ``…`` stands for the person's own words
_TYPED = {
    Action.RECEIVE: "duban task receive {id}",
    Action.REPORT: 'duban task report {id} --progress "…" --percent …{indicators}',
    Action.WITHDRAW: "duban task withdraw {id}",
    Action.SIGN_STAMP: "duban form print --month {month} --unit {unit}",
    Action.APPROVE: "duban task approve {id}",
    Action.RETURN: 'duban task return {id} --reason "…" --refile-on …',
    Action.REOPEN: 'duban task reopen {id} --reason "…" --refile-on …',
    Action.WAIVE: 'duban task waive {id} --reason "…"',
}


def tell(told: dict[str, Any]) -> None:
    """Say it all, the next step last."""
    click.echo(_("Task {id} · {month} · clause {clause} · {unit}").format(**told))
    click.echo(told["title"])
    click.echo(told["text"])
    head = _("State: {state} · round {round} · version {version} · due {due_on} · {cause}")
    click.echo(head.format(**{**told, "state": TaskState(told["state"]).label}))
    if told["indicators"]:
        click.echo(_("Indicators:"))
        for row in told["indicators"]:
            click.echo(f"  {indicator_words(row)}")
    for row in told["reports"]:
        _tell_report(row, {one["id"]: one for one in told["indicators"]})
    for row in told["events"]:
        who = row["actor_name"] + (f" ({row['acting_for']})" if row["acting_for"] else "")
        click.echo(f"{row['at']}  {who}  {labels.deed(row['action'])}  {row['reason']}".rstrip())
    for row in told["messages"]:
        line = _("Message {id} to {recipient}: {event}, {state} ({created_at})")
        words = {"event": labels.message(row["event"]), "state": MessageState(row["state"]).label}
        click.echo(line.format(**{**row, **words}))
    _tell_next(told)


def indicator_words(row: dict[str, Any]) -> str:
    """An indicator with its target: “高新技术企业数量 ≥ 1000 家”."""
    return f"{row['name']} {target(row['op'], row['target'], row['unit'])}"


def target(op: str, value: float, unit: str) -> str:
    """A target as the decomposition table writes it."""
    return f"{ {'>=': '≥', '<=': '≤'}.get(op, op) } {value:g} {unit}".strip()


def _tell_report(row: dict[str, Any], indicators: dict[int, dict[str, Any]]) -> None:
    line = _("Report {number} (round {round}, {filed_at}): {percent}% {text}")
    text = row["progress"] or _("No progress this month: {reason}").format(reason=row["reason"])
    click.echo(line.format(**{**row, "text": text}))
    for name, words in ((_("Problems"), row["problems"]), (_("Next"), row["next_steps"])):
        if words:
            click.echo(f"  {name}: {words}")
    for value in row["values"]:
        known = indicators.get(value["indicator_id"], {})
        figure = "–" if value["value"] is None else f"{value['value']:g} {known.get('unit', '')}".strip()
        reason = f" ({value['reason']})" if value["reason"] else ""
        click.echo(f"  {known.get('name', value['indicator_id'])}: {figure}{reason}")


def _tell_next(told: dict[str, Any]) -> None:
    actions = [Action(name) for name in told["offered"]]
    names = listed(action.label for action in actions) or "–"
    click.echo(_("You may now: {actions}").format(actions=names))
    names_asked = "".join(f' --indicator "{row["name"]}=…"' for row in told["indicators"])
    for line in _commands(actions, {**told, "indicators": names_asked}):
        click.echo(f"  {line}")


def _commands(actions: Iterable[Action], words: dict[str, Any]) -> list[str]:
    return [_TYPED[action].format(**words) for action in actions if action in _TYPED]

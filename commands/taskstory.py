"""A task's story as it reads on the screen: what is asked, what was filed, what was done, and what to type next."""

from __future__ import annotations

from typing import Any

import click

from commands.evidence import tell_papers
from documents.plain_text import aim, figure
from models import labels
from models.language import _, listed
from models.states import Action, MessageState
from workflow.flow_store import LEDGER, shipped

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
#: what has to be given with an action → the option that gives it
_OPTIONS = {
    "progress": '--progress "…"',
    "percent": "--percent …",
    "reason": '--reason "…"',
    "refiling_date": "--refile-on …",
    "measures": '--measures "…"',
    "visit": '--visited-on … --found "…"',
    "people": "--to LOGIN",
    "one_person": "--to LOGIN",
}


def tell(told: dict[str, Any]) -> None:
    """Say it all, the next step last."""
    head = _("Task {id} · {month} · clause {clause} · {unit}") if told["month"] else _("Task {id} · {clause} · {unit}")
    click.echo(head.format(**told))
    click.echo(told["title"])
    click.echo(told["text"])
    head = (
        _("State: {state} · round {round} · version {version} · look-back on {due_on}")
        if told["looks_back"]
        else _("State: {state} · round {round} · version {version} · due {due_on} · {cause}")
    )
    click.echo(head.format(**{**told, "state": told["state_label"]}))
    click.echo(_("Flow: {flow_title} ({flow_version})").format(**told))
    if told["indicators"]:
        click.echo(_("Indicators:"))
        for row in told["indicators"]:
            click.echo(f"  {indicator_words(row)}")
    for row in told["reports"]:
        _tell_report(row, {one["id"]: one for one in told["indicators"]})
    tell_papers(told["papers"])
    for line in told["origins"]:
        click.echo(line)
    for row in told["events"]:
        who = row["actor_name"] + (f" ({row['acting_for']})" if row["acting_for"] else "")
        click.echo(f"{row['at']}  {who}  {row['label']}  {row['reason']}".rstrip())
    for row in told["messages"]:
        line = _("Message {id} to {recipient}: {event}, {state} ({created_at})")
        words = {"event": labels.message(row["event"]), "state": MessageState(row["state"]).label}
        click.echo(line.format(**{**row, **words}))
    _tell_people(told)
    _tell_next(told)


def _tell_people(told: dict[str, Any]) -> None:
    """Who has it now, who signs, who was shown it."""
    if told["handler"]:
        click.echo(_("Forwarded to: {name}").format(name=told["handler"]))
    if told["seats"]:
        marks = [f"{seat['name']} ({_('signed') if seat['signed'] else _('not signed yet')})" for seat in told["seats"]]
        said = _("One of these signs: {names}") if told["one_signature"] else _("Signatures: {names}")
        click.echo(said.format(names=listed(marks)))
    if told["copies"]:
        read = [f"{one['name']} ({one['read_at'] or _('not read yet')})" for one in told["copies"]]
        click.echo(_("Copies: {names}").format(names=listed(read)))


def indicator_words(row: dict[str, Any]) -> str:
    """An indicator with its target: “高新技术企业数量 ≥ 1000家”."""
    return f"{row['name']} {aim(row['op'], row['target'], row['unit'])}"


def _tell_report(row: dict[str, Any], indicators: dict[int, dict[str, Any]]) -> None:
    line = _("Report {number} (round {round}, {filed_at}): {percent}% {text}")
    text = row["progress"] or _("No progress this month: {reason}").format(reason=row["reason"])
    click.echo(line.format(**{**row, "text": text}))
    for name, words in ((_("Problems"), row["problems"]), (_("Next"), row["next_steps"])):
        if words:
            click.echo(f"  {name}: {words}")
    for value in row["values"]:
        known = indicators.get(value["indicator_id"], {})
        said = "–" if value["value"] is None else f"{figure(value['value'])}{known.get('unit', '')}"
        reason = f" ({value['reason']})" if value["reason"] else ""
        click.echo(f"  {known.get('name', value['indicator_id'])}: {said}{reason}")


def _tell_next(told: dict[str, Any]) -> None:
    names = listed(one["label"] for one in told["offered"]) or "–"
    click.echo(_("You may now: {actions}").format(actions=names))
    names_asked = "".join(f' --indicator "{row["name"]}=…"' for row in told["indicators"])
    for one in told["offered"]:
        click.echo("  " + _typed(told, one).format(**{**told, "indicators": names_asked, "action": one["action"]}))


def _typed(told: dict[str, Any], one: dict[str, Any]) -> str:
    """What to type for an action: its own command in the months, else the one that takes any action."""
    more = _more(one["may"])
    if one["action"] in _TYPED and told["month"] and not more:
        return _TYPED[Action(one["action"])]
    head = "duban task do {action} {id}"
    if told["problem"] and one["action"] in shipped(LEDGER).actions:
        head = f"duban problem {one['action'].replace('_', '-')} {{problem}}"
    return " ".join([head, *(_OPTIONS[name] for name in one["asks"] if name in _OPTIONS), *more])


def _more(may: dict[str, Any]) -> list[str]:
    """What may be added, in brackets: where a return leads, straight back, who is to sign."""
    found = [f"[--to-state {'|'.join(dict.fromkeys(may['to_state']))}]"] if may["to_state"] else []
    found += ["[--straight-back]"] if may["straight_back"] else []
    return found + (["[--to LOGIN …]"] if may["signers"] else [])

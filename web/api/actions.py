"""Acting on tasks: one action, or a batch of them, once each however often it is sent."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path
from pydantic import BaseModel, ConfigDict, Field

from documents.plain_text import printable
from web.api.caller import Acting
from web.api.refusals import Refusal, refused
from web.api.shapes import ActionGiven, Given, InPath, Number, Outcome
from web.frame.statuses import status_of
from workflow import actions
from workflow.case import Given as GivenToAction
from workflow.case import ValueGiven

router = APIRouter(tags=["actions"])

ActionName = Annotated[str, Path(pattern=r"^[a-z][a-z_]{0,47}$", examples=["report"], description="As in `offered`.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,80}$",
        description="Drawn anew for each thing that is to be done. Sent again with the same content it gets the first "
        "answer and is not done twice; with other content it is refused (`E-H80`). A refused call keeps nothing, "
        "so it may be corrected and sent again under the same key. Kept for as long as the office's data.",
    ),
]


class Item(ActionGiven):
    """One action of a batch."""

    task_id: Number
    action: str = Field(pattern=r"^[a-z][a-z_]{0,47}$")


class Batch(Given):
    """Actions on several tasks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"dry_run": True, "items": [{"task_id": 1, "action": "receive", "version": 1}]}]
        },
    )

    dry_run: bool = Field(False, description="Say how each would end; change nothing.")
    items: list[Item] = Field(min_length=1, max_length=200)


class ItemOutcome(Outcome):
    """How one of a batch ended."""

    status: int = Field(description="The status it would have had alone.")
    refused: Refusal | None = Field(description="Why it was not done; null when it was.")


class BatchOutcome(BaseModel):
    """How a batch ended, item by item."""

    dry_run: bool
    done: int
    refused: int
    outcomes: list[ItemOutcome]


@router.post(
    "/tasks/{task_id}/actions/{action}",
    response_model=Outcome,
    operation_id="actOnTask",
    summary="Take an action on a task",
    responses=refused(400, 404, 409),
)
def act(call: Acting, task_id: InPath, action: ActionName, given: ActionGiven, key: Key = None) -> Any:
    """Whole or not at all. Which actions there are says the task's flow; which are open to the person, `offered`."""
    command = _command(action, task_id, given, key or "")
    return actions.act(call.database, call.office_id, call.actor, command, call.now()).as_dict()


@router.post(
    "/actions",
    response_model=BatchOutcome,
    operation_id="actOnTasks",
    summary="Take actions on several tasks",
    responses=refused(400),
)
def act_on_many(call: Acting, batch: Batch, key: Key = None) -> Any:
    """Item by item: what is right is done, each refusal is reported beside it; the answer is 200 in both cases.

    With a key each item is done once, however often the batch is sent.
    """
    commands = [
        _command(item.action, item.task_id, item, f"{key}#{place}" if key else "")
        for place, item in enumerate(batch.items)
    ]
    place = (call.database, call.office_id, call.actor)
    outcomes = actions.act_on_many(*place, commands, call.now(), dry_run=batch.dry_run)
    done = sum(outcome.refusal is None for outcome in outcomes)
    told = [_told(outcome) for outcome in outcomes]
    return {"dry_run": batch.dry_run, "done": done, "refused": len(outcomes) - done, "outcomes": told}


def _told(outcome: actions.Outcome) -> dict[str, Any]:
    status = 200 if outcome.refusal is None else status_of(outcome.refusal)
    return {"refused": None, **outcome.as_dict(), "status": status}


def _command(action: str, task_id: int, given: ActionGiven, key: str) -> actions.Command:
    said = given.model_dump(exclude={"version", "task_id", "action", "values", "people"})
    plain: dict[str, Any] = {
        name: printable(value) if isinstance(value, str) else value for name, value in said.items()
    }
    values = tuple(ValueGiven(value.indicator_id, value.value, printable(value.reason)) for value in given.values)
    to_action = GivenToAction(**plain, values=values, people=tuple(given.people))
    return actions.Command(action, task_id, given.version, to_action, key)

"""What programs send and get: the words of the requests and answers, each with its meaning."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.times import FIRST_DAY, LAST_DAY, SHANGHAI
from web.frame.addresses import HIGHEST

MONTH = r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])$"
#: a character that no database keeps is refused here
_NO_NUL = r"^[^\x00]*$"

Text = Annotated[str, Field(max_length=20_000, pattern=_NO_NUL)]
Line = Annotated[str, Field(max_length=200, pattern=_NO_NUL)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Number = Annotated[int, Field(ge=1, le=HIGHEST)]
InPath = Annotated[int, Path(ge=1, le=HIGHEST, description="Its number.")]
NoticeOfMonth = Annotated[
    int | None, Query(ge=1, le=HIGHEST, description="The notice, needed where two have the month: `E-S47` else.")
]
MonthInPath = Annotated[str, Path(pattern=MONTH, examples=["2022-06"], description="YYYY-MM.")]


def _of_china(value: Any) -> Any:
    """An instant as people read it (``models.times.shown``), as an instant."""
    return datetime.strptime(value, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI) if isinstance(value, str) else value


#: an instant that comes as people read it
Shown = Annotated[datetime, BeforeValidator(_of_china)]
#: an instant or nothing, which is stored as an empty text
Maybe = Annotated[datetime | None, BeforeValidator(lambda value: value or None)]


class Given(BaseModel):
    """The base of everything that is sent: what is not named here is refused."""

    model_config = ConfigDict(extra="forbid")


class Value(Given):
    """A figure of the month for an indicator of the clause, or why there is none."""

    indicator_id: Number
    value: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e15, le=1e15)] | None = None
    reason: Text = ""


class ActionGiven(Given):
    """What is given with an action; `asks` of an offered action says what it needs."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"version": 1, "progress": "已清理岸线三公里。", "percent": 40}]},
    )

    version: Number = Field(description="The task's `version` as it was last seen: who acted since is told as `E-409`.")
    progress: Text = Field("", description="What was done.")
    percent: int | None = Field(None, strict=True, ge=0, le=100, description="Completion in percent.")
    no_progress: bool = Field(False, strict=True, description="No progress this month, with a reason.")
    reason: Text = Field("", description="Why: of a return, a waiver, a month without progress.")
    problems: Text = ""
    next_steps: Text = ""
    values: Annotated[list[Value], Field(max_length=200)] = Field([], description="One for each indicator.")
    refile_on: Day | None = Field(None, description="The day by which a returned report comes in again.")
    filing_id: Number | None = Field(None, description="The printed form, for signing without a new paper.")
    signer: Line = ""
    seal: Line = ""
    people: Annotated[list[Line], Field(max_length=50)] = Field([], description="People by login, in their order.")
    to_state: Annotated[str, Field(max_length=48, pattern=_NO_NUL)] = Field("", description="Where a return leads to.")
    straight_back: bool = Field(False, strict=True)
    measures: Text = Field("", description="The measures that will be taken (整改措施).")
    found: Text = Field("", description="What was found on site.")
    visited_on: Day | None = None


class Outcome(BaseModel):
    """How an action ended."""

    task_id: int
    action: str
    state: str
    version: int = Field(description="Give it with the next action.")


class TaskLine(BaseModel):
    """A task as it stands in lists."""

    id: int
    month: str = Field(description="YYYY-MM; empty for a problem of the ledger.")
    clause: str
    unit: str
    flow: str
    flow_title: str
    problem: int | None
    state: str = Field(description="Its name in the flow.")
    state_label: str
    round: int = Field(description="Counts returns.")
    version: int = Field(description="Raised by every change.")
    due_on: date
    received: bool
    report_number: int = Field(description="The report version in force; 0 = none yet.")
    late_days: int
    light: Literal["red", "yellow", "green"]
    cause: str = Field(description="Why the light is as it is, in words.")


class Further(BaseModel):
    """What may be said beside."""

    to_state: list[str]
    straight_back: bool
    signers: bool


class Offered(BaseModel):
    """An action that is open to the person now."""

    action: str
    label: str
    asks: list[str] = Field(description="What has to be given with it.")
    may: Further


class Indicator(BaseModel):
    """A figure that the notice asks for."""

    id: int
    name: str
    unit: str
    op: str
    target: float | None


class ValueFiled(BaseModel):
    """A figure as it was filed."""

    indicator_id: int
    value: float | None = None
    reason: str = ""


class Report(BaseModel):
    """One version of what a unit filed; never changed."""

    number: int
    round: int
    progress: str
    percent: int
    no_progress: bool
    reason: str
    problems: str
    next_steps: str
    values: list[ValueFiled]
    filed_at: datetime


class TaskEvent(BaseModel):
    """What happened to a task."""

    seq: int = Field(description="Its place in the office's trail.")
    at: datetime
    actor_name: str
    acting_for: str
    action: str
    label: str
    to_state: str
    reason: str


class Seat(BaseModel):
    """Whose signature the task waits for."""

    name: str
    signed: bool


class Copy(BaseModel):
    """Who was shown the task for information."""

    name: str
    read_at: Maybe


class TaskStory(TaskLine):
    """Everything about a task that the person may know."""

    title: str
    text: str
    indicators: list[Indicator]
    offered: list[Offered]
    reports: list[Report] = Field(description="Empty for a unit that is only named beside.")
    seats: list[Seat]
    handler: str = Field(description="Whom it was forwarded to; empty = everybody with the duty.")
    copies: list[Copy]

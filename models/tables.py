"""Every table in one place: importing this fills the metadata that migrations and tests compare."""

from __future__ import annotations

from models.base import metadata, table
from models.flow import Copy, FlowVersion, Reading, Seat
from models.message import Attempt, CalendarDay, CalendarYear, Draft, Message, MessageTask, Reminder
from models.notice import Clause, Indicator, Milestone, Notice, NoticeInWork, Responsibility, WorkItem
from models.office import (
    Absence,
    ApiToken,
    CalendarFeed,
    Duty,
    GroupMember,
    Login,
    LoginFailure,
    Office,
    PastPassword,
    Person,
    Unit,
    UnitAlias,
    UnitGroup,
)
from models.paper import Paper, Voiding
from models.phrase import Phrase
from models.problem import Inspection, Photo, Problem, ProblemUnit, Visit
from models.task import (
    Attachment,
    Evidence,
    Filing,
    Period,
    Report,
    ReportDraft,
    Request,
    Sighting,
    Summary,
    Task,
    Verification,
)
from models.template import TemplateFailure, TemplateVersion
from models.trail import Event, Heartbeat, Operation, Watermark
from models.webhook import WebhookCursor, WebhookDelivery

office = table(Office)
unit = table(Unit)
unit_alias = table(UnitAlias)
unit_group = table(UnitGroup)
group_member = table(GroupMember)
person = table(Person)
duty = table(Duty)
absence = table(Absence)
login = table(Login)
login_failure = table(LoginFailure)
past_password = table(PastPassword)
api_token = table(ApiToken)
calendar_feed = table(CalendarFeed)
notice = table(Notice)
notice_draft = table(NoticeInWork)
work_item = table(WorkItem)
clause = table(Clause)
milestone = table(Milestone)
indicator = table(Indicator)
responsibility = table(Responsibility)
flow = table(FlowVersion)
inspection = table(Inspection)
problem = table(Problem)
problem_unit = table(ProblemUnit)
photo = table(Photo)
visit = table(Visit)
period = table(Period)
phrase = table(Phrase)
task = table(Task)
seat = table(Seat)
copy = table(Copy)
reading = table(Reading)
report = table(Report)
report_draft = table(ReportDraft)
attachment = table(Attachment)
filing = table(Filing)
evidence = table(Evidence)
sighting = table(Sighting)
verification = table(Verification)
request = table(Request)
summary = table(Summary)
paper = table(Paper)
voiding = table(Voiding)
event = table(Event)
watermark = table(Watermark)
heartbeat = table(Heartbeat)
operation = table(Operation)
message = table(Message)
message_task = table(MessageTask)
attempt = table(Attempt)
reminder = table(Reminder)
draft = table(Draft)
webhook_cursor = table(WebhookCursor)
webhook_delivery = table(WebhookDelivery)
calendar_year = table(CalendarYear)
calendar_day = table(CalendarDay)
template = table(TemplateVersion)
template_failure = table(TemplateFailure)

__all__ = ["metadata"]

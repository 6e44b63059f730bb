"""Every table as statements need it. Written by ``make docs`` from ``models/rows``; do not edit it."""

from __future__ import annotations

from models.columns import (
    DATA,
    DAY,
    FLAG,
    FRACTION,
    INSTANT,
    NUMBER,
    TEXT,
    TEXT_7,
    TEXT_8,
    TEXT_16,
    TEXT_32,
    TEXT_48,
    TEXT_64,
    TEXT_200,
    metadata,
    table,
)

# fmt: off

absence = table(
    "absence", 2,
    office_id=NUMBER, id=NUMBER, person_id=NUMBER, substitute_id=NUMBER, from_on=DAY, to_on=DAY,
)
api_token = table(
    "apitoken", 2,
    office_id=NUMBER, id=NUMBER, person_id=NUMBER, name=TEXT, token_hash=TEXT, scopes=DATA, created_at=INSTANT,
    expires_at=INSTANT, used_at=INSTANT, revoked_at=INSTANT, revoked_by=TEXT.default_to(""),
)
attachment = table(
    "attachment", 2,
    office_id=NUMBER, id=NUMBER, sha256=TEXT, name=TEXT, media_type=TEXT, size=NUMBER, stored_by=TEXT, stored_at=INSTANT,
)
attempt = table(
    "attempt", 2,
    office_id=NUMBER, id=NUMBER, message=NUMBER, number=NUMBER, started_at=INSTANT, finished_at=INSTANT,
    outcome=TEXT_16.default_to(""), code=TEXT.default_to(""), detail=TEXT.default_to(""),
)
calendar_day = table(
    "calendarday", 2,
    office_id=NUMBER, day=DAY, works=FLAG,
)
calendar_feed = table(
    "calendarfeed", 2,
    office_id=NUMBER, id=NUMBER, person_id=NUMBER, token_hash=TEXT, created_at=INSTANT, revoked_at=INSTANT,
)
calendar_year = table(
    "calendaryear", 2,
    office_id=NUMBER, year=NUMBER, source=TEXT, imported_at=INSTANT,
)
clause = table(
    "clause", 2,
    office_id=NUMBER, id=NUMBER, notice_id=NUMBER, item_id=NUMBER, number=TEXT, position=NUMBER, text=TEXT,
    bracket=TEXT.default_to(""), source_line=NUMBER.default_to(0), notes=DATA.default_to(list),
    reports=TEXT_16.default_to(""), withdrawn=FLAG.default_to(False),
)
copy = table(
    "copy", 2,
    office_id=NUMBER, id=NUMBER, task_id=NUMBER, person_id=NUMBER, sent_by=NUMBER, sent_at=INSTANT, read_at=INSTANT,
)
draft = table(
    "draft", 2,
    office_id=NUMBER, id=NUMBER, dedupe_key=TEXT, kind=TEXT_32, unit_id=NUMBER, about=DATA, text=TEXT, reason=TEXT,
    made_at=INSTANT, issued_by=TEXT.default_to(""), issued_at=INSTANT, dropped_at=INSTANT,
)
duty = table(
    "duty", 2,
    office_id=NUMBER, id=NUMBER, person_id=NUMBER, role=TEXT_32, unit_id=NUMBER, valid_from=DAY, valid_to=DAY,
)
event = table(
    "event", 2,
    office_id=NUMBER, seq=NUMBER, at=INSTANT, actor=TEXT, actor_name=TEXT, acting_for=TEXT.default_to(""),
    role=TEXT_32.default_to(""), unit=TEXT.default_to(""), source=TEXT_16, action=TEXT_48, object_type=TEXT_32,
    object_id=NUMBER.default_to(0), version=NUMBER.default_to(0), from_state=TEXT_48.default_to(""),
    to_state=TEXT_48.default_to(""), result=TEXT_16, reason=TEXT.default_to(""), detail=DATA.default_to(dict),
    operation_id=TEXT.default_to(""), algorithm=TEXT_16, prev_hash=TEXT, hash=TEXT,
)
evidence = table(
    "evidence", 2,
    office_id=NUMBER, id=NUMBER, filing_id=NUMBER, attachment_id=NUMBER, kind=TEXT_16, signer=TEXT, seal=TEXT,
    attested_by=TEXT, attested_at=INSTANT,
)
filing = table(
    "filing", 2,
    office_id=NUMBER, id=NUMBER, period_id=NUMBER, unit_id=NUMBER, number=NUMBER, content_sha256=TEXT, check_code=TEXT,
    covers=DATA, printed_by=TEXT, printed_at=INSTANT,
)
flow = table(
    "flow", 2,
    office_id=NUMBER, id=NUMBER, name=TEXT_48, sha256=TEXT_64, text=TEXT, rank=NUMBER, installed_by=TEXT,
    installed_at=INSTANT,
)
group_member = table(
    "groupmember", 2,
    office_id=NUMBER, id=NUMBER, group_id=NUMBER, unit_id=NUMBER, clause_id=NUMBER.default_to(0), expanded_by=TEXT,
    expanded_at=INSTANT,
)
heartbeat = table(
    "heartbeat", 3,
    office_id=NUMBER, node=TEXT, name=TEXT, at=INSTANT, next_at=INSTANT, detail=TEXT.default_to(""),
)
indicator = table(
    "indicator", 2,
    office_id=NUMBER, id=NUMBER, clause_id=NUMBER, name=TEXT, op=TEXT, value=FRACTION, unit=TEXT, quote=TEXT,
)
inspection = table(
    "inspection", 2,
    office_id=NUMBER, id=NUMBER, title=TEXT, held_on=DAY, place=TEXT.default_to(""), team=TEXT.default_to(""),
    record=TEXT.default_to(""), recorded_by=NUMBER, recorded_at=INSTANT,
)
login = table(
    "login", 2,
    office_id=NUMBER, id=NUMBER, person_id=NUMBER, token_hash=TEXT, created_at=INSTANT, expires_at=INSTANT,
    revoked_at=INSTANT, kind=TEXT_8.default_to("cli"), seen_at=INSTANT, address=TEXT_64.default_to(""),
    browser=TEXT_200.default_to(""),
)
login_failure = table(
    "loginfailure", 2,
    office_id=NUMBER, id=NUMBER, name=TEXT_64, address=TEXT_64, tries=NUMBER, since_at=INSTANT, locked_until=INSTANT,
)
message = table(
    "message", 2,
    office_id=NUMBER, id=NUMBER, dedupe_key=TEXT, event=TEXT_32, level=NUMBER.default_to(0), recipient_id=NUMBER,
    channel=TEXT_16, address=TEXT.default_to(""), subject=TEXT.default_to(""), body=TEXT.default_to(""), fields=DATA,
    about=DATA.default_to(list), while_states=DATA.default_to(list), message_id=TEXT, state=TEXT_16,
    reason=TEXT.default_to(""), attempts=NUMBER.default_to(0), created_at=INSTANT, next_at=INSTANT,
    claimed_until=INSTANT, settled_at=INSTANT, read_at=INSTANT,
)
message_task = table(
    "message_task", 3,
    office_id=NUMBER, task_id=NUMBER, message_id=NUMBER,
)
milestone = table(
    "milestone", 2,
    office_id=NUMBER, id=NUMBER, clause_id=NUMBER, due_on=DAY, quote=TEXT, note=TEXT.default_to(""),
)
notice = table(
    "notice", 2,
    office_id=NUMBER, id=NUMBER, title=TEXT, issuer=TEXT, document_number=TEXT.default_to(""), issued_on=DAY,
    reporting_day=NUMBER.default_to(25), reports=TEXT_16.default_to("every"), source_name=TEXT, source_sha256=TEXT,
    table_sha256=TEXT, revision=NUMBER.default_to(1), draft=DATA, adopted_by=TEXT, adopted_at=INSTANT,
)
notice_draft = table(
    "notice_draft", 2,
    office_id=NUMBER, id=NUMBER, title=TEXT, source_name=TEXT, source_sha256=TEXT, draft=DATA,
    version=NUMBER.default_to(1), changed_by=TEXT, changed_at=INSTANT, ended_at=INSTANT, notice_id=NUMBER,
)
office = table(
    "office", 1,
    id=NUMBER, name=TEXT, short_name=TEXT, recipient=TEXT, four_eyes=FLAG.default_to(True),
    channel=TEXT.default_to("file"), algorithm=TEXT.default_to("sha256"), epoch=NUMBER.default_to(1), created_at=INSTANT,
)
operation = table(
    "operation", 2,
    office_id=NUMBER, id=NUMBER, actor=TEXT, key=TEXT, asked_sha256=TEXT.default_to(""), answer=DATA, at=INSTANT,
)
paper = table(
    "paper", 2,
    office_id=NUMBER, id=NUMBER, kind=TEXT_16, year=NUMBER, number=NUMBER, units=DATA, about=DATA, facts=DATA,
    files=DATA, head_seq=NUMBER, head_hash=TEXT, issued_by=TEXT, issued_at=INSTANT,
)
parcel = table(
    "parcel", 2,
    office_id=NUMBER, id=NUMBER, peer_id=NUMBER, inward=FLAG, kind=TEXT_16, sha256=TEXT_64, content_sha256=TEXT_64,
    answers=TEXT_64.default_to(""), statement=TEXT, signature=TEXT, head_seq=NUMBER, head_hash=TEXT, notice_id=NUMBER,
    period_id=NUMBER, covers=DATA.default_to(list), by=TEXT, at=INSTANT,
)
past_password = table(
    "pastpassword", 2,
    office_id=NUMBER, id=NUMBER, person_id=NUMBER, password_hash=TEXT, set_at=INSTANT,
)
peer = table(
    "peer", 2,
    office_id=NUMBER, id=NUMBER, name=TEXT, public_key=TEXT, key=TEXT_32, unit_id=NUMBER, added_by=TEXT,
    added_at=INSTANT, ended_at=INSTANT, ended_by=TEXT.default_to(""),
)
period = table(
    "period", 2,
    office_id=NUMBER, id=NUMBER, notice_id=NUMBER, month=TEXT_7, flow=TEXT_48.default_to("monthly_report"),
    opens_on=DAY, due_on=DAY, closes_on=DAY, due_revision=NUMBER.default_to(1), state=TEXT_16.default_to("open"),
)
person = table(
    "person", 2,
    office_id=NUMBER, id=NUMBER, login=TEXT, name=TEXT, email=TEXT.default_to(""), password_hash=TEXT.default_to(""),
    code_hash=TEXT.default_to(""), code_at=INSTANT, totp_secret=TEXT, totp_step=NUMBER, password_set_at=INSTANT,
    active=FLAG.default_to(True), failed_logins=NUMBER.default_to(0), locked_until=INSTANT, created_at=INSTANT,
)
photo = table(
    "photo", 2,
    office_id=NUMBER, id=NUMBER, problem_id=NUMBER, attachment_id=NUMBER, shows=TEXT_16, note=TEXT.default_to(""),
    stored_by=NUMBER, stored_at=INSTANT,
)
phrase = table(
    "phrase", 2,
    office_id=NUMBER, id=NUMBER, text=TEXT_200, written_by=TEXT, written_at=INSTANT, ended_by=TEXT.default_to(""),
    ended_at=INSTANT,
)
problem = table(
    "problem", 2,
    office_id=NUMBER, id=NUMBER, source=TEXT_16, source_ref=TEXT.default_to(""), title=TEXT, place=TEXT.default_to(""),
    description=TEXT.default_to(""), found_on=DAY, clause_id=NUMBER, inspection_id=NUMBER, measures=TEXT.default_to(""),
    relapses=NUMBER.default_to(0), registered_by=NUMBER, registered_at=INSTANT,
)
problem_unit = table(
    "problemunit", 2,
    office_id=NUMBER, id=NUMBER, problem_id=NUMBER, unit_id=NUMBER, position=NUMBER,
)
reading = table(
    "reading", 2,
    office_id=NUMBER, id=NUMBER, task_id=NUMBER, person_id=NUMBER, entered_at=INSTANT, read_at=INSTANT,
)
relocation = table(
    "relocation", 1,
    office_id=NUMBER, state=TEXT_16, place=TEXT, installation=TEXT, at=INSTANT,
)
reminder = table(
    "reminder", 2,
    office_id=NUMBER, id=NUMBER, task_id=NUMBER, round=NUMBER, due_revision=NUMBER, rule=TEXT_48, level=NUMBER,
    due_at=INSTANT, decided_at=INSTANT, state=TEXT_16, reason=TEXT.default_to(""),
)
report = table(
    "report", 2,
    office_id=NUMBER, id=NUMBER, task_id=NUMBER, number=NUMBER, round=NUMBER, progress=TEXT, percent=NUMBER,
    no_progress=FLAG.default_to(False), reason=TEXT.default_to(""), problems=TEXT.default_to(""),
    next_steps=TEXT.default_to(""), values=DATA.default_to(list), filed_by=NUMBER, acting_for=NUMBER, filed_at=INSTANT,
    content_sha256=TEXT,
)
report_draft = table(
    "report_draft", 2,
    office_id=NUMBER, id=NUMBER, task_id=NUMBER, person_id=NUMBER, version=NUMBER, fields=DATA, saved_at=INSTANT,
)
request = table(
    "request", 2,
    office_id=NUMBER, id=NUMBER, task_id=NUMBER, kind=TEXT_16, reason=TEXT, progress=TEXT.default_to(""),
    wanted_due_on=DAY, wanted_unit_id=NUMBER, asked_by=NUMBER, asked_at=INSTANT, decision=TEXT_16.default_to("pending"),
    decided_by=NUMBER, decided_at=INSTANT, decision_reason=TEXT.default_to(""), granted_due_on=DAY,
    granted_unit_id=NUMBER,
)
responsibility = table(
    "responsibility", 2,
    office_id=NUMBER, id=NUMBER, clause_id=NUMBER, unit_id=NUMBER, share=TEXT_16, position=NUMBER,
    via_group=TEXT.default_to(""), ended_at=INSTANT,
)
seat = table(
    "seat", 2,
    office_id=NUMBER, id=NUMBER, task_id=NUMBER, round=NUMBER, state=TEXT_48, sitting=NUMBER, position=NUMBER,
    person_id=NUMBER, signed_at=INSTANT, signed_by=NUMBER, closed_at=INSTANT,
)
serving = table(
    "serving", 1,
    oldest=TEXT_16,
)
sighting = table(
    "sighting", 2,
    office_id=NUMBER, id=NUMBER, evidence_id=NUMBER, code=TEXT_16, seal=TEXT_16, remarks=DATA, anyway=TEXT, seen=DATA,
    looked_at=INSTANT,
)
summary = table(
    "summary", 2,
    office_id=NUMBER, id=NUMBER, period_id=NUMBER, number=NUMBER, document_number=TEXT.default_to(""), facts=DATA,
    files=DATA, covers=DATA, words_sha256=TEXT_64.default_to(""), head_seq=NUMBER, head_hash=TEXT, issued_by=TEXT,
    issued_at=INSTANT,
)
task = table(
    "task", 2,
    office_id=NUMBER, id=NUMBER, flow_sha256=TEXT_64, period_id=NUMBER, responsibility_id=NUMBER, clause_id=NUMBER,
    problem_id=NUMBER, unit_id=NUMBER, state=TEXT_48, stage=TEXT_32, entered_at=INSTANT, handler_id=NUMBER,
    back_to=TEXT_48.default_to(""), returner_id=NUMBER, round=NUMBER.default_to(1), version=NUMBER.default_to(1),
    opened_on=DAY, due_on=DAY, original_due_on=DAY, due_revision=NUMBER.default_to(1), received_at=INSTANT,
    report_number=NUMBER.default_to(0), filed_at=INSTANT, signed_at=INSTANT, returned_at=INSTANT, reviewed_at=INSTANT,
    late_days=NUMBER.default_to(0), filed_by=NUMBER, signed_by=NUMBER, next_due_at=INSTANT,
)
template = table(
    "template", 2,
    office_id=NUMBER, id=NUMBER, name=TEXT_64, sha256=TEXT_64.default_to(""), text=TEXT.default_to(""),
    installed_by=TEXT, installed_at=INSTANT,
)
template_failure = table(
    "template_failure", 2,
    office_id=NUMBER, id=NUMBER, template_id=NUMBER, failed_at=INSTANT, place=TEXT, what=TEXT,
)
unit = table(
    "unit", 2,
    office_id=NUMBER, id=NUMBER, name=TEXT, short_name=TEXT.default_to(""), valid_from=DAY, valid_to=DAY,
    successor_id=NUMBER,
)
unit_alias = table(
    "unitalias", 2,
    office_id=NUMBER, id=NUMBER, unit_id=NUMBER, alias=TEXT,
)
unit_group = table(
    "unitgroup", 2,
    office_id=NUMBER, id=NUMBER, name=TEXT,
)
verification = table(
    "verification", 2,
    office_id=NUMBER, id=NUMBER, attachment_id=NUMBER, verdict=TEXT_16, seen=DATA, checked_by=TEXT, checked_at=INSTANT,
)
visit = table(
    "visit", 2,
    office_id=NUMBER, id=NUMBER, problem_id=NUMBER, round=NUMBER, action=TEXT_48, visited_on=DAY, found=TEXT,
    visited_by=NUMBER, recorded_at=INSTANT,
)
voiding = table(
    "voiding", 2,
    office_id=NUMBER, id=NUMBER, paper_id=NUMBER, reason=TEXT, voided_by=TEXT, voided_at=INSTANT,
)
watermark = table(
    "watermark", 1,
    office_id=NUMBER, at=INSTANT, held_reason=TEXT.default_to(""),
)
webhook_cursor = table(
    "webhookcursor", 2,
    office_id=NUMBER, endpoint=TEXT_48, seq=NUMBER,
)
webhook_delivery = table(
    "webhookdelivery", 2,
    office_id=NUMBER, id=NUMBER, endpoint=TEXT_48, seq=NUMBER, about=TEXT_48, webhook_id=TEXT, payload=DATA,
    state=TEXT_16, reason=TEXT.default_to(""), attempts=NUMBER.default_to(0), created_at=INSTANT, next_at=INSTANT,
    claimed_until=INSTANT, settled_at=INSTANT,
)
work_item = table(
    "workitem", 2,
    office_id=NUMBER, id=NUMBER, notice_id=NUMBER, number=NUMBER, title=TEXT, section=TEXT.default_to(""),
    subsection=TEXT.default_to(""),
)

__all__ = ["metadata"]

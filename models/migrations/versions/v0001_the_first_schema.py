"""The first schema.

A released migration is never edited: databases out there have run it. Write the next one.
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from models import guardrails, message_tasks, partitions, statistics

revision = "0001"
down_revision = None
serves = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward."""

    op.create_table(
        "serving",
        sa.Column("oldest", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("oldest", name=op.f("pk_serving")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("node", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("next_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("detail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "node", "name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("short_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recipient", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("algorithm", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_table(
        "attachment",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stored_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_attachment_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("office_id", "sha256", name=op.f("uq_attachment_office_id_sha256")),
    )
    op.create_table(
        "calendarday",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_calendarday_")),
        sa.PrimaryKeyConstraint("office_id", "day", name=op.f("pk_calendarday")),
    )
    op.create_table(
        "calendaryear",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("imported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_calendaryear_")),
        sa.PrimaryKeyConstraint("office_id", "year", name=op.f("pk_calendaryear")),
    )
    op.create_table(
        "event",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("acting_for", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("object_type", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=48), nullable=False),
        sa.Column("to_state", sa.String(length=48), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("operation_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("prev_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_event_")),
        sa.PrimaryKeyConstraint("office_id", "seq", name=op.f("pk_event")),
        postgresql_partition_by=partitions.BY_OFFICE,
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_object", ["office_id", "object_type", "object_id", "version"], unique=False)
        batch_op.create_index("ix_event_operation", ["office_id", "operation_id"], unique=False)
        batch_op.create_index(
            "ix_event_undone",
            ["office_id", "result", "at"],
            unique=False,
            sqlite_where=sa.text("result <> 'done'"),
            postgresql_where=sa.text("result <> 'done'"),
        )

    op.create_table(
        "flow",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("installed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("installed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_flow_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_flow")),
        sa.UniqueConstraint("office_id", "sha256", name=op.f("uq_flow_office_id_sha256")),
    )
    with op.batch_alter_table("flow", schema=None) as batch_op:
        batch_op.create_index("ix_flow_name", ["office_id", "name"], unique=False)

    op.create_table(
        "inspection",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("team", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("record", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_inspection_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_inspection")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_held", ["office_id", "held_on", "id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issuer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("document_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("reporting_day", sa.Integer(), nullable=False),
        sa.Column("reports", sa.String(length=16), nullable=False),
        sa.Column("source_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("table_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("adopted_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("adopted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_notice_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "office_id", "source_sha256", "revision", name=op.f("uq_notice_office_id_source_sha256_revision")
        ),
    )
    op.create_table(
        "operation",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_operation_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_operation")),
        sa.UniqueConstraint("office_id", "actor", "key", name=op.f("uq_operation_office_id_actor_key")),
    )
    op.create_table(
        "person",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("code_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("code_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("totp_secret", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("password_set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_person_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("office_id", "login", name=op.f("uq_person_office_id_login")),
    )
    op.create_table(
        "unit",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("short_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_unit_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_unit")),
        sa.UniqueConstraint("office_id", "name", "valid_from", name=op.f("uq_unit_office_id_name_valid_from")),
    )
    op.create_table(
        "unitgroup",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_unitgroup_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_unitgroup")),
        sa.UniqueConstraint("office_id", "name", name=op.f("uq_unitgroup_office_id_name")),
    )
    op.create_table(
        "relocation",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("installation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_relocation_")),
        sa.PrimaryKeyConstraint("office_id", name=op.f("pk_relocation")),
    )
    op.create_table(
        "watermark",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("held_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_watermark_")),
        sa.PrimaryKeyConstraint("office_id", name=op.f("pk_watermark")),
    )
    op.create_table(
        "absence",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_absence_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "substitute_id"], ["person.office_id", "person.id"], name=op.f("fk_absence_substitute_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_absence_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_absence")),
    )
    op.create_table(
        "draft",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("issued_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("dropped_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_draft_unit_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_draft_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_draft")),
        sa.UniqueConstraint("office_id", "dedupe_key", name=op.f("uq_draft_office_id_dedupe_key")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(
            "ix_draft_waiting",
            ["office_id", "id"],
            unique=False,
            sqlite_where=sa.text("issued_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("issued_at IS NULL AND dropped_at IS NULL"),
        )

    op.create_table(
        "duty",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_duty_person_id")
        ),
        sa.ForeignKeyConstraint(["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_duty_unit_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_duty_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index("ix_duty_person", ["office_id", "person_id"], unique=False)
        batch_op.create_index("ix_duty_unit", ["office_id", "unit_id", "role"], unique=False)

    op.create_table(
        "groupmember",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("expanded_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("expanded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "group_id"], ["unitgroup.office_id", "unitgroup.id"], name=op.f("fk_groupmember_group_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_groupmember_unit_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_groupmember_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_groupmember")),
        sa.UniqueConstraint(
            "office_id",
            "group_id",
            "unit_id",
            "clause_id",
            name=op.f("uq_groupmember_office_id_group_id_unit_id_clause_id"),
        ),
    )
    op.create_table(
        "login",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_login_person_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_login_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_login")),
        sa.UniqueConstraint("office_id", "token_hash", name=op.f("uq_login_office_id_token_hash")),
    )
    op.create_index("ix_login_person", "login", ["office_id", "person_id"], unique=False)
    op.create_table(
        "loginfailure",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("locked_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_loginfailure_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_loginfailure")),
        sa.UniqueConstraint("office_id", "name", "address", name=op.f("uq_loginfailure_office_id_name_address")),
    )
    op.create_index("ix_loginfailure_since", "loginfailure", ["office_id", "since_at"], unique=False)
    op.create_table(
        "pastpassword",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_pastpassword_person_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_pastpassword_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_pastpassword")),
    )
    op.create_index("ix_pastpassword_person", "pastpassword", ["office_id", "person_id"], unique=False)
    op.create_table(
        "webhookcursor",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webhookcursor_")),
        sa.PrimaryKeyConstraint("office_id", "endpoint", name=op.f("pk_webhookcursor")),
    )
    op.create_table(
        "webhookdelivery",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=48), nullable=False),
        sa.Column("webhook_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("next_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("claimed_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webhookdelivery_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_webhookdelivery")),
        sa.UniqueConstraint("office_id", "endpoint", "seq", name=op.f("uq_webhookdelivery_office_id_endpoint_seq")),
    )
    with op.batch_alter_table("webhookdelivery", schema=None) as batch_op:
        batch_op.create_index("ix_webhookdelivery_about", ["office_id", "endpoint", "about", "id"], unique=False)
        batch_op.create_index("ix_webhookdelivery_state", ["office_id", "state", "next_at"], unique=False)

    op.create_table(
        "apitoken",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_apitoken_person_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_apitoken_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_apitoken")),
        sa.UniqueConstraint("office_id", "token_hash", name=op.f("uq_apitoken_office_id_token_hash")),
    )
    with op.batch_alter_table("apitoken", schema=None) as batch_op:
        batch_op.create_index("ix_apitoken_person", ["office_id", "person_id"], unique=False)

    op.create_table(
        "calendarfeed",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_calendarfeed_person_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_calendarfeed_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_calendarfeed")),
        sa.UniqueConstraint("office_id", "token_hash", name=op.f("uq_calendarfeed_office_id_token_hash")),
    )
    with op.batch_alter_table("calendarfeed", schema=None) as batch_op:
        batch_op.create_index("ix_calendarfeed_person", ["office_id", "person_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("while_states", sa.JSON(), nullable=False),
        sa.Column("message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("next_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("claimed_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "recipient_id"], ["person.office_id", "person.id"], name=op.f("fk_message_recipient_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint("office_id", "dedupe_key", name=op.f("uq_message_office_id_dedupe_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_recipient", ["office_id", "recipient_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_message_unread", ["office_id", "recipient_id", "read_at"], unique=False)
        batch_op.create_index("ix_message_state", ["office_id", "state", "next_at"], unique=False)

    op.create_table(
        "message_task",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "task_id", "message_id", name=op.f("pk_message_task")),
        postgresql_partition_by=partitions.BY_OFFICE,
    )
    op.create_table(
        "period",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("flow", sa.String(length=48), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("due_revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "notice_id"], ["notice.office_id", "notice.id"], name=op.f("fk_period_notice_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_period_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_period")),
        sa.UniqueConstraint("office_id", "notice_id", "month", name=op.f("uq_period_office_id_notice_id_month")),
    )
    op.create_table(
        "unitalias",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("alias", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_unitalias_unit_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_unitalias_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_unitalias")),
        sa.UniqueConstraint("office_id", "alias", name=op.f("uq_unitalias_office_id_alias")),
    )
    op.create_table(
        "notice_draft",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "notice_id"], ["notice.office_id", "notice.id"], name=op.f("fk_notice_draft_notice_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_notice_draft_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_notice_draft")),
    )
    op.create_index("ix_notice_draft_source", "notice_draft", ["office_id", "source_sha256"], unique=False)
    op.create_table(
        "workitem",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("section", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subsection", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "notice_id"], ["notice.office_id", "notice.id"], name=op.f("fk_workitem_notice_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_workitem_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_workitem")),
        sa.UniqueConstraint("office_id", "notice_id", "number", name=op.f("uq_workitem_office_id_notice_id_number")),
    )
    op.create_table(
        "attempt",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("detail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "message"], ["message.office_id", "message.id"], name=op.f("fk_attempt_message")
        ),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("office_id", "message", "number", name=op.f("uq_attempt_office_id_message_number")),
        postgresql_partition_by=partitions.BY_OFFICE,
    )
    op.create_table(
        "clause",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("bracket", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("reports", sa.String(length=16), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "item_id"], ["workitem.office_id", "workitem.id"], name=op.f("fk_clause_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "notice_id"], ["notice.office_id", "notice.id"], name=op.f("fk_clause_notice_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_clause_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_clause")),
        sa.UniqueConstraint("office_id", "notice_id", "number", name=op.f("uq_clause_office_id_notice_id_number")),
    )
    op.create_table(
        "filing",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("check_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("printed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("printed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "period_id"], ["period.office_id", "period.id"], name=op.f("fk_filing_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_filing_unit_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_filing_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_filing")),
        sa.UniqueConstraint("office_id", "check_code", name=op.f("uq_filing_office_id_check_code")),
        sa.UniqueConstraint(
            "office_id", "period_id", "unit_id", "number", name=op.f("uq_filing_office_id_period_id_unit_id_number")
        ),
    )
    op.create_table(
        "paper",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_paper_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_paper")),
        sa.UniqueConstraint("office_id", "kind", "year", "number", name=op.f("uq_paper_office_id_kind_year_number")),
    )
    op.create_table(
        "voiding",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("voided_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("voided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "paper_id"], ["paper.office_id", "paper.id"], name=op.f("fk_voiding_paper_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_voiding_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_voiding")),
        sa.UniqueConstraint("office_id", "paper_id", name=op.f("uq_voiding_office_id_paper_id")),
    )
    op.create_table(
        "summary",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("words_sha256", sa.String(length=64), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "period_id"], ["period.office_id", "period.id"], name=op.f("fk_summary_period_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_summary_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_summary")),
        sa.UniqueConstraint("office_id", "period_id", "number", name=op.f("uq_summary_office_id_period_id_number")),
    )
    op.create_table(
        "evidence",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filing_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("signer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seal", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attested_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attested_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "attachment_id"],
            ["attachment.office_id", "attachment.id"],
            name=op.f("fk_evidence_attachment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "filing_id"], ["filing.office_id", "filing.id"], name=op.f("fk_evidence_filing_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_evidence_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_filing", ["office_id", "filing_id"], unique=False)

    op.create_table(
        "sighting",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("seal", sa.String(length=16), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("anyway", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("looked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "evidence_id"], ["evidence.office_id", "evidence.id"], name=op.f("fk_sighting_evidence_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_sighting_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_sighting")),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index("ix_sighting_evidence", ["office_id", "evidence_id"], unique=False)

    op.create_table(
        "verification",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("checked_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("checked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "attachment_id"],
            ["attachment.office_id", "attachment.id"],
            name=op.f("fk_verification_attachment_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_verification_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_verification")),
    )
    with op.batch_alter_table("verification", schema=None) as batch_op:
        batch_op.create_index("ix_verification_attachment", ["office_id", "attachment_id"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("op", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("quote", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "clause_id"], ["clause.office_id", "clause.id"], name=op.f("fk_indicator_clause_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_indicator_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_indicator")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index("ix_indicator_clause", ["office_id", "clause_id"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("quote", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "clause_id"], ["clause.office_id", "clause.id"], name=op.f("fk_milestone_clause_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_milestone_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_milestone")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index("ix_milestone_clause", ["office_id", "clause_id"], unique=False)

    op.create_table(
        "problem",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("source_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=True),
        sa.Column("inspection_id", sa.Integer(), nullable=True),
        sa.Column("measures", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("relapses", sa.Integer(), nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("registered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "clause_id"], ["clause.office_id", "clause.id"], name=op.f("fk_problem_clause_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "inspection_id"],
            ["inspection.office_id", "inspection.id"],
            name=op.f("fk_problem_inspection_id"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_problem_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_problem")),
    )
    with op.batch_alter_table("problem", schema=None) as batch_op:
        batch_op.create_index("ix_problem_clause", ["office_id", "clause_id"], unique=False)
        batch_op.create_index("ix_problem_inspection", ["office_id", "inspection_id"], unique=False)

    op.create_table(
        "responsibility",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("via_group", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "clause_id"], ["clause.office_id", "clause.id"], name=op.f("fk_responsibility_clause_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_responsibility_unit_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_responsibility_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_responsibility")),
        sa.UniqueConstraint(
            "office_id", "clause_id", "unit_id", name=op.f("uq_responsibility_office_id_clause_id_unit_id")
        ),
    )
    with op.batch_alter_table("responsibility", schema=None) as batch_op:
        batch_op.create_index("ix_responsibility_unit", ["office_id", "unit_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("shows", sa.String(length=16), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stored_by", sa.Integer(), nullable=False),
        sa.Column("stored_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "attachment_id"],
            ["attachment.office_id", "attachment.id"],
            name=op.f("fk_photo_attachment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "problem_id"], ["problem.office_id", "problem.id"], name=op.f("fk_photo_problem_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_photo_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_photo")),
        sa.UniqueConstraint(
            "office_id", "problem_id", "attachment_id", name=op.f("uq_photo_office_id_problem_id_attachment_id")
        ),
    )
    op.create_table(
        "problemunit",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "problem_id"], ["problem.office_id", "problem.id"], name=op.f("fk_problemunit_problem_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_problemunit_unit_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_problemunit_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_problemunit")),
        sa.UniqueConstraint(
            "office_id", "problem_id", "unit_id", name=op.f("uq_problemunit_office_id_problem_id_unit_id")
        ),
    )
    op.create_table(
        "task",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flow_sha256", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=True),
        sa.Column("responsibility_id", sa.Integer(), nullable=True),
        sa.Column("clause_id", sa.Integer(), nullable=True),
        sa.Column("problem_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=48), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("entered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("back_to", sa.String(length=48), nullable=False),
        sa.Column("returner_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=False),
        sa.Column("due_revision", sa.Integer(), nullable=False),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("report_number", sa.Integer(), nullable=False),
        sa.Column("filed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("signed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("returned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reviewed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("next_due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "clause_id"], ["clause.office_id", "clause.id"], name=op.f("fk_task_clause_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "flow_sha256"], ["flow.office_id", "flow.sha256"], name=op.f("fk_task_flow_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "period_id"], ["period.office_id", "period.id"], name=op.f("fk_task_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "problem_id"], ["problem.office_id", "problem.id"], name=op.f("fk_task_problem_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "responsibility_id"],
            ["responsibility.office_id", "responsibility.id"],
            name=op.f("fk_task_responsibility_id"),
        ),
        sa.ForeignKeyConstraint(["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_task_unit_id")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_task")),
        sa.UniqueConstraint(
            "office_id", "period_id", "responsibility_id", name=op.f("uq_task_office_id_period_id_responsibility_id")
        ),
        sa.UniqueConstraint("office_id", "problem_id", name=op.f("uq_task_office_id_problem_id")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_newest", ["office_id", "unit_id", "id"], unique=False)
        batch_op.create_index("ix_task_next", ["office_id", "next_due_at"], unique=False)
        batch_op.create_index(
            "ix_task_late",
            ["office_id", "id"],
            unique=False,
            sqlite_where=sa.text("late_days > 0 OR stage IN ('assigned', 'reported', 'returned')"),
            postgresql_where=sa.text("late_days > 0 OR stage IN ('assigned', 'reported', 'returned')"),
        )
        batch_op.create_index(
            "ix_task_problem",
            ["office_id", "problem_id"],
            unique=False,
            sqlite_where=sa.text("problem_id IS NOT NULL AND stage NOT IN ('aggregated', 'waived')"),
            postgresql_where=sa.text("problem_id IS NOT NULL AND stage NOT IN ('aggregated', 'waived')"),
        )
        batch_op.create_index("ix_task_clause", ["office_id", "clause_id"], unique=False)
        batch_op.create_index("ix_task_state", ["office_id", "state", "id"], unique=False)
        batch_op.create_index("ix_task_unit", ["office_id", "unit_id", "period_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("found", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("visited_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "problem_id"], ["problem.office_id", "problem.id"], name=op.f("fk_visit_problem_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_visit_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_problem", ["office_id", "problem_id"], unique=False)

    op.create_table(
        "copy",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_copy_person_id")
        ),
        sa.ForeignKeyConstraint(["office_id", "task_id"], ["task.office_id", "task.id"], name=op.f("fk_copy_task_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_copy_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_copy")),
        sa.UniqueConstraint("office_id", "task_id", "person_id", name=op.f("uq_copy_office_id_task_id_person_id")),
    )
    op.create_table(
        "report_draft",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_report_draft_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "task_id"], ["task.office_id", "task.id"], name=op.f("fk_report_draft_task_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_report_draft_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_report_draft")),
        sa.UniqueConstraint(
            "office_id", "task_id", "person_id", name=op.f("uq_report_draft_office_id_task_id_person_id")
        ),
    )
    op.create_table(
        "reading",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_reading_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "task_id"], ["task.office_id", "task.id"], name=op.f("fk_reading_task_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_reading_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_reading")),
        sa.UniqueConstraint(
            "office_id",
            "task_id",
            "person_id",
            "entered_at",
            name=op.f("uq_reading_office_id_task_id_person_id_entered_at"),
        ),
        postgresql_partition_by=partitions.BY_OFFICE,
    )
    op.create_table(
        "reminder",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("due_revision", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=48), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "task_id"], ["task.office_id", "task.id"], name=op.f("fk_reminder_task_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "office_id",
            "task_id",
            "round",
            "due_revision",
            "rule",
            name=op.f("uq_reminder_office_id_task_id_round_due_revision_rule"),
        ),
        postgresql_partition_by=partitions.BY_OFFICE,
    )
    op.create_table(
        "report",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("progress", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("no_progress", sa.Boolean(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("problems", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("next_steps", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=False),
        sa.Column("acting_for", sa.Integer(), nullable=True),
        sa.Column("filed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("content_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "task_id"], ["task.office_id", "task.id"], name=op.f("fk_report_task_id")
        ),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_report")),
        sa.UniqueConstraint("office_id", "task_id", "number", name=op.f("uq_report_office_id_task_id_number")),
    )
    op.create_table(
        "request",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("progress", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("wanted_due_on", sa.Date(), nullable=True),
        sa.Column("wanted_unit_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decision_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("granted_due_on", sa.Date(), nullable=True),
        sa.Column("granted_unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "task_id"], ["task.office_id", "task.id"], name=op.f("fk_request_task_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_request_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_request")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index("ix_request_decision", ["office_id", "decision", "id"], unique=False)
        batch_op.create_index("ix_request_task", ["office_id", "task_id"], unique=False)

    op.create_table(
        "seat",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=48), nullable=False),
        sa.Column("sitting", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id", "person_id"], ["person.office_id", "person.id"], name=op.f("fk_seat_person_id")
        ),
        sa.ForeignKeyConstraint(["office_id", "task_id"], ["task.office_id", "task.id"], name=op.f("fk_seat_task_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_seat_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_seat")),
        sa.UniqueConstraint(
            "office_id",
            "task_id",
            "round",
            "state",
            "sitting",
            "position",
            name=op.f("uq_seat_office_id_task_id_round_state_sitting_position"),
        ),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index("ix_seat_task", ["office_id", "task_id"], unique=False)

    op.create_table(
        "phrase",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("written_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_phrase_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_phrase")),
    )
    op.create_table(
        "template",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("installed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("installed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_template_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_template")),
    )
    with op.batch_alter_table("template", schema=None) as batch_op:
        batch_op.create_index("ix_template_name", ["office_id", "name"], unique=False)

    op.create_table(
        "template_failure",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("failed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_template_failure_")),
        sa.ForeignKeyConstraint(
            ["office_id", "template_id"],
            ["template.office_id", "template.id"],
            name=op.f("fk_template_failure_template_id"),
        ),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_template_failure")),
        sa.UniqueConstraint("office_id", "template_id", name=op.f("uq_template_failure_office_id_template_id")),
    )
    op.create_table(
        "peer",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("public_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("added_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("added_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ended_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["office_id", "unit_id"], ["unit.office_id", "unit.id"], name=op.f("fk_peer_unit_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_peer_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_peer")),
    )
    op.create_index("ix_peer_key", "peer", ["office_id", "key"], unique=False)
    op.create_table(
        "parcel",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("peer_id", sa.Integer(), nullable=False),
        sa.Column("inward", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.String(length=64), nullable=False),
        sa.Column("statement", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("signature", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("period_id", sa.Integer(), nullable=True),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id", "peer_id"], ["peer.office_id", "peer.id"], name=op.f("fk_parcel_peer_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "notice_id"], ["notice.office_id", "notice.id"], name=op.f("fk_parcel_notice_id")
        ),
        sa.ForeignKeyConstraint(
            ["office_id", "period_id"], ["period.office_id", "period.id"], name=op.f("fk_parcel_period_id")
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_parcel_")),
        sa.PrimaryKeyConstraint("office_id", "id", name=op.f("pk_parcel")),
        sa.UniqueConstraint("office_id", "sha256", name=op.f("uq_parcel_office_id_sha256")),
    )
    op.create_index("ix_parcel_peer", "parcel", ["office_id", "peer_id", "kind"], unique=False)
    op.create_index("ix_parcel_content", "parcel", ["office_id", "content_sha256"], unique=False)
    partitions.install(op.get_bind())
    guardrails.install(op.get_bind())
    message_tasks.install(op.get_bind())
    statistics.install(op.get_bind())

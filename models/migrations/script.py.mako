"""${message}

A released migration is never edited: databases out there have run it. Write the next one.
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
#: the oldest revision whose program may go on working beside this one: the one before where this one only adds
serves = ${repr(up_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward."""
    ${upgrades if upgrades else "pass"}

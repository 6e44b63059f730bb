"""Alembic's entry: runs on the connection that ``models.schema`` hands over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from models import tables as t
from models.rows import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
    # in the transaction of the steps: which older programs may go on beside this one (decision 0056)
    taken = context.script.walk_revisions("base", str(context.get_revision_argument()))
    connection.execute(sa.delete(t.serving))
    connection.execute(sa.insert(t.serving).values(oldest=max(step.module.serves for step in taken)))

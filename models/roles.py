"""The program's own role on a PostgreSQL server: it works with the rows and owns no table.

What guards the history are triggers, and the owner of a table can switch its triggers off. Whoever merely works on the
office therefore comes as another role, to which the server itself refuses to change what is written once, to take away
what is kept, and to touch any table's form. The owner comes for ``duban init``, ``duban upgrade`` and ``duban move``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import exc

from models import copying
from models import tables as t
from models.errors import EnvironmentRefused
from models.guardrails import FROZEN, KEPT
from models.language import _

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from models.database import Database

#: what only the owner of a table, or a superuser, may do with what nobody changes
_TOO_MUCH: Final = sa.text("SELECT has_table_privilege(current_user, 'event', 'UPDATE, DELETE, TRUNCATE, TRIGGER')")


def statements(role: str) -> list[str]:
    """What makes a role the program's, to be run by the owner of the tables; run again they change nothing."""
    named = '"' + role.replace('"', '""') + '"'
    plain = role.replace("'", "''")
    made = [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{plain}')"
        f" THEN CREATE ROLE {named} LOGIN; END IF; END $$",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {named}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {named}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {named}",
    ]
    made += [
        f'GRANT {", ".join(verbs)} ON "{table}" TO {named}'
        for table in sorted(set(t.metadata.tables) - copying.GLOBAL)
        if (verbs := _verbs(table))
    ]
    # the queue of work is made by its own schema, whose names this program does not keep
    made.append(
        "DO $$ DECLARE one text; BEGIN FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'"  # noqa: S608 - names are quoted
        " AND tablename LIKE 'procrastinate\\_%' LOOP"
        f" EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', one, '{plain}'); END LOOP; END $$"
    )
    made.append(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {named}")
    return made


def _verbs(table: str) -> list[str]:
    """What the program does with a table beside reading it."""
    if table in FROZEN:
        return ["INSERT"]
    return ["INSERT", "UPDATE"] if table in KEPT else ["INSERT", "UPDATE", "DELETE"]


def grant(database: Database, role: str) -> None:
    """Make a role the program's; E-B49 where this one may not."""
    try:
        with database.engine.begin() as connection:
            for statement in statements(role):
                connection.exec_driver_sql(statement.replace("%", "%%"))
    except exc.ProgrammingError as error:
        raise EnvironmentRefused(
            "E-B49",
            _("The role {role} could not be given its rights.").format(role=role),
            remedy=_("Come as the owner of the tables, or hand these to who may: duban upgrade --roles"),
        ) from error


def may_too_much(connection: Connection) -> bool:
    """Whether who is connected to a server could change the history there: the owner, or a superuser."""
    return connection.dialect.name != "sqlite" and bool(connection.scalar(_TOO_MUCH))

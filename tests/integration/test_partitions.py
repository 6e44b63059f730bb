"""From 16 parts to more, as decision 0058 says it: no row is lost, and the parts made are guarded as the others."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from kit.server import empty_database, needs_server
from models import partitions
from models.database import Database
from models.schema import migrate

pytestmark = needs_server
PAGE = Path(__file__).parents[2] / "docs" / "decisions" / "0058-large-tables-lie-in-parts-by-office.md"
RECIPE = PAGE.read_text("utf-8").split("```sql\n")[1].split("```")[0]
OFFICES = (
    "INSERT INTO office (id, name, short_name, recipient, four_eyes, channel, algorithm, epoch, created_at)"
    " SELECT n, '', '', '', true, '', '', 1, now() FROM generate_series(1, 200) n"
)
EVENTS = (
    "INSERT INTO event (office_id, seq, at, actor, actor_name, acting_for, role, unit, source, action, object_type,"
    " object_id, version, from_state, to_state, result, reason, detail, operation_id, algorithm, prev_hash, hash)"
    " SELECT n, 1, now(), '', '', '', '', '', '', '', '', 0, 1, '', '', '', '', '{}', '', '', '', ''"
    " FROM generate_series(1, 200) n"
)
COUNTED = sa.text("SELECT tableoid::regclass::text, count(*) FROM event GROUP BY 1")


def test_a_part_is_divided_as_the_page_says() -> None:
    every = partitions.COUNT
    with empty_database("parts") as url, mock.patch.object(partitions, "COUNT", every):
        database = Database(url)
        migrate(database)
        with database.write(1) as connection:
            connection.exec_driver_sql(OFFICES)
            connection.exec_driver_sql(EVENTS)
            before = dict(map(tuple, connection.execute(COUNTED)))
            for statement in filter(str.strip, RECIPE.split(";")):
                connection.exec_driver_sql(statement)
            after = dict(map(tuple, connection.execute(COUNTED)))
        assert len(before) == every
        assert after.pop("event_p03") + after.pop("event_p19") == before.pop("event_p03")
        assert after == before
        for part in ("event", "event_p03", "event_p19"):
            with pytest.raises(exc.DBAPIError, match="kept as it was written"), database.write(1) as connection:
                connection.exec_driver_sql(f"DELETE FROM {part}")
        database.close()

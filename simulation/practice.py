"""An office to practise in: a rehearsed month that stops on a day, with everybody's account open to one password.

Only ever a rehearsal's own fresh database: the password is printed, and the clock stands where the month stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from models import tables as t
from models.settings import FILE_NAME
from simulation.scene import OFFICE_ID
from workflow.passwords import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from simulation.scene import Scene

PASSWORD: Final = "Practice-2022"  # noqa: S105 - printed on the screen: it opens rehearsals only


def open_to_all(scene: Scene, until: datetime) -> None:
    """Write the settings of a rehearsal whose clock stands at ``until``, and give everybody the password."""
    text = f'office = {OFFICE_ID}\nrehearsal = true\nrehearsal_now = "{until.isoformat()}"\n'
    (scene.out / FILE_NAME).write_text(text, encoding="utf-8")
    password = hashed(PASSWORD)
    with scene.database.write(OFFICE_ID) as connection:
        connection.execute(
            sa.update(t.person).where(t.person.c.office_id == OFFICE_ID).values(password_hash=password, code_hash="")
        )

"""One-time codes: what the first login, or the one after a forgotten password, is proved with."""

from __future__ import annotations

import secrets
from typing import Final

#: no letter or digit that could be taken for another
_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def new_code() -> str:
    """A fresh code that can be read out on the telephone; drawn by the system's own source of chance."""
    return "-".join("".join(secrets.choice(_LETTERS) for _place in range(4)) for _part in range(3))

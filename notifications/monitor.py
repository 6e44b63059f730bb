"""The sign of life for a monitor outside: one GET; its address is a secret, as every monitor's is."""

from __future__ import annotations

from typing import Final

import httpx2

from models.errors import EnvironmentRefused
from models.language import _
from notifications.channels.wall import WallLimit

#: for one read, and for all of it: a monitor that drips would keep the loop, and the sign would be late for nothing
TIMEOUT_SECONDS: Final = 10
WALL_SECONDS: Final = 30


def ping(address: str, wall_seconds: float = WALL_SECONDS) -> None:
    """Give the sign; E-M04 where the monitor did not take it. What it answers beyond its status is not read."""
    limit = WallLimit(wall_seconds)
    try:
        with (
            limit,
            httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("GET", address, extensions={"trace": limit.trace}) as answer,
        ):
            status = answer.status_code
    except (
        httpx2.HTTPError,
        httpx2.InvalidURL,
    ) as error:  # the library's own words would write the address into the log
        raise EnvironmentRefused("E-M04", _("The monitor cannot be reached."), where=type(error).__name__) from None
    if not httpx2.codes.is_success(status):
        raise EnvironmentRefused("E-M04", _("The monitor answered with status {status}.").format(status=status))

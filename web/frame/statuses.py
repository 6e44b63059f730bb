"""Which HTTP status a refusal has."""

from __future__ import annotations

from typing import Final

from models.errors import BadInput, Conflict, Denied, DubanError, EnvironmentRefused, NotFound, UsageRefused

_STATUS: Final[tuple[tuple[type[DubanError], int], ...]] = (
    (Denied, 403),
    (Conflict, 409),
    (NotFound, 404),
    (EnvironmentRefused, 503),
    (UsageRefused, 400),
    (BadInput, 422),
)
NOT_LOGGED_IN: Final = "E-A04"


def status_of(refusal: DubanError) -> int:
    """The HTTP status of a refusal: 401 not logged in, 403 denied, 404 not there or not yours, 409 somebody acted first
    or a rule forbids it now, 422 a value that cannot be taken, 503 the machine is in the way.
    """
    if refusal.code == NOT_LOGGED_IN:
        return 401
    return next((status for kind, status in _STATUS if isinstance(refusal, kind)), 409)

"""For a monitor: what the office and this machine count, behind a token of its own."""

from __future__ import annotations

import secrets

from fastapi import APIRouter
from fastapi.responses import Response

from deeds.monitoring import figures
from web.frame.addresses import no_page
from web.frame.desk import Open

router = APIRouter()


@router.get("/metrics")
def metrics(desk: Open) -> Response:
    """In the text format of Prometheus; without the token the address is not there for anybody."""
    token, meter = desk.settings.metrics_token.get_secret_value(), desk.site.meter
    told = desk.request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or meter is None or not secrets.compare_digest(told.encode(), token.encode()):
        raise no_page(desk.request)
    text = meter.text(figures(desk, desk.site.prover.last), desk.office_id, desk.settings.node_name)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

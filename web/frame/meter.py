"""What a running desk counts of itself, and how a monitor is told: the text format of Prometheus.

Only where the settings name a token for it (``metrics_token``); without one nothing is counted and nothing is told.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily

from models.language import _, speaking

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from workflow.gauges import Gauge

#: a clerk waits: from at once to a scan that is read
SECONDS: Final = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
#: the address of what was not found is the caller's invention, and no label
_NOWHERE: Final = "–"


class Meter:
    """The counts of one running desk."""

    def __init__(self, language: str) -> None:
        """Nothing counted yet; explained in the office's language, as its other figures are."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        names = ("method", "route")
        with speaking(language):
            requests, seconds = _("Requests answered, by status."), _("How long they took.")
        self.requests = Counter("duban_requests", requests, (*names, "status"), registry=self.registry)
        self.seconds = Histogram("duban_request_seconds", seconds, names, buckets=SECONDS, registry=self.registry)

    def text(self, gauges: Sequence[Gauge], office_id: int, node: str) -> bytes:
        """Everything, as a monitor reads it."""
        told = CollectorRegistry()
        told.register(_Office(gauges, str(office_id), node))
        return generate_latest(self.registry) + generate_latest(told)


class _Office:
    """The figures of the office as one reading of them."""

    def __init__(self, gauges: Sequence[Gauge], office: str, node: str) -> None:
        self._gauges, self._office, self._node = gauges, office, node

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Each with its office, its node and its own label."""
        for gauge in self._gauges:
            labels = ["office", "node", *([gauge.label] if gauge.label else [])]
            family = GaugeMetricFamily(f"duban_{gauge.name}", gauge.said, labels=labels)
            for value, figure in gauge.values.items():
                family.add_metric([self._office, self._node, *([value] if gauge.label else [])], figure)
            yield family


class Metering:
    """Counts each answer by its route, never by the address that was typed."""

    def __init__(self, app: ASGIApp, *, meter: Meter) -> None:
        """Around everything else."""
        self._app, self._meter = app, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", _NOWHERE)
            method = scope["method"] if route != _NOWHERE else _NOWHERE
            self._meter.requests.labels(method, route, str(status)).inc()
            self._meter.seconds.labels(method, route).observe(time.monotonic() - began)

"""Metrics name routes by template and outcomes by code, never by what a caller sent; one registry a process.

Counters and the histogram are written as requests pass (`infra.api.access`, `infra.api.submissions`); gauges are set
from the database when `/metrics` is read. Reference: `docs/reference/metrics-and-health.md`.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The instruments of one API process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("tamga_http_requests", "Requests", ["method", "route", "status"], registry=registry)
        self.seconds = Histogram(
            "tamga_http_request_seconds",
            "Latency of requests",
            ["method", "route"],
            registry=registry,
            buckets=_SECONDS,
        )
        self.outcomes = Counter(
            "tamga_submission_outcomes", "Answers to POST /v1/submissions", ["outcome", "code"], registry=registry
        )
        self.event_streams = Gauge("tamga_event_streams", "Event streams that are open", registry=registry)
        self.database_up = Gauge("tamga_database_up", "1 while PostgreSQL answers", registry=registry)
        self.kafka_up = Gauge("tamga_kafka_up", "1 while Kafka answers", registry=registry)
        self.head = Gauge("tamga_ledger_position", "Position of the last entry", ["partition"], registry=registry)
        self.void = Gauge(
            "tamga_void_entries", "Records of the ledger topic that are void", ["partition"], registry=registry
        )
        self.unjudged = Gauge("tamga_submissions_lag", "Submissions not judged yet", ["partition"], registry=registry)
        self.view_lag = Gauge("tamga_view_lag", "Entries not in the view yet", ["view", "partition"], registry=registry)
        self.view_stalled = Gauge(
            "tamga_view_stalled_seconds",
            "Seconds for which a view that is behind has not moved",
            ["view", "partition"],
            registry=registry,
        )
        self.parked_cases = Gauge("tamga_parked_cases", "Cases that stand still in a view", ["view"], registry=registry)
        self.parked = Gauge("tamga_parked_entries", "Entries that a view could not fold", registry=registry)
        self.feed_lag = Gauge(
            "tamga_feed_lag", "Entries in the views that the feeds have not told yet", ["partition"], registry=registry
        )
        self.webhooks = Gauge("tamga_webhooks", "Webhooks by state", ["state"], registry=registry)
        self.webhooks_failing = Gauge(
            "tamga_webhooks_failing", "Active webhooks whose last try nobody took", registry=registry
        )
        self.dead_letters = Gauge(
            "tamga_webhook_dead_letters", "Messages of webhooks that nobody took", registry=registry
        )
        self.clock_due = Gauge("tamga_clock_due", "Due submissions of the clock not on record yet", registry=registry)
        self.process_ready = Gauge(
            "tamga_process_ready", "1 while the process is ready and heard of", ["name", "role"], registry=registry
        )

    def clear_gauges(self) -> None:
        """Forget labelled gauges: what has gone must not stand still at its last value."""
        for gauge in (
            *(self.head, self.void, self.unjudged, self.view_lag, self.view_stalled, self.feed_lag),
            *(self.webhooks, self.parked_cases, self.process_ready),
        ):
            gauge.clear()

    def text(self) -> bytes:
        """The exposition that Prometheus reads."""
        return generate_latest(self.registry)

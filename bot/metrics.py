"""What is counted, and how it is told to Prometheus (`GET /metrics`).

One `Metrics` per process, with a registry of its own, so that two can live in one test. Labels have
few values: kinds, outcomes, connectors; never a person, a request or a text. Figures that only the
database knows (what is due, what is parked) are set by whoever has just looked.
"""

from collections.abc import Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

ACK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Seconds; at the last one Slack gives up and shows the person an error."""
CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
DATABASE_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)

OTHER = "other"
_KINDS = frozenset(
    {
        "block_actions",
        "block_suggestion",
        "event_callback",
        "message_action",
        "shortcut",
        "view_closed",
        "view_submission",
    }
)


def request_kind(body: Mapping[str, object]) -> str:
    """What Slack sent: `command`, an event by `event_callback`, or the interaction's own type."""
    if "command" in body:
        return "command"
    kind = body.get("type")
    return kind if isinstance(kind, str) and kind in _KINDS else OTHER


class Metrics:
    """Every figure of a process. Durations are seconds."""

    def __init__(self) -> None:
        """All at nothing."""
        # Each counter would come with a second series that nobody looks at.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._of_slack()
        self._of_work()
        self._of_database()

    def _of_slack(self) -> None:
        self._requests = Counter(
            "usher_slack_requests",
            "What Slack sent, by kind and by what became of it",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self._ack = Histogram(
            "usher_slack_ack_seconds",
            "From Slack's request until our acknowledgement",
            ["kind"],
            buckets=ACK_BUCKETS,
            registry=self.registry,
        )
        self._sent = Counter(
            "usher_messages_sent",
            "Cards and notices shown, by kind",
            ["kind"],
            registry=self.registry,
        )
        self._failed = Counter(
            "usher_messages_failed", "Attempts to show one that failed", registry=self.registry
        )
        self._connected = Gauge(
            "usher_slack_connected",
            "1 while Slack can reach us over Socket Mode",
            registry=self.registry,
        )

    def _of_work(self) -> None:
        self._deliveries = Counter(
            "usher_deliveries",
            "Grants and removals at target systems, by connector and outcome",
            ["connector", "outcome"],
            registry=self.registry,
        )
        self._delivery_seconds = Histogram(
            "usher_delivery_seconds",
            "How long a target system took",
            ["connector"],
            buckets=CALL_BUCKETS,
            registry=self.registry,
        )
        self._wakes = Counter(
            "usher_wakes",
            "Requests, assignments and reviews looked at because their moment had come",
            registry=self.registry,
        )
        self._jobs = Counter(
            "usher_jobs", "Recurring jobs, by outcome", ["job", "outcome"], registry=self.registry
        )

    def _of_database(self) -> None:
        self._due = Gauge(
            "usher_lanes_due",
            "Conversations and target systems with work waiting now",
            registry=self.registry,
        )
        self._oldest = Gauge(
            "usher_oldest_lane_seconds",
            "How long the one that waits longest has waited",
            registry=self.registry,
        )
        self._parked = Gauge(
            "usher_parked_rows",
            "What failed ten times and waits for a person",
            registry=self.registry,
        )
        self._database = Histogram(
            "usher_database_seconds",
            "How long a transaction took, waiting included",
            ["kind"],
            buckets=DATABASE_BUCKETS,
            registry=self.registry,
        )

    def request_handled(self, kind: str, outcome: str) -> None:
        """Slack sent something; outcome is `ok`, `unhandled`, `refused` or `failed`."""
        self._requests.labels(kind=kind, outcome=outcome).inc()

    def observe_ack(self, kind: str, seconds: float) -> None:
        """How long it took to acknowledge."""
        self._ack.labels(kind=kind).observe(seconds)

    def message_sent(self, kind: str) -> None:
        """A card or notice is there."""
        self._sent.labels(kind=kind).inc()

    def message_failed(self) -> None:
        """A card or notice is not; it is tried again."""
        self._failed.inc()

    def slack_connected(self, connected: bool) -> None:
        """Whether Socket Mode has a connection."""
        self._connected.set(connected)

    def delivery(self, connector: str, outcome: str, seconds: float | None = None) -> None:
        """A target system was asked; outcome is `granted`, `removed`, `retry`, `refused`..."""
        self._deliveries.labels(connector=connector, outcome=outcome).inc()
        if seconds is not None:
            self._delivery_seconds.labels(connector=connector).observe(seconds)

    def woken(self, count: int) -> None:
        """So many rows were looked at because their moment had come."""
        self._wakes.inc(count)

    def job(self, name: str, outcome: str) -> None:
        """A recurring job ran; outcome is `ok`, `failed`, or `not yet`: it is tried again."""
        self._jobs.labels(job=name, outcome=outcome).inc()

    def lanes(self, due: int, oldest_seconds: float) -> None:
        """What waits now, and for how long at most."""
        self._due.set(due)
        self._oldest.set(oldest_seconds)

    def parked(self, count: int) -> None:
        """What waits for a person."""
        self._parked.set(count)

    def observe_database(self, kind: str, seconds: float) -> None:
        """A transaction, `read` or `write`, took so long."""
        self._database.labels(kind=kind).observe(seconds)

    def render(self) -> bytes:
        """Prometheus text, for `CONTENT_TYPE`."""
        return generate_latest(self.registry)

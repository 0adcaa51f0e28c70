"""What is counted comes out as Prometheus text."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics, request_kind


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"command": "/access", "text": ""}, "command"),
        ({"type": "block_actions"}, "block_actions"),
        ({"type": "block_suggestion"}, "block_suggestion"),
        ({"type": "view_submission"}, "view_submission"),
        ({"type": "view_closed"}, "view_closed"),
        ({"type": "event_callback", "event": {"type": "team_join"}}, "event_callback"),
        ({"type": "something new" * 100}, "other"),
        ({"type": ["block_actions"]}, "other"),
        ({}, "other"),
    ],
)
def test_a_request_is_of_one_of_a_few_kinds(body: dict[str, object], kind: str) -> None:
    """A label with endless values would fill the collector's memory."""
    assert request_kind(body) == kind


def test_everything_counted_is_told() -> None:
    """One call of each kind, and its figure."""
    metrics = Metrics()
    metrics.request_handled("command", "ok")
    metrics.observe_ack("command", 0.02)
    metrics.message_sent("approval")
    metrics.message_failed()
    metrics.slack_connected(True)
    metrics.delivery("manual", "granted", 0.5)
    metrics.delivery("manual", "retry")
    metrics.woken(3)
    metrics.job("directory", "ok")
    metrics.lanes(2, 1.5)
    metrics.parked(1)
    metrics.observe_database("write", 0.003)
    told = samples(metrics)

    assert told[("usher_slack_requests_total", (("kind", "command"), ("outcome", "ok")))] == 1
    assert told[("usher_slack_ack_seconds_bucket", (("kind", "command"), ("le", "0.01")))] == 0
    assert told[("usher_slack_ack_seconds_bucket", (("kind", "command"), ("le", "0.025")))] == 1
    assert told[("usher_messages_sent_total", (("kind", "approval"),))] == 1
    assert told[("usher_messages_failed_total", ())] == 1
    assert told[("usher_slack_connected", ())] == 1
    assert told[("usher_deliveries_total", (("connector", "manual"), ("outcome", "retry")))] == 1
    assert told[("usher_delivery_seconds_count", (("connector", "manual"),))] == 1
    assert told[("usher_wakes_total", ())] == 3
    assert told[("usher_jobs_total", (("job", "directory"), ("outcome", "ok")))] == 1
    assert told[("usher_lanes_due", ())] == 2
    assert told[("usher_oldest_lane_seconds", ())] == 1.5
    assert told[("usher_parked_rows", ())] == 1
    assert told[("usher_database_seconds_sum", (("kind", "write"),))] == 0.003


def test_two_processes_in_one_test_count_apart() -> None:
    """Nothing is registered for the whole interpreter."""
    one, other = Metrics(), Metrics()
    one.woken(1)

    assert samples(one)[("usher_wakes_total", ())] == 1
    assert samples(other)[("usher_wakes_total", ())] == 0

"""Connectors by name: the built-in ones, and those of installed packages, checked when made."""

from collections.abc import AsyncIterator
from importlib.metadata import EntryPoint

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from connectors import registry
from connectors.manual import Manual
from connectors.registry import Connections, ConnectorFaults, build, known_connectors, shape_faults
from connectors.slack_channel import SlackChannel
from connectors.slack_usergroup import SlackUsergroup
from engine.application.connectors import Connector, Hold, Target

CLIENT = AsyncWebClient()
HERE = __name__


class Careless(Manual):
    """A connector whose author forgot to be asynchronous."""

    serial = "no"  # type: ignore[assignment]

    def grant(self, target: Target, account: str) -> Hold:  # type: ignore[override]
        """Answer at once, as no connector may."""
        return Hold(account=f"{target.id}{account}")

    async def holds(self, target: Target) -> AsyncIterator[Hold]:  # type: ignore[override]
        """Return a list of nobody instead of yielding."""
        raise LookupError(target.id)

    def last_uses(self, target: Target) -> list[str]:
        """Have the optional part, and have it wrong."""
        return [target.id]


class Settled(Manual):
    """A third-party connector that kept what it was given."""

    def __init__(self, connections: Connections) -> None:
        """Keep it."""
        self.connections = connections


def build_good(connections: Connections) -> Connector:
    """A factory as it should be."""
    return Settled(connections)


def build_careless(_connections: Connections) -> object:
    """A factory of a connector that is not one."""
    return Careless()


def build_failing(_connections: Connections) -> Connector:
    """A factory that lacks its settings."""
    raise KeyError("BADGE_TOKEN")


NOT_A_FACTORY = "text"


def entry(name: str, value: str) -> EntryPoint:
    """What an installed package declares."""
    return EntryPoint(name=name, value=value, group=registry.ENTRY_POINT_GROUP)


def faults(name: str, *found: EntryPoint) -> str:
    """Why the connector of this name cannot be made."""
    with pytest.raises(ConnectorFaults) as caught:
        build(name, CLIENT, found=found)
    return " ".join(caught.value.faults)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("manual", Manual), ("slack_usergroup", SlackUsergroup), ("slack_channel", SlackChannel)],
)
def test_built_in_connectors_are_made_by_name(name: str, kind: type) -> None:
    """And they have the shape that is asked of others."""
    connector = build(name, CLIENT)

    assert isinstance(connector, kind)
    assert shape_faults(name, connector) == ()


def test_only_the_user_group_is_changed_one_at_a_time() -> None:
    """Its list is replaced as a whole."""
    serial = {name: build(name, CLIENT).serial for name in known_connectors(())}

    assert serial == {"manual": False, "slack_channel": False, "slack_usergroup": True}


def test_an_installed_connector_gets_the_connections() -> None:
    """Usher's client, the workspace of an organization, and the environment."""
    connector = build(
        "badges",
        CLIENT,
        team_id="T1",
        environment={"BADGE_TOKEN": "x"},
        found=[entry("badges", f"{HERE}:build_good")],
    )

    assert isinstance(connector, Settled)
    assert connector.connections.slack is CLIENT
    assert connector.connections.team_id == "T1"
    assert connector.connections.environment == {"BADGE_TOKEN": "x"}


def test_installed_connectors_are_known_without_being_loaded() -> None:
    """A broken package stops nobody who does not use it."""
    found = [entry("broken", "no_such_module_at_all:build")]

    assert known_connectors(found) == ("broken", "manual", "slack_channel", "slack_usergroup")
    assert isinstance(build("manual", CLIENT, found=found), Manual)


def test_a_connector_of_the_wrong_shape_is_refused_with_every_fault() -> None:
    """At start, not in the middle of somebody's request."""
    said = faults("badges", entry("badges", f"{HERE}:build_careless"))

    assert "`async def grant`" in said
    assert "`async def holds` with a `yield`" in said
    assert "`async def last_uses` with a `yield`" in said
    assert "`serial`" in said
    assert "`async def revoke`" not in said


def test_an_unknown_name_says_what_there_is() -> None:
    """A typing mistake in the configuration."""
    said = faults("slack_user_group")

    assert "There is no connector slack_user_group." in said
    assert "slack_usergroup" in said


def test_a_built_in_name_cannot_be_taken() -> None:
    """A package must not put itself in front of Slack."""
    said = faults("slack_channel", entry("slack_channel", f"{HERE}:build_good"))

    assert "which Usher has itself" in said


def test_a_name_declared_twice_is_refused() -> None:
    """Which one was meant cannot be told."""
    said = faults("x", entry("x", f"{HERE}:build_good"), entry("x", f"{HERE}:build_careless"))

    assert "is declared by" in said
    assert "Keep one." in said


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("no_such_module_at_all:build", "could not be loaded: ModuleNotFoundError"),
        (f"{HERE}:no_such_function", "could not be loaded: AttributeError"),
        (f"{HERE}:NOT_A_FACTORY", "is not a factory"),
        (f"{HERE}:build_failing", "could not be made: KeyError: 'BADGE_TOKEN'"),
    ],
)
def test_a_factory_that_fails_is_told(value: str, fault: str) -> None:
    """With the reason of whoever wrote it."""
    assert fault in faults("badges", entry("badges", value))

"""Which connectors there are, by the names that configuration files use.

Three are built in. Any other comes from an installed package that declares, in its project file,

    [project.entry-points."usher.connectors"]
    badge_system = "badges.usher:build"

where `build` takes `Connections` and gives a connector. Only the connectors that are asked for are
loaded, so a broken package stops nobody who does not use it. What was built is checked at once:
a method that forgot to be asynchronous would otherwise fail in the middle of somebody's request.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Protocol, cast

from slack_sdk.web.async_client import AsyncWebClient

from connectors.manual import Manual
from connectors.slack_channel import SlackChannel
from connectors.slack_usergroup import SlackUsergroup
from engine.application.connectors import Connector

ENTRY_POINT_GROUP = "usher.connectors"

_COROUTINES = ("find", "grant", "revoke", "check")
_GENERATOR = "holds"
_OPTIONAL = "last_uses"
"""Only some have it; who has it, has it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """What a connector may use to reach its system."""

    slack: AsyncWebClient
    """Usher's own client, shared; a connector never closes it."""
    team_id: str | None = None
    """The workspace, only when the app is installed for a whole organization."""
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The process's environment: where a connector finds its secrets, by names it documents."""


class Factory(Protocol):
    """What an entry point names."""

    def __call__(self, connections: Connections, /) -> Connector:
        """Make the connector, without any call over the network."""
        ...


class ConnectorFaults(Exception):
    """A connector that cannot be used. Each fault is a sentence for administrators."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Keep the sentences."""
        super().__init__(" ".join(faults))
        self.faults = tuple(faults)


def _manual(_connections: Connections) -> Connector:
    return Manual()


def _slack_usergroup(connections: Connections) -> Connector:
    return SlackUsergroup(connections.slack, team_id=connections.team_id)


def _slack_channel(connections: Connections) -> Connector:
    return SlackChannel(connections.slack)


BUILT_IN: Mapping[str, Factory] = MappingProxyType(
    {"manual": _manual, "slack_usergroup": _slack_usergroup, "slack_channel": _slack_channel}
)


@cache
def installed() -> tuple[EntryPoint, ...]:
    """The connectors that installed packages declare, not loaded yet; looked for once."""
    return tuple(entry_points(group=ENTRY_POINT_GROUP))


def known_connectors(found: Sequence[EntryPoint] | None = None) -> tuple[str, ...]:
    """The names a configuration may use, in alphabetical order; nothing is loaded."""
    declared = installed() if found is None else found
    return tuple(sorted({*BUILT_IN, *(one.name for one in declared)}))


def build(
    name: str,
    client: AsyncWebClient,
    *,
    team_id: str | None = None,
    environment: Mapping[str, str] | None = None,
    found: Sequence[EntryPoint] | None = None,
) -> Connector:
    """Make the connector of this name, checked.

    Raises `ConnectorFaults` with everything that is wrong: an unknown name, a name declared twice
    or taken from a built-in connector, a factory that cannot be loaded or fails, or a connector
    that does not have the shape of the contract. `found` replaces the installed packages.
    """
    factory = _factory(name, installed() if found is None else found)
    connections = Connections(slack=client, team_id=team_id, environment=environment or {})
    try:
        connector: object = factory(connections)
    except Exception as error:
        raise ConnectorFaults(
            [f"The connector {name} could not be made: {type(error).__name__}: {error}."]
        ) from error
    faults = shape_faults(name, connector)
    if faults:
        raise ConnectorFaults(faults)
    return cast("Connector", connector)


def shape_faults(name: str, connector: object) -> tuple[str, ...]:
    """What keeps an object from being a connector, one sentence each.

    Signatures are left to type checkers; here only what would fail late and far away is checked.
    """
    faults = [
        f"The connector {name} needs `async def {method}`."
        for method in _COROUTINES
        if not _is(inspect.iscoroutinefunction, connector, method)
    ]
    if not _is(inspect.isasyncgenfunction, connector, _GENERATOR):
        faults.append(f"The connector {name} needs `async def {_GENERATOR}` with a `yield` in it.")
    if hasattr(connector, _OPTIONAL) and not _is(inspect.isasyncgenfunction, connector, _OPTIONAL):
        faults.append(f"The connector {name} needs `async def {_OPTIONAL}` with a `yield` in it.")
    if not isinstance(getattr(connector, "serial", None), bool):
        faults.append(f"The connector {name} needs an attribute `serial` that is True or False.")
    return tuple(faults)


def _is(kind: Callable[[object], bool], connector: object, name: str) -> bool:
    return kind(getattr(connector, name, None))


def _factory(name: str, found: Sequence[EntryPoint]) -> Factory:
    declared = [one for one in found if one.name == name]
    if name in BUILT_IN:
        if declared:
            raise ConnectorFaults(
                [f"{_origin(declared[0])} declares the connector {name}, which Usher has itself."]
            )
        return BUILT_IN[name]
    if not declared:
        names = ", ".join(known_connectors(found))
        raise ConnectorFaults(
            [f"There is no connector {name}. Install the package that has it, or use: {names}."]
        )
    if len(declared) > 1:
        origins = " and ".join(sorted(_origin(one) for one in declared))
        raise ConnectorFaults([f"The connector {name} is declared by {origins}. Keep one."])
    try:
        factory: object = declared[0].load()
    except Exception as error:
        raise ConnectorFaults(
            [f"{_origin(declared[0])} could not be loaded: {type(error).__name__}: {error}."]
        ) from error
    if not callable(factory):
        raise ConnectorFaults([f"{declared[0].value} is not a factory for the connector {name}."])
    return cast("Factory", factory)


def _origin(entry: EntryPoint) -> str:
    return f"the package {entry.dist.name}" if entry.dist is not None else f"`{entry.value}`"

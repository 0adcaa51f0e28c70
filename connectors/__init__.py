"""What really grants and removes access, and where people come from.

Built in are `manual` (a person does it), `slack_usergroup` and `slack_channel`. Others come from
installed packages: a package that declares an entry point in the group `usher.connectors`, with the
connector's name and a factory, adds a connector; see `connectors.registry`. The contract all of
them keep is `engine.application.connectors.Connector`, and `connectors.conformance` tests it.

`SlackDirectory` fills the mirror of the directory from Slack, and `people_csv` completes it from a
file.
"""

from connectors.conformance import NotConforming, conformance
from connectors.registry import (
    ENTRY_POINT_GROUP,
    Connections,
    ConnectorFaults,
    Factory,
    build,
    known_connectors,
)
from connectors.slack_directory import SlackDirectory

__all__ = [
    "ENTRY_POINT_GROUP",
    "Connections",
    "ConnectorFaults",
    "Factory",
    "NotConforming",
    "SlackDirectory",
    "build",
    "conformance",
    "known_connectors",
]

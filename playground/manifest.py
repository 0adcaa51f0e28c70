"""What the app says of itself in its manifest: name, commands, scopes, events.

Only what the workspace acts upon is read; the manifest as a whole is Slack's to validate.
Source: docs.slack.dev, app manifest reference.
"""

from __future__ import annotations

from dataclasses import dataclass

from playground.wire import Json, as_json, as_list, as_text

EVERY_SCOPE = "*"
"""Stands for "all scopes" when an app without a manifest is served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command as declared."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The parts of an app manifest the workspace needs."""

    name: str
    bot_name: str
    commands: tuple[Command, ...] = ()
    scopes: tuple[str, ...] = (EVERY_SCOPE,)
    events: tuple[str, ...] = (EVERY_SCOPE,)
    home_tab: bool = True
    messages_tab: bool = True
    rotates_tokens: bool = False
    unfurl_domains: tuple[str, ...] = ()
    any_command: bool = False
    """Deliver commands nobody declared; for an app served without a manifest."""

    def command(self, name: str) -> Command | None:
        """The declared command of that name, slash included."""
        for one in self.commands:
            if one.command == name:
                return one
        return Command(command=name, should_escape=True) if self.any_command else None

    def grants(self, *any_of: str) -> bool:
        """Whether one of the scopes was granted; no scope at all is always granted."""
        return not any_of or EVERY_SCOPE in self.scopes or any(one in self.scopes for one in any_of)

    def wants(self, event: str) -> bool:
        """Whether the app subscribed to this event (`message.im` and the like for messages)."""
        return EVERY_SCOPE in self.events or event in self.events


def read_manifest(document: Json | None) -> Manifest:
    """Read a parsed manifest; none at all means an app that may do everything."""
    if document is None:
        return Manifest(name="Bolt app", bot_name="app", any_command=True)
    features = as_json(document.get("features"))
    settings = as_json(document.get("settings"))
    home = as_json(features.get("app_home"))
    name = as_text(as_json(document.get("display_information")).get("name")) or "App"
    scopes = as_json(as_json(document.get("oauth_config")).get("scopes"))
    granted = [*as_list(scopes.get("bot")), *as_list(scopes.get("bot_optional"))]
    events = as_list(as_json(settings.get("event_subscriptions")).get("bot_events"))
    return Manifest(
        name=name,
        bot_name=as_text(as_json(features.get("bot_user")).get("display_name")) or name.lower(),
        commands=tuple(_command(as_json(one)) for one in as_list(features.get("slash_commands"))),
        scopes=tuple(str(one) for one in granted),
        events=tuple(str(one) for one in events),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
        rotates_tokens=bool(settings.get("token_rotation_enabled", False)),
        unfurl_domains=tuple(str(one) for one in as_list(features.get("unfurl_domains"))),
    )


def _command(document: Json) -> Command:
    return Command(
        command=as_text(document.get("command")),
        description=as_text(document.get("description")),
        usage_hint=as_text(document.get("usage_hint")),
        should_escape=bool(document.get("should_escape", False)),
    )

"""`manifest.yml`: what Slack takes, what Usher calls, and that every scope says what it is for."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from bot import slack_checks
from bot.listeners import ADMIN_COMMANDS, COMMANDS, EVENTS
from bot.settings import DEFAULT_COMMAND
from bot.slack_checks import WITHOUT, manifest_scopes, read_manifest
from playground.manifest import read_manifest as understood_by_the_playground

ROOT = Path(__file__).resolve().parents[2]
SLACKS_SCHEMA = ROOT.parent / "shared" / "checks" / "data" / "manifest.schema.2.0.0.json"
TEXT = (ROOT / "manifest.yml").read_text(encoding="utf-8")
SCOPE_OF = {
    "message.im": "im:history",
    "team_join": "users:read",
    "user_change": "users:read",
    "user_profile_changed": "users:read",
    "subteam_created": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "channel_rename": "channels:read",
    "group_rename": "groups:read",
}
"""Which scope an event needs; app_home_opened, app_uninstalled and tokens_revoked need none."""
LIMITS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["display_information", "features", "oauth_config", "settings"],
    "properties": {
        "display_information": {
            "additionalProperties": False,
            "properties": {
                "name": {"minLength": 1, "maxLength": 35},
                "description": {"maxLength": 140},
                "long_description": {"minLength": 175, "maxLength": 4000},
                "background_color": {"pattern": "^#[0-9a-f]{6}$"},
            },
        },
        "features": {
            "additionalProperties": False,
            "properties": {
                "bot_user": {"properties": {"display_name": {"maxLength": 80}}},
                "app_home": {},
                "slash_commands": {
                    "maxItems": 50,
                    "items": {
                        "additionalProperties": False,
                        "required": ["command", "description", "usage_hint", "should_escape"],
                        "properties": {
                            "command": {"pattern": "^/[a-z-]{1,31}$"},
                            "description": {"minLength": 1, "maxLength": 2000},
                            "usage_hint": {"minLength": 1, "maxLength": 1000},
                            "should_escape": {"const": True},
                        },
                    },
                },
            },
        },
        "oauth_config": {},
        "settings": {},
    },
}
"""What Slack's own schema says of the parts we use (app manifest reference)."""


def part(*path: str) -> object:
    """A part of the manifest."""
    value: object = read_manifest()
    for name in path:
        assert isinstance(value, dict)
        value = value[name]
    return value


def test_it_keeps_to_slacks_limits() -> None:
    """Lengths, patterns, no unknown keys."""
    jsonschema.validate(read_manifest(), LIMITS)


@pytest.mark.skipif(not SLACKS_SCHEMA.exists(), reason="Slack's schema is not at hand")
def test_it_passes_slacks_published_schema() -> None:
    """A copy lies beside the checkout where the independent checks run."""
    jsonschema.validate(read_manifest(), json.loads(SLACKS_SCHEMA.read_text()))


def test_it_is_for_socket_mode_and_one_workspace() -> None:
    """Pasted as it is, it needs no address of ours; tokens must not rotate."""
    settings = part("settings")

    assert isinstance(settings, dict)
    assert settings["socket_mode_enabled"] is True
    assert settings["org_deploy_enabled"] is False
    assert settings["token_rotation_enabled"] is False
    assert settings["interactivity"] == {"is_enabled": True}


def test_people_have_a_home_tab_and_can_write_to_usher() -> None:
    """Slack's name for the third is a riddle: true would forbid writing."""
    assert part("features", "app_home") == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_the_commands_are_the_published_ones() -> None:
    """One for people, one for administrators."""
    commands = part("features", "slash_commands")

    assert isinstance(commands, list)
    assert [one["command"] for one in commands] == [DEFAULT_COMMAND, f"{DEFAULT_COMMAND}-admin"]


def test_the_hints_name_every_command_and_no_other() -> None:
    """What Slack shows while somebody types is what the tables know."""
    commands = part("features", "slash_commands")

    assert isinstance(commands, list)
    for one, table in zip(commands, (COMMANDS, ADMIN_COMMANDS), strict=True):
        hinted = one["usage_hint"].strip("[]").split(" | ")
        assert sorted(hinted) == sorted({*table, "help"} - {""})


def test_every_event_that_is_asked_for_is_handled_and_no_other() -> None:
    """What nobody handles need not be sent; what is not asked for is never sent."""
    events = part("settings", "event_subscriptions", "bot_events")

    assert isinstance(events, list)
    asked = {event.replace("message.im", "message") for event in events}
    assert asked == set(EVENTS)
    assert len(asked) == len(events)


def test_every_optional_scope_stands_in_both_lists_and_says_what_is_missing_without_it() -> None:
    """Slack asks for the first; `usher doctor` says the second."""
    scopes = part("oauth_config", "scopes")

    assert isinstance(scopes, dict)
    assert set(scopes["bot_optional"]) < set(scopes["bot"])
    assert set(manifest_scopes().optional) == set(WITHOUT)
    assert not set(manifest_scopes().required) & set(WITHOUT)


def test_every_event_has_the_scope_it_needs() -> None:
    """A subscription without its scope is never delivered."""
    events = part("settings", "event_subscriptions", "bot_events")

    assert isinstance(events, list)
    for event in events:
        needed = SCOPE_OF.get(event)
        assert needed is None or needed in manifest_scopes().required, event


def test_every_scope_says_why() -> None:
    """Whoever approves the app reads a reason above each."""
    lines = TEXT.splitlines()
    scopes = [at for at, line in enumerate(lines) if re.match(r" {6}- [a-z.:]+$", line)]
    first = next(at for at, line in enumerate(lines) if line.strip() == "bot:")
    optional = next(at for at, line in enumerate(lines) if line.strip() == "bot_optional:")
    asked = [at for at in scopes if first < at < optional]

    assert len(asked) == len(manifest_scopes().required) + len(WITHOUT)
    for at in asked:
        assert lines[at - 1].strip().startswith("#"), lines[at]


def test_what_http_needs_is_written_beside_each_place() -> None:
    """Two commands, the events, interactivity and its options: five addresses."""
    assert len(re.findall(r"# HTTP: (?:request_|message_menu_options_)?url: https://", TEXT)) == 5


def test_the_playground_reads_it() -> None:
    """The local Slack acts upon the same file."""
    understood = understood_by_the_playground(dict(read_manifest()))

    assert understood.name == "Usher"
    assert understood.grants("usergroups:write")
    assert understood.wants("team_join")


@pytest.mark.parametrize("installed", [True, False])
def test_it_is_found_in_a_checkout_and_in_an_installed_package(
    installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pip install .` puts it beside the code."""
    (tmp_path / "manifest.yml").write_text("display_information: {name: Other}\n")
    if installed:
        monkeypatch.setattr(slack_checks, "files", lambda _package: tmp_path)

    read_manifest.cache_clear()
    name = part("display_information", "name")
    read_manifest.cache_clear()
    assert name == ("Other" if installed else "Usher")

"""Which events an app is sent when something changes in the workspace.

Pages: docs.slack.dev events API, and the reference of each event.
"""

from __future__ import annotations

from tests.playground.sample import PEOPLE, Stage
from tests.playground.test_messages import refused


async def test_changes_to_people_raise_their_events(stage: Stage) -> None:
    """Joining, changing, leaving; groups and channels; each arrives at the app."""
    playground, events = stage.playground, stage.received.events

    def kinds() -> list[str]:
        found = [str(one["event"]["type"]) for one in events]
        events.clear()
        return sorted(found)

    new = await playground.joins(PEOPLE[0].__class__(name="zoe", real_name="Zoe New"))
    assert kinds() == ["team_join"]
    await playground.joins_group("zoe", "@readers")
    assert kinds() == ["subteam_members_changed", "subteam_updated"]
    await playground.changes.joins_channel("zoe", "general")
    assert kinds() == ["member_joined_channel"]
    await playground.changes_profile("zoe", title="Chief", Department="Sales")
    assert kinds() == ["user_change"]
    assert new.user.title == "Chief"
    await playground.user_leaves("zoe")
    assert kinds() == [
        "member_left_channel",
        "subteam_members_changed",
        "subteam_updated",
        "user_change",
    ]
    assert new.id not in playground.workspace.usergroup("readers").users


async def test_a_message_of_the_app_is_echoed_and_a_mention_told(stage: Stage) -> None:
    """The app hears messages in its direct conversations and mentions in channels."""
    playground = stage.playground
    await playground.person("rita").says("hello there")
    [told] = stage.received.events
    assert told["event"]["channel_type"] == "im"
    stage.received.events.clear()
    await playground.person("mia").says(
        "hey @gate see https://docs.example.com/r and https://else.example/x", channel="general"
    )
    kinds = sorted(one["event"]["type"] for one in stage.received.events)
    assert kinds == ["app_mention", "link_shared", "message"]
    [shared] = [one for one in stage.received.events if one["event"]["type"] == "link_shared"]
    assert [one["domain"] for one in shared["event"]["links"]] == ["docs.example.com"]


async def test_a_removed_app_is_told_and_its_token_is_worth_nothing(stage: Stage) -> None:
    """`app_uninstalled`, then `account_inactive` for every call."""
    await stage.playground.remove_app()
    assert [one["event"]["type"] for one in stage.received.events] == ["app_uninstalled"]
    assert await refused(stage.client.auth_test()) == "account_inactive"

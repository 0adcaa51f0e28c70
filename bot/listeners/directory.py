"""What Slack tells of people, groups and channels: the mirror follows, the rules react.

These are handled before they are acknowledged, so that what could not be written comes again: Slack
repeats an event at once, after one minute and after five. Nothing here asks Slack anything: what
has to be read is remembered in the database as due, and read afterwards.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot.desk import Desk
from engine.application.mirror import GROUPS_JOB
from engine.domain.ids import ChannelId

EventHandler = Callable[[Desk, Mapping[str, Any]], Coroutine[Any, Any, None]]


async def person_changed(desk: Desk, event: Mapping[str, Any]) -> None:
    """`team_join`, `user_change`, `user_profile_changed`: one person is as the event says."""
    user = event.get("user")
    if isinstance(user, Mapping) and user.get("id"):
        await desk.mirror.person_changed(desk.told_of(user))


async def groups_changed(desk: Desk, event: Mapping[str, Any]) -> None:
    """`subteam_created`, `subteam_updated`, `subteam_members_changed`: read the groups anew.

    The event carries five hundred members at most, or only who came and went.
    """
    await desk.jobs.hurry(GROUPS_JOB)


async def channel_renamed(desk: Desk, event: Mapping[str, Any]) -> None:
    """`channel_rename`, `group_rename`: the configuration names channels by name."""
    channel = event.get("channel")
    if isinstance(channel, Mapping) and channel.get("id") and channel.get("name"):
        await desk.mirror.channel_renamed(ChannelId(str(channel["id"])), str(channel["name"]))


EVENTS: dict[str, EventHandler] = {
    "team_join": person_changed,
    "user_change": person_changed,
    "user_profile_changed": person_changed,
    "subteam_created": groups_changed,
    "subteam_updated": groups_changed,
    "subteam_members_changed": groups_changed,
    "channel_rename": channel_renamed,
    "group_rename": channel_renamed,
}

"""What Slack tells of people, groups and channels: the mirror follows, the rules react."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot.desk import Desk, Interaction
from bot.listeners import mine
from engine.application.directory import Channel
from engine.domain.ids import ChannelId, PersonId
from engine.domain.refusals import Refusal

EventHandler = Callable[[Desk, Mapping[str, Any]], Coroutine[Any, Any, None]]


async def person_changed(desk: Desk, event: Mapping[str, Any]) -> None:
    """`team_join`, `user_change`, `user_profile_changed`: one person is as the event says."""
    user = event.get("user")
    if isinstance(user, Mapping) and user.get("id"):
        await desk.mirror.person_changed(desk.told_of(user))


async def group_changed(desk: Desk, event: Mapping[str, Any]) -> None:
    """`subteam_created`, `subteam_updated`, `subteam_members_changed`: read the groups anew."""
    await desk.mirror.refresh_groups()


async def channel_changed(desk: Desk, event: Mapping[str, Any]) -> None:
    """`channel_rename`, `group_rename`: the configuration names channels by name."""
    channel = event.get("channel") or {}
    if isinstance(channel, Mapping) and channel.get("id"):
        await desk.mirror.channel_renamed(
            Channel(
                id=ChannelId(str(channel["id"])),
                name=str(channel.get("name") or ""),
                is_private=bool(channel.get("is_private", True)),
            )
        )


async def home_opened(desk: Desk, event: Mapping[str, Any]) -> None:
    """`app_home_opened`: draw the home tab, if that is what they look at."""
    if event.get("tab", "home") != "home":
        return
    doing = Interaction(
        person_id=PersonId(str(event.get("user", ""))),
        team_id=None,
        channel_id=None,
        trigger_id=None,
        response_url=None,
        view=None,
    )
    try:
        await mine.home_opened(desk, doing)
    except Refusal:  # a bot's or a closed account's home tab is nobody's to see
        return


async def nothing(desk: Desk, event: Mapping[str, Any]) -> None:
    """Messages people write to us: acknowledged, so that Slack does not send them again."""


EVENTS: dict[str, EventHandler] = {
    "app_home_opened": home_opened,
    "team_join": person_changed,
    "user_change": person_changed,
    "user_profile_changed": person_changed,
    "subteam_created": group_changed,
    "subteam_updated": group_changed,
    "subteam_members_changed": group_changed,
    "channel_rename": channel_changed,
    "group_rename": channel_changed,
    "message": nothing,
}

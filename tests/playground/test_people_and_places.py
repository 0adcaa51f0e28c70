"""Users, channels and user groups over the Web API (docs.slack.dev, the pages of the methods named)."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from playground.server import Playground
from tests.playground.test_messages import refused


async def test_every_kind_of_person_is_told_apart(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Guests, strangers, bots and deactivated people carry Slack's flags."""

    async def shown(name: str) -> dict[str, object]:
        answer = await client.users_info(user=playground.person(name).id, include_locale=True)
        return dict(answer["user"])

    rita, gus, solo = await shown("rita"), await shown("gus"), await shown("solo")
    ed, dan, robo = await shown("ed"), await shown("dan"), await shown("robo")
    assert (rita["is_restricted"], rita["locale"]) == (False, "en-US")
    assert (gus["is_restricted"], gus["is_ultra_restricted"]) == (True, False)
    assert (solo["is_restricted"], solo["is_ultra_restricted"]) == (True, True)
    assert ed["is_stranger"] is True
    assert ed["team_id"] != rita["team_id"]
    assert "locale" not in ed
    assert "email" not in dict(ed["profile"])  # type: ignore[call-overload]
    assert dan["deleted"] is True
    assert robo["is_bot"] is True


async def test_listing_leaves_strangers_out_and_is_paged(
    playground: Playground, client: AsyncWebClient
) -> None:
    """`users.list` never has people from outside, and works in pages."""
    names = []
    cursor = ""
    while True:
        answer = await client.users_list(limit=3, cursor=cursor)
        names += [one["name"] for one in answer["members"]]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert "ed" not in names
    assert {"rita", "dan", "gus", "gate"} <= set(names)


async def test_people_are_found_by_address(playground: Playground, client: AsyncWebClient) -> None:
    """Active people of this workspace only."""
    found = await client.users_lookupByEmail(email="RITA@contoso.com")
    assert found["user"]["name"] == "rita"
    for address in ("dan@contoso.com", "ed@fabrikam.com", "nobody@contoso.com"):
        assert await refused(client.users_lookupByEmail(email=address)) == "users_not_found"
    assert await refused(client.users_info(user="U0NOBODY")) == "user_not_found"


async def test_profile_fields_have_labels(playground: Playground, client: AsyncWebClient) -> None:
    """Custom fields are in the profile by id, and the team's profile names them."""
    profile = await client.users_profile_get(user=playground.person("mia").id, include_labels=True)
    [field] = profile["profile"]["fields"].values()
    assert (field["label"], field["value"]) == ("Department", "Platform")
    fields = (await client.team_profile_get())["profile"]["fields"]
    assert [one["label"] for one in fields] == ["Department"]


async def test_a_manager_field_holds_a_user_id(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A field named for a person is of type user and its value an id."""
    await playground.changes_profile("rita", Manager="mia")
    fields = (await client.team_profile_get())["profile"]["fields"]
    manager = next(one for one in fields if one["label"] == "Manager")
    assert manager["type"] == "user"
    profile = await client.users_profile_get(user=playground.person("rita").id)
    assert profile["profile"]["fields"][manager["id"]]["value"] == playground.person("mia").id


async def test_direct_messages_are_opened_once(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The same people give the same conversation; eight fit into a group and nine do not."""
    rita, mia = playground.person("rita").id, playground.person("mia").id
    first = await client.conversations_open(users=rita)
    again = await client.conversations_open(users=[rita], return_im=True)
    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["already_open"] is True
    assert again["channel"]["user"] == rita
    group = await client.conversations_open(users=[rita, mia])
    info = await client.conversations_info(channel=group["channel"]["id"])
    assert info["channel"]["is_mpim"] is True
    assert await refused(client.conversations_open(users=[])) == "users_list_not_supplied"
    assert await refused(client.conversations_open(users="U0NOBODY")) == "user_not_found"
    dan = playground.person("dan").id
    assert await refused(client.conversations_open(users=dan)) == "user_disabled"
    robo = playground.person("robo").id
    assert await refused(client.conversations_open(users=robo)) == "cannot_dm_bot"
    eight = [rita, mia, "U1", "U2", "U3", "U4", "U5", "U6"]
    assert await refused(client.conversations_open(users=eight)) == "user_not_found"
    assert await refused(client.conversations_open(users=[*eight, "U7"])) == "too_many_users"


async def test_channels_are_listed_by_kind(playground: Playground, client: AsyncWebClient) -> None:
    """Private channels without the app stay hidden; kinds are asked for by name."""
    public = await client.conversations_list()
    names = [one["name"] for one in public["channels"]]
    assert names == ["general", "elsewhere", "fabrikam", "lobby", "old"]
    active = await client.conversations_list(exclude_archived=True)
    assert "old" not in [one["name"] for one in active["channels"]]
    private = await client.conversations_list(types="private_channel")
    assert [one["name"] for one in private["channels"]] == ["admins"]
    assert await refused(client.conversations_list(types="secret")) == "invalid_types"
    shared = next(one for one in public["channels"] if one["name"] == "fabrikam")
    assert shared["is_ext_shared"] is True
    assert len(shared["shared_team_ids"]) == 2


async def test_inviting_follows_the_rules_for_each_kind(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Members come in; others are refused with the reason."""
    workspace = playground.workspace
    admins, fabrikam = workspace.channel("admins"), workspace.channel("fabrikam")
    who = {name: playground.person(name).id for name in ("rita", "ada", "solo", "ed", "dan")}
    await client.conversations_invite(channel=admins.id, users=[who["rita"]])
    assert who["rita"] in admins.members

    async def error(channel: str, user: str) -> str:
        return await refused(client.conversations_invite(channel=channel, users=[user]))

    assert await error(admins.id, who["ada"]) == "already_in_channel"
    assert await error(admins.id, "U0NOBODY") == "user_not_found"
    assert await error(admins.id, who["dan"]) == "cant_invite"
    assert await error(admins.id, who["solo"]) == "ura_max_channels"
    assert await error(admins.id, who["ed"]) == "org_user_not_in_team"
    assert await error(fabrikam.id, workspace.bot.id) == "cant_invite_self"
    assert await error(workspace.channel("elsewhere").id, who["rita"]) == "not_in_channel"
    assert await error(workspace.channel("secret").id, who["rita"]) == "channel_not_found"


async def test_a_hundred_people_are_invited_at_once_and_one_more_is_not(
    playground: Playground, client: AsyncWebClient
) -> None:
    """At the bound each is looked at; past it nobody is."""
    admins = playground.workspace.channel("admins").id
    unknown = [f"U0NOBODY{number}" for number in range(101)]
    at_bound = client.conversations_invite(channel=admins, users=unknown[:100])
    assert await refused(at_bound) == "user_not_found"
    past = client.conversations_invite(channel=admins, users=unknown)
    assert await refused(past) == "too_many_users"


async def test_one_bad_invitation_stops_the_others_unless_forced(
    playground: Playground, client: AsyncWebClient
) -> None:
    """With `force` the good ones come in and the bad ones are listed."""
    admins = playground.workspace.channel("admins")
    rita, dan = playground.person("rita").id, playground.person("dan").id
    both = client.conversations_invite(channel=admins.id, users=[rita, dan])
    assert await refused(both) == "cant_invite"
    assert rita not in admins.members
    forced = await client.conversations_invite(channel=admins.id, users=[rita, dan], force=True)
    assert rita in admins.members
    assert forced["errors"][0]["error"] == "cant_invite"


async def test_removing_from_channels(playground: Playground, client: AsyncWebClient) -> None:
    """Not from the general channel, not the app itself, not somebody who is not there."""
    workspace = playground.workspace
    admins, general = workspace.channel("admins"), workspace.channel("general")
    ada, rita = playground.person("ada").id, playground.person("rita").id
    await client.conversations_kick(channel=admins.id, user=ada)
    assert ada not in admins.members
    kicks = {
        (general.id, rita): "cant_kick_from_general",
        (admins.id, workspace.bot.id): "cant_kick_self",
        (admins.id, ada): "not_in_channel",
    }
    for (channel, user), error in kicks.items():
        assert await refused(client.conversations_kick(channel=channel, user=user)) == error


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Upper", "invalid_name_specials"),
        ("with blank", "invalid_name_specials"),
        ("general", "name_taken"),
    ],
)
async def test_channel_names_are_checked(client: AsyncWebClient, name: str, error: str) -> None:
    """Each kind of bad name has its refusal."""
    assert await refused(client.conversations_create(name=name)) == error


async def test_channels_are_made_joined_left_and_archived(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The app is in what it makes; joining works for public channels only."""
    made = await client.conversations_create(name="x" * 80, is_private=True)
    assert made["channel"]["is_member"] is True
    elsewhere = playground.workspace.channel("elsewhere").id
    joined = await client.conversations_join(channel=elsewhere)
    assert joined["channel"]["is_member"] is True
    again = await client.conversations_join(channel=elsewhere)
    assert again["warning"] == "already_in_channel"
    await client.conversations_leave(channel=elsewhere)
    post = client.chat_postMessage(channel=elsewhere, text="x")
    assert await refused(post) == "not_in_channel"
    await client.conversations_archive(channel=made["channel"]["id"])
    post = client.chat_postMessage(channel=made["channel"]["id"], text="x")
    assert await refused(post) == "is_archived"
    members = await client.conversations_members(channel=elsewhere)
    assert members["members"] == [playground.person("mia").id]
    own = await client.users_conversations()
    assert "general" in [one["name"] for one in own["channels"]]
    presence = await client.users_getPresence(user=playground.person("rita").id)
    assert presence["presence"] == "active"


async def test_the_people_of_a_user_group_are_replaced_as_a_whole(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The new list is the list; an empty one is refused."""
    group = playground.workspace.usergroup("readers")
    rita, mia = playground.person("rita").id, playground.person("mia").id
    await client.usergroups_users_update(usergroup=group.id, users=[rita])
    assert group.users == [rita]
    listed = await client.usergroups_users_list(usergroup=group.id)
    assert listed["users"] == [rita]
    empty = client.usergroups_users_update(usergroup=group.id, users=[])
    assert await refused(empty) == "no_users_provided"
    for name in ("dan", "robo", "ed"):
        odd = client.usergroups_users_update(
            usergroup=group.id, users=[mia, playground.person(name).id]
        )
        assert await refused(odd) == "invalid_users"
    lost = client.usergroups_users_update(usergroup="S0NONE", users=[mia])
    assert await refused(lost) == "no_such_subteam"


async def test_user_groups_are_made_disabled_and_listed(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Disabled groups are hidden unless asked for; handles are unique."""
    made = await client.usergroups_create(name="Writers", handle="writers")
    assert await refused(client.usergroups_create(name="W", handle="writers")) == (
        "handle_already_exists"
    )
    group = made["usergroup"]["id"]
    await client.usergroups_update(usergroup=group, description="They write")
    await client.usergroups_disable(usergroup=group)
    assert await refused(client.usergroups_disable(usergroup=group)) == "already_disabled"
    listed = await client.usergroups_list()
    assert [one["handle"] for one in listed["usergroups"]] == ["readers"]
    everything = await client.usergroups_list(
        include_disabled=True, include_users=True, include_count=True
    )
    handles = {one["handle"]: one["user_count"] for one in everything["usergroups"]}
    assert handles == {"readers": 1, "idle": 1, "writers": 0}
    await client.usergroups_enable(usergroup=group)
    assert await refused(client.usergroups_enable(usergroup=group)) == "already_enabled"


async def test_the_workspace_and_the_bot_describe_themselves(
    playground: Playground, client: AsyncWebClient
) -> None:
    """auth.test, team.info, bots.info and emoji.list agree."""
    auth = await client.auth_test()
    team = (await client.team_info())["team"]
    assert (auth["team_id"], auth["team"]) == (team["id"], team["name"])
    bot = (await client.bots_info(bot=auth["bot_id"]))["bot"]
    assert bot["user_id"] == auth["user_id"]
    assert (await client.emoji_list())["emoji"] == {}
    assert await refused(client.bots_info(bot="B0NONE")) == "bot_not_found"
    assert playground.workspace.bot.name == auth["user"]


async def test_files_are_uploaded_in_two_steps(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Address, bytes, completion; then the file stands in the channel and can be looked up."""
    mia = playground.person("mia")
    dm = (await client.conversations_open(users=mia.id))["channel"]["id"]
    done = await client.files_upload_v2(
        channel=dm, filename="report.csv", content="a,b\n1,2\n", title="Report"
    )
    mia.sees("Report")
    info = await client.files_info(file=done["files"][0]["id"])
    assert (info["file"]["name"], info["file"]["size"]) == ("report.csv", 8)
    assert (info["file"]["mimetype"], info["file"]["filetype"]) == ("text/csv", "csv")
    given = await client.files_getUploadURLExternal(filename="x", length=1)
    early = client.files_completeUploadExternal(files=[{"id": given["file_id"], "title": "x"}])
    assert await refused(early) == "file_not_found"
    await client.files_delete(file=info["file"]["id"])
    assert await refused(client.files_info(file=info["file"]["id"])) == "file_not_found"


async def test_an_upload_needs_a_length_and_at_most_a_thousand_characters_about_it(
    playground: Playground, client: AsyncWebClient
) -> None:
    """docs.slack.dev, files.getUploadURLExternal: `missing_argument`, `alt_txt_too_large`."""
    nothing = client.files_getUploadURLExternal(filename="x.png", length=0)
    assert await refused(nothing) == "missing_argument"
    given = await client.files_getUploadURLExternal(filename="x.png", length=1, alt_txt="a" * 1_000)
    assert playground.workspace.files[given["file_id"]].alt_text == "a" * 1_000
    past = client.files_getUploadURLExternal(filename="x.png", length=1, alt_txt="a" * 1_001)
    assert await refused(past) == "alt_txt_too_large"


async def test_a_file_has_at_most_a_gigabyte_or_what_the_team_allows(
    playground: Playground, client: AsyncWebClient
) -> None:
    """docs.slack.dev, files.getUploadURLExternal: `file_upload_size_restricted`."""
    assert await client.files_getUploadURLExternal(filename="x.csv", length=2**30)
    past = client.files_getUploadURLExternal(filename="x.csv", length=2**30 + 1)
    assert await refused(past) == "file_upload_size_restricted"
    playground.workspace.largest_file = 10
    past = client.files_getUploadURLExternal(filename="x.csv", length=11)
    assert await refused(past) == "file_upload_size_restricted"


async def test_standing_and_groups_are_changed_by_administrators(playground: Playground) -> None:
    """A guest becomes a member, somebody comes back, a group is put out of use."""
    await playground.changes_profile("gus", kind="member")
    assert not playground.person("gus").user.is_guest
    await playground.changes_profile("rita", deleted=True)
    assert playground.person("rita").user.deleted
    await playground.changes_profile("rita", deleted=False)
    assert not playground.person("rita").user.deleted
    await playground.user_leaves("mia")
    await playground.changes.returns("mia")
    assert not playground.person("mia").user.deleted
    group = playground.workspace.usergroup("readers")
    group.enabled = False
    assert group.deleted_at
    group.enabled = True
    assert not group.deleted_at
    await playground.joins_group("rita", "readers")
    await playground.leaves_group("rita", "readers")
    assert group.users == []
    await playground.changes.joins_channel("gus", "general")
    await playground.changes.leaves_channel("gus", "general")
    await playground.changes.app_leaves_channel("general")
    general = playground.workspace.channel("general")
    assert playground.person("gus").id not in general.members
    assert playground.workspace.bot.id not in general.members

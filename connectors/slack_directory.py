"""Slack as the source of people, groups and channels for the mirror of the directory.

`people`, `groups` and `channels` read everything, people and channels page by page; `person` looks
at one. Between pages, a throttled reading waits on the caller's clock if the caller gave a `wait`,
and goes on at the same page; otherwise throttling raises `Retry`, and the caller repeats the call.

Custom profile fields (manager, department and so on) are the expensive part: lists leave them out,
and fetching them is one call a person (`users.profile.get`, Tier 4), so ten thousand people take an
hour and a half. Therefore they are not waited for:

- they are wanted only if the workspace has such fields, and only of open accounts of ours;
- a person is told without them where they did not come along, as in a list: "not read yet" must not
  overwrite a manager with nobody. The mirror remembers of whom they are still to be read;
- `with_fields` reads them of some people, as many as Slack lets us read at the moment;
- an app that may not read them works without, or with what was known of them. `notices` says so in
  sentences.

Nothing is kept here from one call to the next but which custom fields there are, which each process
looks up now and then (`profile_fields`); so several processes may share the reading.

Scopes: `users:read`, `users:read.email`, `usergroups:read`, `channels:read`, `groups:read`, and
`users.profile:read` for custom fields. Source: docs.slack.dev, the pages of the methods.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack_calls import Json, Wait, ask, pages, part, parts
from connectors.slack_errors import ENTRIES
from connectors.slack_people import (
    NO_FIELDS,
    ProfileFields,
    channel_from_slack,
    group_from_slack,
    has_custom_fields,
    person_from_slack,
    profile_fields_from,
    version_from_slack,
    with_profile,
)
from engine.application.connectors import Gone, Refused, Retry
from engine.application.directory import Channel, Told
from engine.domain.ids import PersonId
from engine.domain.people import Group, Person, PersonKind

PEOPLE_PAGE_LENGTH = 500
"""`users.list` is a Tier 2 method, and people are many: more at once than the 200 Slack recommends,
and half of the most it gives, so that a page arrives well within our patience."""
CHANNELS_PAGE_LENGTH = 999
"""The most `conversations.list` gives at once; it is a Tier 2 method, and channels are many."""
PROFILES_IN_FLIGHT = 8
log = logging.getLogger(__name__)

NO_FIELDS_NOTICE = (
    "Usher cannot read custom profile fields such as Manager from Slack ({why}). Managers and"
    " departments then come only from the file in USHER_PEOPLE."
)
NO_GROUPS_NOTICE = "This workspace has no user groups: " + ENTRIES["plan_upgrade_required"].sentence


class SlackDirectory:
    """The `DirectorySource` of one Slack workspace."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        our_team_id: str,
        org_team_id: str | None = None,
        wait: Wait | None = None,
    ) -> None:
        """Keep the client and the way to wait.

        `our_team_id` is the workspace (`auth.test`); `org_team_id` is the same, given only when
        the app is installed for a whole organization.
        """
        self._client = client
        self._our_team_id = our_team_id
        self._org_team_id = org_team_id
        self._wait = wait
        self._fields: ProfileFields | None = None
        self._may_read_fields = True
        self._notices: dict[str, str] = {}

    @property
    def notices(self) -> tuple[str, ...]:
        """What could not be read and did not stop anything, in sentences for administrators."""
        return tuple(self._notices.values())

    async def people(self) -> AsyncIterator[Told]:
        """Everybody, deactivated accounts and bots included."""
        await self.profile_fields(again=True)
        async for page in pages(
            lambda cursor: self._client.users_list(
                cursor=cursor, limit=PEOPLE_PAGE_LENGTH, team_id=self._org_team_id
            ),
            key="members",
            thing="the people of the workspace",
            wait=self._wait,
        ):
            for user in parts(page):
                yield self.told_of(user)

    async def with_fields(self, people: Sequence[Person]) -> tuple[Person, ...]:
        """These people with their custom fields, as many as Slack lets us read now.

        Nobody, if the app may not read them; everybody, if the workspace has none.
        """
        fields = await self.profile_fields()
        if not self._may_read_fields:
            return ()
        if not fields:
            return tuple(with_profile(one, {}, fields) for one in people)
        found: list[Person] = []
        for start in range(0, len(people), PROFILES_IN_FLIGHT):
            some = people[start : start + PROFILES_IN_FLIGHT]
            profiles = await self._profiles([one.id for one in some])
            found += (
                with_profile(one, profiles[one.id], fields) for one in some if one.id in profiles
            )
            if len(profiles) < len(some):
                break
        return tuple(found)

    async def person(self, person_id: PersonId) -> Told | None:
        """One person now; None if Slack knows nobody of this id."""
        await self.profile_fields()
        try:
            answer = await ask(
                self._client.users_info(user=person_id), thing="a person", account=person_id
            )
        except Gone:
            return None
        told = self.told_of(part(answer.get("user")))
        if told.with_fields or not told.person.active:
            return told
        read = await self.with_fields([told.person])
        return replace(told, person=read[0], with_fields=True) if read else told

    def told_of(self, user: Json) -> Told:
        """What a user object says: from a list, or from an event, which carries custom fields.

        Nothing is asked of Slack. Before `profile_fields` was looked at, nobody knows what the
        custom fields mean.
        """
        person = person_from_slack(user, self._our_team_id, self._fields or NO_FIELDS)
        known = self._fields is not None and self._may_read_fields
        along = known and (not self._fields or has_custom_fields(user))
        nobodys = person.kind not in (PersonKind.MEMBER, PersonKind.GUEST)
        return Told(person=person, version=version_from_slack(user), with_fields=along or nobodys)

    async def groups(self) -> AsyncIterator[Group]:
        """Every user group with its members, disabled ones (without members) included."""
        for usergroup in await self._usergroups():
            yield group_from_slack(usergroup, await self._members(usergroup))

    async def channels(self) -> AsyncIterator[Channel]:
        """Every public channel, and every private one the app is in; archived ones included."""
        async for page in pages(
            lambda cursor: self._client.conversations_list(
                cursor=cursor,
                limit=CHANNELS_PAGE_LENGTH,
                types="public_channel,private_channel",
                team_id=self._org_team_id,
            ),
            key="channels",
            thing="the channels of the workspace",
            wait=self._wait,
        ):
            for channel in parts(page):
                yield channel_from_slack(channel)

    async def profile_fields(self, *, again: bool = False) -> ProfileFields:
        """The custom fields we read; looked up once, or `again`. Empty if the app may not."""
        if self._fields is None or again:
            try:
                answer = await ask(self._client.team_profile_get(), thing="the profile fields")
            except Refused as error:
                self._give_up_fields(error)
            except Retry:
                if self._fields is None:
                    raise
            else:
                self._notices.pop("fields", None)
                self._fields, self._may_read_fields = profile_fields_from(answer), True
        return self._fields or NO_FIELDS

    async def _profiles(self, person_ids: Sequence[PersonId]) -> Mapping[PersonId, Json]:
        """The full profiles of these people, without those that cannot be read now."""
        results = await asyncio.gather(
            *(self._fetch_profile(one) for one in person_ids), return_exceptions=True
        )
        read: dict[PersonId, Json] = {}
        for person_id, result in zip(person_ids, results, strict=True):
            if isinstance(result, BaseException) and not isinstance(result, Retry):
                raise result
            if isinstance(result, Mapping):
                read[person_id] = result
        return read

    async def _fetch_profile(self, person_id: PersonId) -> Json | None:
        """A full profile, empty if the account is gone; None if the app may not read profiles."""
        call = self._client.users_profile_get(user=person_id)
        try:
            answer = await ask(call, thing="a profile", account=person_id)
        except Gone:
            return {}
        except Refused as error:
            self._give_up_fields(error)
            return None
        return part(answer.get("profile"))

    def _give_up_fields(self, error: Refused) -> None:
        self._fields, self._may_read_fields = NO_FIELDS, False
        self._note("fields", NO_FIELDS_NOTICE.format(why=error.message.rstrip(".")))

    def _note(self, about: str, sentence: str) -> None:
        if self._notices.get(about) != sentence:
            log.warning("%s", sentence)
        self._notices[about] = sentence

    async def _usergroups(self) -> Sequence[Json]:
        """All user groups; none, with a notice, where the plan has no user groups."""
        answer = await ask(
            self._client.usergroups_list(
                include_disabled=True, include_users=True, team_id=self._org_team_id
            ),
            thing="the user groups of the workspace",
            accept=frozenset({"plan_upgrade_required", "paid_teams_only"}),
        )
        if answer.get("error") is not None:
            self._note("groups", NO_GROUPS_NOTICE)
            return ()
        self._notices.pop("groups", None)
        return parts(answer.get("usergroups"))

    async def _members(self, usergroup: Json) -> object:
        """The members of a group, asked for apart only where the list left them out."""
        members: object = usergroup.get("users")
        if isinstance(members, list) or usergroup.get("date_delete"):
            return members
        call = self._client.usergroups_users_list(
            usergroup=str(usergroup.get("id")), team_id=self._org_team_id
        )
        return (await ask(call, thing=f"@{usergroup.get('handle')}")).get("users")

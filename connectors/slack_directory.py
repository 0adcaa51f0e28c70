"""Slack as the source of people, groups and channels for the mirror of the directory.

`people`, `groups` and `channels` read everything, page by page; `person` and `group` look at one.
Throttled, they wait on the caller's clock if the caller gave a `wait`, and go on at the same page;
without one they raise `Retry` and the whole read must be repeated.

Custom profile fields (manager, department and so on) are the expensive part: lists leave them out,
and fetching them is one call a person (`users.profile.get`, Tier 4), so ten thousand people take an
hour and a half. Therefore:

- they are fetched only if the workspace has such fields, and only for open accounts of ours whose
  list entry does not carry them;
- `people` fetches at most `profiles_at_once` of them, and stops at the first throttled answer: it
  never makes a start wait. For the rest it keeps what was last known (`last_known`, usually the
  mirror itself), because "not read yet" must not overwrite a manager with nobody;
- `profiles` goes on with the rest, whenever the caller has time;
- an app that may not read them works without. `notices` says so in sentences.

Scopes: `users:read`, `users:read.email`, `usergroups:read`, `channels:read`, `groups:read`, and
`users.profile:read` for custom fields. Source: docs.slack.dev, the pages of the methods.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from connectors.slack_calls import PAGE_LENGTH, Json, Wait, ask, pages, part, parts
from connectors.slack_errors import ENTRIES
from connectors.slack_people import (
    NO_FIELDS,
    ProfileFields,
    channel_from_slack,
    group_from_slack,
    has_custom_fields,
    person_from_slack,
    profile_fields_from,
    with_profile,
)
from engine.application.connectors import Gone, Refused, Retry
from engine.application.directory import Channel
from engine.domain.ids import GroupId, PersonId
from engine.domain.people import Group, Person, PersonKind

CHANNELS_PAGE_LENGTH = 999
"""The most `conversations.list` gives at once; it is a Tier 2 method, and channels are many."""
PROFILES_IN_FLIGHT = 8

NO_FIELDS_NOTICE = (
    "Usher cannot read custom profile fields such as Manager from Slack ({why}). Managers and"
    " departments then come only from the file in USHER_PEOPLE."
)
NO_GROUPS_NOTICE = "This workspace has no user groups: " + ENTRIES["plan_upgrade_required"].sentence

LastKnown = Callable[[Sequence[PersonId]], Awaitable[Mapping[PersonId, Person]]]
"""What the mirror last knew of people; those it does not know are left out."""


class SlackDirectory:
    """The `DirectorySource` of one Slack workspace."""

    profiles_at_once: int = 100
    """How many profiles `people` fetches itself; a minute's worth of calls."""

    def __init__(
        self,
        client: AsyncWebClient,
        *,
        our_team_id: str,
        org_team_id: str | None = None,
        last_known: LastKnown | None = None,
        wait: Wait | None = None,
    ) -> None:
        """Keep the client and the ways to wait and to look up what was known before.

        `our_team_id` is the workspace (`auth.test`); `org_team_id` is the same, given only when
        the app is installed for a whole organization.
        """
        self._client = client
        self._our_team_id = our_team_id
        self._org_team_id = org_team_id
        self._last_known = last_known
        self._wait = wait
        self._fields: ProfileFields | None = None
        self._unread: dict[PersonId, Person] = {}
        self._notices: dict[str, str] = {}

    @property
    def notices(self) -> tuple[str, ...]:
        """What could not be read and did not stop anything, in sentences for administrators."""
        return tuple(self._notices.values())

    @property
    def unread_profiles(self) -> int:
        """How many people's custom fields `profiles` has still to fetch."""
        return len(self._unread)

    async def people(self) -> AsyncIterator[Person]:
        """Everybody, deactivated accounts and bots included."""
        fields = await self.profile_fields(again=True)
        self._unread.clear()
        budget = self.profiles_at_once
        async for page in pages(
            lambda cursor: self._client.users_list(
                cursor=cursor, limit=PAGE_LENGTH, team_id=self._org_team_id
            ),
            key="members",
            thing="the people of the workspace",
            wait=self._wait,
        ):
            users = parts(page)
            late = [user for user in users if self._must_fetch(user, fields)][:budget]
            read, throttled = await self._fetch_profiles(late)
            budget = 0 if throttled else budget - len(late)
            for person in await self._persons(users, fields, read):
                yield person

    async def profiles(self) -> AsyncIterator[Person]:
        """The people whose custom fields `people` left for later, completed, one by one.

        Raises `Retry` when throttled and no `wait` was given; called again, it goes on where it
        stopped. Ends at once when there is nothing left or the app may not read profiles.
        """
        fields = await self.profile_fields()
        while self._unread and fields:
            person = next(iter(self._unread.values()))
            try:
                profile = await self._fetch_profile(person.id)
            except Retry as error:
                if self._wait is None or error.after is None:
                    raise
                await self._wait(error.after)
                continue
            if profile is None:
                return
            # An event may have brought the fields meanwhile; then they are newer than these.
            latest = self._unread.pop(person.id, None)
            if latest is not None:
                yield with_profile(latest, profile, fields)

    async def person(self, person_id: PersonId) -> Person | None:
        """One person now; None if Slack knows nobody of this id."""
        fields = await self.profile_fields()
        try:
            answer = await ask(
                self._client.users_info(user=person_id), thing="a person", account=person_id
            )
        except Gone:
            return None
        user = part(answer.get("user"))
        late = [user] if self._must_fetch(user, fields) else []
        read, _ = await self._fetch_profiles(late)
        return (await self._persons([user], fields, read))[0]

    async def person_from_event(self, user: Json) -> Person:
        """The person in an event (`team_join`, `user_change`), which carries the custom fields."""
        return (await self._persons([user], await self.profile_fields(), {}))[0]

    async def groups(self) -> AsyncIterator[Group]:
        """Every user group with its members, disabled ones (without members) included."""
        for usergroup in await self._usergroups():
            yield group_from_slack(usergroup, await self._members(usergroup))

    async def group(self, group_id: GroupId) -> Group | None:
        """One user group now; None if there is none of this id."""
        for usergroup in await self._usergroups():
            if usergroup.get("id") == group_id:
                return group_from_slack(usergroup, await self._members(usergroup))
        return None

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
                self._fields = profile_fields_from(answer)
        return self._fields or NO_FIELDS

    def _must_fetch(self, user: Json, fields: ProfileFields) -> bool:
        """Whether custom fields exist for this user and did not come along."""
        if not fields or has_custom_fields(user) or user.get("deleted"):
            return False
        person = person_from_slack(user, self._our_team_id)
        return person.kind in (PersonKind.MEMBER, PersonKind.GUEST)

    async def _persons(
        self, users: Sequence[Json], fields: ProfileFields, read: Mapping[PersonId, Json]
    ) -> Sequence[Person]:
        """The people, with custom fields from the best place there is at the moment."""
        people: dict[PersonId, Person] = {}
        unread: dict[PersonId, Person] = {}
        for user in users:
            person = person_from_slack(user, self._our_team_id, fields)
            if person.id in read:
                person = with_profile(person, read[person.id], fields)
            elif self._must_fetch(user, fields):
                unread[person.id] = person
            self._unread.pop(person.id, None)
            people[person.id] = person
        self._unread |= unread
        if unread and self._last_known is not None:
            for person_id, known in (await self._last_known(tuple(unread))).items():
                people[person_id] = _like(people[person_id], known)
        return tuple(people.values())

    async def _fetch_profiles(self, users: Sequence[Json]) -> tuple[Mapping[PersonId, Json], bool]:
        """The full profiles of these users, and whether Slack asked to stop before the last."""
        ids = [person_from_slack(user, self._our_team_id).id for user in users]
        read: dict[PersonId, Json] = {}
        for start in range(0, len(ids), PROFILES_IN_FLIGHT):
            batch = ids[start : start + PROFILES_IN_FLIGHT]
            results = await asyncio.gather(
                *(self._fetch_profile(one) for one in batch), return_exceptions=True
            )
            stop = False
            for person_id, result in zip(batch, results, strict=True):
                if isinstance(result, Retry) or result is None:
                    stop = True
                elif isinstance(result, BaseException):
                    raise result
                else:
                    read[person_id] = result
            if stop:
                return read, True
        return read, False

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
        self._fields = NO_FIELDS
        self._notices["fields"] = NO_FIELDS_NOTICE.format(why=error.message.rstrip("."))

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
            self._notices["groups"] = NO_GROUPS_NOTICE
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


def _like(person: Person, known: Person) -> Person:
    """The person with the custom fields of an earlier look."""
    return replace(
        person,
        manager_id=known.manager_id,
        department=known.department,
        company=known.company,
        country=known.country,
        employee_type=known.employee_type,
    )

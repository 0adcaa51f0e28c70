"""The workspace: who and what is in it, and the few operations everything else is made of.

Nothing here knows HTTP. A change tells the listeners (`Change`), so that the page and the driver
can look again; events for the app are raised through `on_event`, which the delivery gateway sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from playground.clock import Clock
from playground.manifest import Manifest
from playground.records import (
    Change,
    Conversation,
    FileRecord,
    Message,
    User,
    UserGroupRecord,
)
from playground.seed import Channel, Person, PersonKind, Team, Usergroup
from playground.wire import Json, Refused

APP_ID = "A0PLAYAPP01"
BOT_ID = "B0PLAYBOT01"
BOT_USER_ID = "U0PLAYBOT01"
FOREIGN_TEAM_ID = "T0OUTSIDE01"

PEOPLE_LABELS = ("manager", "reports to", "supervisor")
"""Labels of profile fields that hold a person (lower case)."""


class Workspace:
    """State of one Slack workspace with one app installed."""

    def __init__(self, *, clock: Clock, manifest: Manifest, team: Team) -> None:
        self.clock = clock
        self.manifest = manifest
        self.team = team
        self.users: dict[str, User] = {}
        self.conversations: dict[str, Conversation] = {}
        self.usergroups: dict[str, UserGroupRecord] = {}
        self.files: dict[str, FileRecord] = {}
        self.largest_file = 2**30
        """In bytes; a team may restrict it further."""
        self.profile_fields: dict[str, str] = {}
        self.people_fields: set[str] = set()
        """Profile fields whose values are people, like Manager."""
        self.on_event: Callable[[str, Json], None] = lambda *_: None
        self._listeners: list[Callable[[Change], None]] = []
        self._names: dict[str, str] = {}
        self._directs: dict[tuple[str, ...], str] = {}
        self._last_ts = 0
        self._serial = 0
        self._add_bot()

    # -- making ids and timestamps

    def new_id(self, prefix: str) -> str:
        """An id that was never given before, in Slack's shape."""
        self._serial += 1
        return f"{prefix}0PLAY{self._serial:05d}"

    def new_ts(self) -> str:
        """A message timestamp: seconds and microseconds, unique and growing even if time is not."""
        micro = max(int(self.clock.epoch() * 1_000_000), self._last_ts + 1)
        self._last_ts = micro
        return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"

    def seconds(self) -> int:
        """The workspace's time in whole seconds since 1970."""
        return int(self.clock.epoch())

    # -- telling

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call the listener at every change; returns the way out."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tell(self, kind: str, **ids: str) -> None:
        """Tell all listeners that something changed."""
        change = Change(kind=kind, ids=tuple(ids.items()))
        for listener in tuple(self._listeners):
            listener(change)

    def tell_of(self, kind: str, conversation: Conversation, message: Message) -> None:
        """Tell of a message; `as` names the one person it concerns, if it is one person's."""
        ids = {
            "channel": conversation.id,
            "ts": message.ts,
            "user": str(message.body.get("user", "")),
        }
        ids["text"] = str(message.body.get("text", ""))[:300]
        person = message.ephemeral_to or self.partner(conversation)
        if person is not None:
            ids["as"] = person
        self.tell(kind, **ids)

    def partner(self, conversation: Conversation) -> str | None:
        """The person in a direct message with the app."""
        if not conversation.is_im:
            return None
        return next((one for one in conversation.members if one != BOT_USER_ID), None)

    # -- people

    @property
    def bot(self) -> User:
        """The app's own bot user."""
        return self.users[BOT_USER_ID]

    def add_person(self, person: Person) -> User:
        """Take somebody into the workspace."""
        if person.name in self._names:
            raise ValueError(f"two people are called {person.name}")
        stranger = person.kind is PersonKind.STRANGER
        user = User(
            id=person.id or self.new_id("U"),
            team_id=person.team_id or (FOREIGN_TEAM_ID if stranger else self.team.id),
            name=person.name,
            real_name=person.real_name,
            email=person.email,
            title=person.title,
            tz=person.tz,
            tz_offset=person.tz_offset,
            locale=person.locale,
            kind=person.kind,
            is_admin=person.is_admin,
            fields={self.field_id(label): value for label, value in person.fields if value},
            presence_note=person.presence_note,
            enterprise_id=person.enterprise_id or self.team.enterprise_id,
            updated=self.seconds(),
            bot_id=self.new_id("B") if person.kind is PersonKind.BOT else None,
        )
        self.users[user.id] = user
        self._names[user.name] = user.id
        return user

    def person(self, who: str) -> User:
        """Somebody by handle, id or e-mail address; KeyError names who is there instead."""
        user = self.users.get(self._names.get(who, who))
        if user is None:
            user = next((one for one in self.users.values() if one.email == who), None)
        if user is None:
            raise KeyError(f"nobody is called {who}; there are {', '.join(sorted(self._names))}")
        return user

    def user(self, user_id: str) -> User:
        """Somebody by id, or Slack's `user_not_found`."""
        found = self.users.get(user_id)
        if found is None:
            raise Refused("user_not_found")
        return found

    def people(self) -> Iterator[User]:
        """Everybody but the app's bot."""
        return (one for one in self.users.values() if one.id != BOT_USER_ID)

    def field_id(self, label: str) -> str:
        """The id of a custom profile field, defined at first use."""
        for field_id, known in self.profile_fields.items():
            if known == label:
                return field_id
        field_id = self.new_id("Xf")
        self.profile_fields[field_id] = label
        return field_id

    def link_people_fields(self) -> None:
        """Turn values like a handle or an e-mail in fields named for people into user ids.

        Done once everybody is there, since people may name each other in any order.
        """
        for user in self.people():
            for field_id, value in user.fields.items():
                if self.profile_fields[field_id].casefold() not in PEOPLE_LABELS:
                    continue
                self.people_fields.add(field_id)
                try:
                    user.fields[field_id] = self.person(value).id
                except KeyError as error:
                    raise ValueError(
                        f"{user.name}'s {self.profile_fields[field_id]}: {error}"
                    ) from error

    def _add_bot(self) -> None:
        self.users[BOT_USER_ID] = User(
            id=BOT_USER_ID,
            team_id=self.team.id,
            name=self.manifest.bot_name,
            real_name=self.manifest.name,
            kind=PersonKind.BOT,
            bot_id=BOT_ID,
            app_id=APP_ID,
            enterprise_id=self.team.enterprise_id,
        )

    # -- conversations

    def add_channel(self, channel: Channel) -> Conversation:
        """Make a channel with its first members, without events."""
        members = [self.person(one).id for one in channel.members]
        conversation = Conversation(
            id=channel.id or self.new_id("C"),
            name=channel.name.removeprefix("#"),
            created=self.seconds(),
            creator=members[0] if members else BOT_USER_ID,
            members=[BOT_USER_ID, *members] if channel.has_app else members,
            is_private=channel.is_private,
            is_ext_shared=channel.is_ext_shared,
            is_general=channel.is_general,
            is_archived=channel.is_archived,
            topic=channel.topic,
        )
        if channel.is_ext_shared:
            teams = {self.users[one].team_id for one in members} | {self.team.id}
            conversation.shared_team_ids = sorted(teams)
        self.conversations[conversation.id] = conversation
        return conversation

    def channel(self, name: str) -> Conversation:
        """A channel by name or id; KeyError names what is there instead."""
        wanted = name.removeprefix("#")
        found = self.conversations.get(wanted)
        if found is not None:
            return found
        for one in self.conversations.values():
            if one.name == wanted and not one.is_im:
                return one
        known = sorted(one.name for one in self.conversations.values() if one.name)
        raise KeyError(f"no channel is called {name}; there are {', '.join(known)}")

    def direct(self, user_ids: Iterable[str]) -> Conversation:
        """The app's direct or group message with these people, made when it is not there yet."""
        wanted = sorted({*user_ids, BOT_USER_ID})
        known = self._directs.get(tuple(wanted))
        if known is not None:
            return self.conversations[known]
        single = len(wanted) <= 2
        conversation = Conversation(
            id=self.new_id("D" if single else "G"),
            name="" if single else "mpdm-" + "--".join(self.users[one].name for one in wanted),
            created=self.seconds(),
            creator=BOT_USER_ID,
            members=wanted,
            is_im=single,
            is_mpim=not single,
            is_private=not single,
        )
        self.conversations[conversation.id] = conversation
        self._directs[tuple(wanted)] = conversation.id
        return conversation

    def place(self, wanted: str) -> Conversation | None:
        """A conversation as a caller names it: by id, as `#name`, or by whom it is with."""
        found = self.conversations.get(wanted)
        if found is not None:
            return found
        user = self.users.get(wanted)
        if user is not None:
            return None if user.deleted or user.id == BOT_USER_ID else self.direct([user.id])
        name = wanted.removeprefix("#")
        for one in self.conversations.values():
            if name and one.name == name and not one.is_mpim:
                return one
        return None

    def place_key(self, wanted: str) -> str:
        """One key for a conversation however a caller names it."""
        found = self.place(wanted)
        return wanted if found is None else found.id

    def visible_to(self, user_id: str) -> list[Conversation]:
        """Conversations somebody is in."""
        return [one for one in self.conversations.values() if user_id in one.members]

    def join(self, conversation: Conversation, user_id: str, *, inviter: str | None = None) -> None:
        """Somebody comes into a channel, and the app hears of it."""
        conversation.members.append(user_id)
        event: Json = {
            "type": "member_joined_channel",
            "user": user_id,
            "channel": conversation.id,
            "channel_type": "G" if conversation.is_private else "C",
            "team": self.team.id,
        }
        if inviter is not None:
            event["inviter"] = inviter
        self.on_event("member_joined_channel", event)
        self.tell("app", channel=conversation.id)

    def leave(self, conversation: Conversation, user_id: str) -> None:
        """Somebody leaves a channel or is removed, and the app hears of it."""
        conversation.members.remove(user_id)
        event: Json = {
            "type": "member_left_channel",
            "user": user_id,
            "channel": conversation.id,
            "channel_type": "G" if conversation.is_private else "C",
            "team": self.team.id,
        }
        self.on_event("member_left_channel", event)
        self.tell("app", channel=conversation.id)

    # -- messages

    def post(
        self,
        conversation: Conversation,
        body: Json,
        *,
        by_app: bool = False,
        metadata: Json | None = None,
        ephemeral_to: str | None = None,
    ) -> Message:
        """Put a message into a conversation under a fresh timestamp."""
        ts = self.new_ts()
        message = Message(
            ts=ts,
            channel=conversation.id,
            body={"type": "message", **body, "ts": ts},
            metadata=metadata,
            ephemeral_to=ephemeral_to,
            by_app=by_app,
        )
        conversation.add(message)
        if message.is_reply and message.thread_ts is not None:
            parent = conversation.by_ts.get(message.thread_ts)
            if parent is not None:
                parent.body["thread_ts"] = parent.ts
        self.tell_of("ephemeral" if message.ephemeral_to else "message", conversation, message)
        return message

    def add_file(self, user_id: str, name: str, content: bytes) -> FileRecord:
        """A file somebody chose in a form."""
        file = FileRecord(
            id=self.new_id("F"),
            name=name,
            title=name,
            length=len(content),
            content=content,
            uploaded=True,
            complete=True,
            created=self.seconds(),
            user_id=user_id,
        )
        self.files[file.id] = file
        return file

    # -- user groups

    def add_usergroup(self, group: Usergroup) -> UserGroupRecord:
        """Make a user group, without events."""
        record = UserGroupRecord(
            id=group.id or self.new_id("S"),
            handle=group.handle.removeprefix("@"),
            name=group.name,
            description=group.description,
            users=[self.person(one).id for one in group.members],
            created_at=self.seconds(),
            updated_at=self.seconds(),
            deleted_at=0 if group.enabled else self.seconds(),
        )
        self.usergroups[record.id] = record
        return record

    def usergroup(self, handle: str) -> UserGroupRecord:
        """A user group by handle or id; KeyError names what is there instead."""
        wanted = handle.removeprefix("@")
        for one in self.usergroups.values():
            if wanted in (one.handle, one.id):
                return one
        known = sorted(f"@{one.handle}" for one in self.usergroups.values())
        raise KeyError(f"no user group is called {handle}; there are {', '.join(known)}")

"""What Slack says of a person, a group or a channel, read into our own words. Pure.

Payloads come from `users.list`, `users.info`, events and sometimes from servers that only resemble
Slack, so every key may be missing; only an id must be there.

Kinds (docs.slack.dev, user object): apps and Slackbot are bots. `is_stranger`, or a home
workspace that is not ours, is a stranger from Slack Connect. `is_restricted` and
`is_ultra_restricted` are guests, and everybody else is a member. In an organization of several
workspaces a colleague's home may be another one, so `enterprise_user.teams` is believed first. A
closed account keeps its kind and is not active.

Slack has no field for a manager. Workspaces make custom profile fields, and what they call them
differs, so fields are found by their labels: Manager, Reports to or Supervisor, best of the type
"user", names the manager by a user id; likewise department, company, country and employee type as
text. A manager's field with anything but an id in it names nobody: a name typed as text cannot be
told from somebody else's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from connectors.slack_calls import Json, part, parts, text, words
from engine.application.directory import Channel
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Group, Person, PersonKind

MANAGER = "manager"

LABELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        MANAGER: ("manager", "reports to", "supervisor"),
        "department": ("department",),
        "company": ("company",),
        "country": ("country",),
        "employee_type": ("employee type", "employment type"),
    }
)
"""Labels of custom profile fields, in small letters, the preferred one first."""

SLACKBOT = "USLACKBOT"
_USER_ID = re.compile(r"[UW][A-Z0-9]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFields:
    """The ids of the workspace's custom profile fields that we read, by what they mean."""

    ids: Mapping[str, str]

    def __bool__(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.ids)


NO_FIELDS = ProfileFields(ids=MappingProxyType({}))


def profile_fields_from(answer: Json) -> ProfileFields:
    """Which custom fields mean what, from the answer of `team.profile.get`."""
    of_people: dict[str, str] = {}
    of_any_type: dict[str, str] = {}
    for one in parts(part(answer.get("profile")).get("fields")):
        label, field_id = text(one.get("label")), text(one.get("id"))
        if label is None or field_id is None or one.get("is_hidden"):
            continue
        of_any_type.setdefault(label.lower(), field_id)
        if one.get("type") == "user":
            of_people.setdefault(label.lower(), field_id)
    ids: dict[str, str] = {}
    for meaning, labels in LABELS.items():
        groups = (of_people, of_any_type) if meaning == MANAGER else (of_any_type,)
        found = next((group[one] for group in groups for one in labels if one in group), None)
        if found is not None:
            ids[meaning] = found
    return ProfileFields(ids=MappingProxyType(ids))


def person_from_slack(
    user: Json,
    our_team_id: str,
    profile_fields: ProfileFields = NO_FIELDS,
) -> Person:
    """The person whom a user object describes. Raises ValueError for an object without an id."""
    person_id = text(user.get("id"))
    if person_id is None:
        raise ValueError("a user object without an id")
    own = part(user.get("profile"))
    email = text(own.get("email"))
    person = Person(
        id=PersonId(person_id),
        name=_name(user, own) or person_id,
        kind=_kind(user, person_id, our_team_id),
        active=not user.get("deleted"),
        email=email.lower() if email is not None else None,
        team_id=text(user.get("team_id")) or text(own.get("team")) or our_team_id or None,
        title=text(own.get("title")),
    )
    return with_profile(person, own, profile_fields)


def version_from_slack(user: Json) -> int | None:
    """What grows with every change of a user object; None where it is not said."""
    updated = user.get("updated")
    return updated if isinstance(updated, int) and updated > 0 else None


def with_profile(person: Person, profile: Json, profile_fields: ProfileFields) -> Person:
    """The person with the custom fields of a full profile (`users.profile.get`, or an event's).

    A field may name several managers; the first one counts. Nobody is their own manager.
    """
    custom = _custom_values(profile, profile_fields)
    manager = custom.get(MANAGER, "").split(",")[0].strip()
    return replace(
        person,
        manager_id=PersonId(manager) if _USER_ID.match(manager) and manager != person.id else None,
        department=custom.get("department"),
        company=custom.get("company"),
        country=custom.get("country"),
        employee_type=custom.get("employee_type"),
    )


def has_custom_fields(user: Json) -> bool:
    """Whether a user object carries the custom fields at all; lists usually leave them out."""
    return isinstance(part(user.get("profile")).get("fields"), Mapping)


def group_from_slack(usergroup: Json, members: object) -> Group:
    """The group of people a user group object describes; a disabled one has no members.

    Slack keeps the members of a disabled group for the day it is enabled again; until then they
    have nothing by it.
    """
    group_id = text(usergroup.get("id"))
    if group_id is None:
        raise ValueError("a user group object without an id")
    handle = text(usergroup.get("handle")) or group_id
    active = not usergroup.get("date_delete")
    return Group(
        id=GroupId(group_id),
        handle=handle.removeprefix("@"),
        name=text(usergroup.get("name")) or handle,
        active=active,
        members=frozenset(PersonId(one) for one in words(members)) if active else frozenset(),
    )


def channel_from_slack(channel: Json) -> Channel:
    """The channel a conversation object describes."""
    channel_id = text(channel.get("id"))
    if channel_id is None:
        raise ValueError("a channel object without an id")
    return Channel(
        id=ChannelId(channel_id),
        name=text(channel.get("name")) or channel_id,
        is_private=bool(channel.get("is_private")),
        is_archived=bool(channel.get("is_archived")),
    )


def _custom_values(profile: Json, profile_fields: ProfileFields) -> Mapping[str, str]:
    """The values of the fields we read, by what they mean; empty ones left out.

    Slack writes an empty set of fields as an empty list.
    """
    fields = part(profile.get("fields"))
    found: dict[str, str] = {}
    for meaning, field_id in profile_fields.ids.items():
        value = text(part(fields.get(field_id)).get("value"))
        if value is not None:
            found[meaning] = value
    return found


def _kind(user: Json, person_id: str, our_team_id: str) -> PersonKind:
    if user.get("is_bot") or person_id == SLACKBOT:
        return PersonKind.BOT
    if user.get("is_stranger") or _is_foreign(user, our_team_id):
        return PersonKind.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return PersonKind.GUEST
    return PersonKind.MEMBER


def _is_foreign(user: Json, our_team_id: str) -> bool:
    """Whether the person belongs to another workspace and not to ours too."""
    home = text(user.get("team_id"))
    if not our_team_id or home is None or home == our_team_id:
        return False
    return our_team_id not in words(part(user.get("enterprise_user")).get("teams"))


def _name(user: Json, profile: Json) -> str | None:
    """What to call the person: the full name, else the display name, else the handle."""
    return (
        text(profile.get("real_name"))
        or text(user.get("real_name"))
        or text(profile.get("display_name"))
        or text(user.get("name"))
    )

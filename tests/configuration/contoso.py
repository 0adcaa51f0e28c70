"""An invented organization in plain data, a small good file, and ways to spoil it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

import configuration
from engine.application.directory import Channel
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Group, Person, PersonKind

TODAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainDirectory:
    """The names of a directory, over values a test can write down."""

    people: dict[PersonId, Person] = field(default_factory=dict)
    groups: dict[GroupId, Group] = field(default_factory=dict)
    channels: dict[ChannelId, Channel] = field(default_factory=dict)

    def person_by_email(self, email: str) -> Person | None:
        """The person with this address."""
        found = (p for p in self.people.values() if (p.email or "").lower() == email.lower())
        return next(found, None)

    def group_by_handle(self, handle: str) -> Group | None:
        """The group with this handle."""
        found = (g for g in self.groups.values() if g.handle.lower() == handle.lower())
        return next(found, None)

    def channel_by_name(self, name: str) -> Channel | None:
        """The channel with this name."""
        found = (c for c in self.channels.values() if c.name.lower() == name.lower())
        return next(found, None)

    def person(self, person_id: PersonId) -> Person | None:
        """The person with this id."""
        return self.people.get(person_id)

    def group(self, group_id: GroupId) -> Group | None:
        """The group with this id."""
        return self.groups.get(group_id)

    def channel(self, channel_id: ChannelId) -> Channel | None:
        """The channel with this id."""
        return self.channels.get(channel_id)

    def similar(self, kind: str, name: str) -> str | None:
        """The closest known name of a kind."""
        known = {
            "person": [person.email or "" for person in self.people.values()],
            "group": [group.handle for group in self.groups.values()],
            "channel": [channel.name for channel in self.channels.values()],
        }[kind]
        return next(iter(get_close_matches(name, known, n=1, cutoff=0.8)), None)


def a_directory(
    people: Iterable[Person], groups: Iterable[Group] = (), channels: Iterable[Channel] = ()
) -> PlainDirectory:
    """A directory of these."""
    return PlainDirectory(
        people={person.id: person for person in people},
        groups={group.id: group for group in groups},
        channels={channel.id: channel for channel in channels},
    )


def _person(name: str, *, kind: PersonKind = PersonKind.MEMBER, active: bool = True) -> Person:
    return Person(
        id=PersonId(f"U-{name}"),
        name=name.title(),
        kind=kind,
        active=active,
        email=f"{name}@contoso.com",
    )


def _group(handle: str, *members: str, active: bool = True) -> Group:
    return Group(
        id=GroupId(f"S-{handle}"),
        handle=handle,
        name=handle,
        active=active,
        members=frozenset(PersonId(f"U-{member}") for member in members),
    )


def _channel(name: str, *, is_private: bool = True, is_archived: bool = False) -> Channel:
    return Channel(
        id=ChannelId(f"C-{name}"), name=name, is_private=is_private, is_archived=is_archived
    )


CONTOSO = a_directory(
    people=[
        *(_person(name) for name in ("ada", "olga", "rita", "mia", "max", "ed", "ivan", "lena")),
        _person("sara", kind=PersonKind.GUEST),
        _person("stan", kind=PersonKind.STRANGER),
        _person("robot", kind=PersonKind.BOT),
        _person("gone", active=False),
    ],
    groups=[
        _group("it-desk", "ivan"),
        _group("it-leads", "lena"),
        _group("engineers", "rita", "ed"),
        _group("prod-readers", "olga"),
        _group("empty"),
        _group("former", "gone", "robot"),
        _group("disabled", "ada", active=False),
    ],
    channels=[
        _channel("access-admin"),
        _channel("incident-room"),
        _channel("general", is_private=False),
        _channel("attic", is_archived=True),
    ],
)

GOOD = """\
organization: {name: Contoso}
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]
catalogs:
  - name: Engineering
    owners: [olga@contoso.com]
    resources:
      - name: prod-readers
        connector: slack_usergroup
        id: "@prod-readers"
      - name: vpn
        connector: manual
        id: Office VPN
        fulfillers: ["@it-desk"]
        roles: [user, administrator]
    packages:
      - name: Production read access
        grants: [{resource: prod-readers, role: member}]
        incompatible_with: {packages: [Office VPN], groups: []}
        policies:
          - name: Employees
            requestors: {scope: all_members}
            approval:
              stages:
                - name: Manager
                  approvers: [{manager: 1}]
                  decide_within: P14D
                  remind: [P2D, P7D]
                  escalate:
                    - {after: P3D, to: [{manager: 2}]}
                - name: Owner
                  approvers: [{people: [olga@contoso.com]}]
            expiration: {after: P90D}
            extension: {allowed: true, remind_before: [P14D, P1D]}
      - name: Office VPN
        grants: [{resource: vpn, role: user}]
        policies:
          - name: Engineers
            requestors: {scope: specific, groups: ["@engineers"]}
            expiration: never
"""
"""Line numbers matter to the tests: the file has 41 lines."""


def spoilt(*changes: tuple[str, str]) -> str:
    """The good file with pieces replaced; each must occur, and the first occurrence counts."""
    text = GOOD
    for old, new in changes:
        assert old in text, f"the good file does not say {old!r}"
        text = text.replace(old, new, 1)
    return text


def faults(text: str, directory: PlainDirectory | None = CONTOSO) -> list[str]:
    """What is wrong with a file, as people read it."""
    found, _ = configuration.check(text, filename="usher.yml", directory=directory, today=TODAY)
    return [str(fault) for fault in found]


def warnings(text: str, directory: PlainDirectory | None = CONTOSO) -> list[str]:
    """What is odd about a file that has no faults."""
    found, odd = configuration.check(text, filename="usher.yml", directory=directory, today=TODAY)
    assert not found, [str(fault) for fault in found]
    return [str(warning) for warning in odd]

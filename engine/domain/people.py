"""People, and the descriptions that resolve to people at a moment (Graph: subjectSet).

A policy never stores "the approvers"; it stores subjects. Who they are is looked up in the mirror
of the directory when a stage opens, and again at every wake and click (APR-21), so that somebody
who left is never waited for and somebody who joined a group may decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.domain.ids import GroupId, PersonId


class PersonKind(StrEnum):
    """What the directory says a person is. Only members and guests can ask for anything."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    """Somebody of another workspace who shares a channel with ours (Slack Connect)."""
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One row of the mirror of the directory. `active` is False once the account is closed."""

    id: PersonId
    name: str
    kind: PersonKind
    active: bool = True
    email: str | None = None
    team_id: str | None = None
    """The workspace the person belongs to; an outsider's differs from ours."""
    manager_id: PersonId | None = None
    department: str | None = None
    title: str | None = None
    company: str | None = None
    country: str | None = None
    employee_type: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of people in the directory, with its members at the last look."""

    id: GroupId
    handle: str
    """Without the @."""
    name: str
    active: bool = True
    members: frozenset[PersonId] = frozenset()


class SubjectKind(StrEnum):
    """The ways to name people without naming them (APR-4)."""

    PERSON = "person"
    GROUP = "group"
    MANAGER = "manager"
    """The target's manager at `level`: 1 the direct one, 2 the manager's manager, and so on."""
    CATALOG_OWNERS = "catalog_owners"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A description that resolves to people at a moment; exactly one of the fields is set."""

    kind: SubjectKind
    person_id: PersonId | None = None
    group_id: GroupId | None = None
    level: int | None = None

    def __post_init__(self) -> None:
        """Keep a subject unambiguous: a kind carries its own field and no other."""
        carries = {
            SubjectKind.PERSON: self.person_id is not None,
            SubjectKind.GROUP: self.group_id is not None,
            SubjectKind.MANAGER: self.level is not None and self.level >= 1,
            SubjectKind.CATALOG_OWNERS: True,
        }[self.kind]
        extra = [self.person_id, self.group_id, self.level]
        limit = 0 if self.kind is SubjectKind.CATALOG_OWNERS else 1
        if not carries or sum(part is not None for part in extra) > limit:
            raise ValueError(f"a subject of kind {self.kind} cannot be made from {extra}")


def the_person(person_id: PersonId) -> Subject:
    """The subject that is exactly this person."""
    return Subject(kind=SubjectKind.PERSON, person_id=person_id)


def members_of(group_id: GroupId) -> Subject:
    """The subject that is whoever is in this group when asked."""
    return Subject(kind=SubjectKind.GROUP, group_id=group_id)


def the_manager(level: int = 1) -> Subject:
    """The subject that is the target's manager `level` steps up."""
    return Subject(kind=SubjectKind.MANAGER, level=level)


CATALOG_OWNERS = Subject(kind=SubjectKind.CATALOG_OWNERS)
"""The subject that is whoever owns the catalog of the package when asked."""

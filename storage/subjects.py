"""Who the subjects of a policy are at this moment, in one statement.

Only active members and guests are anybody. A manager is found by following `manager_id` from the
target that many steps, whoever is on the way; an inactive one at the end is nobody.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnClause,
    Connection,
    Integer,
    String,
    bindparam,
    cast,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect

from engine.domain.ids import PersonId
from engine.domain.people import PersonKind, Subject, SubjectKind
from storage.tables import group_members, groups, people

_SOMEBODY = people.c.active & people.c.kind.in_([PersonKind.MEMBER, PersonKind.GUEST])


def resolve(
    conn: Connection, subjects: Iterable[Subject], target_id: PersonId | None
) -> dict[Subject, tuple[PersonId, ...]]:
    """The people of each subject that has any, in the order of their ids."""
    known = {_asked(subject): subject for subject in subjects}
    keys: dict[str, list[str]] = defaultdict(list)
    for kind, key in sorted(known):
        keys[kind].append(key)
    depth = max((int(level) for level in keys[SubjectKind.MANAGER]), default=0)
    if target_id is None:
        depth = 0
    if not keys[SubjectKind.PERSON] and not keys[SubjectKind.GROUP] and not depth:
        return {}
    asked: dict[str, object] = {
        "people": keys[SubjectKind.PERSON],
        "groups": keys[SubjectKind.GROUP],
    }
    if depth:
        asked |= {"target_id": target_id, "depth": depth}
    found: dict[Subject, list[PersonId]] = defaultdict(list)
    for kind, key, person_id in conn.execute(_statement(with_managers=depth > 0), asked):
        subject = known.get((kind, key))
        if subject is not None:
            found[subject].append(PersonId(person_id))
    return {subject: tuple(sorted(members)) for subject, members in found.items()}


def _asked(subject: Subject) -> tuple[str, str]:
    part = subject.person_id or subject.group_id or subject.level or ""
    return str(subject.kind), str(part)


def _kind(kind: SubjectKind) -> ColumnClause[str]:
    return literal_column(f"'{kind}'", String)


@cache
def _statement(*, with_managers: bool) -> CompoundSelect[Any]:
    persons = select(_kind(SubjectKind.PERSON), people.c.id, people.c.id).where(
        people.c.id.in_(bindparam("people", expanding=True)), _SOMEBODY
    )
    members = (
        select(_kind(SubjectKind.GROUP), groups.c.id, people.c.id)
        .join(group_members, group_members.c.group_id == groups.c.id)
        .join(people, people.c.id == group_members.c.person_id)
        .where(groups.c.id.in_(bindparam("groups", expanding=True)), groups.c.active, _SOMEBODY)
    )
    if not with_managers:
        return union_all(persons, members)
    chain = (
        select(literal_column("0", Integer).label("level"), people.c.manager_id)
        .where(people.c.id == bindparam("target_id"))
        .cte("chain", recursive=True)
    )
    chain = chain.union_all(
        select(chain.c.level + literal_column("1"), people.c.manager_id)
        .join(chain, people.c.id == chain.c.manager_id)
        .where(chain.c.level < bindparam("depth", type_=Integer) - literal_column("1"))
    )
    managers = (
        select(
            _kind(SubjectKind.MANAGER),
            cast(chain.c.level + literal_column("1"), String),
            people.c.id,
        )
        .join(people, people.c.id == chain.c.manager_id)
        .where(_SOMEBODY)
    )
    return union_all(persons, members, managers)

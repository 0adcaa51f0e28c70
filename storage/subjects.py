"""Who the subjects of a policy are at this moment, in one statement.

Only active members and guests are anybody. A manager is found by following `manager_id` from the
target that many steps, whoever is on the way; an inactive one at the end is nobody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnClause,
    Connection,
    Integer,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect, ScalarSelect

from engine.domain.ids import PersonId
from engine.domain.people import PersonKind, Subject, SubjectKind
from storage.tables import group_members, groups, people

_SOMEBODY = people.c.active & people.c.kind.in_([PersonKind.MEMBER, PersonKind.GUEST])


Answer = dict[Subject, tuple[PersonId, ...]]


class Asked:
    """Subjects with what has to be asked of the database to know who they are."""

    def __init__(self, subjects: Iterable[Subject], target_id: PersonId | None) -> None:
        """A manager is the target's; without a target there is none."""
        self._known = {_asked(subject): subject for subject in subjects}
        keys: dict[str, list[str]] = defaultdict(list)
        for kind, key in sorted(self._known):
            keys[kind].append(key)
        depth = max((int(level) for level in keys[SubjectKind.MANAGER]), default=0)
        self.with_managers = depth > 0 and target_id is not None
        self.anybody = bool(
            keys[SubjectKind.PERSON] or keys[SubjectKind.GROUP] or self.with_managers
        )
        self.parameters: dict[str, object] = {
            "people": keys[SubjectKind.PERSON],
            "groups": keys[SubjectKind.GROUP],
        }
        if self.with_managers:
            self.parameters |= {"target_id": target_id, "depth": depth}

    def answer(self, rows: Iterable[Sequence[str]]) -> Answer:
        """The people of each subject that has any, from rows of kind, key and person."""
        found: dict[Subject, list[PersonId]] = defaultdict(list)
        for kind, key, person_id in rows:
            subject = self._known.get((kind, key))
            if subject is not None:
                found[subject].append(PersonId(person_id))
        return {subject: tuple(sorted(members)) for subject, members in found.items()}

    def answer_in_words(self, words: str | None) -> Answer:
        """The same from what `in_words` selects."""
        return self.answer(line.split(" ") for line in words.split("\n")) if words else {}


def resolve(conn: Connection, subjects: Iterable[Subject], target_id: PersonId | None) -> Answer:
    """The people of each subject that has any, in the order of their ids."""
    asked = Asked(subjects, target_id)
    if not asked.anybody:
        return {}
    statement = _statement(with_managers=asked.with_managers)
    return asked.answer(conn.execute(statement, asked.parameters))


@cache
def in_words(*, with_managers: bool) -> ScalarSelect[str]:
    """Every row as a line of three words in one text, to ride along with another statement."""
    found = _statement(with_managers=with_managers).subquery("subjects")
    kind, key, person_id = found.c
    line = kind + " " + key + " " + person_id
    return select(func.aggregate_strings(line, "\n")).scalar_subquery()


def _asked(subject: Subject) -> tuple[str, str]:
    part = subject.person_id or subject.group_id or subject.level or ""
    return str(subject.kind), str(part)


def _kind(kind: SubjectKind) -> ColumnClause[str]:
    return literal_column(f"'{kind}'", String)


@cache
def _statement(*, with_managers: bool) -> CompoundSelect[Any]:
    persons = select(
        _kind(SubjectKind.PERSON).label("kind"),
        people.c.id.label("key"),
        people.c.id.label("person_id"),
    ).where(people.c.id.in_(bindparam("people", expanding=True)), _SOMEBODY)
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

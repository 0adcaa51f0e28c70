"""What can be read inside a transaction: people and who they are now, requests, what is held."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    literal_column,
    select,
)

from engine.application.directory import DirectoryNames
from engine.application.holding_ports import Claim
from engine.application.upkeep_ports import JobState
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import Assignment
from engine.domain.holdings import Holding
from engine.domain.ids import (
    AssignmentId,
    GroupId,
    HoldingId,
    PackageId,
    PersonId,
    RequestId,
)
from engine.domain.people import Person, PersonKind, Subject
from storage import tables as t
from storage.bound import Bound, Home
from storage.mapping import Mapped
from storage.names import read_names
from storage.subjects import Answer, Asked, in_words, resolve

PERSON = Mapped(Person, t.people)
REQUEST = Mapped(AssignmentRequest, t.requests)
ASSIGNMENT = Mapped(Assignment, t.assignments)
HOLDING = Mapped(Holding, t.holdings)


def _among(name: str) -> Any:
    return bindparam(name, expanding=True)


ACTIVE = t.assignments.c.ended_at.is_(None)

_PERSON = (
    select(*PERSON.columns, t.groups.c.id.label("group_id"))
    .outerjoin(t.group_members, t.group_members.c.person_id == t.people.c.id)
    .outerjoin(t.groups, and_(t.groups.c.id == t.group_members.c.group_id, t.groups.c.active))
    .where(t.people.c.id == bindparam("id"))
)
"""A person with their groups: whoever asks for the one mostly asks for the others too."""
_PEOPLE = select(*PERSON.columns).where(t.people.c.id.in_(_among("ids")))
_CLOSED = select(t.people.c.id).where(~t.people.c.active, t.people.c.id.in_(_among("ids")))
_ACTIVE_PEOPLE = select(t.people.c.id).where(
    t.people.c.active, t.people.c.kind != PersonKind.STRANGER
)
_UNREAD = (
    select(*PERSON.columns)
    .where(t.people.c.unread, t.people.c.active)
    .order_by(t.people.c.id)
    .limit(bindparam("most"))
)
_BY_EMAIL = (
    select(*PERSON.columns)
    .where(t.people.c.email_key == bindparam("email"))
    .order_by(t.people.c.active.desc(), t.people.c.id)
    .limit(1)
)
_GROUPS_OF = (
    select(t.groups.c.id)
    .join(t.group_members, t.group_members.c.group_id == t.groups.c.id)
    .where(t.group_members.c.person_id == bindparam("person_id"), t.groups.c.active)
)
ONE_REQUEST = select(*REQUEST.columns).where(t.requests.c.id == bindparam("id"))
ONE_ASSIGNMENT = select(*ASSIGNMENT.columns).where(t.assignments.c.id == bindparam("id"))
ONE_HOLDING = select(*HOLDING.columns).where(t.holdings.c.id == bindparam("id"))
_HOLDINGS_ON = select(*HOLDING.columns).where(
    t.holdings.c.connector == bindparam("connector"),
    t.holdings.c.target == bindparam("target"),
    t.holdings.c.role == bindparam("role"),
)
_ONE = select(literal_column("1", Integer).label("one")).subquery("one")
_STANDING = (
    select(t.requests.c.id.label("open_request_id"), *ASSIGNMENT.columns)
    .select_from(_ONE)
    .outerjoin(
        t.requests,
        and_(
            t.requests.c.is_open,
            t.requests.c.target_id == bindparam("target_id"),
            t.requests.c.package_id == bindparam("package_id"),
        ),
    )
    .outerjoin(
        t.assignments,
        and_(
            ACTIVE,
            t.assignments.c.target_id == bindparam("target_id"),
            t.assignments.c.package_id == bindparam("package_id"),
        ),
    )
)
"""What a person has of a package: the open request and the active assignment, always one row."""


@cache
def _asking(*, with_subjects: bool, with_managers: bool) -> Select[Any]:
    """All that asking for a package needs: person, groups, what they have, who is to decide."""
    of_both = (
        t.requests.c.is_open & (t.requests.c.target_id == t.people.c.id),
        ACTIVE & (t.assignments.c.target_id == t.people.c.id),
    )
    package_id: BindParameter[str] = bindparam("package_id")
    statement = (
        _PERSON.add_columns(t.requests.c.id.label("open_request_id"), *ASSIGNMENT.columns)
        .outerjoin(t.requests, of_both[0] & (t.requests.c.package_id == package_id))
        .outerjoin(t.assignments, of_both[1] & (t.assignments.c.package_id == package_id))
    )
    if not with_subjects:
        return statement
    return statement.add_columns(in_words(with_managers=with_managers).label("subjects"))


_HELD_PACKAGES = select(t.assignments.c.package_id).where(
    ACTIVE,
    t.assignments.c.target_id == bindparam("target_id"),
    t.assignments.c.package_id.in_(_among("packages")),
)
_HOLDERS = (
    select(*ASSIGNMENT.columns)
    .where(ACTIVE, t.assignments.c.package_id.in_(_among("packages")))
    .order_by(t.assignments.c.id)
)
_PENDING = (
    select(*REQUEST.columns)
    .where(t.requests.c.is_open, t.requests.c.package_id.in_(_among("packages")))
    .order_by(t.requests.c.id)
)
_CLAIMS = (
    select(*HOLDING.columns, t.claims.c.active)
    .join(t.claims, t.claims.c.holding_id == t.holdings.c.id)
    .where(t.claims.c.assignment_id == bindparam("assignment_id"))
    .order_by(t.claims.c.position, t.holdings.c.id)
)
_CLAIMANTS = (
    select(
        t.assignments.c.id,
        t.assignments.c.request_id,
        t.assignments.c.removal_request_id,
        t.assignments.c.ended_at,
        t.claims.c.active,
    )
    .join(t.claims, t.claims.c.assignment_id == t.assignments.c.id)
    .where(t.claims.c.holding_id == bindparam("holding_id"))
    .order_by(t.assignments.c.id)
)


_JOB = select(t.jobs.c.wake_at, t.jobs.c.done_at, t.jobs.c.failures).where(
    t.jobs.c.name == bindparam("name")
)
_REMEMBERED = select(t.remembered.c.value).where(t.remembered.c.name == bindparam("name"))

_Standing = tuple[RequestId | None, Assignment | None]
"""The open request and the active assignment of a person for a package."""


def _standing_in(open_request_id: str | None, held: Sequence[Any]) -> _Standing:
    """The same from a row; `held` starts with an assignment's columns, empty if there is none."""
    return (
        RequestId(open_request_id) if open_request_id is not None else None,
        ASSIGNMENT.from_row(held) if held[0] is not None else None,
    )


class SqlReader(Bound):
    """The reads of `engine.application.ports.Reader`."""

    def __init__(self, conn: Connection, home: Home) -> None:
        """With nothing read yet."""
        super().__init__(conn, home)
        self.people_seen: dict[PersonId, Person | None] = {}
        """People read together with something else."""
        self._groups_known: dict[PersonId, frozenset[GroupId]] = {}
        self._standings: dict[tuple[PersonId, PackageId], _Standing] = {}
        self._resolved: dict[PersonId, tuple[frozenset[Subject], Answer]] = {}
        """Who some subjects are for a target."""

    def directory(self) -> DirectoryNames:
        """The mirror by names, as a snapshot of this moment."""
        return read_names(self.conn, PERSON)

    def person(self, person_id: PersonId) -> Person | None:
        """One person of the mirror."""
        if person_id in self.people_seen:
            return self.people_seen[person_id]
        rows = self.conn.execute(_PERSON, {"id": person_id}).all()
        return self._meet(person_id, rows) if rows else None

    def acquaint(
        self, person_id: PersonId, package_id: PackageId, subjects: Iterable[Subject]
    ) -> None:
        """Read at once what asking for a package needs; what is asked next is answered from it."""
        wanted = frozenset(subjects)
        who = Asked(wanted, person_id)
        asked = {**who.parameters, "id": person_id, "package_id": package_id}
        statement = _asking(with_subjects=who.anybody, with_managers=who.with_managers)
        rows = self.conn.execute(self.riding(statement), asked).all()
        if not rows:
            self.people_seen[person_id] = None
            return
        first = rows[0]
        self.ridden(first)
        self._meet(person_id, rows)
        held = first[len(PERSON.columns) + 2 :]
        self._standings[person_id, package_id] = _standing_in(first.open_request_id, held)
        if who.anybody:
            self._resolved[person_id] = (wanted, who.answer_in_words(first.subjects))

    def _meet(self, person_id: PersonId, rows: Sequence[Any]) -> Person:
        groups = (GroupId(row.group_id) for row in rows if row.group_id is not None)
        self._groups_known[person_id] = frozenset(groups)
        person = PERSON.from_row(rows[0])
        self.people_seen[person_id] = person
        return person

    def people(self, person_ids: Iterable[PersonId]) -> dict[PersonId, Person]:
        """Several people; unknown ids are left out."""
        found: dict[PersonId, Person] = {}
        for some in chunks(sorted(set(person_ids))):
            for person in PERSON.all_from(self.conn.execute(_PEOPLE, {"ids": some})):
                found[person.id] = person
        return found

    def closed_among(self, person_ids: Iterable[PersonId]) -> frozenset[PersonId]:
        """Those of them whose account is closed."""
        ids = sorted(set(person_ids))
        closed = self.conn.execute(_CLOSED, {"ids": ids}).scalars() if ids else ()
        return frozenset(map(PersonId, closed))

    def active_people(self) -> frozenset[PersonId]:
        """Our own people whose accounts are open; people of other workspaces left out."""
        return frozenset(map(PersonId, self.conn.execute(_ACTIVE_PEOPLE).scalars()))

    def people_without_fields(
        self, limit: int, among: Iterable[PersonId] | None = None
    ) -> tuple[Person, ...]:
        """People whose manager, department and the like are still to be read."""
        if among is None:
            return PERSON.all_from(self.conn.execute(_UNREAD, {"most": limit}))
        named = _UNREAD.where(t.people.c.id.in_(_among("ids")))
        asked = {"most": limit, "ids": sorted(among)}
        return PERSON.all_from(self.conn.execute(named, asked))

    def person_by_email(self, email: str) -> Person | None:
        """The person with this address, case ignored; the active one, if there are several."""
        row = self.conn.execute(_BY_EMAIL, {"email": email.casefold()}).first()
        return PERSON.from_row(row) if row is not None else None

    def groups_of(self, person_id: PersonId) -> frozenset[GroupId]:
        """The active groups this person is in."""
        if person_id not in self._groups_known:
            rows = self.conn.execute(_GROUPS_OF, {"person_id": person_id})
            self._groups_known[person_id] = frozenset(GroupId(row[0]) for row in rows)
        return self._groups_known[person_id]

    def resolve(
        self, subjects: Iterable[Subject], target_id: PersonId | None
    ) -> dict[Subject, tuple[PersonId, ...]]:
        """Who these subjects are now, in one statement."""
        wanted = set(subjects)
        known = self._resolved.get(target_id) if target_id is not None else None
        if known is not None and wanted <= known[0]:
            return {subject: who for subject, who in known[1].items() if subject in wanted}
        return resolve(self.conn, wanted, target_id)

    def request(self, request_id: RequestId) -> AssignmentRequest | None:
        """One request, not locked."""
        row = self.conn.execute(ONE_REQUEST, {"id": request_id}).one_or_none()
        return REQUEST.from_row(row) if row is not None else None

    def assignment(self, assignment_id: AssignmentId) -> Assignment | None:
        """One assignment, not locked."""
        row = self.conn.execute(ONE_ASSIGNMENT, {"id": assignment_id}).one_or_none()
        return ASSIGNMENT.from_row(row) if row is not None else None

    def holding(self, holding_id: HoldingId) -> Holding | None:
        """One holding, not locked."""
        row = self.conn.execute(ONE_HOLDING, {"id": holding_id}).one_or_none()
        return HOLDING.from_row(row) if row is not None else None

    def holdings_on(self, connector: str, target: str, role: str) -> tuple[Holding, ...]:
        """Everybody's holding of one resource role, past ones too."""
        asked = {"connector": connector, "target": target, "role": role}
        return HOLDING.all_from(self.conn.execute(_HOLDINGS_ON, asked))

    def open_request_of(self, target_id: PersonId, package_id: PackageId) -> RequestId | None:
        """The request (add or update, not a removal) of this person that is still open.

        One that was delivered once and is being delivered again does not count: its assignment
        says that the package is held.
        """
        return self._standing(target_id, package_id)[0]

    def active_assignment_of(self, target_id: PersonId, package_id: PackageId) -> Assignment | None:
        """The assignment of this person that has not ended."""
        return self._standing(target_id, package_id)[1]

    def _standing(self, target_id: PersonId, package_id: PackageId) -> "_Standing":
        """Both in one statement, for whoever asks for the one mostly asks for the other too."""
        key = (target_id, package_id)
        if key not in self._standings:
            who = {"target_id": target_id, "package_id": package_id}
            row = self.conn.execute(_STANDING, who).one()
            self._standings[key] = _standing_in(row[0], row[1:])
        return self._standings[key]

    def forget(self) -> None:
        """Look again: something was written."""
        self.people_seen.clear()
        self._groups_known.clear()
        self._standings.clear()
        self._resolved.clear()

    def held_packages(
        self, target_id: PersonId, among: Iterable[PackageId]
    ) -> frozenset[PackageId]:
        """Those of the packages that this person holds or is scheduled to."""
        asked = {"target_id": target_id, "packages": sorted(among)}
        return frozenset(PackageId(row[0]) for row in self.conn.execute(_HELD_PACKAGES, asked))

    def holders(self, package_ids: Iterable[PackageId]) -> dict[PackageId, tuple[Assignment, ...]]:
        """The active assignments of these packages."""
        found: dict[PackageId, list[Assignment]] = defaultdict(list)
        rows = self.conn.execute(_HOLDERS, {"packages": sorted(package_ids)})
        for assignment in ASSIGNMENT.all_from(rows):
            found[assignment.package_id].append(assignment)
        return {package_id: tuple(held) for package_id, held in found.items()}

    def pending_requests(
        self, package_ids: Iterable[PackageId]
    ) -> dict[PackageId, tuple[AssignmentRequest, ...]]:
        """The open requests of these packages; removals do not count."""
        found: dict[PackageId, list[AssignmentRequest]] = defaultdict(list)
        rows = self.conn.execute(_PENDING, {"packages": sorted(package_ids)})
        for request in REQUEST.all_from(rows):
            found[request.package_id].append(request)
        return {package_id: tuple(asked) for package_id, asked in found.items()}

    def claimants_of(self, holding_id: HoldingId) -> tuple[tuple[AssignmentId, RequestId], ...]:
        """The assignments that give this holding, or the one that gave it last.

        Each with the request it reports to.
        """
        rows = self.conn.execute(_CLAIMANTS, {"holding_id": holding_id}).all()
        giving = [row for row in rows if row.active]
        if not giving:
            giving = sorted(rows, key=lambda row: (row.ended_at is None, row.ended_at, row.id))[-1:]
        return tuple(
            (AssignmentId(row.id), RequestId(row.removal_request_id or row.request_id))
            for row in giving
        )

    def claims_of(self, assignment_id: AssignmentId) -> tuple[Claim, ...]:
        """Every holding this assignment gives, or gave."""
        rows = self.conn.execute(_CLAIMS, {"assignment_id": assignment_id})
        return tuple(Claim(holding=HOLDING.from_row(row), active=row[-1]) for row in rows)

    def job_state(self, name: str) -> JobState:
        """When this job is due, and how it went; as if never done when nobody knows it yet."""
        row = self.conn.execute(_JOB, {"name": name}).one_or_none()
        return JobState(*row) if row is not None else JobState()

    def remembered(self, name: str) -> str | None:
        """What was remembered last under this name."""
        found: str | None = self.conn.execute(_REMEMBERED, {"name": name}).scalar_one_or_none()
        return found


def chunks(values: list[Any], size: int = 500) -> Iterable[list[Any]]:
    """The values in parts that fit one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def locked(statement: Select[Any], *, skip: bool = False) -> Select[Any]:
    """The same, locking its rows against other writers; `skip` those that others hold.

    SQLite needs no clause: its transactions exclude one another from their first statement on.
    """
    return statement.with_for_update(key_share=True, skip_locked=skip)

"""What every reader of a part of the file needs: lines, findings, lookups, the day.

The subjects of a policy (people, groups, managers, owners) are read here too, since they occur
everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from configuration import durations
from configuration.document import Document, Path
from configuration.faults import Findings, Words
from configuration.lookups import Lookups
from configuration.names import fold
from configuration.shape import ApproverPart
from configuration.wording import meaning
from engine.domain.ids import GroupId
from engine.domain.people import (
    CATALOG_OWNERS,
    Subject,
    SubjectKind,
    members_of,
    the_manager,
    the_person,
)


@dataclass(slots=True, kw_only=True)
class Reading:
    """One pass over one file."""

    document: Document
    findings: Findings
    lookups: Lookups
    today: date
    connectors: tuple[str, ...] = ()
    """Installed ones; the built-in ones are known."""
    _harmed: set[Path] = field(default_factory=set)

    def fault(self, path: Path, words: Words) -> None:
        """Note a fault on the line of a place; the place and all around it is no longer whole."""
        self.findings.fault(self.document.line(path), words)
        self._harmed.update(path[:length] for length in range(len(path) + 1))

    def warn(self, path: Path, words: Words) -> None:
        """Note a warning on the line of a place."""
        self.findings.warn(self.document.line(path), words)

    def whole(self, path: Path) -> bool:
        """Whether no fault was found in a place, so that conclusions can be drawn from it."""
        return path not in self._harmed and path not in self.document.harmed

    def named_once(self, what: str, name: str, path: Path, seen: dict[str, Path]) -> None:
        """Report a name that another thing of the same kind already has."""
        if not name:
            return
        first = seen.setdefault(fold(name), path)
        if first != path:
            self.fault(
                (*path, "name"),
                meaning.name_twice(what, name, self.document.line((*first, "name"))),
            )

    def duration(
        self, text: str | None, path: Path, *, default: timedelta, most: timedelta | None = None
    ) -> timedelta:
        """A duration above zero and up to `most`; the default where there is none."""
        found = durations.parse(text) if text is not None else None
        if text is None or found is None:
            return default
        if found <= timedelta(0):
            self.fault(path, meaning.no_time(text))
        elif most is not None and found > most:
            self.fault(path, meaning.too_much_time(str(path[-1]), text, most))
        return found

    def people(self, emails: tuple[str, ...], path: Path) -> tuple[Subject, ...]:
        """Subjects of people by address."""
        return self._once(
            (((*path, at), email, self._person(email, (*path, at))))
            for at, email in enumerate(emails)
        )

    def groups(self, handles: tuple[str, ...], path: Path) -> tuple[Subject, ...]:
        """Subjects of groups by handle."""
        return self._once(
            ((*path, at), handle, self._group(handle, (*path, at)))
            for at, handle in enumerate(handles)
        )

    def people_and_groups(self, names: tuple[str, ...], path: Path) -> tuple[Subject, ...]:
        """Subjects of the people and groups in a list; channels in it are passed over."""
        return self._once(
            ((*path, at), name, self._person_or_group(name, (*path, at)))
            for at, name in enumerate(names)
            if not name.startswith("#")
        )

    def approvers(self, parts: tuple[ApproverPart, ...], path: Path) -> tuple[Subject, ...]:
        """Subjects of a list of ways to say who decides."""
        return self._once(
            found for at, part in enumerate(parts) for found in self._approver(part, (*path, at))
        )

    def _approver(
        self, part: ApproverPart, path: Path
    ) -> Iterator[tuple[Path, str, Subject | None]]:
        for at, email in enumerate(part.people):
            place = (*path, "people", at)
            yield place, email, self._person(email, place)
        if part.manager is not None:
            yield path, f"manager: {part.manager}", the_manager(part.manager)
        if part.group is not None:
            yield path, part.group, self._group(part.group, (*path, "group"))
        if part.catalog_owners:
            yield path, "catalog_owners", CATALOG_OWNERS
        if part.sponsors is not None:
            self.fault((*path, "sponsors"), meaning.not_supported_yet("sponsors"))

    def _person_or_group(self, name: str, path: Path) -> Subject | None:
        return self._group(name, path) if name.startswith("@") else self._person(name, path)

    def _person(self, email: str, path: Path) -> Subject | None:
        found = self.lookups.person(email)
        if isinstance(found, Words):
            self.fault(path, found)
            return None
        return the_person(found)

    def _group(self, handle: str, path: Path) -> Subject | None:
        group = self.lookups.group(handle)
        if isinstance(group, Words):
            self.fault(path, group)
            return None
        if not group.active:
            self.warn(path, meaning.disabled_group(handle))
        elif self.lookups.members(group.id) == frozenset():
            self.warn(path, meaning.empty_group(handle))
        return members_of(group.id)

    def _once(self, found: Iterator[tuple[Path, str, Subject | None]]) -> tuple[Subject, ...]:
        """Leave out what could not be found, report what is named twice."""
        subjects: dict[Subject, None] = {}
        for path, name, subject in found:
            if subject is not None and subject in subjects:
                self.fault(path, meaning.named_twice(name))
            elif subject is not None:
                subjects[subject] = None
        return tuple(subjects)


def group_ids(subjects: tuple[Subject, ...]) -> tuple[GroupId, ...]:
    """The ids of those subjects that are groups."""
    return tuple(
        subject.group_id
        for subject in subjects
        if subject.kind is SubjectKind.GROUP and subject.group_id is not None
    )

"""Whether anybody could ever decide a stage: asked before the first request has to wait for it.

Counted are the people a stage itself names: its approvers together with those it escalates to,
or, when no approver can be found, its fallback approvers. A manager counts as one person for each
level, whoever that is; a group counts as who is in it today. What the organization keeps for
accidents (its fallback approvers, the catalog's owners) does not count: a stage that always ends
there is no stage anybody meant.

Nobody decides on their own request (APR-8), so where the policy names every requestor in person,
each of them is taken out in turn.
"""

from dataclasses import dataclass

from configuration.document import Path
from configuration.reading import Reading
from configuration.wording import meaning
from engine.domain.ids import PersonId
from engine.domain.people import CATALOG_OWNERS, Subject, SubjectKind
from engine.domain.policies import ApprovalStage, Requestors, RequestorScope


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crowd:
    """Everybody some subjects could be."""

    people: frozenset[PersonId]
    managers: int
    """How many more there could be: one for each level of manager."""
    has_groups: bool

    def at_most(self, requestor: PersonId | None) -> int:
        """How many of them could decide on this person's request."""
        return len(self.people - {requestor}) + self.managers


def judge(
    reading: Reading,
    requestors: Requestors,
    stage: ApprovalStage,
    path: Path,
    owners: tuple[Subject, ...] | None,
) -> None:
    """Report a stage that nobody, or not enough people, could ever decide.

    `owners` are the catalog's, None when not all of them could be found. Silent about a stage that
    has faults already, and where who is in a group is not known.
    """
    named = (*stage.approvers, *_escalated(stage), *stage.fallback_approvers)
    if not reading.whole(path) or (CATALOG_OWNERS in named and owners is None):
        return
    asked = _crowd(reading, (*stage.approvers, *_escalated(stage)), owners or ())
    instead = _crowd(reading, (*stage.fallback_approvers, *_escalated(stage)), owners or ())
    if asked is None or instead is None:
        return
    crowds = [asked, instead] if stage.fallback_approvers else [asked]
    needed = 1 if stage.needed is None else stage.needed
    most = max(crowd.at_most(None) for crowd in crowds)
    if most < needed:
        _report_too_few(reading, path, needed, most, any(crowd.has_groups for crowd in crowds))
        return
    if asked.at_most(None) < needed and asked.at_most(None) > 0:
        reading.warn(
            (*path, "needed"), meaning.only_fallback_is_enough(needed, asked.at_most(None))
        )
    _judge_requestors(reading, requestors, path, needed, crowds)


def _report_too_few(reading: Reading, path: Path, needed: int, most: int, has_groups: bool) -> None:
    """More approvals wanted than there are people. Groups that are merely empty may fill."""
    if needed > 1:
        reading.fault((*path, "needed"), meaning.needs_too_many(needed, most))
    elif not has_groups:
        reading.fault((*path, "approvers"), meaning.no_owners_to_ask())


def _judge_requestors(
    reading: Reading, requestors: Requestors, path: Path, needed: int, crowds: list[_Crowd]
) -> None:
    """Report requestors whose own requests could never be decided."""
    if requestors.scope is not RequestorScope.SPECIFIC:
        return
    people = [subject.person_id for subject in requestors.subjects if subject.person_id is not None]
    stuck = [person for person in people if max(crowd.at_most(person) for crowd in crowds) < needed]
    if not stuck:
        return
    labels = [reading.lookups.label(person) for person in stuck]
    if len(stuck) == len(requestors.subjects):
        reading.fault((*path, "approvers"), meaning.only_requestors_could_decide(labels, needed))
    else:
        reading.warn((*path, "approvers"), meaning.some_requestors_are_stuck(labels, needed))


def _escalated(stage: ApprovalStage) -> tuple[Subject, ...]:
    return tuple(
        subject
        for escalation in stage.escalate
        for subject in (*escalation.to, *escalation.fallback)
    )


def _crowd(
    reading: Reading, subjects: tuple[Subject, ...], owners: tuple[Subject, ...]
) -> _Crowd | None:
    """Everybody the subjects could be; None when a group's members are not known."""
    if CATALOG_OWNERS in subjects:
        subjects = (*(s for s in subjects if s != CATALOG_OWNERS), *owners)
    people: set[PersonId] = set()
    levels: set[int] = set()
    has_groups = False
    for subject in subjects:
        if subject.kind is SubjectKind.PERSON and subject.person_id is not None:
            people.add(subject.person_id)
        elif subject.kind is SubjectKind.MANAGER and subject.level is not None:
            levels.add(subject.level)
        elif subject.kind is SubjectKind.GROUP and subject.group_id is not None:
            has_groups = True
            members = reading.lookups.members(subject.group_id)
            if members is None:
                return None
            people |= members
    return _Crowd(people=frozenset(people), managers=len(levels), has_groups=has_groups)

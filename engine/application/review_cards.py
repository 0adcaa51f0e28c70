"""Which reviewers see what changed, and lines that fall out because their assignment ended."""

from collections.abc import Iterable
from datetime import datetime

from engine.application.ports import Transaction
from engine.domain import review_messages
from engine.domain.assignments import Assignment, EndReason
from engine.domain.ids import PersonId
from engine.domain.review_lines import asked_person
from engine.domain.reviews import HAS_LINES, ReviewRun, asked_of

MOST_REDRAWN = 100
"""In a larger pool a decision redraws the decider's card only; the others' follow when something
is done about them all."""


def show_reviewers(tx: Transaction, run: ReviewRun, marks: Iterable[str], now: datetime) -> None:
    """Bring the cards of everybody up to date who reviews lines with these marks."""
    people = people_asked(run, marks)
    cards = [review_messages.review_card(run.id, run.stage, person) for person in sorted(people)]
    tx.show_cards(cards, now)


def people_asked(run: ReviewRun, marks: Iterable[str]) -> frozenset[PersonId]:
    """Who reviews lines with these marks; of large pools nobody."""
    wanted = set(marks)
    pooled = {person for pool in run.pools if len(pool) <= MOST_REDRAWN for person in pool}
    found = {person for person in pooled if asked_of(run, person) & wanted}
    prefix = asked_person(run.stage, PersonId(""))
    alone = {mark.removeprefix(prefix) for mark in wanted if mark.startswith(prefix)}
    found |= {PersonId(person) for person in alone if not person.startswith("#")}
    return frozenset(found)


def fall_out(tx: Transaction, assignment: Assignment, now: datetime) -> None:
    """An assignment ended: it falls out of every run that is still open (ARV-13).

    One that is to open next is locked too: else it could open before this end is there to be seen.
    """
    for known in tx.unfinished_runs([assignment.policy_id]):
        run = tx.lock_review_run(known.id)
        if run is None or run.state not in HAS_LINES:
            continue
        reason = assignment.end_reason or EndReason.REMOVED
        line = tx.fall_out(run, assignment.id, reason, now)
        if line is not None and line.stage == run.stage:
            show_reviewers(tx, run, [line.asked], now)

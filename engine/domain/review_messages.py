"""What reviewers and administrators are shown and told of a review."""

from dataclasses import replace

from engine.domain.conversation import Audience, Card, CardKind, Notice, NoticeKind
from engine.domain.ids import ChannelId, PersonId, ReviewRunId
from engine.domain.reviews import ReviewRun


def review_card(run_id: ReviewRunId, stage: int, person_id: PersonId) -> Card:
    """The card on which this reviewer sees what there is to review in this stage."""
    return Card(
        kind=CardKind.REVIEW,
        subject_id=run_id,
        part=stage,
        audience=Audience(person_id=person_id),
    )


def reminder(run: ReviewRun, person_id: PersonId, undecided: int) -> Notice:
    """To somebody who still has undecided lines."""
    assert run.telling is not None, "only a run that reminds says so"
    number = run.telling.reminder
    return Notice(
        key=f"review/{run.id}/stage/{run.stage}/reminder/{number}/{person_id}",
        kind=NoticeKind.REVIEW_REMINDER,
        audience=Audience(person_id=person_id),
        subject_id=run.id,
        detail=str(undecided),
    )


def cleared(run: ReviewRun, person_id: PersonId) -> Notice:
    """To somebody whose answers an administrator cleared."""
    assert run.telling is not None, "only a run that tells so says so"
    done = run.telling.cleared
    assert done is not None, "they were cleared"
    moment = int(done.at.timestamp() * 1000)
    return Notice(
        key=f"review/{run.id}/stage/{run.stage}/cleared/{moment}/{person_id}",
        kind=NoticeKind.REVIEW_CLEARED,
        audience=Audience(person_id=person_id),
        subject_id=run.id,
        detail=f"{done.by}/{done.why}",
    )


def results(run: ReviewRun, audience: Audience) -> Notice:
    """What became of the run."""
    return Notice(
        key=f"review/{run.id}/results/{audience.key}",
        kind=NoticeKind.REVIEW_APPLIED,
        audience=audience,
        subject_id=run.id,
    )


def results_again(run: ReviewRun, channel: ChannelId, occasion: str) -> Notice:
    """The same to the administrators, once for each time that they ask for it."""
    first = results(run, Audience(channel_id=channel))
    return replace(first, key=f"{first.key}/again/{occasion}")


def not_found(run: ReviewRun, lines: int, channel: ChannelId) -> Notice:
    """To the administrators: so many lines went to reviewers nobody chose for them."""
    return Notice(
        key=f"review/{run.id}/stage/{run.stage}/reviewers-not-found",
        kind=NoticeKind.REVIEWERS_NOT_FOUND,
        audience=Audience(channel_id=channel),
        subject_id=run.id,
        detail=str(lines),
    )


def not_applied(run: ReviewRun, failed: int, channel: ChannelId) -> Notice:
    """To the administrators: so many could not be removed."""
    return Notice(
        key=f"review/{run.id}/not-applied",
        kind=NoticeKind.REVIEW_NOT_APPLIED,
        audience=Audience(channel_id=channel),
        subject_id=run.id,
        detail=str(failed),
    )

"""A policy's reviews: how often, who is asked in which stages, and what silence means.

A review has one stage, written directly below `reviews`, or up to three below `stages`.
"""

from collections.abc import Sequence
from datetime import timedelta

from configuration import recurrences
from configuration.document import Path
from configuration.reading import Reading
from configuration.shape import ApproverPart, ReviewerPart, ReviewsPart, ReviewStagePart
from configuration.wording import meaning
from configuration.wording import reviews as wording
from engine.domain.people import Subject
from engine.domain.policies import MAX_DURATION
from engine.domain.review_settings import (
    ALL_MOVE_ON,
    MAX_OPEN_FOR,
    ONCE,
    MovesOn,
    NoResponse,
    Recurrence,
    ReviewReason,
    ReviewSettings,
    ReviewStage,
)

USUAL = ReviewStage()


def reviews(reading: Reading, part: ReviewsPart | None, path: Path) -> ReviewSettings | None:
    """The reviews of one policy; None when it has none."""
    if part is None:
        return None
    every = _every(reading, part.every, (*path, "every"))
    stages = _stages(reading, part, path)
    settings = ReviewSettings(
        every=every,
        starting=part.starting,
        stages=stages,
        on_no_response=NoResponse(part.on_no_response),
        reason=ReviewReason(part.reason),
    )
    _judge(reading, part, settings, path)
    return settings


def _judge(reading: Reading, part: ReviewsPart, settings: ReviewSettings, path: Path) -> None:
    every, open_for = settings.every, settings.open_for
    last = "stages" if part.stages else "open_for" if part.open_for is not None else "every"
    if open_for > MAX_OPEN_FOR and reading.whole(path):
        reading.fault((*path, last), wording.open_too_long(open_for, MAX_OPEN_FOR))
    elif not every.once and open_for > every.shortest and reading.whole(path):
        named = recurrences.write(every)
        reading.fault((*path, last), wording.longer_than_interval(open_for, named))
    if settings.on_no_response is NoResponse.REMOVE and not part.confirm:
        reading.fault((*path, "on_no_response"), wording.removes_everybody())
    starting = settings.starting
    if every.once and starting is not None and starting < reading.today:
        reading.warn((*path, "starting"), wording.already_over(starting, reading.today))


def _every(reading: Reading, text: str | None, path: Path) -> Recurrence:
    if text is None:
        return ONCE
    found = recurrences.parse(text)
    if found is None:
        reading.fault(path, wording.no_interval(text))
        return ONCE
    if not found.once and found.shortest > MAX_DURATION:
        reading.fault(path, wording.interval_too_long(text, MAX_DURATION))
    return found


def _stages(reading: Reading, part: ReviewsPart, path: Path) -> tuple[ReviewStage, ...]:
    if not part.stages:
        if part.reviewers is None and reading.whole(path):
            reading.fault(path, wording.who_reviews())
        only = ReviewStagePart(
            reviewers=part.reviewers or (),
            fallback_reviewers=part.fallback_reviewers or (),
            open_for=part.open_for,
            remind=part.remind or (),
        )
        return (_stage(reading, only, USUAL.name, path),)
    for key in ("reviewers", "fallback_reviewers", "open_for", "remind"):
        if getattr(part, key) is not None:
            reading.fault((*path, key), wording.both_ways(key))
    seen: dict[str, Path] = {}
    stages = []
    for at, one in enumerate(part.stages):
        place = (*path, "stages", at)
        stage = _stage(reading, one, one.name or f"Stage {at + 1}", place)
        reading.named_once("stage of these reviews", stage.name, place, seen)
        stages.append(stage)
    if part.stages[-1].moves_on is not None:
        place = (*path, "stages", len(part.stages) - 1, "moves_on")
        reading.warn(place, wording.nothing_moves_on())
    return tuple(stages)


def _stage(reading: Reading, part: ReviewStagePart, name: str, path: Path) -> ReviewStage:
    open_for = reading.duration(
        part.open_for, (*path, "open_for"), default=USUAL.open_for, most=MAX_OPEN_FOR
    )
    self_review, reviewers = _reviewers(reading, part.reviewers, (*path, "reviewers"))
    return ReviewStage(
        name=name,
        self_review=self_review,
        reviewers=reviewers,
        fallback_reviewers=reading.people_and_groups(
            part.fallback_reviewers, (*path, "fallback_reviewers")
        ),
        open_for=open_for,
        remind=_remind(reading, part.remind, open_for, (*path, "remind")),
        moves_on=_moves_on(part.moves_on),
        shows_earlier=part.earlier_answers == "shown",
    )


def _remind(
    reading: Reading, texts: Sequence[str], open_for: timedelta, path: Path
) -> tuple[timedelta, ...]:
    found: list[timedelta] = []
    for at, text in enumerate(texts):
        after = reading.duration(text, (*path, at), default=timedelta())
        if found and timedelta() < after <= found[-1]:
            reading.fault((*path, at), meaning.not_ascending(after, found[-1]))
        if after >= open_for:
            reading.fault((*path, at), wording.reminder_after_close(after, open_for))
        found.append(after)
    return tuple(found)


def _moves_on(part: str | Sequence[str] | None) -> tuple[MovesOn, ...]:
    """In the order of the answers, so that one choice is written in one way."""
    if part is None or part == "all":
        return ALL_MOVE_ON
    chosen = {part} if isinstance(part, str) else set(part)
    return tuple(answer for answer in MovesOn if answer.value in chosen)


def _reviewers(
    reading: Reading, parts: Sequence[ReviewerPart | str], path: Path
) -> tuple[bool, tuple[Subject, ...]]:
    """Whether the holders themselves are asked, and who else."""
    asked = [_WORDS[one] if isinstance(one, str) else one for one in parts]
    alone = [one for one in asked if one.self or one.manager is not None]
    if len(asked) > 1 and alone:
        kind = "The holder" if alone[0].self else "The manager"
        reading.fault(path, wording.not_together(kind))
    subjects = reading.approvers(
        tuple(
            ApproverPart(
                manager=one.manager,
                people=one.people,
                group=one.group,
                catalog_owners=one.catalog_owners,
                sponsors=one.sponsors,
            )
            for one in asked
        ),
        path,
    )
    self_review = any(one.self for one in asked)
    return self_review, () if self_review else subjects


_WORDS = {
    "self": ReviewerPart(self=True),
    "manager": ReviewerPart(manager=1),
    "catalog_owners": ReviewerPart(catalog_owners=True),
}

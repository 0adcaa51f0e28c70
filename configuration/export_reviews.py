"""The reviews of a policy as the file writes them."""

from collections.abc import Mapping

from configuration import recurrences
from configuration.durations import write
from configuration.export_names import Names, short
from configuration.yaml_text import Writable
from engine.domain.review_settings import (
    ALL_MOVE_ON,
    NoResponse,
    ReviewReason,
    ReviewSettings,
    ReviewStage,
)


def written(settings: ReviewSettings, names: Names) -> Mapping[str, Writable]:
    """Everything below `reviews:`."""
    found: dict[str, Writable] = {"every": recurrences.write(settings.every)}
    if settings.starting is not None:
        found["starting"] = settings.starting.isoformat()
    only = settings.stages[0]
    plain = ReviewStage(
        self_review=only.self_review,
        reviewers=only.reviewers,
        fallback_reviewers=only.fallback_reviewers,
        open_for=only.open_for,
        remind=only.remind,
    )
    if settings.stages == (plain,):
        found |= _stage(only, names)
    else:
        found["stages"] = [
            {"name": stage.name, **_stage(stage, names), **_between(stage)}
            for stage in settings.stages
        ]
    found["on_no_response"] = settings.on_no_response.value
    if settings.on_no_response is NoResponse.REMOVE:
        found["confirm"] = True
    if settings.reason is not ReviewReason.REQUIRED:
        found["reason"] = settings.reason.value
    return found


def _stage(stage: ReviewStage, names: Names) -> dict[str, Writable]:
    found: dict[str, Writable] = {"reviewers": reviewers(stage, names)}
    if stage.fallback_reviewers:
        found["fallback_reviewers"] = names.every(stage.fallback_reviewers)
    found["open_for"] = write(stage.open_for)
    if stage.remind:
        found["remind"] = short([write(each) for each in stage.remind])
    return found


def _between(stage: ReviewStage) -> dict[str, Writable]:
    """What only a review with several stages says."""
    found: dict[str, Writable] = {}
    if stage.moves_on != ALL_MOVE_ON:
        found["moves_on"] = short([answer.value for answer in stage.moves_on])
    if not stage.shows_earlier:
        found["earlier_answers"] = "hidden"
    return found


def reviewers(stage: ReviewStage, names: Names) -> Writable:
    """The holders, the manager, or people, groups and owners in their order."""
    if stage.self_review:
        return short([{"self": True}])
    return short(names.ways(stage.reviewers))

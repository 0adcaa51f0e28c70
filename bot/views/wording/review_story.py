"""What the audit says of access reviews, as sentences that go on after who did it. Markup."""

from collections.abc import Callable

from bot.views.texts import cut_markup, mention, named, one_line, reference
from bot.views.wording import audit, words
from bot.views.wording.reviews import VERDICTS, numbered
from bot.views.wording.states import review_is
from bot.views.wording.words import several
from engine.application.audit import AuditEntry
from engine.domain.ids import PersonId
from engine.domain.review_lines import ReviewVerdict
from engine.domain.reviews import ReviewRun

WHY_SHOWN = 300
SUBJECT = "review"


def happened(row: AuditEntry, *, named_review: bool) -> str:
    """What happened, and the reason that was given; with or without which review it was."""
    said = _SAID.get(row.activity, _unnamed)(row)
    where = f" in review `{reference(row.details.get('review', ''))}`" if named_review else ""
    why = f": {cut_markup(one_line(row.why), WHY_SHOWN)}" if row.why.strip() else ""
    return f"{said}{where}{why}"


STORY_TITLE = "The story of a review"


def story_head(run: ReviewRun) -> str:
    """What the story is about."""
    return (
        f"{named(run.package_name)}, policy {named(run.policy_name, bold=False)}. {numbered(run)} "
        f"(`{run.id}`) {review_is(run.state)}."
    )


def told(row: AuditEntry) -> str:
    """One row of it."""
    return audit.row(row, happened(row, named_review=False))


def _lines(row: AuditEntry) -> int:
    return _number(row.details.get("lines", ""))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _answer(row: AuditEntry) -> str:
    verdict = row.details.get("verdict")
    return f"*{VERDICTS[ReviewVerdict(verdict)]}*" if verdict in set(ReviewVerdict) else "something"


def _about(row: AuditEntry) -> str:
    return mention(PersonId(row.target_id)) if row.target_id else words.SOMEBODY


def _stage(row: AuditEntry) -> str:
    return f"stage {row.stage + 1}" if row.stage is not None else "a stage"


def _asked(row: AuditEntry) -> str:
    stage = f" of {_stage(row)}" if row.stage else ""
    return f"asked the reviewers{stage} about {several(_lines(row), 'line')}"


def _next_stage(row: AuditEntry) -> str:
    """Written with the stage that follows."""
    return f"closed stage {row.stage}; {_stage(row)} follows" if row.stage else "closed a stage"


def _handed_over(row: AuditEntry) -> str:
    return f"gave {several(_lines(row), 'line')} of reviewers who left to others"


def _not_applied(row: AuditEntry) -> str:
    return f"could not remove {several(_lines(row), 'line')}, and will try again"


def _applied(row: AuditEntry) -> str:
    failed = _lines(row)
    return f"carried it out, but for {several(failed, 'line')}" if failed else "carried it out"


def _reset(row: AuditEntry) -> str:
    return f"cleared {several(_lines(row), 'answer')}"


def _decided(row: AuditEntry) -> str:
    return f"answered {_answer(row)} about {_about(row)}"


def _changed(row: AuditEntry) -> str:
    return f"changed the answer about {_about(row)} to {_answer(row)}"


def _at_once(row: AuditEntry) -> str:
    before = _number(row.details.get("changed", ""))
    replaced = f", replacing {several(before, 'other answer')}" if before else ""
    return f"answered {_answer(row)} about {several(_lines(row), 'line')} at once{replaced}"


def _unnamed(row: AuditEntry) -> str:
    return named(row.activity.replace("_", " ").replace(".", ": "), bold=False)


def _always(said: str) -> Callable[[AuditEntry], str]:
    return lambda _: said


_SAID: dict[str, Callable[[AuditEntry], str]] = {
    "review.scheduled": _always("began the review that was due"),
    "review.started": _always("began a review outside its schedule"),
    "review.opened": _always("began to write down who holds what"),
    "review.in_progress": _asked,
    "review.reminded": _always("reminded those who had undecided lines"),
    "review.handed_over": _handed_over,
    "review.stage_closed": _next_stage,
    "review.closed": _always("closed it"),
    "review.apply_failed": _not_applied,
    "review.applied": _applied,
    "review.stopped": _always("stopped it for good"),
    "review.reset": _reset,
    "review.results_sent": _always("had its results sent again"),
    "review.decided": _decided,
    "review.decision_changed": _changed,
    "review.bulk_decided": _at_once,
}
"""Every activity about reviews; a test asks for each that the code writes."""

"""What the form of a review remembers between two presses: which lines it shows, and where it is.

Slack gives it back as `private_metadata` (at most 3,000 characters); nothing of it is trusted
beyond finding the place again. The lines of the page stand in it by their ids, so that a line
answered under the filter "undecided" stays under the finger that answered it until the page is
turned.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.views import form_state
from bot.views.action_ids import BadValue, parse_id
from bot.views.blocks import PRIVATE_METADATA
from bot.views.texts import cut, length
from engine.application.review_queries import DepartmentCounts, ReviewerSummary
from engine.domain.ids import AssignmentId, ReviewRunId
from engine.domain.review_lines import LineFilter, Recommendation, ReviewVerdict

PAGE_SIZE = 10
REASON_KEPT = 300
PLACE = 400
"""More characters than any place has."""
_MARK = 16


class Show(StrEnum):
    """Which lines the form shows."""

    UNDECIDED = "undecided"
    TO_REMOVE = "to_remove"
    """Recommended to be removed, and undecided."""
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """Which review, which lines of it, and which of them are shown."""

    review_id: ReviewRunId
    show: Show = Show.UNDECIDED
    department: str | None = None
    """The mark of the chosen department; None: all of them."""
    lines: tuple[AssignmentId, ...] = ()
    before: str | None = None
    after: str | None = None
    reason: str = ""
    """The last reason they wrote, offered again for the same answer."""
    reason_for: ReviewVerdict | None = None
    """That answer."""

    def kept(self) -> str:
        """As `private_metadata`."""
        return packed(**self.parts())

    def parts(self) -> dict[str, object]:
        """By the names under which they are kept."""
        return {
            "review": self.review_id,
            "show": self.show.value,
            "department": self.department,
            "lines": list(self.lines) or None,
            "before": self.before,
            "after": self.after,
            "reason": cut(self.reason, REASON_KEPT) or None,
            "reason_for": self.reason_for.value if self.reason_for else None,
        }

    def place(self) -> str:
        """Which lines are chosen and where the page begins, to be found again another day."""
        begins = self.before.partition("/")[2] if self.before else None
        return packed(show=self.show.value, department=self.department, begins=begins)

    def reason_to_offer(self, verdict: ReviewVerdict) -> str:
        """What they wrote last with this answer; nothing they wrote with another."""
        return self.reason if self.reason_for is verdict else ""

    def filtered(self, show: Show, department: str | None) -> "FormState":
        """Another choice of lines, from its first page."""
        return replace(self, show=show, department=department, lines=(), before=None, after=None)


def at_place(review_id: ReviewRunId, place: str) -> tuple[FormState, str | None]:
    """The choice of lines that was kept, and what to give as `after` for its page."""
    kept = form_state.remembered(place)
    show = next((one for one in Show if one == kept.get("show")), Show.UNDECIDED)
    begins = _text(kept.get("begins"), PLACE)
    state = FormState(
        review_id=review_id, show=show, department=_text(kept.get("department"), _MARK)
    )
    return state, f"/{begins}" if begins else None


def packed(**parts: object) -> str:
    """Parts as `private_metadata`: JSON whose letters stay letters, for they are counted.

    What is only a convenience, the last reason, goes first where there is no room.
    """
    known = {name: part for name, part in parts.items() if part is not None}
    text = json.dumps(known, separators=(",", ":"), ensure_ascii=False)
    if length(text) > PRIVATE_METADATA and "reason" in known:
        return packed(**{**known, "reason": None})
    return text


def unpacked(private_metadata: str) -> FormState:
    """What the form kept. Raises `BadValue` if it is not ours."""
    kept = form_state.remembered(private_metadata)
    show, lines = kept.get("show"), kept.get("lines", [])
    if show not in set(Show) or not isinstance(lines, list):
        raise BadValue(private_metadata)
    return FormState(
        review_id=ReviewRunId(parse_id(kept.get("review"))),
        show=Show(str(show)),
        department=_text(kept.get("department"), _MARK),
        lines=tuple(AssignmentId(parse_id(line)) for line in lines[:PAGE_SIZE]),
        before=_text(kept.get("before"), PLACE),
        after=_text(kept.get("after"), PLACE),
        reason=_text(kept.get("reason"), REASON_KEPT) or "",
        reason_for=next((v for v in ReviewVerdict if v == kept.get("reason_for")), None),
    )


def _text(value: object, most: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= most else None


def mark_of(department: str) -> str:
    """A department in few characters: their names may be of any length."""
    return hashlib.sha256(department.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]


def department_of(state: FormState, summary: ReviewerSummary) -> str | None:
    """The chosen department; None: all of them, also when the chosen one is gone."""
    names = (each.department for each in summary.departments)
    return next((name for name in names if mark_of(name) == state.department), None)


def chosen_counts(state: FormState, summary: ReviewerSummary) -> DepartmentCounts:
    """The counts of the chosen department, or of all together."""
    chosen = department_of(state, summary)
    for each in summary.departments:
        if each.department == chosen:
            return each
    return DepartmentCounts(
        department="",
        counts=summary.counts,
        to_keep=summary.to_keep,
        to_remove=summary.to_remove,
    )


def fitting(state: FormState, summary: ReviewerSummary) -> int:
    """How many lines the choice lets through."""
    chosen = chosen_counts(state, summary)
    match state.show:
        case Show.UNDECIDED:
            return chosen.counts.undecided
        case Show.TO_REMOVE:
            return chosen.to_remove
        case Show.ALL:
            return chosen.counts.total


def recommended_lines(state: FormState, summary: ReviewerSummary) -> LineFilter:
    """What "keep all recommended" answers: of the chosen department, or of all."""
    return LineFilter(
        undecided=True,
        recommendation=Recommendation.KEEP,
        department=department_of(state, summary),
    )


def which(state: FormState, summary: ReviewerSummary) -> LineFilter:
    """The choice of lines in the engine's words."""
    return LineFilter(
        undecided=state.show is not Show.ALL,
        recommendation=Recommendation.REMOVE if state.show is Show.TO_REMOVE else None,
        department=department_of(state, summary),
    )

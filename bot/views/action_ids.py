"""Every id by which Slack tells us what was pressed or filled in, and what buttons carry.

A button's value is `{id}` or `{id}:{part}`: an opaque id and, where the click must be told from a
stale one, the part that was shown (a stage's number, a task's generation, a list's offset). In a
list that was narrowed, the words it was narrowed by follow after another colon. What comes back is
never trusted: a value that is not of this form is refused here, and everything else is checked
against the database.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class ActionId(StrEnum):
    """What was pressed or chosen. The comment says what the value carries."""

    # anybody
    OPEN_REQUEST_FORM = "open_request_form"  # a package id, or nothing
    SHOW_MINE = "show_mine"  # nothing
    SHOW_WAITING = "show_waiting"  # nothing
    SHOW_HELP = "show_help"  # nothing
    EXPLAIN = "explain"  # nothing
    PACKAGE_NAME = "package_name"
    PREVIOUS_PAGE = "previous_page"  # {ListName}:{place}
    NEXT_PAGE = "next_page"  # {ListName}:{place}
    # request form
    CHOOSE_PACKAGE = "choose_package"  # an option whose value is a package id
    CHOOSE_POLICY = (
        "choose_policy"  # as choose_policy:{package id}; an option whose value is a policy id
    )
    JUSTIFICATION = "justification"
    DURATION = "duration"  # as duration:{policy id}
    STARTS = "starts"
    # holders
    EXTEND = "extend"  # an assignment id
    GIVE_BACK = "give_back"  # an assignment id
    CANCEL_REQUEST = "cancel_request"  # a request id
    # approvers
    APPROVE = "approve"  # {request id}:{stage number}
    DENY = "deny"  # {request id}:{stage number}
    SELECT_WAITING = "select_waiting"  # options whose values are {request id}:{stage number}
    APPROVE_SELECTED = "approve_selected"  # nothing: the selection is in the state
    DENY_SELECTED = "deny_selected"  # nothing: the selection is in the state
    REASON = "reason"
    # fulfillers
    DONE = "done"  # {holding id}:{generation}
    NOTE = "note"
    # administrators and catalog owners
    REPROCESS = "reprocess"  # a request id, or a row: {request id}:{place in its list}
    CANCEL_FOR = "cancel_for"  # a request id, or a row: an administrator's Cancel request
    REASSIGN = "reassign"  # a request id
    STORY = "story"  # a request's or a review's id
    ADMIN_REQUESTS = "admin_requests"  # nothing
    ADMIN_PACKAGES = "admin_packages"  # nothing
    ADMIN_REVIEWS = "admin_reviews"  # nothing
    ADMIN_RESULTS = "admin_results"  # nothing
    ADMIN_HELP = "admin_help"  # nothing
    ASSIGN = "assign"  # nothing
    TAKE_AWAY = "take_away"  # nothing
    START_REVIEW = "start_review"  # nothing
    PERSON = "person"
    ANY_PACKAGE = "any_package"  # an option whose value is a package id
    # reviewers
    REVIEW_NOW = "review_now"  # a review's id
    KEEP_OWN = "keep_own"  # {review id}:{stage number}, on the card of a self-review
    REMOVE_OWN = "remove_own"  # {review id}:{stage number}, on the card of a self-review
    KEEP = "keep"  # an assignment id; which review it is, the form remembers
    REMOVE = "remove"  # an assignment id
    DONT_KNOW = "dont_know"  # an assignment id
    LINE_REASON = "line_reason"  # an assignment id
    CHOOSE_LINES = "choose_lines"  # an option: which lines the form shows
    CHOOSE_DEPARTMENT = "choose_department"  # an option: of which department
    LINES_BEFORE = "lines_before"  # nothing: the form remembers the place
    LINES_AFTER = "lines_after"  # nothing: the form remembers the place
    KEEP_RECOMMENDED = "keep_recommended"  # nothing
    DECIDE_SHOWN = "decide_shown"  # nothing
    VERDICT = "verdict"  # an option: what is said of many lines
    SEND_RESULTS = "send_results"  # a review's id
    STOP_REVIEW = "stop_review"  # a review's id
    RESET_REVIEW = "reset_review"  # a review's id
    RELEASE_BRAKE = "release_brake"  # nothing


class BlockId(StrEnum):
    """The blocks of forms; errors are shown at them."""

    PACKAGE = "package"
    POLICY = "policy"
    JUSTIFICATION = "justification"
    DURATION = "duration"
    STARTS = "starts"
    REASON = "reason"
    PERSON = "person"
    NOTE = "note"
    SELECTION = "selection"
    LINES = "lines"
    VERDICT = "verdict"


class CallbackId(StrEnum):
    """The forms and views."""

    REQUEST_FORM = "request_form"
    EXTENSION_FORM = "extension_form"
    DECISION_FORM = "decision_form"
    REVIEW_FORM = "review_form"
    REVIEW_REASON_FORM = "review_reason_form"
    REVIEW_SEVERAL_FORM = "review_several_form"
    WHY_FORM = "why_form"
    ASSIGN_FORM = "assign_form"
    TAKE_AWAY_FORM = "take_away_form"
    START_REVIEW_FORM = "start_review_form"
    REASSIGN_FORM = "reassign_form"
    HOME = "home"
    MESSAGE = "message"
    """A modal that only says something."""


def over_home(callback_id: str) -> str:
    """The id of a form that was opened from the home tab: it carries that after a colon."""
    return f"{callback_id}:{CallbackId.HOME}"


def is_over_home(callback_id: object) -> bool:
    """Whether a form was opened from the home tab."""
    return isinstance(callback_id, str) and callback_id.endswith(f":{CallbackId.HOME}")


def form_of(callback_id: object) -> str:
    """Which form this is, wherever it was opened."""
    return callback_id.partition(":")[0] if isinstance(callback_id, str) else ""


class ListName(StrEnum):
    """Every list that can be paged."""

    MINE = "mine"
    """`/access mine`: what I hold."""
    MINE_REQUESTS = "mine_requests"
    """`/access mine`: what I asked for."""
    WAITING = "waiting"
    """`/access approvals`."""
    HOME_WAITING = "home_waiting"
    HOME_REQUESTS = "home_requests"
    HOME_HELD = "home_held"
    HOME_TASKS = "home_tasks"
    ADMIN_PACKAGES = "admin_packages"
    ADMIN_REQUESTS = "admin_requests"
    WAITING_REVIEWS = "waiting_reviews"
    """`/access approvals`: the reviews."""
    HOME_REVIEWS = "home_reviews"
    ADMIN_REVIEWS = "admin_reviews"
    REPORT_REVIEWS = "report_reviews"


class BadValue(ValueError):
    """A button carried something no button of ours carries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a button with a part carries."""

    id: str
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is in a list: from which row on they see it, and what it was narrowed by."""

    offset: int = 0
    words: str = ""


MOST_WORDS = 200
"""Characters that a list can be narrowed by."""
_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_PART = re.compile(r"(?P<id>[A-Za-z0-9_.-]{1,100}):(?P<number>\d{1,9})", re.ASCII)
_PLACE = re.compile(rf"{_PART.pattern}(:(?P<words>.{{1,{MOST_WORDS}}}))?", re.ASCII | re.DOTALL)


def with_part(id_: str, number: int) -> str:
    """The value of a button about one part of something."""
    return f"{id_}:{number}"


def with_place(id_: str, place: Place) -> str:
    """The value of a button in a list, or of one that turns it."""
    return with_part(id_, place.offset) + (f":{place.words}" if place.words else "")


def parse_id(value: object) -> str:
    """The id a button carries. Raises `BadValue` for anything else."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadValue(value)
    return value


def parse_part(value: object) -> Part:
    """The id and part a button carries. Raises `BadValue` for anything else."""
    found = _PART.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadValue(value)
    return Part(id=found["id"], number=int(found["number"]))


def parse_row(value: object) -> tuple[str, Place | None]:
    """An id, and the place in the list it was pressed in, if it was."""
    if isinstance(value, str) and ":" in value:
        return _placed(value)
    return parse_id(value), None


def parse_page(value: object) -> tuple[ListName, Place]:
    """The list and the place a paging button carries. Raises `BadValue` for anything else."""
    name, place = _placed(value)
    if name not in set(ListName):
        raise BadValue(value)
    return ListName(name), place


def _placed(value: object) -> tuple[str, Place]:
    found = _PLACE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise BadValue(value)
    return found["id"], Place(int(found["number"]), found["words"] or "")

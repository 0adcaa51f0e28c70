"""What the administrators' command answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.views.action_ids import ActionId, ListName, Place, with_place
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    confirm,
    context,
    divider,
    header,
    message,
    say,
    section,
)
from bot.views.known import Known
from bot.views.paging import pager
from bot.views.wording import admin as said
from bot.views.wording import admin_menu as menu_words
from bot.views.wording import words
from engine.application.audit import AuditEntry
from engine.application.queries import Page, RequestSummary
from engine.domain.assignment_requests import FAILED, AssignmentRequest, cancelable
from engine.domain.catalogs import AccessPackage
from engine.domain.ids import PackageId, PersonId
from engine.domain.refusals import Refusal

PAGE_SIZE = 10
STORY_ROWS = 120
ROWS_IN_A_SECTION = 4
"""Rows share sections so that long stories fit; a full section holds these uncut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsWanted:
    """What the list of requests is narrowed to."""

    words: str = ""
    """As they were typed."""
    person_id: PersonId | None = None
    packages: tuple[AccessPackage, ...] | None = None
    """None: whichever."""
    state: str = ""
    """One of the states as they are `TYPED`, or nothing."""


EVERYBODYS = RequestsWanted()


def packages(
    page: Page[AccessPackage], counts: Mapping[PackageId, int], known: Known, *, words: str = ""
) -> Message:
    """The packages that have these words, with how many hold each."""
    policies = known.configured.policies_of if known.configured else {}
    rows = [
        section(said.package(row, counts.get(row.id, 0), len(policies.get(row.id, ())), known))
        for row in page.rows[:PAGE_SIZE]
    ]
    return _list(
        said.packages_spoken(page.total),
        said.PACKAGES_TITLE,
        rows or [section(said.no_package_has(words) if words else said.NO_PACKAGES)],
        pager(ListName.ADMIN_PACKAGES, page, PAGE_SIZE, words),
    )


def requests(
    page: Page[RequestSummary], known: Known, only: RequestsWanted = EVERYBODYS
) -> Message:
    """Everybody's requests, or only these, newest first, each with what can be done about it."""
    rows: list[Block] = []
    place = Place(page.offset, only.words)
    for row in page.rows[:PAGE_SIZE]:
        story_button = button(menu_words.STORY, ActionId.STORY, row.request.id)
        rows.append(section(said.request(row)))
        rows.append(actions(story_button, *_acts(row, known, place)))
    return _list(
        said.requests_spoken(page.total),
        said.REQUESTS_TITLE,
        [*_narrowed(only), *(rows or [section(_no_requests(only))])],
        pager(ListName.ADMIN_REQUESTS, page, PAGE_SIZE, only.words),
    )


def _narrowed(only: RequestsWanted) -> list[Block]:
    if not only.words:
        return []
    names = None if only.packages is None else [package.name for package in only.packages]
    return [context(said.only(only.person_id, names, only.state))]


def _no_requests(only: RequestsWanted) -> str:
    return said.NO_SUCH_REQUEST if only.words else said.NO_REQUESTS


def _list(spoken: str, title: str, rows: list[Block], pages: list[Block]) -> Message:
    return message(spoken, [header(title), *rows, *pages])


def story(
    summary: RequestSummary,
    entries: Sequence[AuditEntry],
    known: Known,
    *,
    note: str = "",
) -> Message:
    """The audit of one request, oldest first; of very long ones the latest rows.

    With what can be done about the request, and what has just been done as `note`.
    """
    lines = [said.entry(entry, known) for entry in entries[-STORY_ROWS:]]
    parts = rows_of_story(lines, left_out=len(entries) - len(lines))
    head = said.story_head(summary)
    rows = parts or [section(said.NO_STORY)]
    noted = [section(note)] if note else []
    acts = _acts(summary, known)
    blocks = [
        header(said.STORY_TITLE),
        *noted,
        section(head),
        *([actions(*acts)] if acts else []),
        divider(),
        *rows,
    ]
    return message(note or head, blocks)


def rows_of_story(lines: Sequence[str], *, left_out: int) -> list[Block]:
    """The rows of a story, and how many earlier ones are not shown."""
    shown = [said.story_cut(left_out), *lines] if left_out else lines
    return [
        section("\n".join(shown[n : n + ROWS_IN_A_SECTION]))
        for n in range(0, len(shown), ROWS_IN_A_SECTION)
    ]


def _acts(summary: RequestSummary, known: Known, place: Place | None = None) -> list[Block]:
    """What an administrator can do about a request now; `place` is where in the list it is."""
    request, assignment = summary.request, summary.assignment
    over = assignment is not None and not assignment.active
    value = request.id if place is None else with_place(request.id, place)
    found: list[Block] = []
    if request.state in FAILED and not over:
        found.append(_act(words.REPROCESS, ActionId.REPROCESS, value, request))
    if request.run is not None:
        found.append(_act(menu_words.REASSIGN, ActionId.REASSIGN, request.id, request))
    if cancelable(request, as_administrator=True):
        question = confirm(
            said.CANCEL_TITLE,
            said.cancel_question(request, known.name(request.target_id)),
            words.CANCEL_REQUEST,
            words.NOT_NOW,
            style=Style.DANGER,
        )
        found.append(
            _act(words.CANCEL_REQUEST, ActionId.CANCEL_FOR, value, request, confirm=question)
        )
    return found


def _act(
    label: str,
    action_id: ActionId,
    value: str,
    request: AssignmentRequest,
    *,
    confirm: Block | None = None,
) -> Block:
    spoken = f"{label}: {request.package_name}"
    return button(label, action_id, value, confirm=confirm, spoken=spoken)


def assigned(given: RequestSummary, known: Known) -> Message:
    """After `assign`."""
    policies = known.configured.policies_of if known.configured else {}
    choice = len(policies.get(given.request.package_id, ())) > 1
    return say(said.assigned(given, choice=choice))


def removed(target: PersonId, package_name: str) -> Message:
    """After `remove`."""
    return say(said.removed(target, package_name))


def reprocessed(request: AssignmentRequest) -> Message:
    """After `reprocess`."""
    return say(said.reprocessed(request))


def canceled(request: AssignmentRequest) -> Message:
    """After **Cancel request** in the list."""
    return say(said.canceled(request))


def refused(refusal: Refusal, known: Known) -> Message | None:
    """Why something cannot be given to somebody else; None where it is said as ever."""
    why = said.refused(refusal, known)
    return say(why) if why is not None else None


def reassigned(request: AssignmentRequest, to: PersonId) -> Message:
    """After `reassign`."""
    return say(said.reassigned(request, to))


def ambiguous(reference: str, requests: Sequence[AssignmentRequest]) -> Message:
    """Several requests end with this text."""
    head = said.ambiguous(reference)
    return message(head, [section(head), *(section(said.which(r)) for r in requests[:5])])

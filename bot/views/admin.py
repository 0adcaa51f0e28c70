"""What the administrators' command answers."""

from collections.abc import Mapping, Sequence

from bot.views.action_ids import ActionId, ListName, with_part
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    confirm,
    divider,
    header,
    message,
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


def packages(page: Page[AccessPackage], counts: Mapping[PackageId, int], known: Known) -> Message:
    """Every package, with how many hold it."""
    policies = known.configured.policies_of if known.configured else {}
    rows = [
        section(said.package(row, counts.get(row.id, 0), len(policies.get(row.id, ())), known))
        for row in page.rows[:PAGE_SIZE]
    ]
    return _list(
        said.packages_spoken(page.total),
        said.PACKAGES_TITLE,
        rows or [section(said.NO_PACKAGES)],
        pager(ListName.ADMIN_PACKAGES, page, PAGE_SIZE),
    )


def requests(page: Page[RequestSummary], known: Known) -> Message:
    """Everybody's requests, newest first, each with what can be done about it."""
    rows: list[Block] = []
    for row in page.rows[:PAGE_SIZE]:
        story_button = button(menu_words.STORY, ActionId.STORY, row.request.id)
        rows.append(section(said.request(row)))
        rows.append(actions(story_button, *_acts(row, known, page.offset)))
    return _list(
        said.requests_spoken(page.total),
        said.REQUESTS_TITLE,
        rows or [section(said.NO_REQUESTS)],
        pager(ListName.ADMIN_REQUESTS, page, PAGE_SIZE),
    )


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


def _acts(summary: RequestSummary, known: Known, offset: int | None = None) -> list[Block]:
    """What an administrator can do about a request now; `offset` is that of the list it is in."""
    request, assignment = summary.request, summary.assignment
    over = assignment is not None and not assignment.active
    value = request.id if offset is None else with_part(request.id, offset)
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
    return _say(said.assigned(given, choice=choice))


def removed(target: PersonId, package_name: str) -> Message:
    """After `remove`."""
    return _say(said.removed(target, package_name))


def reprocessed(request: AssignmentRequest) -> Message:
    """After `reprocess`."""
    return _say(said.reprocessed(request))


def canceled(request: AssignmentRequest) -> Message:
    """After **Cancel request** in the list."""
    return _say(said.canceled(request))


def refused(refusal: Refusal, known: Known) -> Message | None:
    """Why something cannot be given to somebody else; None where it is said as ever."""
    why = said.refused(refusal, known)
    return _say(why) if why is not None else None


def reassigned(request: AssignmentRequest, to: PersonId) -> Message:
    """After `reassign`."""
    return _say(said.reassigned(request, to))


def ambiguous(reference: str, requests: Sequence[AssignmentRequest]) -> Message:
    """Several requests end with this text."""
    head = said.ambiguous(reference)
    return message(head, [section(head), *(section(said.which(r)) for r in requests[:5])])


def _say(text: str) -> Message:
    return message(text, [section(text)])

"""The card that says what could not be delivered, and why, to whoever may have it tried again.

Administrators have it in their channel, the catalog's owners in their own messages.
"""

from bot.views.action_ids import ActionId
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    context,
    header,
    message,
    section,
)
from bot.views.known import Known
from bot.views.wording import delivery, requests, words
from bot.views.wording.states import state_words
from engine.application.queries import RequestSummary
from engine.domain.assignment_requests import FAILED, AssignmentRequest

RIGHTS_SHOWN = 30


def render(summary: RequestSummary, known: Known) -> Message:
    """The card; once it is mended, or the access has ended, only what became of it."""
    request, assignment = summary.request, summary.assignment
    over = assignment is not None and not assignment.active
    failed = request.state in FAILED and not over
    state = state_words(request.state)
    what = delivery.failure(summary)
    standing = requests.standing(summary)
    rights = [
        section(delivery.line(holding, known, ended=over, to_mend=True))
        for holding in summary.holdings[:RIGHTS_SHOWN]
    ]
    if len(summary.holdings) > RIGHTS_SHOWN:
        rights.append(section(delivery.more(len(summary.holdings) - RIGHTS_SHOWN)))
    if not failed:
        blocks = [section(f"{what}: {standing}"), *rights, context(requests.numbered(request))]
        return message(f"{what}: {standing}", blocks)
    title = delivery.failure_title_plainly(request, known.name(request.target_id), state)
    blocks = [
        header(title),
        section(f"{what}: {delivery.failed_at(request)}"),
        *rights,
        section(delivery.what_to_do(request)),
        actions(reprocess_button(request)),
        context(requests.numbered(request)),
    ]
    return message(f"{what}: {delivery.failed_at(request)} {delivery.what_to_do(request)}", blocks)


def reprocess_button(request: AssignmentRequest) -> Block:
    """Try again what is missing."""
    return button(
        words.REPROCESS,
        ActionId.REPROCESS,
        request.id,
        style=Style.PRIMARY,
        spoken=f"{words.REPROCESS}: {request.package_name}",
    )

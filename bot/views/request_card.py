"""The card that always shows where a request stands, to whoever asked and whoever gets the access.

From top to bottom: what is asked for, where it stands, the terms, why, stage by stage who decided
or is waited for and what happens next, resource role by resource role how far delivery has got,
and the buttons that this state allows. Nothing on it depends on the moment it is drawn.
"""

from bot.views.action_ids import ActionId
from bot.views.blocks import (
    Block,
    Message,
    Style,
    actions,
    button,
    confirm,
    context,
    header,
    message,
    section,
)
from bot.views.known import Known
from bot.views.texts import quote, when
from bot.views.wording import delivery, forms, requests, stages, words
from engine.application.queries import RequestSummary
from engine.domain.assignment_requests import (
    AssignmentRequest,
    RequestState,
    RequestType,
    cancelable,
)
from engine.domain.assignments import Assignment
from engine.domain.ids import PersonId

STAGES_SHOWN = 12
RIGHTS_SHOWN = 12
_S = RequestState
_UNDELIVERED = frozenset({_S.PENDING_APPROVAL, _S.DENIED, _S.EXPIRED, _S.CANCELED})
_REPEATABLE = frozenset({_S.DENIED, _S.EXPIRED, _S.CANCELED})


def render(summary: RequestSummary, viewer: PersonId, known: Known) -> Message:
    """The card for this reader."""
    request = summary.request
    standing = requests.standing(summary)
    blocks = [
        header(requests.title_plainly(request)),
        section(standing),
        *_terms(summary),
        *_justification(request),
        *_stages(request, known),
        *_rights(summary, known),
        context(_origin(request, viewer)),
    ]
    if buttons := _buttons(summary, viewer, known):
        blocks.append(actions(*buttons))
    return message(f"{requests.spoken_to(viewer, request)} {standing}", blocks)


def _terms(summary: RequestSummary) -> list[Block]:
    """What is asked for; once it is delivered the line above says it."""
    request = summary.request
    if request.state is RequestState.DELIVERED:
        return []
    lasting = requests.wanted_time(request, summary.assignment)
    fields = [f"*{words.FOR_HOW_LONG}*\n{lasting}"]
    if request.request_type is not RequestType.USER_UPDATE:
        started = summary.assignment.starts_at if summary.assignment else None
        start = when(started) if started else requests.start(request)
        fields.append(f"*{words.STARTS}*\n{start}")
    return [section(fields=fields)]


def _justification(request: AssignmentRequest) -> list[Block]:
    if not request.justification:
        return []
    return [section(f"*{words.JUSTIFICATION}*\n{quote(request.justification)}")]


def _stages(request: AssignmentRequest, known: Known) -> list[Block]:
    total = len(request.stages)
    shown = [stages.line(request, n, known) for n in range(min(total, STAGES_SHOWN))]
    if total > STAGES_SHOWN:
        shown.append(stages.more(total - STAGES_SHOWN))
    return [section(line) for line in shown]


def _rights(summary: RequestSummary, known: Known) -> list[Block]:
    """How far delivery has got; before it began, nothing."""
    request, assignment = summary.request, summary.assignment
    if request.request_type is RequestType.USER_UPDATE or assignment is None:
        return []
    over = not assignment.active
    if (request.state in _UNDELIVERED and not over) or not summary.holdings:
        return []
    shown = [
        delivery.line(holding, known, ended=over) for holding in summary.holdings[:RIGHTS_SHOWN]
    ]
    if len(summary.holdings) > RIGHTS_SHOWN:
        shown.append(delivery.more(len(summary.holdings) - RIGHTS_SHOWN))
    return [section("\n".join(shown))]


def _origin(request: AssignmentRequest, viewer: PersonId) -> str:
    return requests.origin(request, own=viewer == request.requestor_id)


def _buttons(summary: RequestSummary, viewer: PersonId, known: Known) -> list[Block]:
    request, assignment = summary.request, summary.assignment
    found: list[Block] = []
    if cancelable(request) and viewer == request.requestor_id:
        found.append(cancel_button(request))
    elif requests.gave_nothing(request):
        pass  # its notice leads on, and whoever has the access finds its card further up
    elif assignment is not None and assignment.active and viewer == assignment.target_id:
        found += life_buttons(assignment, request.package_name, known)
    elif _over(request, assignment, viewer) and known.can_be_asked_for(request.package_id):
        again = button(words.REQUEST_AGAIN, ActionId.OPEN_REQUEST_FORM, request.package_id)
        found.append(again)
    return found


def _over(request: AssignmentRequest, assignment: Assignment | None, viewer: PersonId) -> bool:
    over = assignment is not None and not assignment.active
    return (over or request.state in _REPEATABLE) and viewer == request.target_id


def cancel_button(request: AssignmentRequest) -> Block:
    """Withdraw this request."""
    return button(
        words.CANCEL_REQUEST,
        ActionId.CANCEL_REQUEST,
        request.id,
        spoken=f"{words.CANCEL_REQUEST}: {request.package_name}",
    )


def life_buttons(
    assignment: Assignment, package_name: str, known: Known, *, asked: bool = False
) -> list[Block]:
    """What its holder can do with an assignment. `asked`: more time has been asked for already."""
    found: list[Block] = []
    if known.may_extend(assignment) and not asked:
        found.append(
            button(
                words.EXTEND,
                ActionId.EXTEND,
                assignment.id,
                spoken=f"{words.EXTEND}: {package_name}",
            )
        )
    question = confirm(
        forms.GIVE_BACK_TITLE,
        forms.give_back_question(package_name, again=known.can_be_asked_for(assignment.package_id)),
        words.GIVE_BACK,
        words.NOT_NOW,
        style=Style.DANGER,
    )
    found.append(
        button(
            words.GIVE_BACK,
            ActionId.GIVE_BACK,
            assignment.id,
            confirm=question,
            spoken=f"{words.GIVE_BACK}: {package_name}",
        )
    )
    return found

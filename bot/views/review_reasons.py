"""The two small forms on top of a review: why, and the confirmation of many answers at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.views import form_state
from bot.views.action_ids import ActionId, BadValue, BlockId, CallbackId, parse_id
from bot.views.blocks import Block, Option, View, input_block, modal, options, section, text_input
from bot.views.known import Known
from bot.views.request_form import error_text
from bot.views.review_state import FormState, packed, unpacked
from bot.views.wording import review_form as said
from bot.views.wording import words
from bot.views.wording.reviews import VERDICTS
from engine.domain.ids import AssignmentId, PersonId
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import ReasonMissing, ReasonTooLong, Refusal
from engine.domain.review_lines import ReviewVerdict
from engine.domain.reviews import ReviewRun

MOST = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFormData:
    """One answer that wants a reason."""

    run: ReviewRun
    verdict: ReviewVerdict
    assignment_id: AssignmentId
    target_id: PersonId
    required: bool
    reason: str = ""
    """What stands in the field."""
    state: FormState
    """Of the form below."""
    own: bool = False
    """Asked from the card of a self-review: there is no form below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedReason:
    """The filled-in form."""

    verdict: ReviewVerdict
    assignment_id: AssignmentId
    reason: str
    state: FormState
    own: bool


def reason_form(data: ReasonFormData) -> View:
    """Why."""
    verdict, own = data.verdict, data.own
    question = said.why_question(verdict, data.target_id, data.run.package_name, own=own)
    hint = said.WHY_HINT_REMOVE if verdict is ReviewVerdict.REMOVE else said.WHY_HINT
    return modal(
        CallbackId.REVIEW_REASON_FORM,
        said.WHY_TITLE,
        [
            section(question),
            _reason(
                required=data.required,
                initial=data.reason,
                hint=said.WHY_HINT_OWN if own else hint,
            ),
        ],
        submit=VERDICTS[data.verdict],
        close=words.CLOSE,
        private_metadata=packed(
            **data.state.parts(),
            verdict=data.verdict.value,
            line=data.assignment_id,
            own=data.own or None,
        ),
    )


def _reason(*, required: bool, initial: str, hint: str) -> Block:
    field = text_input(ActionId.REASON, multiline=True, most=MAX_REASON, initial=initial)
    return input_block(BlockId.REASON, words.REASON, field, optional=not required, hint=hint)


def parse_reason(state: Mapping[str, object], private_metadata: str) -> ParsedReason:
    """The filled-in form. Raises `BadValue` if it is not ours."""
    reason = form_state.text(state, BlockId.REASON)
    kept = form_state.remembered(private_metadata)
    verdict = _verdict(kept.get("verdict"), private_metadata)
    return ParsedReason(
        verdict=verdict,
        assignment_id=AssignmentId(parse_id(kept.get("line"))),
        reason=reason,
        state=replace(unpacked(private_metadata), reason=reason, reason_for=verdict),
        own=kept.get("own") is True,
    )


# Many at once -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralFormData:
    """One answer to many lines."""

    run: ReviewRun
    state: FormState
    number: int
    """How many lines."""
    decided: int = 0
    """How many of them have an answer."""
    recommended: bool = False
    """Keep what is recommended to be kept; otherwise whatever the form shows, any answer."""
    filters: tuple[str, ...] = ()
    """What the form shows, in words."""
    required: bool
    again: bool = False
    """There are more lines than a moment ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedSeveral:
    """The filled-in form."""

    verdict: ReviewVerdict
    recommended: bool
    number: int
    """How many lines were confirmed."""
    reason: str
    state: FormState


def several_form(data: SeveralFormData) -> View:
    """The confirmation, which says how many lines it is about."""
    verdict = ReviewVerdict.KEEP if data.recommended else None
    question = said.several_question(data.number, verdict, data.filters, data.decided)
    first = f"{said.more_than_confirmed(data.number)} {question}" if data.again else question
    answer = [] if data.recommended else [_answers()]
    return modal(
        CallbackId.REVIEW_SEVERAL_FORM,
        said.SEVERAL_TITLE,
        [
            section(first),
            *answer,
            _reason(required=data.required, initial="", hint=said.WHY_HINT_REMOVE),
        ],
        submit=said.several_submit(data.number, verdict),
        close=words.CLOSE,
        private_metadata=packed(
            **data.state.parts(), recommended=data.recommended or None, number=data.number
        ),
    )


def _answers() -> Block:
    choices = [Option(words=name, value=verdict.value) for verdict, name in VERDICTS.items()]
    element: Block = {
        "type": "radio_buttons",
        "action_id": str(ActionId.VERDICT),
        "options": options(choices),
    }
    return input_block(BlockId.VERDICT, said.ANSWER, element)


def parse_several(
    state: Mapping[str, object], private_metadata: str
) -> ParsedSeveral | dict[str, str]:
    """The filled-in form, or what is missing. Raises `BadValue` if it is not ours."""
    kept = form_state.remembered(private_metadata)
    recommended, number = kept.get("recommended") is True, kept.get("number")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST:
        raise BadValue(private_metadata)
    picked = ReviewVerdict.KEEP.value if recommended else form_state.choice(state, BlockId.VERDICT)
    if picked is None:
        return {str(BlockId.VERDICT): said.VERDICT_MISSING}
    return ParsedSeveral(
        verdict=_verdict(picked, private_metadata),
        recommended=recommended,
        number=number,
        reason=form_state.text(state, BlockId.REASON),
        state=unpacked(private_metadata),
    )


def errors_for(
    refusal: Refusal, known: Known, state: Mapping[str, object]
) -> dict[str, str] | None:
    """The refusal at the reason's field; None when it is not about the reason."""
    if BlockId.REASON not in state:
        return None
    if isinstance(refusal, ReasonMissing):
        return {str(BlockId.REASON): said.REASON_MISSING}
    if isinstance(refusal, ReasonTooLong):
        return {str(BlockId.REASON): error_text(refusal, known)}
    return None


def _verdict(value: object, private_metadata: str) -> ReviewVerdict:
    if value not in set(ReviewVerdict):
        raise BadValue(private_metadata)
    return ReviewVerdict(str(value))

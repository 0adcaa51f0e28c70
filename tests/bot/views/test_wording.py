"""Everything that can happen has words, and the words of the fixed surface never change."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.views import notices
from bot.views.action_ids import ActionId
from bot.views.texts import length
from bot.views.wording import states, words
from bot.views.wording.refusals import sentence
from engine.domain import refusals as no
from engine.domain.assignment_requests import RequestState
from engine.domain.assignments import EndReason
from engine.domain.conversation import NoticeKind
from engine.domain.ids import (
    AssignmentId,
    ChannelId,
    GroupId,
    PackageId,
    PersonId,
    PolicyId,
    RequestId,
    ReviewRunId,
)
from engine.domain.reviews import ReviewState
from tests.bot.views.house import KNOWN, NOTHING_KNOWN
from tests.bot.views.pictures_of_cards import NOTICES
from tests.builders import ANN, BEN, DAY, NOW, PACKAGE, POLICY

PENDING = RequestState.PENDING_APPROVAL
EXAMPLES: list[no.Refusal] = [
    no.PackageGone(),
    no.NotInScope(PACKAGE),
    no.NotInScope(PackageId("gone")),
    no.TermsChanged(PACKAGE),
    no.TermsChanged(PackageId("gone")),
    no.ChoosePolicy((POLICY,)),
    no.ChoosePolicy((PolicyId("gone"),)),
    no.AlreadyHeld(AssignmentId("a"), NOW, may_extend=True),
    no.AlreadyHeld(AssignmentId("a"), None, may_extend=False),
    no.AlreadyPending(RequestId("r")),
    no.Incompatible((PACKAGE,), ()),
    no.Incompatible((), (GroupId("S1"),)),
    no.Incompatible((PACKAGE,), (GroupId("S1"),)),
    no.Incompatible((), ()),
    no.ExcludedMeanwhile((PACKAGE,), ()),
    no.ExcludedMeanwhile((PACKAGE,), (GroupId("S1"),)),
    no.JustificationMissing(),
    no.JustificationTooLong(1000),
    no.TooLong(90 * DAY, None),
    no.TooLong(None, NOW),
    no.TooLong(None, None),
    no.TooShort(),
    no.StartInPast(),
    no.StartTooLate(NOW),
    no.MayNotChooseTimes(),
    no.AlreadyDecided(ANN, approved=True, at=NOW),
    no.AlreadyDecided(ANN, approved=False, at=NOW),
    no.YouAlreadyDecided(approved=True, at=NOW),
    no.YouAlreadyDecided(approved=False, at=NOW),
    no.NoLongerPending(RequestState.EXPIRED, NOW),
    no.NoLongerPending("something_new", None),
    no.ReviewNotOpen(ReviewRunId("01hx5review00042"), ReviewState.STOPPED, NOW),
    no.ReviewNotOpen(ReviewRunId("01hx5review00042"), ReviewState.SCHEDULED, None),
    no.LineFellOut(AssignmentId("a"), NOW),
    no.LineFellOut(AssignmentId("a"), None),
    no.NoReviews(PACKAGE),
    no.NoReviews(PackageId("gone")),
    no.ReviewRunning(ReviewRunId("01hx5review00042")),
    no.ReviewOver(ReviewRunId("01hx5review00042"), ReviewState.APPLIED),
    no.NotAReviewer(),
    no.OwnAccess(),
    no.ReasonMissing(),
    no.ReasonTooLong(1000),
    no.NotCancelable(RequestState.DELIVERED),
    no.NotReprocessable(PENDING),
    no.NotReassignable(RequestState.DENIED),
    no.CannotDecide(ANN),
    no.NotHeld(NOW),
    no.NotHeld(None),
    no.ExtensionNotAllowed(),
    no.NothingToExtend(),
    no.CannotExtendFurther(NOW),
    no.TaskNotOpen(),
    no.NotFound("package", "<!channel>"),
    no.NotAnApprover(),
    no.OwnRequest(),
    no.NotYours(),
    no.NotAdministrator(),
    no.NotInAdminChannel(ChannelId("C1")),
    no.OutsideAdminChannel(ChannelId("C1")),
    no.NotFulfiller(),
    no.AccountClosed(),
    no.StillHeld((("Payments", (ANN, BEN)), ("Payments / Employees", ()))),
    no.StillHeld(tuple((f"Package {n}", (ANN,)) for n in range(30))),
    no.NotConfigured(),
    no.DirectorySilent(),
]


def leaves(kind: type[no.Refusal]) -> Iterator[type[no.Refusal]]:
    """Every refusal that is raised."""
    below = kind.__subclasses__()
    if not below:
        yield kind
    for each in below:
        yield from leaves(each)


def test_every_refusal_has_an_example_here() -> None:
    """A new refusal without words fails here first."""
    assert set(leaves(no.Refusal)) == {type(example) for example in EXAMPLES}


@pytest.mark.parametrize("known", [KNOWN, NOTHING_KNOWN], ids=["known", "nothing known"])
@pytest.mark.parametrize("refusal", EXAMPLES, ids=lambda refusal: type(refusal).__name__)
def test_every_refusal_says_why_and_what_to_do(refusal: no.Refusal, known: object) -> None:
    """Sentences: a capital letter first, a full stop or a list last, never a name of the code."""
    said = sentence(refusal, known)

    assert said[0].isupper() or said.startswith(("<@", "*"))
    assert said.endswith((".", ">")) or isinstance(refusal, no.StillHeld)
    assert type(refusal).__name__ not in said
    assert "_" not in said.replace("date_short_pretty", "")
    assert "<!channel>" not in said
    assert length(said) < 3000


def test_a_pending_request_is_linked_where_its_card_is_known() -> None:
    """The way to where it stands is one press."""
    said = sentence(no.AlreadyPending(RequestId("r")), KNOWN, link="https://x.example/p1")

    assert "<https://x.example/p1|" in said


def test_a_late_click_is_told_who_was_first_and_when() -> None:
    """Name and moment, as Slack shows them."""
    said = sentence(no.AlreadyDecided(ANN, approved=False, at=NOW), KNOWN)

    assert "<@ann>" in said
    assert "denied" in said
    assert "<!date^" in said


def test_durations_of_refusals_are_words() -> None:
    """Ninety days, not 7776000 seconds."""
    assert "90 days" in sentence(no.TooLong(timedelta(days=90), None), KNOWN)


def test_the_words_of_the_fixed_surface() -> None:
    """Guides and tests find controls by them."""
    fixed = {
        *(words.APPROVE, words.DENY, words.EXTEND, words.GIVE_BACK, words.CANCEL_REQUEST),
        *(words.DONE, words.REPROCESS, words.PACKAGE, words.JUSTIFICATION),
        *(words.FOR_HOW_LONG, words.STARTS, words.REASON),
        *(words.APPROVED, words.DENIED, words.EXPIRED, words.CANCELED),
        *(words.DELIVERED, words.PARTIALLY_DELIVERED, words.DELIVERY_FAILED),
    }

    assert fixed == {
        *("Approve", "Deny", "Extend", "Give back", "Cancel request", "Done", "Reprocess"),
        *("Package", "Justification", "For how long", "Starts", "Reason"),
        *("Approved", "Denied", "Expired", "Canceled", "Delivered"),
        *("Partially delivered", "Delivery failed"),
    }


def test_every_state_and_every_end_has_words() -> None:
    """No name of the code reaches a reader."""
    for state in RequestState:
        assert "_" not in states.state_words(state)
        assert "_" not in states.how_it_is(state)
    for state in ReviewState:
        assert "_" not in states.review_is(state)
    assert set(states.ENDINGS) == set(EndReason)


def test_every_notice_has_a_subject_and_a_picture() -> None:
    """A new notice without words fails here first. Those of access reviews have views of theirs."""
    ours = {kind for kind in NoticeKind if not kind.value.startswith("review")}

    assert set(notices.SUBJECT) >= ours
    assert {kind.value for kind in notices.SUBJECT} <= set(NOTICES)


def test_no_two_actions_share_an_id() -> None:
    """An enumeration with twins would lose one of them."""
    assert len({action.value for action in ActionId}) == len(ActionId.__members__)


def test_people_are_mentioned_by_what_slack_calls_them() -> None:
    """Slack shows each reader the name they know."""
    assert sentence(no.CannotDecide(PersonId("U123")), KNOWN).startswith("<@U123>")

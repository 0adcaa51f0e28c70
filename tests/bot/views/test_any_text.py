"""Whatever people write, no limit of Slack is broken and nothing they wrote becomes markup."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.views import (
    admin,
    answers,
    approval_card,
    decision_form,
    delivery_failure_card,
    extension_form,
    help,  # noqa: A004 - the view of that name
    home_tab,
    my_access,
    notices,
    request_card,
    request_form,
    task_card,
    waiting,
)
from bot.views.action_ids import MOST_WORDS
from bot.views.admin import RequestsWanted
from bot.views.blocks import Message, View
from bot.views.decision_form import DecisionFormData
from bot.views.extension_form import ExtensionFormData
from bot.views.home_tab import HomeData
from bot.views.request_form import RequestFormData
from bot.views.texts import length
from bot.views.wording import forms
from engine.application.audit import AuditEntry
from engine.application.previews import StagePreview
from engine.domain.assignment_requests import RequestState, RequestType
from engine.domain.assignments import AssignmentState
from engine.domain.conversation import NoticeKind
from engine.domain.holdings import Seen
from engine.domain.ids import AssignmentId
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import NotFound, StillHeld
from engine.domain.stages import Verdict
from playground.blocks.check import check_blocks, check_view
from tests.bot.views.house import (
    FULL,
    FULL_PACKAGE,
    MANAGER,
    OWNER,
    VPN,
    asked,
    held,
    holding,
    holds,
    in_state,
    known_as,
    page,
    waits,
    whole,
)
from tests.bot.views.reading import body, texts_of
from tests.bot.views.reviews_saying import reviews_saying
from tests.builders import ANN, EVERYBODY, MAX, NOW, OLGA, ROB, approve, begun, deny

NASTY = (
    *("<!channel>", "<!here|x>", "<@U0HACKER>", "<#C1>", "<https://evil.example|click>"),
    *("&lt;!channel&gt;", "&", "&&&&", "<", ">", "|", "*", "_", "~", "`", "```", "\n> ", "\n\n"),
    *("http://a.example/?a=1&b=<c>|d", "😀", "👩‍👩‍👧", "\u202e", "\x00", "\u2028", "ﷺ", " ", "…"),
)
TEXT = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(NASTY) | st.text(max_size=5), max_size=30).map("".join),
    st.sampled_from(NASTY).flatmap(
        lambda piece: st.integers(min_value=1, max_value=4000 // len(piece)).map(piece.__mul__)
    ),
)
OURS = re.compile(
    r"<@(?P<person>[a-z]+)>"
    r"|<!date\^\d+\^\{date_short_pretty\} at \{time\}\|\d+ \w{3} \d{4}, \d\d:\d\d UTC>"
    r"|<!date\^\d+\^\{date_short\}\|\d+ \w{3} \d{4}>"
    r"|<!subteam\^desk>"
    r"|<https?://[^<>|\s]+>",
    re.IGNORECASE,
)
MOST = {"mrkdwn": 3000, "plain_text": 2000}
Saying = Callable[[str], list[Message | View]]


def faults(shown: Message | View) -> list[str]:
    """What is wrong with a payload, whatever was written into it."""
    payload = body(shown)
    surface = "message" if isinstance(shown, Message) else str(payload["type"])
    found = [
        str(complaint)
        for complaint in (
            check_blocks(payload["blocks"], surface)
            if surface == "message"
            else check_view(payload, surface)
        )
    ]
    for kind, text in texts_of(shown):
        if length(text) > MOST[kind] or not text.strip():
            found.append(f"{kind} of {length(text)}")
        if kind == "mrkdwn":
            found += leaks(text)
        elif re.search(r"<[!@#]", text):
            found.append(f"a mention in plain text: {text}")
    return found


def leaks(markup: str) -> list[str]:
    """Whatever Slack would take for markup and is not ours."""
    for mention in OURS.finditer(markup):
        person = mention["person"]
        if person and person not in EVERYBODY:
            return [f"somebody is mentioned: {person}"]
    rest = re.sub(r"^>|(?<=\n)>", "", OURS.sub("", markup))
    return [f"not ours: {markup!r}"] if set("<>") & set(rest) else []


def requests_saying(text: str) -> Callable[[str], object]:
    """Requests in which everything people wrote is this text."""
    first = replace(MANAGER, name=text)
    reason = text[:MAX_REASON] if text.strip() else "Because"
    pending = begun(request=asked(first, OWNER, name=text, justification=text))
    second = approve(pending, MAX, reason=reason).request
    known = {
        "pending": pending,
        "second": second,
        "denied": deny(second, OLGA, reason=reason).request,
        "delivered": in_state(approve(second, OLGA, reason=reason).request, RequestState.DELIVERED),
        "failed": in_state(
            approve(second, OLGA, reason=reason).request, RequestState.DELIVERY_FAILED
        ),
        "more": begun(
            request=replace(
                asked(first, name=text, request_type=RequestType.USER_UPDATE),
                assignment_id=AssignmentId("a"),
            )
        ),
    }
    return known.__getitem__


def views_saying(text: str) -> list[Message | View]:
    """Every view in which something of people's stands."""
    known, request = known_as(text), requests_saying(text)
    pending, second, denied = request("pending"), request("second"), request("denied")
    failed, more = request("failed"), request("more")
    broken = holding(VPN, seen=Seen.ABSENT, given_up=True, problem=text, role=text or "user")
    by_hand = holding(VPN, seen=Seen.PENDING, role=text or "user")
    stuck = holding(wanted=False, problem=text, failing_since=NOW)
    row = held(package_name=text)
    package = replace(FULL_PACKAGE, name=text, description=text)
    policy = replace(FULL, name=text)
    other = replace(policy, id="other")
    stages = (StagePreview(stage=replace(MANAGER, name=text)),)
    shown = [
        request_card.render(whole(pending), ROB, known),
        request_card.render(whole(denied), ROB, known),
        request_card.render(whole(more, holds()), ROB, known),
        request_card.render(
            whole(failed, holds(AssignmentState.DELIVERY_FAILED), [broken, by_hand]), ROB, known
        ),
        approval_card.render(whole(second), 1, OLGA, known),
        approval_card.render(whole(denied), 0, MAX, known),
        task_card.render(by_hand, 1, known),
        task_card.render(by_hand, 2, known),
        delivery_failure_card.render(
            whole(failed, holds(AssignmentState.DELIVERY_FAILED), [broken] * 12), known
        ),
        notices.render(NoticeKind.REQUEST_DENIED, whole(denied), known),
        notices.render(NoticeKind.APPROVAL_REMINDER, whole(pending), known, detail="0"),
        notices.render(NoticeKind.ACCESS_ENDING, row, known),
        notices.render(NoticeKind.TASK_REMINDER, by_hand, known, detail="1"),
        notices.render(NoticeKind.REMOVAL_FAILING, stuck, known),
        notices.render(NoticeKind.ROW_PARKED, None, known, subject_id=text, detail=text),
        request_form.build(
            RequestFormData(now=NOW, package=package, policies=(policy,), stages=stages), known
        ),
        request_form.build(
            RequestFormData(now=NOW, package=package, policies=(policy, other)), known
        ),
        extension_form.build(
            ExtensionFormData(held=row, policy=policy, longest_end=NOW, stages=stages)
        ),
        decision_form.build(
            DecisionFormData(verdict=Verdict.DENIED, requests=((pending, 0), (second, 1)))
        ),
        my_access.render(page(row), page(whole(pending)), known),
        waiting.render(page(waits(pending), waits(second)), known),
        home_tab.build(
            HomeData(
                waiting=page(waits(pending), waits(second)),
                requests=page(whole(pending)),
                held=page(row),
                tasks=page(by_hand),
            ),
            known,
        ),
        admin.packages(page(package), {}, known),
        admin.packages(page(), {}, known, words=text[:MOST_WORDS]),
        admin.requests(page(whole(pending)), known),
        admin.requests(
            page(whole(pending), offset=10, total=30),
            known,
            RequestsWanted(words=text[:MOST_WORDS], packages=(package,)),
        ),
        admin.story(whole(pending), stories(text), known),
        admin.ambiguous(text, (pending,)),
        answers.refused(NotFound("package", text), known),
        answers.refused(StillHeld(((text, (ANN,)),) * 30), known),
        *(
            request_form.build(RequestFormData(now=NOW, note=forms.found(text, names)), known)
            for names in ([], [text] * 11)
        ),
        answers.decided_several(Verdict.APPROVED, 1, [(text, NotFound("request", text))], known),
        help.people("/access", unknown=text),
    ]
    return [view for view in shown if view is not None]


def stories(text: str) -> list[AuditEntry]:
    """An audit in which everything is this text."""
    details = {"target": text or "x", "role": text or "x", "connector": "manual"}
    return [
        AuditEntry(at=NOW, actor=ROB, activity=text, why=text, details=details) for _ in range(5)
    ]


@pytest.mark.parametrize("saying", [views_saying, reviews_saying])
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(text=TEXT)
def test_any_text_keeps_every_limit_and_leaks_no_markup(saying: Saying, text: str) -> None:
    """Names, reasons, departments, problems, ids typed by hand: all of them, in every view."""
    complaints = [fault for view in saying(text) for fault in faults(view)]

    assert not complaints


@pytest.mark.parametrize("saying", [views_saying, reviews_saying])
@pytest.mark.parametrize("piece", NASTY)
def test_the_worst_text_at_full_length_keeps_every_limit(saying: Saying, piece: str) -> None:
    """A justification of a thousand characters, each of which may become five."""
    text = (piece * 1000)[:1000]
    complaints = [fault for view in saying(text) for fault in faults(view)]

    assert not complaints


def test_the_check_itself_finds_a_leak() -> None:
    """A test that cannot fail proves nothing."""
    assert leaks("Hello <!channel>")
    assert leaks("Hello <@uhacker>")
    assert leaks("<https://evil.example|click>")
    assert not leaks("> <@rob> asks &lt;!channel&gt; <https://a.example/b>")

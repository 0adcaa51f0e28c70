"""One picture of every form, list and answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.views import (
    admin,
    admin_menu,
    answers,
    decision_form,
    extension_form,
    help,  # noqa: A004 - the view of that name
    home_tab,
    my_access,
    request_form,
    said,
    waiting,
)
from bot.views.admin import RequestsWanted
from bot.views.blocks import Message, View
from bot.views.decision_form import DecisionFormData
from bot.views.extension_form import ExtensionFormData
from bot.views.home_tab import AdminCounts, HomeData
from bot.views.request_form import RequestFormData
from bot.views.wording import forms
from engine.application.audit import AuditEntry
from engine.application.previews import StagePreview
from engine.domain.assignment_requests import AssignmentRequest
from engine.domain.assignments import AssignmentState
from engine.domain.ids import AssignmentId, PolicyId, RequestId
from engine.domain.policies import (
    NEVER,
    NO_EXTENSION,
    ApprovalStage,
    AssignmentPolicy,
    Expiration,
    JustificationRule,
)
from engine.domain.refusals import (
    AlreadyDecided,
    AlreadyHeld,
    AlreadyPending,
    NotInAdminChannel,
    OwnRequest,
)
from engine.domain.stages import Verdict, open_stage
from tests.bot.views.house import (
    EVERYONE,
    FULL,
    FULL_PACKAGE,
    KNOWN,
    MANAGER,
    NAME,
    OWNER,
    TWO_OF_THREE,
    a_package_called,
    another,
    ended,
    held,
    holds,
    page,
    waits,
    whole,
)
from tests.bot.views.pictures_of_cards import (
    BY_HAND,
    CANCELED,
    DELIVERED,
    FAILED,
    PARTIAL,
    PENDING,
    REMOVAL,
    SECOND,
)
from tests.builders import (
    ADMIN_CHANNEL,
    DAN,
    DAY,
    HOUR,
    MAX,
    MINUTE,
    NOW,
    OLGA,
    ROB,
    approver_facts,
)
from tests.builders import SECOND as ONE_SECOND

A = AssignmentState


def _preview(*stages: ApprovalStage) -> tuple[StagePreview, ...]:
    known = approver_facts()
    return tuple(
        StagePreview(stage=stage, approvers=open_stage(stage, n, known, now=NOW).approvers)
        for n, stage in enumerate(stages)
    )


def _form(
    policy: AssignmentPolicy | None = FULL,
    stages: tuple[ApprovalStage, ...] = (MANAGER, OWNER),
    **more: Any,
) -> Callable[[], View]:
    data: dict[str, Any] = {
        "now": NOW,
        "package": FULL_PACKAGE,
        "policies": (policy,),
        "policy": policy,
        **more,
    }
    return lambda: request_form.build(RequestFormData(stages=_preview(*stages), **data), KNOWN)


CONTRACTORS = replace(FULL, id=PolicyId("contractors"), name="Contractors")
SECONDS = replace(FULL, expiration=Expiration(after=20 * ONE_SECOND))
MINUTES = replace(FULL, expiration=Expiration(after=90 * MINUTE))
ON_A_DATE = replace(FULL, expiration=Expiration(on=(NOW + 40 * DAY).date()))
ENDLESS = replace(FULL, expiration=NEVER)
PLAIN = replace(
    FULL,
    justification=JustificationRule.HIDDEN,
    requestor_may_shorten=False,
    extension=NO_EXTENSION,
)
OPTIONAL = replace(FULL, justification=JustificationRule.OPTIONAL)
HELD = AlreadyHeld(AssignmentId("assignment"), NOW + 90 * DAY, may_extend=True)


def _extension(
    policy: AssignmentPolicy = FULL, stages: tuple[ApprovalStage, ...] = (MANAGER, OWNER)
) -> Callable[[], View]:
    data = ExtensionFormData(
        held=held(), policy=policy, longest_end=NOW + 180 * DAY, stages=_preview(*stages)
    )
    return lambda: extension_form.build(data)


def _decision(verdict: Verdict, *requests: tuple[AssignmentRequest, int]) -> Callable[[], View]:
    data = DecisionFormData(verdict=verdict, requests=requests)
    return lambda: decision_form.build(data)


MODALS: dict[str, Callable[[], View]] = {
    "request_empty": lambda: request_form.build(RequestFormData(now=NOW), KNOWN),
    "request_several_fit": lambda: request_form.build(
        RequestFormData(now=NOW, note=forms.found("production", ["Production read", "<Write>"])),
        KNOWN,
    ),
    "request_none_fits": lambda: request_form.build(
        RequestFormData(now=NOW, note=forms.found("the moon", [])), KNOWN
    ),
    "request_nothing_offered": lambda: request_form.build(
        RequestFormData(now=NOW, nothing_to_request=True), KNOWN
    ),
    "request_full": _form(),
    "request_two_policies": _form(None, (), policies=(FULL, CONTRACTORS)),
    "request_two_policies_chosen": _form(CONTRACTORS, policies=(FULL, CONTRACTORS)),
    "request_no_approval": _form(PLAIN, ()),
    "request_optional_why": _form(OPTIONAL, (TWO_OF_THREE, EVERYONE)),
    "request_seconds": _form(SECONDS),
    "request_minutes": _form(MINUTES),
    "request_until_a_date": _form(ON_A_DATE),
    "request_endless": _form(ENDLESS),
    "request_nobody_found": lambda: request_form.build(
        RequestFormData(
            now=NOW, package=FULL_PACKAGE, policies=(FULL,), stages=(StagePreview(stage=MANAGER),)
        ),
        KNOWN,
    ),
    "request_already_held": _form(refusal=HELD, stages=()),
    "extension": _extension(),
    "extension_no_approval": _extension(PLAIN, ()),
    "deny": _decision(Verdict.DENIED, (PENDING, 0)),
    "deny_several": _decision(Verdict.DENIED, (PENDING, 0), (another(SECOND, 43), 1)),
    "approve_with_reason": _decision(Verdict.APPROVED, (PENDING, 0)),
    "refused": lambda: answers.refused_in_modal(OwnRequest(), KNOWN),
    "assign": admin_menu.assign_form,
    "take_away": admin_menu.remove_form,
    "start_review": admin_menu.review_form,
    "reassign": lambda: admin_menu.reassign_form(PENDING),
    "said": lambda: said.in_modal(answers.given_back(NAME)),
}

EXTENDED_SOON = held(extension_request_id=RequestId("01hx5request0099"))
ENDLESS_HELD = held(holds(lasting=None))
SCHEDULED = held(holds(A.SCHEDULED, starts_in=3 * DAY))


def _entry(activity: str, actor: str = ROB, after: timedelta = HOUR, **more: Any) -> AuditEntry:
    return AuditEntry(at=NOW + after, actor=actor, activity=activity, **more)


STORY = (
    _entry("request.submitted", why="On call next week"),
    _entry("stage.opened", stage=0),
    _entry("stage.reminded", "system", 2 * DAY, stage=0),
    _entry("decision.approved", MAX, 3 * DAY, stage=0, why="On the rota"),
    _entry("access.granted", "system", 4 * DAY, details={"target": "S1", "role": "member"}),
    _entry("something.quite_new", "operator", 5 * DAY),
)

MESSAGES: dict[str, Callable[[], Message]] = {
    "menu": lambda: waiting.menu("/access", waiting=3, held=1),
    "menu_empty": lambda: waiting.menu("/access"),
    "mine_empty": lambda: my_access.render(page(), page(), KNOWN),
    "mine": lambda: my_access.render(
        page(held(), EXTENDED_SOON, ENDLESS_HELD, SCHEDULED),
        page(whole(PENDING), whole(FAILED, holds(A.DELIVERY_FAILED))),
        KNOWN,
    ),
    "mine_middle_page": lambda: my_access.render(
        page(*[held()] * 5, offset=5, total=23), page(total=0), KNOWN
    ),
    "waiting_empty": lambda: waiting.render(page(), KNOWN),
    "waiting_one": lambda: waiting.render(page(waits(PENDING)), KNOWN),
    "waiting_several": lambda: waiting.render(
        page(*(waits(another(PENDING, n)) for n in range(5)), total=12), KNOWN
    ),
    "help": lambda: help.people("/access"),
    "help_unknown": lambda: help.people("/access", unknown="frobnicate <!channel>"),
    "help_administrators": lambda: help.administrators("/access-admin"),
    "help_incomplete": lambda: help.administrators("/access-admin", incomplete="assign"),
    "admin_packages": lambda: admin.packages(
        page(FULL_PACKAGE, a_package_called("Payments release")), {FULL_PACKAGE.id: 12}, KNOWN
    ),
    "admin_packages_none": lambda: admin.packages(page(), {}, KNOWN),
    "admin_packages_narrowed_none": lambda: admin.packages(page(), {}, KNOWN, words="<b> `x`"),
    "admin_requests": lambda: admin.requests(
        page(whole(PENDING), whole(PARTIAL), whole(DELIVERED), total=30), KNOWN
    ),
    "admin_requests_ended": lambda: admin.requests(
        page(whole(DELIVERED, ended()), whole(FAILED, ended()), whole(CANCELED, ended())), KNOWN
    ),
    "admin_requests_none": lambda: admin.requests(page(), KNOWN),
    "admin_requests_narrowed": lambda: admin.requests(
        page(whole(FAILED), offset=10, total=30),
        KNOWN,
        RequestsWanted(words="@rob failed", person_id=ROB, state="failed"),
    ),
    "admin_requests_narrowed_none": lambda: admin.requests(
        page(), KNOWN, RequestsWanted(words="pay", packages=(FULL_PACKAGE, FULL_PACKAGE))
    ),
    "admin_story": lambda: admin.story(whole(DELIVERED), STORY, KNOWN),
    "admin_story_none": lambda: admin.story(whole(DELIVERED), (), KNOWN),
    "admin_story_pending": lambda: admin.story(whole(PENDING), STORY, KNOWN),
    "admin_story_failed": lambda: admin.story(whole(FAILED), STORY, KNOWN, note="Tried again."),
    "admin_assigned": lambda: admin.assigned(whole(DELIVERED, holds()), KNOWN),
    "admin_removed": lambda: admin.removed(ROB, NAME),
    "admin_reprocessed": lambda: admin.reprocessed(FAILED),
    "admin_reassigned": lambda: admin.reassigned(PENDING, DAN),
    "admin_ambiguous": lambda: admin.ambiguous("0042", (PENDING, another(PENDING, 142))),
    "refused_held": lambda: answers.refused(HELD, KNOWN),
    "refused_pending": lambda: answers.refused(
        AlreadyPending(RequestId("r")), KNOWN, link="https://contoso.slack.com/archives/D1/p1"
    ),
    "refused_decided": lambda: answers.refused(AlreadyDecided(OLGA, approved=False, at=NOW), KNOWN),
    "refused_channel": lambda: answers.refused(NotInAdminChannel(ADMIN_CHANNEL), KNOWN),
    "decided": lambda: answers.decided(Verdict.APPROVED, NAME),
    "decided_others": lambda: answers.decided(Verdict.APPROVED, NAME, waiting_for_others=True),
    "decided_several": lambda: answers.decided_several(
        Verdict.DENIED, 2, [(NAME, AlreadyDecided(OLGA, approved=True, at=NOW))], KNOWN
    ),
    "canceled": lambda: answers.canceled(NAME),
    "given_back": lambda: answers.given_back(NAME),
    "task_done": lambda: answers.task_done("Office VPN"),
    "reprocessing": lambda: answers.reprocessing(NAME),
    "nothing_selected": answers.nothing_selected,
    "outdated": answers.outdated,
    "fault": lambda: answers.fault("7f3a"),
}

HOMES: dict[str, Callable[[], View]] = {
    "new": lambda: home_tab.build(HomeData(), KNOWN),
    "full": lambda: home_tab.build(
        HomeData(
            command="/access",
            waiting=page(*(waits(another(PENDING, n)) for n in range(5)), offset=5, total=12),
            requests=page(whole(SECOND)),
            held=page(held(), ENDLESS_HELD),
            tasks=page(BY_HAND, REMOVAL),
            admin=AdminCounts(failed=1, parked=2, pending=4, channel_id=ADMIN_CHANNEL),
        ),
        KNOWN,
    ),
    "administrator_idle": lambda: home_tab.build(
        HomeData(held=page(held()), admin=AdminCounts()), KNOWN
    ),
}

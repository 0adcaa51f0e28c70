"""Who decides: kinds of approvers, how many, in which order, and who may not."""

import threading

import pytest

from tests.acceptance.outsider.company import (
    MANAGER,
    READERS,
    VPN,
    Company,
    file,
    package,
    policy,
    stage,
)
from tests.acceptance.outsider.persona import Persona
from tests.acceptance.outsider.words import buttons_of, words_of

TWO_PEOPLE = "{people: [mia@contoso.com, olga@contoso.com]}"
THREE_PEOPLE = "{people: [mia@contoso.com, olga@contoso.com, max@contoso.com]}"
CONFIGURATION = file(
    package("By manager", VPN, policy(MANAGER)),
    package("By group", VPN, policy(stage('{group: "@it-leads"}'))),
    package("By owner", VPN, policy(stage("{catalog_owners: true}"))),
    package("By any", VPN, policy(stage(TWO_PEOPLE, "needed: any"))),
    package("By all", VPN, policy(stage(TWO_PEOPLE, "needed: all"))),
    package("By two", VPN, policy(stage(THREE_PEOPLE, "needed: 2"))),
    package(
        "By stages", VPN, policy(MANAGER + stage("{people: [olga@contoso.com]}", name="Owner"))
    ),
    package(
        "Denied at second",
        VPN,
        policy(MANAGER + stage("{people: [olga@contoso.com]}", name="Owner")),
    ),
    package("To deny", VPN, policy(stage(TWO_PEOPLE, "reason: on_denial"))),
    package("Reasoned", VPN, policy(stage(TWO_PEOPLE, "reason: required"))),
    package("By herself too", VPN, policy(stage("{people: [rita@contoso.com, mia@contoso.com]}"))),
    package("Only herself", VPN, policy(stage("{people: [rita@contoso.com]}"))),
    package("Second click", VPN, policy(MANAGER)),
    package("Stranger clicks", VPN, policy(MANAGER)),
    package("Canceled", VPN, policy(MANAGER)),
    package("Raced", VPN, policy(stage(TWO_PEOPLE))),
    package("At once", READERS, policy()),
    package("Reminded", VPN, policy(stage(TWO_PEOPLE, "needed: all", "remind: [PT2S, PT4S]"))),
    package(
        "Escalated",
        VPN,
        policy(stage("{manager: 1}", "escalate:", "  - {after: PT2S, to: [{manager: 2}]}")),
    ),
    package("Expires", VPN, policy(stage("{manager: 1}", "decide_within: PT2S"))),
    package(
        "Fallback of the stage",
        VPN,
        policy(stage("{manager: 1}", "fallback_approvers: [olga@contoso.com]")),
    ),
)


def asked(company: Company, who: str, package_name: str) -> dict[str, object]:
    """A request on its way; answers the requestor's card."""
    person = company.person(who)
    person.type(f"request {package_name}")
    form = person.form("Package", package_name)
    form.fill("Justification", "Because of OPS-7")
    assert form.submit() == {}
    return person.card(package_name)


def _told(person: Persona, *texts: str) -> bool:
    """Whether some message to them says all of this."""
    messages = person.slack.messages[person.slack.direct(person.id)]
    return any(all(text in words_of(message) for text in texts) for message in messages)


@pytest.mark.parametrize(
    ("package_name", "approvers"),
    [
        ("By manager", ["mia"]),
        ("By group", ["lea"]),
        ("By owner", ["olga"]),
        ("By any", ["olga"]),
        ("By all", ["mia", "olga"]),
        ("By two", ["max", "olga"]),
        ("By stages", ["mia", "olga"]),
        ("Fallback of the stage", ["mia"]),
    ],
)
def test_a_request_is_approved_by_those_whom_the_policy_names(
    company: Company, package_name: str, approvers: list[str]
) -> None:
    """Each presses Approve; only the last makes it approved, and the task for the desk appears."""
    asked(company, "rita", package_name)
    for number, name in enumerate(approvers):
        person = company.person(name)
        card = person.card(package_name, "OPS-7", "Approve")
        assert "Deny" in buttons_of(card)
        if number:
            assert (
                "Approved" not in words_of(company.person("rita").card(package_name)).split("\n")[1]
            )
        person.press("Approve", card)
    company.person("rita").card(package_name, "Approved")
    decided = company.person(approvers[-1]).card(package_name, "Approved")
    assert not {"Approve", "Deny"} & set(buttons_of(decided))


def test_nobody_approves_their_own(company: Company) -> None:
    """On the list or not."""
    asked(company, "rita", "By herself too")
    card = company.person("mia").card("By herself too", "Approve")
    said = company.person("rita").press("Approve", card).text
    assert "own" in said, said
    company.person("rita").card("By herself too", "Waiting")


def test_where_only_the_requestor_could_decide_the_fallback_is_asked(company: Company) -> None:
    """The organization's; never nobody."""
    asked(company, "rita", "Only herself")
    card = company.person("lea").card("Only herself", "Approve")
    company.person("lea").press("Approve", card)
    company.person("rita").card("Only herself", "Approved")


def test_without_a_manager_the_stages_own_fallback_is_asked_at_once(company: Company) -> None:
    """Ben has no manager."""
    asked(company, "ben", "Fallback of the stage")
    company.person("olga").card("Fallback of the stage", "Approve")


def test_denying_asks_for_a_reason_and_tells_it(company: Company) -> None:
    """A form with the field Reason; without it nothing is denied."""
    asked(company, "rita", "To deny")
    mia = company.person("mia")
    mia.press("Deny", mia.card("To deny", "Deny"))
    form = mia.form("Reason")
    assert set(form.submit()) == {"Reason"}
    form.fill("Reason", "Not this quarter")
    assert form.submit() == {}
    company.person("rita").card("To deny", "Denied", "Not this quarter", f"<@{mia.id}>")
    other = company.person("olga").card("To deny", "Denied", f"<@{mia.id}>")
    assert not {"Approve", "Deny"} & set(buttons_of(other))


def test_denied_at_the_second_stage_is_denied(company: Company) -> None:
    """The first stage's answer is shown to the second."""
    asked(company, "rita", "Denied at second")
    mia, olga = company.person("mia"), company.person("olga")
    mia.press("Approve", mia.card("Denied at second", "Approve"))
    card = olga.card("Denied at second", "Deny")
    assert f"<@{mia.id}>" in words_of(card)
    olga.press("Deny", card)
    form = olga.form("Reason")
    form.fill("Reason", "No")
    assert form.submit() == {}
    company.person("rita").card("Denied at second", "Denied")


def test_where_every_answer_needs_a_reason_approving_asks_for_one(company: Company) -> None:
    """The same form with the same field."""
    asked(company, "rita", "Reasoned")
    mia = company.person("mia")
    mia.press("Approve", mia.card("Reasoned", "Approve"))
    form = mia.form("Reason")
    assert set(form.submit()) == {"Reason"}
    form.fill("Reason", "Agreed on Monday")
    assert form.submit() == {}
    company.person("rita").card("Reasoned", "Approved")


def test_late_second_and_foreign_clicks_are_answered_and_change_nothing(company: Company) -> None:
    """Answered by a sentence through `response_url`, or without one all the same."""
    asked(company, "rita", "Second click")
    mia, max_ = company.person("mia"), company.person("max")
    card = dict(mia.card("Second click", "Approve"))
    assert max_.press("Approve", card).text
    company.person("rita").card("Second click", "Waiting")
    mia.press("Approve", card)
    company.person("rita").card("Second click", "Approved")
    late = mia.press("Deny", card).text
    assert "Approved" in late or "approved" in late or "already" in late, late
    mia.response_urls = False
    assert mia.press("Approve", card).text
    company.person("rita").card("Second click", "Approved")


def test_a_click_from_elsewhere_is_answered_without_response_url(company: Company) -> None:
    """Somebody who is not asked, in a client that gives no place to answer."""
    asked(company, "rita", "Stranger clicks")
    card = company.person("mia").card("Stranger clicks", "Approve")
    cat = company.person("cat")
    cat.response_urls = False
    assert cat.press("Approve", card).text


def test_a_request_is_canceled_while_nobody_has_decided(company: Company) -> None:
    """And a late approval is answered."""
    card = asked(company, "rita", "Canceled")
    mia = company.person("mia")
    waiting = dict(mia.card("Canceled", "Approve"))
    company.person("rita").press("Cancel request", card)
    company.person("rita").card("Canceled", "Canceled")
    assert "ancel" in mia.press("Approve", waiting).text
    mia.card("Canceled", "*Canceled*")


def test_approve_and_deny_at_once_have_one_outcome(company: Company) -> None:
    """Both are answered, and all cards agree."""
    asked(company, "rita", "Raced")
    mia, olga = company.person("mia"), company.person("olga")
    cards = mia.card("Raced", "Approve"), olga.card("Raced", "Approve")
    olga.press("Deny", cards[1])
    form = olga.form("Reason")
    form.fill("Reason", "No")
    threads = [
        threading.Thread(target=mia.press, args=("Approve", cards[0])),
        threading.Thread(target=form.submit),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def outcomes() -> list[str]:
        return [
            next((word for word in ("Denied", "Approved") if _told(one, "Raced", word)), "")
            for one in (company.person("rita"), mia, olga)
        ]

    company.slack.until(lambda: len(set(outcomes())) == 1 and "" not in outcomes())


def test_without_stages_access_is_given_at_once(company: Company) -> None:
    """Nobody is asked."""
    asked(company, "rita", "At once")
    rita = company.person("rita")
    company.slack.until(lambda: rita.id in company.slack.group_members[company.readers])
    rita.card("At once", "Delivered")


def test_reminders_reach_only_the_undecided(company: Company) -> None:
    """Mia decides before the first; Olga hears twice."""
    asked(company, "rita", "Reminded")
    mia, olga = company.person("mia"), company.person("olga")
    mia.press("Approve", mia.card("Reminded", "Approve"))

    def about(person: Persona) -> int:
        direct = company.slack.direct(person.id)
        return sum("Reminded" in words_of(m) for m in company.slack.messages[direct])

    mia.card("Reminded", "Approved")
    before = about(mia)
    company.slack.until(lambda: about(olga) >= 3)
    assert about(mia) == before


def test_escalation_adds_people_and_the_first_may_still_decide(company: Company) -> None:
    """Max is asked after two seconds; Mia answers."""
    asked(company, "rita", "Escalated")
    max_, mia = company.person("max"), company.person("mia")
    max_.card("Escalated", "Approve")
    mia.press("Approve", mia.card("Escalated", "Approve"))
    company.person("rita").card("Escalated", "Approved")
    max_.card("Escalated", "Approved")


def test_what_nobody_decides_expires(company: Company) -> None:
    """Everybody concerned is told."""
    asked(company, "rita", "Expires")
    company.person("rita").card("Expires", "Expired")
    card = company.person("mia").card("Expires", "Expired")
    assert "Approve" not in buttons_of(card)

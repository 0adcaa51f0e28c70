"""The two commands: what each answers to whom, and what administrators do with theirs."""

import re

import pytest

from tests.acceptance.outsider.company import (
    MANAGER,
    READERS,
    ROOM,
    VPN,
    Company,
    file,
    package,
    policy,
)
from tests.acceptance.outsider.words import button, buttons_of, words_of

CONFIGURATION = file(
    package("Production read access", READERS, policy(MANAGER)),
    package("Office VPN", VPN, policy(MANAGER)),
    package("Incident room", ROOM, policy(MANAGER)),
    package("Assigned only", ROOM, policy(scope="{scope: nobody}")),
)
HELP = ("/access request", "/access mine", "/access approvals", "/access help")


def admin(company: Company, text: str, *, who: str = "ada", outside: bool = False) -> str:
    """What the administrators' command answers."""
    channel = None if outside else company.admin_channel
    return company.person(who).type(text, channel, command="/access-admin").text


@pytest.mark.parametrize("text", ["help", "HELP", "  help ", "nonsense", "<@U1> !", "requests"])
def test_help_and_unknown_input_answer_with_usage(company: Company, text: str) -> None:
    """Every form of the command is named."""
    said = company.person("rita").type(text).text
    assert all(form in said for form in HELP)


def test_the_bare_command_is_a_menu_whose_buttons_work(company: Company) -> None:
    """Request, my access, waiting for me."""
    rita = company.person("rita")
    menu = rita.type("").things[0]
    assert {"Request access", "My access", "Waiting for me"} <= set(buttons_of(menu))
    for label in ("My access", "Waiting for me"):
        assert rita.press(label, menu).text
    rita.press("Request access", menu)
    assert rita.form("Package").offers("Package")


def test_a_client_without_response_url_is_answered_all_the_same(company: Company) -> None:
    """Commands in the answer itself, presses where they were made."""
    rita = company.person("rita")
    rita.response_urls = False
    menu = rita.type("").things[0]
    assert "hold no" in rita.press("My access", menu).text


@pytest.mark.parametrize("text", ["", "help", "nonsense"])
def test_administrators_have_usage_in_their_channel(company: Company, text: str) -> None:
    """Every form of it."""
    said = admin(company, text)
    for word in ("packages", "requests", "assign", "remove", "reprocess", "reassign", "audit"):
        assert f"/access-admin {word}" in said


@pytest.mark.parametrize("text", ["assign", "remove", "reprocess", "reassign", "audit"])
def test_a_command_without_what_it_needs_answers_with_usage(company: Company, text: str) -> None:
    """Which command lacked something, and how each is written."""
    said = admin(company, text)
    assert text in said.split("\n")[0]
    assert f"/access-admin {text}" in said


@pytest.mark.parametrize("text", ["", "packages", "assign <@U0000005> Office VPN", "audit x"])
def test_others_and_elsewhere_are_refused_in_a_sentence(company: Company, text: str) -> None:
    """By person and by channel; nothing is done."""
    assert "administrators" in admin(company, text, who="rob")
    assert f"<#{company.admin_channel}>" in admin(company, text, outside=True)
    assert "hold no" in company.person("rita").type("mine").text


def test_packages_and_requests_are_listed(company: Company) -> None:
    """By name."""
    assert "Assigned only" in admin(company, "packages")
    cat = company.person("cat")
    cat.type("request production")
    assert cat.form("Production").submit() == {}
    cat.card("Production read access", "Waiting")
    said = admin(company, "requests")
    assert "Production read access" in said
    assert f"<@{cat.id}>" in said


def test_assigning_removing_and_their_story(company: Company) -> None:
    """By mention, with a name in it or without, escaped or not, or by address; nobody is asked."""
    rob = company.person("rob")
    assert f"<@{rob.id}>" in admin(company, f"assign <@{rob.id}|rob> Incident room")
    company.slack.until(lambda: rob.id in company.slack.members[company.room])
    assert "already" in admin(company, f"assign <@{rob.id}> incident ROOM")
    assert "already" in admin(company, "assign @rob Incident room")
    assert admin(company, 'remove rob@contoso.com "Incident room"')
    company.slack.until(lambda: rob.id not in company.slack.members[company.room])


def test_what_only_administrators_give_is_given(company: Company) -> None:
    """A policy for nobody."""
    ben = company.person("ben")
    admin(company, f"assign <@{ben.id}> Assigned only")
    company.slack.until(lambda: ben.id in company.slack.members[company.room])
    assert "Assigned only" in ben.type("mine").text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("assign <@U9999999> Office VPN", "U9999999"),
        ("assign nobody@contoso.com Office VPN", "nobody@contoso.com"),
        ("assign @nobody Office VPN", "e-mail address"),
        ("assign rita@contoso.com Orifice VPN", "Orifice VPN"),
        ("assign rita@contoso.com", "assign"),
        ("remove rita@contoso.com Office VPN", "package"),
        ("audit ZZZZZZ", "ZZZZZZ"),
        ("reprocess ZZZZZZ", "ZZZZZZ"),
        ("reassign ZZZZZZ <@U0000001>", "ZZZZZZ"),
    ],
)
def test_what_does_not_exist_is_said_so(company: Company, text: str, named: str) -> None:
    """One sentence with the name in it."""
    said = admin(company, text)
    assert named in said
    assert "went wrong" not in said


def test_a_request_is_reassigned_and_its_story_told(company: Company) -> None:
    """The new approver has the card; the audit has both deeds."""
    rita, max_, mia = (company.person(name) for name in ("rita", "max", "mia"))
    rita.type("request office")
    assert rita.form("Office VPN").submit() == {}
    short = re.findall(r"Request ([0-9A-Z]{4,})", words_of(rita.card("Office VPN", "Waiting")))[0]
    old = dict(mia.card("Office VPN", "Approve"))
    assert f"<@{max_.id}>" in admin(company, f"reassign {short} <@{max_.id}>")
    card = max_.card("Office VPN", "Approve")
    assert mia.press("Approve", old).text
    max_.press("Approve", card)
    rita.card("Office VPN", "Approved")
    story = admin(company, f"audit {short}")
    for person in (rita, max_):
        assert f"<@{person.id}>" in story


def test_approvals_decide_in_bulk(company: Company) -> None:
    """`/access approvals` lists what waits; several are approved at once."""
    olga, mia = company.person("olga"), company.person("mia")
    assert "Nothing" in olga.type("approvals").text
    for name in ("rita", "rob"):
        person = company.person(name)
        person.type("request production")
        assert person.form("Production").submit() == {}
    for name in ("rita", "rob"):
        mia.card("Production", f"<@{company.person(name).id}>", "Approve")
    said = mia.type("approvals").things[-1]
    assert "Production read access" in words_of(said)
    assert button(said, "Approve")


def test_home_shows_and_does_what_commands_do(company: Company) -> None:
    """Opened, it shows what is mine and what waits; its buttons work."""
    lea, mia = company.person("lea"), company.person("mia")
    home = lea.opens_home()
    lea.press("Request access", home)
    form = lea.form("Package")
    form.choose("Package", "Production")
    assert form.submit() == {}
    lea.card("Production", "Waiting")
    home = lea.opens_home()
    assert "Production read access" in words_of(home)
    lea.press("Cancel request", home)
    lea.card("Production", "Canceled")
    assert words_of(mia.opens_home())

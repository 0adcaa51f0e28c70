"""The form: what it offers, what it says before sending, and what it refuses."""

import time

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

NINETY = "expiration: {after: P90D}\nrequestor_may_shorten: true"
CONFIGURATION = file(
    package("Production read access", READERS, policy(MANAGER, more=NINETY)),
    package("Office VPN", VPN, policy(MANAGER)),
    package(
        "Secret thing",
        VPN,
        policy(MANAGER, scope="{scope: specific, people: [olga@contoso.com]}"),
    ),
    package("Leads only", VPN, policy(MANAGER, scope='{scope: specific, groups: ["@it-leads"]}')),
    package(
        "Guests too", VPN, policy(stage("{people: [mia@contoso.com]}"), scope="{scope: all_users}")
    ),
    package("Asked why", VPN, policy(MANAGER).replace("optional", "required")),
    package("Never asked why", VPN, policy(MANAGER).replace("optional", "hidden")),
    package("Assigned only", VPN, policy(scope="{scope: nobody}")),
    *(package(f"Numbered {number:03}", VPN, policy(MANAGER)) for number in range(130)),
)


def test_the_form_offers_only_what_this_person_may_request(company: Company) -> None:
    """Members, the group's, the named and guests each see their own packages."""
    offered = {}
    for name in ("rita", "olga", "lea", "gus"):
        person = company.person(name)
        person.type("request")
        form = person.form("Package")
        offered[name] = {
            word
            for word in ("Secret", "Leads", "Guests", "Assigned", "Office")
            if any(word in one for one in form.offers("Package", word.lower()))
        }
    assert offered == {
        "rita": {"Guests", "Office"},
        "olga": {"Secret", "Guests", "Office"},
        "lea": {"Leads", "Guests", "Office"},
        "gus": {"Guests"},
    }


def test_before_anything_is_typed_a_hundred_are_offered_and_the_last_is_found_by_typing(
    company: Company,
) -> None:
    """The list is searched by Usher, not by Slack."""
    rita = company.person("rita")
    rita.type("request")
    form = rita.form("Package")
    assert 0 < len(form.offers("Package")) <= 100
    assert form.offers("Package", "numbered 129") == ["Numbered 129"]
    assert form.offers("Package", "NUMBERED 128") == ["Numbered 128"]
    assert not form.offers("Package", "no such thing")


def test_words_that_match_one_package_choose_it(company: Company) -> None:
    """`/access request office` opens the form with its fields already there."""
    rita = company.person("rita")
    rita.type("request office")
    form = rita.form("Package", "Office VPN")
    assert f"<@{company.person('mia').id}>" in form.text
    assert form.submit() == {}
    rita.card("Office VPN", "Waiting")


def test_words_that_match_many_or_nothing_open_the_form_all_the_same(company: Company) -> None:
    """Nothing is chosen for somebody who was not clear."""
    rita = company.person("rita")
    for words in ("numbered", "zebra"):
        rita.type(f"request {words}")
        assert rita.form("Package").offers("Package", "office")


def test_choosing_a_package_shows_who_is_asked_and_how_long_it_lasts(company: Company) -> None:
    """Before sending."""
    rita = company.person("rita")
    rita.type("request")
    form = rita.form("Package")
    form.choose("Package", "Production", typed="prod")
    assert f"<@{company.person('mia').id}>" in form.text
    assert "90 days" in form.text


def test_a_client_that_never_tells_what_was_chosen_may_send_all_the_same(company: Company) -> None:
    """The submission alone is enough."""
    cat = company.person("cat")
    cat.type("request")
    form = cat.form("Package")
    form.choose("Package", "Numbered 007", typed="numbered 007", telling=False)
    errors = form.submit()
    if not errors and form.modal in company.slack.screens[cat.id]:
        errors = form.submit()
    assert errors == {}
    cat.card("Numbered 007", "Waiting")


def test_an_empty_form_is_answered_at_the_package(company: Company) -> None:
    """Slack asks for required fields itself; another client may not."""
    rita = company.person("rita")
    rita.type("request")
    assert set(rita.form("Package").submit()) == {"Package"}


def test_a_missing_justification_is_answered_at_its_field(company: Company) -> None:
    """Also where it is only spaces."""
    rita = company.person("rita")
    rita.type("request asked why")
    form = rita.form("Package", "Asked why")
    assert set(form.submit()) == {"Justification"}, form.text
    form.fill("Justification", "   ")
    assert set(form.submit()) == {"Justification"}
    form.fill("Justification", "On call next week")
    assert form.submit() == {}
    assert "On call next week" in str(company.person("mia").card("Asked why"))


def test_a_hidden_justification_is_not_asked_for(company: Company) -> None:
    """The field is not there."""
    rita = company.person("rita")
    rita.type("request never asked")
    assert "Justification" not in rita.form("Package", "Never asked why").text


def test_what_is_pending_is_refused_in_words(company: Company) -> None:
    """A second request for the same package."""
    rob = company.person("rob")
    rob.type("request numbered 099")
    assert rob.form("Package", "Numbered 099").submit() == {}
    rob.card("Numbered 099", "Waiting")
    rob.type("request numbered 099")
    assert "already" in rob.form("Numbered 099").text


def test_what_became_pending_meanwhile_is_refused_in_words(company: Company) -> None:
    """Two forms open at once, as in two windows."""
    rob = company.person("rob")
    rob.type("request numbered 098")
    first = rob.form("Package", "Numbered 098")
    rob.type("request numbered 098")
    second = rob.form("Package", "Numbered 098")
    assert second.submit() == {}
    errors = first.submit()
    assert "already" in (errors.get("Package") or first.text)


def test_too_early_is_refused_at_its_field(company: Company) -> None:
    """The past is over; the day after tomorrow is a fine start."""
    rita = company.person("rita")
    rita.type("request production")
    form = rita.form("Package", "Production", "For how long", "Starts")
    form.fill("Starts", int(time.time()) - 2 * 86400)
    assert set(form.submit()) == {"Starts"}
    form.fill("Starts", int(time.time()) + 2 * 86400)
    form.choose("For how long", "30 days")
    assert form.submit() == {}
    assert "30 days" in str(company.person("mia").card("Production read access"))

"""A running process: health, signatures, the directory's events, the audit, its end."""

import json
import re
import signal
from urllib.error import HTTPError

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
    stage,
)
from tests.acceptance.outsider.persona import Persona, Wire
from tests.acceptance.outsider.served import Served, run
from tests.acceptance.outsider.words import buttons_of, words_of

CONFIGURATION = file(
    package("Production read access", READERS, policy(MANAGER)),
    package("Office VPN", VPN, policy(MANAGER)),
    package("Lab", VPN, policy(MANAGER)),
    package("Workshop", VPN, policy(MANAGER)),
    package("Room", ROOM, policy()),
    package("By the group", ROOM, policy(stage('{group: "@it-leads"}'))),
    package("For leads", VPN, policy(scope='{scope: specific, groups: ["@it-leads"]}')),
)


def test_health_and_metrics_are_served(served: Served) -> None:
    """While it lives."""
    assert served.get("/healthz")[0] == 200
    assert served.get("/readyz")[0] == 200
    status, text = served.get("/metrics")
    assert status == 200
    assert "# TYPE" in text
    assert re.search(r"^usher_\w+", text, re.MULTILINE)


def test_unsigned_messages_are_refused(company: Company) -> None:
    """By signature; nothing is done."""
    forged = Persona(
        slack=company.slack,
        wire=Wire(url=company.wire.url, secret="another"),
        id=company.person("rita").id,
    )
    with pytest.raises(HTTPError, match="401"):
        forged.type("")


def test_what_is_no_message_of_slacks_is_refused_without_a_fault(company: Company) -> None:
    """A body that cannot be read, from whoever it comes; the log stays clean."""
    for body, kind in (
        ("[1, 2]", "application/json"),
        ("1", "application/json"),
        ("payload=%7B", "application/x-www-form-urlencoded"),
        ("payload=null", "application/x-www-form-urlencoded"),
    ):
        with pytest.raises(HTTPError, match="400"):
            company.wire.post(body, kind)


def test_an_event_nobody_asked_for_is_taken(company: Company) -> None:
    """Somebody subscribed to more than the manifest: unanswered, Slack would send it four times."""
    company.wire.event({"type": "reaction_added", "user": "U1"}, company.slack.number("Ev"))


def test_urls_are_verified_as_slack_does_it(company: Company) -> None:
    """`url_verification`: the challenge comes back."""
    body = json.dumps({"type": "url_verification", "challenge": "abc123"})
    assert "abc123" in str(company.wire.post(body, "application/json"))


def test_the_audit_is_exported_and_verified_beside_it(company: Company, served: Served) -> None:
    """One JSON object a line; a refusal of authority is in it."""
    rita, mia = company.person("rita"), company.person("mia")
    rita.type("request office")
    assert rita.form("Office VPN").submit() == {}
    card = mia.card("Office VPN", "Approve")
    assert rita.press("Approve", dict(card)).text
    mia.press("Approve", card)
    rita.card("Office VPN", "Approved")
    exported = run("audit", "export", folder=served.folder)
    assert exported.returncode == 0, exported.stderr
    rows = [json.loads(line) for line in exported.stdout.splitlines()]
    assert any(rita.id in json.dumps(row) for row in rows)
    assert any("refus" in json.dumps(row) for row in rows)
    verified = run("audit", "verify", folder=served.folder)
    assert verified.returncode == 0, verified.stderr


def test_somebody_who_joins_may_ask_at_once(company: Company) -> None:
    """`team_join`, and somebody of whom no event came."""
    for name, told in (("nia", True), ("noa", False)):
        new = company.slack.person(name)
        if told:
            event = {"type": "team_join", "user": company.slack.users[new]}
            company.wire.event(event, company.slack.number("Ev"))
        person = company.person(name)
        assert "hold no" in person.type("mine").text
        person.type("request room")
        assert person.form("Room").submit() == {}
        person.card("Room", "Delivered")
        assert new in company.slack.members[company.room]


def test_whoever_is_deactivated_loses_access_and_is_not_asked(company: Company) -> None:
    """`user_change` with `deleted`."""
    ben = company.person("ben")
    ben.type("request room")
    assert ben.form("Room").submit() == {}
    company.slack.until(lambda: ben.id in company.slack.members[company.room])
    company.slack.users[ben.id]["deleted"] = True
    event = {"type": "user_change", "user": company.slack.users[ben.id]}
    company.wire.event(event, company.slack.number("Ev"))
    company.slack.until(lambda: ben.id not in company.slack.members[company.room])
    assert ben.type("request room").text


def test_whoever_joins_a_group_is_asked_and_may_ask(company: Company) -> None:
    """`subteam_members_changed`: approvers and requestors follow."""
    cat, olga = company.person("cat"), company.person("olga")
    company.slack.group_members[company.leads].append(olga.id)
    event = {
        "type": "subteam_members_changed",
        "subteam_id": company.leads,
        "added_users": [olga.id],
        "removed_users": [],
    }
    company.wire.event(event, company.slack.number("Ev"))
    company.slack.until(lambda: _offered(olga, "For leads"))
    cat.type("request by the group")
    assert cat.form("By the group").submit() == {}
    olga.press("Approve", olga.card("By the group", "Approve"))
    cat.card("By the group", "Approved")


def _offered(person: Persona, name: str) -> bool:
    person.type("request")
    return name in person.form("Package").offers("Package", name)


def test_an_event_that_comes_twice_changes_nothing(company: Company) -> None:
    """Slack repeats what was not acknowledged in time."""
    rob = company.person("rob")
    event = {"type": "user_change", "user": company.slack.users[rob.id]}
    for _ in range(2):
        company.wire.event(event, "Ev-twice")
    assert rob.type("mine").text


def test_a_press_that_comes_twice_acts_once(company: Company) -> None:
    """A double click on Approve."""
    rob, mia = company.person("rob"), company.person("mia")
    rob.type("request production")
    assert rob.form("Production").submit() == {}
    card = dict(mia.card("Production", f"<@{rob.id}>", "Approve"))
    mia.press("Approve", card)
    assert mia.press("Approve", card).text
    company.slack.until(lambda: rob.id in company.slack.group_members[company.readers])
    assert company.slack.group_members[company.readers].count(rob.id) == 1


def test_odd_input_is_answered_or_refused_never_a_fault(company: Company) -> None:
    """Buttons of another version, broken values, forms nobody knows."""
    rita = company.person("rita")
    menu = dict(rita.type("").things[0]) | {"ts": "1.0"}
    for action in (
        {"type": "button", "action_id": "from_another_app", "value": "x"},
        {"type": "button", "action_id": "approve", "value": "broken"},
        {"type": "button", "action_id": "approve"},
        {"type": "button", "action_id": "give_back", "value": "01ZZZZZZZZZZZZZZ"},
    ):
        assert rita.act(action, menu).text, action
    home = rita.opens_home()
    assert buttons_of(home)
    assert words_of(home)


def test_a_message_that_may_be_edited_no_more_is_posted_anew(company: Company) -> None:
    """The workspace lets nobody edit for longer than some minutes."""
    rita, mia = company.person("rita"), company.person("mia")
    rita.type("request lab")
    assert rita.form("Lab").submit() == {}
    rita.card("Lab", "Waiting for approval")
    card = mia.card("Lab", "Approve")
    company.slack.refusing["chat.update"] = "edit_window_closed"
    mia.press("Approve", card)
    rita.card("Lab", "Approved")
    mia.card("Lab", "Approved")
    del company.slack.refusing["chat.update"]


def test_of_a_message_slack_will_never_take_administrators_are_told(company: Company) -> None:
    """It is set aside at once, and does not hold up what comes after it."""
    rita, mia, ada = (company.person(name) for name in ("rita", "mia", "ada"))
    rita.type("request workshop")
    assert rita.form("Workshop").submit() == {}
    card = mia.card("Workshop", "Approve")
    company.slack.refusing["chat.update"] = "invalid_blocks"
    mia.press("Approve", card, waiting=False)
    ada.find(company.admin_channel, "set aside")
    del company.slack.refusing["chat.update"]


@pytest.mark.slow
def test_while_slack_is_gone_it_is_not_ready(served: Served) -> None:
    """503 with the reason, and ready again afterwards."""
    served.slack.refusing["auth.test"] = "account_inactive"
    served.slack.until(lambda: served.get("/readyz")[0] == 503, within=30)
    assert "account_inactive" in served.get("/readyz")[1]
    del served.slack.refusing["auth.test"]
    served.slack.until(lambda: served.get("/readyz")[0] == 200, within=30)


def test_zz_it_ends_in_order(served: Served) -> None:
    """Within ten seconds of SIGTERM, with exit code 0, and nothing went wrong on the way."""
    code, seconds = served.stop(signal.SIGTERM)
    assert code == 0
    assert seconds < 10
    assert "Traceback" not in served.log()

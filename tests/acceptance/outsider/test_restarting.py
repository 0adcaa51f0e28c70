"""Killed and started again, alone or beside another: the same end, and nothing twice."""

import re
import signal
from pathlib import Path

import pytest

from tests.acceptance.outsider.company import (
    MANAGER,
    READERS,
    VPN,
    Company,
    file,
    founded,
    package,
    people_file,
    policy,
)
from tests.acceptance.outsider.conftest import Serve
from tests.acceptance.outsider.served import Served, run
from tests.acceptance.outsider.standin import Slack
from tests.acceptance.outsider.words import words_of

pytestmark = [pytest.mark.slow, pytest.mark.long]
PLAIN = file(
    package("Production read access", READERS, policy(MANAGER, more="expiration: {after: PT20S}")),
    package("Office VPN", VPN, policy(MANAGER)),
)


def cards_of(company: Company, who: str, text: str) -> int:
    """How many messages to somebody say this."""
    messages = company.slack.messages[company.slack.direct(company.person(who).id)]
    return sum(text in words_of(message) for message in messages)


def test_killed_at_each_step_the_story_goes_on(serve: Serve) -> None:
    """After the request, after the approval, while held: one card each, one end."""
    company, served = serve(PLAIN)
    rita, mia = company.person("rita"), company.person("mia")
    rita.type("request production")
    assert rita.form("Production").submit() == {}
    served.stop(signal.SIGKILL)
    served.start()
    card = dict(mia.card("Production", "Approve", within=90))
    rita.card("Production", "Waiting", within=90)
    mia.press("Approve", card, waiting=False)
    served.stop(signal.SIGKILL)
    served.start()
    rita.card("Production", "Approved", within=90)
    served.stop(signal.SIGKILL)
    served.start()
    company.slack.until(
        lambda: rita.id not in company.slack.group_members[company.readers], within=90
    )
    rita.card("Production", "ended", within=90)
    assert cards_of(company, "mia", "Production") == 1


@pytest.fixture
def two(slack: Slack, tmp_path: Path, empty_postgres_url: str) -> tuple[Company, Served, Served]:
    """Two processes on one PostgreSQL, after `usher migrate`."""
    (tmp_path / "usher.yml").write_text(PLAIN)
    settings = {
        "DATABASE_URL": empty_postgres_url,
        "USHER_CONFIG": "usher.yml",
        "USHER_PEOPLE": str(people_file(tmp_path)),
    }
    first, second = (Served(slack=slack, folder=tmp_path, settings=settings) for _ in range(2))
    company = founded(slack, first.wire)
    refused = Served(slack=slack, folder=tmp_path, settings=settings).start(ready=False)
    assert refused.process is not None
    assert refused.process.wait(40) != 0
    assert "usher migrate" in refused.log()
    migrated = run("migrate", folder=tmp_path, DATABASE_URL=empty_postgres_url)
    assert migrated.returncode == 0, migrated.stderr
    again = run("migrate", folder=tmp_path, DATABASE_URL=empty_postgres_url)
    assert again.returncode == 0, again.stderr
    return company, first.start(), second.start()


def test_two_processes_share_one_database(two: tuple[Company, Served, Served]) -> None:
    """Asked at one, approved at the other, killed in between; one decision, one grant."""
    company, first, second = two
    try:
        rita, mia = company.person("rita"), company.person("mia")
        rita.type("request production")
        assert rita.form("Production").submit() == {}
        card = dict(mia.card("Production", "Approve"))
        rob = company.person("rob")
        rob.type("request office")
        assert rob.form("Office VPN").submit() == {}
        first.stop(signal.SIGKILL)
        mia.wire = rita.wire = second.wire
        mia.press("Approve", card)
        rita.card("Production", "Delivered")
        assert mia.press("Deny", card).text
        first.start()
        other = dict(mia.card("Office VPN", "Approve"))
        rob.wire = first.wire
        mia.press("Approve", other)
        assert re.search("Approved", words_of(rob.card("Office VPN", "Approved")))
        company.slack.until(
            lambda: rita.id not in company.slack.group_members[company.readers], within=40
        )
        rita.card("Production", "ended")
        assert cards_of(company, "mia", "Production") == 1
        company.person("ivo").card("Office VPN", "Done")
        assert cards_of(company, "ivo", "Office VPN") == 1
    finally:
        for served in (first, second):
            code, _ = served.stop()
            assert code == 0, served.log()

"""`usher doctor`: what is well, what is not, and what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import doctor, operations, slack_checks
from bot.doctor import Finding, State, examine, table
from bot.slack_checks import manifest_scopes
from engine.application.mirror import PEOPLE_JOB
from engine.application.ports import Transaction
from playground.server import Playground
from tests.bot.conftest import a_playground, environment, settings_for
from tests.bot.operator import FILE, invoke_beside


async def findings(environ: dict[str, str]) -> dict[str, list[Finding]]:
    """What the doctor finds, by what was looked at."""
    found: dict[str, list[Finding]] = {}
    for finding in await examine(environ, dotenv=None, terminal=False):
        found.setdefault(finding.what, []).append(finding)
    return found


def problems(found: dict[str, list[Finding]]) -> dict[str, list[str]]:
    """The problems among them, in words."""
    return {
        what: [each.says for each in each_of if each.state is State.PROBLEM]
        for what, each_of in found.items()
        if any(each.state is State.PROBLEM for each in each_of)
    }


@pytest.fixture
async def applied(playground: Playground, tmp_path: Path) -> dict[str, str]:
    """An environment whose database has the file applied."""
    (tmp_path / "usher.yml").write_text(FILE)
    environ = environment(playground)
    ran = await invoke_beside("apply", "usher.yml", environ=environ)
    assert ran.code == 0, ran.err
    return environ


async def test_when_all_is_well_the_doctor_says_so_and_exits_0(applied: dict[str, str]) -> None:
    """Every connector in use was asked about every resource."""
    ran = await invoke_beside("doctor", environ=applied)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("\nAll is well.\n")
    for what in ("Settings", "Slack", "Scopes", "Database", "Directory", "Configuration"):
        assert f"ok       {what}" in ran.out
    assert "slack_usergroup  1 resource role can be given" in ran.out
    assert "manual " in ran.out


async def test_with_nothing_at_all_the_doctor_says_what_is_missing() -> None:
    """It looks at what it can, makes no database, and exits 1."""
    ran = await invoke_beside("doctor", environ={})

    assert ran.code == 1
    assert ran.out.endswith("\n2 problems.\n")
    assert "note     Slack     Not looked at: SLACK_BOT_TOKEN is not set." in ran.out
    assert "is not there yet; `usher serve` makes it." in ran.out


async def test_wrong_settings_are_told_and_the_rest_is_not_looked_at() -> None:
    """Each is a problem of its own."""
    found = await findings({"PORT": "x", "HOST": "?"})

    assert len(problems(found)["Settings"]) == 4
    assert found["Everything else"][0].state is State.NOTE


async def test_a_refused_token_keeps_the_connectors_from_being_looked_at(
    applied: dict[str, str],
) -> None:
    """The database and the configuration still are."""
    found = await findings(applied | {"SLACK_BOT_TOKEN": "xoxb-wrong"})

    assert list(problems(found)) == ["Slack"]
    assert found["Configuration"][0].state is State.OK
    assert found["slack_usergroup"][0].says.startswith("Not looked at:")


async def test_a_missing_optional_scope_is_a_note_and_a_problem_where_it_is_needed(
    applied: dict[str, str], tmp_path: Path
) -> None:
    """User groups are given as access here, so their connector cannot work."""
    scopes = [*manifest_scopes().required, *slack_checks.WITHOUT]
    scopes.remove("usergroups:write")
    other = a_playground(oauth_config={"scopes": {"bot": scopes}})
    await other.start()
    found = await findings(applied | environment(other))
    await other.stop()

    assert [each.state for each in found["Scopes"]] == [State.NOTE]
    assert "User groups cannot be given as access" in found["Scopes"][0].says
    assert list(problems(found)) == ["slack_usergroup"]
    assert "usergroups:write" in problems(found)["slack_usergroup"][0]


async def test_a_resource_that_is_gone_is_a_problem_by_its_name(
    applied: dict[str, str], playground: Playground
) -> None:
    """It was given as access, and then taken out of Slack."""
    del playground.workspace.usergroups[playground.workspace.usergroup("@prod-readers").id]
    found = await findings(applied)

    assert list(problems(found)) == ["slack_usergroup: prod-readers"]
    assert "prod-readers" in problems(found)["slack_usergroup: prod-readers"][0]


async def test_an_administrators_channel_that_usher_was_put_out_of_is_a_problem(
    applied: dict[str, str], playground: Playground
) -> None:
    """There would be nobody to tell of any trouble."""
    fine = await findings(applied)
    await playground.changes.app_leaves_channel("#access-admin")
    found = await findings(applied)

    assert fine["Administrators"][0].says == "can be told in #access-admin"
    assert list(problems(found)) == ["Administrators"]
    [sentence] = problems(found)["Administrators"]
    assert "#access-admin" in sentence
    assert "invite the app there" in sentence


async def test_the_file_to_be_applied_at_start_is_looked_at(
    applied: dict[str, str], tmp_path: Path
) -> None:
    """The same, different, or faulty."""
    file = tmp_path / "usher.yml"
    same = await findings(applied | {"USHER_CONFIG": str(file)})
    file.write_text(FILE.replace("P90D", "P30D"))
    different = await findings(applied | {"USHER_CONFIG": str(file)})
    file.write_text(FILE.replace("olga@", "olaf@"))
    faulty = await findings(applied | {"USHER_CONFIG": str(file)})

    assert same["USHER_CONFIG"][0].state is State.OK
    assert different["USHER_CONFIG"][0].state is State.NOTE
    assert "in 1 place" in different["USHER_CONFIG"][0].says
    assert "olaf@contoso.com" in problems(faulty)["USHER_CONFIG"][0]


async def test_a_faulty_people_file_is_a_problem(applied: dict[str, str], tmp_path: Path) -> None:
    """With its lines."""
    file = tmp_path / "people.csv"
    file.write_text("department\nSales\n")
    faulty = await findings(applied | {"USHER_PEOPLE": str(file)})
    file.write_text("email,department\nrita@contoso.com,Sales\nzoe@contoso.com,Sales\n")
    fine = await findings(applied | {"USHER_PEOPLE": str(file)})

    assert list(problems(faulty)) == ["People file"]
    assert [each.state for each in fine["People file"]] == [State.OK, State.NOTE]
    assert fine["People file"][1].says == "line 3: Slack knows nobody as zoe@contoso.com."


@pytest.mark.parametrize(
    ("age", "state"), [(doctor.STALE_AFTER, State.OK), (timedelta(hours=51), State.PROBLEM)]
)
async def test_a_directory_that_is_not_read_any_more_is_a_problem(
    applied: dict[str, str], playground: Playground, age: timedelta, state: State
) -> None:
    """It is read nightly; past two nights somebody who left might still be waited for."""
    moment = datetime.now(UTC) - age + timedelta(minutes=5)  # noqa: TID251 - against the real clock

    def read_then(tx: Transaction) -> None:
        day = timedelta(hours=24)
        claim = tx.claim_job(PEOPLE_JOB, moment, every=day, within=day)
        assert claim is not None
        tx.end_job(PEOPLE_JOB, claim, moment, well=True)

    async with operations.open_database(settings_for(playground), write=True) as database:
        await database.store.write(read_then)
    found = await findings(applied)

    assert found["Directory"][0].state is state
    assert "hours ago" in found["Directory"][0].says


def test_the_table_hides_secrets_and_counts_problems() -> None:
    """A connector's own words may have anything in them."""
    told = table(
        [
            Finding(what="A", state=State.OK, says="well"),
            Finding(what="Longer", state=State.PROBLEM, says="xoxb-1-abc was refused"),
        ]
    )

    assert told == "ok       A       well\nproblem  Longer  [hidden] was refused\n\n1 problem."

"""The configuration changes while requests run and people hold what it gave them."""

from dataclasses import replace
from pathlib import Path

import pytest

import configuration
from engine.domain.refusals import StillHeld
from playground.driver_forms import Form, FormRefused
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

MIA = files.stage("Mia", files.people("mia"))
OLGA = files.stage("Olga", files.people("olga"))


def _reports(*stages: files.Part, expiration: str = "P30D") -> str:
    return files.file(
        files.package(
            "Reports", files.policy("Everybody", *stages, expiration={"after": expiration})
        )
    )


async def test_a_running_request_keeps_its_policy_and_the_next_one_has_the_new(
    company: Open,
) -> None:
    """Rita asked when only Mia decided, for thirty days; then Olga is added, and seven days."""
    async with company(_reports(MIA)) as contoso:
        await contoso.asks("rita", "Reports")
        changed = await contoso.applies(_reports(MIA, OLGA, expiration="P7D"))
        assert changed == 1

        form = await contoso.opens("ed", "Reports")
        form.sees("2. Olga")
        form.sees("7 days from its start")
        await form.submit()

        await contoso.mia.presses("Approve", on="Rita Romero asks")
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("lasts until Feb 3, 2027")

        await contoso.mia.presses("Approve", on="Ed Eriksen asks")
        assert "ed" not in contoso.group("prod-readers")
        await contoso.olga.presses("Approve")
        contoso.ed.sees("lasts until Jan 11, 2027")


async def test_a_form_whose_policy_was_edited_away_is_drawn_anew(company: Open) -> None:
    """Rita wrote under terms that are gone: she sees those of now, and sends again."""
    before = files.file(files.package("Reports", files.policy("Old", MIA)))
    after = files.file(
        files.package("Reports", files.policy("New", OLGA, expiration={"after": "P7D"}))
    )
    async with company(before) as contoso:
        form = await contoso.opens("rita", "Reports")
        await form.fill("Justification", "For the audit")
        await contoso.applies(after)
        anew = await form.submit()
        assert isinstance(anew, Form)
        anew.sees("The terms of Reports changed while the form was open.")
        anew.sees("7 days from its start")
        await anew.submit()
        contoso.rita.sees("waiting for @Olga Orlova")
        contoso.olga.sees("For the audit")


async def test_a_shorter_policy_does_not_shorten_what_somebody_has(company: Open) -> None:
    """LIF-10: Rita's thirty days stay thirty days."""
    async with company(_reports()) as contoso:
        await contoso.asks("rita", "Reports")
        await contoso.applies(_reports(expiration="P1D"))
        await contoso.playground.days_pass(29)
        assert "rita" in contoso.group("prod-readers")
        await contoso.playground.days_pass(1)
        assert "rita" not in contoso.group("prod-readers")


async def test_a_role_added_to_a_package_comes_to_its_holders_and_one_removed_goes(
    company: Open,
) -> None:
    """RES-7: the incident room joins the package, then the user group leaves it."""
    both = ("prod-readers", "incident-room")
    async with company(files.file(files.package("Reports"))) as contoso:
        await contoso.asks("rita", "Reports")
        await contoso.applies(files.file(files.package("Reports", gives=both)))
        assert "rita" in contoso.channel("incident-room")
        assert "rita" in contoso.group("prod-readers")

        await contoso.applies(files.file(files.package("Reports", gives=("incident-room",))))
        assert "rita" in contoso.channel("incident-room")
        assert "rita" not in contoso.group("prod-readers")
        contoso.rita.sees("Delivered")


async def test_a_package_somebody_holds_cannot_be_taken_out_of_the_file(company: Open) -> None:
    """PKG-6: the refusal names who holds it and who asks for it; once they do not, it works."""
    kept = files.package("Kept")
    before = files.file(
        kept, files.package("Reports"), files.package("Logs", files.policy("E", MIA))
    )
    async with company(before) as contoso:
        await contoso.asks("rita", "Reports")
        await contoso.asks("ed", "Logs")

        with pytest.raises(StillHeld) as refused:
            await contoso.applies(files.file(kept))
        held = dict(refused.value.held)
        assert held == {"Reports": (contoso.rita.id,), "Logs": (contoso.ed.id,)}
        words = (await contoso.house.desk.refusal(refused.value)).text
        assert "Reports" in words
        assert "Logs" in words

        await contoso.rita.presses("Give back")
        await contoso.ed.presses("Cancel request")
        assert await contoso.applies(files.file(kept)) > 0


async def test_a_policy_somebody_holds_under_cannot_be_taken_out_of_the_file(
    company: Open,
) -> None:
    """LIF-12: the refusal names the policy inside its package."""
    one, other = files.policy("One"), files.policy("Other", scope="all_users")
    async with company(files.file(files.package("Reports", one, other))) as contoso:
        await contoso.asks("rita", "Reports")
        with pytest.raises(StillHeld) as refused:
            await contoso.applies(files.file(files.package("Reports", other)))
        assert refused.value.held == (("Reports / One", (contoso.rita.id,)),)


async def test_a_package_that_went_while_the_form_was_open_is_refused_when_it_is_sent(
    company: Open,
) -> None:
    """Rita took her time; the package is no longer offered, and the form says so."""
    kept = files.package("Kept")
    async with company(files.file(kept, files.package("Reports"))) as contoso:
        form = await contoso.opens("rita", "Reports")
        await contoso.applies(files.file(kept))

        told = await _refused(form)

        assert "no longer offered" in told
        assert (await contoso.house.queries.requests()).total == 0


async def test_applying_the_same_file_twice_changes_nothing(company: Open) -> None:
    """The second time nothing is stored and nobody hears of it."""
    async with company(_reports()) as contoso:
        assert await contoso.applies(_reports()) == 0


async def _refused(form: Form) -> str:
    """What sending the form is answered, at a field or in its place."""
    try:
        done = await form.submit()
    except FormRefused as refused:
        return " ".join(refused.errors.values())
    return done.text


async def test_a_resource_renamed_in_the_file_keeps_what_people_have(company: Open) -> None:
    """What counts is the group in Slack, not what the file calls it."""
    renamed = [dict(one) for one in files.RESOURCES]
    renamed[0]["name"] = "readers"
    async with company(files.file(files.package("Reports"))) as contoso:
        await contoso.asks("rita", "Reports")
        text = files.file(files.package("Reports", gives=("readers",)), resources=renamed)
        await contoso.applies(text)
        assert "rita" in contoso.group("prod-readers")
        story = await contoso.story_of(await contoso.the_request("rita", "Reports"))
        assert "access.removed" not in story


async def test_a_manual_resource_that_went_from_the_file_is_still_taken_away_by_somebody(
    company: Open,
) -> None:
    """Nothing names the VPN any more: the administrators have the removal task, and may do it."""
    with_vpn = files.package("Reports", gives=("prod-readers", "vpn"))
    async with company(files.file(with_vpn)) as contoso:
        await contoso.asks("rita", "Reports")
        await contoso.ivan.presses("Done")
        without = [one for one in files.RESOURCES if one["name"] != "vpn"]
        await contoso.applies(files.file(files.package("Reports"), resources=without))

        contoso.ada.sees("Office VPN for Rita Romero: please take access away")
        await contoso.ada.presses("Done", on="Office VPN")
        contoso.ada.sees("no longer has Office VPN")
        contoso.ivan.does_not_see("please take access away")


async def test_a_file_that_differs_in_a_comment_is_read_once_and_never_stops_a_start(
    contoso: Company, tmp_path: Path
) -> None:
    """Max, whom it names, leaves after it was applied: the next start does not look at it again."""
    path = tmp_path / "usher.yml"
    text = configuration.sample_text() + "# reviewed on Monday\n"
    path.write_text(text, encoding="utf-8")
    house = replace(contoso.house, settings=replace(contoso.house.settings, config=path))
    await house.prepare()
    await contoso.playground.user_leaves("max")
    await house.prepare()
    path.write_text(text, encoding="utf-8-sig")  # some editor's mark makes it no other file
    await house.prepare()

    path.write_text(configuration.sample_text() + "# and on Tuesday\n", encoding="utf-8")
    with pytest.raises(configuration.ConfigurationFaults):
        await house.prepare()

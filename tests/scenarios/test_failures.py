"""A right that cannot be given: what everybody sees, who may try again, and what is never lost."""

from dataclasses import replace

import pytest

from engine.application.commands import Actor, ReprocessRequest
from engine.domain.ids import PersonId
from engine.domain.refusals import NotAdministrator
from playground.driver import Form, Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

BOTH = files.package("Both", gives=("prod-readers", "incident-room"))


async def _app_is_out(contoso: Company) -> None:
    """Somebody takes Usher out of the incident room: it can invite nobody any more."""
    await contoso.playground.changes.app_leaves_channel("incident-room")


async def _app_is_back(contoso: Company) -> None:
    workspace = contoso.playground.workspace
    workspace.channel("incident-room").members.append(workspace.bot.id)


async def test_one_role_of_two_is_refused_and_an_administrator_has_it_tried_again(
    company: Open,
) -> None:
    """Rita has the group and not the channel; Ada's channel has a card that says why, and the button."""
    async with company(files.file(BOTH)) as contoso:
        await _app_is_out(contoso)
        await contoso.asks("rita", "Both")

        assert "rita" in contoso.group("prod-readers")
        card = contoso.rita.messages[0]
        assert "Partially delivered" in card.text
        assert "✓ @prod-readers (member): delivered" in card.text
        assert "✗ #incident-room (member): failed" in card.text
        assert "Reprocess" not in card.buttons
        contoso.ada.sees("Partially delivered: Both for Rita Romero")
        contoso.ada.sees("Mend the cause, then press Reprocess")

        await contoso.ada.presses("Reprocess")
        assert "Partially delivered" in contoso.rita.messages[0].text, "nothing was mended yet"

        await _app_is_back(contoso)
        told = await contoso.ada.presses("Reprocess")
        assert isinstance(told, Reaction)
        assert "rita" in contoso.channel("incident-room")
        assert "Delivered" in contoso.rita.messages[0].text
        assert "Reprocess" not in contoso.ada.buttons


async def test_nothing_could_be_given_and_the_catalogs_owner_has_it_tried_again(
    company: Open,
) -> None:
    """Delivery failed; Olga, who owns the catalog, may reprocess, Ed may not."""
    only = files.package("Room", gives=("incident-room",))
    async with company(files.file(only)) as contoso:
        await _app_is_out(contoso)
        await contoso.asks("rita", "Room")
        contoso.rita.sees("Delivery failed")
        request_id = await contoso.the_request("rita", "Room")

        again = ReprocessRequest(request_id=request_id)
        for name in ("ed", "rita"):
            actor = Actor(person_id=PersonId(contoso.playground.person(name).id))
            with pytest.raises(NotAdministrator):
                await contoso.house.service.handle(again, actor)

        await _app_is_back(contoso)
        contoso.olga.sees("Delivery failed: Room for Rita Romero")
        await contoso.olga.presses("Reprocess")
        assert "rita" in contoso.channel("incident-room")
        contoso.rita.sees("✓ #incident-room (member): delivered")


async def test_reprocess_by_its_id_in_the_administrators_channel(company: Open) -> None:
    """Ada types what the card shows after Request; what is delivered has nothing to try again."""
    async with company(files.file(BOTH)) as contoso:
        await _app_is_out(contoso)
        await contoso.asks("rita", "Both")
        await _app_is_back(contoso)
        short = (await contoso.the_request("rita", "Both"))[-6:]

        done = await contoso.administers(f"reprocess {short}")
        assert "being tried again" in done.ephemeral
        assert "rita" in contoso.channel("incident-room")

        again = await contoso.administers(f"reprocess {short}")
        assert "nothing to try again" in again.ephemeral


async def test_reprocess_is_possible_for_fourteen_days_and_not_later(company: Open) -> None:
    """DLV-3: on the fourteenth day it is, on the fifteenth the answer says that it is too late."""
    async with company(files.file(BOTH)) as contoso:
        await _app_is_out(contoso)
        await contoso.asks("rita", "Both")
        await contoso.playground.days_pass(13.99)
        await contoso.ada.presses("Reprocess")

        await contoso.playground.days_pass(14.1)
        late = await contoso.ada.presses("Reprocess")
        assert isinstance(late, Reaction)
        assert "last 14 days" in late.ephemeral


async def test_what_fails_for_a_while_is_tried_again_by_itself(company: Open) -> None:
    """Slack is away for some minutes: the card says so, then the access is there; no one pressed."""
    async with company(files.file(files.package("Read"))) as contoso:
        contoso.breaks("error_5xx", "usergroups.users.update", times=3)
        await contoso.asks("rita", "Read")
        contoso.rita.sees("not yet; it is tried again by itself")
        await contoso.playground.days_pass(0.02)
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("✓ @prod-readers (member): delivered")


async def test_what_fails_for_hours_is_given_up_and_can_be_reprocessed(company: Open) -> None:
    """After a dozen tries the delivery has failed; when Slack works again Ada presses once."""
    async with company(files.file(files.package("Read"))) as contoso:
        contoso.breaks("error_5xx", "usergroups.users.update", times=1000)
        await contoso.asks("rita", "Read")
        await contoso.playground.days_pass(1)
        contoso.rita.sees("Delivery failed")
        contoso.playground.faults.clear()
        assert "rita" not in contoso.group("prod-readers")
        await contoso.ada.presses("Reprocess")
        assert "rita" in contoso.group("prod-readers")


async def test_a_removal_is_tried_until_it_succeeds_and_administrators_hear_of_it(
    company: Open,
) -> None:
    """Access that should be gone is never given up; after an hour Ada is told, once."""
    async with company(files.file(files.package("Read"))) as contoso:
        await contoso.asks("rita", "Read")
        contoso.breaks("error_5xx", "usergroups.users.update", times=1000)
        await contoso.rita.presses("Give back")
        contoso.rita.sees("not removed yet; it is tried again by itself")

        await contoso.playground.days_pass(3)
        assert "rita" in contoso.group("prod-readers")
        heard = [one for one in contoso.ada.messages if "Rita Romero" in one.text]
        assert len(heard) == 1, [one.text for one in heard]

        contoso.playground.faults.clear()
        await contoso.playground.days_pass(0.1)
        assert "rita" not in contoso.group("prod-readers")
        contoso.rita.sees("✓ @prod-readers (member): removed")


async def test_what_was_only_partly_given_can_be_given_back(company: Open) -> None:
    """Rita gives back what she got of it; nothing is left, and nobody has to reprocess anything."""
    async with company(files.file(BOTH)) as contoso:
        await _app_is_out(contoso)
        await contoso.asks("rita", "Both")
        await contoso.rita.presses("Give back")
        assert "rita" not in contoso.group("prod-readers")
        assert "Reprocess" not in contoso.ada.buttons

        await _app_is_back(contoso)
        form = await contoso.opens("rita", "Both")
        assert isinstance(form, Form)
        await form.submit()
        assert "rita" in contoso.channel("incident-room")


async def test_a_channel_usher_is_not_in_is_said_to_be_the_cause(company: Open) -> None:
    """The sentence names the channel; what to do is told to those who can do it."""
    async with company(files.file(files.package("Room", gives=("incident-room",)))) as contoso:
        await _app_is_out(contoso)
        await contoso.asks("rita", "Room")
        reason = contoso.rita.messages[0].text
        assert "failed: Slack knows no channel #incident-room" in reason
        assert "invite the app" not in reason
        contoso.ada.sees("invite the app")
        contoso.olga.sees("invite the app")


async def test_what_is_tried_again_in_vain_rings_no_second_time(company: Open) -> None:
    """Rita was told once that something is missing; only its coming rings again."""
    async with company(files.file(BOTH)) as contoso:
        await _app_is_out(contoso)
        await contoso.asks("rita", "Both")
        heard = len(contoso.rita.messages)
        await contoso.ada.presses("Reprocess")
        await contoso.ada.presses("Reprocess")
        assert len(contoso.rita.messages) == heard
        await _app_is_back(contoso)
        await contoso.ada.presses("Reprocess")
        assert "You now have Both" in contoso.rita.messages[-1].text


async def test_a_permission_the_app_lost_is_named_and_reprocess_works_once_it_is_back(
    company: Open,
) -> None:
    """Somebody reinstalled the app without a scope: the card says which one is missing."""
    async with company(files.file(BOTH)) as contoso:
        workspace = contoso.playground.workspace
        whole = workspace.manifest
        lacking = tuple(one for one in whole.scopes if one != "usergroups:write")
        workspace.manifest = replace(whole, scopes=lacking)
        await contoso.asks("rita", "Both")
        contoso.ada.sees("usergroups:write")
        contoso.rita.sees("Partially delivered")

        workspace.manifest = whole
        await contoso.ada.presses("Reprocess")
        assert "rita" in contoso.group("prod-readers")
        contoso.rita.sees("✓ @prod-readers (member): delivered")

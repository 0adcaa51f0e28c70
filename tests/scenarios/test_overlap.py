"""The same right from two sides: it goes with the last, and what was there before is known."""

from playground.driver import Reaction
from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

ONE = files.package("One", files.policy("All", expiration={"after": "P10D"}))
OTHER = files.package("Other", files.policy("All", expiration={"after": "P20D"}))
TWO = files.file(ONE, OTHER)


async def test_two_packages_give_the_same_role_and_it_goes_only_with_the_last(
    company: Open,
) -> None:
    """The first ends after ten days and takes nothing, the second after twenty."""
    async with company(TWO) as contoso:
        await contoso.asks("rita", "One")
        await contoso.asks("rita", "Other")

        await contoso.playground.days_pass(11)
        assert "rita" in contoso.group("prod-readers")
        assert "stays, because another package gives it too" in contoso.rita.messages[0].text

        await contoso.playground.days_pass(10)
        assert "rita" not in contoso.group("prod-readers")


async def test_giving_both_back_in_one_breath_takes_the_role(company: Open) -> None:
    """Neither leaves the removal to the other."""
    async with company(TWO) as contoso:
        await contoso.asks("rita", "One")
        await contoso.asks("rita", "Other")
        await contoso.rita.presses("Give back", on="One")
        assert "rita" in contoso.group("prod-readers")
        await contoso.rita.presses("Give back", on="Other")
        assert "rita" not in contoso.group("prod-readers")


async def test_both_end_at_the_same_moment_and_the_role_goes(company: Open) -> None:
    """The clock ends both in one look."""
    same = files.file(files.package("One"), files.package("Other"))
    async with company(same) as contoso:
        await contoso.asks("rita", "One")
        await contoso.asks("rita", "Other")
        await contoso.playground.days_pass(31)
        assert "rita" not in contoso.group("prod-readers")


async def test_access_held_before_ends_with_the_assignment_where_the_package_says_so(
    company: Open,
) -> None:
    """RES-9: Olga was in the group already; the card says so; the end takes it all the same."""
    async with company(files.file(ONE)) as contoso:
        assert "olga" in contoso.group("prod-readers")
        await contoso.asks("olga", "One")
        contoso.olga.sees("delivered (held before)")
        await contoso.playground.days_pass(11)
        assert "olga" not in contoso.group("prod-readers")


async def test_access_held_before_stays_where_the_package_says_so(company: Open) -> None:
    """The end of the assignment leaves Olga where she was, and Rita, who was not there, not."""
    keeping = {**ONE, "keep_access_held_before": True}
    async with company(files.file(keeping)) as contoso:
        await contoso.asks("olga", "One")
        await contoso.asks("rita", "One")
        await contoso.playground.days_pass(11)
        assert "olga" in contoso.group("prod-readers")
        contoso.olga.sees("stays, because it was held before")
        assert "rita" not in contoso.group("prod-readers")


async def test_a_private_channel_is_joined_and_left_and_its_people_are_not_disturbed(
    contoso: Company,
) -> None:
    """Two leads agree, Rita is in the incident room and the group; after thirty days in neither."""
    await contoso.asks("rita", "Incident responder")
    before = contoso.channel("incident-room")
    await contoso.olga.presses("Approve")
    assert contoso.channel("incident-room") == before
    await contoso.lena.presses("Approve")

    assert contoso.channel("incident-room") == before | {"rita"}
    assert "rita" in contoso.group("prod-readers")
    contoso.rita.sees("✓ #incident-room (member): delivered")

    await contoso.playground.days_pass(31)
    assert contoso.channel("incident-room") == before
    assert "rita" not in contoso.group("prod-readers")


async def test_the_last_member_of_a_user_group_can_be_taken_out(company: Open) -> None:
    """Slack keeps no empty group; whatever is done about it, Rita has nothing any more."""
    async with company(files.file(ONE)) as contoso:
        await contoso.asks("rita", "One")
        await contoso.playground.leaves_group("olga", "@prod-readers")
        assert contoso.group("prod-readers") == {"rita"}
        await contoso.rita.presses("Give back")
        assert "rita" not in contoso.group("prod-readers")
        await contoso.asks("rita", "One")
        assert contoso.group("prod-readers") == {"rita"}


async def test_somebody_taken_out_by_hand_is_put_back_when_they_get_it_again(
    company: Open,
) -> None:
    """RES-10: what is done to the group directly is not fought; a new assignment brings it back."""
    async with company(files.file(ONE)) as contoso:
        await contoso.asks("rita", "One")
        await contoso.rita.presses("Give back")
        await contoso.playground.joins_group("rita", "@prod-readers")
        await contoso.asks("rita", "One")
        assert "rita" in contoso.group("prod-readers")


async def test_what_excludes_it_meanwhile_is_seen_when_it_is_approved(company: Open) -> None:
    """SOD-6: paying and booking payments, both asked for while neither was held."""
    manager = files.stage("Manager", files.MANAGER)
    pays = files.package("Pays", files.policy("All", manager))
    books = files.package(
        "Books",
        files.policy("All", manager),
        gives=("incident-room",),
        incompatible_with={"packages": ["Pays"]},
    )
    async with company(files.file(pays, books)) as contoso:
        await contoso.asks("rita", "Books")
        await contoso.asks("rita", "Pays")
        await contoso.mia.presses("Approve", on="for Pays")

        told = await contoso.mia.presses("Approve", on="for Books")
        assert isinstance(told, Reaction)
        assert "may not be held together with something they have by now: Pays" in told.ephemeral
        assert "rita" not in contoso.channel("incident-room")

        await contoso.rita.presses("Give back", on="Pays")
        await contoso.mia.presses("Approve", on="for Books")
        assert "rita" in contoso.channel("incident-room")

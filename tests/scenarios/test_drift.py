"""Once a night it is looked whether everybody really has what they should have, and nobody else."""

from tests.company import Company
from tests.scenarios import files
from tests.scenarios.conftest import Open

READS = files.package("Reads", files.policy("Everybody"))
ROOM = files.package("Room", files.policy("Everybody"), gives=("incident-room",))
VPN = files.package("VPN", files.policy("Everybody"), gives=("vpn",))
EVERYBODY = ("rita", "mia", "max", "ivan")


async def _night(contoso: Company) -> None:
    """A day passes; the comparison has its turn, the first one a day after the start."""
    await contoso.house.jobs.look("comparison")
    await contoso.playground.days_pass(1)
    await contoso.house.jobs.look("comparison")
    await contoso.playground.settle_after_act()


async def test_whoever_was_taken_out_by_hand_and_whoever_was_put_in_are_told_once(
    company: Open,
) -> None:
    """Olga was in the group before Usher was; Ed is put in, Rita is taken out."""
    async with company(files.file(READS)) as contoso:
        for who in ("rita", "mia", "max"):
            await contoso.asks(who, "Reads")
        await _night(contoso)
        contoso.ada.sees("@Olga Orlova has it, but not through Usher")

        await contoso.playground.leaves_group("rita", "@prod-readers")
        await contoso.playground.joins_group("ed", "@prod-readers")
        await _night(contoso)
        contoso.ada.sees("@Rita Romero should have it but does not")
        contoso.ada.sees("@Olga Orlova and @Ed Eriksen have it, but not through Usher")
        heard = len(contoso.ada.messages)
        await _night(contoso)
        assert len(contoso.ada.messages) == heard, "nothing is new"

        await contoso.playground.joins_group("rita", "@prod-readers")
        await contoso.playground.leaves_group("ed", "@prod-readers")
        await contoso.playground.leaves_group("olga", "@prod-readers")
        await _night(contoso)
        assert len(contoso.ada.messages) == heard, "all is well"


async def test_a_list_that_lacks_most_people_is_not_believed(company: Open) -> None:
    """The group was replaced: nobody is named, the administrators are asked to look."""
    async with company(files.file(READS)) as contoso:
        for who in EVERYBODY:
            await contoso.asks(who, "Reads")
        for who in EVERYBODY[:3]:
            await contoso.playground.leaves_group(who, "@prod-readers")
        await _night(contoso)
        contoso.ada.sees("3 of the 4 people who should have it are not listed there")
        contoso.ada.does_not_see("@Rita Romero")
        for who in EVERYBODY[:3]:
            await contoso.playground.joins_group(who, "@prod-readers")


async def test_what_cannot_be_listed_is_left_out(company: Open) -> None:
    """People look after the VPN, the room is not answered for; the group is compared all the same."""
    async with company(files.file(READS, ROOM, VPN)) as contoso:
        await contoso.asks("rita", "VPN")
        await contoso.ivan.presses("Done")
        contoso.breaks("error_5xx", "conversations.members", times=100)
        await _night(contoso)
        contoso.ada.sees("@prod-readers (member): @Olga Orlova has it")
        contoso.ada.does_not_see("#incident-room (member)")
        contoso.ada.does_not_see("Office VPN (user)")
        contoso.playground.faults.clear()

"""What is really given: groups, channels, tasks; what fails; what ends."""

from tests.acceptance.outsider.company import (
    READERS,
    ROOM,
    VPN,
    Company,
    file,
    package,
    policy,
    stage,
)
from tests.acceptance.outsider.words import buttons_of, words_of

MIA = stage("{people: [mia@contoso.com]}")
BRIEF = "expiration: {after: PT3S}"
WARNED = """\
expiration: {after: PT6S}
extension: {allowed: true, remind_before: [PT4S]}"""
DESKTOP = """\
      - name: desktop
        connector: manual
        id: Desktop
        fulfillers: [ivo@contoso.com]
        roles: [user]
"""
CONFIGURATION = file(
    package("Readers", READERS, policy(MIA)),
    package("Readers too", READERS, policy()),
    package("Room", ROOM, policy()),
    package("Room for a moment", ROOM, policy(more=BRIEF)),
    package("Task", VPN, policy()),
    package("Both", f"{READERS}, {ROOM}", policy()),
    package("Warned", ROOM, policy(more=WARNED)),
    package(
        "Extended after approval",
        READERS,
        policy(MIA, more=WARNED).replace(
            "            approval:\n",
            "            approval:\n              required_for: [extension]\n",
        ),
    ),
    package("Desktop", "{resource: desktop, role: user}", policy()),
).replace("    packages:\n", f"{DESKTOP}    packages:\n", 1)


def test_delivery_to_a_user_group_is_seen_on_the_card(company: Company) -> None:
    """Approved, set up, delivered; the others stay in the group."""
    rita, mia = company.person("rita"), company.person("mia")
    before = list(company.slack.group_members[company.readers])
    rita.type("request readers")
    form = rita.form("Package")
    if "Choose the one" in form.text:
        form.choose("Package", "Readers")
    assert form.submit() == {}
    mia.press("Approve", mia.card("Readers", "Approve"))
    rita.card("Readers", "Delivered")
    assert set(company.slack.group_members[company.readers]) == {*before, rita.id}


def test_delivery_to_a_private_channel_and_giving_back(company: Company) -> None:
    """In at delivery, out when given back through `/access mine`."""
    rob = company.person("rob")
    rob.type("request room")
    form = rob.form("Package")
    if "Choose the one" in form.text:
        form.choose("Package", "Room")
    assert form.submit() == {}
    rob.card("Room", "Delivered")
    assert rob.id in company.slack.members[company.room]
    mine = rob.type("mine").things[-1]
    assert "Give back" in buttons_of(mine)
    assert rob.press("Give back", mine).text
    company.slack.until(lambda: rob.id not in company.slack.members[company.room])


def test_access_ends_by_itself(company: Company) -> None:
    """Three seconds later the channel is closed again and the holder is told."""
    cat = company.person("cat")
    cat.type("request room for a moment")
    assert cat.form("Package", "Room for a moment").submit() == {}
    company.slack.until(lambda: cat.id in company.slack.members[company.room])
    company.slack.until(lambda: cat.id not in company.slack.members[company.room])
    cat.card("Room for a moment", "ended")


def test_a_task_is_done_by_a_person_and_undone_when_it_ends(company: Company) -> None:
    """A card with Done for the desk, and another at the end."""
    ben, ivo = company.person("ben"), company.person("ivo")
    ben.type("request task")
    assert ben.form("Package", "Task").submit() == {}
    task = ivo.card(f"<@{ben.id}>", "Done")
    assert "Delivered" not in words_of(ben.card("Task", "by hand"))
    stranger = company.person("rita").press("Done", dict(task))
    assert stranger.text
    ivo.press("Done", task)
    ben.card("Task", "Delivered")
    mine = ben.type("mine").things[-1]
    ben.press("Give back", mine)
    removal = ivo.card(f"<@{ben.id}>", "take access away", "Done")
    ivo.press("Done", removal)
    company.slack.until(
        lambda: "Done" not in buttons_of(company.slack.messages[company.slack.direct(ivo.id)][-1])
    )


def test_a_fulfiller_by_address_gets_the_task(company: Company) -> None:
    """Named as a person, not as a group."""
    cat, ivo = company.person("cat"), company.person("ivo")
    cat.type("request desktop")
    assert cat.form("Package", "Desktop").submit() == {}
    card = ivo.card("Desktop", f"<@{cat.id}>", "Done")
    ivo.press("Done", card)
    cat.card("Desktop", "Delivered")


def test_what_fails_in_part_is_shown_and_tried_again(company: Company) -> None:
    """Slack refuses the channel; the group is there; Reprocess by an administrator mends it."""
    max_, ada = company.person("max"), company.person("ada")
    company.slack.refusing["conversations.invite"] = "user_is_restricted"
    max_.type("request both")
    assert max_.form("Package", "Both").submit() == {}
    max_.card("Both", "Partially delivered")
    card = ada.find(company.admin_channel, "Both", "Reprocess")
    assert "<@" in words_of(card)
    foreign = company.person("rob").press("Reprocess", dict(card), channel=company.admin_channel)
    assert foreign.text
    del company.slack.refusing["conversations.invite"]
    ada.press("Reprocess", card, channel=company.admin_channel, waiting=False)
    company.slack.until(lambda: max_.id in company.slack.members[company.room])
    max_.card("Both", "Delivered")


def test_the_same_role_of_two_packages_goes_with_the_last(company: Company) -> None:
    """Giving one back keeps the group."""
    olga, mia = company.person("olga"), company.person("mia")
    for name in ("Readers", "Readers too"):
        olga.type("request")
        form = olga.form("Package")
        form.choose("Package", name, typed=name) if name != "Readers" else form.choose(
            "Package", name
        )
        assert form.submit() == {}
    mia.press("Approve", mia.card("Readers", f"<@{olga.id}>", "Approve"))
    olga.card("Readers too", "Delivered")
    company.slack.until(
        lambda: words_of(olga.type("mine").things[-1]).count("Readers") >= 2, within=20
    )
    olga.press("Give back", olga.type("mine").things[-1], near="Readers too")
    company.slack.until(lambda: "Readers too" not in words_of(olga.type("mine").things[-1]))
    assert olga.id in company.slack.group_members[company.readers]
    olga.press("Give back", olga.type("mine").things[-1], near="Readers")
    company.slack.until(lambda: olga.id not in company.slack.group_members[company.readers])


def test_the_holder_is_warned_and_extends(company: Company) -> None:
    """The warning has Extend; afterwards access lasts longer than it would have."""
    lea = company.person("lea")
    lea.type("request warned")
    assert lea.form("Package", "Warned").submit() == {}
    company.slack.until(lambda: lea.id in company.slack.members[company.room])
    warning = lea.card("Warned", "Extend", "ends")
    lea.press("Extend", warning)
    form = lea.form("Warned")
    assert form.submit() == {}, form.text
    lea.card("Warned", "longer")
    company.slack.until(lambda: lea.id not in company.slack.members[company.room], within=30)


def test_an_extension_is_approved_where_the_policy_says_so(company: Company) -> None:
    """At once for the request, approved for more time."""
    ivo, mia = company.person("ivo"), company.person("mia")
    ivo.type("request extended after approval")
    assert ivo.form("Package", "Extended after").submit() == {}
    company.slack.until(lambda: ivo.id in company.slack.group_members[company.readers])
    warning = ivo.card("Extended after approval", "Extend", "ends")
    ivo.press("Extend", warning)
    assert ivo.form("Extended after").submit() == {}
    mia.press("Approve", mia.card("Extended after approval", "Approve"))
    ivo.card("Extended after approval", "Approved")
    company.slack.until(
        lambda: ivo.id not in company.slack.group_members[company.readers], within=30
    )

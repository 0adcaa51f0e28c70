"""The invented people, channels and groups of the playground, and the story a newcomer follows.

They go with `configuration/sample.yml`, which names them.
"""

from playground.seed import Channel, Person, PersonKind, Story, StoryStep, Team, Usergroup

TEAM = Team(name="Contoso", domain="contoso", email_domain="contoso.com")


def _person(  # a row of the table below
    name: str,
    real_name: str,
    title: str,
    department: str,
    note: str,
    *,
    manager: str | None = None,
    kind: PersonKind = PersonKind.MEMBER,
    email: str | None = None,
) -> Person:
    fields = [("Department", department)]
    if manager is not None:
        fields.append(("Manager", manager))
    return Person(
        name=name,
        real_name=real_name,
        email=email or f"{name}@contoso.com",
        title=title,
        kind=kind,
        fields=tuple(fields),
        presence_note=note,
    )


PEOPLE = (
    _person("rita", "Rita Romero", "Engineer", "Engineering", "asks for access", manager="mia"),
    _person("mia", "Mia Moreau", "Team lead", "Engineering", "Rita's manager", manager="max"),
    _person(
        "olga", "Olga Orlova", "Head of systems", "Engineering", "owns Engineering", manager="max"
    ),
    _person("max", "Max Mbeki", "Director", "Engineering", "Mia's manager"),
    _person("ada", "Ada Acheampong", "Security", "IT", "administers Usher", manager="lena"),
    _person("ivan", "Ivan Ilic", "IT support", "IT", "does manual tasks", manager="lena"),
    _person("lena", "Lena Lind", "Head of IT", "IT", "asked when nobody else can be"),
    _person("ed", "Ed Eriksen", "Engineer", "Engineering", "on call", manager="mia"),
    _person(
        "sara",
        "Sara Silva",
        "Auditor",
        "Fabrikam",
        "a guest",
        kind=PersonKind.GUEST,
        email="sara@fabrikam.com",
    ),
)

CHANNELS = (
    Channel(
        name="general",
        members=tuple(person.name for person in PEOPLE),
        is_general=True,
        topic="Everybody",
    ),
    Channel(
        name="access-admin",
        members=("ada", "lena"),
        is_private=True,
        topic="Where Usher is administered",
    ),
    Channel(name="incident-room", members=("olga", "ed"), is_private=True),
)

USERGROUPS = (
    Usergroup(handle="prod-readers", name="Production readers", members=("olga",)),
    Usergroup(handle="engineers", name="Engineers", members=("rita", "ed", "mia")),
    Usergroup(handle="it-desk", name="IT desk", members=("ivan",)),
    Usergroup(handle="it-leads", name="IT leads", members=("lena",)),
)

STORY = Story(
    title="From asking to the end",
    steps=(
        StoryStep(
            id="ask",
            text="You are Rita. Type /access request production to ask for access.",
            as_person="rita",
            highlight_kind="command",
            highlight_label="/access request production",
            done_when="command:/access",
        ),
        StoryStep(
            id="send",
            text="Say why, and send the form. It shows who will be asked before you send it.",
            as_person="rita",
            highlight_kind="submit",
            highlight_label="Send request",
            done_when="submit",
        ),
        StoryStep(
            id="manager",
            text="Mia, Rita's manager, has a card. Approve as Mia.",
            as_person="mia",
            highlight_kind="button",
            highlight_label="Approve",
            done_when="press:approve",
        ),
        StoryStep(
            id="owner",
            text="Now it is with Olga, who owns the catalog. Approve as Olga.",
            as_person="olga",
            highlight_kind="button",
            highlight_label="Approve",
            done_when="press:approve",
        ),
        StoryStep(
            id="held",
            text="Rita is in @prod-readers now. Let time pass to the next thing that happens.",
            as_person="rita",
            highlight_kind="clock",
            highlight_label="To the next thing",
            done_when_sees="Your access to Production read access ends",
        ),
        StoryStep(
            id="end",
            text="Rita was told before the end. Let time pass until the access has ended.",
            as_person="rita",
            highlight_kind="clock",
            highlight_label="To the next thing",
            done_when_sees="Your access to Production read access ended",
        ),
    ),
)

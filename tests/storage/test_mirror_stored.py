"""The mirror of the directory: who is who, by id, by name, at a moment."""

from dataclasses import replace

import pytest

from engine.application.directory import Channel
from engine.application.ports import Reader, Transaction
from engine.application.upkeep_ports import PeopleWritten
from engine.domain.ids import ChannelId, GroupId, PersonId
from engine.domain.people import Person, PersonKind, Subject, members_of, the_manager, the_person
from storage import DatabaseStore, StoreQueries
from tests.builders import ANN, BEN, CAT, LEADS, MAX, MIA, ROB, a_person
from tests.storage import acts
from tests.storage.mirror_acts import put_group, put_people

GUEST, STRANGER, BOT = PersonKind.GUEST, PersonKind.STRANGER, PersonKind.BOT


async def test_a_person_comes_back_as_the_directory_said(store: DatabaseStore) -> None:
    """Every attribute, and once more after a change."""
    rob = Person(
        id=ROB,
        name="Röb 🦊",
        kind=GUEST,
        email="Rob@Contoso.test",
        team_id="T1",
        manager_id=MAX,
        department="IT",
        title="Admin",
        company="Contoso",
        country="DE",
        employee_type="contractor",
        attributes={"cost centre": "42"},
    )
    await put_people(store, rob)
    moved = replace(rob, manager_id=None, attributes={})
    before = await store.read(lambda tx: tx.person(ROB))
    await put_people(store, moved)

    assert before == rob
    assert await store.read(lambda tx: tx.people([ROB, ANN, ROB])) == {ROB: moved}


async def test_who_was_active_and_now_is_not_has_left(store: DatabaseStore) -> None:
    """Not who never was, nor who had left before; and whoever is as before has not changed."""
    left = a_person("ann", active=False)
    first = await put_people(store, a_person("ann"), a_person("ben"), a_person("cat", active=False))
    second = await put_people(store, left, a_person("ben"))
    third = await put_people(store, left)

    assert first == PeopleWritten(changed=(ANN, BEN, CAT))
    assert (second, third) == (PeopleWritten(changed=(ANN,), left=(ANN,)), PeopleWritten())


@pytest.mark.parametrize(
    ("versions", "is_active"),
    [((5, 4), False), ((5, 5), True), ((5, 6), True), ((5, None), True), ((None, 1), True)],
)
async def test_what_is_told_in_an_older_version_changes_nothing(
    store: DatabaseStore, versions: tuple[int | None, int | None], *, is_active: bool
) -> None:
    """An event that Slack repeats late must not open again an account that is closed by now."""

    def put(tx: Transaction, version: int | None, *, active: bool) -> PeopleWritten:
        told = {ANN: version} if version is not None else {}
        return tx.put_people([a_person("ann", active=active)], versions=told)

    await store.write(put, versions[0], active=False)
    written = await store.write(put, versions[1], active=True)

    assert bool(written.changed) is is_active
    assert await store.read(lambda tx: tx.closed_among([ANN])) == (
        frozenset() if is_active else {ANN}
    )


async def test_a_version_once_known_stays_known(store: DatabaseStore) -> None:
    """What is written without one (profiles read later) does not make room for older news."""
    await store.write(lambda tx: tx.put_people([a_person("ann")], versions={ANN: 5}))
    await put_people(store, a_person("ann", active=False))
    late = await store.write(lambda tx: tx.put_people([a_person("ann")], versions={ANN: 4}))

    assert late == PeopleWritten()


async def test_whose_fields_are_still_to_be_read_is_remembered(store: DatabaseStore) -> None:
    """Until they were; never of closed accounts; in the order of their ids, so many at once."""
    people = [a_person("ann"), a_person("ben"), a_person("cat", active=False), a_person("max")]
    everybody = [person.id for person in people]
    written = await store.write(lambda tx: tx.put_people(people, without_fields=everybody))

    def waiting(tx: Reader, among: tuple[PersonId, ...] | None = None) -> list[PersonId]:
        return [person.id for person in tx.people_without_fields(2, among)]

    first, named = await store.read(waiting), await store.read(waiting, (MAX, CAT))
    again = await put_people(store, a_person("ann"))

    assert (first, named) == ([ANN, BEN], [MAX])
    assert (len(written.changed), again) == (4, PeopleWritten())
    assert await store.read(waiting) == [BEN, MAX]


async def test_fields_that_were_read_are_not_read_again_before_something_changes(
    store: DatabaseStore,
) -> None:
    """Every night, and at every start, the list leaves them out."""

    def list_them(tx: Transaction, version: int) -> list[PersonId]:
        tx.put_people([a_person("ann")], versions={ANN: version}, without_fields=[ANN])
        return [person.id for person in tx.people_without_fields(2)]

    first = await store.write(list_them, 1)
    await put_people(store, a_person("ann"))
    again = [await store.write(list_them, version) for version in (1, 1, 2, 2)]

    assert (first, again) == ([ANN], [[], [], [ANN], [ANN]])


async def test_our_own_people_with_open_accounts_are_those_a_listing_names(
    store: DatabaseStore,
) -> None:
    """Never people of other workspaces: no listing of ours names them. Others can be closed."""
    await put_people(
        store,
        a_person("ann"),
        a_person("ben"),
        a_person("guest", kind=GUEST),
        a_person("robot", kind=BOT),
        a_person("stranger", kind=STRANGER),
        a_person("gone", active=False),
    )

    listed = await store.read(lambda tx: tx.active_people())
    closed = await store.write(lambda tx: tx.close_people([BEN, PersonId("gone"), ROB]))

    assert listed == {"ann", "ben", "guest", "robot"}
    assert closed == PeopleWritten(changed=(BEN,), left=(BEN,))
    assert await store.read(lambda tx: tx.active_people()) == {"ann", "guest", "robot"}


async def test_whoever_was_closed_and_is_open_again_has_come_back(store: DatabaseStore) -> None:
    """Not whoever is new, nor whoever was here all the time."""
    first = await put_people(store, a_person("ann"), a_person("ben", active=False))
    second = await put_people(store, a_person("ann"), a_person("ben"), a_person("cat"))

    assert (first.returned, second.returned) == (False, True)
    assert second.changed == (BEN, CAT)


@pytest.mark.parametrize("count", [500, 501])
async def test_many_people_are_written_in_parts(store: DatabaseStore, count: int) -> None:
    """A workspace does not fit one statement."""
    people = [a_person(f"p{number:04}") for number in range(count)]
    await put_people(store, *people)

    assert len(await store.read(lambda tx: tx.people([p.id for p in people]))) == count
    ids = [person.id for person in people]
    assert len((await store.write(lambda tx: tx.close_people(ids))).left) == count


async def test_closed_accounts_that_still_have_something_are_found(store: DatabaseStore) -> None:
    """Whoever holds, has asked or is asked; not who only did once, nor whose account is open."""
    await acts.store_assignment(store, acts.assignment("held", of="request-0001", target=ANN))
    await acts.store_request(store, acts.request("request-0002", target=BEN, asked=(CAT,)))
    over = acts.ended(acts.assignment("over", of="request-0003", target=MAX))
    await acts.store_assignment(store, over)
    await acts.store_assignment(store, acts.assignment("open", of="request-0004", target=ROB))
    names = ("ann", "ben", "cat", "max", "mia")
    await put_people(store, a_person("rob"), *(a_person(name, active=False) for name in names))

    assert await store.write(lambda tx: tx.left_with_something()) == (ANN, BEN, CAT)


async def test_groups_say_when_they_are_other_people_than_before(store: DatabaseStore) -> None:
    """Somebody came or left, the group was disabled or enabled; a new name is no change."""
    changes = [
        await put_group(store, ANN),
        await put_group(store, ANN),
        await put_group(store, ANN, BEN),
        await put_group(store, BEN),
        await put_group(store, BEN, active=False),
        await put_group(store, BEN, ANN, active=False),
        await put_group(store, BEN),
        await put_group(store),
    ]

    assert changes == [{ANN}, set(), {BEN}, {ANN}, {BEN}, set(), {BEN}, {BEN}]


async def test_a_person_is_in_the_active_groups_only(store: DatabaseStore) -> None:
    """A disabled group is as good as none."""
    await put_group(store, ANN)
    active = await store.read(lambda tx: tx.groups_of(ANN))
    await put_group(store, ANN, active=False)

    assert active == frozenset({LEADS})
    assert await store.read(lambda tx: tx.groups_of(ANN)) == frozenset()


async def test_subjects_are_found_in_one_look(store: DatabaseStore) -> None:
    """People, groups and managers, active members and guests only, in the order of their ids."""
    await put_people(
        store,
        a_person("rob", manager=MAX),
        a_person("max", manager=MIA),
        a_person("mia", kind=GUEST),
        a_person("ben"),
        a_person("ann"),
        a_person("gone", active=False),
        a_person("robot", kind=BOT),
        a_person("stranger", kind=STRANGER),
    )
    everybody = [PersonId(name) for name in ("ben", "ann", "gone", "robot", "stranger", "nobody")]
    await put_group(store, *everybody)
    subjects = [*map(the_person, everybody), members_of(LEADS), members_of(GroupId("none"))]
    subjects += [the_manager(1), the_manager(2), the_manager(3)]

    assert await store.read(lambda tx: tx.resolve(subjects, ROB)) == {
        the_person(ANN): (ANN,),
        the_person(BEN): (BEN,),
        members_of(LEADS): (ANN, BEN),
        the_manager(1): (MAX,),
        the_manager(2): (MIA,),
    }


@pytest.mark.parametrize(
    ("subjects", "target"),
    [([], ROB), ([the_manager(1)], None), ([the_manager(1)], PersonId("nobody"))],
)
async def test_nobody_is_found_where_nobody_can_be(
    store: DatabaseStore, subjects: list[Subject], target: PersonId | None
) -> None:
    """No subjects, no target, an unknown one."""
    await put_people(store, a_person("rob", manager=MAX), a_person("max"))

    assert await store.read(lambda tx: tx.resolve(subjects, target)) == {}


async def test_an_inactive_manager_is_nobody_but_leads_on(store: DatabaseStore) -> None:
    """The manager's manager is still found."""
    await put_people(
        store, a_person("rob", manager=MAX), a_person("max", manager=MIA, active=False),
        a_person("mia"),
    )  # fmt: skip
    subjects = [the_manager(1), the_manager(2)]

    assert await store.read(lambda tx: tx.resolve(subjects, ROB)) == {the_manager(2): (MIA,)}


async def test_managers_in_a_ring_end_the_search(store: DatabaseStore) -> None:
    """Each step is one step, round and round."""
    await put_people(store, a_person("rob", manager=MAX), a_person("max", manager=ROB))

    found = await store.read(lambda tx: tx.resolve([the_manager(7)], ROB))
    assert found == {the_manager(7): (MAX,)}


async def test_a_disabled_group_is_nobody(store: DatabaseStore) -> None:
    """Its members are not asked because of it."""
    await put_people(store, a_person("ann"))
    await put_group(store, ANN, active=False)

    assert await store.read(lambda tx: tx.resolve([members_of(LEADS)], None)) == {}


async def test_people_are_found_by_address_whatever_the_case(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Of two accounts with one address the active one is meant."""
    old = replace(a_person("ann", active=False), email="ANN@contoso.test")
    new = replace(a_person("zoe"), email="Ann@Contoso.test")
    await put_people(store, old, new, a_person("ben"))

    found = await queries.person_by_email("aNN@contoso.TEST")
    names = await store.read(lambda tx: tx.directory())
    assert found == names.person_by_email("ann@contoso.test") == new
    assert await queries.person_by_email("nobody@contoso.test") is None


async def test_the_directory_is_read_by_names(store: DatabaseStore) -> None:
    """Groups by handle, channels by name, and what somebody may have meant."""
    channel = Channel(id=ChannelId("C1"), name="access-admin", is_private=True)
    old = Channel(id=ChannelId("C0"), name="access-admin", is_archived=True)
    await put_people(store, replace(a_person("ann"), email="Ann@contoso.test"))
    await put_group(store, ANN)
    await store.write(lambda tx: tx.put_channels([old, channel]))
    await store.write(lambda tx: tx.put_channels([channel]))
    names = await store.read(lambda tx: tx.directory())

    group = names.group_by_handle("Leads")
    assert group is not None
    assert group.members == frozenset({ANN})
    assert names.channel_by_name("Access-Admin") == channel
    assert names.channel(old.id) == old
    assert names.group(LEADS) == group
    assert names.person(ANN) is not None
    assert names.similar("person", "an@contoso.test") == "Ann@contoso.test"
    assert names.similar("group", "leeds") == "leads"
    assert names.similar("channel", "acces-admin") == "access-admin"
    assert names.similar("channel", "nothing-like-it") is None


async def test_neither_bots_nor_whoever_left_are_meant_by_a_misspelt_name(
    store: DatabaseStore,
) -> None:
    """A file that named them would be refused again."""
    robot = Person(
        id=PersonId("robot"), name="Robot", email="robot@contoso.test", kind=PersonKind.BOT
    )
    left = Person(
        id=PersonId("lea"),
        name="Lea",
        email="lea@contoso.test",
        kind=PersonKind.MEMBER,
        active=False,
    )
    await store.write(lambda tx: tx.put_people([robot, left]))
    names = await store.read(lambda tx: tx.directory())

    assert names.similar("person", "robott@contoso.test") is None
    assert names.similar("person", "leah@contoso.test") is None
    assert names.person_by_email("lea@contoso.test") == left

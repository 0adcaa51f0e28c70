"""What tests of the mirror do over and over: write people and groups."""

from engine.application.upkeep_ports import PeopleWritten
from engine.domain.ids import PersonId
from engine.domain.people import Group, Person
from storage import DatabaseStore
from tests.builders import LEADS


async def put_people(store: DatabaseStore, *people: Person) -> PeopleWritten:
    """Write them, and answer what changed."""
    return await store.write(lambda tx: tx.put_people(people))


async def put_group(
    store: DatabaseStore, *members: PersonId, active: bool = True
) -> frozenset[PersonId]:
    """Write a group of these members, and answer whom that concerns."""
    group = Group(id=LEADS, handle="leads", name="Leads", active=active, members=frozenset(members))
    written = await store.write(lambda tx: tx.put_groups([group]))
    assert written.changed == ((LEADS,) if written.moved else ())
    return written.moved

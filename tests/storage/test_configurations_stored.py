"""The configuration as it is kept: revision by revision, read by everybody, and who it means."""

import pytest

from engine.application.ports import Transaction
from engine.domain.catalogs import Organization
from engine.domain.configuration import Configuration
from engine.domain.people import Group, members_of, the_person
from storage import DatabaseStore, StoreQueries
from tests.builders import ADA, ADMIN_CHANNEL, ANN, BEN, LEADS, NOW, PACKAGE, ROB, a_person
from tests.storage import acts
from tests.storage.mirror_acts import put_group, put_people


def _configuration(name: str = "Contoso") -> Configuration:
    administrators = (the_person(ADA), members_of(LEADS))
    return Configuration(
        organization=Organization(
            name=name, administrators=administrators, admin_channel=ADMIN_CHANNEL
        )
    )


async def test_each_configuration_is_a_new_revision(store: DatabaseStore) -> None:
    """Seen at once by the transaction that stored it, and by all later ones."""

    def apply(tx: Transaction, name: str) -> tuple[int, object]:
        revision = tx.add_configuration(_configuration(name), by="operator", source="f", now=NOW)
        stored = tx.configured()
        return revision, stored.configuration if stored else None

    nothing = await store.read(lambda tx: tx.configured())
    results = [await store.write(apply, "Contoso"), await store.write(apply, "Fabrikam")]
    stored = await store.read(lambda tx: tx.configured())

    assert nothing is None
    assert results == [(1, _configuration("Contoso")), (2, _configuration("Fabrikam"))]
    assert stored is not None
    assert (stored.revision, stored.configuration) == (2, _configuration("Fabrikam"))
    assert await store.read(lambda tx: tx.configured()) is stored


async def test_another_file_that_says_the_same_is_remembered_as_its_source(
    store: DatabaseStore,
) -> None:
    """Of the newest revision only; the configuration stays."""
    for name in ("Contoso", "Fabrikam"):
        await store.write(
            lambda tx, name=name: tx.add_configuration(
                _configuration(name), by="x", source=name, now=NOW
            )
        )
    before = await store.read(lambda tx: tx.configured())
    await store.write(lambda tx: tx.note_source("with a comment"))

    assert await store.read(lambda tx: tx.configuration_source()) == "with a comment"
    assert await store.read(lambda tx: tx.configured()) is before


async def test_a_configuration_that_was_rolled_back_never_was(store: DatabaseStore) -> None:
    """Nor is it remembered by the process."""
    await store.write(
        lambda tx: tx.add_configuration(_configuration(), by="x", source="f", now=NOW)
    )

    def fail(tx: Transaction) -> None:
        tx.add_configuration(_configuration("Fabrikam"), by="x", source="f", now=NOW)
        assert tx.configured() is not None
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await store.write(fail)

    stored = await store.read(lambda tx: tx.configured())
    assert stored is not None
    assert stored.configuration == _configuration()


async def test_another_replicas_configuration_is_seen_at_once(
    two_stores: tuple[DatabaseStore, DatabaseStore],
) -> None:
    """Held in memory, but never believed without a look at its revision."""
    one, other = two_stores
    await one.write(lambda tx: tx.add_configuration(_configuration(), by="x", source="f", now=NOW))
    await other.read(lambda tx: tx.configured())
    await one.write(
        lambda tx: tx.add_configuration(_configuration("Fabrikam"), by="x", source="f", now=NOW)
    )

    seen = await other.read(lambda tx: tx.configured())
    assert seen is not None
    assert seen.organization.name == "Fabrikam"


async def test_administrators_are_who_the_configuration_means_now(
    store: DatabaseStore, queries: StoreQueries
) -> None:
    """Nobody before the first configuration; then the active people it names."""
    before = await queries.administrators()
    await store.write(
        lambda tx: tx.add_configuration(_configuration(), by="x", source="f", now=NOW)
    )
    await put_people(store, a_person("ada"), a_person("ann"), a_person("ben", active=False))
    await put_group(store, ANN, BEN)

    assert before == frozenset()
    assert await queries.administrators() == {ADA, ANN}
    assert await queries.groups_of(ANN) == {LEADS}
    assert (await queries.people([ADA])).keys() == {ADA}


async def test_what_was_read_before_a_write_is_read_again_after_it(store: DatabaseStore) -> None:
    """Groups and standing are remembered within a transaction, but never past a change."""
    await put_group(store, ANN)

    def act(tx: Transaction) -> list[object]:
        tx.put_people([a_person("ann")])
        tx.person(ANN)
        before = tx.groups_of(ANN)
        tx.put_groups([Group(id=LEADS, handle="leads", name="Leads")])
        standing = [tx.open_request_of(ROB, PACKAGE), tx.active_assignment_of(ROB, PACKAGE)]
        tx.add_request(acts.request(), None)
        tx.add_assignment(acts.assignment(), None)
        after = [tx.open_request_of(ROB, PACKAGE), tx.active_assignment_of(ROB, PACKAGE)]
        return [before, tx.groups_of(ANN), standing, after]

    assert await store.write(act) == [
        frozenset({LEADS}),
        frozenset(),
        [None, None],
        ["request-0001", acts.assignment()],
    ]

"""The company stories are told about: people by their first names, and what is really true."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.house import House
from playground.driver import PersonDriver
from playground.server import Playground


@dataclass(frozen=True)
class Company:
    """The workspace and the Usher in it."""

    playground: Playground
    house: House

    def __getattr__(self, name: str) -> PersonDriver:
        """`contoso.rita` is Rita, who can type, press and see."""
        return self.playground.person(name)

    def group(self, handle: str) -> set[str]:
        """Who really is in a user group, by handle; nobody while it is disabled."""
        group = self.playground.workspace.usergroup(handle)
        return set() if group.deleted_at else self._names(group.users)

    def channel(self, name: str) -> set[str]:
        """Who really is in a channel, by handle; the app left out."""
        return self._names(self.playground.workspace.channel(name).members)

    def _names(self, user_ids: Iterable[str]) -> set[str]:
        people = {person.id: person.name for person in self.playground.workspace.people()}
        return {people[user_id] for user_id in user_ids if user_id in people}

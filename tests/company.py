"""The company stories are told about: people by their first names, and what is really true."""

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
        people = self.playground.workspace.people
        return {people[user].name for user in group.users} if group.enabled else set()

    def channel(self, name: str) -> set[str]:
        """Who really is in a channel, by handle; the app left out."""
        workspace = self.playground.workspace
        members = workspace.channel(name).members
        return {workspace.people[user].name for user in members if user in workspace.people}

"""The company stories are told about: people by their first names, and what is really true."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.house import House, apply_file
from engine.domain.ids import PackageId, RequestId
from playground.driver import Form, PersonDriver, Reaction
from playground.faults import FaultKind
from playground.seed import Person
from playground.server import Playground
from tests import invariants

ADMIN_CHANNEL = "#access-admin"


@dataclass(frozen=True)
class Company:
    """The workspace and the Usher in it."""

    playground: Playground
    house: House

    def __getattr__(self, name: str) -> PersonDriver:
        """`contoso.rita` is Rita, who can type, press and see."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self.playground.person(name)

    # What people do ---------------------------------------------------------------------------

    async def asks(self, who: str, package: str, **fields: object) -> Form | Reaction:
        """Somebody asks for a package with the form; fields by label, with _ for blanks.

        Answers what came of sending it; raises `FormRefused`.
        """
        form = await self.opens(who, package)
        for label, value in fields.items():
            if label == "For_how_long":
                await form.choose("For how long", str(value))
            elif label == "Policy":
                await form.choose(label, str(value))
            else:
                await form.fill(label.replace("_", " "), value)
        return await form.submit()

    async def opens(self, who: str, package: str = "") -> Form:
        """Somebody has the request form in front of them, with this package preselected."""
        form = await self.playground.person(who).types(f"/access request {package}".strip())
        assert isinstance(form, Form), form.text
        return form

    async def administers(self, words: str, who: str = "ada") -> Reaction:
        """An administrator types a command in the administrators' channel."""
        done = await self.playground.person(who).types(f"/access-admin {words}", ADMIN_CHANNEL)
        assert isinstance(done, Reaction)
        return done

    async def says(self, who: str, words: str) -> str:
        """What somebody is answered to a command, for them alone."""
        done = await self.playground.person(who).types(words)
        assert isinstance(done, Reaction), done.text
        return done.ephemeral

    async def denies(self, who: str, reason: str) -> None:
        """Somebody presses Deny and gives the reason."""
        form = await self.playground.person(who).presses("Deny")
        assert isinstance(form, Form), form.text
        await form.fill("Reason", reason)
        await form.submit()

    async def applies(self, text: str) -> int:
        """The operator applies another configuration file; answers how many things changed."""
        changed = await apply_file(self.house, "usher.yml", text)
        await self.playground.settle_after_act()
        return changed

    async def joins(self, person: Person) -> PersonDriver:
        """Somebody new comes into the workspace."""
        return await self.playground.joins(person)

    def breaks(
        self, kind: FaultKind | str, method: str, *, times: int = 1, person: str | None = None
    ) -> None:
        """Slack has trouble with a method; the next so many calls."""
        self.playground.faults.add(kind, method=method, times=times, person=person, seconds=0.05)

    async def stays_quiet(self, days: float) -> None:
        """Days pass and nobody hears of anything."""
        before = self._heard()
        await self.playground.days_pass(days)
        assert self._heard() == before

    def _heard(self) -> dict[str, int]:
        people = [user.name for user in self.playground.workspace.people()]
        return {name: len(self.playground.person(name).messages) for name in people}

    # What is really true ----------------------------------------------------------------------

    def group(self, handle: str) -> set[str]:
        """Who really is in a user group, by handle; nobody while it is disabled."""
        group = self.playground.workspace.usergroup(handle)
        return set() if group.deleted_at else self._names(group.users)

    def channel(self, name: str) -> set[str]:
        """Who really is in a channel, by handle; the app left out."""
        return self._names(self.playground.workspace.channel(name).members)

    async def the_request(self, who: str, package: str) -> RequestId:
        """The newest request of somebody for a package, by its name; removals left out."""
        target = self.playground.person(who).id
        page = await self.house.queries.requests(limit=50)
        for asked in (row.request for row in page.rows):
            if asked.target_id == target and asked.package_name == package and asked.policy:
                return asked.id
        raise AssertionError(f"{who} has not asked for {package}")

    async def story_of(self, request_id: RequestId) -> list[str]:
        """The audit's activities of a request, oldest first."""
        return [entry.activity for entry in await self.house.queries.audit_of(request_id)]

    async def audit(self) -> list[dict[str, object]]:
        """The whole audit as it is exported, oldest first."""
        await self.house.database.seal_audit()
        return [row async for row in self.house.database.export_audit()]

    async def package(self, name: str) -> PackageId:
        """The id of a package."""
        configured = await self.house.queries.configured()
        assert configured is not None
        return configured.package_named[name.casefold()].id

    def _names(self, user_ids: Iterable[str]) -> set[str]:
        people = {person.id: person.name for person in self.playground.workspace.people()}
        return {people[user_id] for user_id in user_ids if user_id in people}

    # What must be true after every story ------------------------------------------------------

    async def check(self) -> None:
        """Fail with everything that does not hold together."""
        await self.playground.settle()
        found = await invariants.broken(self.playground, self.house)
        assert not found, "\n".join(found)


__all__ = ["ADMIN_CHANNEL", "Company"]

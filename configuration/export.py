"""The configuration as a file: what `read` makes the same value of again.

Everything is written by name in the order of the published description of the file. What has its
default value is left out, except what a reader would look for: roles, times and the end of access.
Somebody the directory has no name for is written as their id, and reading the file will say so.
"""

from collections.abc import Mapping

from configuration import export_reviews
from configuration.durations import write
from configuration.export_names import Names, short
from configuration.yaml_text import Flow, Writable, block
from engine.application.directory import DirectoryNames
from engine.domain.catalogs import (
    AccessPackage,
    Catalog,
    CatalogState,
    Organization,
    Resource,
)
from engine.domain.configuration import Configuration
from engine.domain.ids import ChannelId, GroupId
from engine.domain.people import SubjectKind
from engine.domain.policies import (
    ApprovalStage,
    AssignmentPolicy,
    Expiration,
    ExtensionRule,
    JustificationRule,
    ReasonRule,
    RequestorScope,
)

SCHEMA_HINT = "# yaml-language-server: $schema=usher.schema.json\n"
"""Tells editors where the schema is: beside the file."""


def export(configuration: Configuration, directory: DirectoryNames) -> str:
    """The file of a configuration: the same text for the same value and the same names."""
    names = Names(directory)
    organization = configuration.organization
    head = block({"organization": _organization(organization)})
    people: dict[str, Writable] = {
        "administrators": names.every(organization.administrators),
        "admin_channel": names.channel(organization.admin_channel),
    }
    if organization.fallback_approvers:
        people["fallback_approvers"] = names.every(organization.fallback_approvers)
    sections = [head + block(people)]
    if configuration.catalogs:
        writer = _Writer(configuration, names)
        sections.append(
            block({"catalogs": [writer.catalog(each) for each in configuration.catalogs]})
        )
    return SCHEMA_HINT + "\n" + "\n".join(sections)


def _organization(organization: Organization) -> Mapping[str, Writable]:
    written: dict[str, Writable] = {"name": organization.name}
    if organization.domains:
        written["domains"] = short(organization.domains)
    return written


class _Writer:
    """Writes catalogs with everything in them."""

    def __init__(self, configuration: Configuration, names: Names) -> None:
        self._configuration = configuration
        self._names = names
        self._resource = {each.id: each.name for each in configuration.resources}
        self._package = {each.id: each.name for each in configuration.packages}

    def catalog(self, catalog: Catalog) -> Mapping[str, Writable]:
        written: dict[str, Writable] = {"name": catalog.name}
        if catalog.description:
            written["description"] = catalog.description
        if catalog.state is not CatalogState.PUBLISHED:
            written["state"] = catalog.state.value
        if not catalog.visible_to_external_users:
            written["visible_to_external_users"] = False
        if catalog.owners:
            written["owners"] = self._names.every(catalog.owners)
        resources = [r for r in self._configuration.resources if r.catalog_id == catalog.id]
        if resources:
            written["resources"] = [self._write_resource(each) for each in resources]
        packages = [p for p in self._configuration.packages if p.catalog_id == catalog.id]
        if packages:
            written["packages"] = [self._write_package(each) for each in packages]
        return written

    def _write_resource(self, resource: Resource) -> Mapping[str, Writable]:
        target = resource.target
        match resource.connector:
            case "slack_usergroup":
                target = self._names.group(GroupId(target))
            case "slack_channel":
                target = self._names.channel(ChannelId(target))
        written: dict[str, Writable] = {
            "name": resource.name,
            "connector": resource.connector,
            "id": target,
        }
        fulfillers = [
            *(self._names.subject(subject) for subject in resource.fulfillers.subjects),
            *(self._names.channel(channel) for channel in resource.fulfillers.channels),
        ]
        if fulfillers:
            written["fulfillers"] = short(fulfillers)
        written["roles"] = short(resource.roles)
        return written

    def _write_package(self, package: AccessPackage) -> Mapping[str, Writable]:
        written: dict[str, Writable] = {"name": package.name}
        if package.description:
            written["description"] = package.description
        if package.hidden:
            written["hidden"] = True
        written["grants"] = [
            Flow({"resource": self._resource[grant.resource_id], "role": grant.role})
            for grant in package.grants
        ]
        against: dict[str, Writable] = {}
        if package.incompatible_packages:
            against["packages"] = [self._package[each] for each in package.incompatible_packages]
        if package.incompatible_groups:
            against["groups"] = [self._names.group(each) for each in package.incompatible_groups]
        if against:
            written["incompatible_with"] = short(against)
        if package.keep_access_held_before:
            written["keep_access_held_before"] = True
        policies = [p for p in self._configuration.policies if p.package_id == package.id]
        if policies:
            written["policies"] = [self._write_policy(each) for each in policies]
        return written

    def _write_policy(self, policy: AssignmentPolicy) -> Mapping[str, Writable]:
        written: dict[str, Writable] = {
            "name": policy.name,
            "requestors": self._requestors(policy),
        }
        if policy.justification is not JustificationRule.REQUIRED:
            written["justification"] = policy.justification.value
        approval = self._approval(policy)
        if approval:
            written["approval"] = approval
        written["expiration"] = _expiration(policy.expiration)
        if policy.requestor_may_shorten:
            written["requestor_may_shorten"] = True
        if policy.extension != ExtensionRule():
            written["extension"] = _extension(policy.extension)
        if policy.reviews is not None:
            written["reviews"] = export_reviews.written(policy.reviews, self._names)
        return written

    def _requestors(self, policy: AssignmentPolicy) -> Writable:
        written: dict[str, Writable] = {"scope": policy.requestors.scope.value}
        if policy.requestors.scope is RequestorScope.SPECIFIC:
            subjects = policy.requestors.subjects
            people = [s for s in subjects if s.kind is SubjectKind.PERSON]
            groups = [s for s in subjects if s.kind is SubjectKind.GROUP]
            if people:
                written["people"] = [self._names.subject(each) for each in people]
            if groups:
                written["groups"] = [self._names.subject(each) for each in groups]
        return short(written)

    def _approval(self, policy: AssignmentPolicy) -> Mapping[str, Writable]:
        written: dict[str, Writable] = {}
        occasions = {
            "request": policy.approval_for_request,
            "extension": policy.approval_for_extension,
        }
        if not all(occasions.values()):
            written["required_for"] = Flow([name for name, wanted in occasions.items() if wanted])
        if policy.stages:
            written["stages"] = [self._stage(stage) for stage in policy.stages]
        return written

    def _stage(self, stage: ApprovalStage) -> Mapping[str, Writable]:
        written: dict[str, Writable] = {
            "name": stage.name,
            "approvers": short(self._names.ways(stage.approvers)),
        }
        if stage.fallback_approvers:
            written["fallback_approvers"] = self._names.every(stage.fallback_approvers)
        if stage.needed != 1:
            written["needed"] = "all" if stage.needed is None else stage.needed
        written["decide_within"] = write(stage.decide_within)
        if stage.remind:
            written["remind"] = short([write(each) for each in stage.remind])
        if stage.escalate:
            written["escalate"] = [
                short(
                    {
                        "after": write(each.after),
                        "to": short(self._names.ways(each.to)),
                        **(
                            {"fallback_approvers": self._names.every(each.fallback)}
                            if each.fallback
                            else {}
                        ),
                    }
                )
                for each in stage.escalate
            ]
        if stage.reason is not ReasonRule.ON_DENIAL:
            written["reason"] = stage.reason.value
        return written


def _expiration(expiration: Expiration) -> Writable:
    if expiration.after is not None:
        return Flow({"after": write(expiration.after)})
    return "never" if expiration.on is None else Flow({"on": expiration.on.isoformat()})


def _extension(extension: ExtensionRule) -> Writable:
    written: dict[str, Writable] = {"allowed": extension.allowed}
    if extension.remind_before != ExtensionRule().remind_before:
        written["remind_before"] = [write(each) for each in extension.remind_before]
    return short(written)

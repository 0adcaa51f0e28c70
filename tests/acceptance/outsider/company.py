"""The people, groups, channels and packages the outsider's stories happen in."""

from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.outsider.persona import Persona, Wire
from tests.acceptance.outsider.standin import Slack

PEOPLE = ("ada", "olga", "mia", "max", "rita", "rob", "ben", "cat", "ivo", "lea", "gus")


@dataclass(kw_only=True)
class Company:
    """A workspace with people in it, and where Usher listens."""

    slack: Slack
    wire: Wire
    admin_channel: str
    room: str
    readers: str
    leads: str

    def person(self, name: str) -> Persona:
        """Somebody of the company."""
        found = [user for user, about in self.slack.users.items() if about["name"] == name]
        return Persona(slack=self.slack, wire=self.wire, id=found[0])


def founded(slack: Slack, wire: Wire) -> Company:
    """A company of eleven; gus is a guest, keeper stays in the user group for ever."""
    people = {name: slack.person(name) for name in PEOPLE if name != "gus"}
    people["gus"] = slack.person("gus", is_restricted=True)
    keeper = slack.person("keeper")
    slack.person("robot", is_bot=True)
    slack.group("it-leads", people["lea"])
    slack.group("it-desk", people["ivo"])
    slack.group("prod-readers", keeper)
    slack.channel("access-admin", people["ada"], people["rob"], private=True)
    slack.channel("incident-room", keeper, private=True)
    return known(slack, wire)


def known(slack: Slack, wire: Wire) -> Company:
    """The company that is there."""
    channels = {channel.get("name"): channel["id"] for channel in slack.channels.values()}
    groups = {group["handle"]: group["id"] for group in slack.groups.values()}
    return Company(
        slack=slack,
        wire=wire,
        admin_channel=channels["access-admin"],
        room=channels["incident-room"],
        readers=groups["prod-readers"],
        leads=groups["it-leads"],
    )


def people_file(folder: Path) -> Path:
    """Who manages whom: Rita and Rob are Mia's, Mia is Max's; Ben has nobody."""
    path = folder / "people.csv"
    path.write_text(
        "email,manager_email,department\n"
        "rita@contoso.com,mia@contoso.com,Sales\n"
        "rob@contoso.com,mia@contoso.com,Sales\n"
        "cat@contoso.com,mia@contoso.com,Sales\n"
        "mia@contoso.com,max@contoso.com,\n"
    )
    return path


def policy(stages: str = "", *, scope: str = "{scope: all_members}", more: str = "") -> str:
    """A policy as it stands in the file."""
    approval = f"            approval:\n              stages:\n{stages}" if stages else ""
    return (
        "        policies:\n"
        "          - name: Everybody\n"
        f"            requestors: {scope}\n"
        f"            justification: optional\n{approval}"
        + "".join(f"            {line}\n" for line in (more or "expiration: never").splitlines())
    )


def stage(approvers: str, *more: str, name: str = "First") -> str:
    """A stage as it stands in the file."""
    lines = [f"- name: {name}", f"  approvers: [{approvers}]", *(f"  {line}" for line in more)]
    if not any("decide_within" in line for line in more):
        lines.append("  decide_within: P1D")
    return "".join(f"                {line}\n" for line in lines)


def package(name: str, grants: str, policies: str) -> str:
    """A package as it stands in the file."""
    return f"      - name: {name}\n        grants: [{grants}]\n{policies}"


READERS = "{resource: prod-readers, role: member}"
ROOM = "{resource: incident-room, role: member}"
VPN = "{resource: vpn, role: user}"
MANAGER = stage("{manager: 1}", name="Manager")


def file(*packages: str) -> str:
    """A configuration with these packages."""
    return HEAD + "".join(packages)


HEAD = """\
organization:
  name: Contoso
  domains: [contoso.com]
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]
catalogs:
  - name: Engineering
    description: Systems engineers work on
    state: published
    owners: [olga@contoso.com]
    resources:
      - name: prod-readers
        connector: slack_usergroup
        id: "@prod-readers"
        roles: [member]
      - name: incident-room
        connector: slack_channel
        id: "#incident-room"
        roles: [member]
      - name: vpn
        connector: manual
        id: Office VPN
        fulfillers: ["@it-desk"]
        roles: [user]
    packages:
"""

"""Configuration files for stories, made of parts; JSON is YAML, too.

Each part has what the story does not care about filled in.
"""

import json

Part = dict[str, object]

MANAGER: Part = {"manager": 1}
OWNERS: Part = {"catalog_owners": True}
NEVER = "never"

RESOURCES: list[Part] = [
    {
        "name": "prod-readers",
        "connector": "slack_usergroup",
        "id": "@prod-readers",
        "roles": ["member"],
    },
    {
        "name": "engineers",
        "connector": "slack_usergroup",
        "id": "@engineers",
        "roles": ["member"],
    },
    {
        "name": "incident-room",
        "connector": "slack_channel",
        "id": "#incident-room",
        "roles": ["member"],
    },
    {
        "name": "vpn",
        "connector": "manual",
        "id": "Office VPN",
        "fulfillers": ["@it-desk"],
        "roles": ["user"],
    },
]


def people(*names: str) -> Part:
    """Named people, by their handles."""
    return {"people": [f"{name}@contoso.com" for name in names]}


def group(handle: str) -> Part:
    """Whoever is in a user group."""
    return {"group": handle}


def stage(name: str, *approvers: Part, **settings: object) -> Part:
    """A stage that these decide within a week."""
    return {"name": name, "approvers": list(approvers), "decide_within": "P7D", **settings}


def policy(
    name: str,
    *stages: Part,
    scope: str = "all_members",
    required_for: list[str] | None = None,
    requestors: Part | None = None,
    **settings: object,
) -> Part:
    """A policy for members that lasts thirty days and wants no justification."""
    made: Part = {
        "name": name,
        "requestors": requestors or {"scope": scope},
        "justification": "optional",
        "expiration": {"after": "P30D"},
        **settings,
    }
    if stages:
        made["approval"] = {"stages": list(stages)}
        if required_for is not None:
            made["approval"] = {"required_for": required_for, "stages": list(stages)}
    return made


def package(
    name: str, *policies: Part, gives: tuple[str, ...] = ("prod-readers",), **settings: object
) -> Part:
    """A package that gives membership (or use, of the VPN) of these resources."""
    return {
        "name": name,
        "description": f"What {name} is for",
        "grants": [
            {"resource": one, "role": "user" if one == "vpn" else "member"} for one in gives
        ],
        "policies": list(policies) or [policy("Everybody")],
        **settings,
    }


def file(
    *packages: Part,
    owners: tuple[str, ...] = ("olga",),
    fallback: tuple[str, ...] = ("@it-leads",),
    resources: list[Part] | None = None,
    **catalog: object,
) -> str:
    """One catalog with these packages."""
    made = {
        "organization": {"name": "Contoso", "domains": ["contoso.com"]},
        "administrators": ["ada@contoso.com"],
        "admin_channel": "#access-admin",
        "fallback_approvers": list(fallback),
        "catalogs": [
            {
                "name": "Engineering",
                "owners": [f"{name}@contoso.com" for name in owners],
                "resources": RESOURCES if resources is None else resources,
                "packages": list(packages),
                **catalog,
            }
        ],
    }
    return json.dumps(made, indent=1)

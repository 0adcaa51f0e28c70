"""The published schema itself: valid, explained, and of one mind with the code that reads it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from configuration import later, shape
from configuration.structure import schema
from engine.domain import catalogs, policies


def _objects(rules: Any, at: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema of keys with values, with a name for it."""
    if isinstance(rules, dict):
        if "properties" in rules:
            yield at, rules
        for key, part in rules.items():
            yield from _objects(part, f"{at}/{key}")
    elif isinstance(rules, list):
        for number, part in enumerate(rules):
            yield from _objects(part, f"{at}/{number}")


def test_the_schema_is_a_valid_one_that_explains_every_key_to_an_editor() -> None:
    """Completion shows titles and descriptions; no key goes without."""
    Draft202012Validator.check_schema(schema())

    for at, rules in _objects(schema()):
        assert rules.get("title"), at
        assert rules.get("additionalProperties") is False, at
        for key, part in rules["properties"].items():
            below = schema()["$defs"].get(part.get("$ref", "").removeprefix("#/$defs/"), {})
            assert part.get("description") or below.get("description"), f"{at}: {key}"


def test_every_pattern_means_the_same_in_an_editor_and_here() -> None:
    """Editors read ECMA-262: its $ is the end of the text and [0-9] are the digits."""

    def patterns(rules: Any) -> Iterator[str]:
        if isinstance(rules, dict):
            if isinstance(rules.get("pattern"), str):
                yield rules["pattern"]
            for part in rules.values():
                yield from patterns(part)

    found = set(patterns(schema()))
    assert found
    for pattern in found:
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert not re.search(r"\\[dwAZz]|\(\?P|\(\?<", pattern), pattern


def test_the_schema_and_the_types_that_read_it_have_the_same_keys() -> None:
    """A key the schema allows is either read or refused as not supported yet, never ignored."""
    parts = {
        "": shape.FilePart,
        "organization": shape.OrganizationPart,
        "catalog": shape.CatalogPart,
        "resource": shape.ResourcePart,
        "grant": shape.GrantPart,
        "package": shape.PackagePart,
        "policy": shape.PolicyPart,
        "requestors": shape.RequestorsPart,
        "approval": shape.ApprovalPart,
        "approver": shape.ApproverPart,
        "stage": shape.StagePart,
        "escalation": shape.EscalationPart,
        "extension": shape.ExtensionPart,
    }
    refused = {pattern[-1] for pattern in later.KEYS}

    for name, part in parts.items():
        rules = schema()["$defs"][name] if name else schema()
        assert set(rules["properties"]) - refused == set(part.__struct_fields__), name


def test_the_schema_and_the_domain_have_the_same_words_and_defaults() -> None:
    """Whoever leaves a key out gets what the schema says and the rules mean."""
    rules = schema()["$defs"]
    policy, stage = rules["policy"]["properties"], rules["stage"]["properties"]

    assert set(policy["justification"]["enum"]) == {*policies.JustificationRule}
    assert set(stage["reason"]["enum"]) == {*policies.ReasonRule}
    assert set(rules["catalog"]["properties"]["state"]["enum"]) == {*catalogs.CatalogState}
    scopes = set(rules["requestors"]["properties"]["scope"]["enum"])
    assert scopes - later.SCOPES == {*policies.RequestorScope}
    usual = policies.ApprovalStage(name="", approvers=())
    assert stage["reason"]["default"] == usual.reason
    assert stage["decide_within"]["default"] == "P14D"
    assert usual.decide_within.days == 14

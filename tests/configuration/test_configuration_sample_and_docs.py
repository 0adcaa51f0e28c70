"""What newcomers read: the sample, the published description of the file, its reference."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import configuration
from configuration.document import parse
from configuration.faults import Findings
from configuration.reference import renewed
from configuration.structure import schema
from engine.domain.policies import RequestorScope
from tests.configuration.contoso import CONTOSO, TODAY, faults, warnings

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"

WHOLE = """\
organization:
  name: Contoso
  domains: [contoso.com]
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]
guests:
  when_last_assignment_ends: block_then_remove
  remove_after: P30D

connected_organizations:
  - name: Fabrikam
    domains: [fabrikam.com]
    state: configured
    authentication: auto
    internal_sponsors: [ina@contoso.com]
    external_sponsors: [ed@fabrikam.com]

catalogs:
  - name: Engineering
    description: Systems engineers work on
    state: published
    visible_to_external_users: true
    owners: [olga@contoso.com]
    resources:
      - name: prod-readers
        connector: slack_usergroup
        id: "@prod-readers"
        roles: [member]
      - name: vpn
        connector: manual
        id: Office VPN
        fulfillers: ["@it-desk"]
        roles: [user]
    packages:
      - name: Production read access
        description: Dashboards and logs of production
        hidden: false
        grants: [{resource: prod-readers, role: member}]
        incompatible_with: {packages: [Payments release], groups: []}
        keep_access_held_before: false
        policies:
          - name: Employees
            requestors: {scope: all_members}
            justification: required
            questions:
              - {text: Which ticket is this for?, type: short_text, required: true, pattern: 'OPS-\\d+'}
            approval:
              required_for: [request, extension]
              stages:
                - name: Manager
                  approvers: [{manager: 1}]
                  fallback_approvers: ["@it-leads"]
                  needed: any
                  decide_within: P14D
                  remind: [P2D, P7D]
                  escalate:
                    - {after: P3D, to: [{manager: 2}]}
                  reason: on_denial
                - name: Owner
                  approvers: [{people: [olga@contoso.com]}]
                  decide_within: P14D
            expiration: {after: P90D}
            requestor_may_shorten: true
            extension: {allowed: true, remind_before: [P14D, P1D]}
            reviews:
              every: quarterly
              starting: 2027-01-01
              open_for: P14D
              reviewers: [{manager: 1}]
              fallback_reviewers: ["@it-leads"]
              on_no_response: keep
              reason: required
              remind: [P7D]
"""
"""Everything the file can say, what is not supported yet included."""


def test_the_published_example_of_the_whole_file_has_the_right_structure() -> None:
    """Also where Usher cannot do it yet: an editor completes it and the schema knows it."""
    document = parse(WHOLE, Findings("whole.yml"))

    assert document is not None
    assert list(Draft202012Validator(schema()).iter_errors(document.value)) == []


def test_the_published_example_is_refused_only_for_what_is_not_supported_yet() -> None:
    """And for the one package it mentions and does not describe."""
    assert faults(WHOLE) == [
        "usher.yml:7: guests is not supported yet. Leave it out.",
        "usher.yml:11: connected_organizations is not supported yet. Leave it out.",
        'usher.yml:40: There is no package "Payments release". Name a package of this file.',
        "usher.yml:46: questions is not supported yet. Leave it out.",
    ]


def test_the_sample_can_be_used_and_has_nothing_odd_about_it() -> None:
    """With the people of the playground, and without anybody."""
    assert warnings(configuration.sample_text()) == []
    assert warnings(configuration.sample_text(), None) == []


def test_the_sample_shows_what_policies_can_be() -> None:
    """Five packages in two catalogs; each kind of policy once at least."""
    sample = configuration.read(
        configuration.sample_text(), filename="sample.yml", directory=CONTOSO, today=TODAY
    ).configuration
    stages = [stage for policy in sample.policies for stage in policy.stages]
    granted = [grant for package in sample.packages for grant in package.grants]

    assert len(sample.catalogs) == 2
    assert len(sample.packages) == 5
    assert {resource.connector for resource in sample.resources} == {
        "manual",
        "slack_channel",
        "slack_usergroup",
    }
    assert any(len(policy.stages) == 2 for policy in sample.policies)
    assert any(not policy.stages for policy in sample.policies)
    assert any(stage.escalate and stage.remind for stage in stages)
    assert {stage.needed for stage in stages} == {None, 1, 2}
    assert {policy.requestors.scope for policy in sample.policies} == {
        RequestorScope.ALL_MEMBERS,
        RequestorScope.ALL_USERS,
        RequestorScope.SPECIFIC,
    }
    assert len(granted) > len(set(granted))
    assert any(policy.extension.allowed for policy in sample.policies)


def _keys(rules: Any) -> Iterator[str]:
    if isinstance(rules, Mapping):
        if isinstance(rules.get("properties"), Mapping):
            yield from rules["properties"]
        for part in rules.values():
            yield from _keys(part)
    elif isinstance(rules, list):
        for part in rules:
            yield from _keys(part)


def test_the_reference_explains_every_key_as_the_schema_does() -> None:
    """The tables are made from the schema; this says when they are to be made again."""
    page = PAGE.read_text(encoding="utf-8")

    assert page == renewed(page), "run: python -m configuration.reference docs/configuration.md"
    for key in set(_keys(schema())):
        assert f"| `{key}` | " in page, key
    assert not re.search(r"\| `\w+` \|  \|", page)


def test_every_file_shown_on_the_page_can_be_used() -> None:
    """Whoever copies one must not be disappointed."""
    shown = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    whole = [text for text in shown if not text.startswith("#")]

    assert whole
    for text in whole:
        assert faults(text) == []

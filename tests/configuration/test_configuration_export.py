"""The configuration as a file: reading it again gives the same value."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import configuration
from configuration.document import parse
from configuration.faults import Findings
from configuration.structure import schema
from configuration.yaml_text import Flow, Writable, block
from engine.domain.configuration import Configuration, changes
from tests.configuration.contoso import CONTOSO, GOOD, TODAY
from tests.configuration.generated import DIRECTORY, configurations


def good() -> Configuration:
    """The good file's configuration."""
    return configuration.read(
        GOOD, filename="usher.yml", directory=CONTOSO, today=TODAY
    ).configuration


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(configurations())
def test_an_exported_configuration_is_read_back_exactly(value: Configuration) -> None:
    """Whatever the names and texts, nothing is lost, nothing is added."""
    text = configuration.export(value, DIRECTORY)
    again = configuration.read(text, filename="export", directory=DIRECTORY, today=TODAY)

    assert again.configuration == value
    assert configuration.export(again.configuration, DIRECTORY) == text
    assert changes(value, again.configuration) == ()


_leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"))
)
_keys = st.sampled_from(["a", "b", "on", "with_words"])
_values = st.recursive(
    _leaf, lambda part: st.lists(part, max_size=3) | st.dictionaries(_keys, part, max_size=3)
)


@given(st.dictionaries(_keys, _values), st.booleans())
def test_any_value_written_as_yaml_is_read_back_exactly(
    value: dict[str, Writable], on_one_line: bool
) -> None:
    """In blocks or in brackets, with every character text can have."""
    findings = Findings("text")
    text = block({"value": Flow(value) if on_one_line else value})

    document = parse(text, findings)

    assert findings.faults == ()
    assert document is not None
    assert document.value == {"value": value}


def test_an_exported_file_is_pretty_and_in_the_published_order() -> None:
    """A person edits it next; defaults are left out, and an editor finds the schema."""
    assert (
        configuration.export(good(), CONTOSO)
        == """\
# yaml-language-server: $schema=usher.schema.json

organization:
  name: Contoso
administrators: [ada@contoso.com]
admin_channel: "#access-admin"
fallback_approvers: ["@it-leads"]

catalogs:
  - name: Engineering
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
        roles: [user, administrator]
    packages:
      - name: Production read access
        grants:
          - {resource: prod-readers, role: member}
        incompatible_with: {packages: [Office VPN]}
        policies:
          - name: Employees
            requestors: {scope: all_members}
            approval:
              stages:
                - name: Manager
                  approvers: [{manager: 1}]
                  decide_within: P14D
                  remind: [P2D, P7D]
                  escalate:
                    - {after: P3D, to: [{manager: 2}]}
                - name: Owner
                  approvers: [{people: [olga@contoso.com]}]
                  decide_within: P14D
            expiration: {after: P90D}
            extension: {allowed: true}
      - name: Office VPN
        grants:
          - {resource: vpn, role: user}
        policies:
          - name: Engineers
            requestors: {scope: specific, groups: ["@engineers"]}
            expiration: never
"""
    )


def test_the_published_schema_is_shipped_as_it_is_used() -> None:
    """The file beside an exported one is the same an editor and the check use."""
    assert json.loads(configuration.schema_text()) == schema()


def test_somebody_without_a_name_is_written_as_an_id_that_reading_refuses() -> None:
    """An export never fails; whoever reads it learns what is missing."""
    nobody = configuration.export(good(), DIRECTORY)

    assert "administrators: [U-ada]" in nobody
    faults, _ = configuration.check(nobody, filename="x", directory=DIRECTORY, today=TODAY)
    assert any('"U-ada" is not an e-mail address' in fault.message for fault in faults)

"""Who somebody is, from whatever Slack says of them."""

from collections.abc import Mapping

import pytest

from connectors.slack_people import (
    NO_FIELDS,
    ProfileFields,
    channel_from_slack,
    group_from_slack,
    has_custom_fields,
    person_from_slack,
    profile_fields_from,
    with_profile,
)
from engine.domain.people import PersonKind

OURS = "T0OURS"
FIELDS = ProfileFields(ids={"manager": "Xf1", "department": "Xf2"})


def user(**more: object) -> dict[str, object]:
    """A user of our workspace."""
    return {"id": "U1", "team_id": OURS, "name": "mia", **more}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, PersonKind.MEMBER),
        ({"is_admin": True, "is_owner": True}, PersonKind.MEMBER),
        ({"is_app_user": True}, PersonKind.MEMBER),
        ({"is_restricted": True}, PersonKind.GUEST),
        ({"is_restricted": True, "is_ultra_restricted": True}, PersonKind.GUEST),
        ({"is_ultra_restricted": True}, PersonKind.GUEST),
        ({"is_stranger": True}, PersonKind.STRANGER),
        ({"team_id": "T0THEIRS"}, PersonKind.STRANGER),
        ({"team_id": "T0THEIRS", "is_restricted": True}, PersonKind.STRANGER),
        ({"team_id": "T0THEIRS", "enterprise_user": {"teams": ["T0X"]}}, PersonKind.STRANGER),
        ({"team_id": "T0THEIRS", "enterprise_user": {"teams": ["T0X", OURS]}}, PersonKind.MEMBER),
        (
            {"team_id": "E0ORG", "enterprise_user": {"teams": [OURS]}, "is_restricted": True},
            PersonKind.GUEST,
        ),
        ({"team_id": None}, PersonKind.MEMBER),
        ({"is_bot": True}, PersonKind.BOT),
        ({"is_bot": True, "team_id": "T0THEIRS"}, PersonKind.BOT),
        ({"id": "USLACKBOT", "is_bot": False}, PersonKind.BOT),
        ({"deleted": True}, PersonKind.MEMBER),
        ({"deleted": True, "is_restricted": True}, PersonKind.GUEST),
    ],
)
def test_kinds_are_told_apart(said: Mapping[str, object], kind: PersonKind) -> None:
    """The table of slack.md section 1.6."""
    assert person_from_slack(user(**said), OURS).kind is kind


def test_a_closed_account_is_not_active() -> None:
    """Whatever else it was."""
    assert not person_from_slack(user(deleted=True), OURS).active
    assert person_from_slack(user(deleted=False), OURS).active


def test_a_full_user_is_read_whole() -> None:
    """Name, address in small letters, title, zone and the custom fields."""
    person = person_from_slack(
        user(
            tz="Europe/Amsterdam",
            profile={
                "real_name": "Mia Member",
                "email": "Mia@Contoso.com ",
                "title": "Engineer",
                "fields": {"Xf1": {"value": "U2", "alt": ""}, "Xf2": {"value": "Platform"}},
            },
        ),
        OURS,
        FIELDS,
    )

    assert (person.name, person.email, person.title) == (
        "Mia Member",
        "mia@contoso.com",
        "Engineer",
    )
    assert (person.manager_id, person.department) == ("U2", "Platform")
    assert person.team_id == OURS


@pytest.mark.parametrize("profile", [None, {}, [], "x", {"fields": []}, {"fields": None}])
def test_a_sparse_user_is_still_a_person(profile: object) -> None:
    """Another server may send little more than an id."""
    person = person_from_slack({"id": "U1", "profile": profile}, OURS, FIELDS)

    assert person.name == "U1"
    assert (person.email, person.title, person.manager_id) == (None, None, None)
    assert (person.active, person.kind) == (True, PersonKind.MEMBER)


def test_a_user_without_an_id_is_nobody() -> None:
    """There is nothing to file it under."""
    with pytest.raises(ValueError, match="without an id"):
        person_from_slack({"name": "mia"}, OURS)


@pytest.mark.parametrize(
    ("value", "manager"),
    [
        ("U2", "U2"),
        ("W2", "W2"),
        ("U2,U3", "U2"),
        ("U1", None),
        ("", None),
        ("Boris Boss", None),
        ("boris", None),
        (["U2"], None),
    ],
)
def test_a_manager_is_a_user_id_of_somebody_else(value: object, manager: str | None) -> None:
    """Several: the first. Oneself, a typed name: nobody."""
    person = person_from_slack(user(profile={"fields": {"Xf1": {"value": value}}}), OURS, FIELDS)

    assert person.manager_id == manager


def test_custom_fields_are_ignored_where_the_workspace_has_none_we_know() -> None:
    """A field's id alone says nothing."""
    person = person_from_slack(user(profile={"fields": {"Xf1": {"value": "U2"}}}), OURS, NO_FIELDS)

    assert person.manager_id is None


def test_a_profile_fetched_apart_replaces_what_was_known() -> None:
    """A value that was taken back is gone."""
    before = person_from_slack(
        user(profile={"fields": {"Xf1": {"value": "U2"}, "Xf2": {"value": "Sales"}}}), OURS, FIELDS
    )

    after = with_profile(before, {"fields": {"Xf2": {"value": "Legal"}}}, FIELDS)

    assert (after.manager_id, after.department) == (None, "Legal")


def fields(*labelled: tuple[str, str]) -> dict[str, object]:
    """An answer of `team.profile.get` with fields Xf0, Xf1, ... of label and type."""
    return {
        "profile": {
            "fields": [
                {"id": f"Xf{place}", "label": label, "type": kind}
                for place, (label, kind) in enumerate(labelled)
            ]
        }
    }


@pytest.mark.parametrize(
    ("labelled", "ids"),
    [
        ((("Manager", "user"),), {"manager": "Xf0"}),
        ((("REPORTS TO", "user"),), {"manager": "Xf0"}),
        ((("Supervisor", "user"), ("Manager", "user")), {"manager": "Xf1"}),
        ((("Manager", "text"), ("Supervisor", "user")), {"manager": "Xf1"}),
        ((("Manager", "text"),), {"manager": "Xf0"}),
        (
            (("Department ", "text"), ("Country", "options_list")),
            {"department": "Xf0", "country": "Xf1"},
        ),
        ((("Manager's dog", "user"), ("Birthday", "date")), {}),
        ((("Employment type", "text"),), {"employee_type": "Xf0"}),
    ],
)
def test_fields_are_found_by_their_labels(
    labelled: tuple[tuple[str, str], ...], ids: Mapping[str, str]
) -> None:
    """A field of people is preferred for the manager; case and blanks do not matter."""
    assert profile_fields_from(fields(*labelled)).ids == ids


def test_a_hidden_field_does_not_count() -> None:
    """Somebody took it out of use."""
    answer = {"profile": {"fields": [{"id": "Xf1", "label": "Manager", "is_hidden": True}]}}

    assert not profile_fields_from(answer)


@pytest.mark.parametrize("answer", [{}, {"profile": None}, {"profile": {"fields": [None, 3, {}]}}])
def test_an_odd_answer_has_no_fields(answer: Mapping[str, object]) -> None:
    """Nothing to read is a normal answer."""
    assert not profile_fields_from(answer)


@pytest.mark.parametrize(
    ("custom", "carried"), [({"Xf1": {}}, True), ({}, True), ([], False), (None, False)]
)
def test_only_a_set_of_fields_counts_as_carried(custom: object, carried: bool) -> None:
    """Lists leave them out; an empty list or null may mean either, so it is asked for."""
    assert has_custom_fields(user(profile={"fields": custom})) is carried


def test_a_group_has_its_members() -> None:
    """The handle without the @, whoever writes it with one."""
    group = group_from_slack({"id": "S1", "handle": "@it", "name": "IT", "date_delete": 0}, ["U1"])

    assert (group.handle, group.name, group.active) == ("it", "IT", True)
    assert group.members == {"U1"}


def test_a_disabled_group_has_no_members() -> None:
    """Slack remembers them, but they have nothing by it."""
    group = group_from_slack({"id": "S1", "handle": "it", "date_delete": 1700000000}, ["U1"])

    assert not group.active
    assert group.members == frozenset()


def test_a_sparse_channel_is_a_channel() -> None:
    """Public and open unless said otherwise."""
    channel = channel_from_slack({"id": "C1"})

    assert (channel.name, channel.is_private, channel.is_archived) == ("C1", False, False)


@pytest.mark.parametrize("read", [lambda one: group_from_slack(one, []), channel_from_slack])
def test_what_has_no_id_is_refused(read: object) -> None:
    """As with people."""
    assert callable(read)
    with pytest.raises(ValueError, match="without an id"):
        read({"name": "x"})

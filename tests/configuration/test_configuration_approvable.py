"""Whether anybody could ever decide: found in the file, not by the first request that waits."""

import pytest

from tests.configuration.contoso import CONTOSO, PlainDirectory, faults, spoilt, warnings

OWNER = "                  approvers: [{people: [olga@contoso.com]}]\n"
ASK = "requestors: {scope: all_members}"


def stage(approvers: str, *more: str, ask: str = ASK) -> str:
    """The good file with another second stage, on line 33, and other requestors, on line 23."""
    lines = [f"approvers: {approvers}", *more]
    return spoilt((OWNER, "".join(f"                  {line}\n" for line in lines)), (ASK, ask))


def alone(person: str, *others: str) -> str:
    """Requestors who are exactly these."""
    return f"requestors: {{scope: specific, people: [{', '.join((person, *others))}]}}"


OLGA, RITA = "olga@contoso.com", "rita@contoso.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            stage(f"[{{people: [{OLGA}, {RITA}]}}]", "needed: 3"),
            "34: This stage needs 3 approvals, and at most 2 people could ever be asked."
            " Add approvers, or lower needed.",
            id="more approvals than people",
        ),
        pytest.param(
            stage("[{manager: 1}]", "needed: 2"),
            "34: This stage needs 2 approvals, and at most 1 person could ever be asked."
            " Add approvers, or lower needed.",
            id="two approvals of one manager",
        ),
        pytest.param(
            stage('[{group: "@engineers"}]', "needed: 3"),
            "34: This stage needs 3 approvals, and at most 2 people could ever be asked."
            " Add approvers, or lower needed.",
            id="more approvals than members of the group",
        ),
        pytest.param(
            stage(f'[{{group: "@engineers"}}, {{people: [{RITA}]}}]', "needed: 3"),
            "34: This stage needs 3 approvals, and at most 2 people could ever be asked."
            " Add approvers, or lower needed.",
            id="somebody who is also in the group counts once",
        ),
        pytest.param(
            stage("[{catalog_owners: true}]", "needed: 2"),
            "34: This stage needs 2 approvals, and at most 1 person could ever be asked."
            " Add approvers, or lower needed.",
            id="more approvals than owners",
        ),
        pytest.param(
            stage(f"[{{people: [{OLGA}]}}]", ask=alone(OLGA)),
            "33: Only olga@contoso.com may ask and could decide, and nobody decides on their own"
            " request. Add another approver.",
            id="the only approver is the only requestor (APR-8)",
        ),
        pytest.param(
            stage("[{catalog_owners: true}]", ask=alone(OLGA)),
            "33: Only olga@contoso.com may ask and could decide, and nobody decides on their own"
            " request. Add another approver.",
            id="the only owner is the only requestor",
        ),
        pytest.param(
            stage(f"[{{people: [{OLGA}, {RITA}]}}]", "needed: 2", ask=alone(OLGA, RITA)),
            "33: Nobody who may ask could ever get the 2 approvals this stage needs: nobody"
            " decides on their own request. Add approvers.",
            id="both approvers are the only requestors",
        ),
    ],
)
def test_a_stage_nobody_could_ever_decide_is_refused(text: str, expected: str) -> None:
    """Whoever asked would wait for nothing."""
    assert faults(text) == [f"usher.yml:{expected}"]


def test_owners_as_approvers_of_a_catalog_without_owners_are_refused() -> None:
    """Nobody is nobody, whatever the organization keeps for accidents."""
    text = spoilt(
        ("    owners: [olga@contoso.com]\n", ""),
        ("[{people: [olga@contoso.com]}]", "[{catalog_owners: true}]"),
    )

    assert faults(text) == [
        (
            "usher.yml:32: This catalog has no owners, so nobody could ever decide this stage."
            " Add owners to the catalog, or name other approvers."
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(stage(f"[{{people: [{OLGA}, {RITA}]}}]", "needed: 2"), id="as many as needed"),
        pytest.param(stage("[{manager: 1}, {manager: 2}]", "needed: 2"), id="two managers"),
        pytest.param(stage(f"[{{people: [{OLGA}]}}]", "needed: all"), id="all of one"),
        pytest.param(
            stage(
                f"[{{people: [{OLGA}]}}]",
                "needed: 2",
                "escalate: [{after: P1D, to: [{manager: 1}]}]",
            ),
            id="enough once escalated",
        ),
        pytest.param(
            stage(
                f"[{{people: [{OLGA}]}}]",
                "fallback_approvers: [mia@contoso.com]",
                ask=alone(OLGA),
            ),
            id="a fallback for the approver's own request",
        ),
        pytest.param(
            stage(f"[{{people: [{OLGA}, {RITA}]}}]", ask=alone(OLGA, RITA)),
            id="two who decide on each other's requests",
        ),
        pytest.param(
            stage("[{manager: 1}]", ask=alone(OLGA)), id="a manager is never the requestor"
        ),
    ],
)
def test_a_stage_that_somebody_could_decide_is_accepted(text: str) -> None:
    """Exactly enough people are enough."""
    assert warnings(text) == []


def test_a_stage_of_a_policy_without_approval_is_not_judged() -> None:
    """It decides nothing, which is said once and for all its stages."""
    text = stage(f"[{{people: [{OLGA}]}}]", "needed: 2").replace(
        "            approval:\n", "            approval:\n              required_for: []\n"
    )

    assert len(warnings(text)) == 1


def test_a_requestor_whose_own_request_nobody_could_decide_is_a_warning() -> None:
    """The others who may ask have nothing to fear."""
    text = stage(f"[{{people: [{OLGA}]}}]", ask=alone(OLGA, RITA))

    assert warnings(text) == [
        (
            "usher.yml:33: Too few people could decide a request of olga@contoso.com: this stage needs"
            " 1 approval, and nobody decides on their own request."
            " Add approvers, or fallback_approvers."
        )
    ]


def test_approvers_who_are_fewer_than_needed_beside_enough_fallback_are_a_warning() -> None:
    """The fallback is asked instead of them, not together with them (APR-14)."""
    text = stage(
        "[{manager: 1}]", "needed: 2", 'fallback_approvers: [mia@contoso.com, "@it-leads"]'
    )

    assert warnings(text) == [
        (
            "usher.yml:34: This stage needs 2 approvals, and its approvers are at most 1 person;"
            " fallback approvers are asked only when there are none of them."
            " Add approvers, or lower needed."
        )
    ]


def test_an_empty_group_may_fill_and_is_only_a_warning() -> None:
    """Meanwhile the fallback approvers are asked (APR-20)."""
    assert warnings(stage('[{group: "@empty"}]')) == [
        "usher.yml:33: Nobody is in the user group @empty today. Add people in Slack."
    ]


def test_a_stage_with_a_fault_is_not_judged_as_well() -> None:
    """Whoever is misspelt may be the one who is missing."""
    found = faults(stage("[{people: [olag@contoso.com]}]", "needed: 2"))

    assert len(found) == 1
    assert "Did you mean olga@contoso.com?" in found[0]


def test_misspelt_owners_are_not_taken_for_no_owners() -> None:
    """One fault, where it is."""
    text = spoilt(
        ("owners: [olga@contoso.com]", "owners: [olag@contoso.com]"),
        ("[{people: [olga@contoso.com]}]", "[{catalog_owners: true}]"),
    )

    assert len(faults(text)) == 1


def test_a_group_whose_members_nobody_can_know_is_given_the_benefit_of_the_doubt() -> None:
    """Without a directory, and for a group the mirror does not know by its id."""
    text = stage('[{group: "@engineers"}]', "needed: 3")

    assert faults(text, None) == []


def test_people_who_are_counted_without_a_directory_are_counted_by_address() -> None:
    """Who is who does not need a lookup."""
    text = stage(f"[{{people: [{OLGA}]}}]", ask=alone(OLGA.upper()))

    assert [fault.split(":")[1] for fault in faults(text, None)] == ["33"]


def test_members_who_have_left_do_not_count() -> None:
    """A group counts as who in it could act today."""
    people = {**CONTOSO.people}
    rita = people.pop(next(key for key, person in people.items() if person.email == RITA))
    directory = PlainDirectory(people=people, groups=CONTOSO.groups, channels=CONTOSO.channels)

    assert rita.email == RITA
    assert len(faults(stage('[{group: "@engineers"}]', "needed: 2"))) == 0
    assert len(faults(stage('[{group: "@engineers"}]', "needed: 2"), directory)) == 1

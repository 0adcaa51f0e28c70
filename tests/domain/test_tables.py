"""The tables of permitted moves are whole, and the documentation draws them as they are."""

from collections.abc import Collection, Mapping
from enum import StrEnum

import pytest

from engine.domain import assignment_requests, assignments, reviews
from engine.domain.assignment_requests import OPEN, RequestState
from engine.domain.assignments import REPORTED, AssignmentState
from engine.domain.policies import PRECEDENCE, RequestorScope
from engine.domain.reviews import ReviewState
from tools.state_diagrams import TARGET, diagram, document

TABLES = [
    pytest.param(
        RequestState,
        assignment_requests.TRANSITIONS,
        RequestState.PENDING_APPROVAL,
        {RequestState.DENIED, RequestState.EXPIRED, RequestState.CANCELED},
        id="request",
    ),
    pytest.param(
        AssignmentState,
        assignments.TRANSITIONS,
        AssignmentState.SCHEDULED,
        {AssignmentState.EXPIRED},
        id="assignment",
    ),
    pytest.param(
        ReviewState,
        reviews.TRANSITIONS,
        ReviewState.SCHEDULED,
        {ReviewState.APPLIED, ReviewState.STOPPED},
        id="review",
    ),
]


@pytest.mark.parametrize(("states", "moves", "first", "last"), TABLES)
def test_a_table_is_well_formed(
    states: type[StrEnum],
    moves: Mapping[StrEnum, Collection[StrEnum]],
    first: StrEnum,
    last: set[StrEnum],
) -> None:
    """Every state is there, leads somewhere else or nowhere, and can be reached."""
    assert set(moves) == set(states)
    assert {state for state, then in moves.items() if not then} == last
    assert not any(state in then for state, then in moves.items())
    reached, frontier = {first}, {first}
    while frontier:
        frontier = {then for state in frontier for then in moves[state]} - reached
        reached |= frontier
    assert reached == set(states)


def test_an_ended_assignment_never_returns() -> None:
    """LIF-13: every state may end, and the end leads nowhere."""
    for state in set(AssignmentState) - {AssignmentState.EXPIRED}:
        assert AssignmentState.EXPIRED in assignments.TRANSITIONS[state]


def test_nothing_gets_from_waiting_to_half_delivered() -> None:
    """ST-1: approved requests go straight to delivering; only an extension is there at once."""
    after = assignment_requests.TRANSITIONS[RequestState.PENDING_APPROVAL]

    assert RequestState.PARTIALLY_DELIVERED not in after
    assert RequestState.DELIVERY_FAILED not in after


def test_every_move_of_an_assignment_can_be_told_to_its_request() -> None:
    """DLV-1: what one may do, the other may follow; else a request would stand still."""
    for state, moves in assignments.TRANSITIONS.items():
        for then in moves - {AssignmentState.EXPIRED}:
            assert REPORTED[then] in assignment_requests.TRANSITIONS[REPORTED[state]]


def test_whatever_is_open_can_be_closed() -> None:
    """DLV-7: an open request blocks the next one, so none may be open for ever."""
    for state in OPEN:
        assert RequestState.CANCELED in assignment_requests.TRANSITIONS[state]


def test_every_scope_that_serves_somebody_has_its_rank() -> None:
    """POL-3: specific people before members before everybody."""
    assert set(PRECEDENCE) == set(RequestorScope) - {RequestorScope.NOBODY}
    assert sorted(PRECEDENCE, key=PRECEDENCE.__getitem__) == [
        RequestorScope.SPECIFIC,
        RequestorScope.ALL_MEMBERS,
        RequestorScope.ALL_USERS,
    ]


class Light(StrEnum):
    """Something small to draw."""

    ON = "on"
    OFF = "off"
    BROKEN = "broken"


def test_a_diagram_draws_each_move_once_and_in_order() -> None:
    """The same table gives the same text, whatever order its sets have."""
    moves = {Light.ON: {Light.BROKEN, Light.OFF}, Light.OFF: {Light.ON}, Light.BROKEN: set[Light]()}

    assert diagram([Light.OFF], moves).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> off",
        "    on --> off",
        "    on --> broken",
        "    off --> on",
        "    broken --> [*]",
    ]


def test_the_documentation_draws_the_tables_as_they_are() -> None:
    """After changing a table: python -m tools.state_diagrams."""
    assert TARGET.read_text(encoding="utf-8") == document()

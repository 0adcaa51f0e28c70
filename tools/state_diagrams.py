"""Draw the life cycles: the tables of permitted moves as Mermaid diagrams in the documentation.

`python -m tools.state_diagrams` writes `docs/state-diagrams.md`; a test asserts that the committed
file is what the tables say.
"""

import sys
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from engine.domain import assignment_requests, assignments, reviews
from engine.domain.assignment_requests import RequestState
from engine.domain.assignments import AssignmentState
from engine.domain.reviews import ReviewState

State = TypeVar("State", bound=StrEnum)

TARGET = Path(__file__).parent.parent / "docs" / "state-diagrams.md"

HEAD = """\
# State diagrams

Drawn from the tables of permitted moves in `engine/domain/`; do not edit. After changing a table:
`python -m tools.state_diagrams`.
"""


def diagram(starts: Iterable[State], moves: Mapping[State, Collection[State]]) -> str:
    """A Mermaid state diagram, in the order of the states; a state without moves is an end."""
    order = {state: number for number, state in enumerate(moves)}
    lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in starts)]
    for state, permitted in moves.items():
        following = sorted(permitted, key=order.__getitem__)
        lines += [f"    {state} --> {then}" for then in following]
        lines += [] if following else [f"    {state} --> [*]"]
    return "\n".join(lines)


def document() -> str:
    """The whole page."""
    requests = diagram(
        [RequestState.PENDING_APPROVAL, RequestState.DELIVERING],
        {state: assignment_requests.TRANSITIONS[state] for state in RequestState},
    )
    held = diagram(
        [AssignmentState.SCHEDULED, AssignmentState.DELIVERING],
        {state: assignments.TRANSITIONS[state] for state in AssignmentState},
    )
    reviewed = diagram(
        [ReviewState.SCHEDULED], {state: reviews.TRANSITIONS[state] for state in ReviewState}
    )
    parts = [
        HEAD,
        "## Assignment request\n",
        "A removal starts in `delivering`; everything else starts in `pending_approval`, and",
        "leaves it at once when no approval is needed (`engine/domain/assignment_requests.py`).\n",
        f"```mermaid\n{requests}\n```\n",
        "## Assignment\n",
        "From its start to its end; `expired` is every end (`engine/domain/assignments.py`).\n",
        f"```mermaid\n{held}\n```\n",
        "## Access review run\n",
        "Each further stage passes through `opening` again (`engine/domain/reviews.py`).\n",
        f"```mermaid\n{reviewed}\n```",
    ]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write the page."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET.name}\n")


if __name__ == "__main__":
    main()

"""What people write beside what they do: why they ask, answer or take away, and what they did."""

from engine.domain.refusals import ReasonTooLong

MAX_REASON = 1000
"""Characters: what fits a card beside everything else."""


def kept(reason: str) -> str:
    """The reason as it is kept, without the blanks around it. Raises `ReasonTooLong`."""
    reason = reason.strip()
    if len(reason) > MAX_REASON:
        raise ReasonTooLong(MAX_REASON)
    return reason

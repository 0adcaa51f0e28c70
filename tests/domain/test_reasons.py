"""What people write has a limit, wherever it comes from."""

import pytest

from engine.domain import reasons
from engine.domain.reasons import MAX_REASON
from engine.domain.refusals import ReasonTooLong


def test_a_reason_at_the_limit_is_kept_without_the_blanks_around_it() -> None:
    """They count for nothing."""
    assert reasons.kept(f"  {'x' * MAX_REASON}\n") == "x" * MAX_REASON


def test_one_character_past_the_limit_is_refused() -> None:
    """Whoever wrote it shortens it; nothing is cut off unseen."""
    with pytest.raises(ReasonTooLong):
        reasons.kept("x" * (MAX_REASON + 1))

"""What the audit says of reviews, in words."""

import re
from dataclasses import replace
from pathlib import Path

import engine
from bot.views.wording import admin as admin_said
from bot.views.wording import review_story
from engine.application.audit import AuditEntry
from tests.bot.views.house import KNOWN
from tests.bot.views.review_house import REVIEW
from tests.builders import MAX, NOW, ROB

ENGINE = Path(engine.__file__).parent


def _told(activity: str, **more: object) -> str:
    entry = AuditEntry(at=NOW, actor=MAX, activity=activity, details={"review": REVIEW})
    return review_story.happened(replace(entry, **more), named_review=False)


def test_every_activity_of_a_review_is_told_in_words() -> None:
    """Whatever the engine writes into the audit of a review."""
    written_there = {
        found
        for path in ENGINE.rglob("*.py")
        for found in re.findall(r'"(review\.[a-z_]+)"', path.read_text(encoding="utf-8"))
    }

    assert len(written_there) == 16
    assert not [one for one in written_there if ":" in _told(one)]
    assert _told("review.quite_new") == "review: quite new"


def test_the_story_says_what_was_answered_about_whom_and_how_many() -> None:
    """One line, a change of mind, many at once; cleared, asked, handed over, carried out."""
    said_of = {"review": REVIEW, "verdict": "remove", "lines": "1800", "changed": "12"}

    assert _told("review.decided", target_id=ROB, details=said_of) == (
        f"answered *Remove* about <@{ROB}>"
    )
    assert _told("review.decision_changed", target_id=ROB, details=said_of, why="Left") == (
        f"changed the answer about <@{ROB}> to *Remove*: Left"
    )
    assert _told("review.bulk_decided", details=said_of) == (
        "answered *Remove* about 1,800 lines at once, replacing 12 other answers"
    )
    assert _told("review.reset", details=said_of) == "cleared 1,800 answers"
    assert _told("review.in_progress", stage=1, details=said_of) == (
        "asked the reviewers of stage 2 about 1,800 lines"
    )
    assert _told("review.stage_closed", stage=1) == "closed stage 1; stage 2 follows"
    assert _told("review.handed_over", details={"lines": "1"}) == (
        "gave 1 line of reviewers who left to others"
    )
    assert _told("review.applied", details={"lines": "0"}) == "carried it out"
    assert _told("review.applied", details={"lines": "2"}) == "carried it out, but for 2 lines"


def test_a_requests_story_says_which_review_it_was() -> None:
    """There an answer stands among the request's own rows."""
    row = AuditEntry(
        at=NOW,
        actor=MAX,
        activity="review.decided",
        target_id=ROB,
        details={"review": REVIEW, "verdict": "keep", "lines": "1", "changed": "0"},
    )

    assert f"answered *Keep* about <@{ROB}> in review `W00042`" in admin_said.entry(row, KNOWN)

"""Every card, form, list and answer as it goes to Slack, kept as a picture and judged.

To accept a change: `USHER_UPDATE_PICTURES=1 pytest tests/bot/views`, then read the difference.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.views.blocks import Message
from playground.blocks.check import check_blocks, check_view
from tests.bot.views import pictures_of_reviews as of_reviews
from tests.bot.views.pictures_of_cards import (
    APPROVAL_CARDS,
    NOTICES,
    OTHER_CARDS,
    REQUEST_CARDS,
)
from tests.bot.views.pictures_of_views import HOMES, MESSAGES, MODALS

HERE = Path(__file__).parent
UPDATE = os.environ.get("USHER_UPDATE_PICTURES")
JOURNAL = os.environ.get("USHER_JOURNAL")
ORACLE = Path(__file__).resolve().parents[4] / "shared" / "checks" / "blockkit_oracle.py"

Draw = Callable[[], object]
DRAWINGS: tuple[tuple[str, str, Mapping[str, Draw]], ...] = (
    ("message", "snapshots/request_card", REQUEST_CARDS),
    ("message", "snapshots/approval_card", APPROVAL_CARDS),
    ("message", "snapshots/card", OTHER_CARDS),
    ("message", "snapshots/notice", NOTICES),
    ("message", "snapshots/message", MESSAGES),
    ("modal", "snapshots/form", MODALS),
    ("home", "snapshots/home", HOMES),
    ("message", "review_snapshots/card", of_reviews.CARDS),
    ("modal", "review_snapshots/form", of_reviews.FORMS),
    ("message", "review_snapshots/message", of_reviews.MESSAGES),
    ("home", "review_snapshots/home", of_reviews.HOMES),
)
PICTURES: dict[str, tuple[str, Draw]] = {
    f"{kind}_{name}": (surface, draw)
    for surface, kind, drawings in DRAWINGS
    for name, draw in drawings.items()
}


def drawn(name: str) -> dict[str, object]:
    """The payload of a picture, as JSON would carry it."""
    _, draw = PICTURES[name]
    made = draw()
    assert made is not None, "this picture shows a message that is said"
    payload = made.payload() if isinstance(made, Message) else made
    return json.loads(json.dumps(payload))


@pytest.mark.parametrize("name", PICTURES)
def test_a_view_looks_as_it_did(name: str) -> None:
    """What people see changes on purpose only."""
    payload = drawn(name)
    path = HERE / f"{name}.json"
    if UPDATE:
        path.write_text(json.dumps(payload, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    assert json.loads(path.read_text(encoding="utf-8")) == payload


@pytest.mark.parametrize("name", PICTURES)
def test_slack_would_take_every_view(name: str) -> None:
    """Limits, shapes and surfaces as Slack documents them."""
    surface, _ = PICTURES[name]
    payload = drawn(name)

    if surface == "message":
        assert not check_blocks(payload["blocks"], surface)
        assert payload["text"]
    else:
        assert not check_view(payload, surface)


def test_drawing_twice_gives_the_same() -> None:
    """A card is sent again only when its state changed, which its digest tells."""
    assert [drawn(name) for name in PICTURES] == [drawn(name) for name in PICTURES]


def test_every_picture_on_disk_is_still_drawn() -> None:
    """No picture outlives its view."""
    kept = {path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.json")}

    assert kept == set(PICTURES)


def test_other_peoples_validators_take_every_view(tmp_path: Path) -> None:
    """The Block Kit models of two independent libraries, where the checks stand beside us."""
    rows = [
        {"name": name, "surface": surface, "payload": drawn(name)}
        for name, (surface, _) in PICTURES.items()
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    if JOURNAL:
        Path(JOURNAL).mkdir(parents=True, exist_ok=True)
        journal = Path(JOURNAL) / f"payloads-views-{os.getpid()}.jsonl"
        journal.write_text(lines, encoding="utf-8")
    complaints = judged(lines, tmp_path) if ORACLE.exists() else []

    assert not complaints


def judged(lines: str, folder: Path) -> list[dict[str, object]]:
    """What the independent validators complain about."""
    path = folder / "views.jsonl"
    path.write_text(lines, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(ORACLE), str(path)], capture_output=True, text=True, check=False
    )
    verdicts = [json.loads(row) for row in run.stdout.splitlines()]
    assert len(verdicts) == lines.count("\n"), run.stderr
    return [row for row in verdicts if row["sdk"] or row["slackblocks"]]

"""Habits of the house that a machine can see."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "configuration", "connectors", "engine", "playground", "storage")
MOST_LINES = 400
"""A longer file is two ideas."""
GIVEN = {"emoji_table.js"}
"""Tables from elsewhere."""
FILES = sorted(
    path
    for package in PACKAGES
    for kind in ("py", "js", "css", "html")
    for path in (ROOT / package).rglob(f"*.{kind}")
    if path.name not in GIVEN
)


def test_there_is_something_to_look_at() -> None:
    """Every package, and the page."""
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(PACKAGES)
    assert any(path.suffix == ".js" for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea(path: Path) -> None:
    """Short enough to be read in one sitting."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES

"""The people file from one start to the next: what it adds, whom it may lose, whom nobody knows."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from bot import playground_app
from bot.house import open_house
from connectors.people_csv import PeopleFileFaults
from engine.domain.people import Person
from playground.server import Playground


async def start(playground: Playground, path: Path) -> Person:
    """Start with this file, and stop again; how Rita was known meanwhile."""
    url = f"sqlite+aiosqlite:///{path.parent}/usher.db"
    settings = replace(playground_app.settings_for(playground, url), people=path)
    async with open_house(settings) as house:
        await house.prepare()
        rita = await house.queries.person_by_email("rita@contoso.com")
    assert rita is not None
    return rita


def write(path: Path, count: int) -> Path:
    """Rita, managed by Olga, and so many whom Slack does not know."""
    others = "".join(f"p{number}@contoso.com,\n" for number in range(count))
    path.write_text(f"email,manager_email\nrita@contoso.com,olga@contoso.com\n{others}")
    return path


async def test_a_file_that_lost_over_a_fifth_since_the_last_start_is_refused(
    playground: Playground, tmp_path: Path
) -> None:
    """A broken export; a start with what it is meant to be goes on."""
    path = write(tmp_path / "people.csv", 9)
    first = await start(playground, path)
    write(path, 6)
    with pytest.raises(PeopleFileFaults, match="no longer names 3 of 10 people") as refused:
        await start(playground, path)
    write(path, 7)
    again = await start(playground, path)

    assert first.manager_id == again.manager_id == playground.workspace.person("olga").id
    assert "set USHER_PEOPLE to the file under another name" in str(refused.value)


async def test_whoever_means_it_gives_the_file_another_name(
    playground: Playground, tmp_path: Path
) -> None:
    """And from then on it is that file's people who must not be lost."""
    await start(playground, write(tmp_path / "people.csv", 9))
    other = write(tmp_path / "fewer.csv", 4)
    await start(playground, other)
    with pytest.raises(PeopleFileFaults, match="no longer names 2 of 5 people"):
        await start(playground, write(other, 2))


async def test_whom_slack_does_not_know_is_told_at_start(
    playground: Playground, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The first twenty, and how many more."""
    path = write(tmp_path / "people.csv", 23)
    with caplog.at_level(logging.WARNING):
        await start(playground, path)

    told = [record.getMessage() for record in caplog.records if str(path) in record.getMessage()]
    assert told[0] == f"{path}: line 3: Slack knows nobody as p0@contoso.com."
    assert told[20:] == [f"{path}: And 3 more rows or managers whom Slack does not know."]

"""Readiness before there is anything to be ready with."""

from pathlib import Path

from bot import playground_app
from bot.house import apply_file, open_house
from bot.reachable import NOTHING_APPLIED, Reachable
from playground.server import Playground
from tests.bot.operator import FILE


async def test_without_a_configuration_it_is_not_ready(
    playground: Playground, tmp_path: Path
) -> None:
    """Whoever waits for readiness learns what to do; once a file is applied, it is ready."""
    settings = playground_app.settings_for(playground, f"sqlite+aiosqlite:///{tmp_path}/usher.db")
    async with open_house(settings) as house:
        await house.prepare()
        before, after = (Reachable(house.client, house.store) for _ in range(2))
        await before.look()
        await apply_file(house, "usher.yml", FILE)
        await after.look()

    assert before.reason == NOTHING_APPLIED
    assert after.reason is None

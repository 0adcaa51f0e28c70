"""The house with a broken part: who does not use it does not notice."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from bot import playground_app
from bot.house import apply_file
from connectors import registry
from connectors.registry import ENTRY_POINT_GROUP, ConnectorFaults
from playground.server import Playground
from tests.bot.operator import FILE, invoke

BADGES = EntryPoint(name="badges", value="no_such_module:build", group=ENTRY_POINT_GROUP)
BY_HAND = "connector: manual, id: Office VPN, fulfillers: [ada@contoso.com]"
USED = FILE.replace(BY_HAND, "connector: badges, id: Office VPN")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with a connector that cannot be loaded is installed."""
    monkeypatch.setattr(registry, "installed", lambda: (BADGES,))


async def test_a_broken_connector_stops_only_whoever_uses_it(
    playground: Playground, tmp_path: Path
) -> None:
    """It is named at start; a file that uses it is refused, and what is stored stays."""
    url = f"sqlite+aiosqlite:///{tmp_path}/usher.db"
    async with playground_app.usher_inside(playground, url, FILE, loops=False) as house:
        assert any("no_such_module" in notice for notice in house.notices)
        assert "badges" in house.connectors
        with pytest.raises(ConnectorFaults, match="no_such_module"):
            await apply_file(house, "usher.yml", USED)
        stored = await house.queries.configured()
        assert stored is not None
        assert {one.connector for one in stored.resources.values()} == {"slack_usergroup", "manual"}


def test_an_operator_works_beside_a_broken_connector(tmp_path: Path) -> None:
    """Whoever only looks at files and at the database loads no connector."""
    (tmp_path / "usher.yml").write_text(FILE)
    assert invoke("check-config", "usher.yml").code == 0
    assert invoke("migrate").code == 0
    assert invoke("export").err.startswith("Nothing")

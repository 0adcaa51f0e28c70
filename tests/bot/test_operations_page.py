"""`docs/operations.md` has every variable, command, option, endpoint and metric there is."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import http_server
from bot.cli_commands import usher
from bot.metrics import Metrics
from bot.settings import (
    DEFAULT_COMMAND,
    DEFAULT_DATABASE_URL,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_SLACK_API_URL,
    VARIABLES,
)
from bot.settings_values import ADMIN_SUFFIX, LONGEST_COMMAND

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
FIRST_CELLS = re.findall(r"^\| `([^`]+)`", PAGE, flags=re.MULTILINE)


def leaves(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, as it is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(leaves(usher, "usher"))


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_has_a_line(name: str) -> None:
    """With its meaning and its default."""
    assert FIRST_CELLS.count(name) == 1


def test_no_variable_is_described_that_does_not_exist() -> None:
    """A name in capitals at the beginning of a line is a variable."""
    described = {cell for cell in FIRST_CELLS if re.fullmatch(r"[A-Z_]+", cell)}

    assert described == set(VARIABLES)


def test_the_defaults_are_the_real_ones() -> None:
    """As the settings have them."""
    for default in (DEFAULT_SLACK_API_URL, DEFAULT_COMMAND, DEFAULT_HOST, str(DEFAULT_PORT)):
        assert f"| `{default}` |" in PAGE
    assert DEFAULT_DATABASE_URL in PAGE
    assert f"At most {LONGEST_COMMAND - len(ADMIN_SUFFIX)} signs" in PAGE


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_line_with_its_arguments_and_options(name: str) -> None:
    """Typed as it is."""
    (line,) = [each for each in PAGE.splitlines() if each.startswith(f"| `{name}")]

    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Argument):
            assert parameter.human_readable_name in line
        elif "--help" not in parameter.opts:
            assert parameter.opts[0] in line


def test_no_command_is_described_that_does_not_exist() -> None:
    """Neither more nor less."""
    described = [cell for cell in FIRST_CELLS if cell.startswith("usher ")]

    assert len(described) == len(COMMANDS)


def test_every_endpoint_has_a_line() -> None:
    """Those of both modes."""

    async def dispatch(_body: object, _headers: object) -> None:
        raise AssertionError("nothing is sent")

    app = http_server.build_app(dispatch, lambda: None, Metrics())  # type: ignore[arg-type]
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }

    assert routes == {cell for cell in FIRST_CELLS if cell.startswith(("GET /", "POST /"))}
    assert f"{http_server.MOST_BYTES // 2**20} MiB" in PAGE


def test_every_metric_has_a_line_with_its_labels() -> None:
    """By the name a query uses."""
    described = {cell for cell in FIRST_CELLS if cell.startswith("usher_")}
    metrics = Metrics()
    named = set()
    for family in text_string_to_metric_families(metrics.render().decode()):
        if family.name.startswith("usher_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            collector = metrics.registry._names_to_collectors[family.name]
            labels = ",".join(getattr(collector, "_labelnames", ()))
            named.add(f"{name}{{{labels}}}" if labels else name)

    assert described == named


def test_backup_is_described_for_both_databases() -> None:
    """A copy of the file would not be whole."""
    assert "VACUUM INTO" in PAGE
    assert "pg_dump" in PAGE

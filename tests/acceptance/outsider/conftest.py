"""A workspace and a running Usher for the outsider's stories."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.outsider.company import Company, founded, known, people_file
from tests.acceptance.outsider.served import Served
from tests.acceptance.outsider.standin import Slack
from tests.databases import empty_postgres_url, postgres

__all__ = ["empty_postgres_url", "postgres"]
Serve = Callable[..., tuple[Company, Served]]


@pytest.fixture
def slack() -> Iterator[Slack]:
    """A workspace without anybody."""
    made = Slack()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def serve(slack: Slack, tmp_path: Path) -> Iterator[Serve]:
    """Starts Usher for a company, with a configuration file and more settings."""
    running: list[Served] = []

    def start(
        configuration: str, company: Company | None = None, **settings: str
    ) -> tuple[Company, Served]:
        served = _prepared(slack, tmp_path, configuration, settings)
        running.append(served)
        company = company or founded(slack, served.wire)
        company.wire = served.wire
        served.start()
        return company, served

    yield start
    for served in running:
        _ended(served)


@pytest.fixture(scope="module")
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """One process for all stories of a file, with the file's CONFIGURATION."""
    slack = Slack()
    slack.start()
    made = _prepared(slack, tmp_path_factory.mktemp("served"), request.module.CONFIGURATION, {})
    founded(slack, made.wire)
    try:
        yield made.start()
    finally:
        _ended(made)
        slack.stop()


@pytest.fixture(scope="module")
def company(served: Served) -> Company:
    """The company it is served for."""
    return known(served.slack, served.wire)


def _prepared(slack: Slack, folder: Path, configuration: str, more: dict[str, str]) -> Served:
    (folder / "usher.yml").write_text(configuration)
    settings = {"USHER_CONFIG": "usher.yml", "USHER_PEOPLE": str(people_file(folder)), **more}
    return Served(slack=slack, folder=folder, settings=settings)


def _ended(served: Served) -> None:
    if served.process is not None and served.process.poll() is None:
        served.stop()

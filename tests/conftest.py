"""The order of the tests: what takes long begins first, so that at the end nobody waits for it."""

from zlib import crc32

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every worker begins with its share of the `long` tests; the others keep their order.

    A worker of pytest-xdist is given one stretch of the tests at first (`--dist worksteal`), and
    whoever is done takes from the end of another's. The long ones are mixed, so that those that
    wait for processes run beside those that compute.
    """
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        return
    long = sorted(
        (item for item in items if item.get_closest_marker("long")),
        key=lambda item: crc32(item.nodeid.encode()),
    )
    others = [item for item in items if not item.get_closest_marker("long")]
    left = len(items)
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        share = left // (workers - worker)
        left -= share
        begins = long[worker::workers]
        rest = max(share - len(begins), 0)
        ordered += [*begins, *others[:rest]]
        del others[:rest]
    items[:] = [*ordered, *others]

"""Looking for a package by words: what is found, and in which order."""

from dataclasses import replace

import pytest

from engine.application.configured import Configured
from engine.domain.catalogs import AccessPackage, Organization
from engine.domain.configuration import Configuration
from engine.domain.policies import RequestorScope
from tests.builders import ADMIN_CHANNEL, a_catalog, a_package, a_person, a_policy

PACKAGES = (
    replace(a_package("Zone VPN"), description="For the data centre"),
    replace(a_package("Office VPN"), description="From home"),
    replace(a_package("VPN for suppliers"), description="Ask your sponsor"),
    replace(a_package("Telephone"), description="An extension, and a VPN client"),
    a_package("Secret VPN", hidden=True),
    a_package("VPN of the board"),
)


def _found(words: str) -> list[str]:
    """What Rob may ask for; the board's is for nobody."""
    everybody = {
        package.id: replace(a_policy(name=package.name), package_id=package.id)
        for package in PACKAGES
    }
    board = everybody[PACKAGES[-1].id]
    nobodys = replace(board.requestors, scope=RequestorScope.NOBODY)
    everybody[PACKAGES[-1].id] = replace(board, requestors=nobodys)
    configuration = Configuration(
        organization=Organization(name="Example", administrators=(), admin_channel=ADMIN_CHANNEL),
        catalogs=(a_catalog(),),
        packages=PACKAGES,
        policies=tuple(everybody.values()),
    )
    found: list[AccessPackage] = list(
        Configured(configuration, 1).requestable(a_person(), frozenset(), words)
    )
    return [package.name for package in found]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["Office VPN", "Telephone", "VPN for suppliers", "Zone VPN"]),
        ("vpn", ["VPN for suppliers", "Office VPN", "Zone VPN", "Telephone"]),
        ("  VPN   Zone ", ["Zone VPN"]),
        ("client", ["Telephone"]),
        ("secret", []),
        ("Secret VPN", ["Secret VPN"]),
        ("nothing like it", []),
    ],
)
def test_names_that_begin_with_the_words_come_first_and_descriptions_last(
    words: str, found: list[str]
) -> None:
    """All words must be there, in any order; what is hidden is found by its whole name (PKG-2)."""
    assert _found(words) == found
